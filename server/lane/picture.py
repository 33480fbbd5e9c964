"""The picture: the records that a group of operations may see and change, in memory.

Nothing here waits or asks a database. What was not loaded is not guessed: asking for it raises
`NotLoadedError`, which is a fault of the activity that did not name it. A *complete* picture holds
everything (tests, simulator, replay), so there what is absent is absent.
"""

from bisect import bisect_left, insort
from collections.abc import Iterator
from typing import Any, TypeVar

from server.record import Key, Record, shape

R = TypeVar("R", bound=Record)
Undo = tuple[type[Record], Key, Record | None]
UNKNOWN = object()
"""What was not loaded, where None would say that there is nothing."""


class NotLoadedError(LookupError):
    """A decision asked for a record that its activity had not named."""


class Listing:
    """The keys of one kind of record under each value of some of its fields."""

    __slots__ = ("_order", "bounds", "keys", "lower", "value_of")

    def __init__(self, kind: type[Record], index: str) -> None:
        """List nothing yet."""
        self.value_of = shape(kind).getters[index]
        self.lower = shape(kind).bounds[index]
        self.keys: dict[Key, set[Key]] = {}
        self._order: dict[Key, list[Key]] = {}
        self.bounds: dict[Key, int] = {}
        """The values whose listing is known, from which lower bound on."""

    def move(self, key: Key, old: Record | None, new: Record | None) -> None:
        """List a record that was changed where it now belongs."""
        was: Any = None if old is None else self.value_of(old)
        value: Any = None if new is None else self.value_of(new)
        if was == value:
            return
        if was is not None and key in self.keys.get(was, ()):
            self.keys[was].remove(key)
            order = self._order.get(was)
            if order is not None:
                del order[bisect_left(order, key)]
        if value is not None and None not in value:
            keys = self.keys.setdefault(value, set())
            order = self._order.get(value)
            if order is not None and key not in keys:
                insort(order, key)
            keys.add(key)

    def ordered(self, value: Key) -> list[Key]:
        """The keys under a value in their order, which is kept from the first time it is asked."""
        order = self._order.get(value)
        if order is None:
            order = self._order[value] = sorted(self.keys.get(value, ()))
        return order


class Shelf:
    """Everything the picture holds of one kind of record."""

    __slots__ = ("before", "complete", "key_of", "listings", "rows", "unlisted")

    def __init__(self, kind: type[Record], *, complete: bool) -> None:
        """Start empty; in a complete picture a listing has all rows from when it is first asked."""
        self.key_of = shape(kind).key_of
        self.complete = complete
        self.rows: dict[Key, Any] = {}
        self.before: dict[Key, Record | None] | None = None
        self.listings: dict[str, Listing] = {}
        self.unlisted: dict[Key, Record | None] = {}
        """Keys whose change the listings do not show yet, with the record that they show.

        Most changes are never listed, so listings are brought up to date only when one is asked.
        """

    def replace(self, key: Key, new: Record | None) -> None:
        """Hold another record, or none, under a key."""
        if self.listings and key not in self.unlisted:
            self.unlisted[key] = self.rows.get(key)
        self.rows[key] = new

    def take_in(self, record: Record) -> Key:
        """Hold a record that a store has, unless the picture knows it better."""
        key = self.key_of(record)
        if self.rows.get(key) is None and (self.before is None or key not in self.before):
            self.replace(key, record)
        return key

    def catch_up(self) -> None:
        """Bring the listings up to date."""
        for key, old in self.unlisted.items():
            new = self.rows.get(key)
            for listing in self.listings.values():
                listing.move(key, old, new)
        self.unlisted.clear()

    def track(self, kind: type[Record], index: str) -> Listing:
        """A listing, up to date; a new one has what was changed before anybody asked for it."""
        if self.unlisted:
            self.catch_up()
        listing = self.listings.get(index)
        if listing is None:
            listing = self.listings[index] = Listing(kind, index)
            for key in self.rows if self.complete else self.before or ():
                listing.move(key, None, self.rows.get(key))
        return listing


class _Shelves(dict[type[Record], Shelf]):
    """Shelves, made as they are first asked for."""

    def __init__(self, *, complete: bool) -> None:
        self.complete = complete

    def __missing__(self, kind: type[Record]) -> Shelf:
        shelf = self[kind] = Shelf(kind, complete=self.complete)
        return shelf


