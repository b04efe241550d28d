"""Read a lesson's script from TOML.

::

    [[turn]]
    who = "teacher"
    after = 0.8                                   # silence at the unit since the last voice
    say = ["Keep hold of that.", 0.6, "What happens if I drop it in?"]
                                  |   '-- ends with "?": a question
                                  '------ a pause inside her turn

    [[turn]]
    chorus = ["leo", "priya", ...]                # all say it, scattered around one onset
    [[turn]]
    pairs = [["amara", "jack"], ...]              # pair talk for `length` seconds
    [[turn]]
    noise = "cough"                               # `after` seconds into the silence; does not end it

What a simulated class adds (a film, a second adult, babble) cannot be written here; `author` draws it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tools.classroom.errors import ClassroomError
from tools.classroom.script import (
    Chorus,
    Levels,
    Murmur,
    PairTalk,
    Piece,
    Position,
    RoomPlan,
    Say,
    Script,
    Sound,
    Speaker,
    Turn,
)


def read_script(path: Path) -> Script:
    """Read a lesson's script.

    Raises:
        ClassroomError: not readable, or a turn names somebody who is not in the class.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ClassroomError(f"{path} is not a script: {error}") from error
    try:
        script = _script(data)
    except (KeyError, TypeError, ValueError) as error:
        raise ClassroomError(f"{path}: something is missing or of the wrong kind: {error!r}") from error
    absent = sorted(set(_named(script.turns)) - set(script.speakers))
    if absent:
        raise ClassroomError(f"{path}: {', '.join(absent)} should speak but is not among the [speakers].")
    return script


def _script(data: Mapping[str, Any]) -> Script:
    room = data["room"]
    return Script(
        title=data["title"],
        profile=data["profile"],
        seed=int(data["seed"]),
        lead=float(data["lead"]),
        room=RoomPlan(_position(room["size"]), float(room["rt60"]), _position(room["unit"])),
        levels=Levels(**{key: float(value) for key, value in data["levels"].items()}),
        murmurs=tuple(Murmur(float(murmur["start"]), float(murmur["end"])) for murmur in data.get("murmur", [])),
        speakers={name: _speaker(name, row) for name, row in data["speakers"].items()},
        turns=tuple(_turn(row) for row in data["turn"]),
    )


def _speaker(name: str, row: Mapping[str, Any]) -> Speaker:
    voice = row["voice"]
    shares = {voice: 1.0} if isinstance(voice, str) else {key: float(share) for key, share in voice.items()}
    if abs(sum(shares.values()) - 1) > 1e-6:
        raise ValueError(f"{name}'s voice shares must add up to 1")
    return Speaker(
        name=name,
        voice=shares,
        child=float(row.get("child", 1.0)),
        pace=float(row.get("pace", 1.0)),
        level_db=float(row.get("level_db", 0.0)),
        position=_position(row["position"]),
    )


def _turn(row: Mapping[str, Any]) -> Turn:
    after = float(row["after"])
    if "noise" in row:
        return Sound(row["noise"], after, _position(row["position"]))
    if "pairs" in row:
        pairs = tuple((first, second) for first, second in row["pairs"])
        return PairTalk(pairs, after, float(row["length"]), tuple(row["say"]), float(row["level_db"]))
    if "chorus" in row:
        return Chorus(tuple(row["chorus"]), after, row["say"], float(row["jitter"]), float(row["level_db"]))
    return Say(row["who"], after, _pieces(row["say"]), bool(row.get("name", False)))


def _pieces(say: list[str | float]) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    pause = 0.0
    for item in say:
        if isinstance(item, str):
            pieces.append(Piece(pause, item))
            pause = 0.0
        else:
            pause += float(item)
    return tuple(pieces)


def _position(metres: list[float]) -> Position:
    across, back, up = metres
    return (float(across), float(back), float(up))


def _named(turns: tuple[Turn, ...]) -> list[str]:
    names: list[str] = []
    for turn in turns:
        match turn:
            case Say():
                names.append(turn.who)
            case Chorus():
                names.extend(turn.who)
            case PairTalk():
                names.extend(name for pair in turn.pairs for name in pair)
            case Sound():
                pass
    return names
