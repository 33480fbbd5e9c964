"""R10: rows that are changed, taken out or exchanged past the server are named by verify."""

import os
import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from server.db.engine import Database, open_database
from server.lane.records import Commit, StoredOperation
from server.ledger.records import Movement
from server.record import Record
from server.sync.findings import Finding
from server.sync.rebuilding import decided_kinds, name_of
from server.sync.verify import verify
from tests.sync.tampering import RULES
from tests.sync.yard import rows_of
from tests.tampering.acts import ACTS, Attack
from tests.tampering.books import filled

OPERATIONS = int(os.environ.get("TOTEBOOK_TEST_TAMPERED", "1000"))
"""Of the book; `make soak` takes 10,000."""
ROUNDS = int(os.environ.get("TOTEBOOK_TEST_TAMPERS", "1"))
CHAINED: tuple[type[Record], ...] = (Movement, StoredOperation, Commit)
TABLES_MIN = 12
"""Of so many tables the book has enough rows to exchange some."""
Row = tuple[int, str]
"""A site, and a row as a finding names it."""


@pytest.fixture(scope="module")
def finished(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a file with a long book, to copy."""
    path = tmp_path_factory.mktemp("tampered") / "book.sqlite3"
    shutil.copyfile(sqlite_template, path)
    database = open_database(f"sqlite:///{path}")
    filled(database, OPERATIONS)
    assert verify(database, RULES).findings == []
    database.close()
    return path


class Book:
    """A copy of the book, and what its rows were."""

    def __init__(self, path: Path) -> None:
        """Open it."""
        self.attack = Attack(path)
        self.database: Database = open_database(f"sqlite:///{path}")
        self.commits: list[Commit] = rows_of(self.database, Commit)
        self._under = {
            (kind, each.site, number): each
            for each in self.commits
            for kind, first, count in (
                (Movement, each.first_movement, each.movements),
                (StoredOperation, each.first_operation, each.operations),
            )
            for number in range(first, first + count)
        }

    def found(self, *, again: bool) -> list[Finding]:
        """What verify says, having decided everything again or not."""
        return verify(self.database, RULES if again else None).findings

    def commit_of(self, row: Movement | StoredOperation) -> Commit:
        """The commit under whose hash a movement or operation stands."""
        return self._under[type(row), row.site, row.number]


@contextmanager
def copied(finished: Path, tmp_path: Path, name: str) -> Iterator[Book]:
    """A copy of the book to tamper with."""
    path = tmp_path / f"{name}.sqlite3"
    shutil.copyfile(finished, path)
    book = Book(path)
    try:
        yield book
    finally:
        book.database.close()


def names_of(book: Book, row: Record) -> set[Row]:
    """How findings may name a row: itself, or the commit that it stands under."""
    site: int = row.site  # type: ignore[attr-defined]
    if isinstance(row, Commit):
        after = (site, f"commit {row.number + 1}")
        if row == max(
            (each for each in book.commits if each.site == site), key=lambda each: each.number
        ):
            after = (site, f"lane {site}")
        return {(site, f"commit {row.number}"), after}
    if isinstance(row, StoredOperation):
        commit = book.commit_of(row)
        own = f"operation {row.stream}/{row.epoch}/{row.seq}"
        return {(site, own), (site, f"commit {commit.number}")}
    if isinstance(row, Movement):
        return {(site, f"commit {book.commit_of(row).number}")}
    return {(site, name_of(row))}


def missed(book: Book, rows: list[Record], *, again: bool) -> list[Record]:
    """The rows that no finding names."""
    told = {(each.site, each.row) for each in book.found(again=again)}
    return [row for row in rows if not names_of(book, row) & told]


def apart(book: Book, kind: type[Record], source: random.Random) -> list[Record]:
    """Rows of which no two stand under one commit or two neighbours, so that each must be named."""
    rows: list[Record] = rows_of(book.database, kind)
    source.shuffle(rows)
    taken: set[tuple[int, int]] = set()
    found: list[Record] = []
    for row in rows:
        assert isinstance(row, Commit | Movement | StoredOperation)
        own = row if isinstance(row, Commit) else book.commit_of(row)
        near = {(own.site, own.number + step) for step in (-1, 0, 1)}
        if not near & taken:
            taken.add((own.site, own.number))
            found.append(row)
    return found[: len(found) // 2 * 2]


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("kind", CHAINED)
def test_rows_under_the_chain_are_located(
    finished: Path, tmp_path: Path, kind: type[Record], act: str
) -> None:
    for number in range(ROUNDS):
        source = random.Random(f"{kind.TABLE} {act} {number}")
        with copied(finished, tmp_path, act) as book:
            rows = ACTS[act](book.attack, apart(book, kind, source), source)
            book.attack.done()

            assert len(rows) > OPERATIONS // 50
            assert missed(book, rows, again=False) == []


@pytest.mark.parametrize("act", ACTS)
def test_rows_of_every_decided_table_are_located(finished: Path, tmp_path: Path, act: str) -> None:
    for number in range(ROUNDS):
        source = random.Random(f"{act} {number}")
        with copied(finished, tmp_path, act) as book:
            rows: list[Record] = []
            for kind in decided_kinds():
                stored = rows_of(book.database, kind)
                some = source.sample(stored, len(stored) // 2 * 2)
                rows += ACTS[act](book.attack, some, source)
            book.attack.done()

            assert len({type(row) for row in rows}) >= TABLES_MIN
            assert missed(book, rows, again=True) == []
