"""Books whose file is torn: every command says so in one sentence, and verify what it found."""

import os
import random
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

import migrations
from server.config import ConfigError
from server.db.damage import damage_told, lacking, torn_pages, wrong_values
from server.db.engine import Database, open_database
from server.db.tables import METADATA
from server.errors import TotebookError, UnavailableError
from server.lane.backup import backup
from server.sync.file_checks import file_checked
from server.sync.findings import Finding
from server.sync.push import PushRules
from server.sync.verify import Report, verify
from tests.sync.yard import yard_on

DAMAGED = int(os.environ.get("TOTEBOOK_TEST_DAMAGED", "100"))
PAGE = 4_096
SECTOR = 512
SCHEMA_PAGES = 40
"""SQLite keeps what tables there are in the first pages of the file."""


@pytest.fixture(scope="module", name="sound")
def make_sound(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the file of a book of a day, which says of which schema it is."""
    path = tmp_path_factory.mktemp("sound") / "book.sqlite3"
    shutil.copyfile(sqlite_template, path)
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        connection.executemany("INSERT INTO alembic_version VALUES (?)", zip(migrations.HEADS))
    connection.close()
    database = open_database(f"sqlite:///{path}")
    with yard_on(database) as yard:
        yard.work()
    database.close()
    return path


@pytest.fixture(name="book")
def make_book(sound: Path, tmp_path: Path) -> Path:
    """Give a copy of the book, to damage."""
    path = tmp_path / "book.sqlite3"
    shutil.copyfile(sound, path)
    return path


def damaged(sound: bytes, source: random.Random) -> bytes:
    """The same bytes after a fault of a disk, more often where the schema stands."""
    content = bytearray(sound)
    page = int.from_bytes(content[16:18], "big")
    reach = source.choice((1, 4, SCHEMA_PAGES, SCHEMA_PAGES, len(content) // page)) * page
    how = source.choice(("bits", "bytes", "no text", "noise", "nothing", "another page", "cut"))
    for _ in range(source.choice((1, 3, 30))):
        at = source.randrange(reach)
        sector = slice(at - at % SECTOR, at - at % SECTOR + SECTOR)
        if how == "bits":
            content[at] ^= 1 << source.randrange(8)
        elif how == "bytes":
            content[at : at + 8] = source.randbytes(8)
        elif how == "no text":
            content[at : at + 3] = b"\xff\xfe\xc0"
        elif how == "noise":
            content[sector] = source.randbytes(SECTOR)
        elif how == "nothing":
            content[sector] = bytes(SECTOR)
        elif how == "another page":
            other = source.randrange(len(content) // page) * page
            content[at - at % page : at - at % page + page] = content[other : other + page]
        else:
            return bytes(content[: source.randrange(1, len(content))])
    return bytes(content)


def served(url: str) -> None:
    """Open a book as `totebook migrate` and `totebook serve` do."""
    database = open_database(url)
    try:
        migrations.upgrade(database)
        migrations.check(database)
    finally:
        database.close()


def verified(url: str, rules: PushRules | None = None) -> Report:
    """Check a book as `totebook verify` does."""
    database = open_database(url, writes=False)
    try:
        migrations.check(database)
        return verify(database, rules)
    finally:
        database.close()


def saved(url: str) -> None:
    """Copy a book as `totebook backup` does."""
    target = Path(f"{url.removeprefix('sqlite:///')}.saved")
    try:
        backup(url, target)
    finally:
        assert not target.with_name(f"{target.name}.part").exists()


def test_files_damaged_at_random_are_told_and_nothing_else_is_raised(
    sound: Path, tmp_path: Path
) -> None:
    content = sound.read_bytes()
    acts = (served, verified, saved)
    told = dict.fromkeys(acts, 0)
    unnamed = []
    for seed in range(DAMAGED):
        act = acts[seed % len(acts)]
        folder = tmp_path / str(seed)
        folder.mkdir()
        path = folder / "book.sqlite3"
        path.write_bytes(damaged(content, random.Random(seed)))
        try:
            act(f"sqlite:///{path}")
        except (ConfigError, TotebookError) as error:
            told[act] += 1
            unnamed += [seed] if str(path) not in str(error) else []
        except Exception as error:
            error.add_note(f"{act.__name__} of seed {seed}")
            raise
        shutil.rmtree(folder)

    assert unnamed == []
    assert min(told.values()) > DAMAGED / len(acts) / 3, told


def torn_schema(path: Path) -> None:
    """Write what is no text where the schema says how a table is made."""
    content = path.read_bytes()
    assert content.count(b"CREATE TABLE movement") == 1
    path.write_bytes(content.replace(b"CREATE TABLE movement", b"CREATE \xff\xfe\xc0BLE movement"))


def another_format(path: Path) -> None:
    """Say in the header that the schema is of a format that nobody knows."""
    content = path.read_bytes()
    path.write_bytes(content[:44] + b"\0\0\0\x09" + content[48:])


@pytest.mark.parametrize("tear", [torn_schema, another_format])
@pytest.mark.parametrize("act", [served, verified, saved])
def test_a_schema_that_cannot_be_read_is_damage(
    book: Path, tear: Callable[[Path], None], act: Callable[[str], None]
) -> None:
    tear(book)

    with pytest.raises(ConfigError, match=r"book\.sqlite3 is damaged .* restore a backup"):
        act(f"sqlite:///{book}")


def test_a_sound_book_is_told_to_be_sound(book: Path) -> None:
    url = f"sqlite:///{book}"
    served(url)

    assert verified(url).clean
    saved(url)
    assert Path(f"{book}.saved").exists()


def root_page(path: Path, name: str) -> int:
    """The page with which a table or an index begins."""
    connection = sqlite3.connect(path)
    row = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (name,))
    number = int(row.fetchone()[0])
    connection.close()
    return number


@pytest.mark.parametrize("name", ["operation", "movement", "stock", "ix_item_site_owner_sku"])
def test_verify_names_the_table_or_index_whose_page_is_torn(book: Path, name: str) -> None:
    number = root_page(book, name)
    content = bytearray(book.read_bytes())
    content[(number - 1) * PAGE : number * PAGE] = bytes(PAGE)
    book.write_bytes(content)

    first = verified(f"sqlite:///{book}").findings[0]

    assert (first.kind, first.row) == ("file_damaged", str(book))
    assert f"{name} page {number}" in first.detail
    assert "restore a backup" in first.detail


def written(path: Path, *statements: str) -> None:
    """Change a book past the server, and past its triggers."""
    connection = sqlite3.connect(path)
    connection.executescript("PRAGMA writable_schema = ON; PRAGMA ignore_check_constraints = ON")
    for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'"):
        connection.execute(f'DROP TRIGGER "{name}"')
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def test_verify_tells_of_values_that_nobody_can_have_written(book: Path) -> None:
    written(book, "UPDATE operation SET number = 'seven' WHERE seq = 2")

    report = verified(f"sqlite:///{book}")

    told = [(each.kind, each.detail) for each in report.findings]
    assert any(
        kind == "file_damaged" and "have no integer in number" in detail for kind, detail in told
    )
    assert told[-1][0] == "unread"


def test_verify_tells_of_a_column_that_is_gone(book: Path) -> None:
    written(book, "ALTER TABLE archived_part RENAME COLUMN manifest TO manifesu")

    findings = verified(f"sqlite:///{book}").findings

    assert "table archived_part has no column manifest" in findings[0].detail
    assert findings[-1].kind == "unread"


def test_a_schema_without_the_column_that_is_asked_for_is_damage_where_it_is_said_to_be_ours(
    book: Path,
) -> None:
    written(book, "ALTER TABLE schema_rule RENAME COLUMN compatible_from TO compatible_fron")

    with pytest.raises(UnavailableError, match="no column compatible_from"):
        served(f"sqlite:///{book}")


def test_a_text_that_is_none_is_told_where_it_is_read(book: Path) -> None:
    written(book, "UPDATE merchant SET name = CAST(x'41ff42' AS TEXT)")
    database = open_database(f"sqlite:///{book}")

    try:
        with pytest.raises(UnavailableError) as caught, database.reading() as connection:
            connection.exec_driver_sql("SELECT name FROM merchant").fetchall()
    finally:
        database.close()

    assert caught.value.code == "database.damaged"


@pytest.mark.parametrize("fault", [ZeroDivisionError("ours"), ConfigError("ours")])
def test_a_fault_of_ours_stays_one(database: Database, fault: Exception) -> None:
    findings: list[Finding] = []

    with pytest.raises(type(fault), match="ours"), damage_told(database, METADATA.tables.values()):
        raise fault
    with (
        pytest.raises(type(fault), match="ours"),
        database.reading() as connection,
        file_checked(connection, findings),
    ):
        raise fault

    assert findings == []


class Unreadable:
    """A connection to a file of which nothing can be read any more."""

    dialect = SimpleNamespace(name="sqlite")

    def __init__(self, fault: Exception) -> None:
        """Know what its driver says."""
        self.fault = fault

    def exec_driver_sql(self, _sql: str) -> None:
        """Say so."""
        raise self.fault


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (DBAPIError("SELECT", {}, ValueError("no page is left")), "no page is left"),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "wrong"), "there is a text that is none"),
    ],
)
@pytest.mark.parametrize(
    "ask", [torn_pages, wrong_values, lambda given: lacking(given, METADATA.tables.values())]
)
def test_what_cannot_be_asked_any_more_is_told(
    ask: Callable[[Any], list[str]], fault: Exception, told: str
) -> None:
    assert ask(Unreadable(fault)) == [told]


def test_other_databases_look_after_their_own_pages(database: Database) -> None:
    with database.reading() as connection:
        found = [*torn_pages(connection), *wrong_values(connection)]

        assert found + lacking(connection, METADATA.tables.values()) == []
