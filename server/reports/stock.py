"""Stock: what stands where, and how much of it is allocated, held and available.

A merchant's stock is what stands at locations (bins, docks, benches, staging, vans): it is found by
owner and item. Goods in totes and parcels are on their way in an order; whoever reads a whole site
sees them too. All sales channels draw on one pool.

Available is what orders may still be promised: good units in bins and at docks, less what is
allocated there and what holds select; by item also less what orders were promised and no place has
been chosen for yet. The same is decided by `server.orders.available`.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from server.catalog.resolve import normal_code
from server.ledger.records import LAST_VIRTUAL
from server.reports.reading import (
    LIMIT,
    Conditions,
    Page,
    as_page,
    by_index,
    read_cursor,
    read_rows,
    read_tuples,
    stream_rows,
    within_limit,
)


class StockRow(msgspec.Struct, frozen=True):
    """Units of one stock key at one place; corrections name the key by its id, `stock`."""

    site: int
    place: str
    place_kind: str
    owner: str
    sku: str
    description: str
    lot: str
    serial: str
    condition: str
    customs: str
    raw: str
    """The scan, where nobody knows the item."""
    stock: int
    on_hand: int
    allocated: int
    held: int
    available: int


class ItemStock(msgspec.Struct, frozen=True):
    """Units of one item in one condition at the locations of one site."""

    site: int
    owner: str
    sku: str
    description: str
    condition: str
    on_hand: int
    allocated: int
    held: int
    promised: int
    available: int


class StockFilter(msgspec.Struct, frozen=True):
    """What stock is asked for; None is everything."""

    site: int | None = None
    owner: int | None = None
    item: str | None = None
    """SKU, or any barcode of the item."""
    sku_from: str | None = None
    """How the SKU begins."""
    place: str | None = None
    condition: str | None = None


SHOWN = len(StockRow.__struct_fields__)
FREE = "CASE WHEN b.quantity > b.allocated THEN b.quantity - b.allocated ELSE 0 END"
NAMES = """LEFT JOIN item AS i ON i.site = 0 AND i.id = s.item
    LEFT JOIN merchant AS m ON m.site = 0 AND m.id = s.owner"""


def is_held(connection: sa.Connection) -> str:
    """Whether an open hold selects the balance, as `server.ledger.holds.selects` says it."""
    return f"""EXISTS (
    SELECT 1 FROM hold AS h {by_index(connection, "ix_hold_site_open")}
    WHERE h.site = b.site AND h.open = 1
    AND (h.owner IS NULL OR h.owner = s.owner) AND (h.item IS NULL OR h.item = s.item)
    AND (h.lot IS NULL OR h.lot = s.lot) AND (h.serial IS NULL OR h.serial = s.serial)
    AND (h.place IS NULL OR h.place = b.place) AND (h.unit IS NULL OR h.unit = b.place))"""  # noqa: S608 - our own parts.


def measures(connection: sa.Connection) -> tuple[str, str]:
    """The units of a balance that are held, and those that are available."""
    held = is_held(connection)
    return (
        f"CASE WHEN {held} THEN {FREE} ELSE 0 END",
        f"""CASE WHEN p.kind IN ('bin', 'dock') AND s.condition = 'good' AND NOT {held}
    THEN b.quantity - b.allocated ELSE 0 END""",
    )


def columns(connection: sa.Connection) -> str:
    """What a row shows, in the order of its fields."""
    held, available = measures(connection)
    return f"""b.site AS site, p.code AS place, p.kind AS place_kind,
    coalesce(m.code, '') AS owner, coalesce(i.sku, '') AS sku,
    coalesce(i.description, '') AS description, s.lot AS lot, s.serial AS serial,
    s.condition AS condition, s.customs AS customs, s.raw AS raw, s.id AS stock,
    b.quantity AS on_hand, b.allocated AS allocated, {held} AS held, {available} AS available"""


def conditions_of(asked: StockFilter) -> Conditions:
    """The conditions that a filter makes, on balance b, stock s, place p and item i."""
    conditions = Conditions()
    conditions.ask("s.unit IS NULL")
    conditions.ask(f"b.place > {LAST_VIRTUAL}")
    conditions.ask("(b.quantity <> 0 OR b.allocated <> 0)")
    conditions.ask("s.site = :site", site=asked.site)
    conditions.ask("s.owner = :owner", owner=asked.owner)
    conditions.ask("p.code = :place", place=asked.place)
    conditions.ask("s.condition = :condition", condition=asked.condition)
    if asked.item:
        # First which items these are: then only their stock keys are read, by the index.
        named = "SELECT n.id FROM item AS n WHERE n.site = 0 AND n.sku = :item"
        if asked.owner is not None:
            named += " AND n.owner = :owner"
        coded = "SELECT c.item FROM item_code AS c WHERE c.site = 0 AND c.code = :code"
        conditions.ask(
            f"s.item IN ({named} UNION ALL {coded})",
            item=asked.item,
            code=normal_code(asked.item),
        )
    if asked.sku_from:
        conditions.ask(
            "substr(i.sku, 1, :sku_letters) = :sku_from",
            sku_letters=len(asked.sku_from),
            sku_from=asked.sku_from,
        )
    return conditions


def at_locations(connection: sa.Connection) -> str:
    """Stock at locations, read from stock keys to their balances."""
    return f"""stock AS s {by_index(connection, "ix_stock_site_owner_item")}
    JOIN balance AS b {by_index(connection, "ix_balance_site_listed")}
      ON b.site = s.site AND b.listed = s.id
    JOIN place AS p ON p.site = b.site AND p.id = b.place
    {NAMES}"""


EVERYWHERE = f"""balance AS b
    JOIN stock AS s ON s.site = b.site AND s.id = b.stock
    JOIN place AS p ON p.site = b.site AND p.id = b.place
    {NAMES}"""
"""All stock on the floor, handling units' contents too, read along the balances."""


