"""Listening to the database: how many statements a thread asked, which were slow, who holds what.

It costs a microsecond or two a statement, of which a push of 200 lines asks some forty.
"""

import threading
import time
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
import structlog

from server.db.engine import Database
from server.observing.metrics import Metrics

log = structlog.get_logger()
SLOW_TEXT_MAX = 2_000


class Tally(threading.local):
    """How many statements the current thread has asked."""

    count = 0


class Listening:
    """Listens to every engine of a database until it is told to stop."""

    def __init__(
        self,
        database: Database,
        metrics: Metrics,
        *,
        slow_ms: int,
        now_s: Callable[[], float] = time.perf_counter,
    ) -> None:
        """Begin; statements that take longer than `slow_ms` are logged, 0 is never."""
        self.tally = Tally()
        self._metrics = metrics
        self._slow_s = slow_ms / 1_000 if slow_ms else float("inf")
        self._now_s = now_s
        self._listened: list[tuple[Any, str, Any]] = []
        for name, engine in database.pools().items():
            # One hook around each way to ask is cheaper than one before and one after all.
            self._listen(engine, "do_execute", self._execute)
            self._listen(engine, "do_executemany", self._execute_many)
            self._listen(engine, "do_execute_no_params", self._execute_plain)
            used = metrics.connections.labels(name)
            self._listen(engine, "checkout", lambda *_told, used=used: used.inc())
            self._listen(engine, "checkin", lambda *_told, used=used: used.dec())
            metrics.connections_max.labels(name).set(connections_max(engine.pool))

    def stop(self) -> None:
        """Hear no more."""
        for engine, event, heard in self._listened:
            sa.event.remove(engine, event, heard)
        self._listened.clear()

    def _listen(self, engine: sa.Engine, event: str, heard: Any) -> None:  # noqa: ANN401 - each event's own.
        sa.event.listen(engine, event, heard)
        self._listened.append((engine, event, heard))

    def _execute(self, cursor: Any, statement: str, parameters: Any, context: Any) -> bool:  # noqa: ANN401 - the driver's.
        began = self._now_s()
        try:
            context.dialect.do_execute(cursor, statement, parameters, context)
        finally:
            self._asked(statement, began)
        return True

    def _execute_many(self, cursor: Any, statement: str, parameters: Any, context: Any) -> bool:  # noqa: ANN401 - the driver's.
        began = self._now_s()
        try:
            context.dialect.do_executemany(cursor, statement, parameters, context)
        finally:
            self._asked(statement, began)
        return True

    def _execute_plain(self, cursor: Any, statement: str, context: Any) -> bool:  # noqa: ANN401 - the driver's.
        began = self._now_s()
        try:
            context.dialect.do_execute_no_params(cursor, statement, context)
        finally:
            self._asked(statement, began)
        return True

    def _asked(self, statement: str, began: float) -> None:
        self.tally.count += 1
        took_s = self._now_s() - began
        if took_s >= self._slow_s:
            self._metrics.slow_statements.inc()
            # The parameters may name people; the text never does.
            text = " ".join(statement.split())[:SLOW_TEXT_MAX]
            log.warning("slow_statement", ms=round(1_000 * took_s), statement=text)


def connections_max(pool: sa.Pool) -> int:
    """How many connections a pool may have open; -1 where it does not say."""
    if isinstance(pool, sa.StaticPool):
        return 1
    if not isinstance(pool, sa.QueuePool):
        return -1
    return pool.size() + max(0, pool._max_overflow)  # noqa: SLF001 - it says it nowhere else.
