"""Turn sound into frames: how loud, what colour, how much like a voice.

One frame every 10 ms, counted in samples. A frame looks at a little sound on both sides of its own 10 ms::

    samples   |....|....|....|....|....|
    frame 2   ........[<-- 32 ms -->]...      level, 18 bands of the spectrum
    frame 2   ...[<------ 64 ms ------>]      pitch, every second frame

It computes 100 ms at a time: one call of numpy for ten frames, whatever block size the microphone has.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.arrays import Bools, Floats
from lesson.sound import RATE_HZ

HOP = 160
"""Samples from frame to frame: 10 ms."""
HOP_S = HOP / RATE_HZ
STEP_FRAMES = 10
"""Frames computed together."""
STEP = HOP * STEP_FRAMES
BANDS = 18
"""Bands of the spectrum, equal steps on the mel scale from 120 Hz to 7 kHz."""
EAR_BANDS = 32
"""Bands that the ear hears, from 90 Hz to 7.6 kHz."""

_SHORT = 512
_LONG = 1024
MARGIN = (_LONG - 2 * HOP) // 2
"""Samples needed on either side of a step."""
_FLOOR_POWER = 1e-11
_BAND_HZ = (120.0, 7000.0)
_EAR_HZ = (90.0, 7600.0)
_SPEECH_HZ = (150.0, 5500.0)
"""The band whose level we follow: below it rooms hum, above it little of a voice is left."""
_PITCH_HZ = (75.0, 420.0)
_PITCH_BAND_HZ = (70.0, 1800.0)


@dataclass(frozen=True, slots=True)
class Frames:
    """Ten frames, 100 ms. First axis: frame."""

    level_db: Floats
    """(10,) dBFS in the speech band."""
    bands_db: Floats
    """(10, BANDS) dB in each band."""
    ear_db: Floats
    """(10, EAR_BANDS) dB in each of the ear's bands."""
    voicing: Floats
    """(10,) 0 to 1: height of the highest peak of the autocorrelation. About 0.3 in noise."""
    pitch_hz: Floats
    """(10,) where that peak lies. Means nothing where `voicing` is low."""

    def without(self, is_missing: Bools, level_db: float) -> Frames:
        """Put `level_db` and no voice where the sound is missing."""
        flat = np.float32(level_db - 10 * np.log10(BANDS))
        return Frames(
            np.where(is_missing, np.float32(level_db), self.level_db),
            np.where(is_missing[:, None], flat, self.bands_db),
            np.where(is_missing[:, None], flat, self.ear_db),
            np.where(is_missing, np.float32(0), self.voicing),
            self.pitch_hz,
        )


def _mel(hz: Floats | float) -> Floats:
    return np.asarray(2595.0 * np.log10(1.0 + np.asarray(hz) / 700.0))


def _band_weights(bands: int, hz: tuple[float, float]) -> Floats:
    """(257, bands) triangles, each of unit sum."""
    edges = np.linspace(_mel(hz[0]), _mel(hz[1]), bands + 2)
    bins = _mel(np.fft.rfftfreq(_SHORT, 1 / RATE_HZ))[:, None]
    rising = (bins - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - bins) / (edges[2:] - edges[1:-1])
    weights = np.clip(np.minimum(rising, falling), 0, None)
    return np.asarray(weights / weights.sum(axis=0), dtype=np.float32)


class Spectrum:
    """Frames of one step of sound. Holds tables only, no sound."""

    def __init__(self, step_frames: int = STEP_FRAMES) -> None:
        """`step_frames`: how many frames are asked for at once, an even number."""
        self._short_window = np.hanning(_SHORT).astype(np.float32)
        self._long_window = np.hanning(_LONG).astype(np.float32)
        self._bands = _band_weights(BANDS, _BAND_HZ)
        self._ear = _band_weights(EAR_BANDS, _EAR_HZ)
        hz = np.fft.rfftfreq(_SHORT, 1 / RATE_HZ)
        self._speech = ((hz >= _SPEECH_HZ[0]) & (hz <= _SPEECH_HZ[1])).astype(np.float32)
        self._scale = np.float32(2.0 / (_SHORT * float(np.sum(self._short_window**2))))
        hz = np.fft.rfftfreq(2 * _LONG, 1 / RATE_HZ)
        self._pitch_band = ((hz >= _PITCH_BAND_HZ[0]) & (hz <= _PITCH_BAND_HZ[1])).astype(np.float32)
        self._first_lag, last = int(RATE_HZ / _PITCH_HZ[1]), int(RATE_HZ / _PITCH_HZ[0])
        power = np.abs(np.fft.rfft(self._long_window, 2 * _LONG)) ** 2
        window_lags = np.fft.irfft(power)
        self._window_lags = (window_lags / window_lags[0])[self._first_lag : last].astype(np.float32)
        first = MARGIN + HOP // 2 - _SHORT // 2
        self._short_index = first + HOP * np.arange(step_frames)[:, None] + np.arange(_SHORT)
        self._long_index = 2 * HOP * np.arange(step_frames // 2)[:, None] + np.arange(_LONG)

    def frames(self, sound: Floats) -> Frames:
        """Frames of `sound`: a step and MARGIN samples on either side, -1 to 1."""
        power = np.abs(np.fft.rfft(sound[self._short_index] * self._short_window, axis=1)) ** 2 * self._scale
        level = 10 * np.log10(power @ self._speech + _FLOOR_POWER)
        bands = 10 * np.log10(power @ self._bands + _FLOOR_POWER)
        ear = 10 * np.log10(power @ self._ear + _FLOOR_POWER)
        voicing, pitch = self._pitch(sound)
        return Frames(
            level.astype(np.float32),
            bands.astype(np.float32),
            ear.astype(np.float32),
            np.repeat(voicing, 2),
            np.repeat(pitch, 2),
        )

    def _pitch(self, sound: Floats) -> tuple[Floats, Floats]:
        """Voicing and pitch of every second frame, by autocorrelation of the band of the first harmonics."""
        spectrum = np.fft.rfft(sound[self._long_index] * self._long_window, 2 * _LONG, axis=1)
        lags = np.fft.irfft((np.abs(spectrum) ** 2) * self._pitch_band, axis=1)
        # Boersma 1993: divide by the window's own autocorrelation, or long lags look unvoiced.
        seen = lags[:, self._first_lag : self._first_lag + self._window_lags.size] / self._window_lags
        seen = seen / np.maximum(lags[:, :1], 1e-9)
        # A small price on long lags keeps the peak from jumping an octave down.
        best = np.argmax(seen - 0.0004 * np.arange(seen.shape[1]), axis=1)
        voicing = np.clip(seen[np.arange(best.size), best], 0, 1)
        return voicing.astype(np.float32), (RATE_HZ / (best + self._first_lag)).astype(np.float32)
