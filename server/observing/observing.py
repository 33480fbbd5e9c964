"""What a server tells of itself: hears lanes, calls, pulls and statements, and keeps figures.

Who serves nobody (a command, a test, a simulation) is observed by `UNOBSERVED`, which keeps none.
"""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import lru_cache
from types import TracebackType
from typing import Any, NamedTuple

import msgspec

from device_protocol.codec import Undecodable
from device_protocol.messages import Outcome
from server.config import Settings
from server.db.engine import Database
from server.lane.observer import Observer, Step
from server.observing.book import BookFigures
from server.observing.metrics import Metrics
from server.observing.statements import Listening
from server.observing.traces import Traces, traces_to

_decode = msgspec.json.Decoder(Outcome).decode
UNREADABLE = "unreadable"
STEPS = ("hold", "load", "decide", "write", "commit")
OUTCOMES_REMEMBERED = 4_096


class Unobserved(Observer):
    """Keeps nothing of what it hears."""

    traces = Traces()

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """A call was answered."""

    def pulled(self, lag_ms: int) -> None:
        """A device pulled, and its scopes had last changed so long ago."""

    def exposed(self) -> bytes:
        """Answer every figure, as Prometheus reads it."""
        return b""

    def stop(self) -> None:
        """Hear no more; the database is about to close."""


UNOBSERVED = Unobserved()


class Ticket(NamedTuple):
    """Since when a batch waits, and the call that it came by."""

    since_s: float
    caller: Any


class Observing(Unobserved):
    """Keeps figures of everything that it hears, and traces it where that is asked for."""

    def __init__(
        self,
        database: Database,
        now: Callable[[], int],
        *,
        slow_ms: int = 0,
        traces: Traces | None = None,
        now_s: Callable[[], float] = time.perf_counter,
    ) -> None:
        """Begin to listen; `now_s` is a clock that never jumps."""
        self.traces = traces or Traces()
        self.metrics = Metrics()
        self.statements = Listening(database, self.metrics, slow_ms=slow_ms, now_s=now_s)
        self.steps = {step: self.metrics.step_s.labels(step) for step in STEPS}
        self._book = BookFigures(database, now, now_s)
        self._now_s = now_s

    def submitted(self, operations: int) -> Ticket:
        """A batch begins to wait."""
        self.metrics.waiting.inc(operations)
        return Ticket(self._now_s(), self.traces.here())

    def taken(self, tickets: Sequence[Ticket], operations: int) -> None:
        """Batches wait no longer."""
        now_s = self._now_s()
        self.metrics.waiting.dec(operations)
        for ticket in tickets:
            self.metrics.wait_s.observe(now_s - ticket.since_s)

    def group(
        self, tickets: Sequence[Ticket], sites: Sequence[int], operations: int
    ) -> AbstractContextManager[Step]:
        """A transaction begins."""
        self.metrics.group_operations.observe(operations)
        callers = [ticket.caller for ticket in tickets]
        return _Group(self, self.traces.group(callers, sites, operations), self._now_s)

    def decided(self, jobs: Sequence[Any], answers: Sequence[Any]) -> None:
        """Count what became of each new operation."""
        counted: Counter[tuple[type, bytes]] = Counter()
        for job, answer in zip(jobs, answers, strict=True):
            entries = job.entries or ()
            # What was known before has an outcome and no entry: it came first.
            outcomes = answer.outcomes[len(answer.outcomes) - len(entries) :]
            counted.update(
                zip((type(entry.operation) for entry in entries), outcomes, strict=False)
            )
        for (kind, outcome), count in counted.items():
            self.metrics.operations.labels(kind_of(kind), *verdict_of(outcome)).inc(count)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """A call was answered."""
        self.metrics.http_s.labels(method, route).observe(seconds)
        self.metrics.http_answers.labels(method, route, str(status)).inc()

    def pulled(self, lag_ms: int) -> None:
        """A device pulled, and its scopes had last changed so long ago."""
        self.metrics.feed_lag_s.observe(max(0, lag_ms) / 1_000)

    def exposed(self) -> bytes:
        """Answer every figure, as Prometheus reads it."""
        return self.metrics.exposed(self._book)

    def stop(self) -> None:
        """Hear no more, and send the last traces."""
        self.statements.stop()
        self.traces.stop()


class _Group:
    """A transaction while it lasts; it begins with waiting for its sites."""

    __slots__ = ("_before", "_name", "_now_s", "_observing", "_since_s", "_span")

    def __init__(self, observing: Observing, span: Any, now_s: Callable[[], float]) -> None:  # noqa: ANN401 - each tracer's own.
        self._observing = observing
        self._span = span
        self._now_s = now_s
        self._name = "hold"

    def __enter__(self) -> Step:
        self._before = self._observing.statements.tally.count
        self._since_s = self._now_s()
        return self._begin

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _raised: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._ended()
        statements = self._observing.statements.tally.count - self._before
        self._observing.metrics.group_statements.observe(statements)
        self._span.end(statements)

    def _begin(self, name: str) -> None:
        self._ended()
        self._name = name
        self._span.step(name)

    def _ended(self) -> None:
        now_s = self._now_s()
        self._observing.steps[self._name].observe(now_s - self._since_s)
        self._since_s = now_s


def kind_of(message: type) -> str:
    """What a kind of operation is called on the wire."""
    if message is Undecodable:
        return UNREADABLE
    tag = message.__struct_config__.tag if issubclass(message, msgspec.Struct) else None
    return str(tag or message.__name__)


@lru_cache(OUTCOMES_REMEMBERED)
def verdict_of(outcome: bytes) -> tuple[str, str]:
    """Outcome and code of a stored outcome."""
    told = _decode(outcome)
    return told.outcome, told.code


def observing_for(database: Database, settings: Settings, now: Callable[[], int]) -> Observing:
    """What a server is observed by, as its settings say."""
    return Observing(
        database,
        now,
        slow_ms=settings.slow_statement_ms,
        traces=traces_to(settings.traces),
    )
