"""Rehearsing: the same loading and deciding, and then nothing is kept."""

from collections.abc import Iterator
from contextlib import contextmanager

from server.lane.store import Session, Store
from server.lane.want import Want


class Rehearsal:
    """A store whose sessions write nothing, and are taken back when they end well, too."""

    def __init__(self, store: Store) -> None:
        """Rehearse on a store."""
        self.store = store

    @contextmanager
    def session(self, sites: list[int]) -> Iterator[Session]:
        """Hold the lanes of `sites`, and take back whatever was done."""
        try:
            with self.store.session(sites) as session:
                yield _Unwritten(session)
                _take_back()
        except _TakenBackError:
            pass


class _Unwritten:
    """A session that reads like another."""

    def __init__(self, session: Session) -> None:
        self.picture = session.picture
        self._session = session

    def load(self, want: Want) -> None:
        self._session.load(want)

    def write(self) -> int:
        return 0


class _TakenBackError(Exception):
    """The end of every rehearsal."""


def _take_back() -> None:
    raise _TakenBackError
