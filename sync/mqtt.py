"""The MQTT session that both ends use, the unit and the school: the only module that knows paho.

::

    while running:                                   who owns the loop owns the thread, the clock and the socket
        for message in session.step(0.2):            connects, sends, receives; at most 0.2 s
            ...
        session.publish(Message(topic, payload))     False: not connected, so keep it

A session keeps nothing. Each connection starts clean, at the broker as well: what must not be lost is in the unit's
outbox until the *school* acknowledged it, and the acknowledgement is retained, so it comes again with every
subscription. A broker that kept sessions would only deliver the same once more, or fill up for a unit that was retired.
`connections` counts; whoever sees a new number publishes again what still matters.

MQTT 5 is spoken when the broker does, 3.1.1 otherwise, and nothing here depends on which. Everything goes at QoS 1:
a PUBACK only says that the broker had the message in its hands. A message longer than `MAX_MESSAGE_BYTES` is not sent,
and not handed on.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from lesson.messages import MAX_MESSAGE_BYTES
from lesson.problems import NOT_TRUSTED, SCHOOL_UNREACHABLE, Problem
from sync.backoff import Backoff
from sync.errors import PieceError
from sync.tls import client_context, is_certificate_refusal

KEEP_ALIVE = 30
"""Seconds. The broker sends the last will one and a half times this after a unit went silent."""

CONNECT_TIMEOUT = 10.0
"""Seconds for TCP, TLS, and until the broker has answered everything."""

_QOS = 1
_UNSUPPORTED_PROTOCOL = 132
"""MQTT 5, 3.2.2.2; also what paho makes of a 3.1.1 broker's refusal."""
_NOT_AUTHORISED = frozenset({134, 135})
"""MQTT 5, 3.2.2.2: bad user name or password, not authorized."""


@dataclass(frozen=True, slots=True)
class Message:
    """A payload on a topic."""

    topic: str
    payload: bytes
    retain: bool = False


@dataclass(frozen=True, slots=True)
class Broker:
    """Where the broker is, and how the two of us know each other."""

    host: str
    port: int
    ca_file: Path
    """The certificate of the school's authority."""
    cert_file: Path
    key_file: Path


@dataclass(frozen=True, slots=True)
class _Verdict:
    """Why the broker will not have us."""

    detail: str
    problem: Problem | None
    is_too_new: bool = False


