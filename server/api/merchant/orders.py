"""A merchant's orders: placed, followed, cancelled; parcels on their way."""

import asyncio
from typing import Annotated

from litestar import get, post
from litestar.params import Body, QueryParameter

from server.api.desk import Done, found
from server.api.examples import examples_of, shown
from server.api.handles import CoreHere, PrincipalHere
from server.api.merchant.stock import own
from server.api.orders import CancelBody, OrderBody, cancel, place
from server.api.parameters import After, CodeAsked, Id, Limit, SiteAsked, TimeAsked, moment
from server.reports import orders
from server.reports.orders import OrderFilter, OrderRow, OrderStory, ParcelRow
from server.reports.reading import LIMIT, Page

ON_THE_WAY = ("sealed", "loaded")


@get("/orders", summary="Your orders", sync_to_thread=True, responses=shown(Page[OrderRow]))
def list_orders(  # noqa: PLR0917 - each is a filter of its own.
    core: CoreHere,
    principal: PrincipalHere,
    site: SiteAsked = None,
    channel: CodeAsked = None,
    number: CodeAsked = None,
    order_state: CodeAsked = None,
    placed_from: TimeAsked = None,
    placed_until: TimeAsked = None,
    after: After = None,
    limit: Limit = LIMIT,
) -> Page[OrderRow]:
    """List your orders by channel and number, each with how far it has come and since when."""
    asked = OrderFilter(
        owner=own(principal),
        site=site,
        channel=channel,
        number=number,
        state=order_state,
        placed_from=moment(placed_from, "placed_from"),
        placed_until=moment(placed_until, "placed_until"),
    )
    with core.database.reading() as connection:
        return orders.orders(connection, asked, after=after, limit=limit)


@get(
    "/orders/{order:int}",
    summary="One of your orders",
    sync_to_thread=True,
    responses=shown(OrderStory, "The order with its lines and parcels."),
)
def show_order(core: CoreHere, principal: PrincipalHere, order: Id) -> OrderStory:
    """Read an order by id, with its lines and parcels."""
    with core.database.reading() as connection:
        return found(orders.order_story(connection, order, own(principal)), "order")


@post("/orders", summary="Place an order", responses=shown(Done, "Its id is in `grant`.", 201))
async def place_order(
    core: CoreHere,
    principal: PrincipalHere,
    data: Annotated[OrderBody, Body(examples=[*examples_of(OrderBody, one_time_code="")])],
) -> Done:
    """Take an order in; sent again, it is recognised, and with other content it is a conflict."""
    return await place(core, principal, own(principal), data)


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
    """Cancel units of an order, or all of it; what has left already becomes a return."""
    owner = own(principal)

    def read() -> OrderRow:
        with core.database.reading() as connection:
            return found(orders.order_story(connection, order, owner), "order").order

    row = await asyncio.to_thread(read)
    return await cancel(core, principal, owner, row.channel, row.number, data)


@get(
    "/parcels",
    summary="Parcels on their way",
    sync_to_thread=True,
    responses=shown(Page[ParcelRow]),
)
def list_parcels(
    core: CoreHere,
    principal: PrincipalHere,
    every: Annotated[
        bool, QueryParameter(description="Those that have arrived or come back, too.")
    ] = False,
    after: After = None,
    limit: Limit = LIMIT,
) -> Page[ParcelRow]:
    """List parcels that are packed or under way, with their attempts; never their addresses."""
    asked = OrderFilter(owner=own(principal))
    states = () if every else ON_THE_WAY
    with core.database.reading() as connection:
        return orders.parcels(connection, asked, states=states, after=after, limit=limit)


ORDER_HANDLERS = (list_orders, show_order, place_order, cancel_order, list_parcels)
