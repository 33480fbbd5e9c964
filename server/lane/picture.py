"""The picture: the records that a group of operations may see and change, in memory.

Nothing here waits or asks a database. What was not loaded is not guessed: asking for it raises
`NotLoadedError`, which is a fault of the activity that did not name it. A *complete* picture holds
everything (tests, simulator, replay), so there what is absent is absent.
"""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from server.record import Key, Record, shape

R = TypeVar("R", bound=Record)
Tracked = tuple[Callable[[Any], Key], dict[Key, set[Key]]]
Undo = tuple[type[Record], Key, Record | None]
UNKNOWN = object()
"""What `peek` answers for a record that was not loaded."""
_NOTHING: dict[Key, Any] = {}


class NotLoadedError(LookupError):
    """A decision asked for a record that its activity had not named."""


class Picture:
    """Records by kind and key, listed by their declared indexes, with savepoints."""

    def __init__(self, *, complete: bool = False) -> None:
        """Start empty; `complete` says that nothing else exists anywhere."""
        self.complete = complete
        self._rows: dict[type[Record], dict[Key, Any]] = {}
        self._listed: dict[tuple[type[Record], str], dict[Key, set[Key]]] = {}
        self._tracked: dict[type[Record], list[Tracked]] = {}
        """Per kind, the listings that are kept up to date: those that somebody has asked for."""
        self._bounds: dict[tuple[type[Record], str, Key], int] = {}
        self._undo: list[Undo] = []
        self.changed: dict[type[Record], dict[Key, Record | None]] = {}
        """Per kind, the keys changed since the last `settle`, with the record as it was before."""

    def knows(self, kind: type[Record], key: Key) -> bool:
        """Whether `get` would answer."""
        return self.complete or key in self._rows.get(kind, ())

    def peek(self, kind: type[Record], key: Key) -> object:
        """The record, None where there is none, or `UNKNOWN`."""
        found = self._rows.get(kind, _NOTHING).get(key, UNKNOWN)
        return None if found is UNKNOWN and self.complete else found

    def knows_listing(self, kind: type[Record], index: str, value: Key, at_least: int = 0) -> bool:
        """Whether `find` would answer."""
        if self.complete:
            return True
        bound = self._bounds.get((kind, index, value))
        return bound is not None and bound <= at_least

    def get(self, kind: type[R], key: Key) -> R | None:
        """The record, or None where there is none."""
        try:
            found: R | None = self._rows[kind][key]
        except KeyError:
            if self.complete:
                return None
            message = f"{kind.__name__} {key} was not named before it was read"
            raise NotLoadedError(message) from None
        return found

    row = get
    """What `needs` asks of a `Want`, `decide` asks of a picture by the same word."""

    def is_new(self, kind: type[Record], key: Key) -> bool:
        """Whether it was added since the last `settle`: then nothing older can refer to it."""
        before = self.changed.get(kind, {})
        return key in before and before[key] is None

    def need(self, kind: type[R], key: Key) -> R:
        """The record, which must exist."""
        record = self.get(kind, key)
        if record is None:
            message = f"{kind.__name__} {key} is missing"
            raise NotLoadedError(message)
        return record

    def find(self, kind: type[R], index: str, value: Key, at_least: int = 0) -> list[R]:
        """All records whose indexed fields equal `value`, ordered by key."""
        bound = 0 if self.complete else self._bounds.get((kind, index, value))
        if bound is None or bound > at_least:
            message = f"{kind.__name__} {index} {value} was not named before it was listed"
            raise NotLoadedError(message)
        keys = self._listed.get((kind, index), _NOTHING).get(value)
        if not keys:
            return []
        rows = self._rows[kind]
        found: list[R] = [rows[key] for key in (sorted(keys) if len(keys) > 1 else keys)]
        name = shape(kind).bounds[index]
        if name is None or at_least == 0:
            return found
        return [record for record in found if getattr(record, name) >= at_least]

    listing = find

    def all(self, kind: type[R]) -> Iterator[R]:
        """Every record of a kind that the picture holds."""
        for record in self._rows.get(kind, {}).values():
            if record is not None:
                yield record

    def put(self, record: Record) -> None:
        """Add or replace a record; whether it existed must be known."""
        kind = type(record)
        key = shape(kind).key_of(record)
        self._set(kind, key, self.get(kind, key), record)

    def add(self, record: Record) -> None:
        """Add a record under a key that is new by construction."""
        kind = type(record)
        self._set(kind, shape(kind).key_of(record), None, record)

    def remove(self, record: Record) -> None:
        """Take a record out."""
        kind = type(record)
        key = shape(kind).key_of(record)
        self._set(kind, key, self.get(kind, key), None)

    def mark(self) -> int:
        """A savepoint to which `roll_back` returns."""
        return len(self._undo)

    def roll_back(self, mark: int) -> None:
        """Undo every change made since `mark`."""
        while len(self._undo) > mark:
            kind, key, old = self._undo.pop()
            self._replace(kind, key, old)

    def settle(self) -> None:
        """Forget what was changed: it has been written."""
        self.changed = {}
        self._undo.clear()

    def load(self, kind: type[Record], keys: set[Key], records: list[Record]) -> None:
        """Take in what a store holds under `keys`; keys without a record are known to be absent."""
        rows = self._rows.setdefault(kind, {})
        for record in records:
            self._take_in(kind, record)
        for key in keys:
            rows.setdefault(key, None)

    def load_listing(
        self, kind: type[Record], index: str, wanted: dict[Key, int], records: list[Record]
    ) -> None:
        """Take in all records listed under the values of `wanted`, from their lower bounds on."""
        listed = self._track(kind, index)
        value_of = shape(kind).getters[index]
        for record in records:
            self._take_in(kind, record)
            key = shape(kind).key_of(record)
            current = self._rows[kind][key]
            if current is not None and None not in (value := value_of(current)):
                listed.setdefault(value, set()).add(key)
        for value, at_least in wanted.items():
            name = (kind, index, value)
            self._bounds[name] = min(at_least, self._bounds.get(name, at_least))

    def declare_empty(self, kind: type[Record], index: str, value: Key) -> None:
        """Say that nothing can be listed under `value` yet: what it names was made just now."""
        self._track(kind, index)
        self._bounds.setdefault((kind, index, value), 0)

    def declare_absent(self, kind: type[Record], key: Key) -> None:
        """Say that no record can have this key yet: what it names was made just now."""
        self._rows.setdefault(kind, {}).setdefault(key, None)

    def _take_in(self, kind: type[Record], record: Record) -> None:
        key = shape(kind).key_of(record)
        known = self._rows.get(kind, _NOTHING).get(key)
        if known is None and key not in self.changed.get(kind, _NOTHING):
            self._replace(kind, key, record)

    def _set(self, kind: type[Record], key: Key, old: Record | None, new: Record | None) -> None:
        self._undo.append((kind, key, old))
        before = self.changed.setdefault(kind, {})
        if key not in before:
            before[key] = old
        self._replace(kind, key, new)

    def _replace(self, kind: type[Record], key: Key, new: Record | None) -> None:
        rows = self._rows.get(kind)
        if rows is None:
            rows = self._rows[kind] = {}
        old = rows.get(key)
        rows[key] = new
        tracked = self._tracked.get(kind)
        if tracked is None:
            tracked = self._tracked[kind] = []
            if self.complete:
                for name in shape(kind).getters:
                    self._track(kind, name)
        for value_of, listed in tracked:
            was: Any = None if old is None else value_of(old)
            value: Any = None if new is None else value_of(new)
            if was == value:
                continue
            if was is not None and None not in was and was in listed:
                listed[was].discard(key)
            if value is not None and None not in value:
                listed.setdefault(value, set()).add(key)

    def _track(self, kind: type[Record], index: str) -> dict[Key, set[Key]]:
        """Begin to keep a listing, with what was changed before anybody asked for it."""
        listed = self._listed.get((kind, index))
        if listed is None:
            listed = self._listed[kind, index] = {}
            value_of = shape(kind).getters[index]
            self._tracked.setdefault(kind, []).append((value_of, listed))
            for key in self.changed.get(kind, ()):
                record = self._rows[kind].get(key)
                if record is not None and None not in (value := value_of(record)):
                    listed.setdefault(value, set()).add(key)
        return listed
