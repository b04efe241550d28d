"""A named list of colleagues that a teacher makes for herself: a coaching pair, a department, an exemplar bank.

::

    "Science"  ->  R. Amin, L. Brooks       her browser signs one grant for each of them, when she shares

A group is no right. Nobody sees a lesson because they are in one; somebody who is added later sees what she shares with
the group from then on, and whoever leaves it keeps what was given. The school keeps the names, for her alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from school.database import Database, GroupMemberRow, GroupRow, TeacherRow
from school.errors import MismatchError, NotFoundError, OtherBytesError
from school.people import Teacher

MAX_GROUPS = 50
MAX_MEMBERS = 100
MAX_NAME = 80


@dataclass(frozen=True, slots=True)
class Group:
    """A list of colleagues."""

    id: int
    name: str
    members: tuple[str, ...]
    """Names of the members' keys, those who have some."""


def groups_of(database: Database, teacher: Teacher) -> list[Group]:
    """Her groups, by name."""
    with database.reading() as session:
        rows = session.scalars(select(GroupRow).where(GroupRow.owner_id == teacher.id).order_by(GroupRow.name))
        return [Group(row.id, row.name, _members(session, row.id)) for row in rows]


def make_group(database: Database, teacher: Teacher, name: str, kids: Iterable[str]) -> Group:
    """Make a group. Raises `MismatchError` or `OtherBytesError`."""
    with database.writing() as session:
        count = session.scalar(select(func.count()).where(GroupRow.owner_id == teacher.id)) or 0
        if count >= MAX_GROUPS:
            raise MismatchError(f"{MAX_GROUPS} groups are the most. Remove one first.")
        row = GroupRow(owner_id=teacher.id, name=_free_name(session, teacher, name))
        session.add(row)
        session.flush()
        _fill(session, teacher, row.id, kids)
        return Group(row.id, row.name, _members(session, row.id))


def change_group(database: Database, teacher: Teacher, group: int, name: str, kids: Iterable[str]) -> Group:
    """Give one of her groups another name and other members. Raises `NotFoundError` as well."""
    with database.writing() as session:
        row = _hers(session, teacher, group)
        if name.strip() != row.name:
            row.name = _free_name(session, teacher, name)
        _fill(session, teacher, group, kids)
        return Group(row.id, row.name, _members(session, row.id))


def remove_group(database: Database, teacher: Teacher, group: int) -> None:
    """Forget one of her groups; what was shared stays shared. Raises `NotFoundError`."""
    with database.writing() as session:
        session.delete(_hers(session, teacher, group))


def _hers(session: Session, teacher: Teacher, group: int) -> GroupRow:
    row = session.scalar(select(GroupRow).where(GroupRow.id == group, GroupRow.owner_id == teacher.id))
    if row is None:
        raise NotFoundError("There is no such group of yours.")
    return row


def _free_name(session: Session, teacher: Teacher, name: str) -> str:
    name = name.strip()
    if not 0 < len(name) <= MAX_NAME or not name.isprintable():
        raise MismatchError(f"A group's name has 1 to {MAX_NAME} printable characters.")
    if session.scalar(select(GroupRow.id).where(GroupRow.owner_id == teacher.id, GroupRow.name == name)) is not None:
        raise OtherBytesError("You have a group of that name. Choose another one.")
    return name


def _fill(session: Session, teacher: Teacher, group: int, kids: Iterable[str]) -> None:
    wanted = set(kids)
    ids = session.scalars(select(TeacherRow.id).where(TeacherRow.kid.in_(wanted), TeacherRow.id != teacher.id)).all()
    if not 0 < len(wanted) <= MAX_MEMBERS or len(ids) != len(wanted):
        raise MismatchError(f"A group has 1 to {MAX_MEMBERS} colleagues who have made their keys.")
    session.execute(delete(GroupMemberRow).where(GroupMemberRow.group_id == group))
    session.add_all(GroupMemberRow(group_id=group, teacher_id=each) for each in ids)
    session.flush()


def _members(session: Session, group: int) -> tuple[str, ...]:
    query = (
        select(TeacherRow.kid)
        .join(GroupMemberRow, GroupMemberRow.teacher_id == TeacherRow.id)
        .where(GroupMemberRow.group_id == group, TeacherRow.kid.is_not(None))
        .order_by(TeacherRow.name, TeacherRow.id)
    )
    return tuple(kid for kid in session.scalars(query) if kid is not None)
