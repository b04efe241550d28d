"""What the school remembers: one model for SQLite and PostgreSQL.

::

    teacher --< invitation, sign_in_link, signed_in, password, second_step, backup_code, passkey, way_in, group
       |
       >--< unit --< stream, unreadable, unit_status
              |
              +--< lesson --< lesson_recipient, stanza, segment, evidence, lesson_grant, lesson_clip, lesson_log, hold
                      .
                   deletion --< deletion_owner        stays when the lesson is gone

Bytes that somebody signed or sealed are kept exactly as they came. Footage itself lies in `footage_store.py`.
The tables are made by the migrations in `migrations/`, never from here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    DateTime,
    Dialect,
    Engine,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    MetaData,
    String,
    TypeDecorator,
    UniqueConstraint,
    create_engine,
    event,
    false,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.pool import ConnectionPoolEntry

BUSY_MS = 10_000
"""How long a writer waits for another one. A write takes milliseconds; a backup may take seconds."""

_BEGIN = "waitwise_begin"


class Moment(TypeDecorator[datetime]):
    """An aware moment. SQLite has no time zones: everything is kept in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Convert to UTC."""
        if value is not None and value.tzinfo is None:
            raise ValueError("A moment needs its time zone.")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Say again that it is UTC."""
        return None if value is None else value.replace(tzinfo=value.tzinfo or UTC).astimezone(UTC)


