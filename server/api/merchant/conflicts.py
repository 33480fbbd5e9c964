"""Questions to a merchant: the same order number came twice, with different content."""

import asyncio
from typing import Annotated

import msgspec
from litestar import get, post
from litestar.params import Body

from server.api.desk import Done, ask, found
from server.api.examples import examples_of, shown
from server.api.handles import CoreHere, PrincipalHere
from server.api.merchant.reads import ReadsHere, own
from server.api.parameters import Id, Note
from server.lane.activity import NETWORK
from server.reports.conflicts import ConflictRow, conflicts
from server.tasks.resolving import ResolveConflict


class AnswerBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why the order stays as it first came."""

    note: Note


@get(
    "/conflicts",
    summary="Your orders that came twice with different content",
    sync_to_thread=True,
    responses=shown(list[ConflictRow], "The oldest first."),
)
def list_conflicts(reads: ReadsHere, principal: PrincipalHere) -> list[ConflictRow]:
    """List open conflicts: what stands in the order, and what came under its number later."""
    with reads.snapshot() as connection:
        return conflicts(connection, own(principal))


@post(
    "/conflicts/{conflict:int}/resolve",
    summary="Keep the order as it first came",
    status_code=200,
    responses=shown(Done),
)
async def answer_conflict(
    core: CoreHere,
    principal: PrincipalHere,
    conflict: Id,
    data: Annotated[AnswerBody, Body(examples=[*examples_of(AnswerBody)])],
) -> Done:
    """Close a conflict of one of your orders; the order stays, what came later is dropped."""
    owner = own(principal)

    def read() -> list[ConflictRow]:
        with core.database.reading() as connection:
            return conflicts(connection, owner, conflict)

    found(await asyncio.to_thread(read) or None, "conflict")
    message = ResolveConflict(actor=principal.actor, conflict=conflict, note=data.note)
    return await ask(core, NETWORK, message)


CONFLICT_HANDLERS = (list_conflicts, answer_conflict)
