"""The replica: documents of the scopes that a device follows, kept equal to the server's view.

Pages are applied whole or not at all. At a checkpoint, count and sum must equal the server's. If
they don't, an alarm is counted and the scope loses its cursor in the same transaction: it is in
doubt, also after a crash, until the server's documents of the buckets that differ repair it, or the
next page starts it again from nothing. Nothing here ever touches the outbox.
"""

import msgspec

from device_protocol import digest
from device_protocol.messages import Checkpoint, Cursor, DigestAnswer, Document, Page, PullAnswer
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
    """The scope did not equal the server's view and is in doubt."""


class Replica:
    """Applies pulled pages to a store."""

    def __init__(self, store: Store) -> None:
        """Work on a store."""
        self._store = store

    def cursors(self) -> dict[str, Cursor]:
        """Return how far each scope was read; a scope in doubt has no cursor."""
        states = self._store.scopes()
        return {scope: state.cursor for scope, state in states.items() if state.cursor}

    def doubted(self) -> tuple[str, ...]:
        """Return the scopes in doubt: they are held, and differ from the server's view."""
        return tuple(scope for scope, state in self._store.scopes().items() if state.cursor is None)

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
            state = self._store.scopes().get(page.scope, ScopeState())
            if page.restart or state.cursor is None:
                # What comes without a cursor comes from the beginning, and tells of no deletions.
                self._store.remove_scope(page.scope)
                state = ScopeState()
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
            elif _agrees(checkpoint, count, total):
                cursor = Cursor(n=checkpoint.n, generation=generation, hash=checkpoint.hash)
            else:
                self._doubt(page.scope)
                return AppliedPage(scope=page.scope, changed=tuple(changed), mismatch=True)
            news = bool(changed) or state.unseen
            seen = checkpoint.n if checkpoint is not None and news else None
            state = ScopeState(
                cursor=cursor, count=count, sum=total, unseen=news and checkpoint is None
            )
            self._store.set_scope(page.scope, state)
            return AppliedPage(scope=page.scope, changed=tuple(changed), seen=seen)

    def start_again(self, scope: str) -> None:
        """Forget a scope, so that the next pull brings all of it."""
        self._store.remove_scope(scope)

    def check(self, scope: str) -> bool:
        """Tell whether the documents held still add up to what they did; if not, doubt the scope.

        They can't but do, unless something other than this program changed the store.
        """
        with self._store.transaction():
            state = self._store.scopes().get(scope)
            if state is None:
                return True
            if state.cursor is not None and (state.count, state.sum) != self._added_up(scope):
                self._doubt(scope)
                return False
            return state.cursor is not None

    def buckets(self, scope: str) -> str:
        """Return the sums of a scope's 256 buckets, from the documents themselves."""
        sums = [0] * digest.BUCKETS
        for held in self._store.documents(scope):
            bucket = digest.bucket_of(held.key)
            sums[bucket] = digest.add(sums[bucket], _hash_of(scope, held))
        return "".join(map(digest.encode_sum, sums))

    def repair(self, answer: DigestAnswer) -> AppliedPage:
        """Put the server's documents in place of those in the buckets that differ.

        Where that does not lead to the server's view, the scope starts again from nothing.
        """
        page = answer.page
        scope, checkpoint = page.scope, page.checkpoint
        if page.restart or checkpoint is None:
            self._store.remove_scope(scope)
            return AppliedPage(scope=scope, mismatch=True)
        with self._store.transaction():
            differing = frozenset(answer.buckets)
            held = [
                each
                for each in self._store.documents(scope)
                if digest.bucket_of(each.key) in differing
            ]
            for each in held:
                self._store.remove_document(scope, each.key)
            for document in page.documents:
                self._apply_document(scope, document)
            count, total = self._added_up(scope)
            if not _agrees(checkpoint, count, total):
                self._store.remove_scope(scope)
                return AppliedPage(scope=scope, mismatch=True)
            cursor = Cursor(n=checkpoint.n, generation=answer.generation, hash=checkpoint.hash)
            self._store.set_scope(scope, ScopeState(cursor=cursor, count=count, sum=total))
        changed = {each.key for each in held} | {document.key for document in page.documents}
        return AppliedPage(scope=scope, changed=tuple(sorted(changed)), seen=checkpoint.n)

    def _doubt(self, scope: str) -> None:
        self._store.set_scope(scope, ScopeState())
        self._store.set_note(_ALARMS_NOTE, b"%d" % (self.alarms() + 1))

    def _added_up(self, scope: str) -> tuple[int, int]:
        count, total = 0, 0
        for held in self._store.documents(scope):
            count += 1
            total = digest.add(total, _hash_of(scope, held))
        return count, total

    def _apply_document(self, scope: str, document: Document) -> tuple[int, int] | None:
        before = self._store.document(scope, document.key)
        if before is not None and before.version >= document.version:
            return None
        count, total = 0, 0
        if before is not None:
            count -= 1
            total -= _hash_of(scope, before)
        body = b"" if document.body is msgspec.UNSET else bytes(document.body)
        if body in (b"", _GONE):
            self._store.remove_document(scope, document.key)
            return (count, total) if before is not None else None
        self._store.put_document(scope, StoredDocument(document.key, document.version, body))
        total += digest.document_hash(scope, document.key, document.version, body)
        return count + 1, total


def _agrees(checkpoint: Checkpoint, count: int, total: int) -> bool:
    return (checkpoint.count, checkpoint.sum) == (count, digest.encode_sum(total))


def _hash_of(scope: str, held: StoredDocument) -> int:
    return digest.document_hash(scope, held.key, held.version, held.body)
