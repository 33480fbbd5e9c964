"""R5: the disk is full, or fails, at every single write of a run on SQLite.

Each batch is pushed again and again, and every time one write (or sync) later fails, until it comes
through: so every write of the run fails once, on one lane that is never started anew.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw
import pytest

from server.db.engine import open_database
from server.errors import UnavailableError
from server.lane.records import StoredOperation
from server.sync.batches import Batch
from tests.faults.disk import Event, disk_below
from tests.faults.power import Recording
from tests.faults.quiet import QuietYard, carry
from tests.sync.yard import rows_of

OPERATIONS = int(os.environ.get("TOTEBOOK_TEST_DISK_OPERATIONS", "200"))
"""Of one run; the soak makes it longer."""
BATCH = 20
PAGES = 30
"""Of the log, after which they are moved into the file: often."""
CUTS = 60


class Failing:
    """Fails at the write, or at the sync, that is named: once, or from then on."""

    def __init__(self, code: int, verb: str, suffix: str, *, lasts: bool) -> None:
        """Let everything happen for now."""
        self.code = code
        self.verb = verb
        self.suffix = suffix
        self.lasts = lasts
        self.failed = 0
        self._left: int | None = None

    @contextmanager
    def after(self, count: int) -> Iterator[None]:
        """Let so many succeed in this block."""
        self._left = count
        try:
            yield
        finally:
            self._left = None

    def __call__(self, event: Event) -> None:
        """Count, and fail."""
        if self._left is None or (event.verb, event.suffix) != (self.verb, self.suffix):
            return
        self._left -= 1
        if self._left == -1 or (self._left < 0 and self.lasts):
            self.failed += 1
            raise apsw.exception_for(self.code)


@pytest.fixture(name="yard")
def make_yard(
    failing: Failing, sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[QuietYard]:
    """Give a yard on a disk that fails; it is looked at in the end, and again after power cuts."""
    path = tmp_path / "run.sqlite3"
    shutil.copyfile(sqlite_template, path)
    with disk_below(monkeypatch, failing, wal_autocheckpoint=PAGES) as disk:
        database = open_database(f"sqlite:///{path}")
        yard = QuietYard(database, disk)
        yield yard
        check_book(yard)
        events = list(disk.events)
        yard.close()
        database.close()
    for cut in Recording(sqlite_template.read_bytes(), events, tmp_path).cuts(CUTS, 0):
        assert cut.commit is not None, cut
        assert cut.commit >= cut.told, cut


def check_book(yard: QuietYard) -> None:
    """Every line is there once, counts once, and the book is whole."""
    device = yard.handhelds[0]
    stored = [
        each for each in rows_of(yard.database, StoredOperation) if each.stream == device.stream
    ]
    assert {each.seq: each.hash for each in stored} == dict(enumerate(device.hashes[1:], 1))
    assert len(stored) == len(device.lines) > OPERATIONS
    assert yard.findings() == []


def refusals(yard: QuietYard, failing: Failing, batch: Batch) -> Iterator[str]:
    """Push a batch until it comes through, and answer with which code it did not."""
    for count in range(1_000_000):
        with failing.after(count):
            try:
                yard.run(batch)
            except UnavailableError as error:
                yield error.code
            else:
                return


@pytest.mark.timeout(0)
@pytest.mark.parametrize(
    ("failing", "told"),
    [
        (Failing(apsw.SQLITE_FULL, "write", "-wal", lasts=True), "database.full"),
        (Failing(apsw.SQLITE_IOERR_WRITE, "write", "-wal", lasts=False), "database.unreachable"),
        (Failing(apsw.SQLITE_IOERR_FSYNC, "sync", "-wal", lasts=False), "database.unreachable"),
    ],
    ids=["full", "broken", "unsynced"],
)
def test_every_write_that_fails_is_told_and_comes_through_when_there_is_room(
    yard: QuietYard, failing: Failing, told: str
) -> None:
    for _ in range(OPERATIONS // BATCH):
        codes = list(refusals(yard, failing, carry(yard.handhelds[0], BATCH)))

        assert set(codes) == {told}
    assert failing.failed >= OPERATIONS // BATCH


@pytest.mark.parametrize(
    "failing",
    [
        Failing(apsw.SQLITE_FULL, "write", "", lasts=True),
        Failing(apsw.SQLITE_IOERR_FSYNC, "sync", "", lasts=True),
    ],
    ids=["full", "unsynced"],
)
def test_a_log_that_can_not_be_moved_into_the_file_holds_nobody_up(
    yard: QuietYard, failing: Failing
) -> None:
    for number in range(OPERATIONS // BATCH):
        with failing.after(number % 2):
            yard.run(carry(yard.handhelds[0], BATCH))

    assert failing.failed > 1
    yard.run(carry(yard.handhelds[0], BATCH))
