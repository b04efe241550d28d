"""Stage one: teach the ear from lessons.

::

    stretches of lessons --> EarNet --> voice    is there a voice; frames beside a boundary count twice
     with another microphone's              sides    the teacher, pupils
     colour each time                       many     together, group work, babble

Lessons may still be being made while it learns: every 40 rounds it looks for new ones.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from tools.ear.errors import EarError
from tools.ear.labels import BOTH, CHORAL, GROUP, PUPIL, TEACHER
from tools.ear.network import DELAY, EarNet
from tools.ear.rounds import Rounds

_RATE = 2e-3
_SHORT, _LONG = (24, 1000), (16, 2200)
"""Lessons and steps of a round, in the first quarter of the time and after."""
_PARTS = np.array([1, 1, 0.5])
_odds_loss = functional.binary_cross_entropy_with_logits


def teach(lessons: Path, out: Path, minutes: float, start: Path | None) -> None:
    """Learn for `minutes` and write the state to `out`."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    net = EarNet()
    if start:
        net.load_state_dict(torch.load(start, weights_only=True))
    data: dict[Path, tuple[Any, ...]] = {}
    seen = np.zeros(3)
    rounds = Rounds(net, minutes, rate=_RATE, warm=100, decay=1e-3)
    for share in rounds:
        if rounds.done % 40 == 0:
            load(lessons, data)
        parts = losses(net, *_batch(rng, list(data.values()), *(_SHORT if share < 0.25 else _LONG)))
        loss = sum(weight * part for weight, part in zip(_PARTS.tolist(), parts, strict=True))
        rounds.learn(loss)
        seen = 0.95 * seen + 0.05 * np.array([part.item() for part in parts])
        if rounds.done % 25 == 0:
            means = (seen / (1 - 0.95**rounds.done)).round(4)
            print(f"{rounds.done} {rounds.seconds:.0f} s, {len(data)} lessons, {means}", flush=True)
        if rounds.done % 100 == 0:
            torch.save(net.state_dict(), out)
    torch.save(net.state_dict(), out)


def load(lessons: Path, data: dict[Path, tuple[Any, ...]]) -> None:
    """Add to `data` the lessons that are there by now."""
    for path in sorted(lessons.glob("*.npz")):
        if path not in data:
            try:
                with np.load(path) as kept:
                    data[path] = tuple(kept[name] for name in ("inputs", "roles", "babble", "voice"))
            except (OSError, ValueError, EOFError, KeyError):
                print(f"{path} is not whole yet", flush=True)
    if not data:
        raise EarError(f"There is no lesson in {lessons}.\nRemedy: python -m tools.ear lessons --stage 1 ...")


def _batch(rng: np.random.Generator, data: list[tuple[Any, ...]], count: int, steps: int) -> tuple[torch.Tensor, ...]:
    columns: tuple[list[Any], ...] = ([], [], [])
    for chosen in rng.choice(len(data), count, replace=len(data) < count):
        inputs, roles, babble, _ = data[chosen]
        frames = len(roles) // 2 * 2
        # Often from the beginning, where the room is not known yet.
        from_start = rng.random() < 0.4 or frames <= 2 * steps
        first = 0 if from_start else int(rng.integers((frames - 2 * steps) // 2)) * 2
        piece = slice(first, first + 2 * steps)
        heard = coloured(rng, inputs[piece])
        row = (heard.reshape(steps, -1), roles[piece].reshape(steps, 2), babble[piece][::2])
        for column, value in zip(columns, row, strict=True):
            column.append(value)
    inputs, roles, babble = (torch.from_numpy(np.stack(column)) for column in columns)
    return inputs, roles.long(), babble


def coloured(rng: np.random.Generator, inputs: Any) -> Any:
    """(frames, inputs) as another microphone would have given them."""
    heard = inputs.astype("f4") + rng.normal(0, 0.05)
    heard[:, :64] += np.tile(np.convolve(rng.normal(0, 0.12, 34), np.ones(3) / 3, "valid"), 2)
    return heard


def losses(net: EarNet, inputs: torch.Tensor, roles: torch.Tensor, babble: torch.Tensor) -> tuple[torch.Tensor, ...]:
    """Voice, sides, many."""
    heard, sides, many = (each[:, DELAY:] for each in net(inputs))
    roles, babble = (each[:, : each.shape[1] - DELAY] for each in (roles, babble))
    role = roles[:, :, 0]
    return (
        _voice_loss(heard, roles),
        _sides_loss(sides, role),
        _odds_loss(many, torch.stack([role == CHORAL, role == GROUP, babble], -1).float()),
    )


def _voice_loss(heard: torch.Tensor, roles: torch.Tensor) -> torch.Tensor:
    spoken = ((roles >= TEACHER) & (roles <= CHORAL)).float()
    flat = spoken.reshape(len(spoken), -1)
    changes = functional.pad((flat[:, 1:] != flat[:, :-1]).float(), (1, 0))
    # Frames beside a boundary count more: they are what lengths are made of.
    near = functional.max_pool1d(changes[:, None], 15, 1, 7)[:, 0]
    weight = (roles != GROUP).float() * (1 + near.reshape(spoken.shape))
    return (_odds_loss(heard, spoken, reduction="none") * weight).sum() / weight.sum()


def _sides_loss(sides: torch.Tensor, role: torch.Tensor) -> torch.Tensor:
    hers, theirs = (role == TEACHER) | (role == BOTH), (role == PUPIL) | (role == BOTH) | (role == CHORAL)
    weight = (role != GROUP).float() * (1 + 2.0 * ((role > 0) & (role < GROUP)))
    each = _odds_loss(sides, torch.stack([hers, theirs], -1).float(), reduction="none").mean(-1)
    return (each * weight).sum() / weight.sum()
