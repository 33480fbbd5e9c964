"""The store of a real device: one SQLite file, one connection, every commit on the disk.

With a single connection the WAL fault of SQLite before 3.51.3, which needs two that write or
checkpoint at once, cannot strike.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from device_protocol.messages import Cursor
from device_protocol.store import TAKEN, ScopeState, StoredDocument, StoredLine

_SCHEMA = """
CREATE TABLE IF NOT EXISTS notes (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS lines (
    stream INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    line BLOB NOT NULL,
    hash BLOB NOT NULL,
    outcome BLOB,
    settled_at INTEGER NOT NULL,
    PRIMARY KEY (stream, seq)
);
CREATE INDEX IF NOT EXISTS lines_pending ON lines (stream, seq) WHERE outcome IS NULL;
CREATE TABLE IF NOT EXISTS documents (
    scope TEXT NOT NULL,
    key TEXT NOT NULL,
    version INTEGER NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (scope, key)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS scopes (
    scope TEXT PRIMARY KEY,
    cursor BLOB,
    count INTEGER NOT NULL,
    sum BLOB NOT NULL,
    unseen INTEGER NOT NULL
) WITHOUT ROWID;
"""
_SUM_BYTES = 16

_cursor_decoder = msgspec.json.Decoder(Cursor)


class SqliteStore:
    """A store in a SQLite file; used by one thread at a time."""

    def __init__(self, path: Path | str) -> None:
        """Open the file, or make it."""
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        # What is deleted is overwritten: a device that was wiped must not tell who worked with it.
        self._connection.execute("PRAGMA secure_delete = ON")
        self._connection.executescript(_SCHEMA)
        self._depth = 0

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make the writes of the block durable together; of nested blocks the outermost counts."""
        if self._depth:
            yield
            return
        self._connection.execute("BEGIN IMMEDIATE")
        self._depth = 1
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            # A commit that failed, for example on a full disk, may have rolled back by itself.
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise
        finally:
            self._depth = 0

    def note(self, name: str) -> bytes | None:
        """Return what was noted under a name."""
        row = self._one("SELECT value FROM notes WHERE name = ?", name)
        return row[0] if row else None

    def set_note(self, name: str, value: bytes | None) -> None:
        """Note something under a name; None forgets it."""
        if value is None:
            self._connection.execute("DELETE FROM notes WHERE name = ?", (name,))
        else:
            self._connection.execute("REPLACE INTO notes VALUES (?, ?)", (name, value))

    def append_line(self, line: StoredLine) -> None:
        """Add a line behind the last of its stream."""
        try:
            self._connection.execute(
                "INSERT INTO lines VALUES (?, ?, ?, ?, ?, ?, ?)",
                msgspec.structs.astuple(line),
            )
        except sqlite3.IntegrityError as error:
            message = f"line {line.seq} of stream {line.stream} is there already"
            raise ValueError(message) from error

    def lines(self, stream: int, first: int, limit: int) -> list[StoredLine]:
        """Return up to `limit` lines of a stream from number `first` on, in order."""
        return self._lines(
            "WHERE stream = ? AND seq >= ? ORDER BY seq LIMIT ?", stream, first, limit
        )

    def line(self, stream: int, seq: int) -> StoredLine | None:
        """Return one line."""
        found = self._lines("WHERE stream = ? AND seq = ?", stream, seq)
        return found[0] if found else None

    def last_line(self, stream: int) -> StoredLine | None:
        """Return the last line of a stream."""
        found = self._lines("WHERE stream = ? ORDER BY seq DESC LIMIT 1", stream)
        return found[0] if found else None

    def all_lines(self) -> list[StoredLine]:
        """Return the lines of all streams, in the order written."""
        return self._lines("ORDER BY stream, seq")

    def pending_count(self, stream: int) -> int:
        """Return how many lines of a stream have no outcome yet."""
        row = self._one("SELECT count(*) FROM lines WHERE outcome IS NULL AND stream = ?", stream)
        return int(row[0]) if row else 0

    def settle_lines(
        self, stream: int, first: int, outcomes: Sequence[bytes], settled_at: int
    ) -> None:
        """Keep the outcomes of the lines from number `first` on; unknown lines are passed over."""
        with self.transaction():
            self._connection.executemany(
                "UPDATE lines SET outcome = ?, settled_at = ? WHERE stream = ? AND seq = ?",
                [
                    (outcome, settled_at, stream, seq)
                    for seq, outcome in enumerate(outcomes, start=first)
                ],
            )

    def take_lines(self, stream: int, end: int, settled_at: int) -> None:
        """Mark lines before number `end` that have no outcome as `TAKEN`."""
        self._connection.execute(
            "UPDATE lines SET outcome = ?, settled_at = ?"
            " WHERE stream = ? AND seq < ? AND outcome IS NULL",
            (TAKEN, settled_at, stream, end),
        )

    def remove_line(self, stream: int, seq: int) -> None:
        """Forget a line, because a later stream holds it again."""
        self._connection.execute("DELETE FROM lines WHERE stream = ? AND seq = ?", (stream, seq))

    def prune_lines(self, stream: int, durable: int, settled_before: int) -> int:
        """Forget settled lines, of this stream up to `durable` and of earlier ones; count them."""
        deleted = self._connection.execute(
            "DELETE FROM lines WHERE outcome IS NOT NULL AND settled_at < ?"
            " AND (stream < ? OR (stream = ? AND seq <= ?"
            " AND seq < (SELECT max(seq) FROM lines WHERE stream = ?)))",
            (settled_before, stream, stream, durable, stream),
        )
        return deleted.rowcount

    def document(self, scope: str, key: str) -> StoredDocument | None:
        """Return one document."""
        row = self._one(
            "SELECT key, version, body FROM documents WHERE scope = ? AND key = ?", scope, key
        )
        return StoredDocument(*row) if row else None

    def documents(self, scope: str, prefix: str = "") -> Iterator[StoredDocument]:
        """Return the documents of a scope whose keys begin with `prefix`, by key."""
        rows = self._connection.execute(
            "SELECT key, version, body FROM documents"
            " WHERE scope = ? AND substr(key, 1, ?) = ? ORDER BY key",
            (scope, len(prefix), prefix),
        )
        for row in rows.fetchall():
            yield StoredDocument(*row)

    def put_document(self, scope: str, document: StoredDocument) -> None:
        """Keep a document in place of its earlier version."""
        self._connection.execute(
            "REPLACE INTO documents VALUES (?, ?, ?, ?)",
            (scope, document.key, document.version, document.body),
        )

    def remove_document(self, scope: str, key: str) -> None:
        """Forget a document, if it is there."""
        self._connection.execute("DELETE FROM documents WHERE scope = ? AND key = ?", (scope, key))

    def remove_scope(self, scope: str) -> None:
        """Forget the documents and the state of a scope; lines and notes stay."""
        with self.transaction():
            self._connection.execute("DELETE FROM documents WHERE scope = ?", (scope,))
            self._connection.execute("DELETE FROM scopes WHERE scope = ?", (scope,))

    def scopes(self) -> dict[str, ScopeState]:
        """Return the state of every scope."""
        rows = self._connection.execute("SELECT scope, cursor, count, sum, unseen FROM scopes")
        return {
            scope: ScopeState(
                cursor=_cursor_decoder.decode(cursor) if cursor else None,
                count=count,
                sum=int.from_bytes(total, "big"),
                unseen=bool(unseen),
            )
            for scope, cursor, count, total, unseen in rows.fetchall()
        }

    def set_scope(self, scope: str, state: ScopeState) -> None:
        """Keep the state of a scope."""
        cursor = msgspec.json.encode(state.cursor) if state.cursor else None
        total = state.sum.to_bytes(_SUM_BYTES, "big")
        self._connection.execute(
            "REPLACE INTO scopes VALUES (?, ?, ?, ?, ?)",
            (scope, cursor, state.count, total, state.unseen),
        )

    def erase(self) -> None:
        """Forget lines, documents, states and notes, so that nobody finds them in the file."""
        with self.transaction():
            for table in ("lines", "documents", "scopes", "notes"):
                self._connection.execute(f"DELETE FROM {table}")  # noqa: S608 - our own tables.
        # The log still holds what was deleted until it is carried over and cut off.
        if not self._depth:
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _one(self, query: str, *values: object) -> tuple[Any, ...] | None:
        row: tuple[Any, ...] | None = self._connection.execute(query, values).fetchone()
        return row

    def _lines(self, where: str, *values: object) -> list[StoredLine]:
        query = "SELECT stream, epoch, seq, line, hash, outcome, settled_at FROM lines "
        rows = self._connection.execute(query + where, values)
        return [
            StoredLine(
                stream=stream,
                epoch=epoch,
                seq=seq,
                line=line,
                hash=chain_hash,
                outcome=outcome,
                settled_at=settled_at,
            )
            for stream, epoch, seq, line, chain_hash, outcome, settled_at in rows.fetchall()
        ]
