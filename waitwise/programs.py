"""A program of the command is imported when somebody asks for it, and not before.

::

    waitwise unit sync  -->  waitwise.unit_beside_cli, and what it needs; no module that hears or sees
    waitwise school     -->  where the school's packages are not installed: what to install
"""

from __future__ import annotations

import importlib
from typing import Any

import typer

from waitwise import show
from waitwise.errors import CommandError

OURS = {"analytics", "capture", "device", "lesson", "provisioning", "school", "sync", "waitwise"}


def load(module: str, words: str, extras: str) -> Any:
    """The command that the module's `app` is, or one that says which extras have to be installed for it."""
    try:
        return typer.main.get_command(importlib.import_module(module).app)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] in OURS:
            raise
        absent = typer.Typer()
        needed = CommandError(
            f"`waitwise {words}` needs more than is installed here.", f"pip install 'waitwise[{extras}]'"
        )
        absent.command(help=f"{needed} {needed.remedy}")(lambda: show.stop(needed))
        return typer.main.get_command(absent)
