"""The replica: documents of the scopes that a device follows, kept equal to the server's view.

Pages are applied whole or not at all. At a checkpoint, count and sum must equal the server's; if
they don't, the scope starts again from nothing and an alarm is counted. Nothing here ever touches
the outbox.
"""

import msgspec

from device_protocol import digest
from device_protocol.messages import Cursor, Document, Page, PullAnswer
from device_protocol.store import ScopeState, Store, StoredDocument

_ALARMS_NOTE = "alarms"
_GONE = b"null"


class AppliedPage(msgspec.Struct, frozen=True, kw_only=True):
    """What a page changed."""

    scope: str
    changed: tuple[str, ...] = ()
    """Keys that were put or removed."""
    seen: int | None = None
    """Commit at which the scope equals the server's view, if it changed since the last such."""
    mismatch: bool = False
    """The scope did not equal the server's view and starts again."""


class Replica:
    """Applies pulled pages to a store."""

    def __init__(self, store: Store) -> None:
        """Work on a store."""
        self._store = store

    def cursors(self) -> dict[str, Cursor]:
        """Return how far each scope was read; a scope that starts again has no cursor."""
        states = self._store.scopes()
        return {scope: state.cursor for scope, state in states.items() if state.cursor}

    def alarms(self) -> int:
        """Return how often a scope did not equal the server's view."""
        return int(self._store.note(_ALARMS_NOTE) or b"0")

    def drop(self, answer: PullAnswer) -> None:
        """Forget the scopes that the device has left."""
        with self._store.transaction():
            for scope in answer.dropped:
                self._store.remove_scope(scope)

    def apply(self, page: Page, generation: int) -> AppliedPage:
        """Apply one page."""
        with self._store.transaction():
            if page.restart:
                self._store.remove_scope(page.scope)
            state = self._store.scopes().get(page.scope, ScopeState())
            count, total = state.count, state.sum
            changed = []
            for document in page.documents:
                change = self._apply_document(page.scope, document)
                if change is not None:
                    changed.append(document.key)
                    count += change[0]
                    total = (total + change[1]) % digest.MODULUS
            checkpoint = page.checkpoint
            if checkpoint is None:
                # Between checkpoints the commit's hash is not known; its number is enough to go on.
                cursor = Cursor(n=page.cursor, generation=generation, hash="")
            elif (checkpoint.count, checkpoint.sum) == (count, digest.encode_sum(total)):
                cursor = Cursor(n=checkpoint.n, generation=generation, hash=checkpoint.hash)
            else:
                self._store.remove_scope(page.scope)
                self._store.set_note(_ALARMS_NOTE, b"%d" % (self.alarms() + 1))
                return AppliedPage(scope=page.scope, changed=tuple(changed), mismatch=True)
            news = bool(changed) or state.unseen
            seen = checkpoint.n if checkpoint is not None and news else None
            state = ScopeState(
                cursor=cursor, count=count, sum=total, unseen=news and checkpoint is None
            )
            self._store.set_scope(page.scope, state)
            return AppliedPage(scope=page.scope, changed=tuple(changed), seen=seen)

    def _apply_document(self, scope: str, document: Document) -> tuple[int, int] | None:
        before = self._store.document(scope, document.key)
        if before is not None and before.version >= document.version:
            return None
        count, total = 0, 0
        if before is not None:
            count -= 1
            total -= digest.document_hash(scope, before.key, before.version, before.body)
        body = b"" if document.body is msgspec.UNSET else bytes(document.body)
        if body in (b"", _GONE):
            self._store.remove_document(scope, document.key)
            return (count, total) if before is not None else None
        self._store.put_document(scope, StoredDocument(document.key, document.version, body))
        total += digest.document_hash(scope, document.key, document.version, body)
        return count + 1, total
