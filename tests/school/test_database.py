"""Models and migrations agree, in both databases; what is committed is on the disk; two writers wait for each other."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from contextlib import redirect_stdout
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import select, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.schema import CreateIndex, CreateTable

from school.database import (
    Base,
    Database,
    EvidenceRow,
    LessonRow,
    SignedInRow,
    StreamRow,
    TeacherRow,
    UnitRow,
    insert_new,
)
from school.migrate import alembic_config, migrate

NOW = datetime(2026, 11, 17, 9, 0, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'school.sqlite'}")
    migrate(database)
    yield database
    database.close()


def add_unit(database: Database, unit: str = "lab-2") -> None:
    with database.writing() as session:
        session.add(UnitRow(unit=unit, room="Lab", key_hash=unit * 8, signing_key=bytes(32), registered_at=NOW))


def test_models_and_migrations_agree(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_the_comparison_would_notice(database: Database) -> None:
    with database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE lesson ADD COLUMN surplus INTEGER"))
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata)


def test_migrating_twice_changes_nothing(database: Database) -> None:
    add_unit(database)
    migrate(database)
    with database.reading() as session:
        assert session.scalars(select(UnitRow.unit)).all() == ["lab-2"]


def test_the_way_back_is_open(database: Database) -> None:
    with database.engine.begin() as connection:
        command.downgrade(alembic_config(connection), "base")
    migrate(database)
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_who_joined_before_there_were_roles_is_a_teacher_and_signs_in_once_more(database: Database) -> None:
    with database.engine.begin() as connection:
        command.downgrade(alembic_config(connection), "0002")
        connection.execute(text("INSERT INTO teacher (id, name, invited_at) VALUES (1, 'Ada', '2026-11-17')"))
        connection.execute(text("INSERT INTO signed_in VALUES ('5f', 1, '2026-11-18')"))
    migrate(database)
    with database.reading() as session:
        assert session.get_one(TeacherRow, 1).role == "teacher"
        assert session.get(SignedInRow, "5f") is None


def test_what_refers_to_a_teacher_or_a_unit_outlives_every_step(tmp_path: Path) -> None:
    """SQLite alters a table by copying it, and would delete what refers to the old one."""
    database = Database(f"sqlite:///{tmp_path / 'old.sqlite'}")
    with database.altering() as connection:
        command.upgrade(alembic_config(connection), "0002")
    rows = (
        "INSERT INTO teacher (id, name, invited_at) VALUES (1, 'Ada', '2026-11-17')",
        "INSERT INTO unit (unit, room, key_hash, registered_at) VALUES ('lab-2', 'Lab', '5f', '2026-11-17')",
        "INSERT INTO unit_teacher VALUES ('lab-2', 1)",
        "INSERT INTO code (code_hash, purpose, teacher_id, expires_at) VALUES ('5f', 'join', 1, '2026-12-17')",
        "INSERT INTO lesson (lesson, unit, first_heard_at) VALUES ('5f', 'lab-2', '2026-11-17')",
        "INSERT INTO lesson_recipient VALUES ('5f', 'a0', 'teacher')",
        "INSERT INTO stanza VALUES ('5f', 'a0', x'00')",
    )
    with database.engine.begin() as connection:
        for row in rows:
            connection.execute(text(row))

    migrate(database)

    with database.engine.connect() as connection:
        for row in rows:
            table = row.split()[2]
            assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar() == 1, table
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
    database.close()


def test_a_step_that_leaves_rows_that_refer_to_nothing_is_undone(database: Database) -> None:
    add_unit(database)
    with database.writing() as session:
        session.add(LessonRow(lesson="5f", unit="lab-2", first_heard_at=NOW))
    with pytest.raises(IntegrityError, match="1 rows"), database.altering() as connection:
        connection.execute(text("DELETE FROM unit"))
    with database.reading() as session:
        assert session.scalars(select(UnitRow.unit)).all() == ["lab-2"]


def test_the_models_compile_for_postgresql() -> None:
    for table in Base.metadata.sorted_tables:
        assert "CREATE TABLE" in str(CreateTable(table).compile(dialect=postgresql.dialect()))
        for index in table.indexes:
            assert "CREATE INDEX" in str(CreateIndex(index).compile(dialect=postgresql.dialect()))


def test_the_migrations_compile_for_postgresql() -> None:
    config = alembic_config()
    config.attributes["dialect"] = "postgresql"
    config.output_buffer = written = io.StringIO()
    with redirect_stdout(io.StringIO()):
        command.upgrade(config, "head", sql=True)
    for table in Base.metadata.tables:
        assert f"CREATE TABLE {table} (" in written.getvalue()
    assert "TIMESTAMP WITH TIME ZONE" in written.getvalue()


def test_sqlite_is_set_up_to_lose_nothing(database: Database) -> None:
    with database.engine.connect() as connection:
        asked = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "secure_delete")
        said = [connection.execute(text(f"PRAGMA {name}")).scalar() for name in asked]
    assert said == ["wal", 2, 1, 10_000, 1]


def test_a_row_is_inserted_once(database: Database) -> None:
    add_unit(database)
    with database.writing() as session:
        answers = [
            insert_new(session, StreamRow, unit="lab-2", stream="s", upto=upto, heard_at=NOW) for upto in (1, 2, 3)
        ]
    assert answers == [True, False, False]
    with database.reading() as session:
        assert session.get_one(StreamRow, ("lab-2", "s")).upto == 1


def test_what_belongs_to_nothing_is_refused(database: Database) -> None:
    with pytest.raises(IntegrityError), database.writing() as session:
        session.add(EvidenceRow(lesson="5f" * 16, index=0, ciphertext=b""))


def test_a_transaction_that_raises_leaves_nothing(database: Database) -> None:
    def half_way() -> None:
        with database.writing() as session:
            session.add(TeacherRow(name="Ada", invited_at=NOW))
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half_way()
    with database.reading() as session:
        assert session.scalars(select(TeacherRow)).all() == []


def test_writers_that_read_first_wait_for_each_other(database: Database) -> None:
    add_unit(database)
    with database.writing() as session:
        insert_new(session, StreamRow, unit="lab-2", stream="s", upto=0, heard_at=NOW)

    def count_up() -> None:
        for _ in range(25):
            with database.writing() as session:
                session.get_one(StreamRow, ("lab-2", "s")).upto += 1

    threads = [threading.Thread(target=count_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as session:
        assert session.get_one(StreamRow, ("lab-2", "s")).upto == 100


def test_moments_come_back_in_utc_and_need_their_zone(database: Database) -> None:
    add_unit(database)
    eastern = datetime(2026, 11, 17, 11, 0, tzinfo=timezone(timedelta(hours=2)))
    with database.writing() as session:
        session.add(LessonRow(lesson="5f" * 16, unit="lab-2", first_heard_at=eastern))
    with database.reading() as session:
        read = session.get_one(LessonRow, "5f" * 16).first_heard_at
    assert (read, read.tzinfo) == (NOW, UTC)
    with pytest.raises(StatementError, match="time zone"), database.writing() as session:
        session.add(LessonRow(lesson="00" * 16, unit="lab-2", first_heard_at=datetime(2026, 1, 1)))  # noqa: DTZ001
