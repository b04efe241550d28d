"""Plays the demo lesson's first minute into the room, over and over. PulseAudio's monitor of that is the microphone."""

from __future__ import annotations

import av
import sounddevice as sd

LESSON = "/opt/waitwise/lib/waitwise/lesson_for_demo/lesson.flac"
RATE_HZ = 16_000
SECONDS = 60
"""In these nobody is silent for longer than 3.4 s."""

with av.open(LESSON) as lesson:
    to_pcm = av.AudioResampler(format="s16", layout="mono", rate=RATE_HZ)
    pieces = [piece for frame in lesson.decode(audio=0) for piece in to_pcm.resample(frame)]
sound = b"".join(bytes(piece.planes[0])[: 2 * piece.samples] for piece in pieces)[: 2 * RATE_HZ * SECONDS]
with sd.RawOutputStream(samplerate=RATE_HZ, channels=1, dtype="int16", device="loudspeaker") as loudspeaker:
    while True:
        for at in range(0, len(sound), RATE_HZ):
            loudspeaker.write(sound[at : at + RATE_HZ])
