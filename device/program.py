"""The program that waits for the button, records lesson after lesson, and never ends by itself.

::

    button, page, pedal --> inbox --> controller's table --> what is to be done --> worker: one lesson, or one rehearsal
    worker says begun, over, refused --^                 '-> UnitState --> lamp, page, systemd

The loop owns the table, the state and the lamp, and never waits for a device: what may take long is done by a worker
(worker.py), one at a time. Nothing listens before a press: the microphone is opened at the press and closed at the end.
The lamp answers at once, so that the second which a sound card takes is no doubt whether the press was felt.
"""

from __future__ import annotations

import contextlib
import logging
import queue
from collections.abc import Callable
from dataclasses import dataclass, replace

from capture.cover import share_covered
from capture.errors import MaskUnreadableError
from capture.masks import Mask
from device.classes import Agreed
from device.clock import Clock
from device.commands import (
    AskToPair,
    Bookmark,
    CheckRoom,
    Claim,
    Command,
    Discard,
    DropMask,
    FilmEverySeat,
    KeepMask,
    Look,
    Mode,
    Pause,
    Rehearse,
    Resume,
    ShowGoal,
    Start,
    Stop,
    UseMask,
)
from device.controller import LESSON, LISTENING, RECORDING, Action, Input, Step, step, waits_for_double
from device.dry_runs import RehearsalRun, RoomCheckRun
from device.goal_lamp import GoalLamp
from device.lamp import Panel, Shown, Tone
from device.looking import KEPT_FOR, NoStillError, Still
from device.mask_store import MaskStore
from device.notify import Notifier
from device.people import People
from device.preflight import Space
from device.presses import Gesture, Presses
from device.recipients import choose
from device.room import Room
from device.state import Doing, RehearsalInHand, StillInHand, UnitState
from device.unit import Unit
from device.worker import Held, Looked, Named, Pausable, Said, Worker
from lesson.problems import DISCARD_LATE, MASK_UNREADABLE, UNIT_FAILED, WHOSE_UNCLEAR, Problem, WaitwiseError

_log = logging.getLogger(__name__)

TICK = 0.05
"""Seconds between two looks at the time: a rhythm of the lamp is right to this, and so is a hold."""

FACTS_EVERY = 1.0
"""Seconds between two looks at disk and outbox."""

NO_WAIT_AFTER = 15.0
"""Seconds of silence after which nobody is waiting for an answer: the class works in silence."""

SHOWN_FOR = 30.0
"""Seconds that a refusal is shown, and that a claim waits, when nobody presses."""

SOUND_WITHIN = 10.0
"""Seconds without a block of sound, missing ones included, after which the program does not count as alive."""

CLOSED_WITHIN = 300.0
"""Seconds that starting and closing may take before the program does not count as alive: the last judgement of an
hour's lesson is a matter of a minute on the slowest unit."""

_GESTURES = {Gesture.SHORT: Input.SHORT, Gesture.DOUBLE: Input.DOUBLE, Gesture.HOLD: Input.HOLD}
_COMMANDS: dict[type[Command], Input] = {
    Start: Input.START,
    Stop: Input.STOP,
    Pause: Input.PAUSE,
    Resume: Input.RESUME,
    Bookmark: Input.BOOKMARK,
    Rehearse: Input.REHEARSE,
    Discard: Input.DISCARD,
    Claim: Input.CLAIM,
    Look: Input.LOOK,
    KeepMask: Input.KEEP_MASK,
    UseMask: Input.USE_MASK,
    FilmEverySeat: Input.FILM_EVERY_SEAT,
    DropMask: Input.DROP_MASK,
    CheckRoom: Input.CHECK_ROOM,
    AskToPair: Input.ASK_TO_PAIR,
}
_TONES = {
    Input.BEGUN: Tone.STARTED,
    Input.BEGUN_UNNAMED: Tone.STARTED,
    Input.OVER: Tone.STOPPED,
    Input.REFUSED: Tone.REFUSED,
}
_BEGUN = frozenset({Input.BEGUN, Input.BEGUN_UNNAMED})
_ABOUT_A_CARD = frozenset({Input.CARD_WANTED, Input.CARD_UNMET, Input.CARD_OVER})
_AT_THE_END = frozenset({Input.STOP, *_TONES})
"""What is still heard when the program was asked to end: nothing new is begun."""


