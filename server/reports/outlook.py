"""What a merchant should look at before it is too late: goods that run low, and lots that expire.

Low is what will not last: the units that may still be sold, measured by what orders asked for in
the last four weeks; and what orders lack already. Days are those of UTC, as those of lots are.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa

from server.ledger.records import LAST_VIRTUAL
from server.reports.reading import Conditions, by_index, read_rows, within_limit
from server.reports.stock import at_locations, measures, within_sites

DAY_MS = 86_400_000
SOLD_DAYS = 28
"""Orders of so many days say how fast an item sells: whole weeks, since days of a week differ."""
LOW_DAYS = 7
EXPIRY_DAYS = 60


class LowRow(msgspec.Struct, frozen=True):
    """An item that runs low at a site, or that orders lack."""

    site: int
    sku: str
    description: str
    available: int
    """Units that may still be sold."""
    ordered: int
    """Units that orders of the last 28 days asked for."""
    lacking: int
    """Units that orders wait for."""
    days_left: int | None
    """Whole days that what is available lasts; None where no order asked for it lately."""


class ExpiringRow(msgspec.Struct, frozen=True):
    """A lot at a site whose date is near, or has passed."""

    site: int
    sku: str
    description: str
    lot: str
    expiry: str
    days_left: int
    """Below zero when the date has passed."""
    on_hand: int


class _Key(NamedTuple):
    site: int
    item: int


def low_stock(  # noqa: PLR0917 - whose, where, when, how low and how many.
    connection: sa.Connection,
    owner: int,
    sites: Sequence[int],
    now: int,
    days: int = LOW_DAYS,
    limit: int = 100,
) -> list[LowRow]:
    """Items that orders lack, or that last so many days at most, what is most urgent first."""
    values = {"owner": owner, "since": now - SOLD_DAYS * DAY_MS}
    ordered = units_by_item(connection, ORDERED, sites, values)
    lacking = units_by_item(connection, LACKING, sites, values)
    free = available(connection, owner, sites)
    lasting = {
        key: free.get(key, 0) * SOLD_DAYS // ordered[key] if ordered.get(key) else None
        for key in ordered.keys() | lacking.keys()
    }
    low = [
        key
        for key, left in lasting.items()
        if lacking.get(key) or (left is not None and left <= days)
    ]
    low.sort(key=lambda key: (not lacking.get(key), lasting[key] or 0, key))
    chosen = low[: within_limit(limit)]
    names = named(connection, {key.item for key in chosen})
    return [
        LowRow(
            key.site,
            *names[key.item],
            free.get(key, 0),
            ordered.get(key, 0),
            lacking.get(key, 0),
            lasting[key],
        )
        for key in chosen
    ]


ORDERED = """SELECT q.fulfilled_by AS site, l.item AS item,
      CAST(sum(l.quantity - l.cancelled) AS BIGINT) AS units
    FROM customer_order AS q JOIN order_line AS l ON l.site = q.site AND l.order_id = q.id
    WHERE q.site = 0 AND q.owner = :owner AND q.received_at >= :since AND q.fulfilled_by IN :sites
    GROUP BY q.fulfilled_by, l.item"""
LACKING = """SELECT h.site AS site, k.item AS item, CAST(sum(k.missing) AS BIGINT) AS units
    FROM task AS x JOIN shipment AS h ON h.site = x.site AND h.id = x.shipment
    JOIN shipment_line AS k ON k.site = h.site AND k.shipment = h.id
    WHERE x.site IN :sites AND x.open = 1 AND x.kind = 'out_of_stock' AND h.owner = :owner
    GROUP BY h.site, k.item HAVING sum(k.missing) > 0"""


def units_by_item(
    connection: sa.Connection, sql: str, sites: Sequence[int], values: dict[str, Any]
) -> dict[_Key, int]:
    """Units by site and item, as a statement sums them."""
    statement = sa.text(sql).bindparams(sa.bindparam("sites", expanding=True))
    asked = {name: value for name, value in values.items() if f":{name}" in sql}
    rows = connection.execute(statement, asked | {"sites": list(sites)}).mappings()
    return {_Key(row["site"], row["item"]): row["units"] for row in rows}


def available(connection: sa.Connection, owner: int, sites: Sequence[int]) -> dict[_Key, int]:
    """Units of an owner that may still be sold, by site and item."""
    conditions = Conditions()
    conditions.ask("s.unit IS NULL")
    conditions.ask(f"b.place > {LAST_VIRTUAL}")
    conditions.ask("s.owner = :owner", owner=owner)
    within_sites(conditions, sites)
    _, free = measures(connection)
    sql = f"""SELECT t.site AS site, t.item AS item, t.free - coalesce(d.quantity, 0) AS units
    FROM (
      SELECT s.site AS site, s.owner AS owner, s.item AS item, CAST(sum({free}) AS BIGINT) AS free
      FROM {at_locations(connection)} {conditions.where} GROUP BY s.site, s.owner, s.item
    ) AS t LEFT JOIN demand AS d ON d.site = t.site AND d.owner = t.owner AND d.item = t.item"""  # noqa: S608 - our own parts.
    rows = read_rows(connection, sql, conditions.values)
    return {_Key(row["site"], row["item"]): max(0, row["units"]) for row in rows}


def named(connection: sa.Connection, items: set[int]) -> dict[int, tuple[str, str]]:
    """SKU and description of items."""
    sql = "SELECT id, sku, description FROM item WHERE site = 0 AND id IN :items"
    statement = sa.text(sql).bindparams(sa.bindparam("items", expanding=True))
    rows = connection.execute(statement, {"items": sorted(items)}).mappings()
    return {row["id"]: (row["sku"], row["description"]) for row in rows}


def expiring(  # noqa: PLR0917 - whose, where, when, how near and how many.
    connection: sa.Connection,
    owner: int,
    sites: Sequence[int],
    now: int,
    days: int = EXPIRY_DAYS,
    limit: int = 100,
) -> list[ExpiringRow]:
    """Lots that are in the house and expire within so many days, the first to expire first."""
    today = datetime.fromtimestamp(now / 1_000, UTC).date()
    conditions = Conditions()
    conditions.ask("t.owner = :owner", owner=owner)
    conditions.ask("t.expiry <> ''")
    conditions.ask("t.expiry <= :until", until=(today + timedelta(days=days)).isoformat())
    conditions.ask(f"b.place > {LAST_VIRTUAL}")
    within_sites(conditions, sites)
    sql = f"""SELECT t.site AS site, i.sku AS sku, i.description AS description, t.lot AS lot,
      t.expiry AS expiry, CAST(sum(b.quantity) AS BIGINT) AS on_hand
    FROM lot AS t
    JOIN stock AS s {by_index(connection, "ix_stock_site_owner_item")}
      ON s.site = t.site AND s.owner = t.owner AND s.item = t.item AND s.lot = t.lot
    JOIN balance AS b {by_index(connection, "ix_balance_site_listed")}
      ON b.site = s.site AND b.listed = s.id
    JOIN item AS i ON i.site = 0 AND i.id = t.item
    {conditions.where}
    GROUP BY t.site, i.sku, i.description, t.lot, t.expiry HAVING sum(b.quantity) > 0
    ORDER BY t.expiry, t.site, i.sku, t.lot LIMIT :limit"""  # noqa: S608 - our own parts.
    found = read_rows(connection, sql, conditions.values | {"limit": within_limit(limit)})
    return [
        ExpiringRow(**row, days_left=(date.fromisoformat(row["expiry"]) - today).days)
        for row in found
    ]
