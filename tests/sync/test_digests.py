"""Digests on both databases: what differs is found by bucket, and repaired from one snapshot."""

import pytest
from msgspec.structs import replace

from device_protocol import digest
from device_protocol.messages import DigestAnswer
from device_protocol.store import StoredDocument
from server.db.engine import Database
from server.errors import MalformedError
from server.sync import digests
from server.sync.digests import ScopeNotFollowedError
from tests.sync.books import Book
from tests.sync.followers import HANDHELD, PERSON, PLACES, ZONE, Follower

KEYS = [f"place/{each.id}" for each in PLACES]


@pytest.fixture
def book(database: Database) -> Book:
    """Give a book with ten places, of which one was changed and one is gone."""
    made = Book(database)
    made.change(*PLACES)
    made.change(replace(PLACES[0], walk=99), gone=(PLACES[9],))
    return made


@pytest.fixture
def follower(book: Book) -> Follower:
    """Give a device that has pulled everything."""
    made = Follower(book)
    made.follow()
    return made


def asked(follower: Follower, scope: str = ZONE, buckets: str = "") -> DigestAnswer:
    """Ask what differs."""
    assert follower.book.database is not None
    with follower.book.database.reading() as connection:
        return digests.repair(
            connection, HANDHELD, PERSON, scope, buckets or follower.replica.buckets(scope)
        )


def test_replica_that_is_equal_is_told_nothing_but_the_checkpoint(follower: Follower) -> None:
    answer = asked(follower)

    assert (answer.buckets, answer.page.documents, answer.page.restart) == ((), (), False)
    page = follower.replica.repair(answer)
    assert (page.changed, page.seen) == ((), 2)
    follower.check()


def test_only_the_buckets_that_differ_are_sent(book: Book, follower: Follower) -> None:
    body = follower.held()[KEYS[3]]
    follower.store.put_document(ZONE, StoredDocument(KEYS[3], 1, body + b" "))
    follower.store.put_document(ZONE, StoredDocument(KEYS[9], 1, body))
    follower.store.remove_document(ZONE, KEYS[4])

    answer = asked(follower)

    wrong = {digest.bucket_of(KEYS[at]) for at in (3, 4, 9)}
    assert set(answer.buckets) == wrong
    sent = [each.key for each in answer.page.documents]
    assert sent == [key for key in KEYS[1:9] if digest.bucket_of(key) in wrong]
    assert not follower.replica.repair(answer).mismatch
    follower.check()
    assert follower.ask().pages == ()
    assert KEYS[9] not in book.live(ZONE)


def test_what_changed_meanwhile_comes_along(book: Book, follower: Follower) -> None:
    follower.store.remove_document(ZONE, KEYS[4])
    number = book.change(replace(PLACES[1], walk=7))

    answer = asked(follower)

    assert answer.page.cursor == number
    assert [each.version for each in answer.page.documents][-1] == number
    assert follower.replica.repair(answer).seen == number
    follower.check()


def test_replica_that_has_nothing_is_given_all(follower: Follower) -> None:
    follower.store.remove_scope(ZONE)

    assert not follower.replica.repair(asked(follower)).mismatch
    follower.check()


@pytest.mark.parametrize(("limit", "value"), [("DOCUMENTS", 8), ("BYTES", 400)])
def test_where_too_much_differs_the_scope_starts_again(
    follower: Follower, monkeypatch: pytest.MonkeyPatch, limit: str, value: int
) -> None:
    follower.store.remove_scope(ZONE)
    monkeypatch.setattr(digests, f"REPAIR_{limit}_MAX", value)

    answer = asked(follower)

    assert answer.page.restart
    assert (answer.buckets, answer.page.documents, answer.page.checkpoint) == ((), (), None)
    assert follower.replica.repair(answer).mismatch
    follower.follow()
    follower.check()


@pytest.mark.parametrize("scope", ["1/zone/8", "2/zone/7", "1/device/1000002", "nonsense"])
def test_scope_of_others_is_not_shown(follower: Follower, scope: str) -> None:
    with pytest.raises(ScopeNotFollowedError, match="does not follow"):
        asked(follower, scope, "0" * 32 * 256)


@pytest.mark.parametrize("buckets", ["0", "0" * 32 * 255, "0" * 32 * 257, "g" * 32 * 256])
def test_sums_that_are_none_are_pointed_at(follower: Follower, buckets: str) -> None:
    with pytest.raises(MalformedError, match="256 sums of 32") as caught:
        asked(follower, buckets=buckets)
    assert caught.value.pointers[0][0] == "/buckets"
