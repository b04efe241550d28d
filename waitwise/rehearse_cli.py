"""`waitwise rehearse`: pose, pause, name - the pause filling up, and each try with its exact seconds.

::

    pausing  [#################|......................]  3.4 s of 5 s
    try 1    [##############################|]           5.3 s   yes
    try 2    [##################            |]           3.1 s   no
    2 tries: median 4.2 s, from 3.1 to 5.3 s

    standard output   tries and their summary; with --json each event as one object a line, at last the summary
    standard error    the bar that fills (on a terminal), sentences

Verdicts are words; nothing is said by colour or by a bar's length alone. The sound is heard here, and kept nowhere.
"""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.live import Live
from rich.text import Text

from analytics.rehearsal import Rehearsal
from analytics.thresholds import Thresholds
from analytics.try_events import Confirmed, Kind, Lapsed, Pausing, RehearsalEvent, Reopened, Try, TrySet, Verdict, Why
from capture.file_microphone import FileMicrophone
from capture.pace import NoPace, Pace, SteadyPace
from lesson.problems import WaitwiseError
from lesson.wire import to_wire
from waitwise import show

app = typer.Typer(add_completion=False, rich_markup_mode="markdown", pretty_exceptions_enable=False)

USUAL_TRIES = 7
"""A rehearsal has seven to ten tries."""
_WIDTH = 30
_GOAL_AT = 24
"""Column of the goal in a bar: what is longer than the goal has room, too."""

WORDS = {
    Verdict.YES: "yes",
    Verdict.BORDERLINE: "borderline",
    Verdict.NO: "no",
    Verdict.CUT: "cut: you spoke on",
}
_COLOURS = {Verdict.YES: "green", Verdict.BORDERLINE: "", Verdict.NO: "", Verdict.CUT: "dim"}
LAPSED = {
    Why.TOO_LONG: "More than 15 s: no try. Pose again when you are ready.",
    Why.MISSING_SOUND: "Sound is missing here, so this pause cannot be timed. Pose again.",
}

Say = Callable[[RehearsalEvent], None]


@app.command(
    epilog="Example: `waitwise rehearse --sound rehearsal.m4a --goal 4`, or with `--fast --json` for a program"
)
def rehearse(
    sound: Annotated[Path, typer.Option(help="A recording of the rehearsal, of any rate and channels.")],
    goal: Annotated[float, typer.Option(min=2, max=10, help="Seconds you want to wait.")] = 5.0,
    reverberation: Annotated[
        float, typer.Option(min=0, max=3, help="Seconds your room goes on sounding, if you know it; 0: none at all.")
    ] = 0.5,
    fast: Annotated[bool, typer.Option("--fast", help="As fast as it goes, instead of as it happened.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line, for programs.")] = False,
) -> None:
    """Rehearse pose, pause, name: each pause is timed and scored while you say the name.

    Ask your question, be silent, say a name; seven to ten times. Each try is a bar with its seconds and a word: yes,
    borderline (within a quarter second of your goal), no, or cut when you spoke on. At the end: median and range of
    the tries that ended with a name. Nothing is recorded.
    """
    pace: Pace = NoPace() if fast else SteadyPace(1.0, time.monotonic, time.sleep)
    tries, microphone = TrySet(), None
    try:
        microphone = FileMicrophone(sound, pace)
        rehearsal = Rehearsal(Thresholds(goal_wait=goal), rt60=reverberation)
        with _telling(goal, as_json=as_json) as say:
            # Ctrl+C is how a rehearsal ends, not how it fails: what was tried is shown.
            with contextlib.suppress(KeyboardInterrupt):
                for block in microphone.blocks():
                    _take(rehearsal.feed(block), tries, say)
            _take(rehearsal.finish(), tries, say)
    except WaitwiseError as error:
        show.stop(error, as_json=as_json)
    finally:
        if microphone is not None:
            microphone.close()
    warnings = list(microphone.warnings)
    if as_json:
        show.print_json({"event": "rehearsal", **summary(tries, goal), "warnings": warnings})
        return
    print_summary(tries, goal)
    for warning in warnings:
        show.say(f"{sound.name}: {warning}")


