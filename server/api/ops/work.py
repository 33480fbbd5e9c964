"""Work of a site as ops plan it: holds, shipments, waves with their packages, rounds."""

from typing import Annotated, Literal

import msgspec
from litestar import delete, get, post
from litestar.params import Body, QueryParameter

from server.api.desk import Done, ask, known_site
from server.api.examples import examples_of, shown
from server.api.handles import CoreHere, PrincipalHere
from server.api.parameters import (
    After,
    Code,
    Id,
    Limit,
    Note,
    Number,
    SiteNumber,
    Text,
)
from server.orders.messages import RetryShortages
from server.planning.waves import ReleaseWave
from server.reports import work
from server.reports.reading import LIMIT, Page
from server.reports.work import HoldRow, PackageRow, RoundRow, ShipmentRow, WaveRow
from server.tasks.resolving import LiftHold, PutHold
from server.transport.messages import AssignRound, MakeRound, MakeRounds

Date = Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d\d-\d\d$")]


class HoldBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What stock to hold, by codes; every selector that is given must match."""

    reason: Note
    owner: Text = ""
    item: Text = ""
    """SKU; it needs the owner."""
    lot: Text = ""
    serial: Text = ""
    place: Text = ""
    unit: Text = ""


class WaveBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which shipments to release: these, or all that wait, the most urgent first."""

    name: Text = ""
    shipments: tuple[Number, ...] = ()
    limit: Annotated[int, msgspec.Meta(ge=0, le=100_000)] = 0
    mode: Literal["", "single", "bulk"] = ""
    """A cart for each shipment, or in total and sorted at the put wall; empty is as is best."""
    carriers: Annotated[tuple[Code, ...], msgspec.Meta(max_length=100)] = ()
    """Of all that wait, those that name one of these carriers; `-` are those that name none."""


class RoundBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One round by hand: these shipments in the order of the doors."""

    name: Code
    date: Date
    van: Code
    shipments: tuple[Number, ...] = ()
    device: Number | None = None
    person: Number | None = None
    collections: tuple[Number, ...] = ()
    """Open tasks of kind collect: returns that are taken back behind the last delivery."""


class RoundsBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Rounds by groups of destinations: one per van, from all packed shipments."""

    date: Date
    vans: Annotated[tuple[Code, ...], msgspec.Meta(min_length=1, max_length=100)]
    devices: tuple[Number, ...] = ()
    shipments_max: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 1_000


class AssignBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who drives a round with what; what is not named stays."""

    device: Number | None = None
    person: Number | None = None
    van: Text = ""


@get(
    "/sites/{site:int}/holds",
    summary="Open holds",
    sync_to_thread=True,
    responses=shown(list[HoldRow], "Open holds; a hold selects by everything that is not null."),
)
def list_holds(core: CoreHere, site: SiteNumber) -> list[HoldRow]:
    """List what keeps stock of a site from being allocated, picked, loaded or delivered."""
    with core.database.reading() as connection:
        known_site(connection, site)
        return work.holds(connection, site)


@post(
    "/sites/{site:int}/holds",
    summary="Hold stock",
    responses=shown(Done, "The hold's id is in `grant`.", 201),
)
async def put_hold(
    core: CoreHere,
    principal: PrincipalHere,
    site: SiteNumber,
    data: Annotated[
        HoldBody, Body(examples=[*examples_of(HoldBody, serial="", place="", unit="")])
    ],
) -> Done:
    """Hold all stock that the codes select, now and in future: a recall is one hold."""
    message = PutHold(actor=principal.actor, **msgspec.structs.asdict(data))
    return await ask(core, site, message)


@delete(
    "/sites/{site:int}/holds/{hold:int}",
    summary="Lift a hold",
    status_code=200,
    responses=shown(Done),
)
async def lift_hold(core: CoreHere, principal: PrincipalHere, site: SiteNumber, hold: Id) -> Done:
    """Free the stock that a hold selects."""
    return await ask(core, site, LiftHold(actor=principal.actor, hold=hold))


@get(
    "/sites/{site:int}/shipments",
    summary="Shipments of a site",
    sync_to_thread=True,
    responses=shown(Page[ShipmentRow]),
)
def list_shipments(  # noqa: PLR0917 - each is a filter of its own.
    core: CoreHere,
    site: SiteNumber,
    waiting: Annotated[
        Literal["open", "packed", "exception"] | None,
        QueryParameter(description="Only those that wait for ops, by the state they wait in."),
    ] = None,
    wave: Annotated[int | None, QueryParameter(ge=1, le=1 << 53, description="Of a wave.")] = None,
    after: After = None,
    limit: Limit = LIMIT,
) -> Page[ShipmentRow]:
    """List shipments by id; `waiting=open` are those that the next wave can release."""
    with core.database.reading() as connection:
        known_site(connection, site)
        return work.shipments(
            connection, site, waiting=waiting, wave=wave, after=after, limit=limit
        )


@get(
    "/sites/{site:int}/waves",
    summary="Waves and how far they are",
    sync_to_thread=True,
    responses=shown(Page[WaveRow]),
)
def list_waves(
    core: CoreHere, site: SiteNumber, after: After = None, limit: Limit = LIMIT
) -> Page[WaveRow]:
    """List waves, the newest first, with how many pick lines are left."""
    with core.database.reading() as connection:
        known_site(connection, site)
        return work.waves(connection, site, after=after, limit=limit)


@post(
    "/sites/{site:int}/waves",
    summary="Release a wave",
    responses=shown(Done, "The wave's id is in `grant`.", 201),
)
async def release_wave(
    core: CoreHere,
    principal: PrincipalHere,
    site: SiteNumber,
    data: Annotated[WaveBody, Body(examples=[*examples_of(WaveBody, shipments=[], limit=50)])],
) -> Done:
    """Release shipments to be picked: emergencies first, then by promise and age."""
    message = ReleaseWave(actor=principal.actor, **msgspec.structs.asdict(data))
    return await ask(core, site, message)


@post(
    "/sites/{site:int}/shortages/retry",
    summary="Seek missing units again",
    status_code=200,
    responses=shown(Done, "How many units were found, and are still missing, is in `grant`."),
)
async def retry_shortages(core: CoreHere, principal: PrincipalHere, site: SiteNumber) -> Done:
    """Promise again what was missing, once stock has come in or was counted."""
    return await ask(core, site, RetryShortages(actor=principal.actor))


@get(
    "/sites/{site:int}/waves/{wave:int}/packages",
    summary="Packages of a wave",
    sync_to_thread=True,
    responses=shown(list[PackageRow]),
)
def list_packages(core: CoreHere, site: SiteNumber, wave: Id) -> list[PackageRow]:
    """List the packages that a wave was cut into: who holds each, and how much is left."""
    with core.database.reading() as connection:
        known_site(connection, site)
        return work.packages(connection, site, wave)


@get(
    "/sites/{site:int}/rounds",
    summary="Rounds and how far they are",
    sync_to_thread=True,
    responses=shown(Page[RoundRow]),
)
def list_rounds(
    core: CoreHere,
    site: SiteNumber,
    open_only: Annotated[
        bool, QueryParameter(description="Leave out those that are done.")
    ] = False,
    after: After = None,
    limit: Limit = LIMIT,
) -> Page[RoundRow]:
    """List rounds by id."""
    with core.database.reading() as connection:
        known_site(connection, site)
        is_open = True if open_only else None
        return work.rounds(connection, site, is_open=is_open, after=after, limit=limit)


@post(
    "/sites/{site:int}/rounds",
    summary="Make a round by hand",
    responses=shown(Done, "The round's id is in `grant`.", 201),
)
async def make_round(
    core: CoreHere,
    principal: PrincipalHere,
    site: SiteNumber,
    data: Annotated[RoundBody, Body(examples=[*examples_of(RoundBody, name="North 1", person=17)])],
) -> Done:
    """Plan shipments, in this order, as one round of a van."""
    message = MakeRound(actor=principal.actor, **msgspec.structs.asdict(data))
    return await ask(core, site, message)


@post(
    "/sites/{site:int}/rounds/by_destination",
    summary="Make rounds by destination",
    responses=shown(Done, "The rounds' ids are in `grant`.", 201),
)
async def make_rounds(
    core: CoreHere,
    principal: PrincipalHere,
    site: SiteNumber,
    data: Annotated[RoundsBody, Body(examples=[*examples_of(RoundsBody, vans=["VAN-1"])])],
) -> Done:
    """Share the packed shipments out to vans, whole destinations together."""
    message = MakeRounds(actor=principal.actor, **msgspec.structs.asdict(data))
    return await ask(core, site, message)


@post(
    "/sites/{site:int}/rounds/{round_id:int}/assign",
    summary="Assign a round",
    status_code=200,
    responses=shown(Done),
)
async def assign_round(
    core: CoreHere,
    principal: PrincipalHere,
    site: SiteNumber,
    round_id: Id,
    data: Annotated[AssignBody, Body(examples=[*examples_of(AssignBody, person=17)])],
) -> Done:
    """Give a round another device, person or van."""
    message = AssignRound(actor=principal.actor, round=round_id, **msgspec.structs.asdict(data))
    return await ask(core, site, message)


WORK_HANDLERS = (
    list_holds,
    put_hold,
    lift_hold,
    list_shipments,
    list_waves,
    release_wave,
    retry_shortages,
    list_packages,
    list_rounds,
    make_round,
    make_rounds,
    assign_round,
)
