"""A pause and a bookmark, from the press to the opened footage: what was said in a pause is nowhere.

::

    said        TTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTT
    pressed          pause        go on       *
    film        ~~~~~~____________|0.3|~~~~~~~~~~~~~~~~~      dark and without a sound; then both again
"""

import io
import pathlib
from collections.abc import Callable, Iterator

import av
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.camera import DARK, KEY_EVERY
from capture.drawn_microphone import DrawnMicrophone
from device.clock import MovedClock
from device.marks import MARGIN, Marks
from lesson.footage.segments import Track
from lesson.sound import BLOCK_SAMPLES, RATE_HZ, AudioBlock
from lesson.talk import Flag, Mark, MarkKind
from tests.suites.one_lesson import NOW, OneLesson

SAID = "T" * 200
BLOCK = BLOCK_SAMPLES / RATE_HZ


@pytest.fixture
def made(tmp_path: pathlib.Path) -> Iterator[OneLesson]:
    made = OneLesson(tmp_path)
    yield made
    made.outbox.close()


class PressedMicrophone(DrawnMicrophone):
    """Somebody presses while it hears; the lesson's clock goes with it."""

    def __init__(self, drawn: str, made: OneLesson, presses: dict[float, str]) -> None:
        super().__init__(drawn)
        self.session = made.session(self)
        self._presses = dict(presses)

    def blocks(self) -> Iterator[AudioBlock]:
        for block in super().blocks():
            self.session.clock.sleep(BLOCK)
            for at in [at for at in self._presses if at <= block.end]:
                press: Callable[[], None] = getattr(self.session, self._presses.pop(at))
                press()
            yield block


def film(made: OneLesson) -> tuple[npt.NDArray[np.float32], list[tuple[float, float]]]:
    """Its sound, and when each picture is shown with its mean brightness."""
    lesson = made.opened()
    names = [name for name in lesson.segments if name.track is Track.AV]
    whole = b"".join(lesson.open_segment(name, (made.folder / name.file_name).read_bytes()) for name in names)
    with av.open(io.BytesIO(whole)) as player:
        parts = [(round(float(part.time or 0) * RATE_HZ), part.to_ndarray()[0]) for part in player.decode(audio=0)]
    sound = np.zeros(max(start + len(part) for start, part in parts), np.float32)
    for start, part in parts:
        sound[max(start, 0) : start + len(part)] = part[max(-start, 0) :]
    with av.open(io.BytesIO(whole)) as player:
        shown = [
            (float(picture.time or 0), float(picture.to_ndarray()[:180].std())) for picture in player.decode(video=0)
        ]
    return sound, shown


def test_what_was_said_in_a_pause_is_nowhere(made: OneLesson) -> None:
    account = PressedMicrophone(SAID, made, {5.0: "pause", 12.0: "resume", 15.0: "bookmark"}).session.run()

    pause, bookmark = account.marks
    assert (pause.kind, pause.start) == (MarkKind.PAUSE, pytest.approx(5.0, abs=0.05))
    assert pause.end == pytest.approx(12.0 + MARGIN, abs=0.05)
    assert bookmark == Mark(MarkKind.BOOKMARK, bookmark.start, bookmark.start)
    assert bookmark.start == pytest.approx(15.0, abs=0.05)
    sound, shown = film(made)
    edge = round(0.15 * RATE_HZ)  # AAC spreads a sound over its neighbours
    silent = sound[round(pause.start * RATE_HZ) + edge : round(pause.end * RATE_HZ) - edge]
    assert np.abs(silent).max() < 1e-4
    assert np.abs(sound[RATE_HZ : 4 * RATE_HZ]).max() > 0.05
    assert np.abs(sound[13 * RATE_HZ : 19 * RATE_HZ]).max() > 0.05
    dark = [spread for at, spread in shown if pause.start + 0.25 <= at <= pause.end - 0.05]
    assert len(dark) >= 4
    assert max(dark) < 2, DARK
    assert min(spread for at, spread in shown if at < 4.9 or at > pause.end + KEY_EVERY + 0.3) > 10
    missing = [each for each in account.poor if Flag.GAP_IN_AUDIO in each.flags]
    assert missing[0].start == pytest.approx(pause.start, abs=0.15)
    assert missing[0].end == pytest.approx(pause.end, abs=0.15)


def test_marks_are_in_the_log_and_in_the_evidence(made: OneLesson) -> None:
    account = PressedMicrophone(SAID, made, {5.0: "pause", 12.0: "resume", 15.0: "bookmark"}).session.run()

    log = made.log()
    marks = [line.mark for line in log if line.mark is not None]
    assert marks[0] == Mark(MarkKind.PAUSE, account.marks[0].start, None), "that it goes on is told at once"
    assert tuple(marks[1:]) == account.marks
    assert log[-1].account == account
    assert [each.mark for each in made.heard if each.mark is not None] == marks


def test_a_pause_that_nobody_ends_ends_with_the_lesson(made: OneLesson) -> None:
    account = PressedMicrophone("T" * 60, made, {2.0: "pause"}).session.run()

    (pause,) = account.marks
    assert pause.end == pytest.approx(6.0, abs=0.05)
    assert not np.abs(film(made)[0][3 * RATE_HZ :]).max() > 1e-4


@given(
    presses=st.lists(st.tuples(st.integers(0, 400), st.sampled_from(["pause", "resume", "bookmark"])), max_size=12),
    late=st.integers(0, 50),
)
def test_nothing_that_was_captured_in_a_pause_gets_through(presses: list[tuple[int, str]], late: int) -> None:
    """However late it is handed over, and in whatever order the button is pressed."""
    clock = MovedClock(NOW)
    marks = Marks(clock, lambda: 0.0)
    pauses: list[tuple[float, float]] = []
    is_paused, heard = False, []
    for number in range(400):
        clock.sleep(BLOCK)
        now = clock.monotonic()
        for press in [name for at, name in presses if at == number]:
            if press == "pause" and not is_paused:
                pauses.append((now, float("inf")))
            if press == "resume" and is_paused:
                pauses[-1] = (pauses[-1][0], now)
            is_paused = {"pause": True, "resume": False}.get(press, is_paused)
            getattr(marks, press)()
        if number >= late:
            block = AudioBlock((number - late) * BLOCK_SAMPLES, bytes(2 * BLOCK_SAMPLES))
            marks.feed(block)
            if block.start >= marks.blank_before:
                heard.append(block)
    marks.finish(clock.monotonic())

    for start, end in pauses:
        assert [block.start for block in heard if start <= block.start < end] == []
    assert len([each for each in marks.marks if each.kind is MarkKind.BOOKMARK]) <= sum(
        name == "bookmark" for _, name in presses
    )
    assert all(each.end is not None and each.end >= each.start for each in marks.marks)
