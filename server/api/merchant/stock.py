"""A merchant's stock, by place or by item, always with how fresh it is."""

from collections.abc import Sequence

import msgspec
import sqlalchemy as sa
from litestar import get

from server.api.desk import known_site
from server.api.examples import shown
from server.api.merchant.reads import ReadsHere
from server.api.parameters import After, CodeAsked, Limit, SiteAsked
from server.reports import masters, stock
from server.reports.channels import ChannelStock, channel_stock
from server.reports.devices import Freshness, freshness
from server.reports.reading import LIMIT
from server.reports.stock import ItemStock, StockFilter, StockRow


class StockPage(msgspec.Struct, frozen=True):
    """Stock by place; all sales channels draw on one pool."""

    rows: list[StockRow]
    next: str | None
    freshness: list[Freshness]


class ItemPage(msgspec.Struct, frozen=True):
    """Stock by item; all sales channels draw on one pool."""

    rows: list[ItemStock]
    next: str | None
    freshness: list[Freshness]


def sites_asked(connection: sa.Connection, site: int | None) -> Sequence[int]:
    """The site that was named, or all."""
    if site is not None:
        return [known_site(connection, site).site]
    return masters.site_numbers(connection)


@get(
    "/stock",
    summary="Stock by place",
    sync_to_thread=True,
    responses=shown(StockPage, "Stock, and per site how fresh it is."),
)
def list_stock(  # noqa: PLR0917 - each is a filter of its own.
    reads: ReadsHere,
    site: SiteAsked = None,
    place: CodeAsked = None,
    item: CodeAsked = None,
    sku_from: CodeAsked = None,
    condition: CodeAsked = None,
    after: After = None,
    limit: Limit = LIMIT,
) -> StockPage:
    """List your goods at locations: on hand, allocated to orders, on hold, available.

    `item` is a SKU or any of its barcodes, `sku_from` how the SKU begins. Goods in totes and
    parcels are part of an order. `freshness` says up to when every device of a site is known.
    """
    asked = StockFilter(
        owner=reads.owner, item=item, sku_from=sku_from, place=place, condition=condition
    )
    with reads.snapshot() as connection:
        sites = sites_asked(connection, site)
        page = stock.owned_stock(connection, sites, asked, after=after, limit=limit)
        return StockPage(page.rows, page.next, freshness(connection, sites))


@get(
    "/stock/items",
    summary="Stock by item",
    sync_to_thread=True,
    responses=shown(ItemPage, "Stock, and per site how fresh it is."),
)
def list_items(  # noqa: PLR0917 - each is a filter of its own.
    reads: ReadsHere,
    site: SiteAsked = None,
    item: CodeAsked = None,
    sku_from: CodeAsked = None,
    condition: CodeAsked = None,
    after: After = None,
    limit: Limit = LIMIT,
) -> ItemPage:
    """List your goods by site, item and condition; `available` is what may still be sold."""
    asked = StockFilter(owner=reads.owner, item=item, sku_from=sku_from, condition=condition)
    with reads.snapshot() as connection:
        sites = sites_asked(connection, site)
        page = stock.items_stock(connection, sites, asked, after=after, limit=limit)
        return ItemPage(page.rows, page.next, freshness(connection, sites))


class ChannelPage(msgspec.Struct, frozen=True):
    """Units spoken for by channel, out of the one pool."""

    rows: list[ChannelStock]
    freshness: list[Freshness]


@get(
    "/stock/channels",
    summary="Stock by channel",
    sync_to_thread=True,
    responses=shown(ChannelPage, "Units spoken for, and per site how fresh stock is."),
)
def list_channels(reads: ReadsHere, site: SiteAsked = None, item: CodeAsked = None) -> ChannelPage:
    """List how many units the orders of each sales channel have spoken for and not yet shipped.

    All channels draw on one pool: `available` in the stock by item is what any of them may sell.
    """
    owner = reads.owner
    with reads.snapshot() as connection:
        sites = sites_asked(connection, site)
        rows = channel_stock(connection, owner, sites, item)
        return ChannelPage(rows, freshness(connection, sites))


STOCK_HANDLERS = (list_stock, list_items, list_channels)
