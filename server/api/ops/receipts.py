"""Announced receipts at desks: found, read, announced in a merchant's name, closed."""

import asyncio
from typing import Annotated

import msgspec
from litestar import get, post
from litestar.params import Body

from server.api.announcements import AnnouncementBody, announce
from server.api.desk import Done, ask, found, owner_of
from server.api.examples import examples_of, shown
from server.api.handles import CoreHere, PrincipalHere
from server.api.ops.orders import OwnerNamed, owner_named
from server.api.parameters import After, CodeAsked, Id, Limit, SiteAsked, SiteNumber, Text, moment
from server.inbound.messages import CloseReceipt, NoteArrival
from server.reports import receipts
from server.reports.reading import LIMIT, Page
from server.reports.receipts import ReceiptFilter, ReceiptRow, ReceiptStory


class ArrivalBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When a delivery arrived, and where; what is not said is now, and unknown."""

    dock: Text = ""
    arrived_at: Text | None = None


@get(
    "/announcements",
    summary="Announced receipts",
    sync_to_thread=True,
    responses=shown(Page[ReceiptRow]),
)
def list_receipts(  # noqa: PLR0917 - each is a filter of its own.
    core: CoreHere,
    owner: CodeAsked = None,
    site: SiteAsked = None,
    number: CodeAsked = None,
    receipt_state: CodeAsked = None,
    after: After = None,
    limit: Limit = LIMIT,
) -> Page[ReceiptRow]:
    """List announcements: what was announced, came, is missing and is over, and since when."""
    with core.database.reading() as connection:
        owned = owner_of(connection, owner)
        asked = ReceiptFilter(owned, site, number, receipt_state)
        return receipts.receipts(connection, asked, after=after, limit=limit)


@get(
    "/sites/{site:int}/announcements/{announcement:int}",
    summary="One announced receipt",
    sync_to_thread=True,
    responses=shown(ReceiptStory, "The announcement line by line, and what came."),
)
def show_receipt(core: CoreHere, site: SiteNumber, announcement: Id) -> ReceiptStory:
    """Read an announcement with its lines, and everything that came under its number."""
    asked = ReceiptFilter(site=site, announcement=announcement)
    with core.database.reading() as connection:
        return found(receipts.receipt_story(connection, asked), "announcement")


@post(
    "/announcements",
    summary="Announce a receipt for a merchant",
    responses=shown(Done, "Its id is in `grant`.", 201),
)
async def announce_receipt(
    core: CoreHere,
    principal: PrincipalHere,
    owner: OwnerNamed,
    data: Annotated[AnnouncementBody, Body(examples=[*examples_of(AnnouncementBody)])],
) -> Done:
    """Announce a delivery; sent again it is recognised, and until it arrives it can be changed."""
    number = await asyncio.to_thread(owner_named, core, owner)
    return await announce(core, principal, number, data)


@post(
    "/sites/{site:int}/announcements/{announcement:int}/arrive",
    summary="Note that an announced delivery arrived",
    status_code=200,
    responses=shown(Done),
)
async def note_arrival(
    core: CoreHere,
    principal: PrincipalHere,
    site: SiteNumber,
    announcement: Id,
    data: Annotated[ArrivalBody, Body(examples=[*examples_of(ArrivalBody, dock="D-1")])],
) -> Done:
    """Note when a truck stood at the dock; receiving does not wait for it."""
    at = moment(data.arrived_at, "arrived_at")
    message = NoteArrival(actor=principal.actor, announcement=announcement, dock=data.dock, at=at)
    return await ask(core, site, message)


@post(
    "/sites/{site:int}/announcements/{announcement:int}/close",
    summary="Close an announced receipt",
    status_code=200,
    responses=shown(Done, "Units that are missing, and over, are in `grant`."),
)
async def close_receipt(
    core: CoreHere, principal: PrincipalHere, site: SiteNumber, announcement: Id
) -> Done:
    """Expect nothing more of an announcement; what differs is flagged and named in a task."""
    return await ask(core, site, CloseReceipt(actor=principal.actor, announcement=announcement))


RECEIPT_HANDLERS = (list_receipts, show_receipt, announce_receipt, note_arrival, close_receipt)
