"""Pull on both databases: pages, checkpoints, restarts, tombstones."""

import msgspec
import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from device_protocol.messages import PullAnswer
from server.db.engine import Database
from server.lane.records import Lane
from server.ledger.records import Place
from server.planning.records import Package
from server.sync.feed import TOMBSTONE_MS, forget_tombstones
from server.sync.pull import REFRESH_MS
from tests.floor import SITE
from tests.sync.books import Book
from tests.sync.followers import HANDHELD, PLACES, ZONE, Follower


@pytest.fixture
def book(database: Database) -> Book:
    """Give an empty book in each database."""
    return Book(database)


@pytest.fixture
def follower(book: Book) -> Follower:
    """Give a device that has pulled nothing yet."""
    return Follower(book)


def pages_of(answer: PullAnswer, scope: str = ZONE) -> list[tuple[int, list[str]]]:
    """Cursor and keys of a scope's pages."""
    return [
        (page.cursor, [each.key for each in page.documents])
        for page in answer.pages
        if page.scope == scope
    ]


def test_replica_equals_the_servers_view_and_then_hears_nothing_more(
    book: Book, follower: Follower
) -> None:
    book.change(*PLACES[:3])
    book.change(replace(PLACES[0], walk=9), gone=(PLACES[1],))

    follower.follow()

    assert list(follower.held()) == ["place/2000001", "place/2000003"]
    follower.check()
    book.check_sums()
    assert follower.ask().pages == ()


def test_changes_after_a_checkpoint_come_alone(book: Book, follower: Follower) -> None:
    book.change(*PLACES[:3])
    follower.follow()

    number = book.change(replace(PLACES[2], zone=8), gone=(PLACES[0],))
    answer = follower.ask()

    assert pages_of(answer) == [(number, ["place/2000001", "place/2000003"])]
    follower.take(answer)
    assert list(follower.held()) == ["place/2000002"]
    assert list(follower.held("1/zone/8")) == ["place/2000003"]
    follower.check()


def test_pages_are_bounded_and_resume(book: Book, follower: Follower) -> None:
    for place in PLACES:
        book.change(place)

    first = follower.ask(documents_max=4)
    follower.take(first)

    assert pages_of(first) == [(4, [f"place/{each.id}" for each in PLACES[:4]])]
    assert first.more
    assert all(page.checkpoint is None for page in first.pages if page.scope == ZONE)
    assert follower.follow(documents_max=4) == 2
    follower.check()


@pytest.mark.spec("DP-PULL-6")
def test_changes_made_between_two_pages_are_not_lost(book: Book, follower: Follower) -> None:
    for place in PLACES:
        book.change(place)
    follower.take(follower.ask(documents_max=4))

    book.change(replace(PLACES[0], walk=99), gone=(PLACES[1],))
    follower.follow(documents_max=4)

    follower.check()
    assert len(follower.held()) == 9


@pytest.mark.spec("DP-PULL-6")
def test_version_is_never_cut_in_two(book: Book, follower: Follower) -> None:
    book.change(PLACES[0])
    book.change(*PLACES[1:6])

    assert pages_of(follower.ask(documents_max=3)) == [(1, ["place/2000001"])]
    follower.take(follower.ask(documents_max=3))
    assert [len(keys) for _, keys in pages_of(follower.ask(documents_max=3))] == [5]
    follower.follow(documents_max=3)
    follower.check()


def test_answers_are_bounded_in_bytes_too(
    book: Book, follower: Follower, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.sync.pull.ANSWER_BYTES", 200_000)
    monkeypatch.setattr("server.sync.segments.SEGMENT_BYTES", 500_000)
    for number in range(3):
        lines = msgspec.json.encode("x" * 300_000)
        book.change(Package(SITE, 2_000_100 + number, 1, 7, 5, lines=1, left=1, body=lines))

    answer = follower.ask()

    assert [keys for _, keys in pages_of(answer)] == [["package/2000100"]]
    assert answer.more
    assert follower.follow() == 3
    follower.check()


def test_newcomer_is_not_told_of_what_is_gone(book: Book, follower: Follower) -> None:
    book.change(*PLACES[:2])
    book.change(gone=(PLACES[0],))

    assert pages_of(follower.ask()) == [(2, ["place/2000002"])]

    book.change(gone=(PLACES[1],))
    assert pages_of(follower.ask()) == [(3, [])]
    follower.follow()
    follower.check()


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"generation": 7}, id="generation"),
        pytest.param({"hash": "00" * 32}, id="hash"),
        pytest.param({"n": 99}, id="number"),
    ],
)
def test_cursor_of_another_book_starts_the_scope_again(
    book: Book, follower: Follower, wrong: dict[str, int | str]
) -> None:
    book.change(*PLACES[:2])
    follower.follow()
    state = follower.store.scopes()[ZONE]
    assert state.cursor is not None
    follower.store.set_scope(ZONE, replace(state, cursor=replace(state.cursor, **wrong)))

    [page] = [page for page in follower.ask().pages if page.scope == ZONE]

    assert page.restart
    follower.follow()
    follower.check()


