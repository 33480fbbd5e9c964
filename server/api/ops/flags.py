"""Flags at desks: what was posted as it was told, and is odd."""

from litestar import get

from server.api.desk import known_site
from server.api.examples import shown
from server.api.handles import CoreHere
from server.api.parameters import After, CodeAsked, Limit, SiteNumber
from server.reports.flags import FlagRow, flags
from server.reports.reading import LIMIT, Page


@get(
    "/sites/{site:int}/flags",
    summary="What facts were flagged with",
    sync_to_thread=True,
    responses=shown(Page[FlagRow], "What came last comes first."),
)
def list_flags(
    core: CoreHere,
    site: SiteNumber,
    code: CodeAsked = None,
    after: After = None,
    limit: Limit = LIMIT,
) -> Page[FlagRow]:
    """List the facts that were posted and flagged: expired goods, another lot, a lost lease.

    What waits for somebody's decision is an exception besides (`GET /exceptions`).
    """
    with core.database.reading() as connection:
        known_site(connection, site)
        return flags(connection, site, code=code, after=after, limit=limit)


FLAG_HANDLERS = (list_flags,)
