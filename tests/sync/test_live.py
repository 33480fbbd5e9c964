"""Live hints: who is told of what, by whichever process it was committed."""

import threading

import pytest
from msgspec.structs import replace

from device_protocol.messages import Hint
from server.db.engine import Database
from server.errors import UnavailableError
from server.sync import live
from server.sync.documents import zone_scope
from server.sync.live import Listener, Live
from tests.floor import SITE
from tests.sync.books import Book
from tests.sync.followers import PLACES, ZONE

OTHER = "1/zone/8"
WAIT_S = 10


@pytest.fixture
def book(database: Database) -> Book:
    """Give a book with a place in zone 7, and one in zone 8."""
    made = Book(database)
    made.change(PLACES[0], replace(PLACES[1], zone=8))
    return made


@pytest.fixture
def watch(book: Book) -> Live:
    """Give a watcher that looks when it is told to."""
    assert book.database is not None
    made = Live(book.database)
    made._thread = threading.Thread()
    return made


def listener(watch: Live, *zones: int, device: int = 1_000_001, head: int = 1) -> Listener:
    """A device that follows zones from a commit on."""
    made = Listener(device, lambda: None)
    made.follow([zone_scope(SITE, zone) for zone in zones], {SITE: head})
    watch.listen(made)
    return made


@pytest.mark.spec("DP-LIVE-2")
def test_only_scopes_that_changed_and_are_followed_are_hinted(book: Book, watch: Live) -> None:
    both, one = listener(watch, 7, 8), listener(watch, 8, device=1_000_002)

    number = book.change(replace(PLACES[0], walk=9))
    watch.look()

    assert both.take() == [Hint(ZONE, number)]
    assert both.take() == []
    assert one.take() == []


@pytest.mark.spec("DP-LIVE-3")
def test_later_hint_takes_the_place_of_one_that_waits(book: Book, watch: Live) -> None:
    slow = listener(watch, 7, 8)

    book.change(replace(PLACES[0], walk=5))
    watch.look()
    number = book.change(replace(PLACES[0], walk=6))
    watch.look()
    last = book.change(replace(PLACES[1], zone=8, walk=3))
    watch.look()
    watch.look()

    assert slow.take() == [Hint(ZONE, number), Hint(OTHER, last)]


def test_change_between_reading_the_heads_and_listening_is_hinted(book: Book, watch: Live) -> None:
    number = book.change(replace(PLACES[0], walk=9))
    late = listener(watch, 7, head=1)

    watch.look()

    assert late.take() == [Hint(ZONE, number)]


def test_what_was_there_before_is_not_hinted(book: Book, watch: Live) -> None:
    fresh = listener(watch, 7)
    book.change(replace(PLACES[1], zone=8, walk=3))

    watch.look()

    assert fresh.take() == []


def test_scope_that_is_new_to_a_listener_is_news_itself(book: Book, watch: Live) -> None:
    moving = listener(watch, 7)
    number = book.change(replace(PLACES[1], zone=8, walk=3))

    moving.follow([zone_scope(SITE, 7), zone_scope(SITE, 8)], {SITE: number})
    watch.look()

    assert moving.take() == [Hint(OTHER, number)]


def test_newer_stream_of_a_device_ends_the_older(book: Book, watch: Live) -> None:
    old = listener(watch, 7)
    new = listener(watch, 7)
    watch.leave(old)
    book.change(replace(PLACES[0], walk=9))

    watch.look()

    assert (old.ended.is_set(), new.ended.is_set(), watch.listening) == (True, False, 1)
    assert new.take() != []
    watch.leave(new)
    assert watch.listening == 0
    watch.look()


class Ear:
    """A listener that waits for its hints as a stream does."""

    def __init__(self, watch: Live, head: int = 1) -> None:
        """Listen to zone 7."""
        self.woken = threading.Event()
        self.listener = Listener(1_000_001, self.woken.set)
        self.listener.follow([zone_scope(SITE, 7)], {SITE: head})
        watch.listen(self.listener)

    def hints(self) -> list[Hint]:
        """Wait for some."""
        assert self.woken.wait(WAIT_S)
        self.woken.clear()
        return self.listener.take()


def test_commit_of_another_process_is_heard_of_by_looking(book: Book) -> None:
    assert book.database is not None
    watch = Live(book.database)
    ear = Ear(watch)

    first = book.change(replace(PLACES[0], walk=9))

    assert ear.hints() == [Hint(ZONE, first)]
    watch.stop()


def test_commit_of_this_process_is_heard_of_at_once(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert book.database is not None
    monkeypatch.setattr(live, "LOOK_S", WAIT_S * 10)
    watch = Live(book.database)
    ear = Ear(watch)

    number = book.change(replace(PLACES[0], walk=9))
    watch.heard([SITE], 1, 1)

    assert ear.hints() == [Hint(ZONE, number)]
    watch.stop()


def test_who_stops_ends_every_stream_and_takes_no_more(book: Book) -> None:
    assert book.database is not None
    watch = Live(book.database)
    ear = Ear(watch)

    watch.stop()
    late = Ear(watch)

    assert ear.listener.ended.is_set()
    assert late.listener.ended.is_set()
    Live(book.database).stop()


def test_database_that_is_away_for_a_while_is_asked_again(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert book.database is not None
    monkeypatch.setattr(live, "RETRY_S", 0.0)
    watch = Live(book.database)
    failed = threading.Event()
    look = watch.look

    def failing() -> None:
        if not failed.is_set():
            failed.set()
            raise UnavailableError("away")
        look()

    monkeypatch.setattr(watch, "look", failing)
    ear = Ear(watch)
    assert failed.wait(WAIT_S)
    number = book.change(replace(PLACES[0], walk=9))

    assert ear.hints() == [Hint(ZONE, number)]
    watch.stop()