class MqttSession:
    """One end of the conversation over a broker. One thread."""

    def __init__(
        self,
        broker: Broker,
        client_id: str,
        subscribe: tuple[str, ...],
        *,
        will: Callable[[], Message] | None = None,
        backoff: Backoff | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Read the certificates; connect in `step`. Raises `SyncSettingsError`.

        `will` is asked at every connection for what the broker shall say when this end falls silent.
        """
        self._broker = broker
        self._client_id = client_id
        self._subscribe = subscribe
        self._will = will
        self._backoff = backoff or Backoff()
        self._monotonic = monotonic
        self._context = client_context(broker.ca_file, broker.cert_file, broker.key_file)
        self._protocol = MQTTProtocolVersion.MQTTv5
        self._client: paho.Client | None = None
        self._is_ready = False
        self._give_up_at = 0.0
        self._try_again_at = monotonic()
        self._received: deque[Message] = deque()
        self._verdict: _Verdict | None = None
        self.connections = 0
        """How many times this session has been connected."""
        self.problem: Problem | None = None
        """What keeps it from being connected, if anything does."""
        self.detail: str | None = None
        """The same for the journal."""

    @property
    def is_connected(self) -> bool:
        """Connected and subscribed."""
        return self._is_ready

    @property
    def version(self) -> str | None:
        """The MQTT version spoken: "5", "3.1.1", or None while not connected."""
        if not self._is_ready:
            return None
        return "5" if self._protocol is MQTTProtocolVersion.MQTTv5 else "3.1.1"

    def step(self, timeout: float) -> tuple[Message, ...]:
        """Do what is due, for at most about `timeout` seconds, and return what has come.

        Never raises for what the network does: `problem` says it. Connecting takes longer than `timeout` where nobody
        answers: up to `CONNECT_TIMEOUT`, and `KEEP_ALIVE` if the broker falls silent within the TLS handshake.
        """
        if self._client is None:
            pause = self._try_again_at - self._monotonic()
            if pause > 0:
                time.sleep(min(pause, timeout))
                return ()
            self._connect()
        if self._client is not None:
            self._converse(self._client, timeout)
        received = tuple(self._received)
        self._received.clear()
        return received

    def publish(self, message: Message) -> bool:
        """Hand a message to the broker; False if there is no connection. Raises `PieceError` if it is too long."""
        if len(message.payload) > MAX_MESSAGE_BYTES:
            raise PieceError(f"{len(message.payload)} bytes are too long for a message: {MAX_MESSAGE_BYTES} at most.")
        if self._client is None or not self._is_ready:
            return False
        sent = self._client.publish(message.topic, message.payload, _QOS, message.retain)
        return sent.rc is MQTTErrorCode.MQTT_ERR_SUCCESS

    def close(self, farewell: Message | None = None) -> None:
        """End the connection in good order: the last will is not sent, so say `farewell` instead."""
        client = self._client
        if client is not None and self._is_ready:
            if farewell is not None:
                sent = client.publish(farewell.topic, farewell.payload, _QOS, farewell.retain)
                give_up_at = self._monotonic() + CONNECT_TIMEOUT
                # Until the broker's PUBACK, because a socket that is closed too early can take the farewell with it.
                while not sent.is_published() and self._monotonic() < give_up_at:
                    if client.loop(0.1) is not MQTTErrorCode.MQTT_ERR_SUCCESS:
                        break
            client.disconnect()
            client.loop(0.1)
        self._forget_client()

    def _connect(self) -> None:
        client = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id=self._client_id,
            protocol=self._protocol,
            reconnect_on_failure=False,
            clean_session=None if self._protocol is MQTTProtocolVersion.MQTTv5 else True,
        )
        client.tls_set_context(self._context)
        client.connect_timeout = CONNECT_TIMEOUT
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        if self._will is not None:
            will = self._will()
            client.will_set(will.topic, will.payload, _QOS, will.retain)
        self._verdict = None
        self._client = client
        self._give_up_at = self._monotonic() + CONNECT_TIMEOUT
        try:
            if self._protocol is MQTTProtocolVersion.MQTTv5:
                properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
                properties.SessionExpiryInterval = 0
                client.connect(
                    self._broker.host, self._broker.port, KEEP_ALIVE, clean_start=True, properties=properties
                )
            else:
                client.connect(self._broker.host, self._broker.port, KEEP_ALIVE)
        except (OSError, ValueError) as error:  # ValueError: a host name that is none
            self._lost(f"The broker cannot be reached: {error}", NOT_TRUSTED if is_certificate_refusal(error) else None)

    def _converse(self, client: paho.Client, timeout: float) -> None:
        code = client.loop(timeout)
        verdict = self._verdict
        if verdict is not None and verdict.is_too_new and self._protocol is MQTTProtocolVersion.MQTTv5:
            # Not a failure: the same broker is asked again at once, in the older version.
            self._protocol = MQTTProtocolVersion.MQTTv311
            self._forget_client()
        elif verdict is not None:
            self._lost(verdict.detail, verdict.problem)
        elif code is not MQTTErrorCode.MQTT_ERR_SUCCESS:
            self._lost(f"The broker ended the connection: {paho.error_string(code)}")
        elif not self._is_ready and self._monotonic() > self._give_up_at:
            self._lost("The broker took the connection and did not answer.")

    # paho calls these from within `loop`, and must find its socket as it was: they only take notes.

    def _on_connect(self, client: paho.Client, _data: Any, _flags: Any, reason: ReasonCode, _properties: Any) -> None:
        if not reason.is_failure:
            client.subscribe([(topic, _QOS) for topic in self._subscribe])
            return
        self._verdict = _Verdict(
            f"The broker refused the connection: {reason}",
            NOT_TRUSTED if reason.value in _NOT_AUTHORISED else None,
            is_too_new=reason.value == _UNSUPPORTED_PROTOCOL,
        )

    def _on_subscribe(
        self, _client: paho.Client, _data: Any, _mid: int, reasons: list[ReasonCode], _properties: Any
    ) -> None:
        if any(reason.is_failure for reason in reasons):
            self._verdict = _Verdict("The broker does not let this end read its topics.", NOT_TRUSTED)
            return
        self._is_ready = True
        self.connections += 1
        self.problem = self.detail = None
        self._backoff.succeeded()

    def _on_message(self, _client: paho.Client, _data: Any, message: paho.MQTTMessage) -> None:
        if len(message.payload) <= MAX_MESSAGE_BYTES:
            self._received.append(Message(message.topic, bytes(message.payload), bool(message.retain)))

    def _lost(self, detail: str, problem: Problem | None = None) -> None:
        self._forget_client()
        self.problem = problem or SCHOOL_UNREACHABLE
        self.detail = detail
        self._try_again_at = self._monotonic() + self._backoff.failed()

    def _forget_client(self) -> None:
        client, self._client = self._client, None
        self._is_ready = False
        # Without a DISCONNECT, so that the broker sends the last will.
        sock = None if client is None else client.socket()
        if sock is not None:
            sock.close()
