"""What a device keeps, and the contract that every store of it fulfils.

A store holds the lines of the device's streams, the documents of its replica, one state per scope
and some named notes. Whatever is written inside `transaction()` is durable, whole, when the block
ends, or absent when it raises; writes outside of one are transactions of their own.
`SqliteStore` is the real one (`sqlite_store.py`); `MemoryStore` keeps the same promises but does
not survive the process.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol, TypeVar

import msgspec
from msgspec import structs

from device_protocol.messages import Cursor

_Key = TypeVar("_Key")
_Row = TypeVar("_Row")

TAKEN = b""
"""Outcome of a line that the server has stored, where the outcome itself was lost on the way."""


class StoredLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of one stream, as written before the beep.

    `stream` numbers the streams of this store: a restored server may give the same epoch twice.
    """

    stream: int
    epoch: int
    seq: int
    line: bytes
    hash: bytes
    outcome: bytes | None = None
    """As the server answered it; `TAKEN` where only that it was stored is known."""
    settled_at: int = 0
    """Server's time at which it was known to be stored."""


class StoredDocument(msgspec.Struct, frozen=True):
    """The latest version of a document of one scope."""

    key: str
    version: int
    body: bytes


class ScopeState(msgspec.Struct, frozen=True, kw_only=True):
    """How far a scope was read, and the running count and sum of what is held of it."""

    cursor: Cursor | None = None
    count: int = 0
    sum: int = 0
    unseen: bool = False
    """Something changed since the last checkpoint."""


class Store(Protocol):
    """Durable memory of one device; used by one thread at a time."""

    def transaction(self) -> AbstractContextManager[None]:
        """Make the writes of the block durable together; of nested blocks the outermost counts."""

    def note(self, name: str) -> bytes | None:
        """Return what was noted under a name."""

    def set_note(self, name: str, value: bytes | None) -> None:
        """Note something under a name; None forgets it."""

    def append_line(self, line: StoredLine) -> None:
        """Add a line behind the last of its stream."""

    def lines(self, stream: int, first: int, limit: int) -> list[StoredLine]:
        """Return up to `limit` lines of a stream from number `first` on, in order."""

    def line(self, stream: int, seq: int) -> StoredLine | None:
        """Return one line."""

    def last_line(self, stream: int) -> StoredLine | None:
        """Return the last line of a stream."""

    def all_lines(self) -> list[StoredLine]:
        """Return the lines of all streams, in the order written."""

    def pending_count(self, stream: int) -> int:
        """Return how many lines of a stream have no outcome yet."""

    def settle_lines(
        self, stream: int, first: int, outcomes: Sequence[bytes], settled_at: int
    ) -> None:
        """Keep the outcomes of the lines from number `first` on; unknown lines are passed over."""

    def take_lines(self, stream: int, end: int, settled_at: int) -> None:
        """Mark lines before number `end` that have no outcome as `TAKEN`."""

    def remove_line(self, stream: int, seq: int) -> None:
        """Forget a line, because a later stream holds it again."""

    def prune_lines(self, stream: int, durable: int, settled_before: int) -> int:
        """Forget settled lines, of this stream up to `durable` and of earlier ones; count them.

        Only what was settled before `settled_before` goes, and never the last line of `stream`.
        """

    def document(self, scope: str, key: str) -> StoredDocument | None:
        """Return one document."""

    def documents(self, scope: str, prefix: str = "") -> Iterator[StoredDocument]:
        """Return the documents of a scope whose keys begin with `prefix`, by key."""

    def put_document(self, scope: str, document: StoredDocument) -> None:
        """Keep a document in place of its earlier version."""

    def remove_document(self, scope: str, key: str) -> None:
        """Forget a document, if it is there."""

    def remove_scope(self, scope: str) -> None:
        """Forget the documents and the state of a scope; lines and notes stay."""

    def scopes(self) -> dict[str, ScopeState]:
        """Return the state of every scope."""

    def set_scope(self, scope: str, state: ScopeState) -> None:
        """Keep the state of a scope."""

    def erase(self) -> None:
        """Forget lines, documents, states and notes, so that nobody finds them in the file."""

    def close(self) -> None:
        """Let go of files."""


