"""Which kinds of lesson a lesson belongs to, so that a good average cannot hide whom it is bad for.

::

    {"teacher": "woman", "mic": "rear", "rt60_t30_s": 0.56, "snr_teacher_dba": 15.4, "noise": ["hvac", "rain"]}
    -->  teacher woman | unit rear | RT60 0.5 to 0.75 s | SNR 15 to 20 dB(A) | noise hvac | noise rain
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

RT60_EDGES = (0.5, 0.75)
ORDINARY_RT60 = 0.75
ORDINARY = "quiet and ordinary rooms"
"""RT60 of 0.75 s at the most, as built and as measured, and no babble."""
SNR_EDGES = (15, 20)


def slices_of(told: Mapping[str, Any]) -> list[str]:
    """Names of the kinds of lesson that `truth["slices"]` tells. Unknown keys tell nothing."""
    found = [
        *(f"teacher {told[key]}" for key in ("teacher",) if key in told),
        *(str(told[key]) for key in ("phase_of_school",) if key in told),
        *(f"unit {told[key]}" for key in ("mic", "unit") if key in told),
    ]
    found += [f"simulated {told['simulated']}"] if "simulated" in told else []
    rt60 = told.get("rt60_t30_s", told.get("rt60_s"))
    if isinstance(rt60, int | float):
        found.append(f"RT60 {_band(float(rt60), RT60_EDGES, 's')}")
    snr = told.get("snr_teacher_dba")
    if isinstance(snr, int | float):
        found.append(f"SNR {_band(float(snr), SNR_EDGES, 'dB(A)')}")
    if "babble" in told:
        found.append("babble" if told["babble"] else "no babble")
    if _is_ordinary(told):
        found.append(ORDINARY)
    noise = told.get("noise")
    found += [f"noise {kind}" for kind in noise] if isinstance(noise, list) else []
    return found


def _is_ordinary(told: Mapping[str, Any]) -> bool:
    rt60s = [told[key] for key in ("rt60_s", "rt60_t30_s") if isinstance(told.get(key), int | float)]
    return bool(rt60s) and max(rt60s) <= ORDINARY_RT60 and not told.get("babble")


def _band(value: float, edges: tuple[float, ...], unit: str) -> str:
    """Name of the band; a value on an edge belongs to the band above.

    >>> [_band(value, (0.5, 0.75), "s") for value in (0.4, 0.5, 0.8)]
    ['under 0.5 s', '0.5 to 0.75 s', '0.75 s and over']
    """
    if value < edges[0]:
        return f"under {edges[0]} {unit}"
    for low, high in pairwise(edges):
        if value < high:
            return f"{low} to {high} {unit}"
    return f"{edges[-1]} {unit} and over"
