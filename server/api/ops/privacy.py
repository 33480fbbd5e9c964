"""Erasing what is personal, because a consumer asked for it."""

import asyncio
from typing import Annotated

import msgspec
from litestar import get, post
from litestar.params import Body

from server.api.desk import owner_of
from server.api.examples import examples_of, shown
from server.api.guards import require_admin
from server.api.handles import CoreHere, PrincipalHere
from server.api.parameters import After, Code, Limit
from server.core import Core
from server.errors import ConflictError, NotFoundError
from server.identity.records import Erasure
from server.reports.erasures import ErasureRow, erasure_row, erasures
from server.reports.reading import LIMIT, Page
from server.sync.erasing import erase_order, orders_named


class EraseBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whose data are to go: of the consumer of this order."""

    owner: Code
    """Code of the merchant."""
    number: Code
    channel: Code | None = None
    """Needed only where the merchant has several orders of this number."""


@post(
    "/personal/erase",
    summary="Erase everything about a consumer",
    status_code=200,
    guards=[require_admin],
    responses=shown(ErasureRow, "How much was erased; nothing of what it was."),
)
async def erase_consumer(
    core: CoreHere,
    principal: PrincipalHere,
    data: Annotated[EraseBody, Body(examples=[*examples_of(EraseBody)])],
) -> ErasureRow:
    """Erase recipient, names, notes, positions, pictures and signatures of an order for good.

    What a device still holds is not taken any more when it comes. The book itself stays.
    """
    told = await asyncio.to_thread(erased, core, data, principal.actor)
    return erasure_row(told, data.owner, data.number)


@get(
    "/personal/erasures",
    summary="What was erased on request",
    sync_to_thread=True,
    responses=shown(Page[ErasureRow], "Latest first."),
)
def list_erasures(core: CoreHere, after: After = None, limit: Limit = LIMIT) -> Page[ErasureRow]:
    """List when and by whom data were erased, and how much; after a restore it is done again."""
    with core.database.reading() as connection:
        return erasures(connection, after=after, limit=limit)


def erased(core: Core, asked: EraseBody, actor: str) -> Erasure:
    """Find the order, and erase what is about its consumer."""
    with core.database.reading() as connection:
        owner = owner_of(connection, asked.owner)
        found = orders_named(connection, owner or 0, asked.number, asked.channel)
    if not found:
        raise NotFoundError("There is no such order.")
    if len(found) > 1:
        channels = ", ".join(order.channel for order in found)
        raise ConflictError(
            f"There are orders of this number in {channels}; say which by its channel.",
            code="personal.several",
            title="Several orders have this number",
        )
    now = core.clock.now()
    return erase_order(core.database, core.attachments, found[0], actor=actor, now=now)


PRIVACY_HANDLERS = (erase_consumer, list_erasures)
