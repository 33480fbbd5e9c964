"""Packing at desks: cartons, the steps of added value that a shipment asks for, what was used."""

from typing import Annotated, Literal

import msgspec
from litestar import get, post, put
from litestar.params import Body

from server.api.desk import Done, ask, known_site
from server.api.examples import examples_of, shown
from server.api.handles import CoreHere, PrincipalHere
from server.api.parameters import After, Code, Id, Limit, SiteNumber, Text
from server.planning.cartons import PutCarton
from server.reports import packing
from server.reports.packing import CartonRow, PackedRow, StepRow, WorkRow
from server.reports.reading import LIMIT, Page
from server.tasks.steps import AskStep

Inside = Annotated[int, msgspec.Meta(ge=1, le=100_000)]
"""Length of a side inside, mm."""
Weight = Annotated[int, msgspec.Meta(ge=0, le=100_000_000)]


class CartonBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a carton should be, measured inside."""

    code: Code
    length_mm: Inside
    width_mm: Inside
    height_mm: Inside
    weight_g_max: Weight
    """What it may hold at most."""
    own_g: Weight = 0
    state: Literal["open", "retired"] = "open"


class StepBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A step of added value; its text, as of a gift message, is kept apart from the book."""

    step: Code
    quantity: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)] = 1
    """0 takes it back."""
    note: Text = ""


@get(
    "/sites/{site:int}/cartons",
    summary="Cartons of a site",
    sync_to_thread=True,
    responses=shown(list[CartonRow]),
)
def list_cartons(core: CoreHere, site: SiteNumber) -> list[CartonRow]:
    """List the boxes in which a site packs."""
    with core.database.reading() as connection:
        known_site(connection, site)
        return packing.cartons(connection, site)


@put("/sites/{site:int}/cartons", summary="Put a carton", responses=shown(Done))
async def put_carton(
    core: CoreHere,
    principal: PrincipalHere,
    site: SiteNumber,
    data: Annotated[CartonBody, Body(examples=[*examples_of(CartonBody, state="open")])],
) -> Done:
    """Make or change a carton by its code; a retired one is suggested no more."""
    message = PutCarton(actor=principal.actor, **msgspec.structs.asdict(data))
    return await ask(core, site, message)


@post(
    "/sites/{site:int}/shipments/{shipment:int}/steps",
    summary="Ask for a step of added value",
    status_code=200,
    responses=shown(Done),
)
async def ask_step(
    core: CoreHere,
    principal: PrincipalHere,
    site: SiteNumber,
    shipment: Id,
    data: Annotated[StepBody, Body(examples=[*examples_of(StepBody)])],
) -> Done:
    """Say how often a shipment wants a step before it is sealed, as gift wrap or an insert."""
    message = AskStep(actor=principal.actor, shipment=shipment, **msgspec.structs.asdict(data))
    return await ask(core, site, message)


@get(
    "/sites/{site:int}/shipments/{shipment:int}/steps",
    summary="Steps of a shipment",
    sync_to_thread=True,
    responses=shown(list[StepRow]),
)
def list_steps(core: CoreHere, site: SiteNumber, shipment: Id) -> list[StepRow]:
    """List what a shipment asks for and what was done of it, with texts to be printed."""
    with core.database.reading() as connection:
        known_site(connection, site)
        return packing.steps(connection, site, shipment)


@get(
    "/sites/{site:int}/packed",
    summary="Parcels as packed",
    sync_to_thread=True,
    responses=shown(Page[PackedRow]),
)
def list_packed(
    core: CoreHere, site: SiteNumber, after: After = None, limit: Limit = LIMIT
) -> Page[PackedRow]:
    """List sealed parcels with the carton used and suggested, and the weight against the book."""
    with core.database.reading() as connection:
        known_site(connection, site)
        return packing.packed(connection, site, after=after, limit=limit)


@get(
    "/sites/{site:int}/work_done",
    summary="Steps of added value that were done",
    sync_to_thread=True,
    responses=shown(Page[WorkRow]),
)
def list_work(
    core: CoreHere, site: SiteNumber, after: After = None, limit: Limit = LIMIT
) -> Page[WorkRow]:
    """List work for billing; the quantities of a step are summed, for what was taken back too."""
    with core.database.reading() as connection:
        known_site(connection, site)
        return packing.work_done(connection, site, after=after, limit=limit)


PACKING_HANDLERS = (list_cartons, put_carton, ask_step, list_steps, list_packed, list_work)
