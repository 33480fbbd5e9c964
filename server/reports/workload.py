"""Workload: how much is left to pick, by zone and by the hour it is due, and what will be late.

A line is due when its order is promised or at the cut-off of its wave, whichever is first. Work is
estimated by the site's work rules (`server/planning/balance.py`); the way of a package is shared
out over its zone's lines. Hands are the pickers that a rule names, else the people who are signed
in: one whose device follows the zone counts for it, one whose device follows all zones counts for
each by its part of the work. What is due by an hour is late if all that is due until then takes the
hands longer than that, and tight if it leaves them less than a quarter of an hour.

Packing, putting away and counting are not in it.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

import msgspec
import sqlalchemy as sa

from server.clock import to_rfc3339
from server.db.bulk import select_records
from server.planning.balance import Crew, Crews
from server.planning.records import WorkRule
from server.reports.reading import read_rows, time_of

HOUR_MS = 3_600_000
MINUTE_MS = 60_000
TIGHT_MS = 15 * MINUTE_MS
Risk = Literal["none", "tight", "late"]


class HourLoad(msgspec.Struct, frozen=True):
    """What is due in one hour."""

    hour: str | None
    """Its beginning; None for what has no time."""
    due: str | None
    """The first time in it at which something is due."""
    lines: int
    units: int
    minutes: int
    """Estimated work."""
    done_at: str | None
    """When all that is due until then is done, estimated; None where nobody works."""
    risk: Risk


class ZoneLoad(msgspec.Struct, frozen=True):
    """What is left to pick in one zone."""

    zone: str
    people: int
    """Signed in on devices that follow the zone."""
    hands: float
    """By how many the estimates are divided."""
    packages: int
    packages_held: int
    lines: int
    units: int
    minutes: int
    hours: list[HourLoad]


class WaitingLoad(msgspec.Struct, frozen=True):
    """What is not released yet and due in one hour."""

    hour: str | None
    shipments: int
    lines: int


class Workload(msgspec.Struct, frozen=True):
    """What is left to pick at a site."""

    site: int
    at: str
    people: int
    """Signed in on floor devices of the site."""
    zones: list[ZoneLoad]
    waiting: list[WaitingLoad]


class Due(NamedTuple):
    """Open lines of one zone that are due in one hour."""

    zone: int
    hour: int | None
    due: int | None
    lines: int
    units: int


class Way(NamedTuple):
    """Open packages of one zone."""

    zone: int
    code: str
    packages: int
    held: int
    steps: int


DUE = """coalesce(CASE WHEN s.promised_at < w.cut_off THEN s.promised_at ELSE w.cut_off END,
      s.promised_at)"""
LINES = f"""SELECT d.zone AS zone, d.due / {HOUR_MS} AS hour, min(d.due) AS due,
      count(*) AS lines, CAST(sum(d.units) AS BIGINT) AS units
    FROM (
      SELECT k.zone AS zone, {DUE} AS due, a.quantity - a.picked - a.short AS units
      FROM package AS k
      JOIN allocation AS a ON a.site = k.site AND a.package = k.id AND a.state = 'pending'
      JOIN shipment AS s ON s.site = a.site AND s.id = a.shipment
      LEFT JOIN wave AS w ON w.site = k.site AND w.id = k.wave
      WHERE k.site = :site AND k.open = 1
    ) AS d GROUP BY d.zone, d.due / {HOUR_MS} ORDER BY d.zone, hour"""  # noqa: S608 - our own parts.
WAYS = """SELECT k.zone AS zone, coalesce(max(z.code), '') AS code, count(*) AS packages,
      count(k.holder) AS held, CAST(sum(2 * k.reach) AS BIGINT) AS steps
    FROM (
      SELECT k.site AS site, k.zone AS zone, k.holder AS holder, k.id AS id,
        coalesce(max(p.walk), 0) AS reach
      FROM package AS k
      LEFT JOIN allocation AS a ON a.site = k.site AND a.package = k.id AND a.state = 'pending'
      LEFT JOIN place AS p ON p.site = a.site AND p.id = a.place
      WHERE k.site = :site AND k.open = 1 GROUP BY k.site, k.zone, k.holder, k.id
    ) AS k LEFT JOIN zone AS z ON z.site = k.site AND z.id = k.zone
    GROUP BY k.zone ORDER BY code, k.zone"""
WAITING = f"""SELECT s.promised_at / {HOUR_MS} AS hour, count(*) AS shipments,
      CAST(sum(s.lines) AS BIGINT) AS lines
    FROM shipment AS s WHERE s.site = :site AND s.waiting = 'open'
    GROUP BY s.promised_at / {HOUR_MS} ORDER BY hour"""  # noqa: S608 - our own parts.
PEOPLE = """SELECT DISTINCT g.person AS person, d.zones AS zones FROM actor_grant AS g
    JOIN device AS d ON d.site = g.site AND d.id = g.device
    WHERE g.site = :site AND g.until > :now AND g.withdrawn_at IS NULL
      AND d.role = 'floor' AND d.state = 'active'"""


def workload(connection: sa.Connection, site: int, now: int) -> Workload:
    """What is left to pick at a site now, ms."""
    crews = Crews(select_records(connection, WorkRule, ("site",), [(site,)]))
    asked = {"site": site}
    due = [Due(**row) for row in read_rows(connection, LINES, asked)]
    ways = [Way(**row) for row in read_rows(connection, WAYS, asked)]
    signed_in = read_rows(connection, PEOPLE, {"site": site, "now": now})
    people = [(row["person"], row["zones"].split()) for row in signed_in]
    works = {way.zone: zone_ms(way, due, crews.of(way.zone)) for way in ways}
    zones = []
    for way in ways:
        crew, work = crews.of(way.zone), works[way.zone]
        named = {person for person, followed in people if str(way.zone) in followed}
        anywhere = {person for person, followed in people if not followed} - named
        hands = crew.pickers or len(named) + len(anywhere) * work / max(1, sum(works.values()))
        own = sorted((each for each in due if each.zone == way.zone), key=order_of)
        zones.append(
            ZoneLoad(
                zone=way.code,
                people=len(named | anywhere),
                hands=round(hands, 2),
                packages=way.packages,
                packages_held=way.held,
                lines=sum(each.lines for each in own),
                units=sum(each.units for each in own),
                minutes=minutes(work),
                hours=list(by_hour(own, crew, work, hands, now)),
            )
        )
    waiting = [
        WaitingLoad(hour_of(row["hour"]), row["shipments"], row["lines"])
        for row in sorted(read_rows(connection, WAITING, asked), key=lambda row: last(row["hour"]))
    ]
    return Workload(site, to_rfc3339(now), len({person for person, _ in people}), zones, waiting)


def zone_ms(way: Way, due: Iterable[Due], crew: Crew) -> int:
    """Estimated work of a zone."""
    return way.steps * crew.step_ms + sum(
        handling_ms(each, crew) for each in due if each.zone == way.zone
    )


def handling_ms(due: Due, crew: Crew) -> int:
    """Estimated work of lines without the walk."""
    return crew.line_ms * due.lines + crew.unit_ms * due.units


def by_hour(
    own: Sequence[Due], crew: Crew, work: int, hands: float, now: int
) -> Iterator[HourLoad]:
    """A zone's lines by the hour they are due, with when they are done one after the other."""
    handling = sum(handling_ms(each, crew) for each in own)
    before = 0.0
    for each in own:
        part = work * handling_ms(each, crew) / handling if handling else work / len(own)
        before += part
        done = now + int(before / hands) if hands else None
        yield HourLoad(
            hour=hour_of(each.hour),
            due=time_of(each.due),
            lines=each.lines,
            units=each.units,
            minutes=minutes(part),
            done_at=time_of(done),
            risk=risk_of(each.due, done),
        )


def risk_of(due: int | None, done: int | None) -> Risk:
    """Whether something due at a time and done at a time is late."""
    if due is None:
        return "none"
    if done is None or done > due:
        return "late"
    return "tight" if done > due - TIGHT_MS else "none"


def order_of(due: Due) -> tuple[bool, int]:
    """The order in which lines are due."""
    return last(due.hour)


def last(hour: int | None) -> tuple[bool, int]:
    """What has no time comes last, however a database sorts it."""
    return (hour is None, hour or 0)


def hour_of(hour: int | None) -> str | None:
    """The beginning of an hour, counted from 1970."""
    return time_of(None if hour is None else hour * HOUR_MS)


def minutes(ms: float) -> int:
    """Whole minutes, begun ones counted."""
    return math.ceil(ms / MINUTE_MS)
