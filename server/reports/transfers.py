"""Transfers between sites, as either of the two books has them.

The books agree once both have heard everything of each other.
"""

import msgspec
import sqlalchemy as sa

from server.reports.reading import (
    LIMIT,
    Conditions,
    Page,
    as_page,
    read_cursor,
    read_rows,
    told,
    within_limit,
)
from server.transfers.records import TransferLine, TransferUnits
from server.transfers.rules import shared_out


class TransferRow(msgspec.Struct, frozen=True):
    """One transfer, and the units that went under it."""

    transfer: int
    """Its id, by which devices name it."""
    origin: int
    target: int
    owner: str
    number: str
    ordered: int
    sent: int
    arrived: int
    missing: int
    """Left, and not arrived: in transit, or lost once the transfer is closed; item by item."""
    over: int
    """Arrived, and had not left."""
    ordered_at: str
    closed_at: str | None


class TransferLineRow(msgspec.Struct, frozen=True):
    """One ordered line with its share of what went."""

    position: int
    sku: str
    lot: str
    ordered: int
    sent: int
    arrived: int


class TransferUnitsRow(msgspec.Struct, frozen=True):
    """Units of a stock key that went under a transfer, ordered or not."""

    sku: str
    """Or the raw scan of what nobody knows."""
    lot: str
    serial: str
    condition: str
    sent: int
    arrived: int
    lost: int
    """In lost and found of the origin; zero in the other book."""


class TransferStory(msgspec.Struct, frozen=True):
    """A transfer line by line, and the goods that went."""

    transfer: TransferRow
    lines: list[TransferLineRow]
    goods: list[TransferUnitsRow]


class TransferFilter(msgspec.Struct, frozen=True):
    """Which transfers of a site are asked for; None asks nothing."""

    site: int
    owner: int | None = None
    number: str | None = None
    transfer: int | None = None
    open_only: bool = False


def outstanding(sign: str) -> str:
    """The units of which more left than arrived (`+`), or the other way (`-`), item by item."""
    return f"""(SELECT coalesce(sum(CASE WHEN d.units > 0 THEN d.units ELSE 0 END), 0) FROM (
      SELECT {sign}sum(u.sent - u.taken) AS units FROM transfer_units AS u
      WHERE u.site = t.site AND u.transfer = t.id
      GROUP BY u.item, CASE WHEN u.item = 0 THEN u.stock ELSE 0 END) AS d)"""  # noqa: S608 - own parts.


SUM = """CAST((SELECT coalesce(sum(u.{0}), 0) FROM transfer_units AS u
      WHERE u.site = t.site AND u.transfer = t.id) AS BIGINT)"""


def transfers(
    connection: sa.Connection,
    asked: TransferFilter,
    *,
    after: str | None = None,
    limit: int = LIMIT,
) -> Page[TransferRow]:
    """Transfers from and to a site, in the order in which they were ordered at their origins."""
    limit = within_limit(limit)
    conditions = Conditions()
    conditions.ask("t.site = :site", site=asked.site)
    conditions.ask("t.owner = :owner", owner=asked.owner)
    conditions.ask("t.number = :number", number=asked.number)
    conditions.ask("t.id = :id", id=asked.transfer)
    if asked.open_only:
        conditions.ask("t.closed_at IS NULL")
    conditions.beyond(("t.id",), read_cursor(after, (int,)))
    sql = f"""SELECT t.id AS transfer, t.origin AS origin, t.target AS target,
      coalesce(m.code, '') AS owner, t.number AS number, t.units AS ordered,
      {SUM.format("sent")} AS sent, {SUM.format("taken")} AS arrived,
      CAST({outstanding("+")} AS BIGINT) AS missing, CAST({outstanding("-")} AS BIGINT) AS over,
      t.ordered_at AS ordered_at, t.closed_at AS closed_at
    FROM transfer AS t LEFT JOIN merchant AS m ON m.site = 0 AND m.id = t.owner
    {conditions.where} ORDER BY t.id LIMIT :limit"""  # noqa: S608 - our own parts.
    found = read_rows(connection, sql, conditions.values | {"limit": limit + 1})
    rows = [told(TransferRow, row, "ordered_at", "closed_at") for row in found]
    return as_page(rows, [(row.transfer,) for row in rows], limit)


def transfer_story(connection: sa.Connection, site: int, transfer: int) -> TransferStory | None:
    """A transfer as a site has it, line by line; None where it has not heard of it."""
    rows = transfers(connection, TransferFilter(site, transfer=transfer), limit=1).rows
    if not rows:
        return None
    values = {"site": site, "transfer": transfer}
    found_lines = read_rows(connection, LINES, values)
    found_units = read_rows(connection, UNITS, values)
    lines = [
        TransferLine(site, transfer, row["position"], row["item"], row["quantity"], row["lot"])
        for row in found_lines
    ]
    units = [
        TransferUnits(
            site, transfer, row["stock"], row["item"], row["lot"], row["sent"], row["taken"]
        )
        for row in found_units
    ]
    standing = shared_out(lines, units)
    return TransferStory(
        rows[0],
        [
            TransferLineRow(
                row["position"], row["sku"], row["lot"], row["quantity"], *standing[row["position"]]
            )
            for row in found_lines
        ],
        [
            TransferUnitsRow(
                row["sku"],
                row["lot"],
                row["serial"],
                row["condition"],
                row["sent"],
                row["taken"],
                row["lost"],
            )
            for row in found_units
        ],
    )


LINES = """SELECT l.position AS position, l.item AS item, coalesce(i.sku, '') AS sku,
      l.quantity AS quantity, l.lot AS lot
    FROM transfer_line AS l LEFT JOIN item AS i ON i.site = 0 AND i.id = l.item
    WHERE l.site = :site AND l.transfer = :transfer ORDER BY l.position"""
UNITS = """SELECT u.stock AS stock, u.item AS item, coalesce(i.sku, s.raw) AS sku, u.lot AS lot,
      s.serial AS serial, s.condition AS condition, u.sent AS sent, u.taken AS taken, u.lost AS lost
    FROM transfer_units AS u JOIN stock AS s ON s.site = u.site AND s.id = u.stock
    LEFT JOIN item AS i ON i.site = 0 AND i.id = u.item
    WHERE u.site = :site AND u.transfer = :transfer
    ORDER BY sku, u.lot, s.serial, s.condition, u.stock"""
