"""What every footage store must do. Subclass with a fixture `store` that gives an empty one."""

from __future__ import annotations

import threading

import pytest

from lesson.footage.segments import SegmentName, Track
from lesson.messages import MessageError
from school.footage_store import FootageStore, Kept

LESSON = "5f" * 16
OTHER_LESSON = "0a" * 16
NAME = SegmentName(Track.AV, 12)


def put(store: FootageStore, *chunks: bytes, lesson: str = LESSON, name: SegmentName = NAME) -> Kept:
    with store.arriving() as arriving:
        for chunk in chunks:
            arriving.write(chunk)
        return arriving.keep(lesson, name)


def get(store: FootageStore, lesson: str = LESSON, name: SegmentName = NAME) -> bytes | None:
    chunks = store.read(lesson, name)
    return None if chunks is None else b"".join(chunks)


class FootageStoreSuite:
    def test_what_was_kept_is_read_to_the_byte(self, store: FootageStore) -> None:
        assert put(store, b"sealed ", b"", b"bytes") is Kept.CREATED
        assert get(store) == b"sealed bytes"

    def test_the_same_again_changes_nothing(self, store: FootageStore) -> None:
        put(store, b"sealed")
        assert put(store, b"sea", b"led") is Kept.SAME
        assert get(store) == b"sealed"

    @pytest.mark.parametrize("other", [b"sealeD", b"seal", b"sealed and more", b""])
    def test_other_bytes_never_replace_what_is_there(self, store: FootageStore, other: bytes) -> None:
        put(store, b"sealed")
        assert put(store, other) is Kept.CONFLICT
        assert get(store) == b"sealed"

    def test_what_was_not_kept_is_forgotten(self, store: FootageStore) -> None:
        with store.arriving() as arriving:
            arriving.write(b"half of it")
        assert get(store) is None
        assert store.clean() == 0

    def test_a_mistake_on_the_way_forgets_it_too(self, store: FootageStore) -> None:
        with pytest.raises(ZeroDivisionError), store.arriving() as arriving:
            arriving.write(b"%d" % (1 // 0))
        assert get(store) is None
        assert store.clean() == 0

    def test_each_name_has_its_own_bytes(self, store: FootageStore) -> None:
        names = [
            (LESSON, NAME),
            (OTHER_LESSON, NAME),
            (LESSON, SegmentName(Track.LOG, 12)),
            (LESSON, SegmentName(Track.AV, 1)),
        ]
        for number, (lesson, name) in enumerate(names):
            assert put(store, bytes([number]), lesson=lesson, name=name) is Kept.CREATED
        assert [get(store, lesson, name) for lesson, name in names] == [bytes([number]) for number in range(len(names))]

    def test_what_is_not_there_is_none(self, store: FootageStore) -> None:
        assert get(store) is None

    def test_it_knows_which_segments_of_a_lesson_are_here_and_how_long(self, store: FootageStore) -> None:
        put(store, b"sealed")
        put(store, b"log", name=SegmentName(Track.LOG, 0))
        put(store, b"another lesson's", lesson=OTHER_LESSON)
        assert store.lengths(LESSON) == {NAME: 6, SegmentName(Track.LOG, 0): 3}
        assert store.lengths("ee" * 16) == {}

    def test_nothing_is_a_segment_too(self, store: FootageStore) -> None:
        assert put(store) is Kept.CREATED
        assert get(store) == b""

    def test_three_megabytes_come_in_chunks(self, store: FootageStore) -> None:
        body = bytes(range(256)) * 12_000
        put(store, body[:1_000_000], body[1_000_000:])
        chunks = store.read(LESSON, NAME)
        assert chunks is not None
        parts = list(chunks)
        assert b"".join(parts) == body
        assert len(parts) > 1

    @pytest.mark.parametrize("lesson", ["..", "../" + "5f" * 15, "", "5F" * 16, "arriving", "/etc", "5f" * 16 + "/.."])
    def test_only_a_lesson_id_names_a_lesson(self, store: FootageStore, lesson: str) -> None:
        with pytest.raises(MessageError):
            put(store, b"x", lesson=lesson)
        with pytest.raises(MessageError):
            store.read(lesson, NAME)

    def test_of_many_who_come_at_once_one_creates_it(self, store: FootageStore) -> None:
        answers: list[Kept] = []
        threads = [threading.Thread(target=lambda: answers.append(put(store, b"sealed" * 1000))) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(answers) == [Kept.CREATED] + [Kept.SAME] * 7
