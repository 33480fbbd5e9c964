"""Announced receipts: what was announced, what came, what is missing and what is over."""

import msgspec
import sqlalchemy as sa

from server.reports.reading import (
    LIMIT,
    Conditions,
    Page,
    as_page,
    read_cursor,
    read_rows,
    time_of,
    told,
    within_limit,
)


class ReceiptRow(msgspec.Struct, frozen=True):
    """One announcement, and what came under its number."""

    announcement: int
    site: int
    owner: str
    number: str
    supplier: str
    expected_on: str
    route: str
    """store, cross_dock."""
    state: str
    """announced, arrived, receiving, received (all lines are full), closed."""
    lines: int
    announced: int
    received: int
    missing: int
    over: int
    """More than announced, or not announced at all."""
    damaged: int
    """Of what was received: in any condition but good."""
    dock: str
    announced_at: str
    arrived_at: str | None
    unloaded_from: str | None
    """When the first units were received, and the last."""
    unloaded_until: str | None
    closed_at: str | None


class ReceiptLineRow(msgspec.Struct, frozen=True):
    """One announced line with its share of what came."""

    position: int
    sku: str
    description: str
    announced: int
    received: int
    missing: int
    over: int
    lot: str
    serial: str
    expiry: str
    unit: str
    """SSCC of the pallet or carton in which it was to come."""


class ReceivedRow(msgspec.Struct, frozen=True):
    """Units of an item in one lot and condition that came under the number."""

    sku: str
    raw: str
    """As scanned, where nobody has named the item yet."""
    lot: str
    condition: str
    quantity: int
    announced: bool
    """Whether any line is about this item."""
    first_at: str
    last_at: str


class ReceiptStory(msgspec.Struct, frozen=True):
    """An announcement line by line, and what came."""

    receipt: ReceiptRow
    lines: list[ReceiptLineRow]
    received: list[ReceivedRow]


class ReceiptFilter(msgspec.Struct, frozen=True):
    """Which announcements are asked for; None is every one."""

    owner: int | None = None
    site: int | None = None
    number: str | None = None
    state: str | None = None
    announcement: int | None = None


GOODS = "FROM received_goods AS g WHERE g.site = a.site AND g.number = a.number"
CAME = f"{GOODS} AND g.owner = a.owner AND g.summed IS NOT NULL"
"""What came of the announcement's owner."""


def receipts(
    connection: sa.Connection,
    asked: ReceiptFilter,
    *,
    after: str | None = None,
    limit: int = LIMIT,
) -> Page[ReceiptRow]:
    """Announcements by site, in the order in which they were made."""
    limit = within_limit(limit)
    conditions = conditions_of(asked)
    keyed = ("a.site", "a.id")
    conditions.beyond(keyed, read_cursor(after, (int, int)))
    sql = f"""SELECT a.id AS announcement, a.site AS site, coalesce(m.code, '') AS owner,
      a.number AS number, a.supplier AS supplier, a.expected_on AS expected_on, a.route AS route,
      a.state AS state, a.units AS announced, a.came AS received, a."left" AS missing,
      a.over AS over, coalesce(p.code, '') AS dock,
      (SELECT count(*) FROM announced_line AS l
        WHERE l.site = a.site AND l.announcement = a.id) AS lines,
      CAST((SELECT coalesce(sum(g.quantity), 0) {CAME} AND g.condition <> 'good') AS BIGINT)
        AS damaged,
      a.announced_at AS announced_at, a.arrived_at AS arrived_at,
      (SELECT min(g.first_at) {CAME}) AS unloaded_from,
      (SELECT max(g.last_at) {CAME}) AS unloaded_until, a.closed_at AS closed_at
    FROM announcement AS a
    LEFT JOIN merchant AS m ON m.site = 0 AND m.id = a.owner
    LEFT JOIN place AS p ON p.site = a.site AND p.id = a.dock
    {conditions.where} ORDER BY {", ".join(keyed)} LIMIT :limit"""  # noqa: S608 - our own parts.
    found = read_rows(connection, sql, conditions.values | {"limit": limit + 1})
    times = ("announced_at", "arrived_at", "unloaded_from", "unloaded_until", "closed_at")
    rows = [told(ReceiptRow, row, *times) for row in found]
    return as_page(rows, [(row.site, row.announcement) for row in rows], limit)


def conditions_of(asked: ReceiptFilter) -> Conditions:
    """The conditions that a filter makes, on announcement a."""
    conditions = Conditions()
    conditions.ask("a.owner = :owner", owner=asked.owner)
    conditions.ask("a.site = :site", site=asked.site)
    conditions.ask("a.number = :number", number=asked.number)
    conditions.ask("a.state = :state", state=asked.state)
    conditions.ask("a.id = :id", id=asked.announcement)
    return conditions


def receipt_story(connection: sa.Connection, asked: ReceiptFilter) -> ReceiptStory | None:
    """The one announcement that is asked for, line by line; None where there is none.

    What nobody could name is told to the house alone: under the same number it may be another's.
    """
    rows = receipts(connection, asked, limit=1).rows
    if not rows:
        return None
    [receipt] = rows
    values = {"site": receipt.site, "id": receipt.announcement}
    lines = read_rows(connection, LINES, values)
    unnamed = "" if asked.owner is not None else "OR g.owner = 0"
    sql = f"""SELECT coalesce(i.sku, '') AS sku, coalesce(s.raw, '') AS raw, g.lot AS lot,
      g.condition AS condition, g.quantity AS quantity,
      EXISTS (SELECT 1 FROM announced_line AS l
        WHERE l.site = a.site AND l.announcement = a.id AND l.item = g.item) AS announced,
      g.first_at AS first_at, g.last_at AS last_at
    FROM announcement AS a
    JOIN received_goods AS g ON g.site = a.site AND g.number = a.number
      AND g.summed IS NOT NULL AND (g.owner = a.owner {unnamed})
    LEFT JOIN item AS i ON i.site = 0 AND i.id = g.item
    LEFT JOIN stock AS s ON s.site = g.site AND s.id = g.unnamed
    WHERE a.site = :site AND a.id = :id
    ORDER BY sku, raw, lot, condition, g.owner, g.unnamed"""  # noqa: S608 - our own parts.
    goods = read_rows(connection, sql, values)
    return ReceiptStory(
        receipt,
        [ReceiptLineRow(**row) for row in lines],
        [received_row(row) for row in goods],
    )


def received_row(row: sa.RowMapping) -> ReceivedRow:
    """A row as it is told; one of the databases has no truth values."""
    times = {name: time_of(row[name]) for name in ("first_at", "last_at")}
    return ReceivedRow(**(dict(row) | times | {"announced": bool(row["announced"])}))


LINES = """SELECT l.position AS position, coalesce(i.sku, '') AS sku,
      coalesce(i.description, '') AS description, l.quantity AS announced, l.received AS received,
      CASE WHEN l.received < l.quantity THEN l.quantity - l.received ELSE 0 END AS missing,
      CASE WHEN l.received > l.quantity THEN l.received - l.quantity ELSE 0 END AS over,
      l.lot AS lot, l.serial AS serial, l.expiry AS expiry, l.unit AS unit
    FROM announced_line AS l LEFT JOIN item AS i ON i.site = 0 AND i.id = l.item
    WHERE l.site = :site AND l.announcement = :id ORDER BY l.position"""
