"""What can go wrong while a lesson is made, said so that the developer can act on it."""

from __future__ import annotations

import importlib
from typing import Any

REMEDY = "python -m pip install -r tools/classroom/requirements.txt"


class ClassroomError(Exception):
    """The lesson cannot be made; the message says why and what to do."""


def need(module: str) -> Any:
    """Import a package that only making lessons needs.

    Voices and rooms are no dependency of the unit or the school, so they are asked for here, one place, late.

    Raises:
        ClassroomError: it is not installed; with the command that installs it.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise ClassroomError(f"Making a lesson needs the package {module!r} ({error}).\nRemedy: {REMEDY}") from error
