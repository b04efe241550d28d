"""The small process behind a real camera: `python -m capture.picamera SOCKET`.

::

    sensor --> picamera2 --main, lores--> mask --main--> H.264 --messages (capture/seeing.py)--> the unit
                                            '--lores or main, on request----^     the unit is gone --> so are we

A process of its own because it must be possible to kill it: a camera whose ribbon slips or whose driver hangs leaves
picamera2 waiting for ever, also in `stop`. Nothing is mended here: whoever started this process starts the next.

The mask is put on in `pre_callback`, before the encoder has the picture. An error there ends picamera2's thread: then
there are no pictures at all, and never one without its mask.
"""

from __future__ import annotations

import contextlib
import os
import queue
import socket
import sys
import threading
import time
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from capture.camera import DARK, KEY_EVERY, STILL_WIDTH, Frame, Image, planes
from capture.cover import Cover
from capture.secrecy import keep_memory_private
from capture.seeing import (
    KEY,
    LARGE_STILL,
    SMALL_STILL,
    Blank,
    Failed,
    Message,
    Opened,
    Seen,
    Still,
    Wanted,
    Why,
    encode,
    receive_wanted,
)

HELD_MESSAGES = 250
"""So many pictures wait here for a unit whose disk is busy. What comes then is thrown away, up to a key picture."""

HARDWARE = Path("/dev/video11")
"""The encoder of a Raspberry Pi up to 4. A Pi 5 has none."""


class _Refused(Exception):  # noqa: N818 - no fault of this program, but what it has to say
    """There is no picture, for a reason."""


def main() -> None:
    """Do what was asked until the unit is gone; the process ends here."""
    keep_memory_private()
    connection = socket.socket(fileno=int(sys.argv[1]))
    mouth = _Mouth(connection)
    asked: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    try:
        # Loaded before anybody has pressed: on a small computer that takes longer than all that comes after.
        library = _picamera2()
        wanted = _wanted(connection)
        threading.Thread(target=_listen, args=(connection, asked), daemon=True).start()
        _see(library, mouth, asked, wanted)
    except _Refused as refused:
        mouth.last_words(Failed(Why.REFUSED, str(refused)))
    # Not `return`: libcamera's last rites are where a lost camera hangs.
    os._exit(0)


def _wanted(connection: socket.socket) -> Wanted:
    """Wait to be told what to see. Nothing is opened before."""
    with contextlib.suppress(OSError):
        if told := receive_wanted(connection.recv):
            return told
    os._exit(0)  # the unit is gone, and never wanted anything


def _listen(connection: socket.socket, asked: queue.SimpleQueue[bytes]) -> None:
    """Hear what the unit asks, also while a driver hangs; end with the unit."""
    with contextlib.suppress(OSError):
        while what := connection.recv(1):
            asked.put(what)
    os._exit(0)


def _see(library: Any, mouth: _Mouth, asked: queue.SimpleQueue[bytes], wanted: Wanted) -> NoReturn:
    try:
        camera = library.Picamera2(wanted.number)
        camera.configure(
            camera.create_video_configuration(
                main={"size": (wanted.width, wanted.height), "format": "YUV420"},
                lores={"size": _small(wanted), "format": "YUV420"},
                controls={"FrameRate": wanted.rate_hz},
                display=None,
            )
        )
        encoder = _encoder(library, wanted)
        sight = _Sight(library, encoder, mouth, wanted)
        mouth.say(Opened(camera.camera_properties.get("Model", "a camera"), type(encoder).__name__))
        camera.pre_callback = sight.before_encoding
        camera.start_recording(encoder, _output(encoder, mouth))
    except (RuntimeError, OSError, IndexError) as error:
        raise _Refused(f"The camera cannot be opened: {error}.") from error
    while True:
        sight.ask(asked.get())


class _Sight:
    """What is done to each picture before it is coded, in picamera2's thread."""

    def __init__(self, library: Any, encoder: Any, mouth: _Mouth, wanted: Wanted) -> None:
        self._mapped = library.MappedArray
        self._encoder = encoder
        self._mouth = mouth
        self._sizes = {"main": (wanted.width, wanted.height), "lores": _small(wanted)}
        mask = wanted.mask
        self._covers = {} if mask is None else {name: Cover(mask, *size) for name, size in self._sizes.items()}
        self._key_slack = 0.5 / wanted.rate_hz
        self._next_key = 0.0
        self._is_blank_due = True
        self._stills: queue.SimpleQueue[str] = queue.SimpleQueue()

    def ask(self, asked: bytes) -> None:
        """Do it with the next picture."""
        if asked == KEY:
            self._next_key = 0.0
        else:
            self._stills.put({SMALL_STILL: "lores", LARGE_STILL: "main"}[asked])

    def before_encoding(self, request: Any) -> None:
        """Put the mask on; the first picture of all is a blank one."""
        for name, cover in self._covers.items():
            with self._mapped(request, name) as mapped:
                cover.put_on(mapped.array)
        if self._is_blank_due:
            self._is_blank_due = False
            with self._mapped(request, "main") as mapped:
                for plane, level in zip(planes(mapped.array), DARK, strict=True):
                    plane[:] = level
            return
        seconds = request.get_metadata()["SensorTimestamp"] / 1e9
        while not self._stills.empty():
            self._give(request, self._stills.get(), seconds)
        # By the sensor's own time: a key picture each KEY_EVERY seconds, whatever the rate turns out to be.
        if seconds >= self._next_key - self._key_slack or self._mouth.needs_key:
            self._encoder.force_key_frame()
            self._next_key = seconds + KEY_EVERY

    def _give(self, request: Any, name: str, seconds: float) -> None:
        width = self._sizes[name][0]
        with self._mapped(request, name, write=False) as mapped:
            data = packed(mapped.array, width).tobytes()
        self._mouth.say(Still(_now_monotonic(seconds), name == "main", width, data))


