"""`waitwise correct`: say what an account has wrong, and see every figure follow.

::

    account.json  --label EVENT=me-->  new.json       what was heard is kept in it
                                       table          before -> after
                  --learn her.json-->  her.json       what her corrections teach about our probabilities
                  --use her.json       her later lessons are told with it
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from analytics.calibration import Calibration, calibrated
from analytics.corrections import corrected
from lesson.labels import WORDS, label_of
from lesson.problems import WaitwiseError
from lesson.talk import Account, EventLabel
from lesson.wire import WireError, from_wire, loads, to_wire
from waitwise import show
from waitwise.changes import print_changes, print_events
from waitwise.errors import CommandError
from waitwise.open_lesson import open_private

_BESIDE = ("file", "warnings")
"""What `waitwise analyse --json` puts beside an account."""
app = typer.Typer(add_completion=False, rich_markup_mode="markdown", pretty_exceptions_enable=False)


@dataclass(frozen=True, slots=True)
class _File:
    """An account, and what stood beside it."""

    account: Account
    beside: dict[str, Any]


@app.command(
    epilog="Example: `waitwise correct account.json` lists the pauses of what `waitwise analyse --json` printed; "
    "`waitwise correct account.json --label 3fa2c19b=me --out corrected.json` corrects one"
)
def correct(
    account: Annotated[Path, typer.Argument(help="What `waitwise analyse --json` or this command printed.")],
    label: Annotated[
        list[str] | None,
        typer.Option(
            metavar="EVENT=WORDS",
            help="What is true of a pause: its name, or the beginning of it, then one or more of "
            f"{', '.join(WORDS)}. May be given more than once.",
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write the corrected account to this file.")] = None,
    learn: Annotated[
        Path | None,
        typer.Option(help="Take what the corrections teach into this teacher's file; it is made if need be."),
    ] = None,
    use: Annotated[
        Path | None, typer.Option(help="Tell the account's probabilities with what this teacher's file has learnt.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object, for programs.")] = False,
) -> None:
    """Say what an account has wrong; states, pauses, medians and shares follow.

    Without `--label` it lists the pauses with their names. What was heard is kept inside the new account, and the word
    `as-heard` takes back what was said of a pause. Nothing leaves this machine.
    """
    try:
        before = _read_account(account)
        labels = [_label(one, before.account) for one in label or ()]
        taught = Calibration() if use is None else _read_calibration(use)
        after = calibrated(corrected(before.account, labels), taught)
        if out is not None:
            _write(out, {**before.beside, **to_wire(after)}, is_new=True)
        if learn is not None:
            known = _read_calibration(learn) if learn.exists() else Calibration()
            learnt = known.learn(after)
            _write(learn, to_wire(learnt), is_new=False)
    except WaitwiseError as error:
        show.stop(error, as_json=as_json)
    if as_json:
        show.print_json({**before.beside, **to_wire(after)})
        return
    if not labels and use is None:
        print_events(after)
    else:
        print_changes(before.account, after)
    if learn is not None:
        show.say(f"{learn} knows {len(learnt.pairs)} answers to what was said of events.")
    if out is not None:
        show.say(f"Wrote {out}.")


def _label(text: str, account: Account) -> EventLabel:
    name, _, words = text.partition("=")
    found = [wait.event_id for wait in account.waits if name and wait.event_id.startswith(name)]
    if len(found) != 1:
        number = "No pause has" if not found else f"{len(found)} pauses have"
        raise CommandError(
            f"{number} a name that begins with {name!r}.", "`waitwise correct ACCOUNT` without --label lists the names."
        )
    try:
        said = label_of(words)
    except ValueError as error:
        raise CommandError(str(error), f"Say one or more of: {', '.join(WORDS)}.") from error
    return EventLabel(found[0], datetime.now(UTC), said)


def _read_account(path: Path) -> _File:
    data = _read(path)
    try:
        whole = loads(data)
        beside = {name: whole.pop(name) for name in _BESIDE if isinstance(whole, dict) and name in whole}
        return _File(from_wire(Account, whole), beside)
    except WireError as error:
        raise CommandError(
            f"{path} is no account of a lesson: {error}", "Name a file that `waitwise analyse --json` printed."
        ) from error


def _read_calibration(path: Path) -> Calibration:
    try:
        return Calibration.decode(_read(path))
    except WireError as error:
        raise CommandError(
            f"{path} has learnt nothing from corrections: {error}", "Name a file that --learn wrote, or a new one."
        ) from error


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.", "Name a file that is there.") from error


def _write(path: Path, value: Any, *, is_new: bool) -> None:
    """Write a file for its owner alone, whole or not at all."""
    if is_new and path.exists():
        raise CommandError(f"{path} is there already.", "Choose another name, or move this file away.")
    part = path.with_name(f".part-{path.name}")
    try:
        with open_private(part) as stream:
            stream.write(show.as_json_line(value).encode())
        part.replace(path)
    except OSError as error:
        raise CommandError(f"{path} was not written: {error.strerror}.", "Choose a place with room.") from error
