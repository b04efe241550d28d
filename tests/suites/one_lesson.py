"""One lesson's parts on a real disk: recorded, opened again with the teacher's keys, and what the school is told."""

import pathlib
from datetime import UTC, datetime

from analytics.listener import Listener
from capture.camera import Camera
from capture.chart_camera import ChartCamera
from capture.coder import CodedCamera
from capture.disk import FolderDisk
from capture.fragments import FragmentedMp4
from capture.microphone import Microphone
from capture.recorder import LessonRecorder
from device.clock import MovedClock
from device.session import LessonSession
from device.sure_clock import SureClock
from lesson.footage.header import Audio, Header, Media, Video
from lesson.footage.identity import Identity
from lesson.footage.opening import OpenLesson
from lesson.footage.recipients import RecipientRole
from lesson.footage.sealing import LessonSealer
from lesson.footage.segments import Track
from lesson.footage.signed import UnitKey
from lesson.messages import LessonEnded, LessonStarted, SealedEvidence, decode_event
from lesson.sound import RATE_HZ
from lesson.talk import Heard
from lesson.wire import from_wire, loads
from sync.outbox import Outbox

NOW = datetime(2026, 11, 17, 10, 0, tzinfo=UTC)


class OneLesson:
    """A lesson and its folder."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder / "lesson"
        self.teacher, self.unit_key = Identity.generate(), UnitKey.generate()
        self.outbox = Outbox(folder / "outbox.sqlite")
        self.heard: list[Heard] = []

    def session(self, microphone: Microphone, camera: Camera | None = None) -> LessonSession:
        camera = camera or CodedCamera(ChartCamera(320, 180, 5.0))
        encoder = FragmentedMp4(camera.coding)
        assert encoder.codecs.video is not None
        header = Header.new(
            unit="lab-2",
            unit_key=self.unit_key.public,
            started_at=NOW,
            recipients=((self.teacher.recipient, RecipientRole.TEACHER),),
            media=Media(
                Video(encoder.codecs.video, camera.coding.width, camera.coding.height, camera.rate_hz),
                Audio(encoder.codecs.audio, RATE_HZ),
            ),
            mask=camera.mask,
        )
        sealer = LessonSealer(header, [self.teacher.recipient], self.unit_key)
        stanzas = tuple(stanza.data for stanza in sealer.stanzas)
        return LessonSession(
            lesson_id=header.lesson,
            folder=self.folder,
            started=LessonStarted(header.lesson, NOW, sealer.header_bytes, stanzas),
            microphone=microphone,
            camera=camera,
            listener=Listener(lesson_id=header.lesson),
            recorder=LessonRecorder(FolderDisk(self.folder), sealer, encoder, reserve_bytes=0),
            announce=self.outbox.add_event,
            clock=MovedClock(NOW),
            time=SureClock(MovedClock(NOW), self.folder),
            on_heard=self.heard.append,
        )

    def opened(self) -> OpenLesson:
        return OpenLesson(
            (self.folder / "header.json").read_bytes(),
            [path.read_bytes() for path in (self.folder / "stanzas").iterdir()],
            (self.folder / "links.jsonl").read_bytes(),
            (self.folder / "manifest.json").read_bytes(),
            self.teacher,
        )

    def log(self) -> list[Heard]:
        return [from_wire(Heard, loads(line)) for line in b"".join(self.track(Track.LOG)).splitlines()]

    def track(self, track: Track) -> list[bytes]:
        """What was sealed in one of its tracks."""
        lesson = self.opened()
        names = [name for name in lesson.segments if name.track is track]
        return [lesson.open_segment(name, (self.folder / name.file_name).read_bytes()) for name in names]

    def events(self) -> list[LessonStarted | SealedEvidence | LessonEnded]:
        return [decode_event(queued.event) for queued in self.outbox.events_after(0, 10_000)]
