"""Events reach the school exactly once over real brokers, whatever happens to the broker.

The receiver here does what a school does, in its shortest form: insert, commit, acknowledge.
"""

import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lesson.messages import (
    ALL_EVENTS,
    ALL_STATUS,
    MAX_MESSAGE_BYTES,
    Ack,
    SealedEvidence,
    UnitStatus,
    ack_topic,
    decode_delivery,
    decode_status,
    encode_ack,
    encode_event,
    encode_status,
    events_topic,
    status_topic,
    unit_of,
)
from lesson.problems import NOT_TRUSTED, SCHOOL_UNREACHABLE
from provisioning.throw_away import CredentialFiles, ThrowAwayAuthority
from sync.backoff import Backoff
from sync.courier import Courier
from sync.errors import PieceError
from sync.mqtt import Broker, Message, MqttSession
from sync.outbox import MAX_EVENT_BYTES, Outbox
from tests.suites.brokers import PATIENCE, RunningBroker, free_port, mosquitto, nats

UNIT, OTHER = "lab-2", "lab-3"
LESSON = "00" * 16
AT = datetime(2026, 11, 17, 9, 0, tzinfo=UTC)

pytestmark = pytest.mark.broker


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> ThrowAwayAuthority:
    return ThrowAwayAuthority(tmp_path_factory.mktemp("authority"), datetime.now(UTC), is_demo=True)


@pytest.fixture(scope="module")
def clients(authority: ThrowAwayAuthority) -> dict[str, CredentialFiles]:
    return {"school": authority.school(), **{unit: authority.unit(unit, "Science 3") for unit in (UNIT, OTHER)}}


@pytest.fixture(scope="module")
def server_files(authority: ThrowAwayAuthority) -> CredentialFiles:
    return authority.server("127.0.0.1")


@pytest.fixture(params=["mosquitto", "nats"])
def broker(request: pytest.FixtureRequest, tmp_path: Path, server_files: CredentialFiles) -> Iterator[RunningBroker]:
    folder = tmp_path / "broker"
    folder.mkdir()
    broker = (
        mosquitto(folder, server_files) if request.param == "mosquitto" else nats(folder, server_files, (UNIT, OTHER))
    )
    broker.start()
    yield broker
    broker.stop()


def open_session(
    broker: RunningBroker, files: CredentialFiles, name: str, *topics: str, will: Message | None = None
) -> MqttSession:
    return MqttSession(
        broker.as_seen_by(files),
        name,
        topics,
        will=None if will is None else lambda: will,
        backoff=Backoff(first=0.02, longest=0.2),
    )


class Receiver:
    """The school's end: keeps each event once, acknowledges what it has committed, never over a hole."""

    def __init__(self, session: MqttSession, path: Path) -> None:
        self.session = session
        self.db = sqlite3.connect(path, isolation_level=None)
        self.db.execute("PRAGMA synchronous = OFF")  # nobody pulls this receiver's plug
        self.db.execute("CREATE TABLE IF NOT EXISTS events (unit, stream, seq, event, PRIMARY KEY (unit, stream, seq))")
        self.acknowledges = True
        self.deliveries = 0

    def step(self) -> None:
        for message in self.session.step(0.01):
            if message.topic.endswith("/up/events"):
                self.take(unit_of(message.topic), message.payload)

    def take(self, unit: str, payload: bytes) -> None:
        delivery = decode_delivery(payload)
        self.deliveries += 1
        upto = self.upto(unit, delivery.stream)
        if delivery.seq == upto + 1:
            assert isinstance(delivery.event, SealedEvidence)
            self.db.execute(
                "INSERT INTO events VALUES (?, ?, ?, ?)", (unit, delivery.stream, delivery.seq, delivery.event.index)
            )
            upto += 1
        if self.acknowledges:
            self.session.publish(Message(ack_topic(unit), encode_ack(Ack(delivery.stream, upto)), retain=True))

    def upto(self, unit: str, stream: str) -> int:
        query = "SELECT count(*) FROM events WHERE unit = ? AND stream = ?"
        return int(self.db.execute(query, (unit, stream)).fetchone()[0])

    @property
    def events(self) -> list[int]:
        return [row[0] for row in self.db.execute("SELECT event FROM events ORDER BY unit, stream, seq")]

    def close(self) -> None:
        self.session.close()
        self.db.close()


