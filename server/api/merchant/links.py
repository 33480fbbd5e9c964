"""A merchant's links to the pages of its consumers, and what is said there."""

from litestar import delete, get, post

from server.api import links
from server.api.desk import Done
from server.api.examples import shown
from server.api.handles import CoreHere, PrincipalHere
from server.api.links import LinkRow
from server.api.merchant.reads import own
from server.api.parameters import Id
from server.reports.words import WordRow


@post(
    "/orders/{order:int}/link",
    summary="A link to the page of one of your orders",
    status_code=200,
    sync_to_thread=True,
    responses=shown(LinkRow, "Whoever has it sees where the parcels are; no address, no name."),
)
def make_link(core: CoreHere, principal: PrincipalHere, order: Id) -> LinkRow:
    """Make a link for the consumer; it ends by itself, or when all of the order are withdrawn."""
    return links.make_link(core, order, own(principal))


@delete(
    "/orders/{order:int}/link",
    summary="Withdraw all links to the page of one of your orders",
    status_code=200,
    responses=shown(Done),
)
async def withdraw_links(core: CoreHere, principal: PrincipalHere, order: Id) -> Done:
    """Have no link that was given out until now open the page."""
    return await links.withdraw_links(core, principal, order, own(principal))


@get(
    "/orders/{order:int}/words",
    summary="What the consumer of one of your orders said",
    sync_to_thread=True,
    responses=shown(list[WordRow], "As it came."),
)
def list_words(core: CoreHere, principal: PrincipalHere, order: Id) -> list[WordRow]:
    """List wishes, receipts, complaints and returns that were said by the order's page."""
    return links.said_of(core, order, own(principal))


LINK_HANDLERS = (make_link, withdraw_links, list_words)
