"""Orders at desks: found, read, placed in a merchant's name, cancelled."""

import asyncio
from typing import Annotated

from litestar import get, post
from litestar.openapi.spec import Example
from litestar.params import Body, QueryParameter
from msgspec.structs import replace

from server.api.desk import Done, found, owner_of
from server.api.examples import examples_of, shown
from server.api.handles import CoreHere, PrincipalHere
from server.api.links import with_links
from server.api.orders import CancelBody, OrderBody, ReturnBody, announce, cancel, place
from server.api.parameters import After, CodeAsked, Id, Limit, SiteAsked, TimeAsked, moment
from server.core import Core
from server.reports import orders
from server.reports.orders import OrderFilter, OrderRow, OrderStory, ParcelRow
from server.reports.reading import LIMIT, Page

OwnerNamed = Annotated[
    str,
    QueryParameter(
        min_length=1,
        max_length=64,
        description="Code of the merchant.",
        examples=[Example(value="ACME")],
    ),
]


@get("/orders", summary="Orders", sync_to_thread=True, responses=shown(Page[OrderRow]))
def list_orders(  # noqa: PLR0917 - each is a filter of its own.
    core: CoreHere,
    owner: CodeAsked = None,
    site: SiteAsked = None,
    channel: CodeAsked = None,
    number: CodeAsked = None,
    order_state: CodeAsked = None,
    placed_from: TimeAsked = None,
    placed_until: TimeAsked = None,
    after: After = None,
    limit: Limit = LIMIT,
) -> Page[OrderRow]:
    """Find orders by merchant, site, channel, number, state or time, and see how far each is."""
    with core.database.reading() as connection:
        asked = OrderFilter(
            owner=owner_of(connection, owner),
            site=site,
            channel=channel,
            number=number,
            state=order_state,
            placed_from=moment(placed_from, "placed_from"),
            placed_until=moment(placed_until, "placed_until"),
        )
        return orders.orders(connection, asked, after=after, limit=limit)


@get(
    "/orders/{order:int}",
    summary="One order",
    sync_to_thread=True,
    responses=shown(OrderStory, "The order with its lines and parcels."),
)
def show_order(core: CoreHere, order: Id) -> OrderStory:
    """Read an order by id, with its lines and parcels."""
    with core.database.reading() as connection:
        story = found(orders.order_story(connection, order), "order")
        return replace(story, parcels=with_links(core, connection, story.parcels))


@post(
    "/orders",
    summary="Place an order for a merchant",
    responses=shown(Done, "The order's id is in `grant`.", 201),
)
async def place_order(
    core: CoreHere,
    principal: PrincipalHere,
    owner: OwnerNamed,
    data: Annotated[OrderBody, Body(examples=[*examples_of(OrderBody, one_time_code="")])],
) -> Done:
    """Take an order in; sent again, it is recognised."""
    number = await asyncio.to_thread(owner_named, core, owner)
    return await place(core, principal, number, data)


def owner_named(core: Core, code: str) -> int:
    """The id of a merchant."""
    with core.database.reading() as connection:
        return found(owner_of(connection, code), "merchant")


@post(
    "/orders/{order:int}/cancel",
    summary="Cancel an order",
    status_code=200,
    responses=shown(Done),
)
async def cancel_order(
    core: CoreHere,
    principal: PrincipalHere,
    order: Id,
    data: Annotated[CancelBody, Body(examples=[*examples_of(CancelBody, lines=[])])],
) -> Done:
    """Cancel units of an order, or all of it; what was picked already is put back."""

    def read() -> tuple[OrderRow, int]:
        with core.database.reading() as connection:
            row = found(orders.order_story(connection, order), "order").order
            return row, found(owner_of(connection, row.owner), "merchant")

    row, owner = await asyncio.to_thread(read)
    return await cancel(core, principal, owner, row.channel, row.number, data)


@post(
    "/returns",
    summary="Expect goods back",
    responses=shown(Done, "A number that is known already is a duplicate, or flagged.", 201),
)
async def expect_return(
    core: CoreHere,
    principal: PrincipalHere,
    owner: OwnerNamed,
    data: Annotated[ReturnBody, Body(examples=[*examples_of(ReturnBody, collect_from="")])],
) -> Done:
    """Announce what a customer of a merchant sends back, under the return's own number."""
    number = await asyncio.to_thread(owner_named, core, owner)
    return await announce(core, principal, number, data)


@get("/parcels", summary="Parcels", sync_to_thread=True, responses=shown(Page[ParcelRow]))
def list_parcels(  # noqa: PLR0917 - each is a filter of its own.
    core: CoreHere,
    owner: CodeAsked = None,
    site: SiteAsked = None,
    parcel_state: CodeAsked = None,
    after: After = None,
    limit: Limit = LIMIT,
) -> Page[ParcelRow]:
    """Find parcels by merchant, site or their own state."""
    with core.database.reading() as connection:
        asked = OrderFilter(owner=owner_of(connection, owner), site=site)
        states = (parcel_state,) if parcel_state else ()
        page = orders.parcels(connection, asked, states=states, after=after, limit=limit)
        return replace(page, rows=with_links(core, connection, page.rows))


ORDER_HANDLERS = (list_orders, show_order, place_order, cancel_order, expect_return, list_parcels)