def owned_stock(
    connection: sa.Connection,
    sites: Sequence[int],
    asked: StockFilter,
    *,
    after: str | None = None,
    limit: int = LIMIT,
) -> Page[StockRow]:
    """A merchant's stock at locations of these sites, by site, item, key and place."""
    limit = within_limit(limit)
    conditions = conditions_of(asked)
    within_sites(conditions, sites)
    order = ("s.site", "s.item", "s.id", "b.place")
    conditions.beyond(order, read_cursor(after, (int, int, int, int)))
    sql = f"""SELECT {columns(connection)}, {", ".join(order)}
    FROM {at_locations(connection)} {conditions.where}
    ORDER BY {", ".join(order)} LIMIT {limit + 1}"""  # noqa: S608 - our own parts.
    # SQLite takes a third less where it knows the limit while it plans.
    found = read_tuples(connection, sql, conditions.values)
    return as_page([stock_row(row) for row in found], [row[SHOWN:] for row in found], limit)


def site_stock(
    connection: sa.Connection,
    asked: StockFilter,
    *,
    after: str | None = None,
    limit: int = LIMIT,
) -> Page[StockRow]:
    """All stock on the floor, by site and place."""
    limit = within_limit(limit)
    conditions = conditions_of(asked)
    order = ("b.site", "b.place", "b.stock")
    conditions.beyond(order, read_cursor(after, (int, int, int)))
    sql = f"""SELECT {columns(connection)}, {", ".join(order)} FROM {EVERYWHERE} {conditions.where}
    ORDER BY {", ".join(order)} LIMIT :limit"""  # noqa: S608 - our own parts.
    found = read_tuples(connection, sql, conditions.values | {"limit": limit + 1})
    return as_page([stock_row(row) for row in found], [row[SHOWN:] for row in found], limit)


def all_stock(connection: sa.Connection, asked: StockFilter) -> Iterator[list[StockRow]]:
    """All stock on the floor in portions, from one snapshot."""
    conditions = conditions_of(asked)
    sql = f"""SELECT {columns(connection)} FROM {EVERYWHERE} {conditions.where}
    ORDER BY b.site, b.place, b.stock"""  # noqa: S608 - our own parts.
    for portion in stream_rows(connection, sql, conditions.values):
        yield [stock_row(tuple(row.values())) for row in portion]


def items_stock(
    connection: sa.Connection,
    sites: Sequence[int],
    asked: StockFilter,
    *,
    after: str | None = None,
    limit: int = LIMIT,
) -> Page[ItemStock]:
    """Stock at locations of these sites summed by item and condition, less what orders have."""
    limit = within_limit(limit)
    conditions = conditions_of(asked)
    within_sites(conditions, sites)
    held, available = measures(connection)
    order = ("s.site", "s.owner", "s.item", "s.condition")
    conditions.beyond(order, read_cursor(after, (int, int, int, str)))
    sql = f"""SELECT t.*, coalesce(d.quantity, 0) AS promised FROM (
      SELECT s.site AS site, s.owner AS owner_id, s.item AS item_id, s.condition AS condition,
        min(coalesce(m.code, '')) AS owner, min(coalesce(i.sku, '')) AS sku,
        min(coalesce(i.description, '')) AS description,
        CAST(sum(b.quantity) AS BIGINT) AS on_hand,
        CAST(sum(b.allocated) AS BIGINT) AS allocated,
        CAST(sum({held}) AS BIGINT) AS held, CAST(sum({available}) AS BIGINT) AS free
      FROM {at_locations(connection)} {conditions.where}
      GROUP BY {", ".join(order)} ORDER BY {", ".join(order)} LIMIT :limit
    ) AS t LEFT JOIN demand AS d ON d.site = t.site AND d.owner = t.owner_id
      AND d.item = t.item_id AND t.condition = 'good'
    ORDER BY t.site, t.owner_id, t.item_id, t.condition"""  # noqa: S608 - our own parts.
    found = read_rows(connection, sql, conditions.values | {"limit": limit + 1})
    keys = [(row["site"], row["owner_id"], row["item_id"], row["condition"]) for row in found]
    return as_page([item_stock(row) for row in found], keys, limit)


def within_sites(conditions: Conditions, sites: Sequence[int]) -> None:
    """Ask for some sites by name, because every index begins with the site."""
    names = {f"site_{place}": site for place, site in enumerate(sites)}
    marks = ", ".join(f":{name}" for name in names) or "NULL"
    conditions.ask(f"s.site IN ({marks})", **names)


def stock_row(row: Sequence[Any]) -> StockRow:
    """A row of `columns` as it is told; by place and not by name, for there are many of them."""
    return StockRow(*row[:SHOWN])


def item_stock(row: sa.RowMapping) -> ItemStock:
    """An item's sum as it is told."""
    told: dict[str, Any] = {
        name: row[name] for name in ItemStock.__struct_fields__ if name != "available"
    }
    return ItemStock(**told, available=max(0, row["free"] - row["promised"]))
