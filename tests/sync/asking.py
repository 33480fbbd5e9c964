"""A store in memory that keeps what each group asked and wrote: one statement each in SQL."""

from collections.abc import Iterator
from contextlib import contextmanager

from server.lane.picture import Picture
from server.lane.records import Lane
from server.lane.want import Want
from tests.strict import StrictSession, StrictStore


class AskingSession(StrictSession):
    """A session that notes every table, listing and kind of change."""

    def __init__(self, book: Picture, asked: list[str]) -> None:
        """Note into `asked`."""
        super().__init__(book)
        self.asked = asked

    def load(self, want: Want) -> None:
        """Bring what is wanted."""
        self.asked += [f"read {kind.TABLE}" for kind in want.rows]
        self.asked += [f"list {kind.TABLE} {name}" for kind, name in want.listings]
        super().load(want)

    def write(self) -> int:
        """Put what was changed into the book."""
        for kind, before in self.picture.changed.items():
            rows = self.picture.shelves[kind].rows
            changes = {
                "insert" if old is None else "delete" if rows[key] is None else "update"
                for key, old in before.items()
                if old is not None or rows[key] is not None
            }
            self.asked += [f"{change} {kind.TABLE}" for change in sorted(changes)]
        return super().write()


class AskingStore(StrictStore):
    """A strict store whose sessions note what they ask."""

    def __init__(self) -> None:
        """Begin with an empty book."""
        super().__init__()
        self.asked: list[str] = []

    @contextmanager
    def session(self, sites: list[int]) -> Iterator[StrictSession]:
        """Hold lanes, as `StrictStore`."""
        for site in sites:
            if self.picture.get(Lane, (site,)) is None:
                self.picture.put(Lane(site=site))
        session = AskingSession(self.picture, self.asked)
        lanes = [self.picture.need(Lane, (site,)) for site in sites]
        session.picture.load(Lane, {(site,) for site in sites}, list(lanes))
        yield session
        self.picture.settle()

    def take(self) -> list[str]:
        """Hand over what was asked since the last time."""
        asked, self.asked[:] = self.asked.copy(), []
        return asked
