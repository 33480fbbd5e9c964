"""Returnable units at desks: types, partners, exchanges by voucher, and who owes how many."""

from typing import Annotated, Literal

import msgspec
from litestar import get, post, put
from litestar.params import Body

from server.api.desk import Done, ask, known_site
from server.api.examples import examples_of, shown
from server.api.handles import CoreHere, PrincipalHere
from server.api.parameters import Code, CodeAsked, SiteNumber, Text
from server.lane.activity import NETWORK
from server.reports import returnables
from server.reports.returnables import PartnerRow, ReturnableRow, UnitTypeRow
from server.transport.exchanges import UNITS_MAX, CancelExchange, ExchangeUnits
from server.transport.returnables import PutPartner, PutUnitType

Units = Annotated[int, msgspec.Meta(ge=0, le=UNITS_MAX)]


class PartnerBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """With whom units are exchanged; its code is scanned like that of a place."""

    code: Code
    partner_kind: Literal["carrier", "supplier", "merchant", "consumer", "site"]
    owner: Text = ""
    """Code of the merchant, where it is one of ours."""
    state: Literal["open", "retired"] = "open"


class UnitTypeBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A type of units that come back; owner and SKU name the item of units told by number."""

    code: Code
    owner: Code
    sku: Code
    begins: Text = ""
    """What the codes of its units begin with: `CART-`, or `80030` and a GRAI's 13 digits."""
    unit_kind: Literal["", "tote", "carton", "pallet", "cage", "parcel"] = ""
    """Kind of its units, where no type says how their codes begin."""
    state: Literal["open", "retired"] = "open"


class ExchangeBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a voucher says: so many were given to a partner, so many taken back."""

    partner: Code
    unit_type: Code
    voucher: Code
    gave: Units = 0
    took: Units = 0
    at: Text = ""
    """Place that they left and came to; supplier, consumer or carrier; empty is unknown."""


class CancelExchangeBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The voucher of a partner that was told in error."""

    partner: Code
    voucher: Code


@get(
    "/unit_types",
    summary="Types of returnable units",
    sync_to_thread=True,
    responses=shown(list[UnitTypeRow]),
)
def list_unit_types(core: CoreHere) -> list[UnitTypeRow]:
    """List the types of units that come back."""
    with core.database.reading() as connection:
        return returnables.unit_types(connection)


@put("/unit_types", summary="Put a type of returnable units", responses=shown(Done))
async def put_unit_type(
    core: CoreHere,
    principal: PrincipalHere,
    data: Annotated[
        UnitTypeBody, Body(examples=[*examples_of(UnitTypeBody, code="CAGE", begins="CART-")])
    ],
) -> Done:
    """Make or change a type; what was told before counts for it too."""
    message = PutUnitType(actor=principal.actor, **msgspec.structs.asdict(data))
    return await ask(core, NETWORK, message)


@get(
    "/sites/{site:int}/partners",
    summary="Partners",
    sync_to_thread=True,
    responses=shown(list[PartnerRow]),
)
def list_partners(core: CoreHere, site: SiteNumber) -> list[PartnerRow]:
    """List with whom a site exchanges units."""
    with core.database.reading() as connection:
        known_site(connection, site)
        return returnables.partners(connection, site)


@put("/sites/{site:int}/partners", summary="Put a partner", responses=shown(Done))
async def put_partner(
    core: CoreHere,
    principal: PrincipalHere,
    site: SiteNumber,
    data: Annotated[
        PartnerBody, Body(examples=[*examples_of(PartnerBody, partner_kind="carrier", owner="")])
    ],
) -> Done:
    """Make or change a partner; devices know its code as a place from then on."""
    message = PutPartner(actor=principal.actor, **msgspec.structs.asdict(data))
    return await ask(core, site, message)


@post(
    "/sites/{site:int}/exchanges",
    summary="Tell an exchange of units",
    status_code=200,
    responses=shown(Done),
)
async def exchange_units(
    core: CoreHere,
    principal: PrincipalHere,
    site: SiteNumber,
    data: Annotated[ExchangeBody, Body(examples=[*examples_of(ExchangeBody, gave=12, at="")])],
) -> Done:
    """Tell what was exchanged with a partner and nobody scanned; a voucher counts once."""
    message = ExchangeUnits(actor=principal.actor, **msgspec.structs.asdict(data))
    return await ask(core, site, message)


@post(
    "/sites/{site:int}/exchanges/cancel",
    summary="Take an exchange of units back",
    status_code=200,
    responses=shown(Done),
)
async def cancel_exchange(
    core: CoreHere,
    principal: PrincipalHere,
    site: SiteNumber,
    data: Annotated[CancelExchangeBody, Body(examples=[*examples_of(CancelExchangeBody)])],
) -> Done:
    """Say that what a voucher told did not happen."""
    message = CancelExchange(actor=principal.actor, **msgspec.structs.asdict(data))
    return await ask(core, site, message)


@get(
    "/sites/{site:int}/returnables",
    summary="Returnable units by partner",
    sync_to_thread=True,
    responses=shown(list[ReturnableRow]),
)
def list_returnables(
    core: CoreHere, site: SiteNumber, unit_type: CodeAsked = None
) -> list[ReturnableRow]:
    """Tell who was given how many of each type, gave how many back, and owes them since when."""
    with core.database.reading() as connection:
        known_site(connection, site)
        return returnables.returnables(connection, site, unit_type)


RETURNABLE_HANDLERS = (
    list_unit_types,
    put_unit_type,
    list_partners,
    put_partner,
    exchange_units,
    cancel_exchange,
    list_returnables,
)