@pytest.mark.spec("DP-PULL-7")
def test_restored_book_starts_every_scope_again(book: Book, follower: Follower) -> None:
    book.change(*PLACES[:2])
    follower.follow()
    with book.store.session([SITE]) as session:
        lane = session.picture.need(Lane, (SITE,))
        session.picture.put(replace(lane, generation=2))
        session.write()

    answer = follower.ask()

    assert answer.generation == 2
    assert {page.scope: page.restart for page in answer.pages}[ZONE]
    follower.take(answer)
    follower.check()


@pytest.mark.spec("DP-PULL-7")
def test_cursor_from_before_forgotten_deletions_starts_again(
    book: Book, follower: Follower
) -> None:
    book.change(*PLACES[:2])
    follower.follow()
    book.change(gone=(PLACES[0],))
    book.now += TOMBSTONE_MS + 1
    book.change(PLACES[2])
    assert book.database is not None
    with book.database.writing() as connection:
        forget_tombstones(connection, book.now)

    [page] = [page for page in follower.ask().pages if page.scope == ZONE]

    assert page.restart
    follower.follow()
    assert list(follower.held()) == ["place/2000002", "place/2000003"]
    follower.check()


def test_who_reads_an_old_scope_page_by_page_comes_to_its_end(
    book: Book, follower: Follower
) -> None:
    for place in PLACES[:2]:
        book.change(place)
    book.now += TOMBSTONE_MS + 1
    book.change(PLACES[2])

    follower.follow(1)

    assert len(follower.held()) == 3
    follower.check()


def test_fresh_tombstones_are_kept(book: Book) -> None:
    book.change(*PLACES[:2])
    book.change(gone=(PLACES[0],))
    assert book.database is not None

    with book.database.writing() as connection:
        forget_tombstones(connection, book.now + TOMBSTONE_MS)

    assert book.find(ZONE, "place/2000001").body is None


def test_cursor_of_a_quiet_scope_is_renewed_each_day(book: Book, follower: Follower) -> None:
    book.change(*PLACES[:2])
    follower.follow()
    book.change(Place(SITE, 2_000_090, "B-01", "bin", zone=8))
    assert ZONE not in {page.scope for page in follower.ask().pages}

    book.now += REFRESH_MS
    number = book.change(Place(SITE, 2_000_091, "B-02", "bin", zone=8))

    assert pages_of(follower.ask()) == [(number, [])]
    follower.follow()
    follower.check()


def test_quiet_book_keeps_old_cursors(book: Book, follower: Follower) -> None:
    book.change(*PLACES[:2])
    follower.follow()

    book.now += 2 * TOMBSTONE_MS

    assert follower.ask().pages == ()


@pytest.mark.spec("DP-PULL-5")
def test_scopes_that_were_left_are_dropped(book: Book, follower: Follower) -> None:
    book.change(*PLACES[:2])
    follower.follow()
    follower.device = replace(HANDHELD, zones="8")

    answer = follower.ask()

    assert answer.dropped == (ZONE,)
    follower.take(answer)
    assert follower.held() == {}


def test_what_does_not_fit_any_more_is_asked_for_again(book: Book, follower: Follower) -> None:
    book.change(*PLACES[:2])
    book.change(Place(SITE, 2_000_090, "B-01", "bin", zone=8))

    answer = follower.ask(documents_max=2)

    assert "1/zone/8" not in {page.scope for page in answer.pages}
    assert answer.more
    follower.follow(documents_max=2)
    follower.check()


def test_statements_do_not_grow_with_the_documents(book: Book, database: Database) -> None:
    counted: list[str] = []
    engine = database._writer
    assert engine is not None

    @sa.event.listens_for(engine, "before_cursor_execute")
    def count(_connection, _cursor, statement, *_rest) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN002
        counted.append(statement)

    book.change(*PLACES)
    counted.clear()
    book.change(replace(PLACES[0], zone=8))
    one = len(counted)
    counted.clear()
    book.change(*(replace(place, zone=8) for place in PLACES[1:]))

    assert len(counted) <= one