class Picture:
    """Records by kind and key, listed by their declared indexes, with savepoints."""

    def __init__(self, *, complete: bool = False) -> None:
        """Start empty; `complete` says that nothing else exists anywhere."""
        self.complete = complete
        self.shelves = _Shelves(complete=complete)
        self._undo: list[Undo] = []
        self.changed: dict[type[Record], dict[Key, Record | None]] = {}
        """Per kind, the keys changed since the last `settle`, with the record as it was before."""

    def knows(self, kind: type[Record], key: Key) -> bool:
        """Whether `get` would answer."""
        return self.complete or key in self.shelves[kind].rows

    def peek(self, kind: type[Record], key: Key) -> object:
        """The record, None where there is none, or `UNKNOWN`."""
        found: object = self.shelves[kind].rows.get(key, UNKNOWN)
        return None if found is UNKNOWN and self.complete else found

    def knows_listing(self, kind: type[Record], index: str, value: Key, at_least: int = 0) -> bool:
        """Whether `find` would answer."""
        return self.peek_listing(kind, index, value, at_least) is not None

    def peek_listing(
        self, kind: type[R], index: str, value: Key, at_least: int = 0
    ) -> list[R] | None:
        """The records listed under `value`, ordered by key, or None where that was not loaded."""
        # Called fifteen times an operation, mostly for what has no record or a single one.
        shelf = self.shelves[kind]
        listing = shelf.listings.get(index)
        if listing is None:
            if not self.complete:
                return None
            listing = shelf.track(kind, index)
        if shelf.unlisted:
            shelf.catch_up()
        if not self.complete:
            bound = listing.bounds.get(value)
            if bound is None or bound > at_least:
                return None
        keys = listing.keys.get(value)
        if not keys:
            return []
        rows = shelf.rows
        order = keys if len(keys) == 1 else listing.ordered(value)
        found: list[R] = [rows[key] for key in order]
        if listing.lower is None or at_least == 0:
            return found
        return [record for record in found if getattr(record, listing.lower) >= at_least]

    def get(self, kind: type[R], key: Key) -> R | None:
        """The record, or None where there is none."""
        try:
            found: R | None = self.shelves[kind].rows[key]
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
        before = self.shelves[kind].before
        return before is not None and before.get(key, UNKNOWN) is None

    def need(self, kind: type[R], key: Key) -> R:
        """The record, which must exist."""
        record: R | None = self.shelves[kind].rows.get(key)
        if record is None:
            message = f"{kind.__name__} {key} is missing, or was not named"
            raise NotLoadedError(message)
        return record

    def find(self, kind: type[R], index: str, value: Key, at_least: int = 0) -> list[R]:
        """All records whose indexed fields equal `value`, ordered by key."""
        found = self.peek_listing(kind, index, value, at_least)
        if found is None:
            message = f"{kind.__name__} {index} {value} was not named before it was listed"
            raise NotLoadedError(message)
        return found

    listing = find

    def all(self, kind: type[R]) -> Iterator[R]:
        """Every record of a kind that the picture holds."""
        for record in self.shelves[kind].rows.values():
            if record is not None:
                yield record

    def put(self, record: Record) -> None:
        """Add or replace a record; whether it existed must be known."""
        kind = type(record)
        shelf = self.shelves[kind]
        key = shelf.key_of(record)
        old = shelf.rows.get(key, UNKNOWN)
        self._set(kind, shelf, key, self.get(kind, key) if old is UNKNOWN else old, record)

    def add(self, record: Record) -> None:
        """Add a record under a key that is new by construction."""
        kind = type(record)
        shelf = self.shelves[kind]
        self._set(kind, shelf, shelf.key_of(record), None, record)

    def remove(self, record: Record) -> None:
        """Take a record out."""
        kind = type(record)
        shelf = self.shelves[kind]
        key = shelf.key_of(record)
        self._set(kind, shelf, key, self.get(kind, key), None)

    def mark(self) -> int:
        """A savepoint to which `roll_back` returns."""
        return len(self._undo)

    def roll_back(self, mark: int) -> None:
        """Undo every change made since `mark`."""
        while len(self._undo) > mark:
            kind, key, old = self._undo.pop()
            self.shelves[kind].replace(key, old)

    def settle(self) -> None:
        """Forget what was changed: it has been written."""
        for kind in self.changed:
            self.shelves[kind].before = None
        self.changed = {}
        self._undo.clear()

    def load(self, kind: type[Record], keys: set[Key], records: list[Record]) -> None:
        """Take in what a store holds under `keys`; keys without a record are known to be absent."""
        shelf = self.shelves[kind]
        for record in records:
            shelf.take_in(record)
        for key in keys:
            shelf.rows.setdefault(key, None)

    def load_listing(
        self, kind: type[Record], index: str, wanted: dict[Key, int], records: list[Record]
    ) -> None:
        """Take in all records listed under the values of `wanted`, from their lower bounds on."""
        shelf = self.shelves[kind]
        listing = shelf.track(kind, index)
        keys = [shelf.take_in(record) for record in records]
        shelf.catch_up()
        for key in keys:
            listing.move(key, None, shelf.rows[key])
        for value, at_least in wanted.items():
            listing.bounds[value] = min(at_least, listing.bounds.get(value, at_least))

    def declare_empty(self, kind: type[Record], index: str, value: Key) -> None:
        """Say that nothing can be listed under `value` yet: what it names was made just now."""
        shelf = self.shelves[kind]
        listing = shelf.listings.get(index) or shelf.track(kind, index)
        listing.bounds.setdefault(value, 0)

    def declare_absent(self, kind: type[Record], key: Key) -> None:
        """Say that no record can have this key yet: what it names was made just now."""
        self.shelves[kind].rows.setdefault(key, None)

    def _set(
        self,
        kind: type[Record],
        shelf: Shelf,
        key: Key,
        old: Record | None,
        new: Record | None,
    ) -> None:
        self._undo.append((kind, key, old))
        before = shelf.before
        if before is None:
            before = shelf.before = self.changed.setdefault(kind, {})
        if key not in before:
            before[key] = old
        # As `Shelf.replace`, which would look up again what is known here.
        if shelf.listings and key not in shelf.unlisted:
            shelf.unlisted[key] = old
        shelf.rows[key] = new
