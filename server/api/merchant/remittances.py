"""A merchant's money: what was collected for their orders, and what of it was paid out."""

from litestar import get

from server.api.examples import shown
from server.api.merchant.reads import ReadsHere
from server.api.parameters import After, Limit
from server.reports import remittances
from server.reports.reading import LIMIT, Page
from server.reports.remittances import AccountRow, RemittanceRow


@get(
    "/accounts",
    summary="What you are owed",
    sync_to_thread=True,
    responses=shown(list[AccountRow]),
)
def list_accounts(reads: ReadsHere) -> list[AccountRow]:
    """List per site and currency what was collected for you at doors and what was paid out."""
    with reads.snapshot() as connection:
        return remittances.accounts(connection, owner=reads.owner)


@get(
    "/remittances",
    summary="Payments to you",
    sync_to_thread=True,
    responses=shown(Page[RemittanceRow]),
)
def list_remittances(
    reads: ReadsHere, after: After = None, limit: Limit = LIMIT
) -> Page[RemittanceRow]:
    """List what was paid out to you, the latest first."""
    with reads.snapshot() as connection:
        return remittances.remittances(connection, owner=reads.owner, after=after, limit=limit)


REMITTANCE_HANDLERS = (list_accounts, list_remittances)
