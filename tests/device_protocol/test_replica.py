"""Pages, checkpoints and scopes of the replica."""

import msgspec
import pytest

from device_protocol import digest
from device_protocol.messages import Checkpoint, Cursor, Document, Page, PullAnswer
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
def test_mismatch_starts_the_scope_again_and_counts_an_alarm(
    store: Store, replica: Replica, wrong: dict[str, object]
) -> None:
    store.put_document("other", StoredDocument("k", 1, b"{}"))
    page = checkpoint(PERSON_SCOPE, [document("task/1", 3)], n=9).pages[0]
    assert page.checkpoint is not None
    false = msgspec.structs.replace(page.checkpoint, **wrong)
    page = msgspec.structs.replace(page, checkpoint=false)
    assert apply(replica, PullAnswer(generation=1, pages=(page,))) == [(("task/1",), None, True)]
    assert held(store) == {}
    assert replica.cursors() == {}
    assert replica.alarms() == 1
    assert [kept.key for kept in store.documents("other")] == ["k"]


def test_restart_begins_from_nothing(store: Store, replica: Replica) -> None:
    apply(replica, checkpoint(PERSON_SCOPE, [document("task/1", 3), document("task/2", 4)], n=9))
    again = checkpoint(PERSON_SCOPE, [document("task/2", 2)], n=2, generation=2).pages[0]
    again = msgspec.structs.replace(again, restart=True)
    applied = apply(replica, PullAnswer(generation=2, pages=(again,)))
    assert applied == [(("task/2",), 2, False)]
    assert held(store) == {"task/2": 2}
    assert replica.cursors()[PERSON_SCOPE].generation == 2


def test_scope_that_was_left_is_forgotten(store: Store, replica: Replica) -> None:
    apply(replica, checkpoint(PERSON_SCOPE, [document("task/1", 3)], n=9))
    replica.drop(PullAnswer(generation=1, dropped=(PERSON_SCOPE, "never followed")))
    assert held(store) == {}
    assert replica.cursors() == {}


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
