"""What each sales channel has taken of a merchant's stock.

All channels draw on one pool, so nothing lies ready for one of them; what differs is how much of
the pool the orders of a channel have spoken for and not yet shipped.
"""

from collections.abc import Sequence

import msgspec
import sqlalchemy as sa

from server.orders.hurrying import IN_THE_HOUSE
from server.reports.reading import Conditions, read_rows


class ChannelStock(msgspec.Struct, frozen=True):
    """Units of an item that a channel's orders have spoken for at a site."""

    site: int
    sku: str
    channel: str
    orders: int
    ordered: int
    """Units of orders that have not left, cancelled ones apart."""


def channel_stock(
    connection: sa.Connection, owner: int, sites: Sequence[int], item: str | None = None
) -> list[ChannelStock]:
    """Units spoken for by site, item and channel; `item` is a SKU."""
    conditions = Conditions()
    conditions.ask("q.site = 0")
    conditions.ask("q.owner = :owner", owner=owner)
    conditions.ask("i.sku = :item", item=item)
    for number, site in enumerate(sites):
        conditions.values |= {f"site{number}": site}
    named = ", ".join(f":site{number}" for number in range(len(sites)))
    conditions.parts.append(f"q.fulfilled_by IN ({named})" if sites else "1 = 0")
    states = ", ".join(f"'{state}'" for state in IN_THE_HOUSE)
    conditions.parts.append(f"q.state IN ({states})")
    sql = f"""SELECT q.fulfilled_by AS site, i.sku AS sku, q.channel AS channel,
      count(DISTINCT q.id) AS orders,
      CAST(sum(l.quantity - l.cancelled) AS BIGINT) AS ordered
    FROM customer_order AS q
    JOIN order_line AS l ON l.site = q.site AND l.order_id = q.id
    JOIN item AS i ON i.site = q.site AND i.id = l.item
    {conditions.where}
    GROUP BY q.fulfilled_by, i.sku, q.channel
    HAVING sum(l.quantity - l.cancelled) > 0
    ORDER BY q.fulfilled_by, i.sku, q.channel"""  # noqa: S608 - our own parts.
    return [ChannelStock(**row) for row in read_rows(connection, sql, conditions.values)]
