"""The lane's thread: groups, poison, retries, closing. Its rules here add words to a list."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from structlog.testing import capture_logs

from server.errors import UnavailableError
from server.lane.lane import RETRIES_MAX, Lane, Load, is_outage
from server.lane.picture import Picture
from server.lane.want import Want


class SerializationError(Exception):
    """PostgreSQL's: do it again."""

    sqlstate = "40001"


class TooLargeError(Exception):
    """PostgreSQL's: the value does not fit into an index."""

    sqlstate = "54000"


@dataclass
class Words:
    """A batch of words."""

    words: list[str]
    site: int = 1
    park: bool = False

    @property
    def size(self) -> int:
        """How many words."""
        return len(self.words)

    def cut(self) -> list["Words"]:
        """Word by word."""
        return [Words([word], self.site) for word in self.words]

    def parked(self) -> "Words":
        """The same words, to be put aside."""
        return Words(self.words, self.site, park=True)


@dataclass
class Book:
    """What was committed, and a database that refuses some words."""

    committed: list[str] = field(default_factory=list)
    groups: list[int] = field(default_factory=list)
    pending: list[str] = field(default_factory=list)
    faults: list[Exception] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)
    picture: Picture = field(default_factory=lambda: Picture(complete=True))

    @contextmanager
    def session(self, _sites: list[int]) -> Iterator["Book"]:
        """Wait for the gate, then fail as told or commit."""
        self.gate.wait(10)
        self.pending = []
        if self.faults:
            raise self.faults.pop(0)
        yield self
        self.committed += self.pending
        self.groups.append(len(self.pending))

    def load(self, _want: Want) -> None:
        """Nothing is asked for."""

    def write(self) -> int:
        """Refuse the poison."""
        if "poison" in self.pending:
            raise IntegrityError("insert", {}, Exception("poison"))
        return len(self.pending)


class WordJob:
    """A batch of words in one transaction."""

    def __init__(self, book: Book, batch: Words) -> None:
        self.book = book
        self.batch = batch

    def needs(self, _want: Want) -> None:
        """Nothing."""

    def decide(self, _picture: Picture, _now: int, _load: Load) -> list[str]:
        """Add the words that are new; answer them all."""
        told = []
        for word in self.batch.words:
            if word not in self.book.committed and f"parked {word}" not in self.book.committed:
                self.book.pending.append(f"parked {word}" if self.batch.park else word)
            told.append(word)
        return told


class WordRules:
    """Rules that add words to the book."""

    def __init__(self, book: Book) -> None:
        self.book = book

    def job(self, batch: Words) -> WordJob:
        """The job of a batch."""
        return WordJob(self.book, batch)

    def joined(self, answers: list[list[str]]) -> list[str]:
        """One after the other."""
        return [word for answer in answers for word in answer]

    def close(self, _sites: list[int], _picture: Picture, _now: int, _load: Load) -> None:
        """Nothing to number."""


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    with capture_logs():
        yield


@pytest.fixture
def book() -> Book:
    return Book()


@pytest.fixture
def lane(book: Book) -> Iterator[Lane]:
    lane = Lane(book, WordRules(book), lambda: 0)
    yield lane
    book.gate.set()
    lane.close()


def test_what_waits_is_committed_together(book: Book, lane: Lane) -> None:
    futures = [lane.submit(Words([word])) for word in ("a", "b", "c")]
    book.gate.set()

    assert [future.result(10) for future in futures] == [["a"], ["b"], ["c"]]
    assert sum(book.groups) == 3
    assert len(book.groups) <= 2


def test_an_operation_that_cannot_be_written_is_parked_and_its_neighbours_pass(
    book: Book, lane: Lane
) -> None:
    first = lane.submit(Words(["a"]))
    second = lane.submit(Words(["b", "poison", "c"]))
    third = lane.submit(Words(["d"]))
    book.gate.set()

    assert first.result(10) == ["a"]
    assert second.result(10) == ["b", "poison", "c"]
    assert third.result(10) == ["d"]
    assert sorted(book.committed) == ["a", "b", "c", "d", "parked poison"]