class _Mouth:
    """Says things in a thread of its own, so that a busy unit never holds up picamera2's."""

    def __init__(self, connection: socket.socket) -> None:
        self.needs_key = False
        """Pictures were thrown away: what comes builds upon them, until a key picture."""
        self._connection = connection
        self._waiting: queue.SimpleQueue[Message] = queue.SimpleQueue()
        threading.Thread(target=self._speak, daemon=True).start()

    def say(self, message: Message) -> None:
        """Say it as soon as the unit listens. Never waits, never raises."""
        if isinstance(message, Seen):
            if self._waiting.qsize() >= HELD_MESSAGES:
                self.needs_key = True
                return
            self.needs_key &= not message.is_key
            if self.needs_key:
                return
        self._waiting.put(message)

    def last_words(self, message: Message) -> None:
        """Say it now, and be heard."""
        self._send(message)

    def _speak(self) -> None:
        while True:
            self._send(self._waiting.get())

    def _send(self, message: Message) -> None:
        try:
            self._connection.sendall(encode(message))
        except OSError:
            os._exit(0)  # the unit is gone


def _output(encoder: Any, mouth: _Mouth) -> Any:
    """picamera2's way out, for us: an error in it would end picamera2's thread, so there must be none."""
    from picamera2.outputs import Output  # noqa: PLC0415 - see _picamera2

    class ToTheUnit(Output):  # type: ignore[misc, unused-ignore]  # picamera2 has no types
        _is_blank_due = True

        def outputframe(
            self,
            frame: Any,
            keyframe: bool = True,
            timestamp: int | None = None,
            packet: Any = None,
            audio: bool = False,
        ) -> None:
            del packet, audio
            if self._is_blank_due:
                self._is_blank_due = False
                mouth.say(Blank(bytes(frame)))
                return
            # The encoder counts from the sensor's time stamp of its first picture, in microseconds.
            exposed_at = _now_monotonic((encoder.firsttimestamp + (timestamp or 0)) / 1e6)
            mouth.say(Seen(exposed_at, bool(keyframe), bytes(frame)))

    return ToTheUnit()


def as_monotonic(moment: float, monotonic: float, boottime: float) -> float:
    """A sensor's moment in CLOCK_MONOTONIC, given what both clocks show now.

    libcamera documents CLOCK_BOOTTIME and passes on what the kernel's V4L2 drivers stamp, which is CLOCK_MONOTONIC.
    They differ by the time that the machine was suspended: nothing on a unit, hours on a developer's laptop.

    >>> as_monotonic(99.9, 100.0, 100.0), as_monotonic(99.9, 100.0, 5100.0), as_monotonic(5099.9, 100.0, 5100.0)
    (99.9, 99.9, 99.89999999999964)
    """
    if abs(moment - boottime) < abs(moment - monotonic):
        return moment - (boottime - monotonic)
    return moment


def _now_monotonic(moment: float) -> float:
    return as_monotonic(moment, time.monotonic(), time.clock_gettime(time.CLOCK_BOOTTIME))


def _encoder(library: Any, wanted: Wanted) -> Any:
    from picamera2 import encoders  # noqa: PLC0415 - see _picamera2

    if HARDWARE.exists() and library.Picamera2.platform is library.Platform.VC4:
        # `iperiod` is only what a broken clock would leave of key pictures: they are asked for, by time.
        return encoders.H264Encoder(bitrate=wanted.bit_rate, repeat=True, iperiod=round(60 * wanted.rate_hz))
    from capture.coder import Coder  # noqa: PLC0415 - not where the hardware does it

    class Software(encoders.Encoder):  # type: ignore[misc, unused-ignore]  # picamera2 has no types
        """Our own libx264: picamera2's LibavH264Encoder cannot be asked for a key picture (PyAV wants a number)."""

        def __init__(self) -> None:
            super().__init__()
            self._coder = Coder(
                wanted.width, wanted.height, wanted.rate_hz, preset="ultrafast", bit_rate=wanted.bit_rate
            )

        def force_key_frame(self) -> None:
            self._coder.want_key()

        def _start(self) -> None:
            """It is open."""

        def _encode(self, stream: Any, request: Any) -> None:
            microseconds = self._timestamp(request)
            with library.MappedArray(request, stream, write=False) as mapped:
                picture = self._coder.code(Frame(microseconds / 1e6, packed(mapped.array, wanted.width)))
            self.outputframe(picture.data, picture.is_key, microseconds)

    return Software()


def packed(image: Image, width: int) -> Image:
    """The image without what the hardware leaves at the end of a row."""
    if image.shape[1] == width:
        return image
    flat = [plane[:, : width >> (at > 0)].ravel() for at, plane in enumerate(planes(image))]
    return np.concatenate(flat).reshape(-1, width)


def _small(wanted: Wanted) -> tuple[int, int]:
    """The size of the small stream: never larger than the other."""
    width = min(STILL_WIDTH, wanted.width)
    return width, 2 * round(width * wanted.height / wanted.width / 2)


def _picamera2() -> Any:
    try:
        import picamera2  # noqa: PLC0415 - loads libcamera, which looks for cameras
    except ImportError as error:
        raise _Refused(f"picamera2 is not installed here ({error}).") from error
    return picamera2


if __name__ == "__main__":
    main()
