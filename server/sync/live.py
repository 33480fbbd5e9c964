"""Live hints: who listens in this process, and one thread that looks which scopes changed.

1. A listener follows scopes; what it was told of each site is the commit up to which it has heard.
2. While somebody listens, the heads of the sites' lanes are read a few times a second, and at once
   after a commit of this process. So other processes on the same database are heard of too.
3. Where a head has moved, the scopes that somebody follows there are read, in the same snapshot.
4. Whoever follows one that changed is woken. A hint that waits is replaced by a later one of its
   scope: a slow listener holds no more than one hint a scope, and holds up nobody.
"""

import threading
from collections.abc import Callable, Iterable

import sqlalchemy as sa
import structlog

from device_protocol.messages import Hint
from server.db.bulk import select_records
from server.db.engine import Database
from server.errors import UnavailableError
from server.lane.models import LANE
from server.sync.documents import ScopeName
from server.sync.records import Scope

log = structlog.get_logger()

LOOK_S = 0.25
PAUSE_S = 0.02
"""Commits that come faster are looked at together."""
RETRY_S = 1.0


class Listener:
    """One stream: what it follows, and the hints that wait for it."""

    def __init__(self, device: int, wake: Callable[[], None]) -> None:
        """Follow nothing yet; `wake` is called from another thread when there is news."""
        self.device = device
        self.ended = threading.Event()
        self._wake = wake
        self._lock = threading.Lock()
        self._scopes: dict[int, frozenset[str]] = {}
        self._heard: dict[int, int] = {}
        self._waiting: dict[str, int] = {}

    def follow(self, scopes: Iterable[ScopeName], heads: dict[int, int]) -> None:
        """Follow these scopes from these commits on; of sites followed before, from where it is.

        A scope that is new to a listener that follows others already is news itself.
        """
        by_site: dict[int, set[str]] = {}
        for scope in scopes:
            by_site.setdefault(scope.site, set()).add(scope.text)
        with self._lock:
            before = self._scopes
            self._scopes = {site: frozenset(names) for site, names in by_site.items()}
            known = set[str]().union(*before.values())
            for site, names in self._scopes.items():
                self._heard.setdefault(site, heads[site])
                for name in names - known if before else ():
                    self._waiting[name] = heads[site]
            woken = bool(self._waiting)
        if woken:
            self._wake()

    def behind(self, heads: dict[int, int]) -> dict[int, frozenset[str]]:
        """The scopes that may have changed, by site: those of the lanes that have moved."""
        with self._lock:
            return {
                site: names
                for site, names in self._scopes.items()
                if heads.get(site, 0) > self._heard[site]
            }

    def hear(self, heads: dict[int, int], changed: dict[str, int]) -> None:
        """Take in up to which commits a look went, and the last change of each scope."""
        with self._lock:
            for site, names in self._scopes.items():
                heard = self._heard[site]
                for name in names:
                    if changed.get(name, 0) > heard:
                        self._waiting[name] = changed[name]
                self._heard[site] = max(heard, heads.get(site, 0))
            woken = bool(self._waiting)
        if woken:
            self._wake()

    def take(self) -> list[Hint]:
        """Hand over the hints that wait."""
        with self._lock:
            waiting, self._waiting = self._waiting, {}
        return [Hint(scope, n) for scope, n in sorted(waiting.items())]

    def end(self) -> None:
        """Say no more: the server stops, or the device listens by another stream."""
        self.ended.set()
        self._wake()


class Live:
    """Everybody who listens in this process, and the thread that looks for them."""

    def __init__(self, database: Database) -> None:
        """Look at nothing before somebody listens."""
        self._database = database
        self._lock = threading.Lock()
        self._listeners: dict[int, Listener] = {}
        self._woken = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def heard(self, _sites: list[int], _operations: int, _rows: int) -> None:
        """Look soon: something was committed here."""
        self._woken.set()

    def listen(self, listener: Listener) -> None:
        """Tell a listener from now on; an earlier stream of the same device ends."""
        with self._lock:
            before = self._listeners.get(listener.device)
            self._listeners[listener.device] = listener
            if self._thread is None and not self._stopping.is_set():
                self._thread = threading.Thread(target=self._run, name="live", daemon=True)
                self._thread.start()
        if before is not None:
            before.end()
        if self._stopping.is_set():
            listener.end()
        # What was committed since its heads were read must not wait for the next commit.
        self._woken.set()

    def leave(self, listener: Listener) -> None:
        """Tell a listener nothing more."""
        with self._lock:
            if self._listeners.get(listener.device) is listener:
                del self._listeners[listener.device]

    @property
    def listening(self) -> int:
        """How many listen."""
        return len(self._listeners)

    def end(self) -> None:
        """End every stream, also those that are yet to open; nothing is waited for."""
        self._stopping.set()
        self._woken.set()
        with self._lock:
            listeners = list(self._listeners.values())
        for listener in listeners:
            listener.end()

    def stop(self) -> None:
        """End every stream, and look no more."""
        self.end()
        if self._thread is not None:
            self._thread.join()

    def look(self) -> None:
        """Read once what has changed, and tell those who follow it."""
        with self._lock:
            listeners = list(self._listeners.values())
        if not listeners:
            return
        with self._database.reading() as connection:
            heads = heads_of(connection)
            behind = [(each, scopes) for each in listeners if (scopes := each.behind(heads))]
            wanted = {
                (site, name) for _, scopes in behind for site in scopes for name in scopes[site]
            }
            found = select_records(connection, Scope, Scope.KEY, sorted(wanted)) if wanted else ()
            changed = {scope.scope: scope.version for scope in found}
        for listener, _ in behind:
            listener.hear(heads, changed)

    def _run(self) -> None:
        while not self._stopping.is_set():
            # Where nobody listens there is nothing to look for.
            self._woken.wait(LOOK_S if self._listeners else None)
            self._woken.clear()
            try:
                self.look()
            except UnavailableError as error:
                log.warning("live_waits", reason=error.detail)
                self._stopping.wait(RETRY_S)
            self._stopping.wait(PAUSE_S)


def heads_of(connection: sa.Connection) -> dict[int, int]:
    """The number of each lane's last commit, as of this snapshot."""
    rows = connection.execute(sa.select(LANE.c.site, LANE.c.head))
    return {row.site: row.head for row in rows}
