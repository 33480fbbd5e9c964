"""totebook archive, verify --archive, roles."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import migrations
from server.cli import totebook
from server.clock import FixedClock
from server.config import ConfigError
from server.db.engine import open_database
from server.sync.archiving import DAY_MS
from tests.floor import START
from tests.sync.yard import yard_on


@pytest.fixture
def folder(sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the folder of a book with a day's work, long ago."""
    path = tmp_path / "book.sqlite3"
    shutil.copyfile(sqlite_template, path)
    database = open_database(f"sqlite:///{path}")
    with database.writing() as connection:
        (head,) = migrations.HEADS
        connection.exec_driver_sql("CREATE TABLE alembic_version (version_num TEXT)")
        connection.exec_driver_sql("INSERT INTO alembic_version VALUES (?)", (head,))
    with yard_on(database) as yard:
        yard.work()
    database.close()
    monkeypatch.setenv("TOTEBOOK_DATABASE", f"sqlite:///{path}")
    later = FixedClock(START + 400 * DAY_MS)
    monkeypatch.setattr("server.commands.archiving.SystemClock", lambda: later)
    return tmp_path


def run(*words: str) -> Result:
    return CliRunner().invoke(totebook, [*words])


def test_lines_are_archived_and_verified_from_there(folder: Path) -> None:
    place = str(folder / "archive")

    done = run("archive", place, "--before", "2028-01-01")
    without, whole = run("verify"), run("verify", "--archive", place)

    assert done.exit_code == 0, done.output
    assert "2 new parts" in " ".join(done.output.split())
    assert (without.exit_code, whole.exit_code) == (0, 0), whole.output
    told = " ".join(without.output.split())
    assert "stand before the horizon, not checked: give --archive" in told
    assert "clean" in told
    assert "checked in the archive" in " ".join(whole.output.split())


def test_a_damaged_archive_ends_verify_with_an_error(folder: Path) -> None:
    run("archive", str(folder), "--before", "2028-01-01")
    (folder / "site-1" / "000001.ndjson.zst").write_bytes(b"")

    found = run("verify", "--archive", str(folder))

    assert found.exit_code == 1
    assert "archive_broken" in found.output


def test_a_date_that_is_too_near_is_refused(folder: Path) -> None:
    refused = run("archive", str(folder), "--before", "2028-02-15")

    assert isinstance(refused.exception, ConfigError)
    assert "last 30 days" in str(refused.exception)


def test_a_file_has_no_roles(folder: Path) -> None:
    assert folder.is_dir()
    assert isinstance(run("roles").exception, ConfigError)


def test_roles_are_made_and_told(postgres_tables_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setenv("TOTEBOOK_OWNER_DATABASE", postgres_tables_url)
    monkeypatch.setattr("server.commands.roles.migrations.check", lambda _database: None)
    monkeypatch.setattr(
        "server.commands.roles.make_roles", lambda database: asked.append(database.dialect)
    )

    told = run("roles")

    assert told.exit_code == 0, told.output
    assert asked == ["postgresql"]
    assert "totebook_app may work on the book" in " ".join(told.output.split())
