"""Stage one: teach the ear from lessons.

::

    stretches of lessons --> EarNet --> voice    is there a voice; frames beside a boundary count twice
     with another microphone's              sides    the teacher, pupils
     colour each time                       many     together, group work, babble
                                            prints   whose voice of all it learns from  (forgotten after)
                                                     near to the mean of hers, far for pupils

Lessons may still be being made while it learns: every 40 rounds it looks for new ones.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from tools.ear.errors import EarError
from tools.ear.labels import BOTH, CHORAL, GROUP, PUPIL, TEACHER
from tools.ear.network import DELAY, EarNet

_RATE = 2e-3
_SHORT, _LONG = (24, 1000), (16, 2200)
"""Lessons and steps of a round, in the first quarter of the time and after."""
_PARTS = np.array([1, 1, 0.5, 0.15, 0.7])
_PRINTS_A_ROUND = 2500
_odds_loss = functional.binary_cross_entropy_with_logits


def teach(lessons: Path, out: Path, minutes: float, start: Path | None) -> None:
    """Learn for `minutes` and write the state to `out`."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    net = EarNet()
    if start:
        net.load_state_dict(torch.load(start, weights_only=True))
    optimizer = torch.optim.AdamW(net.parameters(), lr=_RATE, weight_decay=1e-3)
    data: dict[Path, tuple[Any, ...]] = {}
    begun, done, seen = time.time(), 0, np.zeros(5)
    while (share := (time.time() - begun) / (minutes * 60)) < 1:
        if done % 40 == 0:
            _load(lessons, data)
        for group in optimizer.param_groups:
            group["lr"] = _RATE * min(1, (done + 1) / 100) * (0.02 + 0.98 * 0.5 * (1 + np.cos(np.pi * share)))
        parts = losses(net, *_batch(rng, list(data.values()), *(_SHORT if share < 0.25 else _LONG)))
        loss = sum(weight * part for weight, part in zip(_PARTS.tolist(), parts, strict=True))
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
        done += 1
        seen = 0.95 * seen + 0.05 * np.array([part.item() for part in parts])
        if done % 25 == 0:
            means = (seen / (1 - 0.95**done)).round(4)
            print(f"{done} {time.time() - begun:.0f} s, {len(data)} lessons, {means}", flush=True)
        if done % 100 == 0:
            torch.save(net.state_dict(), out)
    torch.save(net.state_dict(), out)


def _load(lessons: Path, data: dict[Path, tuple[Any, ...]]) -> None:
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
    columns: tuple[list[Any], ...] = ([], [], [], [])
    for chosen in rng.choice(len(data), count, replace=len(data) < count):
        inputs, roles, babble, voice = data[chosen]
        frames = len(roles) // 2 * 2
        # Often from the beginning, where the room is not known yet.
        from_start = rng.random() < 0.4 or frames <= 2 * steps
        first = 0 if from_start else int(rng.integers((frames - 2 * steps) // 2)) * 2
        piece = slice(first, first + 2 * steps)
        heard = inputs[piece].astype("f4") + rng.normal(0, 0.05)
        heard[:, :64] += np.tile(np.convolve(rng.normal(0, 0.12, 34), np.ones(3) / 3, "valid"), 2)
        row = (heard.reshape(steps, -1), roles[piece].reshape(steps, 2), babble[piece][::2], voice[piece][::2])
        for column, value in zip(columns, row, strict=True):
            column.append(value)
    inputs, roles, babble, voice = (torch.from_numpy(np.stack(column)) for column in columns)
    return inputs, roles.long(), babble, voice.long()


def losses(
    net: EarNet, inputs: torch.Tensor, roles: torch.Tensor, babble: torch.Tensor, voice: torch.Tensor
) -> tuple[torch.Tensor, ...]:
    """Voice, sides, many, whose voice, near to hers."""
    heard, sides, many, prints = (each[:, DELAY:] for each in net(inputs))
    roles, babble, voice = (each[:, : each.shape[1] - DELAY] for each in (roles, babble, voice))
    role = roles[:, :, 0]
    return (
        _voice_loss(heard, roles),
        _sides_loss(sides, role),
        _odds_loss(many, torch.stack([role == CHORAL, role == GROUP, babble], -1).float()),
        _whose_loss(net, prints, role, voice),
        _hers_loss(net, prints, role, voice),
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


def _whose_loss(net: EarNet, prints: torch.Tensor, role: torch.Tensor, voice: torch.Tensor) -> torch.Tensor:
    known = ((voice >= 0) & ((role == TEACHER) | (role == PUPIL))).nonzero()
    known = known[torch.randperm(len(known))[:_PRINTS_A_ROUND]]
    at = known[:, 0], known[:, 1]
    return functional.cross_entropy(14 * prints[at] @ functional.normalize(net.spk, dim=-1).T, voice[at])


def _hers_loss(net: EarNet, prints: torch.Tensor, role: torch.Tensor, voice: torch.Tensor) -> torch.Tensor:
    """One half of what she says tells who she is; the other half is near to it, pupils are not."""
    each = []
    for lesson in range(len(prints)):
        hers = ((role[lesson] == TEACHER) & (voice[lesson] >= 0)).nonzero()[:, 0]
        theirs = (role[lesson] == PUPIL).nonzero()[:, 0]
        if len(hers) < 200 or len(theirs) < 30:
            continue
        half = len(hers) // 2
        known, rest = (hers[:half], hers[half:]) if torch.rand(()) < 0.5 else (hers[half:], hers[:half])
        mean = functional.normalize(prints[lesson, known].mean(0), dim=0)
        odds = net.scale[0] * (prints[lesson] @ mean) + net.scale[1]
        each.append(0.5 * (functional.softplus(-odds[rest]).mean() + functional.softplus(odds[theirs]).mean()))
    return torch.stack(each).mean() if each else torch.zeros(())
