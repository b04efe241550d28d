"""Names for the arrays that go from module to module: one value a frame unless a docstring says otherwise."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
"""Levels, probabilities, features; float32 wherever an hour of them is kept."""
Bools = NDArray[np.bool_]
Frames64 = NDArray[np.int64]
"""Frame numbers, counted from the start of the lesson."""
Spans = NDArray[np.integer[Any]]
"""(n, 2) first frame, and frame after the last."""
Samples = NDArray[np.int16]
