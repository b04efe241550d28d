"""Listens to the broker: the thread between the MQTT session and `Ingest`.

::

    waitwise/v1/<unit>/up/events   ->  Ingest.delivery  ->  commit  ->  waitwise/v1/<unit>/down/ack, retained
    waitwise/v1/<unit>/up/status   ->  Ingest.status

The broker makes sure that a unit writes only under its own name; the topic therefore says who it was.
"""

from __future__ import annotations

import logging
import threading

from lesson.messages import ALL_EVENTS, ALL_STATUS, Ack, ack_topic, encode_ack, events_topic, unit_of
from lesson.settings import SettingsError
from provisioning.authority import SCHOOL_NAME
from school.ingest import Ingest
from school.settings import Settings
from sync.mqtt import Broker, Message, MqttSession

STEP = 0.2
"""Seconds until the thread looks whether it shall stop."""

_LOG = logging.getLogger(__name__)


class Listener(threading.Thread):
    """One connection to the broker, until `stop`."""

    def __init__(self, session: MqttSession, ingest: Ingest) -> None:
        super().__init__(name="broker")
        self._session = session
        self._ingest = ingest
        self._stopping = threading.Event()
        self._connections = 0
        self._problem: str | None = None

    def run(self) -> None:
        """Take in messages until `stop`."""
        while not self._stopping.is_set():
            try:
                for message in self._session.step(STEP):
                    self._take(message)
                self._look_after_connection()
            except Exception:  # noqa: BLE001 - the one loop of this thread
                _LOG.exception("The broker's thread stumbled. It goes on.")
                self._stopping.wait(STEP)
        self._session.close()

    def stop(self) -> None:
        """End the thread after the message it is at."""
        self._stopping.set()
        if self.is_alive():
            self.join()

    def _take(self, message: Message) -> None:
        try:
            unit = unit_of(message.topic)
            if message.topic == events_topic(unit):
                ack = self._ingest.delivery(unit, message.payload)
                if ack is not None:
                    self._publish(unit, ack)
            else:
                self._ingest.status(unit, message.payload)
        except Exception:  # noqa: BLE001 - one message must not stop the others
            # Not acknowledged, so the unit keeps it and sends it again; the next message may be fine.
            _LOG.exception("A message on %s was not taken in.", message.topic)

    def _look_after_connection(self) -> None:
        if self._session.problem is not None and self._session.detail != self._problem:
            _LOG.warning("%s", self._session.detail)
        self._problem = self._session.detail
        if self._session.connections != self._connections:
            _LOG.info("Connected to the broker, MQTT %s.", self._session.version)
            for unit, ack in self._ingest.acks():
                self._publish(unit, ack)
            self._connections = self._session.connections

    def _publish(self, unit: str, ack: Ack) -> None:
        self._session.publish(Message(ack_topic(unit), encode_ack(ack), retain=True))


def listener(settings: Settings, ingest: Ingest) -> Listener | None:
    """The thread for the broker of the settings, or None if they name none."""
    if settings.broker_host is None:
        return None
    if settings.broker_certificate is None or settings.broker_key is None:
        raise SettingsError("broker_certificate and broker_key are missing: the broker must know the school.")
    broker = Broker(
        host=settings.broker_host,
        port=settings.broker_port,
        ca_file=settings.broker_authority or settings.units_authority,
        cert_file=settings.broker_certificate,
        key_file=settings.broker_key,
    )
    return Listener(MqttSession(broker, SCHOOL_NAME, (ALL_EVENTS, ALL_STATUS)), ingest)
