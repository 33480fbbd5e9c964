"""Tests of opening databases, and of the only begin and commit."""

import os
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from server.config import ConfigError
from server.db.engine import Database, open_database
from server.db.sqlite import sqlite_module
from server.errors import UnavailableError

NOBODY = 65_534


@pytest.fixture
def opened(bare_url: str) -> Iterator[Database]:
    """Give a database with one small table."""
    database = open_database(bare_url)
    with database.writing() as connection:
        connection.execute(text("CREATE TABLE tote (code VARCHAR(20) PRIMARY KEY)"))
    yield database
    database.close()


def put(database: Database, code: str) -> None:
    with database.writing() as connection:
        connection.execute(text("INSERT INTO tote VALUES (:code)"), {"code": code})


def codes(database: Database) -> list[str]:
    with database.reading() as connection:
        return list(connection.execute(text("SELECT code FROM tote ORDER BY code")).scalars())


def test_what_is_written_is_read_after_reopening(bare_url: str) -> None:
    database = open_database(bare_url)
    with database.writing() as connection:
        connection.execute(text("CREATE TABLE tote (code VARCHAR(20) PRIMARY KEY)"))
    put(database, "T-1")
    database.close()

    reopened = open_database(bare_url)

    assert codes(reopened) == ["T-1"]
    reopened.close()


