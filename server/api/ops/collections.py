"""Returns that wait to be collected: on which round each is, and the doors of a round."""

from typing import Annotated

import msgspec
from litestar import delete, get, post
from litestar.params import Body

from server.api.desk import Done, ask, found, known_site
from server.api.examples import examples_of, shown
from server.api.handles import CoreHere, PrincipalHere
from server.api.parameters import Id, Number, SiteNumber
from server.reports import collections, work
from server.reports.collections import CollectionRow, StopRow
from server.reports.work import RoundRow
from server.transport.messages import AddCollections, DropCollection


class CollectionsBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which returns to collect, by the tasks that ask for it."""

    collections: Annotated[tuple[Number, ...], msgspec.Meta(min_length=1, max_length=1_000)]


@get(
    "/sites/{site:int}/collections",
    summary="Returns that wait to be collected",
    sync_to_thread=True,
    responses=shown(list[CollectionRow]),
)
def list_collections(core: CoreHere, site: SiteNumber) -> list[CollectionRow]:
    """List returns that somebody asked to be collected, with the round on which each is planned."""
    with core.database.reading() as connection:
        known_site(connection, site)
        return collections.collections(connection, site)


@get(
    "/sites/{site:int}/rounds/{round_id:int}",
    summary="A round and how far it is",
    sync_to_thread=True,
    responses=shown(RoundRow),
)
def read_round(core: CoreHere, site: SiteNumber, round_id: Id) -> RoundRow:
    """Read one round."""
    with core.database.reading() as connection:
        known_site(connection, site)
        return found(work.round_named(connection, site, round_id), "round")


@get(
    "/sites/{site:int}/rounds/{round_id:int}/stops",
    summary="Doors of a round",
    sync_to_thread=True,
    responses=shown(list[StopRow]),
)
def list_stops(core: CoreHere, site: SiteNumber, round_id: Id) -> list[StopRow]:
    """List the doors of a round in their order; addresses only until somebody was there."""
    with core.database.reading() as connection:
        known_site(connection, site)
        found(work.round_named(connection, site, round_id), "round")
        return collections.stops(connection, site, round_id)


@post(
    "/sites/{site:int}/rounds/{round_id:int}/collections",
    summary="Collect returns on a round",
    status_code=200,
    responses=shown(Done),
)
async def add_collections(
    core: CoreHere,
    principal: PrincipalHere,
    site: SiteNumber,
    round_id: Id,
    data: Annotated[CollectionsBody, Body(examples=[*examples_of(CollectionsBody)])],
) -> Done:
    """Make each a stop behind the last one, while the round has not left."""
    tasks = data.collections
    message = AddCollections(actor=principal.actor, round=round_id, collections=tasks)
    return await ask(core, site, message)


@delete(
    "/sites/{site:int}/rounds/{round_id:int}/collections/{stop:int}",
    summary="Take a return off a round",
    status_code=200,
    responses=shown(Done),
)
async def drop_collection(
    core: CoreHere, principal: PrincipalHere, site: SiteNumber, round_id: Id, stop: Id
) -> Done:
    """Have a return wait for another round, while this one has not left."""
    message = DropCollection(actor=principal.actor, round=round_id, stop=stop)
    return await ask(core, site, message)


COLLECTION_HANDLERS = (
    list_collections,
    read_round,
    list_stops,
    add_collections,
    drop_collection,
)
