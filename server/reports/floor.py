"""The floor as it is now: work that waits by zone and state, who is here, what is open and how old.

Everything is read by what is still open, so that a long history makes it no slower.
"""

import msgspec
import sqlalchemy as sa

from server.clock import to_rfc3339
from server.lane.activity import NETWORK
from server.reports.reading import read_rows, told

HOUR_MS = 3_600_000
AGE_HOURS = (0, 1, 4, 24, 72)
"""Where each band of ages begins; the last has no end."""


class WorkNow(msgspec.Struct, frozen=True):
    """Open work of one kind in one zone and state."""

    zone: str
    """Code; empty for what is in none."""
    kind: str
    """pick, shipment, round, or the kind of a task."""
    state: str
    """ready or leased packages; open or overdue tasks; what shipments and rounds wait as."""
    count: int
    lines: int
    """Pick lines left, stops open; else as many as `count`."""


class PersonNow(msgspec.Struct, frozen=True):
    """Somebody who may act on a device now."""

    person: str
    device: int
    name: str
    """Of the device."""
    role: str
    since: str | None
    last_contact: str | None


class AgeNow(msgspec.Struct, frozen=True):
    """Open discrepancies of one kind and age."""

    kind: str
    hours_min: int
    hours_max: int | None
    """They are younger than this; None for the oldest."""
    count: int
    overdue: int


class UnsyncedNow(msgspec.Struct, frozen=True):
    """A device that said it holds lines that have not come."""

    device: int
    name: str
    state: str
    unsynced: int
    since: str | None
    last_contact: str | None


class FloorNow(msgspec.Struct, frozen=True):
    """The floor of a site at one moment."""

    site: int
    at: str
    work: list[WorkNow]
    people: list[PersonNow]
    unsynced: list[UnsyncedNow]
    discrepancies: list[AgeNow]


WORK = (
    """SELECT coalesce(z.code, '') AS zone, 'pick' AS kind, k.state AS state, count(*) AS n,
      CAST(sum(k."left") AS BIGINT) AS lines
    FROM package AS k LEFT JOIN zone AS z ON z.site = k.site AND z.id = k.zone
    WHERE k.site = :site AND k.open = 1 GROUP BY z.code, k.state""",
    """SELECT x.zone AS zone, x.kind AS kind, x.state AS state, count(*) AS n, count(*) AS lines
    FROM (
      SELECT coalesce(z.code, '') AS zone, t.kind AS kind,
        CASE WHEN t.due < :now THEN 'overdue' ELSE 'open' END AS state
      FROM task AS t LEFT JOIN place AS p ON p.site = t.site AND p.id = t.place
      LEFT JOIN zone AS z ON z.site = p.site AND z.id = p.zone
      WHERE t.site = :site AND t.open = 1
    ) AS x GROUP BY x.zone, x.kind, x.state""",
    """SELECT '' AS zone, 'shipment' AS kind, h.waiting AS state, count(*) AS n, count(*) AS lines
    FROM shipment AS h WHERE h.site = :site AND h.waiting IN ('open', 'packed', 'exception')
    GROUP BY h.waiting""",
    """SELECT '' AS zone, 'round' AS kind, g.state AS state, count(*) AS n,
      CAST(sum(g.stops_open) AS BIGINT) AS lines
    FROM round AS g WHERE g.site = :site AND g.open = 1 GROUP BY g.state""",
)
PEOPLE = """SELECT n.code AS person, d.id AS device, d.name AS name, d.role AS role,
      max(g.given_at) AS since, max(c.at) AS last_contact
    FROM device AS d
    JOIN actor_grant AS g ON g.site = d.site AND g.device = d.id AND g.until > :now
      AND g.withdrawn_at IS NULL
    JOIN person AS n ON n.site = :network AND n.id = g.person
    LEFT JOIN device_contact AS c ON c.site = d.site AND c.device = d.id
    WHERE d.site = :site AND d.state = 'active'
    GROUP BY n.code, d.id, d.name, d.role ORDER BY n.code, d.id"""
UNSYNCED = """SELECT * FROM (
      SELECT d.id AS device, d.name AS name, d.state AS state,
        c.held - CASE WHEN coalesce(t.next, 1) - 1 > c.stored
          THEN t.next - 1 - c.stored ELSE 0 END AS unsynced,
        c.held_since AS since, c.at AS last_contact
      FROM device_contact AS c JOIN device AS d ON d.site = c.site AND d.id = c.device
      LEFT JOIN stream AS t ON t.site = c.site AND t.stream = c.device AND t.epoch = c.epoch
      WHERE c.site = :site AND c.held > 0
    ) AS u WHERE u.unsynced > 0 ORDER BY u.since, u.device"""
"""What a device said it held, less what has come since; the longest first."""
BAND = " ".join(
    f"WHEN x.opened_at <= :now - {hours * HOUR_MS} THEN {hours}" for hours in AGE_HOURS[:0:-1]
)
AGES = f"""SELECT y.kind AS kind, y.hours_min AS hours_min, count(*) AS n,
      CAST(sum(y.overdue) AS BIGINT) AS overdue
    FROM (
      SELECT x.kind AS kind, CASE {BAND} ELSE 0 END AS hours_min,
        CASE WHEN x.deadline < :now THEN 1 ELSE 0 END AS overdue
      FROM discrepancy AS x WHERE x.site = :site AND x.open = 1
    ) AS y GROUP BY y.kind, y.hours_min"""  # noqa: S608 - our own parts.


def floor_now(connection: sa.Connection, site: int, now: int) -> FloorNow:
    """What the floor of a site looks like now, ms."""
    asked = {"site": site, "now": now, "network": NETWORK}
    work = [
        WorkNow(row["zone"], row["kind"], row["state"], row["n"], row["lines"])
        for sql in WORK
        for row in read_rows(connection, sql, asked)
    ]
    people = read_rows(connection, PEOPLE, asked)
    unsynced = read_rows(connection, UNSYNCED, asked)
    ages = [
        AgeNow(row["kind"], row["hours_min"], end_of(row["hours_min"]), row["n"], row["overdue"])
        for row in read_rows(connection, AGES, asked)
    ]
    return FloorNow(
        site=site,
        at=to_rfc3339(now),
        work=sorted(work, key=lambda row: (row.kind, row.zone, row.state)),
        people=[told(PersonNow, row, "since", "last_contact") for row in people],
        unsynced=[told(UnsyncedNow, row, "since", "last_contact") for row in unsynced],
        discrepancies=sorted(ages, key=lambda row: (row.hours_min, row.kind)),
    )


def end_of(hours_min: int) -> int | None:
    """Where a band of ages ends, if it does."""
    return next((hours for hours in AGE_HOURS if hours > hours_min), None)
