"""Kits at desks: what they are made of, and orders to make some."""

from typing import Annotated

import msgspec
from litestar import get, post, put
from litestar.params import Body

from server.api.desk import Done, ask, owner_of
from server.api.examples import examples_of, shown
from server.api.handles import CoreHere, PrincipalHere
from server.api.parameters import Code, CodeAsked, Quantity, SiteNumber, Text, moment
from server.catalog.kits import PARTS_MAX
from server.catalog.messages import KitUnits, PutKit
from server.lane.activity import NETWORK
from server.planning.kit_orders import OrderKits
from server.reports import conversions
from server.reports.conversions import KitRow


class PartBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """So many units of the same owner's item in one kit."""

    sku: Code
    quantity: Quantity


class KitBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one unit of an item is made of; without parts it is no kit any more."""

    owner: Code
    sku: Code
    parts: Annotated[tuple[PartBody, ...], msgspec.Meta(max_length=PARTS_MAX)] = ()
    valid_from: Annotated[str, msgspec.Meta(max_length=40)] = ""
    """A time, RFC 3339; empty is always."""


class KitOrderBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """So many kits that are to be made, at a place if it is said."""

    owner: Code
    item: Code
    quantity: Quantity
    place: Text = ""


@get("/kits", summary="Kits", sync_to_thread=True, responses=shown(list[KitRow]))
def list_kits(core: CoreHere, owner: CodeAsked = None) -> list[KitRow]:
    """List what kits are made of, part by part."""
    with core.database.reading() as connection:
        return conversions.kits(connection, owner_of(connection, owner))


@put("/kits", summary="Put a kit", responses=shown(Done))
async def put_kit(
    core: CoreHere,
    principal: PrincipalHere,
    data: Annotated[
        KitBody, Body(examples=[*examples_of(KitBody, valid_from="2010-12-01T00:00:00Z")])
    ],
) -> Done:
    """Say what one unit of an item is made of, from a time on."""
    message = PutKit(
        actor=principal.actor,
        owner=data.owner,
        sku=data.sku,
        parts=tuple(KitUnits(part.sku, part.quantity) for part in data.parts),
        valid_from=moment(data.valid_from or None, "valid_from") or 0,
    )
    return await ask(core, NETWORK, message)


@post(
    "/sites/{site:int}/kits",
    summary="Order kits to be made",
    responses=shown(Done, "The task's id, and how many units of parts are missing: `grant`.", 201),
)
async def order_kits(
    core: CoreHere,
    principal: PrincipalHere,
    site: SiteNumber,
    data: Annotated[KitOrderBody, Body(examples=[*examples_of(KitOrderBody)])],
) -> Done:
    """Ask a site to make kits: a task at the work place."""
    message = OrderKits(actor=principal.actor, **msgspec.structs.asdict(data))
    return await ask(core, site, message)


KIT_HANDLERS = (list_kits, put_kit, order_kits)