class Unit:
    """The unit's end, as the device runs it."""

    def __init__(self, broker: RunningBroker, files: CredentialFiles, outbox: Outbox, window: int = 32) -> None:
        will = Message(status_topic(UNIT), encode_status(UnitStatus(online=False, at=AT, version="1")), retain=True)
        self.session = open_session(broker, files, UNIT, ack_topic(UNIT), will=will)
        self.outbox = outbox
        self.courier = Courier(outbox, self.session, UNIT, window=window)

    def step(self) -> None:
        for message in self.session.step(0.01):
            self.courier.receive(message)
        self.courier.step()

    def close(self) -> None:
        self.session.close()


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    with Outbox(tmp_path / "outbox.sqlite") as outbox:
        yield outbox


@pytest.fixture
def school(broker: RunningBroker, clients: dict[str, CredentialFiles], tmp_path: Path) -> Iterator[Receiver]:
    session = open_session(broker, clients["school"], "School", ALL_EVENTS, ALL_STATUS)
    with closing(Receiver(session, tmp_path / "school.sqlite")) as school:
        run_until(lambda: session.is_connected, school.step)
        yield school


@pytest.fixture
def unit(broker: RunningBroker, clients: dict[str, CredentialFiles], outbox: Outbox) -> Iterator[Unit]:
    with closing(Unit(broker, clients[UNIT], outbox)) as unit:
        yield unit


def evidence(index: int, length_bytes: int = 20) -> bytes:
    return encode_event(SealedEvidence(LESSON, index, bytes(length_bytes)))


def run_until(condition: Callable[[], bool], *steps: Callable[[], object], patience: float = PATIENCE) -> None:
    give_up_at = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < give_up_at, "it did not happen"
        for step in steps:
            step()


def test_events_arrive_in_order_and_are_deleted_when_the_school_has_them(
    outbox: Outbox, school: Receiver, unit: Unit
) -> None:
    for index in range(70):  # more than two windows
        outbox.add_event(evidence(index))
    run_until(lambda: outbox.waiting_events == 0, unit.step, school.step)
    assert school.events == list(range(70))


def test_the_brokers_own_acknowledgement_deletes_nothing(outbox: Outbox, school: Receiver, unit: Unit) -> None:
    """The school commits and does not say so; the broker has said PUBACK for everything."""
    school.acknowledges = False
    for index in range(5):
        outbox.add_event(evidence(index))
    run_until(lambda: len(school.events) == 5, unit.step, school.step)
    for _ in range(20):
        unit.step()
    assert outbox.waiting_events == 5
    school.acknowledges = True
    run_until(lambda: outbox.waiting_events == 0, unit.step, school.step)
    assert school.events == list(range(5)), "they came twice and were kept once"
    assert school.deliveries > 5


def test_a_broker_that_is_killed_again_and_again_costs_nothing(
    broker: RunningBroker, outbox: Outbox, school: Receiver, unit: Unit
) -> None:
    """Killed in the middle of deliveries, six times: 150 events arrive once each."""
    dice = random.Random(2)
    added = 0
    for _ in range(6):
        for index in range(added, added + 25):
            outbox.add_event(evidence(index))
        added += 25
        goal = len(school.events) + dice.randrange(1, 25)
        run_until(lambda goal=goal: len(school.events) >= goal, unit.step, school.step)  # type: ignore[misc]
        broker.kill()
        for _ in range(dice.randrange(3)):
            unit.step()
        broker.start()
    run_until(lambda: outbox.waiting_events == 0, unit.step, school.step)
    assert school.events == list(range(added))
    assert unit.session.connections > 3


def test_a_unit_that_is_switched_off_in_the_middle_goes_on_where_it_was(
    broker: RunningBroker, clients: dict[str, CredentialFiles], outbox: Outbox, school: Receiver
) -> None:
    for index in range(60):
        outbox.add_event(evidence(index))
    for goal in (10, 30, 60):
        with closing(Unit(broker, clients[UNIT], outbox, window=4)) as unit:
            run_until(lambda goal=goal: len(school.events) >= goal, unit.step, school.step)  # type: ignore[misc]
    with closing(Unit(broker, clients[UNIT], outbox)) as unit:
        run_until(lambda: outbox.waiting_events == 0, unit.step, school.step)
    assert school.events == list(range(60))


