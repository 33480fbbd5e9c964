"""What a merchant looks after: its items, what runs low or expires, and giving goods away."""

from typing import Annotated

import msgspec
from litestar import get, post
from litestar.params import Body, QueryParameter

from server.api.desk import Done, ask
from server.api.examples import examples_of, shown
from server.api.handles import CoreHere, PrincipalHere
from server.api.merchant.reads import ReadsHere, own
from server.api.merchant.stock import sites_asked
from server.api.parameters import (
    After,
    Code,
    CodeAsked,
    Limit,
    Number,
    Quantity,
    SiteAsked,
    SiteNumber,
)
from server.reports import masters, outlook
from server.reports.masters import ItemRow
from server.reports.outlook import ExpiringRow, LowRow
from server.reports.reading import LIMIT, Page
from server.tasks.giving import GiveStock

Days = Annotated[int, QueryParameter(ge=0, le=3_650, description="So many days ahead.")]


class HouseRow(msgspec.Struct, frozen=True):
    """A site that may hold your goods."""

    site: int
    code: str
    name: str


class GiveBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Units of yours at a place, as the stock by place names them, and whose they are to be."""

    place: Code
    stock: Number
    quantity: Quantity
    owner: Code
    """Code of the merchant who gets them."""
    item: Code
    """What that merchant calls them: a SKU."""


@get("/sites", summary="Sites", sync_to_thread=True, responses=shown(list[HouseRow]))
def list_sites(reads: ReadsHere) -> list[HouseRow]:
    """List the sites, by number."""
    with reads.snapshot() as connection:
        rows = masters.sites(connection)
    return [HouseRow(row.site, row.code, row.name) for row in rows if row.state == "open"]


@get("/items", summary="Your items", sync_to_thread=True, responses=shown(Page[ItemRow]))
def find_items(  # noqa: PLR0917 - each is a filter of its own.
    reads: ReadsHere,
    principal: PrincipalHere,
    sku: CodeAsked = None,
    search: CodeAsked = None,
    after: After = None,
    limit: Limit = LIMIT,
) -> Page[ItemRow]:
    """List your items; `search` is part of a SKU or description, or a barcode."""
    owner = own(principal)
    with reads.snapshot() as connection:
        return masters.items(
            connection, owner=owner, sku=sku, search=search, after=after, limit=limit
        )


@get(
    "/stock/low",
    summary="What runs low",
    sync_to_thread=True,
    responses=shown(list[LowRow], "What is most urgent first."),
)
def list_low(
    reads: ReadsHere,
    principal: PrincipalHere,
    core: CoreHere,
    site: SiteAsked = None,
    days: Days = outlook.LOW_DAYS,
) -> list[LowRow]:
    """List items that orders lack, or that at the pace of the last 28 days are out in `days`."""
    owner = own(principal)
    with reads.snapshot() as connection:
        sites = sites_asked(connection, site)
        return outlook.low_stock(connection, owner, sites, core.clock.now(), days)


@get(
    "/stock/expiring",
    summary="Lots that expire",
    sync_to_thread=True,
    responses=shown(list[ExpiringRow], "The first to expire first."),
)
def list_expiring(
    reads: ReadsHere,
    principal: PrincipalHere,
    core: CoreHere,
    site: SiteAsked = None,
    days: Days = outlook.EXPIRY_DAYS,
) -> list[ExpiringRow]:
    """List lots in the house whose date has passed or comes within `days`."""
    owner = own(principal)
    with reads.snapshot() as connection:
        sites = sites_asked(connection, site)
        return outlook.expiring(connection, owner, sites, core.clock.now(), days)


@post(
    "/sites/{site:int}/stock/give",
    summary="Give goods to another merchant",
    status_code=200,
    responses=shown(Done),
)
async def give_stock(
    core: CoreHere,
    principal: PrincipalHere,
    site: SiteNumber,
    data: Annotated[GiveBody, Body(examples=[*examples_of(GiveBody)])],
) -> Done:
    """Give units of yours to another merchant where they stand; what is promised or held stays."""
    message = GiveStock(actor=principal.actor, giver=own(principal), **msgspec.structs.asdict(data))
    return await ask(core, site, message)


OUTLOOK_HANDLERS = (list_sites, find_items, list_low, list_expiring, give_stock)
