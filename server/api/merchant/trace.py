"""Where a merchant's own goods and parcels were."""

from litestar import get

from server.api.desk import found
from server.api.examples import shown
from server.api.handles import PrincipalHere
from server.api.merchant.reads import ReadsHere, own
from server.api.ops.trace import KindAsked, ScanAsked
from server.api.parameters import After, CodeAsked, Limit, SiteAsked
from server.reports.reading import LIMIT
from server.reports.trace import Trace, trace
from server.reports.trace_subjects import Asked


@get(
    "/trace",
    summary="Custody of your goods or of a parcel",
    sync_to_thread=True,
    responses=shown(Trace, "The steps in the floor's order, or what the code may mean."),
)
def show_trace(  # noqa: PLR0917 - each is a filter of its own.
    reads: ReadsHere,
    principal: PrincipalHere,
    code: ScanAsked,
    item: CodeAsked = None,
    kind: KindAsked = None,
    site: SiteAsked = None,
    after: After = None,
    limit: Limit = LIMIT,
) -> Trace:
    """Follow a serial, lot or item of yours, or a parcel of your orders, to the doorstep.

    Who did a step is not told. Where a code may mean several things, `candidates` says which.
    """
    asked = Asked(code, item=item, site=site, kind=kind, own=own(principal))
    with reads.snapshot() as connection:
        return found(trace(connection, asked, after=after, limit=limit), "code")


TRACE_HANDLERS = (show_trace,)
