"""What waits for a person, and how it is resolved; the story of an operation."""

from typing import Annotated, Literal

import msgspec
from litestar import get, post
from litestar.params import Body, PathParameter, QueryParameter

from server.api.desk import Done, ask, found
from server.api.examples import examples_of, shown
from server.api.handles import CoreHere, PrincipalHere
from server.api.parameters import (
    ID_MAX,
    After,
    Code,
    CodeAsked,
    Id,
    Limit,
    Note,
    Number,
    Quantity,
    SiteAsked,
    SiteNumber,
    Text,
)
from server.lane.activity import DEVICES, NETWORK
from server.reports.exceptions import ExceptionRow, exceptions
from server.reports.operations import OperationStory, operation_story
from server.reports.reading import LIMIT, Page
from server.tasks.correcting import Correct, Reclassify
from server.tasks.reconsidering import Reconsider
from server.tasks.resolving import (
    ResolveConflict,
    ResolveDiscrepancy,
    ResolveIncident,
    ResolveParked,
    ResolveTask,
)

Stream = Annotated[
    int, PathParameter(ge=1, le=ID_MAX, description="Device, or server-side stream.")
]
Epoch = Annotated[int, PathParameter(ge=1, le=ID_MAX, description="Epoch of the stream.")]
Seq = Annotated[int, PathParameter(ge=1, le=ID_MAX, description="Number in the epoch.")]


class NoteBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was found."""

    note: Note


class CauseBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was found, why book and floor differed, and the operation that shows it."""

    note: Note
    cause: Literal[
        "", "late_fact", "mis_scan", "miscount", "lost", "wrong_place", "damage", "unknown"
    ] = ""
    explained_by: Text = ""
    """As stream/epoch/seq; only without a cause, or with an unknown one, it may be empty."""


class ReconsiderBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether the line of a revoked device is to be applied, and why."""

    note: Text = ""
    apply: bool = False


class ReclassifyBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What units really are; parts of the key that are not given stay."""

    place: Code
    quantity: Quantity
    note: Note
    stock: Number | None = None
    """Key under which the book has them, by id; or by its raw scan."""
    raw: Text = ""
    owner: Text = ""
    item: Text = ""
    lot: Text | None = None
    serial: Text | None = None
    condition: Literal["good", "damaged", "quarantine"] | None = None
    customs: Literal["free", "bonded"] | None = None
    discrepancy: Number | None = None
    """The open question that this answers."""


class CorrectBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """By how much the book is off; negative where it has too many."""

    place: Code
    stock: Number
    quantity: Annotated[int, msgspec.Meta(ge=-1_000_000, le=1_000_000)]
    reason: Note
    mends: Number | None = None
    """Number of the movement that was wrong: a count after it absorbs the correction."""


@get(
    "/exceptions",
    summary="What waits for a person",
    sync_to_thread=True,
    responses=shown(Page[ExceptionRow], "What is due first comes first."),
)
def list_exceptions(  # noqa: PLR0917 - each is a filter of its own.
    core: CoreHere,
    site: SiteAsked = None,
    subject: Annotated[
        Literal["discrepancy", "task", "incident", "parked", "conflict", "evidence"] | None,
        QueryParameter(description="Only these."),
    ] = None,
    kind: CodeAsked = None,
    after: After = None,
    limit: Limit = LIMIT,
) -> Page[ExceptionRow]:
    """List open discrepancies, tasks, incidents, parked operations and conflicts.

    They come by when they are due, so that what is overdue comes first; a parked operation is due
    four hours after it was recorded. Conflicts of orders are the network's: site 0.
    """
    with core.database.reading() as connection:
        return exceptions(
            connection,
            core.clock.now(),
            site=site,
            subject=subject,
            kind=kind,
            after=after,
            limit=limit,
        )


@post(
    "/sites/{site:int}/tasks/{task:int}/resolve",
    summary="Close a task",
    status_code=200,
    responses=shown(Done),
)
async def resolve_task(
    core: CoreHere,
    principal: PrincipalHere,
    site: SiteNumber,
    task: Id,
    data: Annotated[NoteBody, Body(examples=[*examples_of(NoteBody)])],
) -> Done:
    """Say that a task was done, or is not to be done."""
    return await ask(core, site, ResolveTask(actor=principal.actor, task=task, note=data.note))


@post(
    "/sites/{site:int}/discrepancies/{discrepancy:int}/resolve",
    summary="Close a discrepancy",
    status_code=200,
    responses=shown(Done),
)
async def resolve_discrepancy(
    core: CoreHere,
    principal: PrincipalHere,
    site: SiteNumber,
    discrepancy: Id,
    data: Annotated[
        CauseBody,
        Body(examples=[*examples_of(CauseBody, cause="lost", explained_by="1000001/1/7")]),
    ],
) -> Done:
    """Say what explains a difference; one that the book itself still shows is refused."""
    said = msgspec.structs.asdict(data)
    message = ResolveDiscrepancy(actor=principal.actor, discrepancy=discrepancy, **said)
    return await ask(core, site, message)


