"""Does one thing at a time that may take long, in a thread of its own: a lesson, a rehearsal, a look at the room.

::

    program --begin(lesson)--> thread: whose, pre-flight, devices, session.run
            <--Said(BEGUN)------'  <--Held(session)--  ...  <--Said(OVER), or Said(REFUSED, why)
            --end()--> asked after each block of sound

It says what happens by `tell`, and never touches the program's state. Whatever a job fails with is told as a refusal.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable

from analytics.listener import LevelReading
from analytics.thresholds import Thresholds
from capture.camera import Frame
from capture.errors import CameraRefusedError
from capture.masks import Mask
from device.card_asking import ASKED_FOR, CardAsking, CardError, look_for_card
from device.clock import Clock
from device.commands import KeepMask, Mode, Start
from device.controller import Input
from device.dry_runs import DummyRun, RehearsalRun, RoomCheckRun
from device.looking import Still, look
from device.mask_store import MaskStore
from device.naming import Naming
from device.opened_ahead import OpenedAhead
from device.people import People
from device.preflight import HeardMicrophone, NotAgreedError, bytes_for, check_space, choose_mode
from device.recipients import Known, ListedRecipient
from device.room import Room
from device.session import LessonSession
from device.state import LessonInHand
from device.stills_seen import Wait, WatchedCamera, stills
from device.unit import Unit
from device.whose import NOBODY, Whose, Why, refuse_to_guess
from lesson.problems import CARD_NOT_MET, CARD_UNSEEN, UNIT_FAILED, Problem, WaitwiseError

_log = logging.getLogger(__name__)


@runtime_checkable
class Pausable(Protocol):
    """A lesson, or a dummy run of one."""

    def pause(self) -> None:
        """Record nothing from now on."""

    def resume(self) -> None:
        """Go on."""

    def bookmark(self) -> None:
        """Mark this moment."""


@dataclass(frozen=True, slots=True)
class Held:
    """A worker has everything that it needs."""

    run: Pausable | RehearsalRun | RoomCheckRun
    level: Callable[[], LevelReading | None]
    lesson: LessonInHand | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """A worker says how it goes."""

    what: Input
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class Named:
    """The lesson that is recorded has become hers."""

    teacher: str


@dataclass(frozen=True, slots=True)
class Looked:
    """A worker has taken a still."""

    still: Still


class Worker:
    """One job at a time. `begin`, `end` and `join` are for the program's loop; the jobs are for `begin`."""

    def __init__(
        self,
        unit: Unit,
        room: Room,
        clock: Clock,
        people: People,
        masks: MaskStore,
        tell: Callable[[Held | Named | Said | Looked], None],
    ) -> None:
        """`tell` is called by the worker's thread."""
        self._unit, self._settings, self._room, self._clock = unit, unit.settings, room, clock
        self._thresholds = Thresholds(goal_wait=unit.settings.goal_wait)
        self._people, self._masks, self._tell = people, masks, tell
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()
        self._naming: Naming | None = None
        self.is_card_trusted = threading.Event()
        """The button was held while a key card was looked for."""
        self.hears = False
        """Whether something that a device hears or sees is taken."""
        self.heard_at = 0.0
        """When the last block of sound came."""

    @property
    def is_busy(self) -> bool:
        """A job has begun, and `join` was not called since."""
        return self._thread is not None

    def begin(self, job: Callable[[], None]) -> None:
        """Do one of the jobs. Only when nothing else is done."""
        self._stop.clear()
        self.hears, self.heard_at = True, self._clock.monotonic()
        self._thread = threading.Thread(target=self._until_over, args=(job,), name="lesson", daemon=True)
        self._thread.start()

    def end(self, *, hears: bool) -> None:
        """Have it end. `hears`: until it has, something may still be taken."""
        self.hears = hears
        self._stop.set()

    def look_for_no_card(self) -> None:
        """A pause begins: nothing is looked at. Who gave the lesson can claim it afterwards."""
        if (naming := self._naming) is not None:
            naming.stop()

    def join(self) -> None:
        """Wait for it, once it has said that it is over."""
        assert self._thread is not None
        self._thread.join()
        self._thread, self.hears = None, False

    def _until_over(self, job: Callable[[], None]) -> None:
        """The one place that catches everything a lesson may fail with: it is told, and the unit waits again."""
        try:
            job()
        except WaitwiseError as error:
            _log.warning("%s", error)
            self._tell(Said(Input.REFUSED, error.problem or UNIT_FAILED))
        except Exception:  # noqa: BLE001 - see the docstring
            _log.exception("The lesson failed in a way that nobody foresaw.")
            self._tell(Said(Input.REFUSED, UNIT_FAILED))
        else:
            self._tell(Said(Input.OVER))

    def lesson(self, start: Start) -> None:
        """Pre-flight, then the lesson. Raises what keeps it from beginning, or ends it early."""
        known = self._people.known()
        agreed = self._people.agreed(self._unit.time.read())
        mode = choose_mode(start.mode, agreed.modes)
        start = replace(start, mask=agreed.mask if start.mask is None else start.mask)
        whose = NOBODY if start.by_card else self._people.whose(self._unit.time.read(), start.teacher)
        can_be_claimed = bool(known.usable) and self._settings.unclaimed_days > 0
        is_claim = whose.person is None and can_be_claimed and not start.by_card
        # A class that has not agreed to a picture is not looked at unasked.
        looks = whose.person is None and (start.by_card or (Mode.VIDEO in agreed.modes and bool(known.listed)))
        if looks and not is_claim:
            whose = self._by_card(start, known)
        if self._stop.is_set():
            return
        if whose.person is None and not is_claim:
            refuse_to_guess(known)
        teacher = None if whose.person is None else whose.person.name
        if not start.is_dummy:
            self._unit.make_room(bytes_for(mode, self._settings.longest_minutes))
            check_space(self._settings.folder, mode, self._settings.longest_minutes)
        now, began = self._unit.time.read(), self._clock.monotonic()
        in_hand = LessonInHand(None, teacher, start.title or whose.title, mode, now.at, began)
        heard: list[HeardMicrophone] = []
        with contextlib.ExitStack() as opened:
            looking = None
            if mode is Mode.VIDEO and self._room.camera is not None and not start.is_dummy:
                open_camera, zero = self._room.camera, lambda: heard[0].zero if heard else None
                looking = OpenedAhead(lambda: open_camera(start.mask, zero, self._tell_camera))
                opened.callback(looking.close)
            microphone = self._heard_microphone()
            heard.append(microphone)
            opened.callback(microphone.close)
            if self._stop.is_set():
                return
            if start.is_dummy:
                dummy = DummyRun(microphone, self._thresholds)
                self._tell(Held(dummy, lambda: dummy.level, in_hand))
                dummy.run(self._listening())
                return
            camera = None if looking is None else looking.get()
            watched = WatchedCamera(camera) if camera is not None and looks else None
            if camera is not None and camera.mask is not None:
                in_hand = replace(in_hand, mask=start.mask or self._masks.usual())
            session = self._unit.lesson(
                teacher=whose.person,
                is_claim=is_claim,
                title=in_hand.title,
                microphone=microphone,
                camera=watched or camera,
                on_heard=lambda _: None,
                is_numbers_only=mode is Mode.NUMBERS,
            )
            in_hand = replace(in_hand, lesson_id=session.lesson_id, started_at=session.started.started_at)
            self._tell(Held(session, lambda: session.listener.level, in_hand))
            if looks and is_claim:
                self._run_unnamed(session, known, watched, start.mask)
            else:
                session.run(self._listening())

    def _run_unnamed(
        self, session: LessonSession, known: Known, watched: WatchedCamera | None, mask: str | None
    ) -> None:
        """Record, and look for her card meanwhile: with the lesson's camera, or beside a lesson without a picture."""

        def seen(wait: Wait) -> Generator[Frame]:
            if watched is not None:
                yield from watched.stills(within=ASKED_FOR, monotonic=self._clock.monotonic, wait=wait)
            else:
                yield from self._seen(mask, wait)

        def make_hers(person: ListedRecipient) -> None:
            if person not in known.usable:
                self._people.met(person)
            self._unit.name(session, person)
            self._tell(Named(person.name))

        def tell(problem: Problem) -> None:
            self._tell(Said(Input.CARD_UNMET if problem is CARD_NOT_MET else Input.CARD_WANTED, problem))

        def over() -> None:
            session.tell_nobody()
            self._tell(Said(Input.CARD_OVER))

        self.is_card_trusted.clear()
        asking = CardAsking(known, self._settings.meets_by_cards)
        naming = Naming(asking, seen, is_held=self.is_card_trusted.is_set, tell=tell, make_hers=make_hers, over=over)
        self._naming, session.may_tell = naming, True
        try:
            session.run(self._listening(naming))
        finally:
            naming.join()
            self._naming = None
            if naming.is_refused:
                # A card that does not help was meant: the lesson is not kept for somebody else to claim.
                self._unit.claims.throw_away(session.lesson_id)
                self._tell(Held(session, lambda: None, None))
        if naming.is_refused and not self._stop.is_set():
            raise CardError(naming.problem)

    def _by_card(self, start: Start, known: Known) -> Whose:
        """Whose lesson it is, by her key card: before it begins, where it could not be claimed afterwards."""
        asking = CardAsking(known, self._settings.meets_by_cards)
        if (person := self._ask_for_card(asking, start.mask)) is not None:
            if person not in known.usable:
                self._people.met(person)
            return Whose(person, Why.CARD)
        # A card that does not help was meant: the lesson is not recorded to somebody else, nor to nobody.
        if not self._stop.is_set() and (start.by_card or asking.problem is not CARD_UNSEEN or not known.usable):
            raise CardError(asking.problem)
        return NOBODY

    def _ask_for_card(self, asking: CardAsking, mask: str | None) -> ListedRecipient | None:
        """Look for a card, as long as one may take to be found; nothing of what is seen is kept."""
        if self._room.camera is None:
            raise CameraRefusedError("There is no camera here for a key card.")
        self.is_card_trusted.clear()
        self._tell(Said(Input.CARD_WANTED))
        with contextlib.closing(self._seen(mask, self._stop.wait)) as seen:
            person = look_for_card(
                seen,
                asking,
                is_held=self.is_card_trusted.is_set,
                tell=lambda problem: self._tell(Said(Input.CARD_WANTED, problem)),
            )
        if not self._stop.is_set():
            self._tell(Said(Input.CARD_OVER))
        return person

    def _seen(self, mask: str | None, wait: Wait) -> Generator[Frame]:
        """Stills for a card, of a camera that is opened for them."""
        if self._room.camera is None:
            return
        with contextlib.closing(self._room.camera(mask, lambda: None, lambda _: None)) as camera:
            yield from stills(camera, within=ASKED_FOR, is_large=True, monotonic=self._clock.monotonic, wait=wait)

    def rehearsal(self) -> None:
        """A rehearsal, until it is stopped."""
        rehearsal = RehearsalRun(self._heard_microphone(), self._thresholds)
        self._tell(Held(rehearsal, lambda: None))
        rehearsal.run(self._listening())

    def check_room(self, lesson: LessonInHand | None) -> None:
        """Are front and back heard? `lesson`: what stays shown meanwhile."""
        check = RoomCheckRun(self._heard_microphone(), self._thresholds)
        self._tell(Held(check, lambda: None, lesson))
        check.run(self._listening())

    def keep_mask(self, drawn: KeepMask) -> None:
        """Keep a mask, and show the room as it is filmed with it."""
        self._masks.keep(drawn.name, Mask(drawn.areas))
        self.look_through(drawn.name)

    def look_through(self, mask: str | None) -> None:
        """Take a still, as the camera would film a lesson with that mask."""
        if self._room.camera is None or Mode.VIDEO not in self._people.agreed(self._unit.time.read()).modes:
            raise NotAgreedError("Nothing is filmed here.")
        zero = self._clock.monotonic()
        with contextlib.closing(self._room.camera(mask or "", lambda: zero, lambda _: None)) as camera:
            still = look(camera, mask, self._clock.monotonic, self._stop.wait)
        if still is not None:
            self._tell(Looked(still))

    def _heard_microphone(self) -> HeardMicrophone:
        """The room's microphone, open and heard. Raises as `HeardMicrophone` does."""
        return HeardMicrophone(self._room.microphone(self._tell_microphone))

    def _listening(self, naming: Naming | None = None) -> Callable[[], bool]:
        """What a worker asks after each block of sound: whether it should stop."""
        until = self._clock.monotonic() + 60 * self._settings.longest_minutes
        blocks = 0

        def should_stop() -> bool:
            nonlocal blocks
            blocks += 1
            if blocks == 1:
                self._tell(Said(Input.BEGUN if naming is None else Input.BEGUN_UNNAMED))
                if naming is not None:
                    naming.start()
            self.heard_at = self._clock.monotonic()
            is_refused = naming is not None and naming.is_refused
            if not (self._stop.is_set() or is_refused or self.heard_at >= until):
                return False
            self.hears = False
            return True

        return should_stop

    def _tell_microphone(self, problem: Problem | None) -> None:
        self._unit.microphone_problem = problem

    def _tell_camera(self, problem: Problem | None) -> None:
        self._unit.camera_problem = problem
