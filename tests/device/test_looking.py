"""A still for drawing no-film seats: the camera as for a lesson, the room's light on, nothing written, soon forgotten.

::

    Look() -> LOOKING, light on -> camera opens, closes -> READY, light off, still in memory
    KeepMask("9b", areas)       -> masks/9b.json, the mask of the next press -> a still with it
"""

import io
import pathlib
from collections.abc import Callable, Iterator
from dataclasses import replace

import av
import pytest
from av.video.reformatter import ColorRange, VideoReformatter

from capture.camera import Camera, Image
from capture.chart_camera import ChartCamera
from capture.coder import CodedCamera
from capture.errors import CameraRefusedError
from capture.masks import Mask, read_mask
from capture.stills import read_proof
from device import looking
from device.commands import DropMask, FilmEverySeat, KeepMask, Look, Mode, Start, Stop, UseMask
from device.looking import NoStillError
from device.program import UnitProgram
from device.room import Room, TellProblem, camera_of
from device.settings import CameraSettings, PictureSettings
from device.state import Doing, StillInHand
from lesson.problems import CAMERA_LOST, CAMERA_REFUSED, MASK_UNREADABLE, NOT_AGREED
from tests.suites.camera_sensor import sensor
from tests.suites.masked import CODING, SEATS, what_shows
from tests.suites.one_unit import OneUnit
from tests.suites.pressed_unit import PressedUnit, drawn, pressed_unit

CLASS = ("T" * 20 + "." * 15 + "P" * 10 + "." * 8) * 40
SMALL = PictureSettings(320, 180, 12.5)


def filmed(place: pathlib.Path, source: str = "chart", mask: str = "") -> tuple[OneUnit, Room]:
    made = OneUnit(place)
    made.settings = replace(made.settings, camera=CameraSettings(source, mask=mask), picture=SMALL)
    return made, Room(drawn(CLASS, 4.0), camera_of(made.settings))


@pytest.fixture
def unit(tmp_path: pathlib.Path) -> Iterator[PressedUnit]:
    with pressed_unit(*filmed(tmp_path)) as made:
        yield made


def taken(unit: PressedUnit) -> StillInHand:
    still = unit.until(lambda state: state.doing is Doing.READY and state.still is not None).still
    assert still is not None
    return still


def picture(program: UnitProgram, still: StillInHand) -> Image:
    with av.open(io.BytesIO(program.still(still.id))) as file:
        frame = next(file.decode(video=0))
    return VideoReformatter().reformat(frame, format="yuv420p", dst_color_range=ColorRange.MPEG).to_ndarray()


def files(unit: PressedUnit) -> set[pathlib.Path]:
    """What is written, but for what a unit at rest writes anyway."""
    return {path for path in unit.made.folder.rglob("*") if path.is_file() and "sqlite" not in path.name}


def test_a_still_is_taken_with_the_light_on_and_written_nowhere(unit: PressedUnit) -> None:
    before = files(unit)
    unit.program.ask(Look())
    unit.until_it_is(Doing.LOOKING)
    still = taken(unit)
    unit.until(lambda _: not unit.lamp.is_room_lit)

    assert (still.mask, still.mask_id) == (None, None)
    assert what_shows([picture(unit.program, still)]) > 100, "uncovered: else nobody could draw"
    assert [is_lit for _, is_lit in unit.lamp.room_light] == [True, False]
    assert files(unit) == before
    assert unit.unit.school.outbox.waiting_events == 0


def test_a_drawn_mask_covers_the_next_still_and_the_next_lesson(unit: PressedUnit) -> None:
    unit.program.ask(KeepMask("9b", SEATS.areas))
    still = taken(unit)
    assert (still.mask, still.mask_id) == ("9b", SEATS.id)
    assert read_proof(unit.program.still(still.id)).mask == SEATS.id
    assert what_shows([picture(unit.program, still)]) <= CODING
    assert read_mask(unit.made.folder / "masks" / "9b.json") == unit.program.mask("9b") == SEATS
    assert (unit.program.state.masks, unit.program.state.mask) == (("9b",), "9b")

    unit.press()
    state = unit.until_it_is(Doing.RECORDING)
    unit.press()
    unit.until_it_is(Doing.READY)
    assert state.lesson is not None
    assert state.lesson.mask == "9b"
    assert unit.made.opened(unit.lessons[-1]).header.mask == SEATS.id


def test_a_changed_mask_has_another_id(unit: PressedUnit) -> None:
    unit.program.ask(KeepMask("9b", SEATS.areas))
    first = taken(unit)
    moved = Mask((((0.0, 0.5), *SEATS.areas[0][1:]), SEATS.areas[1]))
    unit.program.ask(KeepMask("9b", moved.areas))
    second = unit.until(
        lambda state: state.doing is Doing.READY and state.still is not None and state.still.id != first.id
    ).still

    assert second is not None
    assert second.mask_id == moved.id != first.mask_id


def test_while_a_lesson_is_recorded_nobody_looks_and_no_mask_changes(unit: PressedUnit) -> None:
    unit.program.ask(KeepMask("9b", SEATS.areas))
    taken(unit)
    unit.program.ask(KeepMask("8a", SEATS.areas[:1]))
    unit.until(lambda state: state.doing is Doing.READY and state.mask == "8a")
    before = {path: path.read_bytes() for path in (unit.made.folder / "masks").iterdir()}
    unit.press()
    unit.until_it_is(Doing.RECORDING)
    for command in (Look(), KeepMask("8a", SEATS.areas), KeepMask("new", SEATS.areas), UseMask("9b"), DropMask("9b")):
        unit.program.ask(command)
    unit.program.ask(Stop())
    unit.until_it_is(Doing.READY)

    assert {path: path.read_bytes() for path in (unit.made.folder / "masks").iterdir()} == before
    assert Doing.LOOKING not in {state.doing for state in unit.states[-3:]}
    assert unit.program.state.still is None


