"""The feed model within its bounds, held against the SQL, and the wrong designs that it catches."""

import itertools
from typing import Any

import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from device_protocol.messages import Cursor
from server.db.bulk import insert_records
from server.db.engine import Database
from server.lane.records import Lane
from server.sync import feed, pull
from server.sync.feed import Pages
from server.sync.models import DOCUMENT
from server.sync.pull import Standing
from server.sync.records import Document
from server.sync.segments import next_rows
from tests.models import paging
from tests.models.explorer import CounterexampleError, explore
from tests.models.paging import FOLLOWED, SITE, Book, Bounds, Paging, World

WITHIN = {
    "pages lost": (Bounds(commits=3), 5_000),
    "more commits": (Bounds(commits=4, losses=0), 15_000),
    "tombstones forgotten": (Bounds(commits=3, quarters=1), 10_000),
    "a restored server": (Bounds(commits=3, restores=1), 20_000),
}
"""Bounds, and how many states there are within at least."""


@pytest.mark.parametrize("name", WITHIN)
def test_device_at_a_checkpoint_equals_the_servers_view(name: str) -> None:
    bounds, states = WITHIN[name]

    assert explore(Paging(bounds)).states >= states


def must_be_caught(model: Paging) -> str:
    """Search for the fault; answer what was found, with the way there in its test's output."""
    with pytest.raises(CounterexampleError) as told:
        explore(model)
    print(told.value)  # noqa: T201 - the trace is the test's result.
    return told.value.why


def test_feed_numbered_before_the_lock_is_caught() -> None:
    assert must_be_caught(Paging(Bounds(commits=2), locked=False)).startswith("I")


def test_checkpoint_on_a_page_that_does_not_hold_the_rest_is_caught(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows_after = paging.rows_after

    def hasty(book: Book, after: int) -> tuple[list[Document], bool]:
        return rows_after(book, after)[0], True

    monkeypatch.setattr(paging, "rows_after", hasty)

    assert must_be_caught(Paging(Bounds())).startswith("I10")


def test_move_without_a_tombstone_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Pages, "bury", lambda _pages, _old: None)

    assert must_be_caught(Paging(Bounds())).startswith("I13")


def test_reading_that_begins_again_because_documents_are_old_is_caught(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = pull.stand

    def impatient(cursor: Cursor | None, *known: Any) -> Standing:  # noqa: ANN401 - see stand.
        _generation, lane, total, commits, now = known
        standing = real(cursor, *known)
        if cursor is None or cursor.hash or standing.restart or total.version <= cursor.n:
            return standing
        commit = commits[lane.site, cursor.n]
        if commit.recorded_at < now - feed.TOMBSTONE_MS:
            return Standing(0, restart=True, current=False)
        return standing

    monkeypatch.setattr(paging, "stand", impatient)

    found = must_be_caught(Paging(Bounds(commits=3, quarters=1)))

    assert found == "nothing leads to a settled state"


def test_restore_under_the_same_generation_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    restored = paging.restored

    def silent(world: World) -> World:
        after = restored(world)
        lane = replace(after.book.lane, generation=world.book.lane.generation)
        number = (lane.generation, lane.head, paging.view_of(after.book))
        views = {each[:2]: each for each in (*world.views, number)}
        return after._replace(
            book=after.book._replace(lane=lane), views=tuple(sorted(views.values()))
        )

    monkeypatch.setattr(paging, "restored", silent)

    assert must_be_caught(Paging(Bounds(commits=4, restores=1)))


def test_rows_are_cut_as_the_database_cuts_them(database: Database) -> None:
    """All sets of three documents in four versions, from every cursor, at one document a page."""
    for chosen in itertools.product((None, *itertools.product((1, 2, 3), (b"1", None))), repeat=3):
        rows = [
            Document(SITE, FOLLOWED.text, f"task/{number}", each[0], each[1], 0)
            for number, each in enumerate(chosen)
            if each is not None
        ]
        with database.writing() as connection:
            connection.execute(sa.delete(DOCUMENT))
            insert_records(connection, Document, rows)
        book = Book(Lane(SITE, head=3), documents=tuple(rows))
        with database.reading() as connection:
            for after in range(4):
                found, more = next_rows(connection, FOLLOWED, after, 1)
                page, complete = paging.rows_after(book, after)
                assert [(row.key, row.version, row.body) for row in page] == list(found)
                assert more or complete
