"""Wave rules of a site: when each releases next, and what it would release now."""

from collections import Counter
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import msgspec
import sqlalchemy as sa

from server.db.bulk import select_records
from server.lane.activity import NETWORK
from server.orders.records import Shipment
from server.planning.records import WaveRule
from server.planning.wave_rules import chosen_by, following, takes, zone_of
from server.planning.waves import carrier_of
from server.reports.reading import read_rows, time_of
from server.sites.records import Site


class WaveRuleRow(msgspec.Struct, frozen=True):
    """A wave rule as it was put, and when it releases next."""

    name: str
    state: str
    cut_off: str
    lead_min: int
    days: str
    destinations: list[str]
    channels: list[str]
    owners: list[str]
    carriers: list[str]
    """As orders name them; `-` are those that name none."""
    shipments_max: int
    mode: str
    release_at: str | None
    """When it releases next; None while it is closed."""
    cut_off_at: str | None


class Preview(msgspec.Struct, frozen=True):
    """What a rule would release now."""

    rule: WaveRuleRow
    shipments: list[int]
    """By urgency: what a wave by hand takes."""
    lines: int
    destinations: dict[str, int]
    """Shipments by destination."""
    carriers: dict[str, int]
    """Shipments by the carrier that they name; `-` are those that name none."""
    over: int
    """Shipments that the rule takes too, and that are over its limit."""


class WorkRuleRow(msgspec.Struct, frozen=True):
    """How many people pick in a zone, and how long the parts of their work take."""

    zone: str | None
    """None holds for zones without a rule of their own."""
    pickers: int
    step_ms: int
    line_ms: int
    unit_ms: int
    package_ms_min: int


def clock_of(connection: sa.Connection, site: int) -> ZoneInfo:
    """The time zone of a site."""
    found = select_records(connection, Site, ("site", "id"), [(NETWORK, site)])
    return zone_of(found[0] if found else None)


def wave_rules(connection: sa.Connection, site: int, now: int) -> list[WaveRuleRow]:
    """The wave rules of a site by name, closed ones too."""
    clock = clock_of(connection, site)
    owners = merchants(connection)
    return [shown(rule, clock, owners, now) for rule in read_rules(connection, site)]


def preview(connection: sa.Connection, site: int, name: str, now: int) -> Preview | None:
    """What a rule would release now; None where there is no such rule."""
    rule = next((each for each in read_rules(connection, site) if each.name == name), None)
    if rule is None:
        return None
    waiting = select_records(connection, Shipment, ("site", "waiting"), [(site, "open")])
    chosen = chosen_by(rule, waiting)
    destinations = Counter(shipment.destination for shipment in chosen)
    carriers = Counter(map(carrier_of, chosen))
    return Preview(
        rule=shown(rule, clock_of(connection, site), merchants(connection), now),
        shipments=[shipment.id for shipment in chosen],
        lines=sum(shipment.lines for shipment in chosen),
        destinations=dict(sorted(destinations.items())),
        carriers=dict(sorted(carriers.items())),
        over=sum(takes(rule, each) for each in waiting) - len(chosen),
    )


def work_rules(connection: sa.Connection, site: int) -> list[WorkRuleRow]:
    """The work rules of a site, that of all other zones first."""
    sql = """SELECT z.code AS zone, r.pickers AS pickers, r.step_ms AS step_ms,
      r.line_ms AS line_ms, r.unit_ms AS unit_ms, r.package_ms_min AS package_ms_min
    FROM work_rule AS r LEFT JOIN zone AS z ON z.site = r.site AND z.id = r.zone
    WHERE r.site = :site ORDER BY r.zone"""
    return [WorkRuleRow(**row) for row in read_rows(connection, sql, {"site": site})]


def read_rules(connection: sa.Connection, site: int) -> Iterator[WaveRule]:
    """The rules of a site by name."""
    names = ", ".join(f'"{name}"' for name in WaveRule.__struct_fields__)
    sql = f"SELECT {names} FROM wave_rule WHERE site = :site ORDER BY name"  # noqa: S608 - our own fields.
    for row in read_rows(connection, sql, {"site": site}):
        yield WaveRule(**row)


def merchants(connection: sa.Connection) -> dict[str, str]:
    """Codes of merchants by their ids as rules name them."""
    sql = "SELECT id, code FROM merchant WHERE site = 0"
    return {str(row["id"]): row["code"] for row in read_rows(connection, sql, {})}


def shown(rule: WaveRule, clock: ZoneInfo, owners: dict[str, str], now: int) -> WaveRuleRow:
    """A rule as it is told."""
    coming = following(rule, clock, now) if rule.open else None
    return WaveRuleRow(
        name=rule.name,
        state="open" if rule.open else "closed",
        cut_off=rule.cut_off,
        lead_min=rule.lead_min,
        days=rule.days,
        destinations=rule.destinations.split("\n") if rule.destinations else [],
        channels=rule.channels.split("\n") if rule.channels else [],
        owners=[owners[each] for each in rule.owners.split("\n") if each in owners],
        carriers=rule.carriers.split("\n") if rule.carriers else [],
        shipments_max=rule.shipments_max,
        mode=rule.mode,
        release_at=time_of(coming.release_at) if coming else None,
        cut_off_at=time_of(coming.at) if coming else None,
    )