def test_a_serialization_failure_is_tried_again(book: Book, lane: Lane) -> None:
    failure = OperationalError("commit", {}, SerializationError())
    book.faults = [failure, failure]
    book.gate.set()

    assert lane.submit(Words(["a"])).result(10) == ["a"]
    assert book.committed == ["a"]


def test_a_database_that_is_gone_answers_unavailable_and_parks_nothing(
    book: Book, lane: Lane
) -> None:
    book.faults = [OperationalError("begin", {}, Exception("gone"))]
    book.gate.set()

    with pytest.raises(UnavailableError):
        lane.submit(Words(["a"])).result(10)
    assert lane.submit(Words(["a"])).result(10) == ["a"]
    assert book.committed == ["a"]


def test_closing_finishes_what_waits_and_refuses_what_comes(book: Book) -> None:
    lane = Lane(book, WordRules(book), lambda: 0)
    waiting = lane.submit(Words(["a"]))
    book.gate.set()

    lane.close()

    assert waiting.result(10) == ["a"]
    with pytest.raises(UnavailableError):
        lane.submit(Words(["b"])).result(10)


def test_serialization_failures_without_end_are_an_outage(book: Book, lane: Lane) -> None:
    failure = OperationalError("commit", {}, SerializationError())
    book.faults = [failure] * RETRIES_MAX
    book.gate.set()

    with pytest.raises(UnavailableError):
        lane.submit(Words(["a"])).result(10)
    assert book.committed == []


def test_outage_while_poison_is_sought_parks_nothing(book: Book, lane: Lane) -> None:
    gone = OperationalError("begin", {}, Exception("gone"))
    refused = IntegrityError("insert", {}, Exception("poison"))
    book.gate.set()

    for faults in ([refused, gone], [refused, refused, gone], [refused, refused, refused, gone]):
        book.faults = list(faults)
        with pytest.raises(UnavailableError):
            lane.submit(Words(["a", "b"])).result(10)

    assert book.committed == []


def test_operation_that_can_not_even_be_parked_is_the_senders_to_hear_of(
    book: Book, lane: Lane
) -> None:
    book.faults = [IntegrityError("insert", {}, Exception("poison"))] * 4
    book.gate.set()

    with pytest.raises(IntegrityError):
        lane.submit(Words(["a"])).result(10)
    assert lane.submit(Words(["b"])).result(10) == ["b"]


def test_group_is_no_larger_than_it_may_be(book: Book) -> None:
    lane = Lane(book, WordRules(book), lambda: 0, group_operations_max=3)
    futures = [lane.submit(Words([word, word + word])) for word in "abcdef"]
    book.gate.set()

    assert [future.result(10)[0] for future in futures] == list("abcdef")
    lane.close()
    assert max(book.groups) <= 4
    assert len(book.groups) >= 3


def test_lane_that_is_closed_while_a_group_gathers_finishes_it(book: Book) -> None:
    lane = Lane(book, WordRules(book), lambda: 0)
    futures = [lane.submit(Words([word])) for word in "abc"]
    closing = threading.Thread(target=lane.close)
    closing.start()
    book.gate.set()
    closing.join(10)

    assert [future.result(10) for future in futures] == [["a"], ["b"], ["c"]]


def test_whoever_listens_hears_of_each_commit(book: Book) -> None:
    heard: list[tuple[list[int], int, int]] = []
    lane = Lane(
        book,
        WordRules(book),
        lambda: 0,
        on_commit=lambda sites, operations, rows: heard.append((sites, operations, rows)),
    )
    book.gate.set()

    lane.submit(Words(["a", "b"])).result(10)
    lane.close()

    assert heard == [([1], 2, 2)]


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (OperationalError("x", {}, Exception("gone")), True),
        (OperationalError("x", {}, SerializationError()), True),
        (IntegrityError("x", {}, Exception("twice")), False),
        (IntegrityError("x", {}, Exception("cut off"), connection_invalidated=True), True),
        (OperationalError("x", {}, TooLargeError()), False),
    ],
)
def test_outage_is_told_from_rows_that_can_not_be_taken(error: DBAPIError, expected: bool) -> None:
    assert is_outage(error) is expected
