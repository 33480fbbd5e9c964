"""Who calls from a page: nobody is signed in, a signed link names the one order that is shown.

It comes as `Authorization: Bearer …` and never by a cookie, so no other page can use it. It is
looked up at every call: who withdraws the links of an order closes its page at once.
"""

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec
from litestar import Request
from litestar.di import NamedDependency
from litestar.handlers.base import BaseRouteHandler

from server.api.floods import Buckets, FloodError
from server.api.guards import AnyConnection, core_of
from server.api.links import numbers
from server.core import Core
from server.db.bulk import select_records
from server.lane.activity import NETWORK
from server.orders.records import Order
from server.service.links import LinkInvalidError, LinkWithdrawnError

CALLS_PER_S = 2.0
CALLS_BURST = 60.0
"""So many calls of one order's page are taken, whoever has a link to it."""

_SCHEME = "Bearer "


class Visitor(msgspec.Struct, frozen=True):
    """Somebody with a link."""

    order: Order
    expires: int

    @property
    def actor(self) -> str:
        """How operations name them: by the order, as nobody knows more."""
        return f"link/{self.order.id}"


VisitorHere = NamedDependency[Visitor]


def page_buckets(now_s: Callable[[], float], sharing: Callable[[], int]) -> Buckets:
    """What the pages of orders may call."""
    return Buckets(CALLS_PER_S, CALLS_BURST, now_s, sharing)


async def require_link(connection: AnyConnection, _handler: BaseRouteHandler) -> None:
    """Let pass who has a link that opens a page, and remember which."""
    value = connection.headers.get("Authorization", "")
    if not value.startswith(_SCHEME):
        raise LinkInvalidError("Send the token of the link as `Authorization: Bearer …`.")
    token = value.removeprefix(_SCHEME).strip()
    visitor = await asyncio.to_thread(visitor_by, core_of(connection), token)
    wait_s = connection.app.state.pages.take(visitor.order.id)
    if wait_s:
        raise FloodError("This page", wait_s)
    connection.state.visitor = visitor


def visitor_by(core: Core, token: str) -> Visitor:
    """Whose page a token opens, as of now."""
    claims = core.links.read(token)
    with core.database.reading() as connection:
        orders = select_records(connection, Order, Order.KEY, [(NETWORK, claims.order)])
        number = numbers(connection, [claims.order]).get(claims.order, 0)
    if not orders or claims.number != number:
        raise LinkWithdrawnError("The link was withdrawn; ask the shop for a new one.")
    return Visitor(orders[0], claims.expires)


def provide_visitor(request: Request[Any, Any, Any]) -> Visitor:
    """Who was let pass, for handlers that name a `visitor`."""
    visitor: Visitor = request.state.visitor
    return visitor
