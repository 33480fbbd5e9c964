"""Backup while the book is written, and restore, which the lanes are told of."""

import threading
from pathlib import Path

import pytest

from device_protocol.operations import Receive
from server.config import ConfigError
from server.db.engine import Database, open_database
from server.errors import UnavailableError
from server.lane.backup import backup, restore
from server.lane.records import Lane
from server.sync.restoring import tell_restored
from server.sync.verify import verify
from tests.floor import SITE
from tests.sync.yard import Yard, rows_of, yard_on

pytestmark = pytest.mark.parametrize("dialect", ["sqlite"])


def receive(units: int) -> Receive:
    """Units at the dock."""
    return Receive(quantity=units, owner="ACME", item="A1", to="D-1", ended=1_000 + units)


def test_backup_is_one_snapshot_while_others_write(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    saved = tmp_path / "saved.sqlite3"
    stop = threading.Event()
    with yard_on(database) as yard:
        handheld = yard.handhelds[0]

        def writes() -> None:
            units = 1
            while not stop.is_set():
                handheld.do(receive(units))
                units = units % 9 + 1

        writer = threading.Thread(target=writes)
        writer.start()
        try:
            size = backup(database_url, saved)
        finally:
            stop.set()
            writer.join()
        rules = yard.core.rules

    assert size == saved.stat().st_size
    copy = open_database(f"sqlite:///{saved}", writes=False)
    assert verify(copy, rules).findings == []
    copy.close()
    assert not saved.with_name("saved.sqlite3.part").exists()


def test_restored_book_is_what_was_saved_and_tells_so_by_its_generation(
    database_url: str, tmp_path: Path
) -> None:
    saved = tmp_path / "saved.sqlite3"
    database = open_database(database_url)
    with yard_on(database) as yard:
        yard.handhelds[0].do(receive(3))
        backup(database_url, saved)
        before = {lane.site: lane for lane in yard.rows(Lane)}
        yard.handhelds[0].do(receive(4))
    database.close()

    restore(database_url, saved)
    reopened = open_database(database_url)
    with yard_on(reopened, Again) as yard:
        sites = tell_restored(yard.core.lanes, reopened)
        after = {lane.site: lane for lane in yard.rows(Lane)}
        assert yard.findings() == []
    reopened.close()

    assert sites == sorted(before)
    generations = {lane.generation for lane in after.values()}
    assert generations == {after[SITE].recorded_at // 1_000}
    assert min(generations) > max(lane.generation for lane in before.values())
    assert after[SITE].operations == before[SITE].operations + 1
    assert after[SITE].last_id >= before[SITE].last_id + 100_000


class Again(Yard):
    """A yard that finds its masters in the book."""

    def prepare(self) -> None:
        """There is nothing to put."""


def test_book_that_a_server_has_open_is_not_replaced(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    saved = tmp_path / "saved.sqlite3"
    backup(database_url, saved)

    with pytest.raises(ConfigError, match="already open"):
        restore(database_url, saved)
    assert rows_of(database, Lane) == []


def test_every_book_that_is_replaced_is_kept(database_url: str, tmp_path: Path) -> None:
    saved = tmp_path / "saved.sqlite3"
    backup(database_url, saved)

    for _ in range(3):
        restore(database_url, saved)

    names = sorted(path.name for path in tmp_path.glob("totebook.sqlite3.before*"))
    assert names == [
        "totebook.sqlite3.before-restore",
        "totebook.sqlite3.before-restore2",
        "totebook.sqlite3.before-restore3",
    ]


def test_restore_where_there_is_no_book_yet(database_url: str, tmp_path: Path) -> None:
    saved, fresh = tmp_path / "saved.sqlite3", tmp_path / "fresh.sqlite3"
    backup(database_url, saved)

    restore(f"sqlite:///{fresh}", saved)

    copy = open_database(f"sqlite:///{fresh}")
    assert rows_of(copy, Lane) == []
    copy.close()


@pytest.mark.parametrize("content", [b"not a database at all" * 99, b""])
def test_file_that_holds_no_book_is_refused_and_the_book_stays(
    database_url: str, tmp_path: Path, content: bytes
) -> None:
    wrong = tmp_path / "wrong.sqlite3"
    wrong.write_bytes(content)

    with pytest.raises((ConfigError, UnavailableError)):
        restore(database_url, wrong)

    assert list(tmp_path.glob("*.before-restore*")) == []
    kept = open_database(database_url)
    assert rows_of(kept, Lane) == []
    kept.close()


def test_backup_never_overwrites_and_restore_names_what_is_missing(
    database_url: str, tmp_path: Path
) -> None:
    saved = tmp_path / "saved.sqlite3"
    saved.write_text("mine")

    with pytest.raises(ConfigError, match="exists already"):
        backup(database_url, saved)
    with pytest.raises(ConfigError, match="no backup"):
        restore(database_url, tmp_path / "nowhere.sqlite3")
    assert saved.read_text() == "mine"


@pytest.mark.parametrize("url", ["postgresql://host/book", "sqlite://"])
def test_only_a_sqlite_file_is_copied(url: str, dialect: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="pg_dump"):
        backup(url, tmp_path / f"{dialect}.copy")
