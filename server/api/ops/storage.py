"""Putting away and replenishing at desks: rules, pick faces, places found full, figures."""

from typing import Annotated, Literal

import msgspec
from litestar import get, post, put
from litestar.params import Body

from server.api.desk import Done, ask, known_site
from server.api.examples import examples_of, shown
from server.api.handles import CoreHere, PrincipalHere
from server.api.ops.accuracy import WINDOW_MS
from server.api.parameters import After, Code, Limit, SiteNumber, Text, TimeAsked, window
from server.planning.putaway import OpenPlace
from server.planning.putaway_rules import PutPutawayRule
from server.planning.replenishing import PutPickFace, Replenish
from server.reports import storage
from server.reports.reading import LIMIT, Page
from server.reports.storage import (
    FullPlaceRow,
    GuideRow,
    PickFaceRow,
    PutawayFigures,
    PutawayRuleRow,
)

Units = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]


class PutawayRuleBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where some goods are to go; all filters that are given must match."""

    name: Code
    priority: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)] = 100
    """Small numbers are tried first."""
    owner: Text = ""
    item: Text = ""
    """SKU; it needs the owner."""
    velocity: Literal["", "A", "B", "C"] = ""
    condition: Text = ""
    hazard: Text = ""
    zone: Text = ""
    use: Literal["", "pick", "reserve", "dock", "returns", "quarantine", "outbound"] = ""
    size: Text = ""
    place: Text = ""
    """The one place of a fixed rule; without it, the item's pick faces."""
    strategy: Literal["same_item", "empty", "room", "fixed"] = "empty"
    state: Literal["open", "retired"] = "open"


class PickFaceBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A place from which an item is picked; a maximum of 0 says that it is no more."""

    place: Code
    owner: Code
    item: Code
    """SKU."""
    maximum: Units
    minimum: Units = 0


class OpenPlaceBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A place by its code."""

    place: Code


@get(
    "/sites/{site:int}/putaway_rules",
    summary="Rules of putting away",
    sync_to_thread=True,
    responses=shown(list[PutawayRuleRow]),
)
def list_putaway_rules(core: CoreHere, site: SiteNumber) -> list[PutawayRuleRow]:
    """List where goods are to go, in the order in which it is tried."""
    with core.database.reading() as connection:
        known_site(connection, site)
        return storage.putaway_rules(connection, site)


@put("/sites/{site:int}/putaway_rules", summary="Put a rule of putting away", responses=shown(Done))
async def put_putaway_rule(
    core: CoreHere,
    principal: PrincipalHere,
    site: SiteNumber,
    data: Annotated[
        PutawayRuleBody,
        Body(examples=[*examples_of(PutawayRuleBody, name="fast", velocity="A", zone="A")]),
    ],
) -> Done:
    """Make, change or take away a rule by its name; what is led already stays as it is."""
    message = PutPutawayRule(actor=principal.actor, **msgspec.structs.asdict(data))
    return await ask(core, site, message)


@get(
    "/sites/{site:int}/pick_faces",
    summary="Pick faces of a site",
    sync_to_thread=True,
    responses=shown(list[PickFaceRow]),
)
def list_pick_faces(core: CoreHere, site: SiteNumber) -> list[PickFaceRow]:
    """List from which places items are picked, with their minimum and maximum."""
    with core.database.reading() as connection:
        known_site(connection, site)
        return storage.pick_faces(connection, site)


@put("/sites/{site:int}/pick_faces", summary="Put a pick face", responses=shown(Done))
async def put_pick_face(
    core: CoreHere,
    principal: PrincipalHere,
    site: SiteNumber,
    data: Annotated[
        PickFaceBody, Body(examples=[*examples_of(PickFaceBody, minimum=5, maximum=20)])
    ],
) -> Done:
    """Make, change or take away a place from which an item is picked."""
    message = PutPickFace(actor=principal.actor, **msgspec.structs.asdict(data))
    return await ask(core, site, message)


@post(
    "/sites/{site:int}/replenishments",
    summary="Look at the pick faces now",
    status_code=200,
    responses=shown(Done),
)
async def replenish(core: CoreHere, principal: PrincipalHere, site: SiteNumber) -> Done:
    """Ask for what the pick faces lack, without waiting for the timer."""
    return await ask(core, site, Replenish(actor=principal.actor))


@get(
    "/sites/{site:int}/full_places",
    summary="Places found full",
    sync_to_thread=True,
    responses=shown(list[FullPlaceRow]),
)
def list_full_places(core: CoreHere, site: SiteNumber) -> list[FullPlaceRow]:
    """List places that are not suggested because somebody found them full."""
    with core.database.reading() as connection:
        known_site(connection, site)
        return storage.full_places(connection, site)


@post(
    "/sites/{site:int}/full_places/open",
    summary="Open a place that was found full",
    status_code=200,
    responses=shown(Done),
)
async def open_full_place(
    core: CoreHere,
    principal: PrincipalHere,
    site: SiteNumber,
    data: Annotated[OpenPlaceBody, Body(examples=[*examples_of(OpenPlaceBody, place="A-01")])],
) -> Done:
    """Let a place be suggested again."""
    return await ask(core, site, OpenPlace(actor=principal.actor, place=data.place))


@get(
    "/sites/{site:int}/guides",
    summary="What is to be put away or replenished",
    sync_to_thread=True,
    responses=shown(Page[GuideRow]),
)
def list_guides(
    core: CoreHere, site: SiteNumber, after: After = None, limit: Limit = LIMIT
) -> Page[GuideRow]:
    """List open tasks of putting away and replenishing, with the place that is suggested."""
    with core.database.reading() as connection:
        known_site(connection, site)
        return storage.guides(connection, site, after=after, limit=limit)


@get(
    "/sites/{site:int}/putaway",
    summary="How goods are put away",
    sync_to_thread=True,
    responses=shown(PutawayFigures),
)
def show_putaway(
    core: CoreHere, site: SiteNumber, since: TimeAsked = None, until: TimeAsked = None
) -> PutawayFigures:
    """Tell how often goods went where they were led, and how long they waited, of 30 days."""
    begins, ends = window(core.clock.now(), since, until, WINDOW_MS)
    with core.database.reading() as connection:
        known_site(connection, site)
        return storage.putaway_figures(connection, site, begins, ends)


STORAGE_HANDLERS = (
    list_putaway_rules,
    put_putaway_rule,
    list_pick_faces,
    put_pick_face,
    replenish,
    list_full_places,
    open_full_place,
    list_guides,
    show_putaway,
)
