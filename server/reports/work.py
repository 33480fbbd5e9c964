"""Planned work of a site: holds, shipments that wait, waves with their packages, rounds."""

import msgspec
import sqlalchemy as sa

from server.reports.reading import (
    LIMIT,
    Conditions,
    Page,
    as_page,
    in_words,
    read_cursor,
    read_rows,
    told,
    within_limit,
)


class HoldRow(msgspec.Struct, frozen=True):
    """An open hold; every selector that is not None must match."""

    hold: int
    site: int
    reason: str
    owner: str | None
    sku: str | None
    lot: str | None
    serial: str | None
    place: str | None
    unit: str | None
    opened_at: str
    opened_by: str


class ShipmentRow(msgspec.Struct, frozen=True):
    """A shipment of a site, and where it stands."""

    shipment: int
    order: int
    owner: str
    channel: str
    number: str
    state: str
    priority: int
    destination: str
    carrier: str
    """As the order names it; empty where it names none."""
    lines: int
    to_pick: int
    parcels: int
    wave: int | None
    received_at: str
    promised_at: str | None
    window_from: str | None


class WaveRow(msgspec.Struct, frozen=True):
    """A wave and how far its pick lines have come."""

    wave: int
    site: int
    name: str
    released_at: str
    released_by: str
    shipments: int
    packages: int
    packages_done: int
    lines: int
    lines_left: int


class PackageRow(msgspec.Struct, frozen=True):
    """A package of pick work, who holds it and until when."""

    package: int
    wave: int
    zone: int
    priority: int
    state: str
    lines: int
    left: int
    fence: int
    device: int | None
    actor: str
    leased_at: str | None
    lease_until: str | None


class RoundRow(msgspec.Struct, frozen=True):
    """A round and how far it has come."""

    round: int
    site: int
    name: str
    date: str
    van: str
    device: int | None
    person: str | None
    state: str
    stops: int
    stops_open: int
    parcels: int
    parcels_delivered: int
    made_at: str
    started_at: str | None
    done_at: str | None


def holds(connection: sa.Connection, site: int) -> list[HoldRow]:
    """The open holds of a site; they are few."""
    sql = """SELECT h.id AS hold, h.site AS site, h.reason AS reason, m.code AS owner, i.sku AS sku,
      h.lot AS lot, h.serial AS serial, p.code AS place, u.code AS unit, h.opened_at AS opened_at,
      h.opened_by AS opened_by
    FROM hold AS h
    LEFT JOIN merchant AS m ON m.site = 0 AND m.id = h.owner
    LEFT JOIN item AS i ON i.site = 0 AND i.id = h.item
    LEFT JOIN place AS p ON p.site = h.site AND p.id = h.place
    LEFT JOIN unit AS u ON u.site = h.site AND u.id = h.unit
    WHERE h.site = :site AND h.open = 1 ORDER BY h.id"""
    rows = [told(HoldRow, row, "opened_at") for row in read_rows(connection, sql, {"site": site})]
    return in_words(connection, rows, "reason")


def shipments(
    connection: sa.Connection,
    site: int,
    *,
    waiting: str | None = None,
    wave: int | None = None,
    after: str | None = None,
    limit: int = LIMIT,
) -> Page[ShipmentRow]:
    """Shipments of a site by id; `waiting` (open, packed, exception) is for what ops must do."""
    limit = within_limit(limit)
    conditions = Conditions()
    conditions.ask("h.site = :site", site=site)
    conditions.ask("h.waiting = :waiting", waiting=waiting)
    conditions.ask("h.wave = :wave", wave=wave)
    conditions.beyond(("h.id",), read_cursor(after, (int,)))
    sql = f"""SELECT h.id AS shipment, h.order_id AS "order", coalesce(m.code, '') AS owner,
      h.channel AS channel, h.number AS number, h.state AS state, h.priority AS priority,
      h.destination AS destination, h.carrier AS carrier,
      h.lines AS lines, h.to_pick AS to_pick, h.parcels AS parcels,
      h.wave AS wave, h.received_at AS received_at, h.promised_at AS promised_at,
      h.window_from AS window_from
    FROM shipment AS h LEFT JOIN merchant AS m ON m.site = 0 AND m.id = h.owner
    {conditions.where} ORDER BY h.id LIMIT :limit"""  # noqa: S608 - our own parts.
    found = read_rows(connection, sql, conditions.values | {"limit": limit + 1})
    rows = [told(ShipmentRow, row, "received_at", "promised_at", "window_from") for row in found]
    return as_page(rows, [(row.shipment,) for row in rows], limit)


