"""The port that units send their lessons to: HTTPS with the unit's own certificate.

::

    PUT /v1/lessons/{lesson}/header                     GET /v1/lessons/{lesson}/have
    PUT /v1/lessons/{lesson}/stanzas/{kid}              GET /v1/recipients
    PUT /v1/lessons/{lesson}/grants/{grant}
    PUT /v1/lessons/{lesson}/segments/{track}/{index}
    PUT /v1/lessons/{lesson}/manifest
    GET /v1/deletions                                   PUT /v1/deletions/{lesson}

201 kept, 200 the same was here, 202 manifest kept but something is missing; everything else is a problem document.
Which unit it is says the certificate, never the request.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from lesson.footage.segments import SegmentName
from lesson.messages import MessageError, check_lesson_id
from lesson.wire import to_wire
from school.bin import told_to_unit, unit_has_deleted
from school.bodies import content_digest, content_length, link_line, receive, receive_whole
from school.database import Database, UnitRow
from school.errors import MismatchError, NotFoundError
from school.footage_store import FootageStore
from school.mtls import PEER
from school.refusing import answer_refusals
from school.settings import Settings
from school.units import recipients_of, trusted_unit
from school.uploads import Uploads


@dataclass(frozen=True, slots=True)
class UnitsParts:
    """What this port needs."""

    settings: Settings
    database: Database
    store: FootageStore
    uploads: Uploads
    now: Callable[[], datetime]


def units_app(parts: UnitsParts) -> FastAPI:
    """Make the application of the units' port."""
    app = FastAPI(openapi_url=None)
    app.state.parts = parts
    app.include_router(_router)
    answer_refusals(app)
    return app


def _parts(request: Request) -> UnitsParts:
    parts: UnitsParts = request.app.state.parts
    return parts


Parts = Annotated[UnitsParts, Depends(_parts)]


def _unit(request: Request, parts: Parts) -> UnitRow:
    return trusted_unit(parts.database, request.scope.get("state", {}).get(PEER))


def _lesson(lesson: str, _unit: Unit) -> str:
    # Behind the unit: a stranger learns nothing, not even that a name is malformed.
    try:
        return check_lesson_id(lesson)
    except MessageError as error:
        raise NotFoundError(str(error)) from error


def _segment_name(track: str, index: str, _unit: Unit) -> SegmentName:
    try:
        # As the file is called, so that a segment has one address.
        return SegmentName.from_file_name(f"{track}-{int(index):06d}.seg" if index == str(int(index)) else "")
    except ValueError as error:
        raise NotFoundError(f"{track}/{index} is not the name of a segment.") from error


Unit = Annotated[UnitRow, Depends(_unit)]
LessonId = Annotated[str, Depends(_lesson)]
Name = Annotated[SegmentName, Depends(_segment_name)]
_router = APIRouter(prefix="/v1")


@_router.get("/recipients")
def recipients(unit: Unit, parts: Parts) -> JSONResponse:
    """Whom this unit may record for."""
    return JSONResponse({"recipients": recipients_of(parts.database, unit.unit)})


@_router.get("/lessons/{lesson}/have")
def have(unit: Unit, lesson: LessonId, parts: Parts) -> JSONResponse:
    """What is here already."""
    return JSONResponse(parts.uploads.have(unit, lesson))


@_router.put("/lessons/{lesson}/header")
async def put_header(request: Request, unit: Unit, lesson: LessonId, parts: Parts) -> Response:
    """Keep the header."""
    body = await _document(request, parts)
    return _kept(await run_in_threadpool(parts.uploads.header, unit, lesson, body))


@_router.put("/lessons/{lesson}/stanzas/{kid}")
async def put_stanza(request: Request, unit: Unit, lesson: LessonId, kid: str, parts: Parts) -> Response:
    """Keep a wrapped key."""
    body = await _document(request, parts)
    return _kept(await run_in_threadpool(parts.uploads.stanza, unit, lesson, kid, body))


@_router.put("/lessons/{lesson}/grants/{grant}")
async def put_grant(request: Request, unit: Unit, lesson: LessonId, grant: str, parts: Parts) -> Response:
    """Keep the grant by which somebody claimed the lesson."""
    body = await _document(request, parts)
    return _kept(await run_in_threadpool(parts.uploads.grant, unit, lesson, grant, body))


@_router.put("/lessons/{lesson}/manifest")
async def put_manifest(request: Request, unit: Unit, lesson: LessonId, parts: Parts) -> Response:
    """Keep the manifest; answer with the receipt when everything is here."""
    body = await _document(request, parts)
    answer = await run_in_threadpool(parts.uploads.manifest, unit, lesson, body)
    if answer.receipt is not None:
        return Response(answer.receipt, media_type="application/json")
    missing = [[name.track, name.index] for name in answer.missing]
    return JSONResponse({"missing": missing}, 202)


@_router.put("/lessons/{lesson}/segments/{track}/{index}")  # noqa: FAST003 - `Name` takes both
async def put_segment(request: Request, unit: Unit, lesson: LessonId, name: Name, parts: Parts) -> Response:
    """Keep a segment: checked before, while and after its bytes come in."""
    digest = content_digest(request)
    length = content_length(request, parts.settings.max_segment_bytes)
    line = link_line(request)
    link = await run_in_threadpool(parts.uploads.link, unit, lesson, name, line, length)
    if digest.hex() != link.sha256:
        raise MismatchError("Content-Digest and the link do not speak of the same bytes.")
    with parts.store.arriving() as arriving:
        await receive(request, digest, length, parts.settings.body_seconds, arriving.write)
        created = await run_in_threadpool(parts.uploads.segment, unit, lesson, link, line, arriving)
    return _kept(created)


@_router.get("/deletions")
def deletions(unit: Unit, parts: Parts) -> JSONResponse:
    """Which of its lessons were destroyed, and may still lie on the unit."""
    return JSONResponse({"deletions": to_wire(told_to_unit(parts.database, unit.unit))})


@_router.put("/deletions/{lesson}")
def put_deletion(unit: Unit, lesson: LessonId, parts: Parts) -> Response:
    """The unit has no copy any more."""
    return _kept(unit_has_deleted(parts.database, unit.unit, lesson, parts.now()))


async def _document(request: Request, parts: UnitsParts) -> bytes:
    return await receive_whole(request, parts.settings.max_document_bytes, parts.settings.body_seconds)


def _kept(created: bool) -> Response:
    return Response(status_code=201 if created else 200)
