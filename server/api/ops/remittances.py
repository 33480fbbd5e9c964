"""Money for merchants at desks: what each is owed, and what was paid out by which voucher."""

from typing import Annotated

import msgspec
from litestar import get, post
from litestar.params import Body

from server.api.desk import Done, ask, known_site, owner_of
from server.api.examples import examples_of, shown
from server.api.handles import CoreHere, PrincipalHere
from server.api.parameters import After, Code, CodeAsked, Limit, SiteNumber, Text
from server.reports import remittances
from server.reports.reading import LIMIT, Page
from server.reports.remittances import AccountRow, RemittanceRow
from server.transport.cash import AMOUNT_MAX
from server.transport.remitting import CancelRemittance, RemitCash


class RemittanceBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was paid out to a merchant."""

    merchant: Code
    voucher: Code
    """Unique per merchant: sent again, it is the same payment."""
    amount: Annotated[int, msgspec.Meta(ge=1, le=AMOUNT_MAX)]
    """In the smallest unit of the currency."""
    currency: Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{3}$")]
    place: Text = ""
    """Code of the cash desk; empty is the safe."""


class CancelRemittanceBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The voucher of a merchant that was told in error."""

    merchant: Code
    voucher: Code


@get(
    "/sites/{site:int}/accounts",
    summary="What merchants are owed",
    sync_to_thread=True,
    responses=shown(list[AccountRow]),
)
def list_accounts(core: CoreHere, site: SiteNumber) -> list[AccountRow]:
    """List what was collected for each merchant here, and what of it was paid out."""
    with core.database.reading() as connection:
        known_site(connection, site)
        return remittances.accounts(connection, site=site)


@get(
    "/sites/{site:int}/remittances",
    summary="Payments to merchants",
    sync_to_thread=True,
    responses=shown(Page[RemittanceRow]),
)
def list_remittances(
    core: CoreHere,
    site: SiteNumber,
    owner: CodeAsked = None,
    after: After = None,
    limit: Limit = LIMIT,
) -> Page[RemittanceRow]:
    """List what was paid out here, the latest first."""
    with core.database.reading() as connection:
        known_site(connection, site)
        whose = owner_of(connection, owner)
        return remittances.remittances(connection, site=site, owner=whose, after=after, limit=limit)


@post(
    "/sites/{site:int}/remittances",
    summary="Tell that a merchant was paid",
    responses=shown(Done, "The voucher is in `grant`.", 201),
)
async def remit(
    core: CoreHere,
    principal: PrincipalHere,
    site: SiteNumber,
    data: Annotated[
        RemittanceBody,
        Body(examples=[*examples_of(RemittanceBody, merchant="ACME", currency="EUR", place="")]),
    ],
) -> Done:
    """Post money out of the cash desk; what the book does not hold is posted too, and flagged."""
    message = RemitCash(actor=principal.actor, **msgspec.structs.asdict(data))
    return await ask(core, site, message)


@post(
    "/sites/{site:int}/remittances/cancel",
    summary="Take a payment back",
    status_code=200,
    responses=shown(Done),
)
async def cancel_remittance(
    core: CoreHere,
    principal: PrincipalHere,
    site: SiteNumber,
    data: Annotated[
        CancelRemittanceBody, Body(examples=[*examples_of(CancelRemittanceBody, merchant="ACME")])
    ],
) -> Done:
    """Say that what a voucher told was not paid."""
    message = CancelRemittance(actor=principal.actor, **msgspec.structs.asdict(data))
    return await ask(core, site, message)


REMITTANCE_HANDLERS = (list_accounts, list_remittances, remit, cancel_remittance)
