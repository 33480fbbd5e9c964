"""What every store of a device promises, and that both stores behave alike."""

from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from device_protocol.messages import Cursor
from device_protocol.sqlite_store import SqliteStore
from device_protocol.store import (
    TAKEN,
    MemoryStore,
    ScopeState,
    Store,
    StoredDocument,
    StoredLine,
)


def line(stream: int, seq: int) -> StoredLine:
    """Return a line as it is first stored."""
    text = f"{stream}:{seq}".encode()
    return StoredLine(stream=stream, epoch=stream, seq=seq, line=text, hash=text.ljust(32))


def fill(store: Store, stream: int, count: int) -> None:
    """Append some lines."""
    for seq in range(1, count + 1):
        store.append_line(line(stream, seq))


def test_lines_come_back_in_order(store: Store) -> None:
    fill(store, 2, 4)
    fill(store, 1, 2)
    assert store.lines(2, 2, 2) == [line(2, 2), line(2, 3)]
    assert store.line(2, 4) == store.last_line(2) == line(2, 4)
    assert store.line(2, 5) is store.last_line(3) is None
    assert [(held.stream, held.seq) for held in store.all_lines()][:3] == [(1, 1), (1, 2), (2, 1)]


def test_number_is_taken_once(store: Store) -> None:
    fill(store, 1, 1)
    with pytest.raises(ValueError, match="line 1 of stream 1 is there already"):
        store.append_line(line(1, 1))


def test_settled_lines_are_no_longer_pending(store: Store) -> None:
    fill(store, 1, 5)
    store.settle_lines(1, 2, [b"two", b"three"], 10)
    assert store.pending_count(1) == 3
    store.take_lines(1, 5, 11)
    outcomes = [(held.outcome, held.settled_at) for held in store.lines(1, 1, 9)]
    assert outcomes == [(TAKEN, 11), (b"two", 10), (b"three", 10), (TAKEN, 11), (None, 0)]
    store.settle_lines(1, 5, [b"five", b"six"], 12)
    assert store.pending_count(1) == 0
    assert store.line(1, 6) is None


def test_pruning_keeps_what_is_young_pending_not_durable_or_last(store: Store) -> None:
    fill(store, 1, 3)
    fill(store, 2, 6)
    store.settle_lines(1, 1, [b"a", b"b"], 10)
    store.settle_lines(2, 1, [b"a", b"b"], 10)
    store.settle_lines(2, 3, [b"c"], 20)
    store.settle_lines(2, 5, [b"e", b"f"], 10)
    assert store.prune_lines(2, durable=1, settled_before=11) == 3
    assert store.prune_lines(2, durable=6, settled_before=11) == 2
    left = [(held.stream, held.seq) for held in store.all_lines()]
    assert left == [(1, 3), (2, 3), (2, 4), (2, 6)]


def test_removed_line_is_gone(store: Store) -> None:
    fill(store, 1, 2)
    store.remove_line(1, 1)
    store.remove_line(9, 1)
    assert store.all_lines() == [line(1, 2)]


def test_scope_is_forgotten_whole_and_nothing_else(store: Store) -> None:
    fill(store, 1, 1)
    store.set_note("boot", b"1")
    cursor = Cursor(n=7, generation=1, hash="ab")
    for scope in ("a", "b"):
        store.put_document(scope, StoredDocument("k/1", 1, b"one"))
        store.put_document(scope, StoredDocument("k/1", 2, b"two"))
        store.put_document(scope, StoredDocument("l/1", 1, b"other"))
        store.set_scope(scope, ScopeState(cursor=cursor, count=2, sum=(1 << 128) - 1, unseen=True))
    store.remove_scope("a")
    assert list(store.documents("a")) == []
    assert list(store.documents("b", "k/")) == [StoredDocument("k/1", 2, b"two")]
    state = ScopeState(cursor=cursor, count=2, sum=(1 << 128) - 1, unseen=True)
    assert store.scopes() == {"b": state}
    assert store.note("boot") == b"1"
    assert store.all_lines() == [line(1, 1)]


def test_scope_without_cursor_and_removed_document(store: Store) -> None:
    store.set_scope("a", ScopeState())
    store.put_document("a", StoredDocument("k", 1, b"one"))
    store.remove_document("a", "k")
    store.remove_document("a", "k")
    assert store.document("a", "k") is None
    assert store.scopes() == {"a": ScopeState()}


class _CrashError(Exception):
    pass


