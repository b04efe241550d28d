"""Bring a unit's events to the school, in order, and delete them when the *school* has them.

::

    outbox   1 2 3 4 5 6 7 8 ...
             |---window---|              at most WINDOW unacknowledged events are on their way
    sent     1 2 3 4 5  --MQTT-->  school: insert, commit
    acked    1 2 3      <--Ack--   down/ack {stream, upto: 3}, retained

    connected again     everything that is not acknowledged is sent again, from the first
    no Ack for a while  the same

The broker's own acknowledgement counts for nothing: a broker that is killed may forget what it acknowledged. So an
event may arrive more than once; the school knows it by (unit, stream, seq).
"""

from __future__ import annotations

import time
from collections.abc import Callable

from lesson.messages import MessageError, ack_topic, decode_ack, encode_delivery, events_topic
from sync.backoff import Backoff
from sync.mqtt import Message, MqttSession
from sync.outbox import Outbox

WINDOW = 32
"""Events on their way at a time: more than a lesson makes in a round trip, less than any broker's queue."""

FIRST_PATIENCE = 2.0
"""Seconds without an Ack, on top of the least, before everything is sent again: at most 2 s at first, then growing."""

LONGEST_PATIENCE = 60.0
"""Seconds: the longest. A school that comes back is noticed within a minute."""

LEAST_PATIENCE = 1.0
"""Seconds: the shortest. A school's disk may be that slow."""


class Courier:
    """Moves events from an outbox over a session. One thread, the session's; the outbox may be fed by others."""

    def __init__(
        self,
        outbox: Outbox,
        session: MqttSession,
        unit: str,
        *,
        window: int = WINDOW,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`session` must subscribe to `lesson.messages.ack_topic(unit)`."""
        self._outbox = outbox
        self._session = session
        self._events_topic = events_topic(unit)
        self._ack_topic = ack_topic(unit)
        self._window = window
        self._monotonic = monotonic
        self._backoff = Backoff(first=FIRST_PATIENCE, longest=LONGEST_PATIENCE)
        self._patience = LEAST_PATIENCE + self._backoff.failed()
        self._connection = 0
        self._stream = ""
        self._sent = 0
        self._send_again_at = 0.0

    def receive(self, message: Message) -> bool:
        """Take a message that the session received; say whether it was for the courier.

        An Ack that cannot be read is dropped: the school's next one is as good. Raises `OutboxError`.
        """
        if message.topic != self._ack_topic:
            return False
        try:
            ack = decode_ack(message.payload)
        except MessageError:
            return True
        if self._outbox.acknowledged(ack.stream, ack.upto):
            self._backoff.succeeded()
            self._patience = LEAST_PATIENCE + self._backoff.failed()
            self._be_patient()
        return True

    def step(self) -> int:
        """Publish what is due; return how many events. Raises `OutboxError`."""
        if not self._session.is_connected:
            return 0
        stream, acked = self._outbox.stream, self._outbox.acked
        if (self._connection, self._stream) != (self._session.connections, stream):
            self._connection, self._stream = self._session.connections, stream
            self._send_from(acked)
        elif self._sent > acked and self._monotonic() >= self._send_again_at:
            self._patience = LEAST_PATIENCE + self._backoff.failed()
            self._send_from(acked)
        self._sent = max(self._sent, acked)
        published = 0
        for event in self._outbox.events_after(self._sent, acked + self._window - self._sent):
            payload = encode_delivery(stream, event.seq, event.event)
            if not self._session.publish(Message(self._events_topic, payload)):
                break
            if self._sent == acked:
                self._be_patient()
            self._sent = event.seq
            published += 1
        return published

    def _send_from(self, acked: int) -> None:
        self._sent = acked
        self._be_patient()

    def _be_patient(self) -> None:
        self._send_again_at = self._monotonic() + self._patience
