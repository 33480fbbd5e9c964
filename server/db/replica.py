"""Reads that may be a little old: from a standby of PostgreSQL, as long as it is near enough.

How old the standby is, is asked once a second, before what is read: so the answer is never older
than it says. Where it is away, too old, or no standby any more (promoted, it goes its own way), the
database itself is read.
"""

import dataclasses
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from server.clock import is_due
from server.config import ConfigError
from server.db.engine import Database, open_database
from server.db.faults import retryable
from server.errors import UnavailableError

LOOK_MS = 1_000
"""How often the standby is asked how old it is."""
AWAY_MS = 5_000
"""How long one that was away is left alone."""
CONNECT_S_MAX = 2
_AS_OF = """SELECT CASE WHEN pg_is_in_recovery() THEN
    CAST(extract(epoch FROM pg_last_xact_replay_timestamp()) * 1000 AS bigint) END,
  CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)"""


class Replica:
    """Where merchants read."""

    def __init__(
        self, primary: Database, url: str, now: Callable[[], int], *, lag_ms_max: int
    ) -> None:
        """Open nothing yet; without an address every read goes to the database itself."""
        self.primary = primary
        self.now = now
        self._url = url
        self._lag_ms_max = lag_ms_max
        self._database: Database | None = None
        self._as_of: int | None = None
        self._looked_at: int | None = None
        self._lock = threading.Lock()

    @contextmanager
    def reading(self) -> Iterator[tuple[Connection, int]]:
        """Give one snapshot, and the time, ms, up to which surely everything is in it."""
        with ExitStack() as stack:
            near = self._near(stack)
            if near is None:
                as_of = self.now()
                near = (stack.enter_context(self.primary.reading()), as_of)
            try:
                yield near
            except DBAPIError as error:
                # What the primary removed meanwhile takes a long read's snapshot away.
                if not retryable(error):
                    raise
                detail = "The standby could not keep what was read; ask again."
                raise UnavailableError(
                    detail, code="database.busy", title="The database is busy"
                ) from error

    def close(self) -> None:
        """Close its connections."""
        with self._lock:
            if self._database is not None:
                self._database.close()
                self._database = None

    def _near(self, stack: ExitStack) -> tuple[Connection, int] | None:
        if not self._url:
            return None
        try:
            with self._lock:
                database, as_of = self._looked()
            if database is None or as_of is None:
                return None
            return stack.enter_context(database.reading()), as_of
        except (ConfigError, UnavailableError):
            with self._lock:
                self._as_of = None
                self._looked_at = self.now() + AWAY_MS - LOOK_MS
            return None

    def _looked(self) -> tuple[Database | None, int | None]:
        """The standby and how far it is; None where it must not be read."""
        now = self.now()
        if self._looked_at is not None and self._looked_at > now > self._looked_at - AWAY_MS:
            return None, None
        if self._looked_at is None or is_due(self._looked_at, now, LOOK_MS):
            if self._database is None:
                near = dataclasses.replace(
                    self.primary.limits, connect_wait_s=CONNECT_S_MAX, durable="local"
                )
                self._database = open_database(self._url, writes=False, limits=near)
            with self._database.reading() as connection:
                as_of, clock = connection.exec_driver_sql(_AS_OF).one()
            near_enough = as_of is not None and clock - as_of <= self._lag_ms_max
            self._as_of = as_of if near_enough else None
            self._looked_at = now
        return self._database, self._as_of