class MemoryStore:
    """A store in memory, for tests and simulations."""

    def __init__(self) -> None:
        """Start empty."""
        self._notes: dict[str, bytes] = {}
        self._lines: dict[int, dict[int, StoredLine]] = {}
        self._documents: dict[str, dict[str, StoredDocument]] = {}
        self._scopes: dict[str, ScopeState] = {}
        self._depth = 0
        self._undo: list[Callable[[], None]] = []

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Take back the writes of the block if it raises."""
        self._depth += 1
        try:
            yield
        except BaseException:
            if self._depth == 1:
                while self._undo:
                    self._undo.pop()()
            raise
        finally:
            self._depth -= 1
            if not self._depth:
                self._undo.clear()

    def note(self, name: str) -> bytes | None:
        """Return what was noted under a name."""
        return self._notes.get(name)

    def set_note(self, name: str, value: bytes | None) -> None:
        """Note something under a name; None forgets it."""
        self._write(self._notes, name, value)

    def append_line(self, line: StoredLine) -> None:
        """Add a line behind the last of its stream."""
        stream = self._lines.setdefault(line.stream, {})
        if line.seq in stream:
            message = f"line {line.seq} of stream {line.stream} is there already"
            raise ValueError(message)
        self._write(stream, line.seq, line)

    def lines(self, stream: int, first: int, limit: int) -> list[StoredLine]:
        """Return up to `limit` lines of a stream from number `first` on, in order."""
        held = self._lines.get(stream, {})
        return [held[seq] for seq in sorted(held) if seq >= first][:limit]

    def line(self, stream: int, seq: int) -> StoredLine | None:
        """Return one line."""
        return self._lines.get(stream, {}).get(seq)

    def last_line(self, stream: int) -> StoredLine | None:
        """Return the last line of a stream."""
        held = self._lines.get(stream, {})
        return held[max(held)] if held else None

    def all_lines(self) -> list[StoredLine]:
        """Return the lines of all streams, in the order written."""
        return [held[seq] for _, held in sorted(self._lines.items()) for seq in sorted(held)]

    def pending_count(self, stream: int) -> int:
        """Return how many lines of a stream have no outcome yet."""
        return sum(line.outcome is None for line in self._lines.get(stream, {}).values())

    def settle_lines(
        self, stream: int, first: int, outcomes: Sequence[bytes], settled_at: int
    ) -> None:
        """Keep the outcomes of the lines from number `first` on; unknown lines are passed over."""
        held = self._lines.get(stream, {})
        for seq, outcome in enumerate(outcomes, start=first):
            if seq in held:
                self._replace(held[seq], outcome=outcome, settled_at=settled_at)

    def take_lines(self, stream: int, end: int, settled_at: int) -> None:
        """Mark lines before number `end` that have no outcome as `TAKEN`."""
        for line in list(self._lines.get(stream, {}).values()):
            if line.seq < end and line.outcome is None:
                self._replace(line, outcome=TAKEN, settled_at=settled_at)

    def remove_line(self, stream: int, seq: int) -> None:
        """Forget a line, because a later stream holds it again."""
        self._write(self._lines.get(stream, {}), seq, None)

    def prune_lines(self, stream: int, durable: int, settled_before: int) -> int:
        """Forget settled lines, of this stream up to `durable` and of earlier ones; count them."""
        last = self.last_line(stream)
        old = [
            line
            for line in self.all_lines()
            if line.outcome is not None
            and line.settled_at < settled_before
            and (line.stream < stream or (line.stream == stream and line.seq <= durable))
            and line is not last
        ]
        for line in old:
            self._write(self._lines[line.stream], line.seq, None)
        return len(old)

    def document(self, scope: str, key: str) -> StoredDocument | None:
        """Return one document."""
        return self._documents.get(scope, {}).get(key)

    def documents(self, scope: str, prefix: str = "") -> Iterator[StoredDocument]:
        """Return the documents of a scope whose keys begin with `prefix`, by key."""
        held = self._documents.get(scope, {})
        for key in sorted(held):
            if key.startswith(prefix):
                yield held[key]

    def put_document(self, scope: str, document: StoredDocument) -> None:
        """Keep a document in place of its earlier version."""
        self._write(self._documents.setdefault(scope, {}), document.key, document)

    def remove_document(self, scope: str, key: str) -> None:
        """Forget a document, if it is there."""
        self._write(self._documents.get(scope, {}), key, None)

    def remove_scope(self, scope: str) -> None:
        """Forget the documents and the state of a scope; lines and notes stay."""
        self._write(self._documents, scope, None)
        self._write(self._scopes, scope, None)

    def scopes(self) -> dict[str, ScopeState]:
        """Return the state of every scope."""
        return dict(self._scopes)

    def set_scope(self, scope: str, state: ScopeState) -> None:
        """Keep the state of a scope."""
        self._write(self._scopes, scope, state)

    def erase(self) -> None:
        """Forget lines, documents, states and notes."""
        self._empty(self._notes)
        self._empty(self._lines)
        self._empty(self._documents)
        self._empty(self._scopes)

    def close(self) -> None:
        """Let go of nothing."""

    def _replace(self, line: StoredLine, **changes: object) -> None:
        self._write(self._lines[line.stream], line.seq, structs.replace(line, **changes))

    def _empty(self, table: dict[_Key, _Row]) -> None:
        for key in list(table):
            self._write(table, key, None)

    def _write(self, table: dict[_Key, _Row], key: _Key, row: _Row | None) -> None:
        if self._depth:
            before = table.get(key)
            self._undo.append(lambda: _set(table, key, before))
        _set(table, key, row)


def _set(table: dict[_Key, _Row], key: _Key, row: _Row | None) -> None:
    if row is None:
        table.pop(key, None)
    else:
        table[key] = row
