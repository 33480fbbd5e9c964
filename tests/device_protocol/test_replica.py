"""Pages, checkpoints and scopes of the replica."""

import msgspec
import pytest

from device_protocol import digest
from device_protocol.messages import (
    Checkpoint,
    Cursor,
    DigestAnswer,
    Document,
    Page,
    PullAnswer,
)
from device_protocol.replica import Replica
from device_protocol.store import Store, StoredDocument
from tests.device_protocol.doubles import PERSON_SCOPE, checkpoint, document


@pytest.fixture
def replica(store: Store) -> Replica:
    """Give an empty replica."""
    return Replica(store)


def apply(replica: Replica, answer: PullAnswer) -> list[tuple[tuple[str, ...], int | None, bool]]:
    """Apply all pages and return what each changed, the commit seen, and mismatches."""
    applied = [replica.apply(page, answer.generation) for page in answer.pages]
    return [(page.changed, page.seen, page.mismatch) for page in applied]


def held(store: Store) -> dict[str, int]:
    """Return key and version of all documents of the scope."""
    return {kept.key: kept.version for kept in store.documents(PERSON_SCOPE)}


def test_checkpoint_that_agrees_moves_the_cursor(store: Store, replica: Replica) -> None:
    answer = checkpoint(PERSON_SCOPE, [document("task/1", 3), document("task/2", 5)], n=9)
    assert apply(replica, answer) == [(("task/1", "task/2"), 9, False)]
    assert held(store) == {"task/1": 3, "task/2": 5}
    assert replica.cursors() == {PERSON_SCOPE: Cursor(n=9, generation=1, hash=f"{9:064x}")}
    assert replica.alarms() == 0


@pytest.mark.spec("DP-PULL-3")
def test_page_between_checkpoints_is_kept_and_seen_at_the_next(replica: Replica) -> None:
    whole = checkpoint(PERSON_SCOPE, [document("task/1", 3), document("task/2", 5)], n=9).pages[0]
    first = Page(scope=PERSON_SCOPE, cursor=3, documents=whole.documents[:1])
    last = msgspec.structs.replace(whole, documents=whole.documents[1:])
    assert apply(replica, PullAnswer(generation=1, pages=(first,))) == [(("task/1",), None, False)]
    assert replica.cursors() == {PERSON_SCOPE: Cursor(n=3, generation=1, hash="")}
    assert apply(replica, PullAnswer(generation=1, pages=(last,))) == [(("task/2",), 9, False)]


def test_checkpoint_is_seen_once_for_the_same_documents(replica: Replica) -> None:
    early = Page(scope=PERSON_SCOPE, cursor=3, documents=(document("task/1", 3),))
    point = checkpoint(PERSON_SCOPE, [document("task/1", 3)], n=9).pages[0].checkpoint
    end = Page(scope=PERSON_SCOPE, cursor=9, checkpoint=point)
    applied = apply(replica, PullAnswer(generation=1, pages=(early, end, end)))
    assert [seen for _, seen, _ in applied] == [None, 9, None]


def test_page_that_comes_twice_changes_nothing(store: Store, replica: Replica) -> None:
    answer = checkpoint(PERSON_SCOPE, [document("task/1", 3)], n=9)
    apply(replica, answer)
    assert apply(replica, answer) == [((), None, False)]
    assert held(store) == {"task/1": 3}


def test_newer_version_replaces_and_older_does_not(store: Store, replica: Replica) -> None:
    apply(replica, checkpoint(PERSON_SCOPE, [document("task/1", 3)], n=9))
    newer = checkpoint(PERSON_SCOPE, [document("task/1", 12, '{"done":1}')], n=12)
    assert apply(replica, newer) == [(("task/1",), 12, False)]
    older = Page(scope=PERSON_SCOPE, cursor=12, documents=(document("task/1", 3),))
    assert apply(replica, PullAnswer(generation=1, pages=(older,))) == [((), None, False)]
    assert store.document(PERSON_SCOPE, "task/1") == StoredDocument("task/1", 12, b'{"done":1}')


