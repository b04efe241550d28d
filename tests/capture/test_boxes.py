"""MP4 boxes come out whole, however the bytes come in; what is no box is refused."""

from __future__ import annotations

import contextlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.boxes import MAX_BOX_BYTES, Box, BoxError, BoxSplitter, read_boxes
from capture.moof import track_span

KINDS = st.sampled_from(["ftyp", "moov", "moof", "mdat", "free", "\xa9nam"])


def small(kind: str, payload: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(payload), kind.encode("latin-1")) + payload


def large(kind: str, payload: bytes) -> bytes:
    return struct.pack(">I4sQ", 1, kind.encode("latin-1"), 16 + len(payload)) + payload


@st.composite
def streams(draw: st.DrawFn) -> list[tuple[str, bytes, bytes]]:
    rows = draw(st.lists(st.tuples(KINDS, st.binary(max_size=40), st.booleans()), max_size=6))
    return [(kind, payload, (large if is_large else small)(kind, payload)) for kind, payload, is_large in rows]


@given(streams(), st.lists(st.integers(1, 60), max_size=30))
def test_boxes_are_the_same_however_the_writes_are_chopped(
    stream: list[tuple[str, bytes, bytes]], cuts: list[int]
) -> None:
    data = b"".join(raw for _, _, raw in stream)
    splitter = BoxSplitter()
    found: list[Box] = []
    for cut in cuts:
        found += splitter.feed(data[:cut])
        data = data[cut:]
    found += splitter.feed(data)
    splitter.finish()
    assert [(box.kind, box.payload, box.data) for box in found] == stream


@pytest.mark.parametrize(
    "nonsense",
    [
        pytest.param(struct.pack(">I4s", 7, b"moof"), id="smaller than its header"),
        pytest.param(struct.pack(">I4s", 0, b"mdat"), id="up to the end of the file"),
        pytest.param(struct.pack(">I4sQ", 1, b"mdat", 15), id="a large one smaller than its header"),
        pytest.param(struct.pack(">I4s", MAX_BOX_BYTES + 1, b"mdat"), id="too large"),
        pytest.param(struct.pack(">I4sQ", 1, b"mdat", 1 << 63), id="far too large"),
        pytest.param(struct.pack(">I4s", 16, b"\x00\x01\x02\x03"), id="no kind"),
    ],
)
def test_nonsense_is_refused(nonsense: bytes) -> None:
    with pytest.raises(BoxError):
        BoxSplitter().feed(nonsense)


def test_a_box_without_its_end_is_no_box() -> None:
    with pytest.raises(BoxError, match="without its end"):
        list(read_boxes(small("mdat", b"whole") + b"\0\0"))


@given(st.binary(max_size=80))
def test_bytes_are_boxes_or_refused(data: bytes) -> None:
    try:
        boxes = list(read_boxes(data))
    except BoxError:
        return
    assert b"".join(box.data for box in boxes) == data


@given(st.binary(max_size=60))
def test_a_fragment_that_is_none_is_refused_or_has_no_such_track(payload: bytes) -> None:
    for inner in (payload, small("traf", payload), small("traf", small("tfhd", payload) + small("tfdt", payload))):
        with contextlib.suppress(BoxError):
            track_span(Box("moof", small("moof", inner)), 1)
