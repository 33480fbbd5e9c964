"""Opening PostgreSQL: a pool for those who write, one for those who read, and what each may take.

`durable = standby` means that a commit is answered once a synchronous standby has flushed it. No
timeout of PostgreSQL ends that wait, so a `CommitWatch` does, by cancelling. Where the wait is
broken off, by that or by an operator, PostgreSQL commits all the same and only warns: here that is
an error, so that nobody hears "durable" of what one disk alone has. Who sends again waits again:
every lane locks its row, so that even a group of mere repeats commits behind what was not
confirmed.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, Connection

from server.db.beginning import begin_with
from server.db.limits import S_MS, Limits
from server.errors import UnavailableError

UNCONFIRMED = "unconfirmed"
"""Set on a connection whose last commit no standby has confirmed."""
SCHEMA_TURN = 8_683_003
"""Number of the lock that whoever changes the schema, or rights to it, holds meanwhile."""
TURN_TIMEOUT_MS = 900_000
LOOK_S = 0.25
CANCEL_S_MAX = 5.0
_READY = """SELECT pg_is_in_recovery(), current_setting('synchronous_standby_names'),
  current_setting('default_transaction_read_only')"""


def open_writers(url: URL, limits: Limits) -> Engine:
    """Open the connections of those who write, one for each lane that is at work."""
    # It guesses far too many movements for a commit, and would compile what takes a millisecond.
    options = ["-c synchronous_commit=on", "-c jit=off"]
    engine = _open(url, limits, limits.lane_timeout_ms, options)
    if limits.durable == "standby":
        event.listen(engine, "connect", _note_unconfirmed)
    return engine


def open_readers(url: URL, limits: Limits) -> Engine:
    """Open the connections of those who read: each transaction is one snapshot."""
    engine = _open(url, limits, limits.read_timeout_ms, [], autocommit=True)
    begin_with(engine, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    return engine


def take_turn(connection: Connection) -> None:
    """Wait until nobody else changes the schema, and have others wait until this commits.

    On SQLite the lock of the file has seen to that.
    """
    if connection.dialect.name == "postgresql":
        limits = f"SET LOCAL lock_timeout = {TURN_TIMEOUT_MS}; SET LOCAL statement_timeout = 0"
        connection.exec_driver_sql(limits)
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({SCHEMA_TURN})")


def allow_report(connection: Connection, limits: Limits) -> None:
    """Let this transaction take as long as a report may, and think as long as it must."""
    connection.exec_driver_sql(
        f"SET LOCAL statement_timeout = {limits.report_timeout_ms}; "
        "SET LOCAL idle_in_transaction_session_timeout = 0"
    )


class CommitWatch:
    """Ends commits that wait too long for a standby; its thread runs while there is one to see."""

    def __init__(self, wait_ms: int) -> None:
        """Watch nothing yet."""
        self._wait_s = wait_ms / S_MS
        self._waiting: dict[int, tuple[float, Any]] = {}
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    @contextmanager
    def watching(self, connection: Connection) -> Iterator[None]:
        """End what is done in this block on a connection, if it takes too long."""
        if not self._wait_s:
            yield
            return
        driver = connection.connection.driver_connection
        with self._changed:
            self._waiting[id(driver)] = (time.monotonic() + self._wait_s, driver)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="commits", daemon=True)
                self._thread.start()
        try:
            yield
        finally:
            with self._changed:
                del self._waiting[id(driver)]

    def _run(self) -> None:
        with self._changed:
            # A thread that waits costs nothing; one that nobody needs any more ends.
            while self._waiting:
                now = time.monotonic()
                for deadline, driver in self._waiting.values():
                    if deadline <= now:
                        with suppress(driver.Error):
                            driver.cancel_safe(timeout=CANCEL_S_MAX)
                self._changed.wait(min(self._wait_s / 4, LOOK_S))
            self._thread = None


def check_confirmed(connection: Connection, place: str) -> None:
    """Raise unless the commit that was just made is where it has to be."""
    if connection.info.pop(UNCONFIRMED, False):
        detail = (
            f"{place} has this, and no standby confirmed it in time; send it again. "
            "See that the synchronous standby runs and follows."
        )
        raise UnavailableError(
            detail, code="database.not_confirmed", title="The standby has not confirmed this"
        )


def check_ready(connection: Connection, place: str, limits: Limits) -> None:
    """Raise unless this server takes writes, with the standby that is demanded."""
    in_recovery, standbys, read_only = connection.exec_driver_sql(_READY).one()
    if in_recovery or read_only == "on":
        detail = f"{place} is a standby or read-only: name the primary."
        raise UnavailableError(detail, code="database.read_only", title="The database is read-only")
    if limits.durable == "standby" and not standbys.strip():
        detail = (
            f"{place} has no synchronous standby (synchronous_standby_names is empty), and "
            "TOTEBOOK_DURABLE=standby demands one: name it there, or set TOTEBOOK_DURABLE=local."
        )
        raise UnavailableError(
            detail, code="database.no_standby", title="There is no synchronous standby"
        )


def _open(
    url: URL,
    limits: Limits,
    statement_timeout_ms: int,
    more: list[str],
    *,
    autocommit: bool = False,
) -> Engine:
    options = [
        f"-c statement_timeout={statement_timeout_ms}",
        f"-c lock_timeout={limits.lock_timeout_ms}",
        f"-c idle_in_transaction_session_timeout={limits.idle_timeout_ms}",
        "-c timezone=UTC",
        *more,
    ]
    given = url.query.get("options")
    if isinstance(given, str):
        # Whoever names options in the address means them more than our defaults.
        options.append(given)
    return create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=limits.pool_size,
        max_overflow=0,
        pool_timeout=limits.pool_wait_ms / S_MS,
        # A connection that died while it waited (a failover, a restart) is noticed and replaced.
        pool_pre_ping=True,
        connect_args={
            "autocommit": autocommit,
            "connect_timeout": limits.connect_wait_s,
            "application_name": "totebook",
            # A machine that is gone without a word is noticed, also while a commit waits.
            "keepalives_idle": 15,
            "keepalives_interval": 5,
            "keepalives_count": 3,
            "tcp_user_timeout": 30_000,
            "options": " ".join(options),
        },
    )


def _note_unconfirmed(connection: Any, record: Any) -> None:  # noqa: ANN401 - the driver's, the pool's.
    """Have a connection note the warning that its commit did not wait to the end."""

    def noted(notice: Any) -> None:  # noqa: ANN401 - the driver's own.
        # The words are in the server's language; the function that wrote them is not.
        if notice.source_function == "SyncRepWaitForLSN":
            record.info[UNCONFIRMED] = True

    connection.add_notice_handler(noted)