def test_a_school_that_comes_back_later_gets_everything(
    broker: RunningBroker, clients: dict[str, CredentialFiles], outbox: Outbox, unit: Unit, tmp_path: Path
) -> None:
    """Messages that were sent into the void are sent again, because nobody acknowledged them."""
    for index in range(10):
        outbox.add_event(evidence(index))
    run_until(lambda: unit.session.is_connected, unit.step)
    for _ in range(5):
        unit.step()
    session = open_session(broker, clients["school"], "School", ALL_EVENTS)
    with closing(Receiver(session, tmp_path / "school.sqlite")) as school:
        run_until(lambda: outbox.waiting_events == 0, unit.step, school.step)
        assert school.events == list(range(10))


def test_an_acknowledgement_that_was_missed_is_there_at_the_next_connection(
    broker: RunningBroker, clients: dict[str, CredentialFiles], outbox: Outbox, school: Receiver, unit: Unit
) -> None:
    outbox.add_event(evidence(0))
    run_until(lambda: unit.courier.step() == 1, lambda: unit.session.step(0.01), school.step)
    run_until(lambda: school.events == [0], school.step, lambda: unit.session.step(0.01))  # the unit does not read it
    for _ in range(20):
        school.step()
    unit.close()
    with closing(open_session(broker, clients[UNIT], UNIT, ack_topic(UNIT))) as session:
        courier = Courier(outbox, session, UNIT)
        run_until(lambda: outbox.waiting_events == 0, lambda: [courier.receive(one) for one in session.step(0.05)])


def test_the_last_will_says_that_a_unit_fell_silent(
    broker: RunningBroker, clients: dict[str, CredentialFiles], unit: Unit
) -> None:
    heard: list[bool] = []
    with closing(open_session(broker, clients["school"], "School", ALL_STATUS)) as session:

        def listen() -> None:
            heard.extend(decode_status(message.payload).online for message in session.step(0.01))

        run_until(lambda: session.is_connected and unit.session.is_connected, listen, unit.step)
        unit.session.publish(
            Message(status_topic(UNIT), encode_status(UnitStatus(online=True, at=AT, version="1")), retain=True)
        )
        run_until(lambda: heard == [True], listen, unit.step)
        unit.session._forget_client()  # the plug is pulled: no DISCONNECT
        run_until(lambda: heard == [True, False], listen)


def test_a_unit_that_is_switched_off_properly_says_farewell_itself(
    broker: RunningBroker, clients: dict[str, CredentialFiles], unit: Unit
) -> None:
    heard: list[Message] = []
    run_until(lambda: unit.session.is_connected, unit.step)
    farewell = Message(status_topic(UNIT), encode_status(UnitStatus(online=False, at=AT, version="bye")), retain=True)
    unit.session.close(farewell)
    with closing(open_session(broker, clients["school"], "School", ALL_STATUS)) as session:
        run_until(lambda: bool(heard), lambda: heard.extend(session.step(0.05)))
    assert [(one.payload, one.retain) for one in heard] == [(farewell.payload, True)], "kept for whoever comes later"


def test_the_version_is_the_newest_that_the_broker_speaks(broker: RunningBroker, unit: Unit) -> None:
    assert unit.session.version is None
    run_until(lambda: unit.session.is_connected, unit.step)
    assert unit.session.version == ("5" if "mosquitto" in broker.command[0] else "3.1.1")


def test_the_longest_event_passes_and_a_longer_message_is_refused_here(
    outbox: Outbox, school: Receiver, unit: Unit
) -> None:
    length = MAX_EVENT_BYTES * 3 // 4 - 100  # base64 makes four bytes of three
    outbox.add_event(evidence(0, length))
    run_until(lambda: outbox.waiting_events == 0, unit.step, school.step)
    assert school.events == [0]
    with pytest.raises(PieceError):
        unit.session.publish(Message(events_topic(UNIT), bytes(MAX_MESSAGE_BYTES + 1)))
    assert unit.session.is_connected


@contextmanager
def connected(broker: RunningBroker, files: CredentialFiles, name: str, *topics: str) -> Iterator[MqttSession]:
    with closing(open_session(broker, files, name, *topics)) as session:
        run_until(lambda: session.is_connected or session.problem is not None, lambda: session.step(0.05))
        yield session


