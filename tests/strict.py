"""A store in memory that shows a group only what it named: it catches what `needs` forgot."""

from collections.abc import Iterator
from contextlib import contextmanager

from server.lane.picture import Picture
from server.lane.records import Lane
from server.lane.want import Want


class StrictSession:
    """A session whose picture begins empty and is filled from the book."""

    def __init__(self, book: Picture) -> None:
        """Read from `book`."""
        self.book = book
        self.picture = Picture()

    def load(self, want: Want) -> None:
        """Bring what is wanted."""
        rows, listings = want.take()
        for kind, keys in rows.items():
            found = [record for key in keys if (record := self.book.get(kind, key))]
            self.picture.load(kind, keys, found)
        for (kind, name), wanted in listings.items():
            listed = [
                record
                for value, bound in wanted.items()
                for record in self.book.find(kind, name, value, bound)
            ]
            self.picture.load_listing(kind, name, wanted, listed)

    def write(self) -> int:
        """Put what was changed into the book."""
        for kind, before in self.picture.changed.items():
            for key in before:
                record = self.picture.get(kind, key)
                if record is not None:
                    self.book.put(record)
                elif (gone := self.book.get(kind, key)) is not None:
                    self.book.remove(gone)
        return sum(len(before) for before in self.picture.changed.values())


class StrictStore:
    """Everything in one picture, shown piece by piece."""

    def __init__(self) -> None:
        """Start with an empty book."""
        self.picture = Picture(complete=True)

    @contextmanager
    def session(self, sites: list[int]) -> Iterator[StrictSession]:
        """Hold lanes; nothing is written if the session fails before `write`."""
        for site in sites:
            if self.picture.get(Lane, (site,)) is None:
                self.picture.put(Lane(site=site))
        session = StrictSession(self.picture)
        lanes = [self.picture.need(Lane, (site,)) for site in sites]
        session.picture.load(Lane, {(site,) for site in sites}, list(lanes))
        yield session
        self.picture.settle()
