"""Unit and school read each other's messages, and nothing that nobody agreed on."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lesson.messages import (
    ALL_EVENTS,
    ALL_STATUS,
    MAX_MESSAGE_BYTES,
    Ack,
    Event,
    LessonEnded,
    LessonStarted,
    MessageError,
    SealedEvidence,
    UnitStatus,
    ack_topic,
    check_lesson_id,
    check_unit_id,
    decode_ack,
    decode_delivery,
    decode_event,
    decode_status,
    encode_ack,
    encode_delivery,
    encode_event,
    encode_status,
    events_topic,
    status_topic,
    unit_of,
)

LESSON = "00112233445566778899aabbccddeeff"
AT = datetime(2026, 11, 17, 9, 0, tzinfo=UTC)

lesson_ids = st.binary(min_size=16, max_size=16).map(bytes.hex)
unit_ids = st.from_regex(r"[a-z0-9][a-z0-9-]{0,62}", fullmatch=True)
moments = st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
counts = st.integers(0, 2**40)
texts = st.text(max_size=40)

events = st.one_of(
    st.builds(
        LessonStarted,
        lesson_id=lesson_ids,
        started_at=moments,
        header=st.binary(),
        stanzas=st.lists(st.binary()).map(tuple),
        title=st.none() | texts,
    ),
    st.builds(SealedEvidence, lesson_id=lesson_ids, index=counts, ciphertext=st.binary()),
    st.builds(
        LessonEnded,
        lesson_id=lesson_ids,
        ended_at=moments,
        end=st.sampled_from(["stopped", "interrupted", "disk_full"]),
        n_segments=counts,
        n_evidence=counts,
        duration=st.floats(0, 1e6),
    ),
)
statuses = st.builds(
    UnitStatus,
    online=st.booleans(),
    at=moments,
    version=texts,
    recording=st.none() | lesson_ids,
    free_bytes=st.none() | counts,
    waiting_segments=counts,
    waiting_events=counts,
    problems=st.lists(texts).map(tuple),
    microphone_drift_ppm=st.none() | st.floats(-1000, 1000),
)


@given(events)
def test_an_event_is_read_as_it_was_meant(event: Event) -> None:
    assert decode_event(encode_event(event)) == event


@given(texts, st.integers(1, 2**50), events)
def test_a_delivery_carries_an_event_in_its_place(stream: str, seq: int, event: Event) -> None:
    delivery = decode_delivery(encode_delivery(stream, seq, encode_event(event)))
    assert (delivery.stream, delivery.seq, delivery.event) == (stream, seq, event)


@given(statuses)
def test_a_status_is_read_as_it_was_meant(status: UnitStatus) -> None:
    assert decode_status(encode_status(status)) == status


@given(texts, counts)
def test_an_ack_is_read_as_it_was_meant(stream: str, upto: int) -> None:
    assert decode_ack(encode_ack(Ack(stream, upto))) == Ack(stream, upto)


def test_what_is_on_the_wire_is_what_the_document_shows() -> None:
    event = encode_event(LessonEnded(LESSON, AT, "stopped", 1501, 750, duration=3000.0))
    assert encode_delivery("5f", 7, event) == (
        b'{"stream":"5f","seq":7,"event":{"type":"lesson_ended","lesson_id":"00112233445566778899aabbccddeeff",'
        b'"ended_at":"2026-11-17T09:00:00Z","end":"stopped","n_segments":1501,"n_evidence":750,"duration_s":3000.0}}'
    )
    assert encode_ack(Ack("5f", 7)) == b'{"stream":"5f","upto":7}'


def test_a_status_without_what_joined_later_reads_as_before() -> None:
    before = (
        b'{"online":true,"at":"2026-11-17T09:00:00Z","version":"0.1.0","recording":null,"free_bytes":null,'
        b'"waiting_segments":0,"waiting_events":0,"problems":[]}'
    )
    assert encode_status(decode_status(before)) == before
    with_drift = decode_status(before[:-1] + b',"microphone_drift_ppm":50.0}')
    assert with_drift == UnitStatus(online=True, at=AT, version="0.1.0", microphone_drift_ppm=50.0)


def test_a_moment_in_another_time_zone_is_the_same_moment() -> None:
    there = AT.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert encode_status(UnitStatus(online=True, at=there, version="1")) == encode_status(
        UnitStatus(online=True, at=AT, version="1")
    )


GOOD = json.loads(encode_event(SealedEvidence(LESSON, 3, b"abc")))
BAD_EVENTS = {
    "no type": {key: value for key, value in GOOD.items() if key != "type"},
    "an unknown type": GOOD | {"type": "lesson_paused"},
    "a type that is no text": GOOD | {"type": ["sealed_evidence"]},
    "a field too many": GOOD | {"teacher": "Ms Ada"},
    "a field too few": {key: value for key, value in GOOD.items() if key != "index"},
    "an index that is a text": GOOD | {"index": "3"},
    "an index that is true": GOOD | {"index": True},
    "padding": GOOD | {"ciphertext": "YWI="},
    "no base64url": GOOD | {"ciphertext": "+/+/"},
    "a lesson id in capitals": GOOD | {"lesson_id": LESSON.upper()},
    "a lesson id that is a path": GOOD | {"lesson_id": "../../../../../../../../etc/pwd/"},
    "a list": [GOOD],
    "nothing": None,
}


@pytest.mark.parametrize("name", BAD_EVENTS)
def test_an_event_that_nobody_agreed_on_is_refused(name: str) -> None:
    payload = json.dumps(BAD_EVENTS[name]).encode()
    with pytest.raises(MessageError):
        decode_event(payload)
    with pytest.raises(MessageError):
        decode_delivery(b'{"stream":"s","seq":1,"event":' + payload + b"}")


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\xff",
        b"{}",
        b"[" * 100_000,
        b'{"stream":"s","seq":0,"event":{}}',
        b'{"stream":"s","seq":true,"event":{}}',
        b'{"stream":1,"seq":1,"event":{}}',
        b'{"stream":"s","upto":NaN}',
        b'{"stream":"s","upto":1,"upto":2}',
        b'{"online":true,"at":"2026-11-17T09:00:00","version":"1"}',
    ],
)
def test_bytes_that_are_no_message_are_refused_by_every_reader(payload: bytes) -> None:
    for decode in (decode_event, decode_delivery, decode_status, decode_ack):
        with pytest.raises(MessageError):
            decode(payload)


@given(st.binary(max_size=200))
def test_no_bytes_make_a_reader_fall_over(payload: bytes) -> None:
    for decode in (decode_event, decode_delivery, decode_status, decode_ack):
        try:
            decode(payload)
        except MessageError:
            continue


def test_a_payload_that_is_too_long_is_refused_before_it_is_read() -> None:
    event = encode_event(SealedEvidence(LESSON, 0, bytes(MAX_MESSAGE_BYTES)))
    with pytest.raises(MessageError, match="more than a message may have"):
        decode_event(event)


@given(unit_ids)
def test_a_topic_names_its_unit(unit: str) -> None:
    for topic in (status_topic(unit), events_topic(unit), ack_topic(unit)):
        assert unit_of(topic) == unit


@pytest.mark.parametrize(
    "unit", ["", "-lab", "Lab", "lab_2", "lab 2", "lab/2", "+", "#", "$share", "lab.2", "a" * 64, "lab\n"]
)
def test_what_could_be_another_topic_is_no_unit_id(unit: str) -> None:
    for use in (check_unit_id, status_topic, events_topic, ack_topic):
        with pytest.raises(MessageError):
            use(unit)


@pytest.mark.parametrize(
    "topic", ["", "waitwise/v1", ALL_EVENTS, ALL_STATUS, "waitwise/v2/lab/up/events", "a/b/lab/c/d"]
)
def test_a_topic_that_is_none_of_ours_has_no_unit(topic: str) -> None:
    with pytest.raises(MessageError):
        unit_of(topic)


def test_a_lesson_id_is_thirty_two_small_digits() -> None:
    assert check_lesson_id(LESSON) == LESSON
    for bad in ("", LESSON[:-1], LESSON + "0", LESSON[:-1] + "g", LESSON + "\n"):
        with pytest.raises(MessageError):
            check_lesson_id(bad)
