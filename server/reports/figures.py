"""Figures about time and quality, from facts that are kept as they happened (nothing is estimated).

Each figure is over a time window; what can't be said of a window without facts is None.
"""

import msgspec
import sqlalchemy as sa

from server.reports.accuracy import accuracy
from server.reports.orders import TRIED
from server.reports.reading import read_rows


class Duration(msgspec.Struct, frozen=True):
    """How long a step of orders took: over how many, on average and at most."""

    step: str
    orders: int
    average_s: int | None
    longest_s: int | None


class Figures(msgspec.Struct, frozen=True):
    """The figures of one site in one window."""

    site: int
    counted_lines: int
    """Count lines, zero differences included."""
    counted_right: int
    """Of them, those where the book was right."""
    counted_units_off: int
    inventory_accuracy_ppm: int | None
    orders_placed: int
    orders_delivered: int
    orders_cancelled: int
    parcels_delivered: int
    first_attempts: int
    first_attempts_delivered: int
    discrepancies_opened: int
    discrepancies_open: int
    """Of those, still open."""
    cycle: list[Duration]
    """From step to step, over orders that were placed in the window."""


STEPS = (
    ("receive", "placed_at", "received_at"),
    ("release", "received_at", "released_at"),
    ("pick", "released_at", "picked_at"),
    ("pack", "picked_at", "packed_at"),
    ("load", "packed_at", "loaded_at"),
    ("deliver", "loaded_at", "delivered_at"),
    ("all", "placed_at", "delivered_at"),
)
"""Steps of an order, each between two of its times."""


def figures(connection: sa.Connection, site: int, since: int, until: int) -> Figures:
    """The figures of a site from `since` until before `until`, ms."""
    window = {"site": site, "since": since, "until": until}
    counted = next(row for row in accuracy(connection, site, since, until).rows if row.by == "all")
    ordered = one(connection, ORDERED, window)
    delivered = one(connection, DELIVERED, window)
    opened = one(connection, OPENED, window)
    return Figures(
        site=site,
        counted_lines=counted.lines,
        counted_right=counted.lines_right,
        counted_units_off=counted.units_off,
        inventory_accuracy_ppm=counted.accuracy_ppm,
        orders_placed=ordered["placed"],
        orders_delivered=ordered["delivered"],
        orders_cancelled=ordered["cancelled"],
        parcels_delivered=delivered["delivered"],
        first_attempts=delivered["first"],
        first_attempts_delivered=delivered["first_delivered"],
        discrepancies_opened=opened["opened"],
        discrepancies_open=opened["still_open"],
        cycle=[
            Duration(
                step=step,
                orders=ordered[f"n_{step}"],
                average_s=seconds(ordered[f"average_{step}"]),
                longest_s=seconds(ordered[f"longest_{step}"]),
            )
            for step, _, _ in STEPS
        ],
    )


def one(connection: sa.Connection, sql: str, window: dict[str, int]) -> sa.RowMapping:
    """The only row of a statement."""
    return read_rows(connection, sql, window)[0]


def seconds(ms: float | None) -> int | None:
    """Whole seconds."""
    return None if ms is None else int(ms) // 1_000


def step_columns() -> str:
    """Count, average and maximum of each step's duration."""
    columns = []
    for step, begun, ended in STEPS:
        took = f"q.{ended} - q.{begun}"
        columns += [
            f"count({took}) AS n_{step}",
            f"avg({took}) AS average_{step}",
            f"max({took}) AS longest_{step}",
        ]
    return ", ".join(columns)


ORDERED = f"""SELECT count(*) AS placed, count(q.delivered_at) AS delivered,
    count(q.cancelled_at) AS cancelled, {step_columns()} FROM customer_order AS q
    WHERE q.site = 0 AND q.fulfilled_by = :site
    AND q.placed_at >= :since AND q.placed_at < :until"""  # noqa: S608 - our own parts.
DELIVERED = f"""SELECT
    CAST(coalesce(sum(CASE WHEN t.tries_delivered > 0 THEN 1 ELSE 0 END), 0) AS BIGINT)
      AS delivered,
    count(t.first_result) AS first,
    CAST(coalesce(sum(CASE WHEN t.first_result = 'delivered' THEN 1 ELSE 0 END), 0) AS BIGINT)
      AS first_delivered
    FROM (
      SELECT (SELECT count(*) FROM attempt AS a WHERE {TRIED} AND a.result = 'delivered')
          AS tries_delivered,
        (SELECT a.result FROM attempt AS a WHERE {TRIED}
          ORDER BY a.occurred_at, a.id LIMIT 1) AS first_result
      FROM parcel AS r WHERE r.site = :site
        AND r.loaded_at >= :since AND r.loaded_at < :until
    ) AS t"""  # noqa: S608 - our own parts.
OPENED = """SELECT count(*) AS opened, count(d.open) AS still_open FROM discrepancy AS d
    WHERE d.site = :site AND d.opened_at >= :since AND d.opened_at < :until"""
