"""The manual's pages that are written from the code: what can be typed.

::

    waitwise/cli.py  --commands()-->  docs/commands.md        by `make fix`; `make check` fails when it is stale
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer

from waitwise.cli import app


def commands() -> Iterator[tuple[str, Any]]:
    """Every command that can be typed, as its words and what Typer knows of it, in the order of `--help`."""
    yield from _below("waitwise", typer.main.get_command(app))


def commands_page() -> str:
    """The commands in Markdown: what each is for, an example, its options."""
    return "\n".join(line for words, command in commands() for line in _section(words, command))


def options(command: Any) -> Iterator[tuple[str, str]]:
    """What can be typed after a command, and the sentence about it."""
    for parameter in command.params:
        if parameter.name != "help":
            names = (
                ", ".join(f"`{name}`" for name in parameter.opts) if _is_option(parameter) else parameter.name.upper()
            )
            yield names, parameter.help or ""


def _below(words: str, command: Any) -> Iterator[tuple[str, Any]]:
    if not hasattr(command, "list_commands"):
        yield words, command
        return
    context = typer.Context(command)
    for name in command.list_commands(context):
        yield from _below(f"{words} {name}", command.get_command(context, name))


def _section(words: str, command: Any) -> Iterator[str]:
    yield f"## `{words}`\n"
    yield "\n".join(line.strip() for line in (command.help or "").splitlines()) + "\n"
    if command.epilog:
        yield command.epilog + "\n"
    yield "| Typed | What it is |\n|---|---|"
    yield from (f"| {names} | {sentence} |" for names, sentence in options(command))
    yield ""


def _is_option(parameter: Any) -> bool:
    return bool(parameter.param_type_name == "option")
