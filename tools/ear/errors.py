"""What can go wrong while the ear is taught, said so that the developer can act on it.

::

    need("torch") --> the package, or: what is missing and the command that installs it
"""

from __future__ import annotations

import importlib
from typing import Any

REMEDY = "python -m pip install -r tools/ear/requirements.txt"


class EarError(Exception):
    """The ear cannot be taught; the message says why and what to do."""


def need(module: str) -> Any:
    """Import a package that only teaching needs, late.

    Raises:
        EarError: it is not installed; with the command that installs it.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise EarError(f"Teaching the ear needs the package {module!r} ({error}).\nRemedy: {REMEDY}") from error
