"""Transfers between sites at desks: ordered, found, read, closed."""

import asyncio
from typing import Annotated

import msgspec
from litestar import get, post
from litestar.params import Body, QueryParameter

from server.api.desk import Done, ask, found, known_site, owner_of
from server.api.examples import examples_of, shown
from server.api.handles import CoreHere, PrincipalHere
from server.api.ops.orders import owner_named
from server.api.parameters import (
    SITE_MAX,
    After,
    Code,
    CodeAsked,
    Id,
    Limit,
    Quantity,
    SiteNumber,
    Text,
)
from server.reports import transfers
from server.reports.reading import LIMIT, Page
from server.reports.transfers import TransferFilter, TransferRow, TransferStory
from server.transfers.messages import CloseTransfer, OrderTransfer, TransferGoods
from server.transfers.ordering import LINES_MAX


class TransferLineBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """So many units of an item; without a lot any will do."""

    sku: Code
    quantity: Quantity
    lot: Text = ""


class TransferOrderBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Goods of an owner that are to go to another site, under a number unique per owner."""

    owner: Code
    number: Code
    target: Annotated[int, msgspec.Meta(ge=1, le=SITE_MAX)]
    lines: Annotated[tuple[TransferLineBody, ...], msgspec.Meta(min_length=1, max_length=LINES_MAX)]


@get(
    "/sites/{site:int}/transfers",
    summary="Transfers from and to a site",
    sync_to_thread=True,
    responses=shown(Page[TransferRow]),
)
def list_transfers(  # noqa: PLR0917 - each is a filter of its own.
    core: CoreHere,
    site: SiteNumber,
    owner: CodeAsked = None,
    number: CodeAsked = None,
    open_only: Annotated[
        bool, QueryParameter(description="Only those that were not closed.")
    ] = False,
    after: After = None,
    limit: Limit = LIMIT,
) -> Page[TransferRow]:
    """List transfers as the site's book has them: what left, arrived, and is missing or over."""
    with core.database.reading() as connection:
        known_site(connection, site)
        asked = TransferFilter(site, owner_of(connection, owner), number, open_only=open_only)
        return transfers.transfers(connection, asked, after=after, limit=limit)


@get(
    "/sites/{site:int}/transfers/{transfer:int}",
    summary="One transfer",
    sync_to_thread=True,
    responses=shown(TransferStory, "The transfer line by line, and the goods that went."),
)
def show_transfer(core: CoreHere, site: SiteNumber, transfer: Id) -> TransferStory:
    """Read a transfer as a site's book has it, with its lines and everything under its number."""
    with core.database.reading() as connection:
        return found(transfers.transfer_story(connection, site, transfer), "transfer")


@post(
    "/sites/{site:int}/transfers",
    summary="Order a transfer to another site",
    responses=shown(Done, "Its id, by which devices name it, is in `grant`.", 201),
)
async def order_transfer(
    core: CoreHere,
    principal: PrincipalHere,
    site: SiteNumber,
    data: Annotated[TransferOrderBody, Body(examples=[*examples_of(TransferOrderBody)])],
) -> Done:
    """Ask a site to send goods to another; sent again it is recognised by its number."""
    message = OrderTransfer(
        actor=principal.actor,
        owner=await asyncio.to_thread(owner_named, core, data.owner),
        number=data.number,
        target=data.target,
        lines=tuple(TransferGoods(line.sku, line.quantity, line.lot) for line in data.lines),
    )
    return await ask(core, site, message)


@post(
    "/sites/{site:int}/transfers/{transfer:int}/close",
    summary="Close a transfer at its origin",
    status_code=200,
    responses=shown(Done, "Units that are missing, and over, are in `grant`."),
)
async def close_transfer(
    core: CoreHere, principal: PrincipalHere, site: SiteNumber, transfer: Id
) -> Done:
    """Await nothing more; what did not arrive goes to lost and found, and a task names it."""
    return await ask(core, site, CloseTransfer(actor=principal.actor, transfer=transfer))


TRANSFER_HANDLERS = (list_transfers, show_transfer, order_transfer, close_transfer)
