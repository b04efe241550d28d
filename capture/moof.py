"""From when to when a segment plays, read from the bytes themselves.

::

    moof
      traf   one per track
        tfhd   which track, default duration of a sample
        tfdt   decode time of the first sample, in the track's time scale
        trun   how many samples, and how long each

ISO/IEC 14496-12, 8.8. Our encoder writes no B frames, so decode time is presentation time.
"""

from __future__ import annotations

import struct

from capture.boxes import Box, BoxError, read_boxes

_DEFAULT_DURATION = 0x08
_TFHD_BEFORE_DURATION = ((0x01, 8), (0x02, 4))
_TRUN_HEAD = ((0x01, 4), (0x04, 4))
_TRUN_DURATION = 0x100
_TRUN_AFTER_DURATION = (0x200, 0x400, 0x800)


def track_span(moof: Box, track_id: int) -> tuple[int, int] | None:
    """Start and length of a track's samples in `moof`, in the track's time scale; None if it has none there.

    Raises:
        BoxError: a fragment that is not laid out as ISO/IEC 14496-12 says.
    """
    try:
        for traf in read_boxes(moof.payload):
            if traf.kind != "traf":
                continue
            parts = list(read_boxes(traf.payload))
            of = {part.kind: part.payload for part in parts}
            found, default = _tfhd(of["tfhd"])
            if found == track_id:
                runs = [part.payload for part in parts if part.kind == "trun"]
                return _tfdt(of["tfdt"]), sum(_trun(run, default) for run in runs)
    except (struct.error, KeyError) as error:
        raise BoxError(f"A fragment without {error}.") from error
    return None


def _flags(payload: bytes) -> int:
    (version_and_flags,) = struct.unpack_from(">I", payload)
    return int(version_and_flags & 0xFFFFFF)


def _tfhd(payload: bytes) -> tuple[int, int]:
    flags = _flags(payload)
    (track_id,) = struct.unpack_from(">I", payload, 4)
    if not flags & _DEFAULT_DURATION:
        return track_id, 0
    offset = 8 + sum(size for flag, size in _TFHD_BEFORE_DURATION if flags & flag)
    return track_id, struct.unpack_from(">I", payload, offset)[0]


def _tfdt(payload: bytes) -> int:
    return int(struct.unpack_from(">Q" if payload[0] else ">I", payload, 4)[0])


def _trun(payload: bytes, default: int) -> int:
    flags = _flags(payload)
    (samples,) = struct.unpack_from(">I", payload, 4)
    if not flags & _TRUN_DURATION:
        return int(samples * default)
    offset = 8 + sum(size for flag, size in _TRUN_HEAD if flags & flag)
    stride = 4 + 4 * sum(bool(flags & flag) for flag in _TRUN_AFTER_DURATION)
    return sum(struct.unpack_from(">I", payload, offset + stride * sample)[0] for sample in range(samples))
