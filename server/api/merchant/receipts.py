"""A merchant's deliveries: announced, and followed until all of it came."""

from typing import Annotated

from litestar import get, post
from litestar.params import Body

from server.api.announcements import AnnouncementBody, announce
from server.api.desk import Done, found
from server.api.examples import examples_of, shown
from server.api.handles import CoreHere, PrincipalHere
from server.api.merchant.reads import ReadsHere, own
from server.api.parameters import After, CodeAsked, Id, Limit, SiteAsked, SiteNumber
from server.reports import receipts
from server.reports.reading import LIMIT, Page
from server.reports.receipts import ReceiptFilter, ReceiptRow, ReceiptStory


@get(
    "/announcements",
    summary="Your announced deliveries",
    sync_to_thread=True,
    responses=shown(Page[ReceiptRow]),
)
def list_receipts(  # noqa: PLR0917 - each is a filter of its own.
    reads: ReadsHere,
    principal: PrincipalHere,
    site: SiteAsked = None,
    number: CodeAsked = None,
    receipt_state: CodeAsked = None,
    after: After = None,
    limit: Limit = LIMIT,
) -> Page[ReceiptRow]:
    """List what you announced: what came of it, what is missing and what is over."""
    asked = ReceiptFilter(own(principal), site, number, receipt_state)
    with reads.snapshot() as connection:
        return receipts.receipts(connection, asked, after=after, limit=limit)


@get(
    "/sites/{site:int}/announcements/{announcement:int}",
    summary="One of your announced deliveries",
    sync_to_thread=True,
    responses=shown(ReceiptStory, "The announcement line by line, and what came."),
)
def show_receipt(
    reads: ReadsHere, principal: PrincipalHere, site: SiteNumber, announcement: Id
) -> ReceiptStory:
    """Read an announcement with its lines, and your goods that came under its number."""
    asked = ReceiptFilter(own(principal), site, announcement=announcement)
    with reads.snapshot() as connection:
        return found(receipts.receipt_story(connection, asked), "announcement")


@post(
    "/announcements",
    summary="Announce a delivery",
    responses=shown(Done, "Its id is in `grant`.", 201),
)
async def announce_receipt(
    core: CoreHere,
    principal: PrincipalHere,
    data: Annotated[AnnouncementBody, Body(examples=[*examples_of(AnnouncementBody)])],
) -> Done:
    """Announce goods; sent again it is recognised, and until they arrive it can be changed."""
    return await announce(core, principal, own(principal), data)


RECEIPT_HANDLERS = (list_receipts, show_receipt, announce_receipt)
