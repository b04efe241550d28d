"""A camera made of software below the real picamera2: see libcamera_stand_in/libcamera/__init__.py."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from capture.camera import Image, planes

STAND_IN = Path(__file__).parent / "libcamera_stand_in"


class Sensor:
    """Tells the sensor how to behave from its next frame on."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.environment = {
            "LIBCAMERA_STAND_IN": str(path),
            "PYTHONPATH": os.pathsep.join([str(STAND_IN), *sys.path]),
        }

    def hold(self, image: Image) -> None:
        """Show it to the sensor, until it is told to be otherwise."""
        file = self._path.with_suffix(f".{len(list(self._path.parent.glob('*.npy')))}.npy")
        np.save(file, planes(image)[0])
        self.be(held=str(file))

    def be(self, **how: Any) -> None:
        part = self._path.with_suffix(".part")
        part.write_text(json.dumps(how))
        part.replace(self._path)


def sensor(folder: Path, patch: pytest.MonkeyPatch) -> Sensor:
    """A sensor that processes started from here on find."""
    made = Sensor(folder / "sensor.json")
    for name, value in made.environment.items():
        patch.setenv(name, value)
    return made
