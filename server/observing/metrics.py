"""What a server counts and measures of itself, as Prometheus reads it.

Where several processes serve together they share a folder (`PROMETHEUS_MULTIPROC_DIR`, set by
`totebook serve --workers`), and whichever is asked answers for all of them.
"""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import Metric
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector

from server.observing import shared

PREFIX = "totebook_"
WAIT_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
STEP_S = (0.0005, *WAIT_S[:-2])
LAG_S = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800, 7_200, 28_800)
SIZES = (1, 2, 5, 10, 20, 50, 100, 200, 400, 800, 1_600)
STATEMENTS = (5, 10, 15, 20, 30, 40, 60, 80, 120, 200)


class Metrics:
    """Every figure that a process keeps; those of the book itself are read when asked."""

    def __init__(self) -> None:
        """Begin at nothing, or where a process of this number left off."""
        self.registry = CollectorRegistry()
        self.waiting = self._gauge("lane_waiting_operations", "Operations that wait for a lane.")
        self.wait_s = self._histogram(
            "lane_wait_seconds", "How long a batch waited for its lane.", WAIT_S
        )
        self.group_operations = self._histogram(
            "group_operations", "Operations that were taken into one transaction.", SIZES
        )
        self.group_statements = self._histogram(
            "group_statements",
            "SQL statements of one transaction; they do not grow with its operations.",
            STATEMENTS,
        )
        self.step_s = self._histogram(
            "group_step_seconds",
            "How long a step of a transaction took: hold, load, decide, write, commit.",
            STEP_S,
            "step",
        )
        self.operations = self._counter(
            "operations",
            "Operations that were decided, by kind, outcome and the code of its flag.",
            *("kind", "outcome", "code"),
        )
        self.feed_lag_s = self._histogram(
            "feed_lag_seconds",
            "Age of the latest change that a device had not read yet, when it pulled.",
            LAG_S,
        )
        self.http_s = self._histogram(
            "http_seconds",
            "How long a call took until its answer began.",
            WAIT_S,
            *("method", "route"),
        )
        self.http_answers = self._counter(
            "http_answers", "Answers, by address and status.", *("method", "route", "status")
        )
        self.connections = self._gauge(
            "connections_in_use", "Database connections in use, by pool.", "pool"
        )
        self.connections_max = self._gauge(
            "connections_max",
            "Database connections that a pool may open; -1 is any number.",
            "pool",
        )
        self.slow_statements = self._counter(
            "slow_statements",
            "Statements that took longer than TOTEBOOK_SLOW_STATEMENT_MS; each is logged.",
        )

    def _gauge(self, name: str, meaning: str, *labels: str) -> Gauge:
        # Of several processes those that live are added up.
        return Gauge(
            PREFIX + name, meaning, labels, registry=self.registry, multiprocess_mode="livesum"
        )

    def _counter(self, name: str, meaning: str, *labels: str) -> Counter:
        return Counter(PREFIX + name, meaning, labels, registry=self.registry)

    def _histogram(
        self, name: str, meaning: str, buckets: Sequence[float], *labels: str
    ) -> Histogram:
        return Histogram(PREFIX + name, meaning, labels, registry=self.registry, buckets=buckets)

    def exposed(self, *beside: Collector) -> bytes:
        """Answer all of it in Prometheus' text format, with what other collectors know."""
        asked = CollectorRegistry()
        folder = os.environ.get(shared.VARIABLE)
        if folder:
            forget_dead(Path(folder))
            MultiProcessCollector(asked, folder)  # type: ignore[no-untyped-call]
        else:
            asked.register(_Passed(self.registry))
        for collector in beside:
            asked.register(collector)
        return generate_latest(asked)


class _Passed(Collector):
    """A registry as part of another."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry

    def collect(self) -> Iterator[Metric]:
        yield from self._registry.collect()


def forget_dead(folder: Path) -> None:
    """Forget what processes said of the present that are no more; what they counted stays."""
    for path in folder.glob("gauge_live*_*.db"):
        number = path.stem.rpartition("_")[2]
        if number.isdigit() and not Path("/proc", number).exists() and Path("/proc/self").exists():
            mark_process_dead(int(number), str(folder))  # type: ignore[no-untyped-call]
