"""What the pages fetch: sealed bytes for whoever they are sealed to, and nothing for anybody else.

::

    POST /api/join                       GET /api/lessons/ID                    header, stanzas, links, manifest
    GET  /api/me, POST /api/identity     GET /api/lessons/ID/segments/T/I       ciphertext
    POST /api/forget-devices
    GET  /api/lessons                    GET /api/lessons/ID/evidence?after=N   ciphertext
    GET  /api/people                     GET /api/lessons/ID/live               as it comes, server-sent events
                                         GET /api/lessons/ID/sharing            who may open it, and who did
                                         POST /api/lessons/ID/grants            a grant that she signed
                                         POST /api/lessons/ID/clips             a clip that she cut and signed
                                         POST /api/lessons/ID/withdraw          the end of one of either

Bytes are base64url in JSON. Everything about a lesson goes through `OwnLesson` and `lessons.py`; the envelope and the
segments through `OwnLessonOrClip`, because somebody with a clip needs those of its segments.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated

import anyio
from fastapi import APIRouter, Path, Query, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response, StreamingResponse

from lesson.footage.recipients import Recipient
from lesson.footage.segments import MAX_INDEX, SegmentName, Track
from lesson.wire import to_wire
from school.accounts import forget_devices, join
from school.errors import MismatchError
from school.lesson_log import note_opening
from school.lessons import Lesson, Piece, evidence_of, lesson_of, lesson_segment, lessons_of, sealed_lesson_of
from school.people import Teacher
from school.security import IMMUTABLE
from school.sharing import people_of, share, share_clip, sharing_of, withdraw
from school.ways_in import expect_ways_in, replace_identity
from school.web_parts import FOR_EVERYBODY, OwnLesson, OwnLessonOrClip, Parts, SignedInTeacher, WebParts, asked, nothing

router = APIRouter(prefix="/api")

_PIECES_AT_ONCE = 200
_CLIPS_NAMED = 5

After = Annotated[int, Query(ge=-1, le=MAX_INDEX)]


@dataclass(frozen=True, slots=True)
class JoinRequest:
    """What the page sends when a teacher has made her keys."""

    code: str
    encryption_key: bytes
    signing_key: bytes
    sealed_identity: bytes


@dataclass(frozen=True, slots=True)
class IdentityRequest:
    """What the page sends when she has other words or another code."""

    replacement: bytes
    """The signed line."""


@dataclass(frozen=True, slots=True)
class GrantRequest:
    """What the page sends when a teacher shares a lesson."""

    grant: bytes
    """The signed line."""


@dataclass(frozen=True, slots=True)
class ClipRequest:
    """What the page sends when a teacher shares a clip."""

    clip: bytes
    """The signed line."""


@dataclass(frozen=True, slots=True)
class WithdrawRequest:
    """What the page sends when she takes it back."""

    grant: str
    """Its name."""


@router.post("/join", dependencies=FOR_EVERYBODY)
async def join_school(request: Request, parts: Parts) -> Response:
    """Spend an invitation."""
    wish = await asked(JoinRequest, request)
    try:
        keys = Recipient(wish.encryption_key, wish.signing_key)
    except ValueError as error:
        raise MismatchError(str(error)) from error
    expect_ways_in(wish.sealed_identity, keys)
    now, hours, browser = parts.now(), parts.settings.session_hours, parts.browser(request)
    signed_in = await run_in_threadpool(
        lambda: join(parts.database, wish.code, keys, wish.sealed_identity, now=now, hours=hours, browser=browser)
    )
    person = signed_in.person
    assert isinstance(person, Teacher)  # she has made her keys
    told = {"teacher": person.id, "name": person.name, "kid": person.kid, "devices": person.devices}
    answer = JSONResponse(told, 201)
    parts.give_cookie(answer, signed_in)
    return answer


@router.get("/me")
def me(teacher: SignedInTeacher) -> Response:
    """Who is signed in, and her sealed keys."""
    known = ("name", "kid", "sealed_identity", "encryption_key", "signing_key")
    return JSONResponse({name: to_wire(getattr(teacher, name)) for name in known})


@router.post("/identity")
async def replace_my_identity(request: Request, teacher: SignedInTeacher, parts: Parts) -> Response:
    """Keep another file in place of hers: she has signed it."""
    wish = await asked(IdentityRequest, request)
    await run_in_threadpool(replace_identity, parts.database, teacher, wish.replacement, parts.now())
    return JSONResponse({})


@router.post("/forget-devices")
def forget_my_devices(request: Request, teacher: SignedInTeacher, parts: Parts) -> Response:
    """Sign her out everywhere but here, and let every other browser forget her keys."""
    devices = forget_devices(parts.database, teacher.id, but=parts.browser(request).had)
    return JSONResponse({"devices": devices})


@router.get("/lessons")
def list_lessons(teacher: SignedInTeacher, parts: Parts) -> Response:
    """Her lessons."""
    return JSONResponse({"lessons": to_wire(lessons_of(parts.database, teacher, parts.now()))})


@router.get("/lessons/{lesson}")
def show_lesson(teacher: SignedInTeacher, lesson: OwnLessonOrClip, parts: Parts) -> Response:
    """Everything it takes to open one of her lessons, but her key."""
    sealed = sealed_lesson_of(parts.database, teacher, lesson.lesson, parts.now())
    if sealed is None:
        raise nothing()
    if lesson.shared_by is not None:
        clips = lesson.clips if len(lesson.clips) <= _CLIPS_NAMED else (f"{len(lesson.clips)} clips",)
        clip = ", ".join(clips) or None
        note_opening(parts.database, lesson.lesson, who=teacher.name, kid=teacher.kid, at=parts.now(), clip=clip)
    rest: dict[str, object] = to_wire(sealed)
    del rest["lesson"]
    return JSONResponse({**to_wire(sealed.lesson), **rest})


@router.get("/people")
def people(teacher: SignedInTeacher, parts: Parts) -> Response:
    """With whom she can share a lesson."""
    return JSONResponse({"people": to_wire(people_of(parts.database, teacher))})


@router.get("/lessons/{lesson}/sharing")
def show_sharing(teacher: SignedInTeacher, lesson: OwnLesson, parts: Parts) -> Response:
    """With whom a lesson of hers is shared, and who has opened it."""
    return JSONResponse(to_wire(sharing_of(parts.database, teacher, lesson.lesson)))


@router.post("/lessons/{lesson}/grants")
async def share_lesson(request: Request, teacher: SignedInTeacher, lesson: OwnLesson, parts: Parts) -> Response:
    """Share it: keep a grant that her browser has signed."""
    wish = await asked(GrantRequest, request)
    shared = await run_in_threadpool(share, parts.database, teacher, lesson.lesson, wish.grant, parts.now())
    return JSONResponse(to_wire(shared), 201)


@router.post("/lessons/{lesson}/clips")
async def share_clip_of_lesson(request: Request, teacher: SignedInTeacher, lesson: OwnLesson, parts: Parts) -> Response:
    """Share some seconds of it: keep a clip that her browser has cut and signed."""
    wish = await asked(ClipRequest, request)
    shared = await run_in_threadpool(share_clip, parts.database, teacher, lesson.lesson, wish.clip, parts.now())
    return JSONResponse(to_wire(shared), 201)


@router.post("/lessons/{lesson}/withdraw")
async def withdraw_grant(request: Request, teacher: SignedInTeacher, lesson: OwnLesson, parts: Parts) -> Response:
    """Take a grant back."""
    wish = await asked(WithdrawRequest, request)
    await run_in_threadpool(withdraw, parts.database, teacher, lesson.lesson, wish.grant, parts.now())
    return JSONResponse({})


@router.get("/lessons/{lesson}/segments/{track}/{index}")
def segment(
    teacher: SignedInTeacher,
    lesson: OwnLessonOrClip,
    track: Annotated[int, Path(ge=0, le=Track.STILLS)],
    index: Annotated[int, Path(ge=0, le=MAX_INDEX)],
    parts: Parts,
) -> Response:
    """Bytes of a sealed segment."""
    name = SegmentName(Track(track), index)
    found = lesson_segment(parts.database, teacher, lesson.lesson, name, parts.now())
    chunks = None if found is None else parts.store.read(lesson.lesson, name)
    if found is None or chunks is None:
        raise nothing()
    # No length: what the disk has lost is for the reader to find and name, not for a connection that breaks off.
    return StreamingResponse(chunks, headers={"Cache-Control": IMMUTABLE}, media_type="application/octet-stream")


@router.get("/lessons/{lesson}/evidence")
def evidence(teacher: SignedInTeacher, lesson: OwnLesson, parts: Parts, after: After = -1) -> Response:
    """Live evidence so far."""
    pieces = evidence_of(parts.database, teacher, lesson.lesson, parts.now(), after=after)
    if pieces is None:
        raise nothing()
    return JSONResponse({"evidence": to_wire(pieces)})


@router.get("/lessons/{lesson}/live", response_class=EventSourceResponse)
async def live(
    request: Request,
    teacher: SignedInTeacher,
    lesson: OwnLesson,
    parts: Parts,
    after: After = -1,
) -> AsyncIterator[ServerSentEvent]:
    """Evidence as it comes, and how far the lesson is. A browser that comes back goes on where it was."""
    last_event_id = request.headers.get("last-event-id", "")
    if last_event_id.isascii() and last_event_id.isdecimal():
        after = min(int(last_event_id), MAX_INDEX)
    state = None
    while not parts.closing.is_set():
        found, pieces = await run_in_threadpool(_look, parts, request, teacher, lesson.lesson, after)
        if found is None:
            return
        for piece in pieces:
            after = piece.index
            yield ServerSentEvent(event="evidence", id=str(after), data=to_wire(piece))
        if found.state is not state:
            state = found.state
            yield ServerSentEvent(event="state", data={"state": state.value})
        if len(pieces) < _PIECES_AT_ONCE:
            with anyio.move_on_after(parts.settings.live_seconds):
                await parts.closing.wait()


def _look(
    parts: WebParts, request: Request, teacher: Teacher, lesson: str, after: int
) -> tuple[Lesson | None, list[Piece]]:
    # Who signs out, or may no longer see the lesson, stops seeing it at once: every look asks again.
    if parts.here(request) is None:
        return None, []
    # The state first: when it says "complete", the pieces behind it are all.
    found = lesson_of(parts.database, teacher, lesson, parts.now())
    pieces = evidence_of(parts.database, teacher, lesson, parts.now(), after=after, limit=_PIECES_AT_ONCE)
    return (None, []) if pieces is None else (found, pieces)
