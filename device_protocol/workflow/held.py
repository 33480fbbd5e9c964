"""Documents of a device's replica, found by code and parent: an index in memory over the store.

The index is built when the app starts and follows the keys that pages changed. Bodies stay in the
store; a device holds tens of thousands.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from device_protocol.replica import AppliedPage
from device_protocol.store import Store, StoredDocument
from device_protocol.workflow.lookups import Indexed, indexed, kind_of


class HeldDocuments:
    """Look-ups over a store; used by one thread at a time."""

    def __init__(self, store: Store) -> None:
        """Read what the store holds."""
        self._store = store
        self._scopes: dict[str, set[str]] = defaultdict(set)
        self._keys: dict[str, set[str]] = defaultdict(set)
        self._indexed: dict[str, list[Indexed]] = {}
        self._coded: dict[tuple[str, str], set[str]] = defaultdict(set)
        self._listed: dict[tuple[str, str], set[str]] = defaultdict(set)
        self.refresh()

    def refresh(self) -> None:
        """Read everything anew."""
        for held in (self._scopes, self._keys, self._indexed, self._coded, self._listed):
            held.clear()
        for scope in self._store.scopes():
            for document in self._store.documents(scope):
                self._scopes[document.key].add(scope)
                self._keys[scope].add(document.key)
        for key in self._scopes:
            self._link(key)

    def take(self, pages: Iterable[AppliedPage]) -> None:
        """Follow what pages changed; scopes that were dropped or began again are read anew."""
        for page in pages:
            for key in page.changed:
                self._follow(page.scope, key)
        counts = {scope: len(keys) for scope, keys in self._keys.items() if keys}
        held = {scope: state.count for scope, state in self._store.scopes().items() if state.count}
        if counts != held:
            self.refresh()

    def body(self, key: str) -> bytes | None:
        """Return a document by its key."""
        found = self._latest(key)
        return found[1].body if found else None

    def coded(self, kind: str, code: str) -> Sequence[bytes]:
        """Return the documents of a kind to which a scannable code belongs."""
        return self._bodies(self._coded.get((kind, code), ()))

    def listed(self, kind: str, parent: str) -> Sequence[bytes]:
        """Return the documents of a kind under a parent, by key."""
        return self._bodies(self._listed.get((kind, parent), ()))

    def _bodies(self, keys: Iterable[str]) -> list[bytes]:
        bodies = (self.body(key) for key in sorted(keys))
        return [body for body in bodies if body is not None]

    def _latest(self, key: str) -> tuple[str, StoredDocument] | None:
        """Find the latest of the scopes in which a key stands: a place may move between zones."""
        found = [
            (scope, document)
            for scope in self._scopes.get(key, ())
            if (document := self._store.document(scope, key)) is not None
        ]
        return max(found, key=lambda each: each[1].version, default=None)

    def _follow(self, scope: str, key: str) -> None:
        self._unlink(key)
        if self._store.document(scope, key) is None:
            self._scopes[key].discard(scope)
            self._keys[scope].discard(key)
        else:
            self._scopes[key].add(scope)
            self._keys[scope].add(key)
        self._link(key)

    def _link(self, key: str) -> None:
        latest = self._latest(key)
        if latest is None:
            return
        body = latest[1].body
        # A parcel may stand on a round and at the benches: it is listed under both.
        found = self._indexed[key] = [indexed(scope, key, body) for scope in self._scopes[key]]
        for each in found:
            for code in each.codes:
                self._coded[kind_of(key), code].add(key)
            self._listed[kind_of(key), each.parent].add(key)

    def _unlink(self, key: str) -> None:
        for before in self._indexed.pop(key, ()):
            for code in before.codes:
                self._coded[kind_of(key), code].discard(key)
            self._listed[kind_of(key), before.parent].discard(key)
