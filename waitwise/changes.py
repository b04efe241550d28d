"""What a correction changes, as tables for people: figures before and after, then each pause.

::

    What changes          before   after
    wait time 1, median   1.5 s    1.7 s
    0:12  paused 1.2 s, a pupil answered -> 0:12  paused 1.2 s, she spoke again (me)
"""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from lesson.labels import MEANINGS, WORDS
from lesson.talk import Account, HumanLabel, WaitTime
from waitwise import show

SHORT_ID = 8
"""Digits of an event's name that tell it from the others of a lesson, nearly always."""


def print_events(account: Account) -> None:
    """The pauses of a lesson with the beginnings of their names, to be corrected by."""
    table = Table(title="Pauses after the teacher spoke", title_justify="left")
    for column in ("name", "at", "paused", "what came then", "said"):
        table.add_column(column, justify="right" if column in {"at", "paused"} else "left")
    for wait in account.waits:
        table.add_row(
            wait.event_id[:SHORT_ID],
            show.clock_time(wait.t_end),
            f"{wait.offered_wait:.1f} s",
            show.OUTCOMES[wait.outcome],
            _words_of(wait.human),
        )
    Console(highlight=False).print(table)
    for word, meaning in MEANINGS.items():
        show.say(f"{word:>16}  {meaning}")


def print_changes(before: Account, after: Account) -> None:
    """Figures before and after, those that changed; then each pause that changed."""
    out = Console(highlight=False)
    rows = [(name, one, other) for name, one, other in _figures(before, after) if one != other]
    if not rows:
        out.print("No figure changes.")
    else:
        table = Table(title="What changes", title_justify="left")
        for column in ("", "before", "after"):
            table.add_column(column)
        for row in rows:
            table.add_row(*row)
        out.print(table)
    was = {wait.event_id: wait for wait in before.waits}
    for wait in after.waits:
        old = was.pop(wait.event_id, None)
        if old is None:
            out.print(f"{_line(wait)}: new", soft_wrap=True)
        elif (_line(old), old.human) != (_line(wait), wait.human):
            said = f" ({_words_of(wait.human)})" if wait.human is not None else ""
            out.print(f"{_line(old)} -> {_line(wait)}{said}", soft_wrap=True)
    for gone in was.values():
        out.print(f"{_line(gone)} -> no pause", soft_wrap=True)


def _figures(before: Account, after: Account) -> list[tuple[str, str, str]]:
    one, other = before.summary, after.summary
    if one is None or other is None:
        return []
    rows = []
    for name, was, now in (("wait time 1", one.waits, other.waits), ("wait time 2", one.waits2, other.waits2)):
        rows += [
            (f"{name}, median", _median(was.median), _median(now.median)),
            (f"{name}, counted", f"{was.n} of {was.n_all}", f"{now.n} of {now.n_all}"),
        ]
    for name, line in (("criterion", one.waits.criterion), ("goal", one.waits.goal)):
        told = [getattr(each.waits, f"{name}_counts") for each in (one, other)]
        texts = [f"{each.yes} yes, {each.borderline} borderline, {each.no} no" for each in told]
        rows.append((f"reached {line:g} s", texts[0], texts[1]))
    for name, field in (
        ("teacher, of all talk", "teacher_share_of_talk"),
        ("teacher, of the lesson", "teacher_share_of_lesson"),
        ("pupils, of the lesson", "pupil_share_of_lesson"),
        ("group work", "group_share"),
        ("we could not hear", "unknown_share"),
    ):
        rows.append((name, _percent(getattr(one.talk, field)), _percent(getattr(other.talk, field))))
    for outcome, sentence in show.OUTCOMES.items():
        rows.append((sentence, str(one.outcomes.get(outcome, 0)), str(other.outcomes.get(outcome, 0))))
    return [*rows, ("floor changed hands", str(one.handovers), str(other.handovers))]


def _line(wait: WaitTime) -> str:
    return f"{show.clock_time(wait.t_end)}  paused {wait.offered_wait:.1f} s, {show.OUTCOMES[wait.outcome]}"


def _median(value: float | None) -> str:
    return "too few to say" if value is None else f"{value:.1f} s"


def _percent(value: float | None) -> str:
    return "nobody spoke" if value is None else f"{value:.0%}"


def _words_of(label: HumanLabel | None) -> str:
    if label is None:
        return ""
    fields = [name for name in HumanLabel.__slots__ if getattr(label, name) is not None]
    return ", ".join(
        next(word for word, known in WORDS.items() if getattr(known, name) == getattr(label, name)) for name in fields
    )
