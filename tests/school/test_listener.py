"""From a unit to the school's disk over a real broker, and the school's word back.

unit --TLS--> broker --TLS--> waitwise school --commit--> ack, retained
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from lesson.messages import (
    LessonStarted,
    SealedEvidence,
    UnitStatus,
    ack_topic,
    encode_event,
    encode_status,
    status_topic,
)
from lesson.settings import SettingsError
from provisioning.throw_away import ThrowAwayAuthority
from school.database import EvidenceRow, StreamRow, UnitStatusRow, UnreadableRow
from school.ingest import Ingest
from school.listener import listener
from school.settings import Settings
from sync.courier import Courier
from sync.mqtt import Message, MqttSession
from sync.outbox import Outbox
from tests.suites.brokers import RunningBroker, mosquitto, nats

PATIENCE = 30.0


def until(holds: Callable[[], object], what: str) -> None:
    give_up_at = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < give_up_at, f"waited in vain until {what}"
        time.sleep(0.02)


@pytest.mark.broker
@pytest.mark.parametrize("kind", ["mosquitto", "nats"])
def test_a_lesson_is_heard_over_a_real_broker_whoever_is_started_again(
    kind: str, tmp_path: Path, own_school: Any, new_unit: Any, new_teacher: Any, record: Any
) -> None:
    """The unit's real outbox and courier; the broker is killed in the middle, then the school."""
    authority = ThrowAwayAuthority(tmp_path / "authority-of-broker", datetime.now(UTC), is_demo=True)
    server, at_broker, of_unit = authority.server("127.0.0.1"), authority.school(), authority.unit("lab-2")
    broker = mosquitto(tmp_path, server) if kind == "mosquitto" else nats(tmp_path, server, ("lab-2",))
    settings = {
        "broker_host": broker.files.host,
        "broker_port": broker.files.port,
        "broker_certificate": str(at_broker.cert_file),
        "broker_key": str(at_broker.key_file),
        "broker_authority": str(at_broker.ca_file),
    }
    broker.start()
    with Outbox(tmp_path / "outbox.sqlite") as outbox, own_school(**settings) as school:
        teacher = new_teacher(at=school)
        unit = new_unit(teacher, name="lab-2", at=school)
        lesson = record(unit, teacher)
        session = MqttSession(broker.as_seen_by(of_unit), "lab-2", (ack_topic("lab-2"),))
        courier = Courier(outbox, session, "lab-2")

        def deliver() -> None:
            def is_empty() -> bool:
                for message in session.step(0.02):
                    courier.receive(message)
                courier.step()
                return outbox.waiting_events == 0

            until(is_empty, "the school has everything")

        try:
            start = LessonStarted(lesson.lesson, datetime.now(UTC), lesson.header, tuple(lesson.stanzas.values()))
            outbox.add_event(encode_event(start))
            outbox.add_event(b'{"type":"lesson_painted"}')  # nobody agreed on this: it must not stop the rest
            deliver()
            status = encode_status(UnitStatus(True, datetime.now(UTC), "0.1.0", recording=lesson.lesson))
            assert session.publish(Message(status_topic("lab-2"), status, retain=True))
            for number, restart in enumerate([lambda: None, lambda: kill_and_start(broker), school_again(school)]):
                restart()
                outbox.add_event(encode_event(SealedEvidence(lesson.lesson, *lesson.evidence[number])))
                deliver()
            until(lambda: rows(school, UnitStatusRow.status) == [status], "the status is here")
            assert rows(school, EvidenceRow.ciphertext) == [ciphertext for _, ciphertext in lesson.evidence]
            assert rows(school, UnreadableRow.unit) == ["lab-2"]
            assert rows(school, StreamRow.upto) == [5]
        finally:
            session.close()
            broker.stop()


def rows(school: Any, column: Any) -> list[Any]:
    with school.database.reading() as session:
        return list(session.scalars(select(column)))


def kill_and_start(broker: RunningBroker) -> None:
    broker.kill()
    broker.start()


def school_again(school: Any) -> Callable[[], None]:
    def again() -> None:
        school.stop()
        school.start()

    return again


def test_without_a_broker_there_is_no_thread(tmp_path: Path) -> None:
    nothing = tmp_path / "nothing.pem"
    needed = {"data_folder": tmp_path, "units_certificate": nothing, "units_key": nothing, "units_authority": nothing}
    ingest = Ingest.__new__(Ingest)
    assert listener(Settings(**needed), ingest) is None
    with pytest.raises(SettingsError, match="broker_certificate"):
        listener(Settings(**needed, broker_host="127.0.0.1"), ingest)
