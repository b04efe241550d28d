r"""Voice prints: a small network that hears a third of a second at a time and remembers nothing.

::

    two frames ---> 64 -+-> +-20 ms -> +-40 ms -> +-40 ms -> +-60 ms -.      each layer looks so far both ways,
    of the ear          '-------'----------'----------'----------'-----+-->  and adds what it finds to the one before

                                                         print, each 20 ms: 32 numbers, of a length
                                                         between 0 (no voice) and 1 (surely a voice)

Two prints of one person point the same way, of two people they do not, whatever was heard before: so a sample of her
voice fits the whole lesson, and so does a print from its first minute. `prints.npz` holds the weights;
`docs/developer/ear.md` says what it learnt from. From a print no sound can be made.
"""

from __future__ import annotations

import functools
import hashlib
from importlib import resources

import numpy as np

from analytics.arrays import Floats
from analytics.odds import probability
from analytics.recurrent import weights

PRINT = 32
"""Numbers of a voice print."""
_FILE = "prints.npz"
_REACH = (1, 2, 2, 3)
"""Steps of 20 ms that each layer looks back and ahead."""
DELAY_STEPS = sum(_REACH)


class PrintNetwork:
    """Hears one lesson, in order. Memory: constant."""

    def __init__(self) -> None:
        self._w = weights(_FILE)
        width = len(self._w["in_bias"])
        self._before = [np.zeros((2 * reach, width), dtype=np.float32) for reach in _REACH]
        self._waiting = [np.zeros((sum(_REACH[at:]), width), dtype=np.float32) for at in range(len(_REACH))]

    def step(self, inputs: Floats) -> Floats:
        """(n, inputs) of n steps to the (n, PRINT) prints of those `DELAY_STEPS` before them."""
        w, count = self._w, len(inputs)
        layer = np.maximum(inputs @ w["in"] + w["in_bias"], 0)
        layers = [layer]
        for at, reach in enumerate(_REACH):
            known = np.concatenate((self._before[at], layer))
            self._before[at] = known[-2 * reach :]
            middle = known[reach : reach + count]
            around = np.hstack((known[:count], middle, known[2 * reach :]))
            layer = np.maximum(around @ w[f"layer{at}"] + w[f"layer{at}_bias"], 0) + middle
            layers.append(layer)
        # The first layers wait for the last.
        for at, waiting in enumerate(self._waiting):
            known = np.concatenate((waiting, layers[at]))
            self._waiting[at], layers[at] = known[count:], known[:count]
        out = np.hstack(layers) @ w["out"] + w["out_bias"]
        prints = out[:, :PRINT]
        length = np.maximum(np.linalg.norm(prints, axis=1, keepdims=True), 1e-6)
        return np.asarray(prints / length * probability(out[:, PRINT:]))


def near_scale() -> tuple[float, float]:
    """Factor and offset that make log odds of "hers" of the product of a print and the mean of many of hers."""
    factor, offset = weights(_FILE)["near"].tolist()
    return factor, offset


def pair_scale() -> tuple[float, float]:
    """Factor and offset that make log odds of "one voice" of the product of two short stretches' prints."""
    factor, offset = weights(_FILE)["pair"].tolist()
    return factor, offset


@functools.cache
def network_name() -> str:
    """Name the weights: first 16 bytes of their SHA-256, hexadecimal. Prints of two networks cannot be compared."""
    return hashlib.sha256(resources.files("analytics").joinpath(_FILE).read_bytes()).hexdigest()[:32]
