"""Links to the pages of consumers: given out and withdrawn by merchants and by ops alike."""

import asyncio
from collections.abc import Sequence

import msgspec
import sqlalchemy as sa
from msgspec.structs import replace

from server.api.desk import Done, ask, found
from server.api.guards import Principal
from server.clock import to_rfc3339
from server.core import Core
from server.db.bulk import select_records
from server.identity.personal import DAY_MS
from server.lane.activity import NETWORK
from server.orders.records import Order
from server.reports.orders import ParcelRow
from server.reports.words import WordRow, words_of_order
from server.service.messages import WithdrawLinks
from server.service.records import OrderLinks

PAGE = "/parcel/#"
"""Browsers keep what stands behind the mark to themselves: no log has a token."""


class LinkRow(msgspec.Struct, frozen=True):
    """A link to the page of an order; the server's address belongs before it."""

    link: str
    expires_at: str


def make_link(core: Core, order: int, owner: int | None) -> LinkRow:
    """A new link to the page of an order; another owner's is as if it did not exist."""
    with core.database.reading() as connection:
        row = order_of(connection, order, owner)
        token, expires = core.links.issue(
            *(order, row.fulfilled_by, numbers(connection, [order]).get(order, 0)),
            core.settings.link_days * DAY_MS,
        )
    return LinkRow(PAGE + token, to_rfc3339(expires))


async def withdraw_links(core: Core, principal: Principal, order: int, owner: int | None) -> Done:
    """Have no link to an order that was given out until now open its page."""

    def check() -> None:
        with core.database.reading() as connection:
            order_of(connection, order, owner)

    await asyncio.to_thread(check)
    return await ask(core, NETWORK, WithdrawLinks(actor=principal.actor, order=order))


def said_of(core: Core, order: int, owner: int | None) -> list[WordRow]:
    """What was said by the page of an order."""
    with core.database.reading() as connection:
        order_of(connection, order, owner)
        return words_of_order(connection, order)


def with_links(core: Core, connection: sa.Connection, rows: Sequence[ParcelRow]) -> list[ParcelRow]:
    """Parcels with links to the pages of their orders."""
    latest = numbers(connection, sorted({row.order for row in rows}))
    lasting_ms = core.settings.link_days * DAY_MS
    return [
        replace(
            row,
            link=PAGE
            + core.links.issue(row.order, row.site, latest.get(row.order, 0), lasting_ms)[0],
        )
        for row in rows
    ]


def numbers(connection: sa.Connection, orders: Sequence[int]) -> dict[int, int]:
    """The number that links to orders need, by order, where it is not 0."""
    wanted = [(NETWORK, order) for order in orders]
    rows = select_records(connection, OrderLinks, OrderLinks.KEY, wanted)
    return {row.order_id: row.number for row in rows}


def order_of(connection: sa.Connection, order: int, owner: int | None = None) -> Order:
    """An order, if it is this owner's or nobody's in particular is asked for."""
    rows = select_records(connection, Order, Order.KEY, [(NETWORK, order)])
    return found(next((row for row in rows if owner in (None, row.owner)), None), "order")