def test_the_dialect_and_version_are_told(opened: Database, dialect: str) -> None:
    assert opened.dialect == dialect
    assert opened.version.split()[0] == {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[dialect]
    assert opened.version.split()[1][0].isdigit()


def test_a_block_that_raises_writes_nothing(opened: Database) -> None:
    def fail() -> None:
        with opened.writing() as connection:
            connection.execute(text("INSERT INTO tote VALUES ('T-1')"))
            raise KeyError

    with pytest.raises(KeyError):
        fail()

    assert codes(opened) == []


def test_an_error_of_one_row_passes_as_it_is(opened: Database) -> None:
    put(opened, "T-1")

    with pytest.raises(IntegrityError):
        put(opened, "T-1")

    put(opened, "T-2")
    assert codes(opened) == ["T-1", "T-2"]


def test_a_reader_keeps_its_snapshot_while_others_write(opened: Database) -> None:
    put(opened, "T-1")
    count = text("SELECT count(*) FROM tote")

    with opened.reading() as connection:
        before = connection.execute(count).scalar()
        put(opened, "T-2")
        after = connection.execute(count).scalar()

    assert (before, after) == (1, 1)
    assert codes(opened) == ["T-1", "T-2"]


def test_a_reader_may_not_write(opened: Database) -> None:
    with (
        pytest.raises(UnavailableError) as caught,
        opened.reading() as connection,
    ):
        connection.execute(text("INSERT INTO tote VALUES ('T-1')"))

    assert caught.value.code == "database.read_only"


def test_a_database_opened_for_reading_refuses_to_write(opened: Database, bare_url: str) -> None:
    put(opened, "T-1")
    beside = open_database(bare_url, writes=False)

    assert codes(beside) == ["T-1"]
    with pytest.raises(RuntimeError, match="for reading only"):
        put(beside, "T-2")
    beside.close()


def test_threads_write_one_after_the_other(opened: Database) -> None:
    def write(worker: int) -> None:
        for number in range(20):
            put(opened, f"T-{worker}-{number:02}")

    threads = [threading.Thread(target=write, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(codes(opened)) == 80


def test_schema_that_is_not_migrated_says_what_to_run(opened: Database) -> None:
    with pytest.raises(ConfigError, match=r"is at nothing yet, needs b: run `totebook migrate`"):
        opened.check_schema({"b"})

    with opened.writing() as connection:
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32))"))
        connection.execute(text("INSERT INTO alembic_version VALUES ('a')"))

    with pytest.raises(ConfigError, match=r"is at a, needs b: run `totebook migrate`"):
        opened.check_schema({"b"})
    opened.check_schema({"a"})


def test_postgres_that_does_not_answer_says_so() -> None:
    with pytest.raises(ConfigError, match=r"can't be reached .* see that it runs") as caught:
        open_database("postgresql://someone:hidden@127.0.0.1:1/none")

    assert "hidden" not in str(caught.value)


def sqlite_file(folder: Path) -> Database:
    return open_database(f"sqlite:///{folder}/book.sqlite3")


def test_sqlite_commits_reach_the_disk(tmp_path: Path) -> None:
    database = sqlite_file(tmp_path)

    with database.writing() as connection:
        journal = connection.execute(text("PRAGMA journal_mode")).scalar()
        synchronous = connection.execute(text("PRAGMA synchronous")).scalar()

    assert (journal, synchronous) == ("wal", 2)
    database.close()


def test_sqlite_file_is_whole_after_closing(tmp_path: Path) -> None:
    database = sqlite_file(tmp_path)
    with database.writing() as connection:
        connection.execute(text("CREATE TABLE tote (code TEXT)"))

    database.close()

    assert sorted(path.name for path in tmp_path.iterdir()) == ["book.sqlite3", "book.sqlite3.lock"]


def test_sqlite_is_written_by_one_process_only(tmp_path: Path) -> None:
    first = sqlite_file(tmp_path)

    with pytest.raises(ConfigError, match=rf"already open .* \(process {os.getpid()}\)"):
        sqlite_file(tmp_path)

    first.close()
    sqlite_file(tmp_path).close()


def test_sqlite_writing_inside_writing_is_an_error_and_no_deadlock(tmp_path: Path) -> None:
    database = sqlite_file(tmp_path)

    with database.writing(), pytest.raises(RuntimeError, match="one transaction"):
        put(database, "T-1")

    database.close()


def test_sqlite_full_disk_is_told_and_leaves_nothing_behind(tmp_path: Path) -> None:
    database = sqlite_file(tmp_path)
    with database.writing() as connection:
        connection.execute(text("CREATE TABLE tote (code TEXT)"))
        # The file may not grow any more, which SQLite reports as a full disk.
        connection.execute(text("PRAGMA max_page_count = 3"))

    with pytest.raises(UnavailableError, match="is full") as caught:
        put(database, "T" * 100_000)

    assert caught.value.code == "database.full"
    assert codes(database) == []
    put(database, "T-1")
    assert codes(database) == ["T-1"]
    database.close()


def test_sqlite_file_that_is_something_else_is_told(tmp_path: Path) -> None:
    (tmp_path / "book.sqlite3").write_text("no database at all " * 100)

    with pytest.raises(ConfigError, match="no SQLite database"):
        sqlite_file(tmp_path)


def test_sqlite_that_could_not_open_gives_its_lock_back(tmp_path: Path) -> None:
    (tmp_path / "book.sqlite3").write_text("no database at all " * 100)
    with pytest.raises(ConfigError, match="no SQLite database"):
        sqlite_file(tmp_path)
    (tmp_path / "book.sqlite3").unlink()

    sqlite_file(tmp_path).close()


@pytest.mark.parametrize(
    ("file_mode", "folder_mode", "told"),
    [
        pytest.param(0o444, 0o777, "it is read-only", id="file"),
        pytest.param(0o666, 0o555, "the folder it is in", id="folder"),
    ],
)
def test_sqlite_without_the_right_to_write_is_told(
    file_mode: int, folder_mode: int, told: str
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sqlite_file(folder).close()
        (folder / "book.sqlite3").chmod(file_mode)
        (folder / "book.sqlite3.lock").unlink()
        folder.chmod(folder_mode)
        # Root may write everything, so someone else tries.
        before = os.geteuid()
        if before == 0:
            os.seteuid(NOBODY)
        try:
            with pytest.raises(ConfigError, match=told):
                sqlite_file(folder)
        finally:
            os.seteuid(before)
            folder.chmod(0o777)


def test_sqlite_in_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"The folder .*nowhere .* does not exist"):
        sqlite_file(tmp_path / "nowhere")


def test_sqlite_to_read_must_exist(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="There is no database"):
        open_database(f"sqlite:///{tmp_path}/none.sqlite3", writes=False)

    assert not (tmp_path / "none.sqlite3").exists()


def test_sqlite_in_memory_is_refused() -> None:
    with pytest.raises(ConfigError, match="in a file"):
        open_database("sqlite://")


@pytest.mark.parametrize(("version", "good"), [((3, 51, 2), False), ((3, 51, 3), True)])
def test_standard_sqlite_serves_only_without_the_wal_bug(
    version: tuple[int, int, int], *, good: bool
) -> None:
    standard = ModuleType("sqlite3")
    standard.__dict__["sqlite_version_info"] = version
    standard.__dict__["sqlite_version"] = ".".join(map(str, version))

    def load(name: str) -> ModuleType:
        if name != "sqlite3":
            raise ImportError
        return standard

    if good:
        assert sqlite_module(load) is standard
    else:
        with pytest.raises(ConfigError, match=r"3\.51\.2 .* can damage .* pysqlite3"):
            sqlite_module(load)


def test_log_of_what_was_written_is_emptied(opened: Database, dialect: str) -> None:
    put(opened, "T-1")
    log = Path(f"{opened.place}-wal")

    opened.flush_log()

    assert codes(opened) == ["T-1"]
    if dialect == "sqlite":
        assert log.stat().st_size == 0


def test_a_report_reads_one_snapshot_as_well(opened: Database) -> None:
    put(opened, "T-1")

    with opened.reporting() as connection:
        assert connection.execute(text("SELECT code FROM tote")).scalar() == "T-1"
    opened.check_ready()


def test_a_block_that_takes_itself_back_writes_nothing(opened: Database) -> None:
    with opened.writing() as connection:
        connection.execute(text("INSERT INTO tote VALUES ('T-1')"))
        connection.rollback()

    assert codes(opened) == []