@dataclass(frozen=True, slots=True)
class Edge:
    """The button's contact changed."""

    at: float
    """By the clock that never jumps."""
    is_down: bool


class Leave:
    """The program was asked to end."""


_Item = Edge | Gesture | Command | Held | Named | Said | Looked | Leave


class UnitProgram:
    """One unit, waiting. `edge`, `gesture`, `ask` and `leave` may be called by any thread."""

    def __init__(
        self,
        unit: Unit,
        room: Room,
        clock: Clock,
        *,
        panel: Panel,
        notifier: Notifier,
    ) -> None:
        """Put it together. Nothing is opened."""
        self._unit, self._settings, self._room, self._clock = unit, unit.settings, room, clock
        self._panel, self._shown, self._notifier = panel, Shown(panel), notifier
        self._people = People(unit, has_camera=room.camera is not None)
        self._masks = MaskStore(unit.settings.folder, unit.settings.camera.mask)
        self._still: Still | None = None
        self._asked: str | None = None
        """The ask to pair that the lamp shows."""
        self._goal_lamp = GoalLamp(unit.settings.folder, usual=unit.settings.shows_goal)
        self._inbox: queue.SimpleQueue[_Item] = queue.SimpleQueue()
        self._presses = Presses()
        self._presses.waits_for_double = waits_for_double(Doing.READY)
        self._leaves = False
        self._worker = Worker(unit, room, clock, self._people, self._masks, self._inbox.put)
        self._held: Held | None = None
        self._since = clock.monotonic()
        self._looked_at = self._alive_at = float("-inf")
        self._on_state: Callable[[UnitState], None] = lambda _: None
        self._told: UnitState | None = None
        self._refusal: Problem | None = None
        self._refused_at = float("-inf")
        """When, where the state did not change by it."""
        agreed = self._people.agreed(unit.time.read())
        self.state = UnitState(
            doing=Doing.READY,
            since_at=unit.time.read().at,
            room=unit.settings.room,
            modes=agreed.modes,
            classes=agreed.classes,
            can_see_card=room.camera is not None,
            goal_wait=unit.settings.goal_wait,
            unclaimed_days=unit.settings.unclaimed_days,
        )
        """What it is doing. Replaced, never changed."""

    def edge(self, *, is_down: bool) -> None:
        """The button's contact changed just now."""
        self._inbox.put(Edge(self._clock.monotonic(), is_down))

    def gesture(self, gesture: Gesture) -> None:
        """A gesture of a button that tells them apart itself."""
        self._inbox.put(gesture)

    def ask(self, command: Command) -> None:
        """Somebody asks for something. What cannot be done now is not done; the state shows what is."""
        self._inbox.put(command)

    def leave(self) -> None:
        """End the lesson in good order, then the program."""
        self._inbox.put(Leave())

    def run(self, on_state: Callable[[UnitState], None]) -> None:
        """Wait, record, wait, until `leave`. `on_state` is told every new state; it must not wait for anything."""
        self._on_state = on_state
        self._people.start()
        self._room.prepare()
        self._panel.listen(lambda is_down: self.edge(is_down=is_down))
        self._notifier.ready()
        while not self._leaves or self._worker.is_busy:
            self._look()
            with contextlib.suppress(queue.Empty):
                self._take(self._inbox.get(timeout=TICK))
            for gesture in self._presses.due(self._clock.monotonic()):
                self._input(_GESTURES[gesture])
        self._look()
        self._people.stop()

    # What comes in

    def _take(self, item: _Item) -> None:
        match item:
            case Edge():
                for gesture in self._presses.edge(item.at, is_down=item.is_down):
                    self._input(_GESTURES[gesture])
            case Gesture():
                self._input(_GESTURES[item])
            case Leave():
                self._leaves = True
                self._notifier.stopping()
                self._input(Input.STOP)
            case Held() | Named() | Said() | Looked():
                self._from_worker(item)
            case ShowGoal():
                self._show_goal(item)
            case _:
                self._input(_COMMANDS[type(item)], item)

    def _from_worker(self, item: Held | Named | Said | Looked) -> None:
        match item:
            case Held():
                self._held = item
                self.state = replace(self.state, lesson=item.lesson)
            case Named():
                if (lesson := self.state.lesson) is not None:
                    self.state = self._with_facts(replace(self.state, lesson=replace(lesson, teacher=item.teacher)))
            case Looked():
                self._still = item.still
            case Said():
                self._worker_said(item)

    def _worker_said(self, said: Said) -> None:
        lesson, was = self.state.lesson, self.state.doing
        if said.what in _BEGUN:
            if lesson is not None:
                self.state = replace(self.state, lesson=replace(lesson, has_started=True))
        elif said.what not in _ABOUT_A_CARD:
            self._worker.join()
            self.state = self._with_sound(self.state)  # its last word, before it is let go
            self._held = None
            if not self._leaves:
                self._room.prepare()
            self.state = replace(self.state, can_discard=lesson.lesson_id if lesson is not None else None)
        self._refusal = said.problem
        self._looked_at = float("-inf")  # so that a card that does not help is told now
        self._input(said.what)
        if said.what in _ABOUT_A_CARD:
            if said.problem is not None:
                self._panel.buzz(Tone.REFUSED)
        elif self.state.doing is not was:
            self._panel.buzz(_TONES[said.what])

    def _input(self, given: Input, command: Command | None = None) -> None:
        if self._leaves and given not in _AT_THE_END:
            return
        was, to = self.state.doing, step(self.state.doing, given)
        # The light that pupils see comes on before anything listens, and goes off after nothing does.
        if to.doing in LISTENING:
            self._change(to.doing)
        if to.action is Action.END:
            self._worker.end(hears=was in LISTENING)
        elif to.action in (Action.ASK_FOR_PRESS, Action.CLAIM):
            to = to if self._claim(command) else Step(Doing.REFUSED)
        elif to.action is not None:
            self._do(to.action, command)
        self._change(to.doing)

    def _do(self, action: Action, command: Command | None) -> None:
        match action:
            case Action.USE_MASK | Action.FILM_EVERY_SEAT | Action.DROP_MASK:
                self._change_masks(command)
            case Action.ASK_FOR_TWO if isinstance(command, AskToPair):
                self._asked = command.asked
            case Action.LET_IN:
                self.state = replace(self.state, let_in=self._asked)
                self._panel.buzz(Tone.STOPPED)
            case Action.DISCARD if isinstance(command, Discard):
                self._discard(command.lesson_id)
            case Action.TRUST_CARD:
                self._worker.is_card_trusted.set()
            case Action.PAUSE | Action.RESUME | Action.BOOKMARK:
                if action is Action.PAUSE:
                    self._worker.look_for_no_card()
                self._ask_run(action)
            case _:
                self._begin(action, command)

    def _begin(self, action: Action, command: Command | None) -> None:
        match action:
            case Action.BEGIN:
                start = command if isinstance(command, Start) else Start()
                self._forget_the_last(None)
                self._work(lambda: self._worker.lesson(start))
            case Action.BEGIN_REHEARSAL:
                self._forget_the_last(RehearsalInHand())
                self._work(self._worker.rehearsal)
            case Action.CHECK_ROOM:
                self.state = replace(self.state, room_check=None)
                lesson = self.state.lesson
                self._work(lambda: self._worker.check_room(lesson))
            case Action.LOOK if isinstance(command, Look):
                self._work(lambda: self._worker.look_through(command.mask))
            case Action.KEEP_MASK if isinstance(command, KeepMask):
                self._work(lambda: self._worker.keep_mask(command))

    def _ask_run(self, action: Action) -> None:
        if self._held is not None and isinstance(self._held.run, RoomCheckRun):
            self._held.run.go_on()
        if self._held is None or not isinstance(self._held.run, Pausable):
            return
        match action:
            case Action.PAUSE:
                self._held.run.pause()
            case Action.RESUME:
                self._held.run.resume()
            case Action.BOOKMARK:
                self._held.run.bookmark()
                self._shown.bookmarked(self._clock.monotonic())
                if (lesson := self.state.lesson) is not None:
                    self.state = replace(self.state, lesson=replace(lesson, bookmarks=lesson.bookmarks + 1))

    def _discard(self, lesson_id: str) -> None:
        """Of another lesson than the last one nothing is said: the page that asked shows one that is gone."""
        if lesson_id != self.state.can_discard:
            return
        if self._unit.discard(lesson_id):
            self.state = replace(self.state, can_discard=None, lesson=None)
            return
        self._refuse(DISCARD_LATE)
        self._panel.buzz(Tone.REFUSED)
        self.state = self._with_facts(replace(self.state, can_discard=None))

    def _refuse(self, problem: Problem) -> None:
        """Say what was asked for and not done, where the state stays what it is: for a while, on the page."""
        self._refusal, self._refused_at = problem, self._clock.monotonic()

    def still(self, given: object) -> bytes:
        """The still of that id, a JPEG. May be called by any thread. Raises `NoStillError`."""
        still = self._still
        if still is None or still.id != given:
            raise NoStillError("That still has been forgotten. Take another one.")
        return still.data

    def mask(self, given: object) -> Mask:
        """The mask of that name. May be called by any thread. Raises `MaskUnreadableError`."""
        mask = self._masks.mask(given) if isinstance(given, str) else None
        if mask is None:
            raise MaskUnreadableError("There is no mask without a name.")
        return mask

    def _change_masks(self, command: Command | None) -> None:
        try:
            match command:
                case UseMask():
                    self._masks.use(command.name)
                case FilmEverySeat():
                    self._masks.film_every_seat()
                case DropMask():
                    self._masks.drop(command.name, share_covered)
                    still = self._still
                    self._still = None if still is not None and still.mask == command.name else still
        except WaitwiseError as error:
            _log.warning("%s", error)
            self._refuse(error.problem or UNIT_FAILED)
        self.state = self._with_facts(self.state)

    def _show_goal(self, wish: ShowGoal) -> None:
        """Of somebody whom the unit knows only: names that anybody made up are not collected."""
        if wish.teacher in self._people.names:
            self._goal_lamp.say(wish.teacher, is_shown=wish.is_shown)
            self.state = self._with_facts(self.state)

    def _claim(self, command: Command | None) -> bool:
        """Asked by the page: wait for a press. Pressed: make the lesson hers. False: it cannot be, and is told."""
        if isinstance(command, Claim):
            self.state = replace(self.state, claim=command)
            self._refusal = None if command.teacher in self._people.names else WHOSE_UNCLEAR
            return self._refusal is None
        claim = self.state.claim
        assert claim is not None
        try:
            self._unit.claim(claim.lesson_id, choose(self._people.known(), claim.teacher))
        except WaitwiseError as error:
            _log.warning("%s", error)
            self._refusal = error.problem or UNIT_FAILED
            self._panel.buzz(Tone.REFUSED)
            return False
        self._panel.buzz(Tone.STOPPED)
        return True

    def _forget_the_last(self, rehearsal: RehearsalInHand | None) -> None:
        """What the last lesson or rehearsal left behind is gone when the next one begins."""
        self.state = replace(self.state, lesson=None, can_discard=None, rehearsal=rehearsal)

    def _work(self, job: Callable[[], None]) -> None:
        self._still = self._refusal = None
        self._worker.begin(job)

    # What is told

    def _change(self, doing: Doing) -> None:
        if doing is not self.state.doing:
            # In one step: a state that refuses says why.
            self.state = self._with_facts(replace(self.state, doing=doing, since_at=self._unit.time.read().at))
            self._since = self._looked_at = self._clock.monotonic()
            self._presses.waits_for_double = waits_for_double(doing)
        self._look()

    def _look(self) -> None:
        """Look at the time and at what others changed; tell lamp, page and systemd what is new."""
        now = self._clock.monotonic()
        if self.state.doing in (Doing.REFUSED, Doing.CLAIMING, Doing.PAIRING) and now - self._since >= SHOWN_FOR:
            self._refusal = None
            self._input(Input.SHOWN)
            return
        if now - self._looked_at >= FACTS_EVERY:
            self._looked_at = now
            if self.state.doing is Doing.READY and now - self._refused_at >= SHOWN_FOR:
                self._refusal = None
            self._unit.look_at_time()
            if self.state.doing is Doing.READY:
                self._unit.claims.expire(self._unit.time.read())
                self._unit.take_away_deleted()
            self.state = self._with_facts(self.state)
        self.state = self._with_sound(self.state)
        is_lit = self._worker.hears if self.state.doing is Doing.STOPPING else self.state.doing in LISTENING
        self._shown.feed(self.state, now, is_down=self._presses.is_down, is_room_lit=is_lit)
        if self.state != self._told:
            self._told = self.state
            self._on_state(self.state)
            self._notifier.status(self._sentence())
        if self._notifier.alive_every is not None and now - self._alive_at >= self._notifier.alive_every:
            self._alive_at = now
            if self._is_alive(now):
                self._notifier.alive()

    def _with_facts(self, state: UnitState) -> UnitState:
        waiting = self._unit.school.waiting
        now = self._unit.time.read()
        whose, agreed = self._people.whose(now), self._people.agreed(now)
        mask, mask_problems = self._usual_mask(agreed)
        self._unit.other_problems = self._people.problems + mask_problems
        problems = [self._refusal] if self._refusal is not None else []
        problems += self._unit.problems()
        still = self._still
        if still is not None and self._clock.monotonic() - still.taken_at >= KEPT_FOR:
            still = self._still = None
        usual = agreed.modes[0] if agreed.modes else Mode.NUMBERS
        teacher = None if whose.person is None else whose.person.name
        meant = state.lesson.teacher if state.lesson is not None and state.doing in LESSON else teacher
        return replace(
            state,
            teacher=teacher,
            teachers=self._people.names,
            shows_goal=meant is not None and self._goal_lamp.is_shown_for(meant),
            title=whose.title,
            modes=agreed.modes,
            classes=agreed.classes,
            unclaimed=self._unit.claims.waiting(),
            claim=state.claim if state.doing is Doing.CLAIMING else None,
            masks=self._masks.names(),
            mask=mask,
            is_mask_clear=not mask_problems,
            still=None if still is None else StillInHand(still.id, still.mask, still.mask_id),
            problems=tuple(dict.fromkeys(problem.code for problem in problems)),
            hours_left=round(Space.of(self._settings.folder).hours(usual), 1),
            waiting_lessons=waiting.lessons,
            waiting_segments=waiting.segments,
        )

    def _usual_mask(self, agreed: Agreed) -> tuple[str | None, tuple[Problem, ...]]:
        """The mask that a press puts on, where it films; and what is wrong with saying which."""
        if Mode.VIDEO not in agreed.modes:
            return None, ()
        try:
            name = self._masks.usual() if agreed.mask is None else agreed.mask
            self._masks.mask(name)
        except MaskUnreadableError:
            return None, (MASK_UNREADABLE,)
        return name or None, ()

    def _with_sound(self, state: UnitState) -> UnitState:
        """How loud it is, and how a silence or a rehearsal stands."""
        held = self._held
        goal, rehearsal, level_db = False, state.rehearsal, None
        if held is not None and isinstance(held.run, RehearsalRun):
            rehearsal = held.run.in_hand
            goal = rehearsal.has_reached_goal
            level_db = held.run.level_dbfs if state.doing is Doing.REHEARSING else None
        elif held is not None and isinstance(held.run, RoomCheckRun):
            state = replace(state, room_check=held.run.in_hand)
            level_db = held.run.level_dbfs if state.doing is Doing.CHECKING else None
        elif held is not None and state.doing in RECORDING and (level := held.level()) is not None:
            level_db = level.level_dbfs
            goal = state.shows_goal and self._settings.goal_wait <= level.silence_so_far < NO_WAIT_AFTER
        level_db = None if level_db is None else float(round(level_db))
        return replace(state, level_db=level_db, is_goal_reached=goal, rehearsal=rehearsal)

    def _is_alive(self, now: float) -> bool:
        if not self._worker.is_busy:
            return True
        if self.state.doing in (*RECORDING, Doing.PAUSED):
            return now - self._worker.heard_at < SOUND_WITHIN
        return now - max(self._since, self._worker.heard_at) < CLOSED_WITHIN

    def _sentence(self) -> str:
        return ", ".join([self.state.doing, *self.state.problems])
