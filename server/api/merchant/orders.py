"""A merchant's orders: placed, followed, cancelled; parcels on their way."""

import asyncio
from typing import Annotated

import msgspec
from litestar import get, post
from litestar.params import Body, QueryParameter
from msgspec.structs import replace

from server.api.desk import Done, ask, found
from server.api.examples import examples_of, shown
from server.api.handles import CoreHere, PrincipalHere
from server.api.links import with_links
from server.api.merchant.reads import ReadsHere, own
from server.api.orders import CancelBody, OrderBody, cancel, place
from server.api.parameters import After, CodeAsked, Id, Limit, SiteAsked, TimeAsked, moment
from server.core import Core
from server.lane.activity import NETWORK
from server.orders.hurrying import HurryOrder
from server.orders.messages import EMERGENCY
from server.reports import orders
from server.reports.orders import OrderFilter, OrderRow, OrderStory, ParcelRow
from server.reports.reading import LIMIT, Page

ON_THE_WAY = ("sealed", "loaded")


class PriorityBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How urgent an order is from now on."""

    priority: Annotated[int, msgspec.Meta(ge=0, le=9)] = EMERGENCY
    """0 is an emergency, 5 ordinary."""


def own_order(core: Core, owner: int, order: int) -> OrderRow:
    """An order of this owner; NotFoundError where it has none of this id."""
    with core.database.reading() as connection:
        return found(orders.order_story(connection, order, owner), "order").order


@get("/orders", summary="Your orders", sync_to_thread=True, responses=shown(Page[OrderRow]))
def list_orders(  # noqa: PLR0917 - each is a filter of its own.
    reads: ReadsHere,
    principal: PrincipalHere,
    site: SiteAsked = None,
    channel: CodeAsked = None,
    number: CodeAsked = None,
    order_state: CodeAsked = None,
    placed_from: TimeAsked = None,
    placed_until: TimeAsked = None,
    latest: Annotated[
        bool, QueryParameter(description="The latest first, not by channel and number.")
    ] = False,
    lacking: Annotated[bool, QueryParameter(description="Only those that wait for goods.")] = False,
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
        lacking=lacking,
    )
    with reads.snapshot() as connection:
        listed = orders.latest_orders if latest else orders.orders
        return listed(connection, asked, after=after, limit=limit)


@get(
    "/orders/states",
    summary="How many of your orders are how far",
    sync_to_thread=True,
    responses=shown(dict[str, int], "Orders by state."),
)
def count_orders(
    reads: ReadsHere,
    principal: PrincipalHere,
    site: SiteAsked = None,
    placed_from: TimeAsked = None,
) -> dict[str, int]:
    """Count your orders by state, all of them or those placed since a time."""
    asked = OrderFilter(
        owner=own(principal), site=site, placed_from=moment(placed_from, "placed_from")
    )
    with reads.snapshot() as connection:
        return orders.orders_by_state(connection, asked)


@get(
    "/orders/{order:int}",
    summary="One of your orders",
    sync_to_thread=True,
    responses=shown(OrderStory, "The order with its lines and parcels."),
)
def show_order(core: CoreHere, principal: PrincipalHere, order: Id) -> OrderStory:
    """Read an order by id, with its lines and parcels."""
    with core.database.reading() as connection:
        story = found(orders.order_story(connection, order, own(principal)), "order")
        return replace(story, parcels=with_links(core, connection, story.parcels))


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
    row = await asyncio.to_thread(own_order, core, owner, order)
    return await cancel(core, principal, owner, row.channel, row.number, data)


@post(
    "/orders/{order:int}/priority",
    summary="Say how urgent an order is",
    status_code=200,
    responses=shown(Done),
)
async def hurry_order(
    core: CoreHere,
    principal: PrincipalHere,
    order: Id,
    data: Annotated[PriorityBody, Body(examples=[*examples_of(PriorityBody)])],
) -> Done:
    """Make an order an emergency (0), or ordinary again (5), while its goods are in the house."""
    row = await asyncio.to_thread(own_order, core, own(principal), order)
    message = HurryOrder(
        actor=principal.actor,
        owner=own(principal),
        channel=row.channel,
        number=row.number,
        priority=data.priority,
    )
    return await ask(core, NETWORK, message)


@get(
    "/parcels",
    summary="Parcels on their way",
    sync_to_thread=True,
    responses=shown(Page[ParcelRow]),
)
def list_parcels(  # noqa: PLR0917 - each is a filter of its own.
    core: CoreHere,
    reads: ReadsHere,
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
    with reads.snapshot() as connection:
        page = orders.parcels(connection, asked, states=states, after=after, limit=limit)
        return replace(page, rows=with_links(core, connection, page.rows))


ORDER_HANDLERS = (
    list_orders,
    count_orders,
    show_order,
    place_order,
    cancel_order,
    hurry_order,
    list_parcels,
)
