"""Devices: who they are, and up to when the book knows what happened on them.

What a device has stored and not sent yet nobody can know; so each is shown with the moment of its
last line (`known_until`) and when that was recorded (`pushed_at`). Everything of before is in the
book.
"""

from collections.abc import Sequence

import msgspec
import sqlalchemy as sa

from server.fleet.reading import RECORDED_AT
from server.lane.models import IS_PARKED
from server.reports.reading import Conditions, read_rows, time_of, told


class DeviceRow(msgspec.Struct, frozen=True):
    """One device, and how far the book knows it; times are None before its first line."""

    device: int
    site: int
    name: str
    role: str
    state: str
    app: str
    person: str | None
    """Who signed in last, by code."""
    epoch: int
    stored: int
    """Lines stored, of all its epochs."""
    invited_at: str
    known_until: str | None
    pushed_at: str | None
    parked: int
    """Lines that were kept and not applied, resolved or not."""


class Freshness(msgspec.Struct, frozen=True):
    """How fresh a site's book is: everything up to `known_until` of every device is in it.

    A device that is behind may hold facts that the book lacks.
    """

    site: int
    commit: int
    recorded_at: str | None
    devices: int
    """Devices at work."""
    silent: int
    """Those that never sent a line."""
    known_until: str | None
    """Of the device that is furthest behind."""
    pushed_at: str | None
    """When that one, or one before it, sent last."""


PUSHED_AT = RECORDED_AT
"""When the operation o was recorded."""

SYNCED = f"""SELECT d.site AS site, d.id AS id, max(t.mid) AS known_until,
    max({PUSHED_AT}) AS pushed_at, CAST(sum(t.next - 1) AS BIGINT) AS stored
    FROM device AS d
    LEFT JOIN stream AS t ON t.site = d.site AND t.stream = d.id AND t.next > 1
    LEFT JOIN operation AS o ON o.site = t.site AND o.stream = t.stream AND o.epoch = t.epoch
      AND o.seq = t.next - 1"""  # noqa: S608 - our own parts.
"""Per device, how far it is known: all its epochs stay open, so the latest counts."""


def devices(
    connection: sa.Connection, site: int | None = None, device: int | None = None
) -> list[DeviceRow]:
    """The devices of a site or of all, by number."""
    conditions = Conditions()
    conditions.ask("d.site = :site", site=site)
    conditions.ask("d.id = :device", device=device)
    sql = f"""WITH synced AS ({SYNCED} {conditions.where} GROUP BY d.site, d.id),
    parked AS (
      SELECT o.site AS site, o.stream AS stream, count(*) AS lines FROM operation AS o
      WHERE {is_parked(connection)} GROUP BY o.site, o.stream
    )
    SELECT d.id AS device, d.site AS site, d.name AS name, d.role AS role, d.state AS state,
      d.app AS app, p.code AS person, d.last_epoch AS epoch, d.invited_at AS invited_at,
      y.known_until AS known_until, y.pushed_at AS pushed_at, coalesce(y.stored, 0) AS stored,
      coalesce(k.lines, 0) AS parked
    FROM device AS d JOIN synced AS y ON y.site = d.site AND y.id = d.id
    LEFT JOIN parked AS k ON k.site = d.site AND k.stream = d.id
    LEFT JOIN person AS p ON p.site = 0 AND p.id = d.person
    {conditions.where} ORDER BY d.site, d.id"""  # noqa: S608 - our own parts.
    return [
        told(DeviceRow, row, "invited_at", "known_until", "pushed_at")
        for row in read_rows(connection, sql, conditions.values)
    ]


def is_parked(connection: sa.Connection) -> str:
    """The condition on the operation that the index of parked operations stands for."""
    return IS_PARKED[connection.dialect.name]


def freshness(connection: sa.Connection, sites: Sequence[int]) -> list[Freshness]:
    """How fresh the books of these sites are; devices out of work count, they may hold facts."""
    if not sites:
        return []
    names = {f"site_{place}": site for place, site in enumerate(sites)}
    marks = ", ".join(f":{name}" for name in names)
    sql = f"""SELECT l.site AS site, l.head AS head, l.recorded_at AS recorded_at,
      count(y.id) AS devices, count(y.id) - count(y.known_until) AS silent,
      min(y.known_until) AS known_until, min(y.pushed_at) AS pushed_at
    FROM lane AS l LEFT JOIN (
      {SYNCED} WHERE d.site IN ({marks}) AND d.state <> 'invited' GROUP BY d.site, d.id
    ) AS y ON y.site = l.site
    WHERE l.site IN ({marks}) GROUP BY l.site, l.head, l.recorded_at ORDER BY l.site"""  # noqa: S608 - our own parts.
    return [
        Freshness(
            site=row["site"],
            commit=row["head"],
            recorded_at=time_of(row["recorded_at"] or None),
            devices=row["devices"],
            silent=row["silent"],
            known_until=time_of(row["known_until"]),
            pushed_at=time_of(row["pushed_at"]),
        )
        for row in read_rows(connection, sql, names)
    ]


def zones_of(connection: sa.Connection, site: int, device: int) -> tuple[int, ...]:
    """The zones that a device follows, by id."""
    sql = "SELECT d.zones AS zones FROM device AS d WHERE d.site = :site AND d.id = :device"
    found = read_rows(connection, sql, {"site": site, "device": device})
    return tuple(int(zone) for zone in found[0]["zones"].split()) if found else ()
