"""Stage one as well: teach the prints, from the same lessons as the ear.

::

    32 s of a lesson --> PrintNet --> a print each 20 ms
    one voice speaks |-- 0.2 to 3 s --|  summed: a print of the stretch
    stretches        two of one voice are alike, of two voices they are not               (pair)
                     hers are near to the sum of her others, pupils' are far from it      (near)
                     whose of all the voices it learns from                               (forgotten after)

The voices that stage two is taught with are left out, so that stage two sees prints as poor as they will be.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from tools.ear.labels import PUPIL, TEACHER
from tools.ear.network import PrintNet
from tools.ear.rounds import Rounds
from tools.ear.teach import coloured, load
from tools.ear.voices import is_for_hindsight

_RATE = 3e-3
_LESSONS, _STEPS, _STRETCHES = 20, 1600, 28
_LEAST, _LONG = 10, 120
"""Steps of a stretch."""
_PARTS = (0.7, 1.0, 0.2)


def teach(lessons: Path, out: Path, minutes: float) -> None:
    """Learn for `minutes` and write the state to `out`."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    net = PrintNet()
    data: dict[Path, tuple[Any, ...]] = {}
    rounds = Rounds(net, minutes, rate=_RATE, warm=100, decay=2e-3)
    for _ in rounds:
        if rounds.done % 60 == 0:
            load(lessons, data)
        parts = losses(net, *_batch(rng, list(data.values())))
        loss = sum(weight * part for weight, part in zip(_PARTS, parts, strict=True))
        rounds.learn(loss)
        if rounds.done % 50 == 0:
            print(f"{rounds.done} {rounds.seconds:.0f} s, {[round(part.item(), 3) for part in parts]}", flush=True)
            torch.save(net.state_dict(), out)
    torch.save(net.state_dict(), out)


def losses(net: PrintNet, inputs: torch.Tensor, where: torch.Tensor, whose: torch.Tensor, hers: torch.Tensor) -> Any:
    """Pairs, near to hers, whose voice.

    Args:
        net: what is taught.
        inputs: (lessons, steps, inputs).
        where: (lessons, stretches, steps) 1 inside each stretch.
        whose: (lessons, stretches) number of the voice; -1: no stretch.
        hers: (lessons, stretches) whether it is the teacher's.
    """
    sums = torch.bmm(where, net(inputs))
    prints = functional.normalize(sums, dim=-1)
    is_there = whose >= 0
    odds = net.pair[0] * torch.bmm(prints, prints.transpose(1, 2)) + net.pair[1]
    others = ~torch.eye(prints.shape[1], dtype=torch.bool)
    is_pair = is_there[:, :, None] & is_there[:, None] & others
    is_same = whose[:, :, None] == whose[:, None]
    pairs = _even(odds, is_same & is_pair, ~is_same & is_pair)
    own = (hers & is_there)[..., None].float() * sums
    rest = own.sum(1, keepdim=True) - own
    odds = net.near[0] * (functional.normalize(rest, dim=-1) * prints).sum(-1) + net.near[1]
    is_known = is_there & ((hers & is_there).sum(1, keepdim=True) > 2)
    near = _even(odds, is_known & hers, is_known & ~hers)
    voices = 14 * prints[is_there] @ functional.normalize(net.spk, dim=-1).T
    return pairs, near, functional.cross_entropy(voices, whose[is_there])


def _even(odds: torch.Tensor, is_so: torch.Tensor, is_not: torch.Tensor) -> torch.Tensor:
    return 0.5 * (functional.softplus(-odds[is_so]).mean() + functional.softplus(odds[is_not]).mean())


def _batch(rng: np.random.Generator, data: list[tuple[Any, ...]]) -> tuple[torch.Tensor, ...]:
    columns: tuple[list[Any], ...] = ([], [], [], [])
    while len(columns[0]) < _LESSONS:
        inputs, roles, _, voice = data[int(rng.integers(len(data)))]
        if len(roles) < 2 * _STEPS:
            continue
        first = int(rng.integers(max(1, len(roles) // 2 - _STEPS))) * 2
        piece = slice(first, first + 2 * _STEPS)
        role, speaker = roles[piece][::2], voice[piece][::2].astype(int)
        alone = ((role == TEACHER) | (role == PUPIL)) & (speaker >= 0)
        speaker = np.where(alone & ~is_for_hindsight(speaker // 5), speaker, -1)
        found = _stretches(rng, speaker)
        found = [found[at] for at in rng.permutation(len(found))[:_STRETCHES]]
        if len(found) < 6 or len({speaker[start] for start, _ in found}) < 2:
            continue
        where = np.zeros((_STRETCHES, _STEPS), "f4")
        whose, hers = np.full(_STRETCHES, -1), np.zeros(_STRETCHES, bool)
        for at, (start, end) in enumerate(found):
            where[at, start:end] = 1
            whose[at], hers[at] = speaker[start], role[start] == TEACHER
        row = (coloured(rng, inputs[piece]).reshape(_STEPS, -1), where, whose, hers)
        for column, value in zip(columns, row, strict=True):
            column.append(value)
    return tuple(torch.from_numpy(np.stack(column)) for column in columns)


def _stretches(rng: np.random.Generator, speaker: Any) -> list[tuple[int, int]]:
    """Where one known voice speaks alone, cut into 0.2 s to 3 s."""
    changes = [0, *(np.flatnonzero(np.diff(speaker)) + 1).tolist(), len(speaker)]
    out = []
    for first, end in pairwise(changes):
        start = first
        while speaker[first] >= 0 and end - start >= _LEAST:
            length = int(min(end - start, _LEAST * 8 ** rng.random() * (1 if rng.random() < 0.8 else 2)))
            if end - start - length < _LEAST:
                length = end - start if end - start < _LONG else length
            out.append((start, start + length))
            start += length
    return out