def test_a_unit_can_not_speak_in_anothers_name(
    broker: RunningBroker, clients: dict[str, CredentialFiles], school: Receiver, unit: Unit, outbox: Outbox
) -> None:
    """Whatever lab-3 publishes on lab-2's topics, the school hears of it only lab-2's own event."""
    run_until(lambda: school.session.is_connected and unit.session.is_connected, school.step, unit.step)
    heard: list[Message] = []
    with connected(broker, clients[OTHER], OTHER, ack_topic(OTHER)) as other:
        for topic in (events_topic(UNIT), status_topic(UNIT), ack_topic(UNIT), ack_topic(OTHER)):
            other.publish(Message(topic, b"forged", retain=True))
        for _ in range(10):
            other.step(0.02)
        other_status = Message(status_topic(OTHER), b"its own", retain=True)
        run_until(lambda: other.publish(other_status), lambda: other.step(0.05))
        run_until(
            lambda: any(one.payload == b"its own" for one in heard),
            lambda: heard.extend(school.session.step(0.02)),
            lambda: other.step(0.02),
        )
    assert {one.payload for one in heard} == {b"its own"}
    outbox.add_event(evidence(0))
    run_until(lambda: outbox.waiting_events == 0, unit.step, school.step)


OTHERS_TOPICS = (ack_topic(UNIT), events_topic(UNIT), ALL_EVENTS, ALL_STATUS, "#", "waitwise/v1/+/down/ack")


@pytest.mark.parametrize("topic", OTHERS_TOPICS)
def test_a_unit_can_not_listen_to_another(
    broker: RunningBroker, clients: dict[str, CredentialFiles], school: Receiver, unit: Unit, topic: str
) -> None:
    heard: list[Message] = []
    outbox = unit.outbox
    outbox.add_event(evidence(0))
    with closing(open_session(broker, clients[OTHER], OTHER, topic)) as other:
        run_until(lambda: other.is_connected or other.problem is not None, lambda: heard.extend(other.step(0.02)))
        run_until(lambda: outbox.waiting_events == 0, unit.step, school.step, lambda: heard.extend(other.step(0.01)))
        for _ in range(20):
            heard.extend(other.step(0.01))
    assert heard == []


def test_a_stranger_is_not_let_in(broker: RunningBroker, authority: ThrowAwayAuthority, tmp_path: Path) -> None:
    stranger = ThrowAwayAuthority(tmp_path / "rogue", datetime.now(UTC), is_demo=True).unit(UNIT)
    files = CredentialFiles(authority.ca_file, stranger.cert_file, stranger.key_file)
    with connected(broker, files, UNIT, ack_topic(UNIT)) as session:
        assert not session.is_connected
        assert session.problem in (NOT_TRUSTED, SCHOOL_UNREACHABLE)


# paho leaves the socket of a failed handshake to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_rogue_broker_gets_nothing(
    broker: RunningBroker, clients: dict[str, CredentialFiles], tmp_path: Path
) -> None:
    elsewhere = ThrowAwayAuthority(tmp_path / "rogue", datetime.now(UTC), is_demo=True)
    files = CredentialFiles(elsewhere.ca_file, clients[UNIT].cert_file, clients[UNIT].key_file)
    with connected(broker, files, UNIT, ack_topic(UNIT)) as session:
        assert not session.is_connected
        assert session.problem is SCHOOL_UNREACHABLE


def test_a_unit_can_not_end_anothers_connection_by_using_its_name(
    tmp_path: Path, server_files: CredentialFiles, clients: dict[str, CredentialFiles]
) -> None:
    """mosquitto takes the client id from the certificate, so saying "lab-2" makes nobody lab-2."""
    folder = tmp_path / "broker"
    folder.mkdir()
    broker = mosquitto(folder, server_files)
    broker.start()
    try:
        with (
            connected(broker, clients[UNIT], UNIT, ack_topic(UNIT)) as unit,
            connected(broker, clients[OTHER], UNIT, ack_topic(OTHER)) as other,
        ):
            assert other.is_connected
            for _ in range(20):
                unit.step(0.01)
            assert unit.is_connected
            assert unit.connections == 1
    finally:
        broker.stop()


def test_nobody_there_is_said_and_tried_again(clients: dict[str, CredentialFiles], tmp_path: Path) -> None:
    files = clients[UNIT]
    broker = Broker("127.0.0.1", free_port(), files.ca_file, files.cert_file, files.key_file)
    session = MqttSession(broker, UNIT, (ack_topic(UNIT),), backoff=Backoff(first=0.01, longest=0.02))
    for _ in range(5):
        assert session.step(0.01) == ()
    assert session.problem is SCHOOL_UNREACHABLE
    assert session.detail is not None
    assert not session.publish(Message(events_topic(UNIT), b"x"))
    session.close()