def waves(
    connection: sa.Connection, site: int, *, after: str | None = None, limit: int = LIMIT
) -> Page[WaveRow]:
    """The waves of a site, the newest first."""
    limit = within_limit(limit)
    conditions = Conditions()
    conditions.ask("w.site = :site", site=site)
    cursor = read_cursor(after, (int,))
    conditions.ask("w.id < :before", before=cursor[0] if cursor else None)
    sql = f"""WITH w AS (
      SELECT * FROM wave AS w {conditions.where} ORDER BY w.id DESC LIMIT :limit
    )
    SELECT w.id AS wave, w.site AS site, w.name AS name, w.released_at AS released_at,
      w.released_by AS released_by, w.shipments AS shipments, count(k.id) AS packages,
      CAST(coalesce(sum(CASE WHEN k.state = 'done' THEN 1 ELSE 0 END), 0) AS BIGINT)
        AS packages_done,
      CAST(coalesce(sum(k.lines), 0) AS BIGINT) AS lines,
      CAST(coalesce(sum(k."left"), 0) AS BIGINT) AS lines_left
    FROM w LEFT JOIN package AS k ON k.site = w.site AND k.wave = w.id
    GROUP BY w.id, w.site, w.name, w.released_at, w.released_by, w.shipments
    ORDER BY w.id DESC"""  # noqa: S608 - our own parts.
    found = read_rows(connection, sql, conditions.values | {"limit": limit + 1})
    rows = [told(WaveRow, row, "released_at") for row in found]
    return as_page(rows, [(row.wave,) for row in rows], limit)


def packages(connection: sa.Connection, site: int, wave: int) -> list[PackageRow]:
    """The packages of a wave by id."""
    sql = """SELECT k.id AS package, k.wave AS wave, k.zone AS zone, k.priority AS priority,
      k.state AS state, k.lines AS lines, k."left" AS "left", k.fence AS fence, k.holder AS device,
      k.actor AS actor, k.leased_at AS leased_at, k.lease_until AS lease_until
    FROM package AS k WHERE k.site = :site AND k.wave = :wave ORDER BY k.id"""
    found = read_rows(connection, sql, {"site": site, "wave": wave})
    return [told(PackageRow, row, "leased_at", "lease_until") for row in found]


def rounds(
    connection: sa.Connection,
    site: int,
    *,
    is_open: bool | None = None,
    number: int | None = None,
    after: str | None = None,
    limit: int = LIMIT,
) -> Page[RoundRow]:
    """The rounds of a site by id: all, those that are not done, or one."""
    limit = within_limit(limit)
    conditions = Conditions()
    conditions.ask("g.site = :site", site=site)
    conditions.ask("g.id = :number", number=number)
    if is_open is not None:
        conditions.ask("g.open = 1" if is_open else "g.open IS NULL")
    conditions.beyond(("g.id",), read_cursor(after, (int,)))
    sql = f"""WITH g AS (
      SELECT * FROM round AS g {conditions.where} ORDER BY g.id LIMIT :limit
    ), k AS (
      SELECT r.site AS site, r.round AS round, count(*) AS parcels,
        sum(CASE WHEN r.state = 'delivered' THEN 1 ELSE 0 END) AS delivered
      FROM parcel AS r JOIN g ON r.site = g.site AND r.round = g.id GROUP BY r.site, r.round
    )
    SELECT g.id AS round, g.site AS site, g.name AS name, g.date AS date,
      coalesce(p.code, '') AS van, g.device AS device, n.code AS person, g.state AS state,
      g.stops AS stops, g.stops_open AS stops_open,
      CAST(coalesce(k.parcels, 0) AS BIGINT) AS parcels,
      CAST(coalesce(k.delivered, 0) AS BIGINT) AS parcels_delivered,
      g.made_at AS made_at, g.started_at AS started_at, g.done_at AS done_at
    FROM g LEFT JOIN k ON k.site = g.site AND k.round = g.id
    LEFT JOIN place AS p ON p.site = g.site AND p.id = g.van
    LEFT JOIN person AS n ON n.site = 0 AND n.id = g.person ORDER BY g.id"""  # noqa: S608 - our own parts.
    found = read_rows(connection, sql, conditions.values | {"limit": limit + 1})
    rows = [told(RoundRow, row, "made_at", "started_at", "done_at") for row in found]
    return as_page(rows, [(row.round,) for row in rows], limit)


def round_named(connection: sa.Connection, site: int, number: int) -> RoundRow | None:
    """One round of a site."""
    return next(iter(rounds(connection, site, number=number, limit=1).rows), None)
