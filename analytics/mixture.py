"""Learn what a set of voice slices looks like, and say how well others fit: a mixture of a few Gaussians.

::

    slices of one side of the talk          o o
                                          o(o o)o      (   ) one Gaussian: mean, variance per feature
                                       (oo o) o
    log_likelihood: high near them, low elsewhere

Fitted by expectation-maximisation (Dempster, Laird and Rubin 1977), with variances kept from collapsing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.arrays import Floats

_SLICES_A_GAUSSIAN = 12
_ROUNDS = 12
_AT_ONCE = 2000
"""Slices: an hour of them at once would need ten times the memory."""


def _log_sum(each: Floats) -> Floats:
    """Log of the sum of exponentials of each row."""
    top = each.max(axis=1)
    return np.asarray(top + np.log(np.exp(each - top[:, None]).sum(axis=1)))


@dataclass(frozen=True, slots=True)
class Mixture:
    """A few Gaussians with diagonal covariance."""

    log_weight: Floats
    mean: Floats
    variance: Floats

    def log_likelihood(self, slices: Floats) -> Floats:
        """(n,) of (n, features)."""
        blocks = range(0, max(1, len(slices)), _AT_ONCE)
        return np.concatenate([_log_sum(self._each(slices[at : at + _AT_ONCE])) for at in blocks])

    def _each(self, slices: Floats) -> Floats:
        precision = 1 / self.variance
        distance = (slices**2) @ precision.T - 2 * slices @ (self.mean * precision).T
        constant = (self.mean**2 * precision).sum(axis=1) + np.log(2 * np.pi * self.variance).sum(axis=1)
        return np.asarray(self.log_weight - 0.5 * (distance + constant))

    @classmethod
    def of(cls, slices: Floats, size: int, random: np.random.Generator, spread: Floats) -> Mixture:
        """Fit up to `size` Gaussians. `spread`: variance of each feature over everybody, a floor for ours."""
        size = min(size, max(1, len(slices) // _SLICES_A_GAUSSIAN))
        mean = slices[random.choice(len(slices), size, replace=False)]
        own = slices.var(axis=0) + 0.02 * spread
        mixture = cls(np.full(size, -np.log(size), dtype=np.float32), mean, np.tile(own, (size, 1)))
        for _ in range(_ROUNDS):
            each = mixture._each(slices)
            share = np.exp(each - each.max(axis=1, keepdims=True))
            share /= share.sum(axis=1, keepdims=True)
            count = share.sum(axis=0) + 1e-3
            mean = (share.T @ slices) / count[:, None]
            variance = np.maximum((share.T @ slices**2) / count[:, None] - mean**2, 0.05 * own) + 0.01 * spread
            mixture = cls(np.log(count / count.sum()), mean, variance)
        return mixture
