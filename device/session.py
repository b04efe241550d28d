"""One lesson, from button to button.

::

    microphone --blocks--> listener --heard--> lamp and page (on_heard)
         |                              |----> evidence, sealed --> outbox --> MQTT
         |                              '----> lesson log, sealed --> disk
         '-> recorder <--pictures-- camera
                 '--> segment, sealed --> disk --> outbox --> HTTPS

One loop, driven by the sound: its sample count is the lesson's clock. The header and its stanzas are on the disk
before the first frame; a segment is in the outbox a moment after it is on the disk.

A lesson of which nobody has said yet whose it is may wait with its evidence: `tell` has all of it told, or none.

In a pause the clock goes on: sound is replaced by missing sound, and pictures by a dark one, before anything else sees
them. After it the picture comes back with the next key picture, a moment later than the sound. `pause`, `resume` and
`bookmark` may be called by any thread (device/marks.py).
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from analytics.listener import Listener
from capture.camera import Camera, CodedPicture
from capture.errors import DiskFullError
from capture.microphone import Microphone
from capture.recorder import LessonRecorder
from capture.stills import jpeg
from device.batches import Batches, as_line
from device.clock import Clock
from device.marks import Marks
from device.sure_clock import SureClock
from lesson.footage.manifest import End
from lesson.messages import Event, LessonEnded, LessonStarted, SealedEvidence, encode_event
from lesson.sound import AudioBlock
from lesson.talk import Account, Heard

_log = logging.getLogger(__name__)

EVIDENCE_EVERY = 5.0
"""Seconds between evidence messages when no wait ends: a live page is never further behind."""

LOG_EVERY = 10.0
"""Seconds of talk in a log segment: what a power cut may cost of the numbers, beside the live evidence."""


PROOF_EVERY = 180.0
"""Seconds between two stills that prove the mask: some 20 kilobytes each."""


def _do_nothing(_: object) -> None:
    """Nobody listens."""


@dataclass(slots=True)
class LessonSession:
    """Records one lesson. `run` returns its account when the sound ends or `should_stop` says so."""

    lesson_id: str
    folder: Path
    started: LessonStarted
    microphone: Microphone
    camera: Camera | None
    listener: Listener
    recorder: LessonRecorder
    announce: Callable[[bytes], None] | None
    """Takes encoded events for the school; never raises, and never waits for the school. None: it hears nothing yet,
    unless `tell` says so."""
    clock: Clock
    time: SureClock
    on_heard: Callable[[Heard], None] = _do_nothing
    on_closed: Callable[[LessonSession], None] = _do_nothing
    may_tell: bool = False
    """While the school hears nothing: `tell` may still be called, and what is heard is kept for it, in memory."""
    evidence: int = 0
    """Evidence messages so far."""
    _evidence: Batches = field(default_factory=lambda: Batches(EVIDENCE_EVERY, waits_at_once=True))
    _log: Batches = field(default_factory=lambda: Batches(LOG_EVERY, waits_at_once=False))
    _next_proof: float = 0.0
    _untold: list[bytes] = field(default_factory=list)
    _turn: threading.Lock = field(default_factory=threading.Lock)
    _told_later: Callable[[bytes], None] | None = None
    _is_over: bool = False
    _marks: Marks = field(init=False)
    _is_dark: bool = False
    """The last picture was a dark one: what builds on a picture that was left out cannot be shown."""

    def __post_init__(self) -> None:
        self._marks = Marks(self.clock, lambda: self.microphone.zero)

    @property
    def microphone_drift_ppm(self) -> float | None:
        """How much too fast the microphone counts; None while that is not known."""
        drift = self.microphone.drift
        return None if drift is None else round(drift * 1e6, 1)

    def pause(self) -> None:
        """Record neither sound nor picture from now on."""
        self._marks.pause()

    def resume(self) -> None:
        """Go on with what is captured from now on."""
        self._marks.resume()

    def bookmark(self) -> None:
        """Mark this moment in the lesson's log."""
        self._marks.bookmark()

    def tell(self, announce: Callable[[bytes], None]) -> None:
        """Tell the school of this lesson from its beginning on, from now on; after its end, that there is one."""
        with self._turn:
            if self._is_over:
                announce(encode_event(self.started))
            else:
                self._told_later = announce

    def tell_nobody(self) -> None:
        """Keep nothing to be told any more."""
        self.may_tell = False

    def run(self, should_stop: Callable[[], bool] = lambda: False) -> Account:
        """Record until the sound ends or `should_stop()` is true; whatever happens, close what was recorded.

        Raises the error that ended the lesson early, after what there was has been closed.
        """
        self._announce(self.started)
        now = 0.0
        try:
            for block in self.microphone.blocks():
                now = block.end
                self._record(block)
                if should_stop():
                    break
        except DiskFullError:
            self._close(now, End.DISK_FULL)
            raise
        except BaseException:
            self._close(now, End.INTERRUPTED)
            raise
        return self._close(now, End.STOPPED)

    def _record(self, block: AudioBlock) -> None:
        marks = self._marks.feed(block)
        if block.start < self._marks.blank_before:
            block = replace(block, pcm=bytes(len(block.pcm)), is_missing=True)
        if self.camera is not None:
            for picture in self._unless_paused(self.camera.pictures_until(block.end), self.camera.coding.blank):
                self.recorder.picture(picture)
            self._prove_mask(self.camera, block.end)
        self.recorder.sound(block)
        self._tell([*marks, *self.listener.feed(block)], block.end)

    def _prove_mask(self, camera: Camera, now: float) -> None:
        """Seal a still with the mask on it, at the start and then now and again; never one from a pause."""
        if camera.mask is None or now < self._next_proof:
            return
        still = camera.still()
        if still is not None and still.time >= self._marks.blank_before:
            self._next_proof = now + PROOF_EVERY
            self.recorder.still(jpeg(still, camera.mask))

    def _unless_paused(self, pictures: Iterable[CodedPicture], dark: bytes) -> Iterator[CodedPicture]:
        """In a pause a dark picture for each key picture, and none of the pictures that build on those."""
        for picture in pictures:
            if picture.is_key or not self._is_dark:
                self._is_dark = picture.time < self._marks.blank_before
                yield CodedPicture(picture.time, dark, is_key=True) if self._is_dark else picture

    def _tell(self, heard: Iterable[Heard], now: float) -> None:
        self._begin_to_tell()
        heard = list(heard)
        for each in heard:
            self.on_heard(each)
        for lines in self._evidence.feed(heard, now):
            self._send(lines)
        for lines in self._log.feed(heard, now):
            self.recorder.log(lines)

    def _close(self, now: float, end: End) -> Account:
        self.microphone.close()
        if self.camera is not None:
            self.camera.close()
        heard = [*self._marks.finish(now), *self.listener.finish()]
        account = replace(
            self.listener.account(), marks=self._marks.marks, microphone_drift_ppm=self.microphone_drift_ppm
        )
        if not self.recorder.is_over:  # else the disk failed: the next start closes the lesson
            end = self._last_words(heard, account, now) or end
            self.recorder.stop(end)
        ended = LessonEnded(
            lesson_id=self.lesson_id,
            ended_at=self.time.read().at,
            end=end.value,
            n_segments=self.recorder.segments,
            n_evidence=self.evidence,
            duration=account.duration,
        )
        with self._turn:
            self._is_over = True
        self._begin_to_tell()
        self._announce(ended)
        self.on_closed(self)
        return account

    def _last_words(self, heard: Iterable[Heard], account: Account, now: float) -> End | None:
        """Tell and log what is left. `DISK_FULL` if that took the room held back: it is stored, and the lesson ends."""
        end = None
        try:
            self._tell(heard, now)
        except DiskFullError:
            if self.recorder.is_over:  # not even the room held back was enough: the next start closes the lesson
                raise
            end = End.DISK_FULL
        for lines in self._evidence.flush(now):
            self._send(lines)
        try:
            self.recorder.log(b"".join([*self._log.flush(now), as_line(Heard(account=account))]), final=True)
        except DiskFullError:
            if self.recorder.is_over:
                raise
            end = End.DISK_FULL
        return end

    def _announce(self, event: Event) -> None:
        if self.announce is not None:
            self.announce(encode_event(event))

    def _begin_to_tell(self) -> None:
        """What was kept, where `tell` has said so meanwhile. A lesson that is over can seal no evidence any more."""
        if self.announce is None and self._told_later is not None:
            self.announce = self._told_later
            self._announce(self.started)
            untold, self._untold = self._untold, []
            for lines in untold:
                self._send(lines)

    def _send(self, lines: bytes) -> None:
        if self.announce is None:
            is_kept = self.may_tell or self._told_later is not None
            self._untold = [*self._untold, lines] if is_kept else []
            return
        if self.recorder.is_over:
            return
        index, ciphertext = self.recorder.seal_evidence(lines)
        self.evidence += 1
        self._announce(SealedEvidence(self.lesson_id, index, ciphertext))