def test_transaction_that_raises_leaves_nothing(store: Store) -> None:
    fill(store, 1, 2)
    store.put_document("a", StoredDocument("k", 1, b"one"))
    store.set_note("n", b"1")

    def crash() -> None:
        with store.transaction():
            store.set_note("n", None)
            with store.transaction():
                store.append_line(line(1, 3))
                store.settle_lines(1, 1, [b"x"], 5)
                store.remove_line(1, 2)
            store.remove_scope("a")
            store.put_document("a", StoredDocument("k", 2, b"two"))
            raise _CrashError

    with pytest.raises(_CrashError):
        crash()
    assert store.all_lines() == [line(1, 1), line(1, 2)]
    assert store.lines(1, 1, 9) == [line(1, 1), line(1, 2)]
    assert store.document("a", "k") == StoredDocument("k", 1, b"one")
    assert store.note("n") == b"1"


def test_nested_transaction_that_raises_takes_the_outer_along(store: Store) -> None:
    def crash() -> None:
        with store.transaction():
            store.set_note("n", b"1")
            with store.transaction():
                raise _CrashError

    with pytest.raises(_CrashError):
        crash()
    assert store.note("n") is None


def test_sqlite_store_survives_its_process(tmp_path: Path) -> None:
    first = SqliteStore(tmp_path / "device.db")
    fill(first, 1, 2)
    first.close()
    second = SqliteStore(tmp_path / "device.db")
    assert second.all_lines() == [line(1, 1), line(1, 2)]
    second.close()


def test_sqlite_store_writes_through_to_the_disk(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "device.db")
    modes = [
        store._connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("journal_mode", "synchronous")
    ]
    assert modes == ["wal", 2]
    store.close()


def test_commit_that_fails_leaves_a_store_that_works(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "device.db")

    def end_early() -> None:
        with store.transaction():
            store.set_note("n", b"1")
            store._connection.execute("ROLLBACK")
            raise _CrashError

    with pytest.raises(_CrashError):
        end_early()
    store.set_note("n", b"2")
    assert store.note("n") == b"2"
    store.close()


def _crash_if(crash: bool) -> None:
    if crash:
        raise _CrashError


STREAMS = st.integers(min_value=1, max_value=2)
NUMBERS = st.integers(min_value=1, max_value=6)
SCOPES = st.sampled_from(["a", "b"])


class BothStores(RuleBasedStateMachine):
    """Does the same to both stores, some of it inside transactions that crash."""

    def __init__(self) -> None:
        """Open both."""
        super().__init__()
        self.stores: list[Store] = [MemoryStore(), SqliteStore(":memory:")]

    @rule(stream=STREAMS)
    def append(self, stream: int) -> None:
        """Append a line to each."""
        for store in self.stores:
            last = store.last_line(stream)
            store.append_line(line(stream, last.seq + 1 if last else 1))

    @rule(stream=STREAMS, first=NUMBERS, count=NUMBERS, at=NUMBERS)
    def settle(self, stream: int, first: int, count: int, at: int) -> None:
        """Settle some lines of each."""
        for store in self.stores:
            store.settle_lines(stream, first, [b"x"] * count, at)

    @rule(stream=STREAMS, end=NUMBERS, at=NUMBERS)
    def take(self, stream: int, end: int, at: int) -> None:
        """Take some lines of each."""
        for store in self.stores:
            store.take_lines(stream, end, at)

    @rule(stream=STREAMS, durable=NUMBERS, before=NUMBERS)
    def prune(self, stream: int, durable: int, before: int) -> None:
        """Prune each, and count alike."""
        counts = {store.prune_lines(stream, durable, before) for store in self.stores}
        assert len(counts) == 1

    @rule(scope=SCOPES, key=st.sampled_from(["k", "l"]), version=NUMBERS)
    def put(self, scope: str, key: str, version: int) -> None:
        """Put a document into each."""
        for store in self.stores:
            store.put_document(scope, StoredDocument(key, version, b"body"))

    @rule(scope=SCOPES, crash=st.booleans())
    def restart(self, scope: str, crash: bool) -> None:
        """Empty a scope of each, or crash on the way."""
        for store in self.stores:
            try:
                with store.transaction():
                    store.remove_scope(scope)
                    store.set_scope(scope, ScopeState(count=1))
                    store.put_document(scope, StoredDocument("new", 1, b""))
                    _crash_if(crash)
            except _CrashError:
                pass

    @invariant()
    def alike(self) -> None:
        """Compare everything."""
        one, two = self.stores
        assert one.all_lines() == two.all_lines()
        for stream in (1, 2):
            assert one.last_line(stream) == two.last_line(stream)
            assert one.pending_count(stream) == two.pending_count(stream)
            assert one.lines(stream, 2, 3) == two.lines(stream, 2, 3)
        assert one.scopes() == two.scopes()
        for scope in ("a", "b"):
            assert list(one.documents(scope)) == list(two.documents(scope))

    def teardown(self) -> None:
        """Close both."""
        for store in self.stores:
            store.close()


BothStores.TestCase.settings = settings(deadline=None, max_examples=40, stateful_step_count=25)
TestBothStores = BothStores.TestCase
