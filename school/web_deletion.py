"""What the pages ask about deleting: days, bin, and what is left of a lesson that was destroyed.

::

    POST /api/lessons/ID/days  {"wish": "keep"}      as long as the school keeps lessons
                               {"wish": "usual"}     no longer than usual
                               {"wish": "bin"}       into the bin
    POST /api/bin/ID           {"wish": "undo"}      out of it
                               {"wish": "destroy"}   at once, and for good
    GET  /api/bin              what lies in it, and the receipts
    GET  /api/deletions/ID     a receipt, to be kept

Only whose lesson it is can do any of it. A lesson in the bin is no `OwnLesson`: it is served to nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from lesson.messages import MessageError, check_lesson_id
from lesson.wire import to_wire
from school.bin import binned_of, deleted_of, keep, let_go, put_in, receipt_of, take_out
from school.errors import BusyError
from school.web_parts import OwnLesson, Parts, SignedInTeacher, asked, nothing

router = APIRouter(prefix="/api")


class DaysWish(StrEnum):
    """What she wants of a lesson in her list."""

    KEEP = "keep"
    USUAL = "usual"
    BIN = "bin"


class BinWish(StrEnum):
    """What she wants of a lesson in her bin."""

    UNDO = "undo"
    DESTROY = "destroy"


@dataclass(frozen=True, slots=True)
class DaysRequest:
    """What the page of a lesson sends."""

    wish: DaysWish


@dataclass(frozen=True, slots=True)
class BinRequest:
    """What the bin sends."""

    wish: BinWish


def _binned(binned: str, _teacher: SignedInTeacher) -> str:
    try:
        return check_lesson_id(binned)
    except MessageError as error:
        raise nothing() from error


Binned = Annotated[str, Depends(_binned)]


@router.post("/lessons/{lesson}/days")
async def change_days(request: Request, teacher: SignedInTeacher, lesson: OwnLesson, parts: Parts) -> Response:
    """Keep it longer, or as usual, or put it into the bin."""
    wish = (await asked(DaysRequest, request)).wish
    if wish is DaysWish.BIN:
        await run_in_threadpool(put_in, parts.database, teacher, lesson.lesson, parts.now())
    else:
        await run_in_threadpool(keep, parts.database, teacher, lesson.lesson, is_kept=wish is DaysWish.KEEP)
    return JSONResponse({})


@router.get("/bin")
def show_bin(teacher: SignedInTeacher, parts: Parts) -> Response:
    """What lies in her bin, and the receipts for what was destroyed."""
    binned = binned_of(parts.database, teacher, parts.settings.policy, parts.now())
    deleted = deleted_of(parts.database, teacher)
    key = parts.receipt_key
    return JSONResponse({"binned": to_wire(binned), "deleted": to_wire(deleted), "receipt_key": to_wire(key)})


@router.post("/bin/{binned}")
async def change_bin(request: Request, teacher: SignedInTeacher, binned: Binned, parts: Parts) -> Response:
    """Take it out, or destroy it now: she has put it into the bin before, and says so once more."""
    now = parts.now()
    if (await asked(BinRequest, request)).wish is BinWish.UNDO:
        await run_in_threadpool(take_out, parts.database, teacher, binned, parts.settings.policy, now)
        return JSONResponse({})
    await run_in_threadpool(let_go, parts.database, teacher, binned, now)
    if not await run_in_threadpool(parts.sweeper.destroy, binned):
        raise BusyError("It is being destroyed. Look again in a minute.")
    receipt = await run_in_threadpool(receipt_of, parts.database, teacher, binned)
    return JSONResponse({"receipt": to_wire(receipt)})


@router.get("/deletions/{deletion}")
def show_receipt(teacher: SignedInTeacher, deletion: str, parts: Parts) -> Response:
    """The signed deletion receipt, as a file."""
    receipt = receipt_of(parts.database, teacher, deletion)
    if receipt is None:
        raise nothing()
    name = f"lesson-{deletion[:8]}.deletion.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(receipt, media_type="application/json", headers=headers)