@post(
    "/sites/{site:int}/incidents/{incident:int}/resolve",
    summary="Close an incident",
    status_code=200,
    responses=shown(Done),
)
async def resolve_incident(
    core: CoreHere,
    principal: PrincipalHere,
    site: SiteNumber,
    incident: Id,
    data: Annotated[NoteBody, Body(examples=[*examples_of(NoteBody, note="enrolled again")])],
) -> Done:
    """Say that somebody has seen to a device."""
    message = ResolveIncident(actor=principal.actor, incident=incident, note=data.note)
    return await ask(core, site, message)


@post(
    "/conflicts/{conflict:int}/resolve",
    summary="Close an order conflict",
    status_code=200,
    responses=shown(Done),
)
async def resolve_conflict(
    core: CoreHere,
    principal: PrincipalHere,
    conflict: Id,
    data: Annotated[NoteBody, Body(examples=[*examples_of(NoteBody, note="the first is right")])],
) -> Done:
    """Say that both versions of an order were read; the order stays as it first came."""
    message = ResolveConflict(actor=principal.actor, conflict=conflict, note=data.note)
    return await ask(core, NETWORK, message)


@post(
    "/sites/{site:int}/operations/{stream:int}/{epoch:int}/{seq:int}/set_aside",
    summary="Set a parked operation aside",
    status_code=200,
    responses=shown(Done),
)
async def resolve_parked(  # noqa: PLR0917 - an operation is named by three.
    core: CoreHere,
    principal: PrincipalHere,
    site: SiteNumber,
    stream: Stream,
    epoch: Epoch,
    seq: Seq,
    data: Annotated[NoteBody, Body(examples=[*examples_of(NoteBody, note="a test line")])],
) -> Done:
    """Say that a parked operation was read and will not be applied; it stays as it was stored."""
    message = ResolveParked(
        actor=principal.actor, stream=stream, epoch=epoch, seq=seq, note=data.note
    )
    return await ask(core, site, message)


@post(
    "/sites/{site:int}/operations/{stream:int}/{epoch:int}/{seq:int}/reconsider",
    summary="Try a parked operation again",
    status_code=200,
    responses=shown(Done),
)
async def reconsider(  # noqa: PLR0917 - an operation is named by three.
    core: CoreHere,
    principal: PrincipalHere,
    site: SiteNumber,
    stream: Stream,
    epoch: Epoch,
    seq: Seq,
    data: Annotated[
        ReconsiderBody,
        Body(examples=[*examples_of(ReconsiderBody, note="the device was found", apply=True)]),
    ],
) -> Done:
    """Decide a parked operation as of its own place and time, if it can be understood by now.

    Its outcome stays what it was; what was decided is in the grant. Only with `apply` is the line
    of a revoked device applied.
    """
    message = Reconsider(
        actor=principal.actor,
        stream=stream,
        epoch=epoch,
        seq=seq,
        apply=data.apply,
        note=data.note,
    )
    return await ask(core, site, message)


@post(
    "/sites/{site:int}/reclassify",
    summary="Name goods that were unknown",
    status_code=200,
    responses=shown(Done),
)
async def reclassify(
    core: CoreHere,
    principal: PrincipalHere,
    site: SiteNumber,
    data: Annotated[
        ReclassifyBody,
        Body(
            examples=[
                *examples_of(
                    ReclassifyBody,
                    stock=None,
                    raw="unidentified:X-77",
                    note="the new catalog names it",
                )
            ]
        ),
    ],
) -> Done:
    """Say what units at a place really are: one movement takes them from key to key."""
    message = Reclassify(actor=principal.actor, **msgspec.structs.asdict(data))
    return await ask(core, site, message)


@post(
    "/sites/{site:int}/correct",
    summary="Correct the book",
    status_code=200,
    responses=shown(Done),
)
async def correct(
    core: CoreHere,
    principal: PrincipalHere,
    site: SiteNumber,
    data: Annotated[
        CorrectBody,
        Body(examples=[*examples_of(CorrectBody, quantity=-9, reason="keyed 10 for 1", mends=118)]),
    ],
) -> Done:
    """Post a difference against the adjustment place, for what somebody else reported wrongly."""
    message = Correct(actor=principal.actor, **msgspec.structs.asdict(data))
    return await ask(core, site, message)


@get(
    "/operations/{device:int}/{epoch:int}/{seq:int}",
    summary="The story of an operation",
    sync_to_thread=True,
    responses=shown(OperationStory),
)
def show_operation(
    core: CoreHere,
    device: Stream,
    epoch: Epoch,
    seq: Seq,
    site: SiteAsked = None,
) -> OperationStory:
    """Read what was said, what became of it, what it moved, and what was decided later.

    A device's home site is in its number; for a server-side stream name the site.
    """
    home = device // DEVICES if device >= DEVICES else site or NETWORK
    with core.database.reading() as connection:
        return found(operation_story(connection, home, device, epoch, seq), "operation")


EXCEPTION_HANDLERS = (
    list_exceptions,
    resolve_task,
    resolve_discrepancy,
    resolve_incident,
    resolve_conflict,
    resolve_parked,
    reconsider,
    reclassify,
    correct,
    show_operation,
)
