"""What our two networks have in common: weights in a file, and a layer that remembers.

::

    inputs, step by step  -->  state  -->  state  -->  state      (Cho et al. 2014, the reset gate after the product)

Several pieces run side by side, each with a state of its own. Weights are kept in half precision, matrices (from, to):
`NAME_x`, `NAME_x_bias` for the inputs, `NAME_h`, `NAME_h_bias` for the state, each for reset, update and new state.
"""

from __future__ import annotations

import functools
from importlib import resources

import numpy as np

from analytics.arrays import Floats

Weights = dict[str, Floats]

_AT_ONCE = 200
"""Steps whose inputs are multiplied at once: faster than one by one, and smaller than all of a piece."""


@functools.cache
def weights(file_name: str) -> Weights:
    """Read the weights that lie beside this module."""
    with resources.files("analytics").joinpath(file_name).open("rb") as file, np.load(file) as kept:
        return {name: np.ascontiguousarray(kept[name], dtype=np.float32) for name in kept.files}


def start(w: Weights, name: str, pieces: int) -> Floats:
    """(pieces, size) of the layer's state before it has heard anything."""
    return np.zeros((pieces, w[f"{name}_h"].shape[0]), dtype=np.float32)


def recur(w: Weights, name: str, inputs: Floats, state: Floats) -> Floats:
    """States of one layer, (pieces, steps, size), from (pieces, steps, inputs) and the (pieces, size) before them."""
    matrix, bias = w[f"{name}_h"], w[f"{name}_h_bias"]
    size = state.shape[1]
    out = np.empty((*inputs.shape[:2], size), dtype=np.float32)
    for at in range(inputs.shape[1]):
        if at % _AT_ONCE == 0:
            given = inputs[:, at : at + _AT_ONCE] @ w[f"{name}_x"] + w[f"{name}_x_bias"]
        now, before = given[:, at % _AT_ONCE], state @ matrix + bias
        gates = 1 / (1 + np.exp(-(now[:, : 2 * size] + before[:, : 2 * size])))
        new = np.tanh(now[:, 2 * size :] + gates[:, :size] * before[:, 2 * size :])
        state = new + gates[:, size:] * (state - new)
        out[:, at] = state
    return out
