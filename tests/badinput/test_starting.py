"""Starting on what can't be started on: one sentence says what to mend, exit status 2."""

import os
import shutil
import socket
import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

import migrations
from server import cli
from server.db.engine import open_database
from server.setting_texts import SECRET_LENGTH_MIN

Run = Callable[..., tuple[int, str]]


@pytest.fixture(name="run")
def make_run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Give a way to run the command; it answers the exit status and what was said."""
    for name in list(os.environ):
        if name.startswith("TOTEBOOK_") and not name.startswith("TOTEBOOK_TEST_"):
            monkeypatch.delenv(name)

    def never(*_arguments: object) -> None:
        pytest.fail("the server was started")

    monkeypatch.setattr("server.serving.front.main", never)

    def run(*arguments: str, **settings: str | int) -> tuple[int, str]:
        for name, value in settings.items():
            monkeypatch.setenv(f"TOTEBOOK_{name.upper()}", str(value))
        monkeypatch.setattr("sys.argv", ["totebook", *arguments])
        with pytest.raises(SystemExit) as left:
            cli.main()
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return int(left.value.code or 0), said.err + said.out

    return run


@pytest.fixture
def migrated_url(bare_url: str) -> str:
    """Give the URL of a database with the whole schema."""
    database = open_database(bare_url)
    try:
        migrations.upgrade(database)
    finally:
        database.close()
    return bare_url


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_port_that_is_taken_is_told(run: Run, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        status, said = run("serve", database=f"sqlite:///{tmp_path}/book.sqlite3", port=port)

    assert status == 2
    assert f"Port {port} on 127.0.0.1 can't be had" in said
    assert "TOTEBOOK_PORT" in said


@pytest.mark.parametrize("command", [("serve", "--no-migrate"), ("verify",), ("restored",)])
def test_schema_that_is_not_migrated_is_told(
    run: Run, bare_url: str, command: tuple[str, ...]
) -> None:
    open_database(bare_url).close()
    key = "k" * SECRET_LENGTH_MIN

    status, said = run(*command, database=bare_url, port=free_port(), secret_key=key)

    assert status == 2
    assert "is at nothing yet, needs" in said
    assert "run `totebook migrate`" in said


@pytest.mark.parametrize(
    "command", [("serve", "--no-migrate"), ("serve",), ("migrate",), ("verify",)]
)
def test_schema_of_another_version_is_told(
    run: Run, migrated_url: str, command: tuple[str, ...]
) -> None:
    database = open_database(migrated_url)
    with database.writing() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999_the_future'")
    database.close()

    status, said = run(*command, database=migrated_url, port=free_port())

    assert status == 2
    assert "is at 9999_the_future" in said


def test_second_server_on_one_sqlite_file_is_told_who_holds_it(run: Run, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/book.sqlite3"
    first = open_database(url)
    migrations.upgrade(first)
    try:
        for command in (("serve",), ("restored",), ("import", "masters", "sites", __file__)):
            status, said = run(*command, database=url, port=free_port())
            assert status == 2
            assert f"already open in another Totebook process (process {os.getpid()})" in said
        status, said = run("verify", database=url)
        assert (status, "verify: clean" in said) == (0, True)
    finally:
        first.close()


def test_secret_that_others_can_read_is_told(run: Run, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/book.sqlite3"
    database = open_database(url)
    migrations.upgrade(database)
    database.close()
    key = tmp_path / "book.sqlite3.secret"
    key.write_text("k" * SECRET_LENGTH_MIN)
    key.chmod(0o640)

    status, said = run("restored", database=url)

    assert status == 2
    assert f"chmod 600 {key}" in said
    assert stat.S_IMODE(key.stat().st_mode) == 0o640


def test_file_that_is_no_database_is_left_as_it_is(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "book.sqlite3"
    path.write_bytes(b"a letter to the bank " * 100)
    before = path.read_bytes()

    for command in (("serve",), ("verify",), ("migrate",), ("backup", str(tmp_path / "copy"))):
        status, said = run(*command, database=f"sqlite:///{path}", port=free_port())
        assert status == 2, command
        assert "is damaged or no SQLite database" in said
    assert path.read_bytes() == before


@pytest.mark.parametrize("source", ["missing", "letter", "empty", "stranger"])
def test_backup_that_is_none_replaces_no_book(run: Run, tmp_path: Path, source: str) -> None:
    url = f"sqlite:///{tmp_path}/book.sqlite3"
    database = open_database(url)
    migrations.upgrade(database)
    database.close()
    (tmp_path / "letter").write_bytes(b"a letter to the bank " * 100)
    (tmp_path / "empty").touch()
    stranger = sqlite3.connect(tmp_path / "stranger")
    stranger.execute("CREATE TABLE songs (name TEXT)")
    stranger.close()

    status, said = run("restore", str(tmp_path / source), "--yes", database=url)

    assert (status, len(said.splitlines())) == (2, 1), said
    assert run("verify", database=url)[0] == 0


def test_read_only_file_is_told(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"sqlite:///{tmp_path}/book.sqlite3"
    database = open_database(url)
    migrations.upgrade(database)
    database.close()
    copy = tmp_path / "copy"
    copy.mkdir()
    shutil.copy(tmp_path / "book.sqlite3", copy)
    if os.geteuid() == 0:
        # Root may write whatever the rights say; the file's own word is as good.
        monkeypatch.setattr("server.db.sqlite._WRITER_PRAGMAS", ("query_only = ON",))
    else:
        (copy / "book.sqlite3").chmod(0o400)

    status, said = run("serve", database=f"sqlite:///{copy}/book.sqlite3", port=free_port())

    assert status == 2
    assert "can't be written: it is read-only" in said


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"database": "mysql://x"}, "sqlite:///FILE"),
        ({"database": "sqlite:///nowhere/at/all.sqlite3"}, "does not exist: create it"),
        ({"port": "99999999"}, "a whole number from 1 to 65535"),
        ({"prot": "8080"}, "Did you mean TOTEBOOK_PORT?"),
        ({"secret_key": "short"}, "at least 32 random characters"),
        ({"host": "no.such.host.invalid"}, "can't be had"),
        ({"database": "postgresql://me:hidden@127.0.0.1:1/x"}, "can't be reached"),
    ],
)
def test_setting_that_can_not_be_is_told(
    run: Run, tmp_path: Path, settings: dict[str, str], told: str
) -> None:
    defaults = {"database": f"sqlite:///{tmp_path}/book.sqlite3", "port": str(free_port())}

    status, said = run("serve", **(defaults | settings))

    assert status == 2
    assert told in said
    assert "hidden" not in said


def test_password_of_the_database_is_told_to_nobody(run: Run) -> None:
    url = "postgresql://me:hidden@127.0.0.1:1/book"
    key = "k" * SECRET_LENGTH_MIN

    status, said = run("serve", "--no-migrate", database=url, port=free_port(), secret_key=key)

    assert status == 2
    assert "postgresql://me:***@127.0.0.1:1/book" in said
    assert "hidden" not in said
