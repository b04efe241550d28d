"""Groups of colleagues, as the pages ask for them: each teacher her own.

::

    GET  /api/groups          hers                    POST /api/groups/ID           another name, other members
    POST /api/groups          make one                POST /api/groups/ID/remove    forget it
"""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from lesson.wire import to_wire
from school.groups import change_group, groups_of, make_group, remove_group
from school.web_parts import Parts, SignedInTeacher, asked

router = APIRouter(prefix="/api/groups")


@dataclass(frozen=True, slots=True)
class GroupRequest:
    """What the page sends when a teacher makes a group, or changes one."""

    name: str
    members: tuple[str, ...]
    """Names of their keys."""


@router.get("")
def list_groups(teacher: SignedInTeacher, parts: Parts) -> Response:
    """Her groups."""
    return JSONResponse({"groups": to_wire(groups_of(parts.database, teacher))})


@router.post("")
async def make(request: Request, teacher: SignedInTeacher, parts: Parts) -> Response:
    """Make a group."""
    wish = await asked(GroupRequest, request)
    made = await run_in_threadpool(make_group, parts.database, teacher, wish.name, wish.members)
    return JSONResponse(to_wire(made), 201)


@router.post("/{group}")
async def change(request: Request, teacher: SignedInTeacher, group: int, parts: Parts) -> Response:
    """Give a group another name and other members."""
    wish = await asked(GroupRequest, request)
    changed = await run_in_threadpool(change_group, parts.database, teacher, group, wish.name, wish.members)
    return JSONResponse(to_wire(changed))


@router.post("/{group}/remove")
def remove(teacher: SignedInTeacher, group: int, parts: Parts) -> Response:
    """Forget a group."""
    remove_group(parts.database, teacher, group)
    return JSONResponse({})