class Base(DeclarativeBase):
    """Root of all tables."""

    # Constraints that have names can be changed by a later migration, in either database.
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class TeacherRow(Base):
    """Somebody of the school. Before she has joined, the school knows her name, her role, perhaps her e-mail address.

    Called a teacher, as most of them are; who else there is, `role` says (people.py). Only who has keys has a kid.
    """

    __tablename__ = "teacher"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(20), server_default="teacher")
    email: Mapped[str | None] = mapped_column(String(200), unique=True)
    """What she signs in with, in small letters."""
    invited_at: Mapped[datetime] = mapped_column(Moment)
    joined_at: Mapped[datetime | None] = mapped_column(Moment)
    kid: Mapped[str | None] = mapped_column(String(32), unique=True)
    encryption_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    signing_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    sealed_identity: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Her secret keys, locked in her browser under words that the school never sees."""
    devices: Mapped[int] = mapped_column(server_default="0")
    """How often she has let every other device forget her keys: what a browser kept before, it does not use."""


class WayInRow(Base):
    """Since when there is a way to a teacher's keys, where that is later than her joining: see school/ways_in.py."""

    __tablename__ = "way_in"

    teacher_id: Mapped[int] = mapped_column(ForeignKey("teacher.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    made_at: Mapped[datetime] = mapped_column(Moment)


class GroupRow(Base):
    """A list of colleagues that a teacher made for herself: see school/groups.py. No right follows from it."""

    __tablename__ = "colleague_group"
    __table_args__ = (UniqueConstraint("owner_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("teacher.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(80))


class GroupMemberRow(Base):
    """Somebody in such a list."""

    __tablename__ = "colleague_group_member"

    group_id: Mapped[int] = mapped_column(ForeignKey("colleague_group.id", ondelete="CASCADE"), primary_key=True)
    teacher_id: Mapped[int] = mapped_column(ForeignKey("teacher.id", ondelete="CASCADE"), primary_key=True)


class CodeRow(Base):
    """A code that was given to somebody: only its SHA-256 is kept, and it works once."""

    __tablename__ = "code"

    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(16))
    teacher_id: Mapped[int] = mapped_column(ForeignKey("teacher.id", ondelete="CASCADE"), index=True)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    used_at: Mapped[datetime | None] = mapped_column(Moment)


class SignedInRow(Base):
    """Somebody who is signed in. Only the SHA-256 of the cookie is kept."""

    __tablename__ = "signed_in"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    teacher_id: Mapped[int] = mapped_column(ForeignKey("teacher.id", ondelete="CASCADE"), index=True)
    way: Mapped[str] = mapped_column(String(16))
    browser: Mapped[str] = mapped_column(String(100))
    """As people call it: see school/browser_names.py."""
    started_at: Mapped[datetime] = mapped_column(Moment)
    seen_at: Mapped[datetime] = mapped_column(Moment)
    """When it was used last, to the minute."""
    expires_at: Mapped[datetime] = mapped_column(Moment)
    """When it ends, however much it is used."""


class PasswordRow(Base):
    """A password, as Argon2id leaves it."""

    __tablename__ = "password"

    teacher_id: Mapped[int] = mapped_column(ForeignKey("teacher.id", ondelete="CASCADE"), primary_key=True)
    hash: Mapped[str] = mapped_column(String(200))
    set_at: Mapped[datetime] = mapped_column(Moment)


class SecondStepRow(Base):
    """The secret her phone makes codes with: see school/second_step.py."""

    __tablename__ = "second_step"

    teacher_id: Mapped[int] = mapped_column(ForeignKey("teacher.id", ondelete="CASCADE"), primary_key=True)
    secret: Mapped[str | None] = mapped_column(String(64))
    """None: it is not on."""
    since: Mapped[datetime | None] = mapped_column(Moment)
    last: Mapped[int]
    """Number of the 30 s whose code was used last."""
    waiting: Mapped[str | None] = mapped_column(String(64))
    """A secret that waits for its first code."""
    waiting_since: Mapped[datetime | None] = mapped_column(Moment)


class BackupCodeRow(Base):
    """A code from her sheet of paper that she has not used. Only its SHA-256 is kept."""

    __tablename__ = "backup_code"

    teacher_id: Mapped[int] = mapped_column(ForeignKey("teacher.id", ondelete="CASCADE"), primary_key=True)
    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)


class PasskeyRow(Base):
    """The public half of a passkey: see school/passkeys.py."""

    __tablename__ = "passkey"

    id: Mapped[int] = mapped_column(primary_key=True)
    credential: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    teacher_id: Mapped[int] = mapped_column(ForeignKey("teacher.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    uses: Mapped[int] = mapped_column(BigInteger)
    """As its device counts them; 0 where it does not. One that counts backwards is a copy."""
    made_at: Mapped[datetime] = mapped_column(Moment)
    used_at: Mapped[datetime | None] = mapped_column(Moment)


class ChallengeRow(Base):
    """What a passkey is asked to sign, until it does. Only its SHA-256 is kept."""

    __tablename__ = "challenge"

    challenge_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    teacher_id: Mapped[int | None] = mapped_column(ForeignKey("teacher.id", ondelete="CASCADE"))
    """Who may answer it by adding a passkey. None: anybody, by signing in with one."""
    expires_at: Mapped[datetime] = mapped_column(Moment)


class SignOnRow(Base):
    """Somebody on her way to the school's sign-on: see school/sign_on.py."""

    __tablename__ = "sign_on"

    state_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    nonce: Mapped[str] = mapped_column(String(64))
    verifier: Mapped[str] = mapped_column(String(64))
    target: Mapped[str] = mapped_column(String(200))
    """The page she wants."""
    expires_at: Mapped[datetime] = mapped_column(Moment)


class AttemptRow(Base):
    """How often something was tried lately: see school/limits.py."""

    __tablename__ = "attempt"

    what: Mapped[str] = mapped_column(String(20), primary_key=True)
    whose: Mapped[str] = mapped_column(String(64), primary_key=True)
    """SHA-256 of the account's name or the address: who tries in vain need not stand here."""
    since: Mapped[datetime] = mapped_column(Moment)
    times: Mapped[int]


class UnitRow(Base):
    """A unit that may send lessons."""

    __tablename__ = "unit"

    unit: Mapped[str] = mapped_column(String(63), primary_key=True)
    room: Mapped[str] = mapped_column(String(200))
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 of the public key in its certificate (SubjectPublicKeyInfo, DER)."""
    signing_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Ed25519 public key it must sign its lessons with. None: not known, each header names the lesson's."""
    registered_at: Mapped[datetime] = mapped_column(Moment)
    revoked_at: Mapped[datetime | None] = mapped_column(Moment)


class UnitTeacherRow(Base):
    """A teacher whom a unit may record for."""

    __tablename__ = "unit_teacher"

    unit: Mapped[str] = mapped_column(ForeignKey("unit.unit", ondelete="CASCADE"), primary_key=True)
    teacher_id: Mapped[int] = mapped_column(ForeignKey("teacher.id", ondelete="CASCADE"), primary_key=True)


class UnitStatusRow(Base):
    """The last status a unit told, as it came."""

    __tablename__ = "unit_status"

    unit: Mapped[str] = mapped_column(ForeignKey("unit.unit", ondelete="CASCADE"), primary_key=True)
    status: Mapped[bytes] = mapped_column(LargeBinary)
    received_at: Mapped[datetime] = mapped_column(Moment)


class StreamRow(Base):
    """How far the school has a unit's stream of events."""

    __tablename__ = "stream"

    unit: Mapped[str] = mapped_column(ForeignKey("unit.unit", ondelete="CASCADE"), primary_key=True)
    stream: Mapped[str] = mapped_column(String(64), primary_key=True)
    upto: Mapped[int]
    heard_at: Mapped[datetime] = mapped_column(Moment)


class UnreadableRow(Base):
    """A message that nobody agreed on: kept as it came, with the reason."""

    __tablename__ = "unreadable"
    __table_args__ = (UniqueConstraint("unit", "payload_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    unit: Mapped[str] = mapped_column(ForeignKey("unit.unit", ondelete="CASCADE"))
    payload_hash: Mapped[str] = mapped_column(String(64))
    payload: Mapped[bytes] = mapped_column(LargeBinary)
    reason: Mapped[str]
    received_at: Mapped[datetime] = mapped_column(Moment)


class LessonRow(Base):
    """A lesson, from the first time its unit spoke of it."""

    __tablename__ = "lesson"

    lesson: Mapped[str] = mapped_column(String(32), primary_key=True)
    unit: Mapped[str] = mapped_column(ForeignKey("unit.unit"), index=True)
    first_heard_at: Mapped[datetime] = mapped_column(Moment)
    started_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    title: Mapped[str | None]
    duration: Mapped[float | None]
    end: Mapped[str | None] = mapped_column(String(16))
    header: Mapped[bytes | None] = mapped_column(LargeBinary)
    manifest: Mapped[bytes | None] = mapped_column(LargeBinary)
    receipt: Mapped[bytes | None] = mapped_column(LargeBinary)
    counted_from: Mapped[datetime | None] = mapped_column(Moment)
    """Since when its days count: the first sure moment at which the school had its header (sweeper.py)."""
    is_kept: Mapped[bool] = mapped_column(server_default=false(), default=False)
    """Its teacher wants it for as long as the school keeps lessons."""


class LessonRecipientRow(Base):
    """Somebody whom the header names: she sees the lesson."""

    __tablename__ = "lesson_recipient"
    __table_args__ = (Index("ix_lesson_recipient_kid", "kid"),)

    lesson: Mapped[str] = mapped_column(ForeignKey("lesson.lesson", ondelete="CASCADE"), primary_key=True)
    kid: Mapped[str] = mapped_column(String(32), primary_key=True)
    role: Mapped[str] = mapped_column(String(16))


class StanzaRow(Base):
    """A wrapped content key."""

    __tablename__ = "stanza"

    lesson: Mapped[str] = mapped_column(ForeignKey("lesson.lesson", ondelete="CASCADE"), primary_key=True)
    kid: Mapped[str] = mapped_column(String(32), primary_key=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)


class GrantRow(Base):
    """A lesson handed on, signed by whose it is. The school keeps it, and cannot make one."""

    __tablename__ = "lesson_grant"
    __table_args__ = (Index("ix_lesson_grant_heir", "heir"),)

    lesson: Mapped[str] = mapped_column(ForeignKey("lesson.lesson", ondelete="CASCADE"), primary_key=True)
    grant_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    giver: Mapped[str] = mapped_column(String(32))
    """Name of the keys that gave it."""
    heir: Mapped[str] = mapped_column(String(32))
    """Name of the keys it was given to. She sees the lesson."""
    expires_at: Mapped[datetime | None] = mapped_column(Moment)
    """When she sees it no longer. None: as long as it is there."""
    body: Mapped[bytes] = mapped_column(LargeBinary)
    kept_at: Mapped[datetime] = mapped_column(Moment)


class ClipRow(Base):
    """Some seconds of a lesson handed on. Apart from `GrantRow`: whoever asks there asks who sees the whole lesson."""

    __tablename__ = "lesson_clip"
    __table_args__ = (Index("ix_lesson_clip_heir", "heir"),)

    lesson: Mapped[str] = mapped_column(ForeignKey("lesson.lesson", ondelete="CASCADE"), primary_key=True)
    clip_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    giver: Mapped[str] = mapped_column(String(32))
    heir: Mapped[str] = mapped_column(String(32))
    seconds: Mapped[str] = mapped_column(String(40))
    """Which seconds, as people read them: `1:16 to 1:24`."""
    expires_at: Mapped[datetime | None] = mapped_column(Moment)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    kept_at: Mapped[datetime] = mapped_column(Moment)


class ClipSegmentRow(Base):
    """A segment that a clip has the key of: its ciphertext is served to the clip's heir."""

    __tablename__ = "lesson_clip_segment"
    __table_args__ = (
        ForeignKeyConstraint(["lesson", "clip_id"], ["lesson_clip.lesson", "lesson_clip.clip_id"], ondelete="CASCADE"),
    )

    lesson: Mapped[str] = mapped_column(String(32), primary_key=True)
    clip_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    track: Mapped[int] = mapped_column(primary_key=True)
    index: Mapped[int] = mapped_column(primary_key=True)


class CommentRow(Base):
    """A comment on a lesson, sealed: its newest version. An older one is overwritten, a deleted one has no text."""

    __tablename__ = "comment"

    lesson: Mapped[str] = mapped_column(ForeignKey("lesson.lesson", ondelete="CASCADE"), primary_key=True)
    comment: Mapped[str] = mapped_column(String(32), primary_key=True)
    author: Mapped[str] = mapped_column(String(32))
    """Name of the keys that signed it."""
    number: Mapped[int]
    readers: Mapped[str] = mapped_column(String(16))
    is_deleted: Mapped[bool]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    """The signed line, as it came; the columns before are read from it."""
    first_kept_at: Mapped[datetime] = mapped_column(Moment)
    kept_at: Mapped[datetime] = mapped_column(Moment)


class LessonLogRow(Base):
    """What happened to a lesson: see school/lesson_log.py."""

    __tablename__ = "lesson_log"

    lesson: Mapped[str] = mapped_column(ForeignKey("lesson.lesson", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)
    deed: Mapped[str] = mapped_column(String(16))
    who: Mapped[str] = mapped_column(String(200))
    kid: Mapped[str] = mapped_column(String(32))
    clip: Mapped[str | None] = mapped_column(String(200))
    """Which seconds it is about. None: the whole lesson."""
    before: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
    why: Mapped[str | None] = mapped_column(String(500))


class SegmentRow(Base):
    """A sealed segment that lies in the footage store."""

    __tablename__ = "segment"

    lesson: Mapped[str] = mapped_column(ForeignKey("lesson.lesson", ondelete="CASCADE"), primary_key=True)
    track: Mapped[int] = mapped_column(primary_key=True)
    index: Mapped[int] = mapped_column(primary_key=True)
    length_bytes: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    final: Mapped[bool]
    duration: Mapped[float]
    chain: Mapped[str] = mapped_column(String(64))
    link: Mapped[bytes] = mapped_column(LargeBinary)
    """The unit's signed line for it, as it came; the columns before are read from it."""
    stored_at: Mapped[datetime] = mapped_column(Moment)


class EvidenceRow(Base):
    """A sealed piece of live evidence."""

    __tablename__ = "evidence"

    lesson: Mapped[str] = mapped_column(ForeignKey("lesson.lesson", ondelete="CASCADE"), primary_key=True)
    index: Mapped[int] = mapped_column(primary_key=True)
    ciphertext: Mapped[bytes] = mapped_column(LargeBinary)


class DeletionRow(Base):
    """A lesson that is being deleted, or was: see school/bin.py. The row stays when nothing else of the lesson does."""

    __tablename__ = "deletion"

    lesson: Mapped[str] = mapped_column(String(32), primary_key=True)
    unit: Mapped[str] = mapped_column(String(63), index=True)
    state: Mapped[str] = mapped_column(String(16), index=True)
    by: Mapped[str] = mapped_column(String(16))
    """`teacher` or `policy`."""
    who: Mapped[str] = mapped_column(String(32))
    """Name of the keys of the teacher who put it into the bin; empty for the policy."""
    started_at: Mapped[datetime | None] = mapped_column(Moment)
    """So that she knows which one it was."""
    binned_at: Mapped[datetime] = mapped_column(Moment)
    due_at: Mapped[datetime | None] = mapped_column(Moment)
    """When it is destroyed. None: the time has not been sure since."""
    header_sha256: Mapped[str | None] = mapped_column(String(64))
    chain: Mapped[str | None] = mapped_column(String(64))
    segments: Mapped[int | None]
    length_bytes: Mapped[int | None] = mapped_column(BigInteger)
    receipt: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The signed deletion receipt. None: not destroyed yet."""
    unit_deleted_at: Mapped[datetime | None] = mapped_column(Moment)
    """When its unit said that it has no copy any more."""


class DeletionOwnerRow(Base):
    """Somebody whose lesson it was: she sees that it was deleted."""

    __tablename__ = "deletion_owner"
    __table_args__ = (Index("ix_deletion_owner_kid", "kid"),)

    lesson: Mapped[str] = mapped_column(ForeignKey("deletion.lesson", ondelete="CASCADE"), primary_key=True)
    kid: Mapped[str] = mapped_column(String(32), primary_key=True)


class HoldRow(Base):
    """Two people have stopped the deletion of a lesson: see school/holds.py."""

    __tablename__ = "hold"

    id: Mapped[int] = mapped_column(primary_key=True)
    lesson: Mapped[str] = mapped_column(ForeignKey("lesson.lesson", ondelete="CASCADE"), index=True)
    reason: Mapped[str] = mapped_column(String(500))
    by: Mapped[str] = mapped_column(String(500))
    placed_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)


class SureTimeRow(Base):
    """The latest moment that was believed: see school/sure_time.py. There is one row."""

    __tablename__ = "sure_time"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)


class Database:
    """An open database. Sessions are for one thread and one short piece of work each."""

    def __init__(self, url: str) -> None:
        self.engine: Engine = create_engine(url)
        if self.engine.dialect.name == "sqlite":
            event.listen(self.engine, "connect", _set_up_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)
        self._writer = self.engine.execution_options(**{_BEGIN: "BEGIN IMMEDIATE"})

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """One consistent look."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction: committed, so on the disk, when the block ends; undone when it raises."""
        with Session(self._writer, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def altering(self) -> Iterator[Connection]:
        """One transaction that may copy tables and drop the old ones. What refers to their rows stays, and is checked.

        SQLite alters a table so; with its foreign keys on, dropping the old one would delete every row that refers to
        it, and they cannot be switched off within a transaction.
        """
        is_sqlite = self.engine.dialect.name == "sqlite"
        with self._writer.connect() as connection:
            if is_sqlite:
                _pragma(connection, "foreign_keys = OFF")
            try:
                with connection.begin():
                    yield connection
                    if is_sqlite and (lost := connection.exec_driver_sql("PRAGMA foreign_key_check").all()):
                        raise IntegrityError(
                            "PRAGMA foreign_key_check", None, ValueError(f"{len(lost)} rows refer to none")
                        )
            finally:
                if is_sqlite:
                    _pragma(connection, "foreign_keys = ON")

    def forget_overwritten(self) -> bool:
        """Have no older version of a page in the write-ahead log; say whether that was possible just now."""
        if self.engine.dialect.name != "sqlite":
            return True
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            is_busy, _, _ = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
        return not is_busy

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def insert_new(session: Session, row: type[Base], **values: object) -> bool:
    """Insert a row unless one of its keys is taken already; say whether it was inserted."""
    make = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement: Any = make(row.__table__).values(**values).on_conflict_do_nothing()  # type: ignore[arg-type]
    # rowcount is -1 with some drivers; a returned row is a row everywhere.
    return session.execute(statement.returning(*row.__table__.primary_key)).first() is not None


def _set_up_sqlite(connection: Any, _record: ConnectionPoolEntry) -> None:
    # Python's own guesses about transactions are switched off: `_begin_sqlite` says BEGIN.
    connection.isolation_level = None
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",  # what was answered with 201 survives a power cut
        f"busy_timeout = {BUSY_MS}",
        "foreign_keys = ON",
        "secure_delete = ON",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _pragma(connection: Connection, words: str) -> None:
    # Not through SQLAlchemy, which would begin a transaction first.
    connection.connection.cursor().execute(f"PRAGMA {words}")


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads before it writes must be a writer from the start: SQLite does not let it wait later.
    connection.exec_driver_sql(connection.get_execution_options().get(_BEGIN, "BEGIN"))