@pytest.mark.parametrize("gone", [Document("task/1", 12), document("task/1", 12, "null")])
@pytest.mark.spec("DP-PULL-2")
def test_tombstone_removes(store: Store, replica: Replica, gone: Document) -> None:
    apply(replica, checkpoint(PERSON_SCOPE, [document("task/1", 3)], n=9))
    end = Checkpoint(n=12, hash="ab", count=0, sum=digest.encode_sum(0))
    page = Page(scope=PERSON_SCOPE, cursor=12, documents=(gone,), checkpoint=end)
    assert apply(replica, PullAnswer(generation=1, pages=(page, page))) == [
        (("task/1",), 12, False),
        ((), None, False),
    ]
    assert held(store) == {}


@pytest.mark.parametrize("wrong", [{"count": 2}, {"sum": "0" * 32}])
@pytest.mark.spec("DP-PULL-4")
def test_mismatch_puts_the_scope_in_doubt_and_counts_an_alarm(
    store: Store, replica: Replica, wrong: dict[str, object]
) -> None:
    store.put_document("other", StoredDocument("k", 1, b"{}"))
    page = checkpoint(PERSON_SCOPE, [document("task/1", 3)], n=9).pages[0]
    assert page.checkpoint is not None
    false = msgspec.structs.replace(page.checkpoint, **wrong)
    page = msgspec.structs.replace(page, checkpoint=false)
    assert apply(replica, PullAnswer(generation=1, pages=(page,))) == [(("task/1",), None, True)]
    assert held(store) == {"task/1": 3}
    assert replica.cursors() == {}
    assert Replica(store).doubted() == (PERSON_SCOPE,)
    assert replica.alarms() == 1
    assert [kept.key for kept in store.documents("other")] == ["k"]


@pytest.mark.spec("DP-PULL-2")
def test_restart_begins_from_nothing(store: Store, replica: Replica) -> None:
    apply(replica, checkpoint(PERSON_SCOPE, [document("task/1", 3), document("task/2", 4)], n=9))
    again = checkpoint(PERSON_SCOPE, [document("task/2", 2)], n=2, generation=2).pages[0]
    again = msgspec.structs.replace(again, restart=True)
    applied = apply(replica, PullAnswer(generation=2, pages=(again,)))
    assert applied == [(("task/2",), 2, False)]
    assert held(store) == {"task/2": 2}
    assert replica.cursors()[PERSON_SCOPE].generation == 2


@pytest.mark.spec("DP-PULL-5")
def test_scope_that_was_left_is_forgotten(store: Store, replica: Replica) -> None:
    apply(replica, checkpoint(PERSON_SCOPE, [document("task/1", 3)], n=9))
    replica.drop(PullAnswer(generation=1, dropped=(PERSON_SCOPE, "never followed")))
    assert held(store) == {}
    assert replica.cursors() == {}


@pytest.mark.spec("DP-PULL-1")
def test_crash_in_a_page_leaves_the_replica_before_it(
    store: Store, replica: Replica, monkeypatch: pytest.MonkeyPatch
) -> None:
    apply(replica, checkpoint(PERSON_SCOPE, [document("task/1", 3)], n=9))
    before = store.scopes()
    monkeypatch.setattr(store, "set_scope", None)
    with pytest.raises(TypeError):
        apply(replica, checkpoint(PERSON_SCOPE, [document("task/1", 10), document("t", 10)], n=10))
    assert held(store) == {"task/1": 3}
    assert store.scopes() == before


def in_doubt(replica: Replica) -> None:
    """Apply a page that leads elsewhere than its checkpoint says."""
    page = checkpoint(PERSON_SCOPE, [document("task/1", 3), document("task/2", 4)], n=9).pages[0]
    apply(
        replica,
        PullAnswer(
            generation=1, pages=(msgspec.structs.replace(page, documents=page.documents[:1]),)
        ),
    )


def test_scope_in_doubt_starts_again_with_the_next_page(store: Store, replica: Replica) -> None:
    apply(replica, checkpoint(PERSON_SCOPE, [document("task/9", 2)], n=2))
    in_doubt(replica)
    right = checkpoint(PERSON_SCOPE, [document("task/2", 4)], n=9)
    assert apply(replica, right) == [(("task/2",), 9, False)]
    assert held(store) == {"task/2": 4}
    assert replica.doubted() == ()


def answer_for(documents: list[Document], buckets: set[int], n: int = 12) -> DigestAnswer:
    """What a server that holds these documents answers: those of some buckets, the sum of all."""
    page = checkpoint(PERSON_SCOPE, documents, n).pages[0]
    sent = tuple(each for each in documents if digest.bucket_of(each.key) in buckets)
    return DigestAnswer(
        generation=1,
        page=msgspec.structs.replace(page, documents=sent),
        buckets=tuple(sorted(buckets)),
    )