def test_another_mask_can_be_put_on_and_only_one_that_is_there(unit: PressedUnit) -> None:
    for name in ("9b", "8a"):
        unit.program.ask(KeepMask(name, SEATS.areas))
        unit.until(lambda state, name=name: state.doing is Doing.READY and state.mask == name)  # type: ignore[misc]
    unit.program.ask(UseMask("9b"))
    unit.until(lambda state: state.mask == "9b")
    unit.program.ask(UseMask("7c"))

    assert unit.until(lambda state: MASK_UNREADABLE.code in state.problems).mask == "9b"


def test_a_mask_is_deleted_and_a_press_never_films_without_one_by_that(unit: PressedUnit) -> None:
    for name, areas in (("9b", SEATS.areas), ("8a", SEATS.areas[:1])):
        unit.program.ask(KeepMask(name, areas))
        unit.until(lambda state, name=name: state.doing is Doing.READY and state.mask == name)  # type: ignore[misc]
    unit.program.ask(DropMask("8a"))
    left = unit.until(lambda state: state.masks == ("9b",))
    assert (left.mask, left.still) == ("9b", None), "a still with it is forgotten as well"

    unit.program.ask(DropMask("9b"))
    unit.until(lambda state: state.masks == () and not state.is_mask_clear)
    unit.press()
    assert unit.until_it_is(Doing.REFUSED).problems[0] == MASK_UNREADABLE.code
    assert unit.lessons == []

    unit.program.ask(FilmEverySeat())
    unit.until(lambda state: state.is_mask_clear)
    unit.press()
    unit.until_it_is(Doing.RECORDING)


def test_a_still_is_forgotten_when_something_begins_and_after_a_time(
    unit: PressedUnit, monkeypatch: pytest.MonkeyPatch
) -> None:
    unit.program.ask(Look())
    still = taken(unit)
    assert unit.program.still(still.id).startswith(b"\xff\xd8")
    with pytest.raises(NoStillError):
        unit.program.still("another")
    unit.program.ask(Start(Mode.NUMBERS, is_dummy=True))
    unit.until_it_is(Doing.RECORDING)
    with pytest.raises(NoStillError):
        unit.program.still(still.id)
    unit.program.ask(Stop())
    unit.until_it_is(Doing.READY)
    unit.program.ask(Look())
    still = taken(unit)
    monkeypatch.setattr("device.program.KEPT_FOR", 0.0)
    unit.until(lambda state: state.still is None)
    with pytest.raises(NoStillError):
        unit.program.still(still.id)


def test_a_press_calls_a_look_off(unit: PressedUnit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "SETTLES_FOR", 60.0)
    monkeypatch.setattr(looking, "GIVE_UP_AFTER", 90.0)
    unit.program.ask(Look())
    unit.until_it_is(Doing.LOOKING)
    unit.press()

    assert unit.until_it_is(Doing.READY).still is None


def test_the_last_lesson_can_still_be_thrown_away_after_a_look(unit: PressedUnit) -> None:
    unit.program.ask(Start(Mode.NUMBERS))
    unit.until_it_is(Doing.RECORDING)
    unit.program.ask(Stop())
    lesson = unit.until_it_is(Doing.READY).can_discard
    unit.program.ask(Look())
    taken(unit)

    assert lesson is not None
    assert unit.program.state.can_discard == lesson


def refusing(*_: object) -> Camera:
    raise CameraRefusedError("The camera cannot be opened.")


class DeadCamera(CodedCamera):
    """One that never gives a still."""

    def still(self, *, is_large: bool = False) -> None:
        """Nothing."""


def dead(_: str | None, __: Callable[[], float | None], ___: TellProblem) -> Camera:
    return DeadCamera(ChartCamera(64, 48))


@pytest.mark.parametrize(
    ("camera", "modes", "problem"),
    [
        (refusing, "video", CAMERA_REFUSED),
        (dead, "video", CAMERA_LOST),
        (None, "video, audio", NOT_AGREED),
        (refusing, "audio", NOT_AGREED),
    ],
)
def test_where_nothing_can_be_seen_it_is_said(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, camera: object, modes: str, problem: object
) -> None:
    monkeypatch.setattr(looking, "GIVE_UP_AFTER", 1.5)
    with pressed_unit(tmp_path, Room(drawn(CLASS, 4.0), camera), modes=modes) as unit:  # type: ignore[arg-type]
        unit.program.ask(Look())

        assert unit.until_it_is(Doing.REFUSED).problems[0] == problem.code  # type: ignore[attr-defined]
        assert unit.unit.camera_problem is None, "no lesson of the school's is meant"


def test_a_mask_that_names_nothing_refuses_the_lesson(unit: PressedUnit) -> None:
    masks = unit.made.folder / "masks"
    masks.mkdir()
    (masks / "usual.txt").write_text("gone")
    unit.press()

    assert unit.until_it_is(Doing.REFUSED).problems[0] == MASK_UNREADABLE.code
    assert unit.lessons == []


def test_a_real_cameras_still_is_covered(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sensor(tmp_path, monkeypatch)
    with pressed_unit(*filmed(tmp_path, "picamera")) as unit:
        unit.program.ask(KeepMask("9b", SEATS.areas))
        still = taken(unit)

        assert read_proof(unit.program.still(still.id)).mask == SEATS.id
        assert what_shows([picture(unit.program, still)]) <= CODING
