"""Stage two: teach hindsight from the cues of whole lessons.

::

    first       cues as they are      stretches of 30 s   --> hindsight.pt
    --start     cues made poorer      stretches of 12 s   --> hindsight.pt, which trusts the ear less

Every twelfth lesson is kept to look how far it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from tools.ear.degrade import degrade, leave_out
from tools.ear.errors import EarError
from tools.ear.labels import BOTH, CHORAL, GROUP, PUPIL, TEACHER
from tools.ear.network import HindsightNet
from tools.ear.rounds import Rounds

Lesson = tuple[Any, Any]
_odds_loss = functional.binary_cross_entropy_with_logits


@dataclass(frozen=True, slots=True)
class _Round:
    rate: float
    warm: int
    steps: int
    lessons: int
    is_degraded: bool


_FIRST = _Round(rate=4e-3, warm=50, steps=1500, lessons=24, is_degraded=False)
_AGAIN = _Round(rate=2.5e-3, warm=20, steps=600, lessons=56, is_degraded=True)


def teach(lessons: Path, out: Path, minutes: float, start: Path | None) -> None:
    """Learn for `minutes` and write the state to `out`; from `start` on with poorer cues."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    rng = np.random.default_rng(1)
    every = _load(lessons)
    kept, data = (_apart(part) for part in (every[::12], [each for at, each in enumerate(every) if at % 12]))
    how = _AGAIN if start else _FIRST
    net = HindsightNet(data[0][0].shape[1])
    if start:
        net.load_state_dict(torch.load(start, weights_only=True))
    rounds = Rounds(net, minutes, rate=how.rate, warm=how.warm, decay=1e-3)
    for _ in rounds:
        loss, right = loss_of(net, *_batch(rng, data, how))
        rounds.learn(loss)
        if rounds.done % 50 == 0:
            with torch.no_grad():
                seen = [[each.item() for each in loss_of(net, *_whole(lesson))] for lesson in kept]
            now = f"loss {loss.item():.4f}, right {right.item():.4f}; kept lessons {np.mean(seen, axis=0).round(4)}"
            print(f"{rounds.done} {rounds.seconds:.0f} s, {now}", flush=True)
            torch.save(net.state_dict(), out)
    torch.save(net.state_dict(), out)


def _load(lessons: Path) -> list[tuple[Any, Any, Any]]:
    """Cues of each lesson, cues when her voice is known, roles."""
    out = []
    for path in sorted(lessons.glob("*.npz")):
        with np.load(path) as kept:
            out.append((kept["inputs"].astype("f4"), kept["known"].astype("f4"), kept["roles"]))
    if len(out) < 2 or all(len(cues) < _FIRST.steps for cues, _, _ in out):
        raise EarError(f"There are too few lessons in {lessons}.\nRemedy: python -m tools.ear lessons --stage 2 ...")
    return out


def _apart(lessons: list[tuple[Any, Any, Any]]) -> list[Lesson]:
    return [(cues, roles) for usual, known, roles in lessons for cues in (usual, known)]


def _batch(rng: np.random.Generator, data: list[Lesson], how: _Round) -> tuple[torch.Tensor, torch.Tensor]:
    given, wanted = [], []
    for chosen in rng.integers(len(data), size=how.lessons):
        cues, roles = data[chosen]
        first = int(rng.integers(max(1, len(cues) - how.steps)))
        piece = cues[first : first + how.steps].copy()
        if len(piece) < how.steps:
            continue
        if how.is_degraded:
            degrade(piece, rng)
        leave_out(piece, rng)
        given.append(piece)
        wanted.append(roles[2 * first : 2 * (first + how.steps)].reshape(-1, 2))
    return torch.from_numpy(np.stack(given)), torch.from_numpy(np.stack(wanted)).long()


def _whole(lesson: Lesson) -> tuple[torch.Tensor, torch.Tensor]:
    cues, roles = lesson
    return torch.from_numpy(cues[None]), torch.from_numpy(roles[: 2 * len(cues)].reshape(1, -1, 2)).long()


def loss_of(net: HindsightNet, cues: torch.Tensor, roles: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The loss, and the share of answers that are right."""
    out = net(cues)
    hers = ((roles == TEACHER) | (roles == BOTH)).float()
    theirs = ((roles == PUPIL) | (roles == BOTH) | (roles == CHORAL)).float()
    use = (roles != GROUP).float()
    wanted, used = torch.cat((hers, theirs), -1), torch.cat((use, use), -1)
    changes = (wanted[:, 1:] != wanted[:, :-1]).float().amax(-1)
    near = functional.max_pool1d(functional.pad(changes, (1, 0))[:, None], 9, 1, 4)[:, 0][..., None]
    weight = used * (1 + near)
    sides = (_odds_loss(out[..., :4], wanted, reduction="none") * weight).sum() / weight.sum()
    together = _odds_loss(out[..., 4], (roles[..., 0] == CHORAL).float())
    right = (((out[..., :4] > 0).float() == wanted) * used).sum() / used.sum()
    return sides + 0.3 * together, right