def test_buckets_are_summed_from_the_documents(replica: Replica) -> None:
    apply(replica, checkpoint(PERSON_SCOPE, [document("task/1", 3), document("task/2", 4)], n=9))
    sums = replica.buckets(PERSON_SCOPE)
    expected = ["0" * 32] * 256
    for key, version in (("task/1", 3), ("task/2", 4)):
        total = digest.document_hash(PERSON_SCOPE, key, version, b"{}")
        expected[digest.bucket_of(key)] = digest.encode_sum(total)
    assert sums == "".join(expected)
    assert replica.buckets("nowhere") == "0" * 32 * 256


def test_repair_takes_differing_buckets_out_and_puts_the_servers_in(
    store: Store, replica: Replica
) -> None:
    apply(replica, checkpoint(PERSON_SCOPE, [document("task/9", 2)], n=2))
    in_doubt(replica)
    # The server has no task/9, a newer task/1, and a task/2; a third stands in a bucket that fits.
    right = [document("task/1", 5), document("task/2", 4)]
    buckets = {digest.bucket_of(key) for key in ("task/1", "task/2", "task/9")}
    page = replica.repair(answer_for(right, buckets))
    assert (page.changed, page.seen, page.mismatch) == (("task/1", "task/2", "task/9"), 12, False)
    assert held(store) == {"task/1": 5, "task/2": 4}
    assert replica.cursors()[PERSON_SCOPE] == Cursor(n=12, generation=1, hash=f"{12:064x}")
    assert apply(replica, checkpoint(PERSON_SCOPE, right, n=13)) == [((), None, False)]


def test_repair_where_only_the_running_sum_was_wrong_changes_no_document(
    store: Store, replica: Replica
) -> None:
    apply(replica, checkpoint(PERSON_SCOPE, [document("task/1", 3)], n=9))
    state = store.scopes()[PERSON_SCOPE]
    store.set_scope(PERSON_SCOPE, msgspec.structs.replace(state, sum=state.sum + 1))
    assert not replica.check(PERSON_SCOPE)
    assert not replica.check(PERSON_SCOPE)
    page = replica.repair(answer_for([document("task/1", 3)], set()))
    assert (page.changed, page.seen) == ((), 12)
    assert replica.check(PERSON_SCOPE)
    assert replica.alarms() == 1


@pytest.mark.parametrize("kind", ["wrong documents", "restart", "no checkpoint"])
def test_repair_that_fails_starts_the_scope_again(
    store: Store, replica: Replica, kind: str
) -> None:
    in_doubt(replica)
    right = [document("task/1", 5), document("task/2", 4)]
    answer = answer_for(right, {digest.bucket_of("task/2")})
    if kind == "restart":
        page = Page(scope=PERSON_SCOPE, cursor=0, restart=True)
        answer = msgspec.structs.replace(answer, page=page)
    if kind == "no checkpoint":
        page = msgspec.structs.replace(answer.page, checkpoint=None)
        answer = msgspec.structs.replace(answer, page=page)
    assert replica.repair(answer).mismatch
    assert held(store) == {}
    assert (replica.cursors(), replica.doubted()) == ({}, ())


@pytest.mark.spec("DP-DIGEST-3")
def test_crash_in_a_repair_leaves_the_scope_in_doubt(
    store: Store, replica: Replica, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_doubt(replica)
    monkeypatch.setattr(store, "set_scope", None)
    with pytest.raises(TypeError):
        replica.repair(answer_for([], {digest.bucket_of("task/1")}))
    assert held(store) == {"task/1": 3}
    assert replica.doubted() == (PERSON_SCOPE,)


def test_document_that_rotted_in_the_store_is_found(store: Store, replica: Replica) -> None:
    apply(replica, checkpoint(PERSON_SCOPE, [document("task/1", 3)], n=9))
    assert replica.check(PERSON_SCOPE)
    assert replica.check("never followed")
    store.put_document(PERSON_SCOPE, StoredDocument("task/1", 3, b"[]"))
    assert not replica.check(PERSON_SCOPE)
    assert replica.doubted() == (PERSON_SCOPE,)
    assert replica.alarms() == 1
