"""Plays a lesson through the demo's world, says each wait as it happens, and counts what arrived.

::

    set up   certificates, broker, school, a teacher with her keys, a unit
    lesson   `waitwise unit record`: sound and picture in, waits out, live
    arrived  the school's receipt is there, every evidence message acknowledged
"""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lesson.footage.receipt import Receipt
from lesson.talk import Account, WaitTime
from lesson.wire import from_base64, from_wire
from waitwise.demo.truth import SOUND, TITLE, compare
from waitwise.demo.world import DemoError, World, waitwise_command


@dataclass(frozen=True, slots=True)
class Recording:
    """What is played into the unit."""

    sound: Path = SOUND
    picture: Path | None = None
    title: str = TITLE
    speed: float = 8.0

    @property
    def has_truth(self) -> bool:
        """Whether we know what should be found."""
        return self.sound == SOUND


@dataclass(slots=True)
class Played:
    """What came of it."""

    lesson: str = ""
    folder: Path = Path()
    account: Account | None = None
    sealed: dict[str, int] = field(default_factory=dict)
    waiting: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Stopwatch:
    """Seconds per stage."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Measure what is inside."""
        start = time.monotonic()
        try:
            yield
        finally:
            self.seconds[name] = round(time.monotonic() - start, 2)


def play(world: World, recording: Recording, on_wait: Callable[[WaitTime], None]) -> Played:
    """Run a unit over the recording; `on_wait` is told each wait when it is first heard."""
    command = waitwise_command(
        *("unit", "record", str(world.unit_settings), "--json", "--patience", "120"),
        *("--sound", str(recording.sound), "--title", recording.title, "--speed", str(recording.speed)),
        *(("--picture", str(recording.picture)) if recording.picture else ()),
    )
    played, told = Played(), set[str]()
    with (world.folder / "unit.log").open("wb") as log:
        unit = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log)
    try:
        assert unit.stdout is not None
        for line in unit.stdout:
            said = json.loads(line)
            _take(played, said)
            if "wait" in said:
                wait = from_wire(WaitTime, said["wait"])
                if wait.event_id not in told:
                    told.add(wait.event_id)
                    on_wait(wait)
    finally:
        unit.terminate()
        unit.wait()
        if unit.stdout is not None:
            unit.stdout.close()
    if played.account is None or "segments" not in played.waiting:
        raise DemoError("The unit did not finish.", "With --keep FOLDER its whole log stays in unit.log.")
    return played


def _take(played: Played, said: dict[str, Any]) -> None:
    if "lesson" in said:
        played.lesson, played.folder = said["lesson"], Path(said["folder"])
    if "account" in said:
        played.account = from_wire(Account, said["account"])
    played.sealed = said.get("sealed", played.sealed)
    played.waiting = said.get("waiting", played.waiting)
    if "error" in said:
        raise DemoError(f"{said['error']}: {said['detail']}", said["remedy"] or "")


def report(world: World, played: Played, recording: Recording, seconds: dict[str, float]) -> dict[str, Any]:
    """The demo's JSON object, without its page. Counts of what arrived are asked of the school."""
    assert played.account is not None
    assert world.teacher is not None
    there = world.teacher.lesson(played.lesson)
    found = compare(played.account) if recording.has_truth else None
    usable = sum(wait.usable for wait in played.account.waits)
    return {
        "lesson": played.lesson,
        "waits": {"found": usable},
        "truth": None if found is None else {"matched": found.matched, "of": found.of},
        "segments": {
            "sealed": played.sealed["segments"],
            "uploaded": len(there["links"]),
            "acknowledged": _acknowledged(world, there),
        },
        "evidence": {
            "sent": played.sealed["evidence"],
            "arrived": len(world.teacher.evidence(played.lesson)),
            # What the unit still holds back is not acknowledged, whatever kind of event it is.
            "acknowledged": max(0, played.sealed["evidence"] - played.waiting["events"]),
        },
        "page": None,
        "seconds": seconds,
    }


def _acknowledged(world: World, there: dict[str, Any]) -> int:
    if there["receipt"] is None:
        return 0
    return Receipt.verify(from_base64(there["receipt"]), world.receipt_key).segments
