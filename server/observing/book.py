"""What the book itself says of how the floor and the server are doing, read when it is asked.

Any process of a server answers the same, so it is read and not counted.
"""

import threading
from collections.abc import Callable, Iterator, Mapping

import sqlalchemy as sa
import structlog
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from server.db.engine import Database
from server.errors import UnavailableError
from server.fleet.reading import RECORDED_AT, by_index
from server.planning.models import waits_parked

log = structlog.get_logger()

KEPT_S = 5.0
"""Many who ask at once are told the same."""


class Figure:
    """One figure of the book: its name, what it says, its labels, and the rows that give it."""

    def __init__(
        self, name: str, meaning: str, labels: tuple[str, ...], sql: Callable[[sa.Connection], str]
    ) -> None:
        """Keep what is asked; a row is the labels, then a number."""
        self.name = name
        self.meaning = meaning
        self.labels = labels
        self.sql = sql

    def read(self, connection: sa.Connection, asked: Mapping[str, int]) -> Metric:
        """Ask the database."""
        family = GaugeMetricFamily(self.name, self.meaning, labels=self.labels)
        sql = sa.text(self.sql(connection))
        wanted = {name: value for name, value in asked.items() if f":{name}" in sql.text}
        for *labels, value in connection.execute(sql, wanted):
            family.add_metric([str(label) for label in labels], float(value))
        return family


def _parked(what: str) -> Callable[[sa.Connection], str]:
    def sql(connection: sa.Connection) -> str:
        index = by_index(connection, "ix_operation_parked")
        where = waits_parked(connection.dialect.name)
        return f"SELECT o.site, {what} FROM operation AS o {index} WHERE {where} GROUP BY o.site"  # noqa: S608 - our own parts.

    return sql


def _discrepancies(what: str) -> Callable[[sa.Connection], str]:
    def sql(connection: sa.Connection) -> str:
        # By site, because the index of what is open leads with it.
        source = f"discrepancy AS d {by_index(connection, 'ix_discrepancy_site_open')}"
        where = "d.open = 1 AND d.site IN (SELECT site FROM lane)"
        return f"SELECT d.site, d.kind, {what} FROM {source} WHERE {where} GROUP BY d.site, d.kind"  # noqa: S608 - our own parts.

    return sql


FIGURES = (
    Figure(
        "totebook_commits",
        "Number of the last commit of a site; 0 is the network.",
        ("site",),
        lambda _connection: "SELECT site, head FROM lane",
    ),
    Figure(
        "totebook_open_discrepancies",
        "Open questions where the book and the floor differ.",
        ("site", "kind"),
        _discrepancies("count(*)"),
    ),
    Figure(
        "totebook_open_discrepancies_oldest_seconds",
        "Age of the oldest open question of a kind.",
        ("site", "kind"),
        _discrepancies("(:now - min(d.opened_at)) / 1000.0"),
    ),
    Figure(
        "totebook_parked_operations",
        "Lines that are kept and not applied, and that nobody has resolved.",
        ("site",),
        _parked("count(*)"),
    ),
    Figure(
        "totebook_parked_oldest_seconds",
        "Age of the oldest such line.",
        ("site",),
        _parked(f"(:now - min({RECORDED_AT})) / 1000.0"),
    ),
    Figure(
        "totebook_undelivered_messages",
        "Messages of a site that the lanes they are for have still to take.",
        ("site",),
        lambda _connection: (
            """SELECT o.site, count(*) FROM outbox AS o WHERE o.seq >= coalesce(
          (SELECT s.next FROM stream AS s WHERE s.site = o.target AND s.stream = o.site + 10
            AND s.epoch = 1), 1) GROUP BY o.site"""
        ),
    ),
    Figure(
        "totebook_unsynced_devices",
        "Devices that said at their last hello that they hold lines for themselves.",
        ("site",),
        lambda _connection: (
            """SELECT site, sum(CASE WHEN held > 0 THEN 1 ELSE 0 END)
          FROM device_contact GROUP BY site"""
        ),
    ),
    Figure(
        "totebook_unsynced_oldest_seconds",
        "How long a device of the site has held lines of which the server got none.",
        ("site",),
        lambda _connection: (
            """SELECT site, (:now - min(held_since)) / 1000.0
          FROM device_contact WHERE held_since IS NOT NULL GROUP BY site"""
        ),
    ),
    Figure(
        "totebook_device_alarms",
        "Alarms of devices that are up.",
        ("site", "kind"),
        lambda _connection: (
            """SELECT site, kind, count(*) FROM device_alarm
          WHERE cleared_at IS NULL GROUP BY site, kind"""
        ),
    ),
)


class BookFigures(Collector):
    """Reads all figures from one snapshot; whether that could be done is a figure, too."""

    def __init__(
        self, database: Database, now: Callable[[], int], now_s: Callable[[], float]
    ) -> None:
        """Read nothing yet; `now_s` is a clock that never jumps."""
        self._database = database
        self._now = now
        self._now_s = now_s
        self._lock = threading.Lock()
        self._read_s: float | None = None
        self._kept: list[Metric] = []

    def collect(self) -> Iterator[Metric]:
        """Answer what was read a moment ago, or read again."""
        with self._lock:
            now_s = self._now_s()
            if self._read_s is None or now_s - self._read_s >= KEPT_S:
                self._kept = self._read()
                self._read_s = now_s
            yield from self._kept

    def _read(self) -> list[Metric]:
        up = GaugeMetricFamily("totebook_database_up", "Whether the database can be read.")
        try:
            with self._database.reading() as connection:
                found = [figure.read(connection, {"now": self._now()}) for figure in FIGURES]
        except UnavailableError as error:
            log.warning("book_figures_missing", reason=error.detail)
            found = []
        up.add_metric([], float(bool(found)))
        return [up, *found]
