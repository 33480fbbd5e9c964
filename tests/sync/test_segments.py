"""Segments on both databases: what was read once is sent again only while it is still so."""

from itertools import pairwise

import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from server.db.engine import Database
from server.sync import segments
from server.sync.documents import zone_scope
from server.sync.segments import Segments
from tests.floor import SITE
from tests.sync.books import Book
from tests.sync.followers import PLACES, ZONE, Follower

ZONE_7 = zone_scope(SITE, 7)


@pytest.fixture
def book(database: Database) -> Book:
    """Give an empty book in each database."""
    return Book(database)


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> Segments:
    """Give segments that are kept however short they are, three documents in each."""
    monkeypatch.setattr(segments, "WORTH_BYTES", 1)
    monkeypatch.setattr(segments.Segments.next, "__defaults__", (3,))
    return Segments()


def newcomer(book: Book, kept: Segments) -> Follower:
    """A device that pulled nothing, at a server with these segments."""
    follower = Follower(book)
    follower.kept = kept
    return follower


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Collect how often documents are read from the database."""
    made: list[object] = []
    fetched = segments.fetched

    def heard(connection: sa.Connection, wanted: sa.Select[segments.Row]) -> list[segments.Row]:
        made.append(wanted)
        return fetched(connection, wanted)

    monkeypatch.setattr(segments, "fetched", heard)
    return made


def each_alone(book: Book) -> None:
    """Write every place, one commit each."""
    for place in PLACES:
        book.change(place)


def test_what_one_device_read_is_not_read_again_for_the_next(
    book: Book, kept: Segments, reads: list[object]
) -> None:
    each_alone(book)
    newcomer(book, kept).follow()
    assert len(reads) == 4

    second = newcomer(book, kept)
    second.follow()

    assert len(reads) == 4
    assert len(second.held()) == len(PLACES)
    second.check()


@pytest.mark.parametrize("gone", [False, True], ids=["changed", "deleted"])
def test_change_is_read_and_then_kept(
    book: Book, kept: Segments, reads: list[object], *, gone: bool
) -> None:
    each_alone(book)
    newcomer(book, kept).follow()

    if gone:
        book.change(gone=(PLACES[4],))
    else:
        book.change(replace(PLACES[4], walk=99))
    second = newcomer(book, kept)
    second.follow()

    second.check()
    reads.clear()
    third = newcomer(book, kept)
    third.follow()
    assert not reads
    third.check()


def test_change_at_the_end_leaves_what_stands_before_as_it_was(
    book: Book, kept: Segments, reads: list[object]
) -> None:
    each_alone(book)
    newcomer(book, kept).follow()
    reads.clear()
    book.change(replace(PLACES[9], walk=99))

    second = newcomer(book, kept)
    second.follow()

    assert len(reads) == 1
    second.check()


def test_reader_of_an_older_snapshot_gets_what_was_so_then(
    book: Book, kept: Segments, database: Database
) -> None:
    book.change(*PLACES[:3])
    with database.reading() as before:
        before.execute(sa.text("SELECT count(*) FROM document"))
        book.change(replace(PLACES[0], walk=99))
        with database.reading() as after:
            newer = kept.next(after, 1, ZONE_7, 0, 2)
        older = kept.next(before, 1, ZONE_7, 0, 1)

    assert b'"walk":99' in newer.encoded
    assert b"place/2000001" in older.encoded
    assert b'"walk":99' not in older.encoded


def test_restored_book_shares_nothing_with_the_one_before(
    book: Book, kept: Segments, database: Database, reads: list[object]
) -> None:
    book.change(*PLACES[:3])

    with database.reading() as connection:
        for generation in (1, 2, 2):
            kept.next(connection, generation, ZONE_7, 0, 1)

    assert len(reads) == 2


def test_no_more_is_kept_than_fits(book: Book, kept: Segments, reads: list[object]) -> None:
    each_alone(book)
    newcomer(book, kept).follow()
    whole = kept.bytes
    small = Segments(whole // 2)

    second = newcomer(book, small)
    second.follow()

    assert 0 < small.bytes <= whole // 2
    reads.clear()
    third = newcomer(book, small)
    third.follow()
    assert reads
    third.check()


def test_bytes_are_counted_once_for_what_is_read_again(book: Book, kept: Segments) -> None:
    book.change(*PLACES[:3])
    newcomer(book, kept).follow()
    before = kept.bytes

    book.change(gone=(PLACES[0],))
    newcomer(book, kept).follow()

    assert 0 < kept.bytes < before


def test_little_is_read_again_sooner_than_kept(book: Book) -> None:
    book.change(*PLACES)
    kept = Segments()

    newcomer(book, kept).follow()

    assert kept.bytes == 0


def test_segments_end_between_versions(book: Book, database: Database) -> None:
    book.change(*PLACES[:2])
    book.change(*PLACES[2:5])
    book.change(*PLACES[5:])
    ends = [0]

    with database.reading() as connection:
        while ends[-1] < 3:
            segment = segments.read_segment(connection, ZONE_7, ends[-1], 3, documents_max=4)
            ends.append(segment.upto)

    assert all(before < after for before, after in pairwise(ends))
    assert ends == [0, 1, 2, 3]
    assert ZONE_7.text == ZONE
