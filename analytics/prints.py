"""Follow one voice through a lesson by the ear's voice prints.

::

    each 0.1 s    o o  x o o x x o o o     o hers, x others'
                      |
    first guess  -----+--> her mean, others' mean, how prints scatter --> a plane between --> better guess --.
    its opposite -----+          ^                                                                           |
    who is near to    |          '--------------------------- until nothing changes -------------------------'
    the first guess's |
    mean         -----'    three ways to begin; kept is the one whose "her" is most surely one voice, and speaks most

What is heard before the lesson is how far two prints of one person may be apart; what is learnt in it is who speaks. It
is kept in memory for the lesson only, unless she gave a sample of her own voice (`teacher_voice.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.arrays import Bools, Floats
from analytics.odds import probability
from analytics.print_network import PRINT, near_scale, pair_scale

_ROUNDS = 8
_SURE = 0.6
_ENOUGH = 10
"""Prints, a second of voice: with less there is no voice to follow."""
_NEIGHBOURS = np.array([0.5, 1.0, 0.5], dtype=np.float32)
"""A print is judged with those beside it."""
_ROUND_SHARE = 0.3
"""How far the scatter of prints is taken to be the same in all directions: a lesson has too few to know better."""
_SECOND = 10
"""Prints."""
_MOST_SECONDS = 500
_SLOPE = 0.5
_TRUST = 8.0
_TALK = 0.3
"""How much it counts that the teacher speaks most."""
_LEAST_TALK = 0.05
_BLOCK = 2000
"""Prints that are worked on at once."""


@dataclass(frozen=True, slots=True)
class Plane:
    """Between her prints and others'."""

    across: Floats
    """(PRINT,)"""
    offset: float

    def odds(self, prints: Floats) -> Floats:
        """(n,) log odds that prints of length 1, or of 0, are hers."""
        # By einsum: a product would first copy all prints in double precision.
        return np.asarray(np.clip(np.einsum("...i,i", prints, self.across) + self.offset, -_TRUST, _TRUST))


def unit(prints: Floats) -> Floats:
    """Prints of length 1, or 0 where there is nothing."""
    return np.asarray(prints / np.maximum(np.linalg.norm(prints, axis=-1, keepdims=True), 1e-6))


def smoothed(prints: Floats, is_voice: Bools) -> Floats:
    """(n, PRINT) of length 1: each print with its neighbours, as far as they are voice."""
    own = prints * is_voice[:, None]
    padded = np.pad(own, ((1, 1), (0, 0)))
    return unit(sum(weight * padded[at : at + len(own)] for at, weight in enumerate(_NEIGHBOURS)))


def near(print_: Floats) -> Plane:
    """What is near to `print_`, of length 1, which many prints of one voice were summed to."""
    factor, offset = near_scale()
    return Plane(factor * print_, offset)


def same_voice(one: Floats, other: Floats) -> float:
    """Log odds that two stretches, their prints summed, are of one voice."""
    factor, offset = pair_scale()
    return float(factor * (unit(one) @ unit(other)) + offset)


def hers(prints: Floats, first_guess: Floats, is_voice: Bools, teacher: Floats | None = None) -> Plane | None:
    """What tells her prints, (n, PRINT) of length 1, from others, starting from (n,) log odds. None: too little.

    `teacher`: her print of before the lesson, if it is known. It is one more way to begin, and says which "her" is she.
    """
    mean = mean_print(prints, first_guess, is_voice)
    starts = [] if teacher is None else [near(teacher).odds(prints)]
    if mean is not None:
        alike = near(_heard_most(prints, is_voice))
        starts += [first_guess, -first_guess, near(mean).odds(prints), alike.odds(prints)]
    if not starts:
        return None
    found = [_followed(prints, start, is_voice) for start in starts]
    if teacher is not None:
        found = [plane for plane in found if _is_of(plane, prints, teacher, is_voice)] or found[:1]
    return max(found, key=lambda plane: _fitness(prints, plane, is_voice))


def _is_of(plane: Plane, prints: Floats, teacher: Floats, is_voice: Bools) -> bool:
    """Whether what a plane calls hers is the voice of `teacher` rather than what it calls others'."""
    odds = plane.odds(prints)
    mine, others = (mean_print(prints, side, is_voice) for side in (odds, -odds))
    return mine is not None and (others is None or float(mine @ teacher) > float(others @ teacher))


def mean_print(prints: Floats, odds: Floats, is_voice: Bools) -> Floats | None:
    """Mean of what is surely hers, of length 1. None: too little of it."""
    weight = _surely(odds, is_voice)
    if np.count_nonzero(weight) < _ENOUGH:
        return None
    return unit(np.einsum("ni,n", prints, weight))


def _heard_most(prints: Floats, is_voice: Bools) -> Floats:
    """Mean print, of length 1, of the seconds that sound as most others do."""
    own = prints[is_voice]
    own = own[: len(own) // _SECOND * _SECOND]
    seconds = unit(own.reshape(-1, _SECOND, prints.shape[1]).sum(axis=1))
    seconds = seconds[:: -(-len(seconds) // _MOST_SECONDS)]
    factor, offset = pair_scale()
    is_same = factor * (seconds @ seconds.T) + offset > 0
    return unit(is_same[int(np.argmax(is_same.sum(axis=1)))] @ seconds)


def _surely(odds: Floats, is_voice: Bools) -> Floats:
    sure = probability(odds)
    return np.where(is_voice & (sure > _SURE), sure, 0)


def _followed(prints: Floats, odds: Floats, is_voice: Bools) -> Plane:
    """Fisher's linear discriminant, again and again. With nobody on one side: what is near to the other."""
    plane = Plane(np.zeros(prints.shape[1]), 0.0)
    for _ in range(_ROUNDS):
        sides = _surely(odds, is_voice), _surely(-odds, is_voice)
        if min(np.count_nonzero(side) for side in sides) < _ENOUGH:
            mean = mean_print(prints, odds, is_voice)
            return plane if mean is None else near(mean)
        (mine, scatter), (others, their_scatter) = (_spread(prints, side) for side in sides)
        scatter = (scatter + their_scatter) / 2
        size = len(scatter)
        scatter = (1 - _ROUND_SHARE) * scatter + _ROUND_SHARE * np.trace(scatter) / size * np.eye(size)
        across = _SLOPE * np.linalg.solve(scatter, mine - others)
        plane = Plane(across, float(-(mine + others) @ across / 2))
        odds = plane.odds(prints)
    return plane


def _spread(prints: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Mean and covariance."""
    own, weight = prints[weight > 0], weight[weight > 0]
    mean = np.einsum("n,ni", weight, own) / weight.sum()
    scatter = np.zeros((PRINT, PRINT))
    for at in range(0, len(own), _BLOCK):
        off = own[at : at + _BLOCK] - mean
        scatter += (off * weight[at : at + _BLOCK, None]).T @ off
    return mean, scatter / weight.sum()


def _fitness(prints: Floats, plane: Plane, is_voice: Bools) -> float:
    """How likely it is that what is called hers is one voice, and she the one who speaks most."""
    odds = plane.odds(prints)
    mean = mean_print(prints, odds, is_voice)
    if mean is None:
        return -np.inf
    alone, sure = near(mean).odds(prints)[is_voice], probability(odds)[is_voice]
    # Log of the probability, by the sum of exponentials.
    fit = -np.mean(sure * np.logaddexp(0, -alone) + (1 - sure) * np.logaddexp(0, alone))
    return float(fit + _TALK * np.log(max(float(sure.mean()), _LEAST_TALK)))
