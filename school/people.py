"""The people of a school, and what each of them is there.

::

    teacher, coach, safeguarding lead    keys of their own: lessons that are theirs, or were given to them
    technician, coordinator              no keys: an account, and nothing that could be opened

No role sees more of a lesson than another one. Whose a lesson is, its header and its grants say (`lessons.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from school.database import TeacherRow


class SchoolRole(StrEnum):
    """What somebody is at the school. The invitation says it."""

    TEACHER = "teacher"
    COACH = "coach"
    SAFEGUARDING_LEAD = "safeguarding-lead"
    TECHNICIAN = "technician"
    COORDINATOR = "coordinator"

    @property
    def has_keys(self) -> bool:
        """Whether who has this role makes keys, and can be given lessons."""
        return self in WITH_KEYS


WITH_KEYS = frozenset({SchoolRole.TEACHER, SchoolRole.COACH, SchoolRole.SAFEGUARDING_LEAD})


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who has joined."""

    id: int
    name: str
    role: SchoolRole
    email: str | None
    """What she types to sign in with a password. None: she has none, and uses links or passkeys."""


@dataclass(frozen=True, slots=True)
class Teacher(Person):
    """Somebody who has keys."""

    kid: str
    encryption_key: bytes
    signing_key: bytes
    sealed_identity: bytes
    devices: int
    """How often she has let every other device forget her keys."""


def person_of(row: TeacherRow) -> Person:
    """What the school knows of somebody who has joined; a `Teacher` if she has keys."""
    role = SchoolRole(row.role)
    if row.kid is None:
        return Person(row.id, row.name, role, row.email)
    assert row.encryption_key is not None
    assert row.signing_key is not None
    assert row.sealed_identity is not None
    keys = (row.kid, row.encryption_key, row.signing_key, row.sealed_identity, row.devices)
    return Teacher(row.id, row.name, role, row.email, *keys)
