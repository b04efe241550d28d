"""Weights as the product reads them: matrices as (from, to), half precision, names as in `analytics/ear.py`.

::

    g1.weight_ih_l0          --> first_x         g1.weight_ih_l0_reverse  --> first_back_x
    vad, who, many           --> out, side by side
    c.0.weight, (to, from, 3)--> layer0, from all that it sees side by side
    --zero 0.5               --> the smaller half of all that stands in matrices is nothing; biases stay
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

_HEADS = ("vad", "who", "many")


def export(network: str, state: Path, out: Path, zero: float = 0.0) -> None:
    """Write `out` from a state that `teach` or `teach-hindsight` left, without a share `zero` of its weights."""
    import torch  # noqa: PLC0415 - naming the weights needs no torch, and is tested without

    kept = {name: value.numpy() for name, value in torch.load(state, weights_only=True).items()}
    named = {"ear": ear_weights, "prints": print_weights, "hindsight": hindsight_weights}[network](kept)
    np.savez_compressed(out, **without_smallest({name: value.astype("f2") for name, value in named.items()}, zero))


def without_smallest(named: Mapping[str, Any], zero: float) -> dict[str, Any]:
    """Set the share `zero` of the weights of all matrices together to nothing: the smallest."""
    sizes = np.sort(np.concatenate([abs(value).ravel() for value in named.values() if value.ndim > 1]))
    least = sizes[int(zero * sizes.size)]
    return {
        name: np.where(abs(value) < least, 0, value).astype(value.dtype) if value.ndim > 1 else value
        for name, value in named.items()
    }


def ear_weights(state: Mapping[str, Any]) -> dict[str, Any]:
    """Stage one."""
    return {
        "in": state["a.weight"].T,
        "in_bias": state["a.bias"],
        **_recurrent(state, "g1", "first"),
        **_recurrent(state, "g2", "second"),
        "out": np.concatenate([state[f"{head}.weight"] for head in _HEADS]).T,
        "out_bias": np.concatenate([state[f"{head}.bias"] for head in _HEADS]),
    }


def print_weights(state: Mapping[str, Any]) -> dict[str, Any]:
    """The prints."""
    layers = sorted({name.split(".")[1] for name in state if name.startswith("c.")})
    return {
        "in": state["a.weight"].T,
        "in_bias": state["a.bias"],
        **{f"layer{at}": np.concatenate(np.moveaxis(state[f"c.{at}.weight"], 2, 0).swapaxes(1, 2)) for at in layers},
        **{f"layer{at}_bias": state[f"c.{at}.bias"] for at in layers},
        "out": state["out.weight"].T,
        "out_bias": state["out.bias"],
        "near": state["near"],
        "pair": state["pair"],
    }


def hindsight_weights(state: Mapping[str, Any]) -> dict[str, Any]:
    """Stage two."""
    return {
        "in": state["a.weight"].T,
        "in_bias": state["a.bias"],
        **_recurrent(state, "g1", "first"),
        **_recurrent(state, "g1", "first_back", "_reverse"),
        **_recurrent(state, "g2", "second"),
        **_recurrent(state, "g2", "second_back", "_reverse"),
        "out": state["out.weight"].T,
        "out_bias": state["out.bias"],
    }


def _recurrent(state: Mapping[str, Any], layer: str, name: str, way: str = "") -> dict[str, Any]:
    return {
        f"{name}_x": state[f"{layer}.weight_ih_l0{way}"].T,
        f"{name}_x_bias": state[f"{layer}.bias_ih_l0{way}"],
        f"{name}_h": state[f"{layer}.weight_hh_l0{way}"].T,
        f"{name}_h_bias": state[f"{layer}.bias_hh_l0{way}"],
    }