def summary(tries: TrySet, goal: float) -> dict[str, object]:
    """The rehearsal for a program."""
    return {
        "goal_s": goal,
        "tries": [to_wire(each) for each in tries.tries],
        "named": len(tries.named),
        "median_s": None if tries.median is None else round(tries.median, 3),
        "range_s": tries.range,
    }


def print_summary(tries: TrySet, goal: float) -> None:
    """All tries as bars, and what is usual."""
    out = Console(highlight=False)
    if not tries.tries:
        out.print("No try was heard: a question, at least a second of silence, a name.")
        return
    out.print(f"Your tries, goal {goal:g} s (the bar's mark):")
    for each in tries.tries:
        out.print(try_line(each, goal), soft_wrap=True)
    if tries.median is None or tries.range is None:
        out.print("No try ended with a name.")
        return
    low, high = tries.range
    count = "1 try" if len(tries.named) == 1 else f"{len(tries.named)} tries"
    out.print(f"{count} with a name: median {tries.median:.1f} s, from {low:.1f} to {high:.1f} s.")
    if len(tries.named) < USUAL_TRIES:
        out.print("A rehearsal has seven to ten tries.")


def try_line(each: Try, goal: float) -> Text:
    """One try: its number, its bar, its seconds, its verdict in a word."""
    line = Text(f"  try {each.number:<3} [{bar(each.pause, goal)}] {each.pause:5.1f} s   ")
    return line.append(WORDS[each.verdict], style=_COLOURS[each.verdict])


def bar(seconds: float, goal: float) -> str:
    """A bar of characters that every terminal has; `|` is the goal.

    >>> bar(2.5, 5.0)
    '############            |.....'
    >>> bar(5.8, 5.0)
    '########################|####.'
    """
    filled = min(_WIDTH - 1, round(seconds / goal * _GOAL_AT))
    cells = "#" * filled + " " * max(0, _GOAL_AT - filled)
    return f"{cells[:_GOAL_AT]}|{cells[_GOAL_AT:]}".ljust(_WIDTH, ".")


def _take(events: list[RehearsalEvent], tries: TrySet, say: Say) -> None:
    for event in events:
        tries.take(event)
        say(event)


@contextlib.contextmanager
def _telling(goal: float, *, as_json: bool) -> Iterator[Say]:
    """Yield what says an event while it happens."""
    if as_json:
        yield lambda event: show.print_json({"event": _name(event), **to_wire(event)})
        return
    show.say(f"Pose, pause {goal:g} s, name. Ctrl+C ends it.")
    if not show.people.is_terminal:
        yield lambda event: _say_line(event, goal)
        return
    with Live(console=show.people, auto_refresh=False, transient=True) as live:

        def say(event: RehearsalEvent) -> None:
            if isinstance(event, Pausing):
                reached = "   goal reached" if event.has_reached_goal else ""
                style = "green" if event.has_reached_goal else ""
                text = f"  pausing [{bar(event.silence, goal)}] {event.silence:5.1f} s of {goal:g} s{reached}"
                live.update(Text(text, style=style), refresh=True)
                return
            live.update(Text(""), refresh=True)
            _say_line(event, goal)

        yield say


def _say_line(event: RehearsalEvent, goal: float) -> None:
    match event:
        case Try():
            show.people.print(try_line(event, goal), soft_wrap=True)
        case Confirmed(kind=Kind.SPOKE_ON):
            show.say(f"  try {event.number}: you spoke on, so it is not counted.")
        case Reopened():
            show.say(f"  try {event.number}: that was a noise, no name. The pause goes on.")
        case Lapsed():
            show.say(f"  {LAPSED[event.why]}")


def _name(event: RehearsalEvent) -> str:
    """`pose_ended` for `PoseEnded`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", type(event).__name__).lower()
