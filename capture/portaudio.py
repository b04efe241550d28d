"""The small process behind a real microphone: `python -m capture.portaudio SOCKET list|listen [NAME]`.

::

    PortAudio's thread --20 ms, counted and timed--> queue --> datagrams (capture/hearing.py) --> the unit
                                                                         the unit is gone --> so are we

A process of its own because it must be possible to kill it: a sound card that is unplugged leaves PortAudio with a
stream that calls itself active and never gives another sample, a `read` that never returns and a `close` that may not
either; and PortAudio sees a device that was plugged in later only when it is started anew. Nothing is mended here:
whoever started this process starts the next.

Two channels are heard where there are more; which of them counts is the unit's business (two_channels.py).
"""

from __future__ import annotations

import itertools
import os
import queue
import socket
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from capture.hearing import Device, Devices, Failed, Message, Opened, Sound, Why, encode
from capture.microphone_names import DEFAULT, LeftOutError, find, usb_cards
from capture.secrecy import keep_memory_private
from lesson.sound import RATE_HZ

RATES_HZ = (RATE_HZ, 48_000, 32_000, 44_100, 96_000)
"""In the order in which they are tried. A card asked directly converts nothing, and many know only 48 kHz."""

BLOCKS_A_SECOND = 50

DOUBTED_BLOCKS = 2 * BLOCKS_A_SECOND
"""After so many, the device's own word on how old its sound is can be believed."""

HELD_BLOCKS = 60 * BLOCKS_A_SECOND
"""A minute of sound waits here for a unit whose disk is busy. What comes then is thrown away, and is a hole."""


class _Refused(Exception):  # noqa: N818 - no fault of this program, but what it has to say
    """There is no sound, for a reason."""

    def __init__(self, why: Why, sentence: str) -> None:
        super().__init__(sentence)
        self.failed = Failed(why, sentence)


def main() -> None:
    """Do what was asked until the unit is gone; the process ends here."""
    keep_memory_private()
    connection = socket.socket(fileno=int(sys.argv[1]))
    threading.Thread(target=_end_with_the_unit, args=(connection,), daemon=True).start()
    _silence_the_libraries()
    try:
        library = _portaudio()
        if sys.argv[2] == "list":
            _say(connection, Devices(_devices(library)))
        else:
            _listen(library, connection, wanted=sys.argv[3], sysfs=Path(sys.argv[4]))
    except _Refused as refused:
        _say(connection, refused.failed)
    # Not `return`: PortAudio's last rites are where a lost card hangs.
    os._exit(0)


def _listen(library: Any, connection: socket.socket, wanted: str, sysfs: Path) -> None:
    device = _choose(library, wanted, sysfs)
    rate_hz, channels = _form(library, device)
    heard: queue.SimpleQueue[Sound | None] = queue.SimpleQueue()
    counter = Counter(heard, rate_hz)
    try:
        stream = library.RawInputStream(
            device=device.index,
            samplerate=rate_hz,
            channels=channels,
            dtype="int16",
            blocksize=rate_hz // BLOCKS_A_SECOND,
            callback=counter,
            finished_callback=lambda: heard.put(None),
        )
        stream.start()
    except library.PortAudioError as error:
        raise _Refused(Why.REFUSED, f"{device.name!r} cannot be opened: {error}.") from error
    _say(connection, Opened(device.name, rate_hz, channels))
    while (sound := heard.get()) is not None:
        _say(connection, sound)
    raise _Refused(Why.ENDED, f"{device.name!r} gives no more sound.")


class Counter:
    """PortAudio's callback: counts the samples, dates them, and never waits."""

    def __init__(
        self, heard: queue.SimpleQueue[Sound | None], rate_hz: int, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._heard = heard
        self._rate_hz = rate_hz
        self._now = now
        self._count = 0
        self._has_overflowed = False

    def __call__(self, data: Any, samples: int, times: Any, status: Any) -> None:
        """See python-sounddevice."""
        now = self._now()
        first_sample, self._count = self._count, self._count + samples
        self._has_overflowed |= bool(status.input_overflow)
        if self._heard.qsize() >= HELD_BLOCKS:
            return
        # PortAudio's two times are of one clock, but of which one depends on the device. The age they make is true of a
        # sound card; PulseAudio claims one and the same for 1.2 s at first, 0.06 to 0.3 s where 0.03 s is true (16.1,
        # measured). A sound has at least its own length behind it: so these are dated a little late, and never early.
        age = max(times.currentTime - times.inputBufferAdcTime, 0.0)
        if first_sample < DOUBTED_BLOCKS * samples:
            age = min(age, samples / self._rate_hz)
        self._heard.put(Sound(first_sample, now - age, self._has_overflowed, bytes(data)))
        self._has_overflowed = False


def _choose(library: Any, wanted: str, sysfs: Path) -> Device:
    devices = _devices(library)
    index = library.default.device[0]
    if wanted == DEFAULT and (default := [each for each in devices if each.index == index]):
        return default[0]
    try:
        return find(wanted, devices, usb_cards(sysfs))
    except LeftOutError as error:
        raise _Refused(Why.REFUSED, str(error)) from error
    except LookupError as error:
        raise _Refused(Why.UNKNOWN, str(error)) from error


def _devices(library: Any) -> tuple[Device, ...]:
    return tuple(
        Device(each["index"], each["name"], each["max_input_channels"])
        for each in library.query_devices()
        if each["max_input_channels"] > 0
    )


def _form(library: Any, device: Device) -> tuple[int, int]:
    """The rate, and how many channels."""
    complaint = ""
    for rate_hz, channels in itertools.product(RATES_HZ, (2, 1)):
        if channels > device.channels:
            continue
        try:
            library.check_input_settings(device.index, channels=channels, dtype="int16", samplerate=rate_hz)
        except library.PortAudioError as error:
            complaint = complaint or str(error)
        else:
            return rate_hz, channels
    raise _Refused(Why.REFUSED, f"{device.name!r} cannot be opened: {complaint}.")


def _portaudio() -> Any:
    try:
        import sounddevice  # noqa: PLC0415 - loads PortAudio, which looks at every sound card
    except OSError as error:
        raise _Refused(Why.REFUSED, f"PortAudio is not installed here ({error}).") from error
    return sounddevice


def _silence_the_libraries() -> None:
    """ALSA writes a page of complaints about plug-ins nobody asked for, whenever devices are listed."""
    with open(os.devnull, "wb") as nowhere:  # noqa: PTH123 - wanted for its number
        os.dup2(nowhere.fileno(), 2)


def _end_with_the_unit(connection: socket.socket) -> None:
    """Wait for the one thing the unit ever says: nothing more."""
    connection.recv(1)
    os._exit(0)


def _say(connection: socket.socket, message: Message) -> None:
    try:
        connection.send(encode(message))
    except OSError:
        os._exit(0)  # the unit is gone


if __name__ == "__main__":
    main()
