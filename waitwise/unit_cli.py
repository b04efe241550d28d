"""`waitwise unit`: what a unit does, typed by hand.

::

    waitwise unit run unit.toml                             wait for the button, record, wait: the unit itself
    waitwise unit sync unit.toml --socket sync.sock         bring to the school what `unit run --sync sync.sock` records
    waitwise unit record unit.toml                          record one lesson, and bring it to the school
    waitwise unit record unit.toml --sound lesson.flac      the same from a file
    waitwise unit microphones                               which microphones there are
    waitwise unit page unit.toml                            serve the unit's own page
    waitwise unit card unit.toml                            print the card for a unit without a screen
    waitwise unit send unit.toml                            only bring what is waiting to the school

Ctrl+C is the unit's button: it ends the lesson, and pressed again the sending. What is not sent stays.
With `--json` both print one object a line, as things happen; `send` has only one thing to say.
"""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperGroup

from waitwise.programs import load

_BESIDE = ("waitwise.unit_beside_cli", ("sync", "page", "card"))
_RECORDS = ("waitwise.unit_record_cli", ("run", "record", "send", "trust", "microphones"))
_ORDER = ("run", "sync", "page", "card", "record", "send", "trust", "microphones")


class _Unit(TyperGroup):
    """Loads a command with what it needs, and without what the others need."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - as the group has it
        """In the order of the manual."""
        return list(_ORDER)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Import the module that has it."""
        for module, words in (_BESIDE, _RECORDS):
            if cmd_name in words:
                group = load(module, "unit", "unit")
                return group.get_command(ctx, cmd_name) if isinstance(group, TyperGroup) else group
        return None


app = typer.Typer(
    cls=_Unit,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    help="A unit: records a lesson, seals it, brings it to the school.",
)


@app.callback()
def _unit() -> None:
    pass
