"""Two threads that bring everything to the school while lessons go on, and after them.

::

    outbox --pieces--> Uploader --HTTPS--> school      thread "uploads", which also asks what the school has deleted
    outbox --events--> Courier  --MQTT---> school      thread "messages", which also says how the unit is

They share nothing but the outbox. Either can fail for weeks; the other goes on, and so does recording.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from device.clock import Clock
from lesson.messages import UnitStatus, encode_status, status_topic
from lesson.problems import Problem
from sync.courier import Courier
from sync.deletions import Deletions
from sync.mqtt import Message, MqttSession
from sync.outbox import Outbox
from sync.uploader import Did, Uploader

LOOK_EVERY = 0.2
"""Seconds until something new in the outbox is noticed."""

STATUS_EVERY = 10.0
"""Seconds between two statuses, when nothing changes."""

GRACE = 5.0
"""Seconds for the piece that is on its way when the unit is switched off."""

_log = logging.getLogger(__name__)


class Sending:
    """Sends what is in the outbox until it is stopped."""

    def __init__(
        self,
        *,
        unit: str,
        outbox: Outbox,
        uploader: Uploader,
        deletions: Deletions,
        session: MqttSession,
        status: Callable[[], UnitStatus],
        clock: Clock,
    ) -> None:
        self.done: Counter[Did] = Counter()
        """What the uploader did so far."""
        self._topic = status_topic(unit)
        self._outbox = outbox
        self._uploader = uploader
        self._deletions = deletions
        self._session = session
        self._courier = Courier(outbox, session, unit)
        self._status = status
        self._clock = clock
        self._problems: dict[str, Problem] = {}
        self._stopped = threading.Event()
        self._threads = [
            threading.Thread(target=self._keep(self._upload), name="uploads", daemon=True),
            threading.Thread(target=self._keep(self._converse), name="messages", daemon=True),
        ]

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong on the way to the school."""
        return tuple({problem.code: problem for problem in self._problems.values()}.values())

    @property
    def is_done(self) -> bool:
        """The school has confirmed everything: every lesson by a receipt, every event by an acknowledgement."""
        return all(self._outbox.lessons().values()) and self._outbox.waiting_events == 0

    def start(self) -> None:
        """Begin to send."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Stop after the piece that is on its way; say goodbye to the broker."""
        self._stopped.set()
        for thread in self._threads:
            if thread.ident is not None:  # else it was never started
                thread.join(GRACE)
        if any(thread.is_alive() for thread in self._threads):
            # A school that keeps the line open and says nothing. The threads are daemons: what they hold stays waiting.
            _log.warning("The school has not finished its answer; it is not waited for.")
            return
        farewell = replace(self._status(), online=False)
        self._session.close(Message(self._topic, encode_status(farewell), retain=True))

    def _keep(self, loop: Callable[[], None]) -> Callable[[], None]:
        """The one place that catches everything: say what happened, and go on."""

        def run() -> None:
            while not self._stopped.is_set():
                try:
                    loop()
                except Exception:  # noqa: BLE001 - see the docstring
                    _log.exception("Sending failed unexpectedly; it is tried again.")
                    self._stopped.wait(5.0)

        return run

    def _upload(self) -> None:
        self._deletions.step()
        step = self._uploader.step()
        self.done[step.did] += 1
        self._note("uploads", step.problem, step.detail)
        if step.did is Did.IDLE:
            self._stopped.wait(min(step.wait, LOOK_EVERY) or LOOK_EVERY)
        elif step.wait > 0:
            self._stopped.wait(step.wait)

    def _converse(self) -> None:
        said_at, said_to = float("-inf"), 0
        while not self._stopped.is_set():
            self._courier.step()
            for message in self._session.step(LOOK_EVERY):
                self._courier.receive(message)
            self._note("messages", self._session.problem, self._session.detail)
            now = self._clock.monotonic()
            is_new = said_to != self._session.connections
            if self._session.is_connected and (is_new or now - said_at >= STATUS_EVERY):
                said_at, said_to = now, self._session.connections
                self._session.publish(Message(self._topic, encode_status(self._status()), retain=True))

    def _note(self, what: str, problem: Problem | None, detail: str | None) -> None:
        before = self._problems.get(what)
        if problem is None:
            self._problems.pop(what, None)
        else:
            self._problems[what] = problem
        if problem != before and problem is not None:
            _log.warning("%s: %s (%s)", problem.code, detail, what)
