"""Who wants the lamp to show, in her lessons, that a silence has lasted as long as she wants it to.

::

    the unit's page --> goal-lamp.json  {"said": [{"teacher": "Ms Okafor", "is_shown": true}]}
    lesson of Ms Okafor --> is_shown_for("Ms Okafor") --> the lamp winks

For who never said the settings speak, and they say no. A lamp that winks in a lesson is seen by the class, so it is
each teacher's own to ask for.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

from device.kept_file import keep_file
from lesson.wire import WireError, dumps, from_wire, loads

_log = logging.getLogger(__name__)

FILE = "goal-lamp.json"
"""In a unit's folder."""


@dataclass(frozen=True, slots=True)
class _Said:
    teacher: str
    is_shown: bool


@dataclass(frozen=True, slots=True)
class _File:
    said: tuple[_Said, ...]


class GoalLamp:
    """What teachers said, for as long as the unit lives."""

    def __init__(self, folder: Path, *, usual: bool) -> None:
        """`usual`: for who never said."""
        self._path = folder / FILE
        self._usual = usual
        self._said = self._read()

    def is_shown_for(self, teacher: str) -> bool:
        """Whether the lamp shows the goal in her lessons."""
        return self._said.get(teacher, self._usual)

    def say(self, teacher: str, *, is_shown: bool) -> None:
        """Keep what she said. Where it cannot be kept it holds until the unit's next start, and the journal says so."""
        self._said = {**self._said, teacher: is_shown}
        try:
            keep_file(self._path, dumps(_File(tuple(_Said(name, said) for name, said in self._said.items()))))
        except OSError as error:
            _log.warning("What was said of the lamp cannot be kept in %s: %s", self._path, error.strerror)

    def _read(self) -> dict[str, bool]:
        try:
            told = from_wire(_File, loads(self._path.read_bytes()))
        except FileNotFoundError:
            return {}
        except (OSError, WireError) as error:
            _log.warning("What was said of the lamp cannot be read, and is forgotten: %s", error)
            return {}
        return {each.teacher: each.is_shown for each in told.said}
