"""Workstations with their label printers, and what is to be printed there."""

import asyncio
from typing import Annotated, Literal

import msgspec
from litestar import get, post, put
from litestar.openapi.spec import Example
from litestar.params import Body, PathParameter, QueryParameter

from server.api.desk import found, known_site, must_know_site
from server.api.examples import examples_of, shown
from server.api.guards import require_admin
from server.api.handles import CoreHere, PrincipalHere
from server.api.parameters import CODE_CHARACTERS_MAX, PLAIN, After, Id, Limit, SiteNumber
from server.core import Core
from server.errors import TotebookError
from server.labels.formats import Format
from server.printing import queue, reading
from server.printing.asked import Asked
from server.printing.reading import PrintRow, WorkstationRow, row_of
from server.printing.records import PrintJob, Workstation
from server.printing.rules import LEASE_MS, Result, is_copy, read_address
from server.printing.sending import drawn, unprintable
from server.reports.reading import LIMIT, Page

Station = Annotated[
    str,
    PathParameter(
        min_length=1,
        max_length=CODE_CHARACTERS_MAX,
        pattern=PLAIN,
        description="Name of the workstation.",
        examples=[Example(value="pack-1")],
    ),
]
StateAsked = Annotated[
    Literal["waiting", "sent", "done", "failed", "cancelled"] | None,
    QueryParameter(description="Only in this state.", examples=[Example(value="failed")]),
]


class WorkstationBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a workstation prints."""

    printer: Annotated[str, msgspec.Meta(max_length=300, pattern=PLAIN)] = ""
    """host:port of a ZPL printer that this server reaches; empty where an agent fetches."""
    dots_per_inch: Literal[203, 300] = 203
    answers: Literal["status", "nothing"] = "status"
    """Whether the printer answers for its status (~HS)."""


class PrintBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A label, and how often."""

    label: Asked
    copies: Annotated[int, msgspec.Meta(ge=1, le=100)] = 1


class TakeBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """In which format the agent wants its label."""

    format: Format = "zpl"


class TakenPrint(msgspec.Struct, frozen=True):
    """A label to print now; None where there is none, or another is being tried.

    Tell what became of it with its `attempt` within `lease_ms`, or it is in doubt.
    """

    number: int | None = None
    attempt: int = 0
    copies: int = 0
    copy: bool = False
    content: bytes = b""
    """The file, base64; ZPL holds its copies itself."""
    lease_ms: int = LEASE_MS


class ToldBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What became of a try; `doubtful` where paper may have come out."""

    attempt: Annotated[int, msgspec.Meta(ge=1, le=1_000_000_000)]
    result: Result
    problem: Annotated[str, msgspec.Meta(max_length=200, pattern=PLAIN)] = ""


def must_be_printable(core: Core, job: PrintJob) -> None:
    """Draw once what is asked, so that what can't be printed is refused at once."""
    drawn(core.database, job, "zpl", 300)


@get(
    "/sites/{site:int}/workstations",
    summary="Workstations with printers",
    sync_to_thread=True,
    responses=shown(list[WorkstationRow]),
)
def list_workstations(core: CoreHere, site: SiteNumber) -> list[WorkstationRow]:
    """List workstations with what waits there, and why their printers don't print."""
    with core.database.reading() as connection:
        known_site(connection, site)
        return reading.workstations(connection, site)


@put(
    "/sites/{site:int}/workstations/{name:str}",
    summary="Set up a workstation",
    guards=[require_admin],
    sync_to_thread=True,
    responses=shown(list[WorkstationRow], "The workstations of the site."),
)
def put_workstation(
    core: CoreHere,
    principal: PrincipalHere,
    site: SiteNumber,
    name: Station,
    data: Annotated[
        WorkstationBody, Body(examples=[*examples_of(WorkstationBody, printer="10.0.4.17:9100")])
    ],
) -> list[WorkstationRow]:
    """Say how a workstation prints; the server then opens connections there, so admins do it."""
    if data.printer:
        read_address(data.printer)
    must_know_site(core, site)
    wanted = Workstation(
        site=site,
        name=name,
        printer=data.printer,
        dots_per_inch=data.dots_per_inch,
        answers=data.answers,
        put_at=core.clock.now(),
        actor=principal.actor,
    )
    queue.put_workstation(core.database, wanted)
    core.printers.asked()
    with core.database.reading() as connection:
        return reading.workstations(connection, site)


@get(
    "/sites/{site:int}/workstations/{name:str}/prints",
    summary="Print jobs of a workstation",
    sync_to_thread=True,
    responses=shown(Page[PrintRow]),
)
def list_prints(  # noqa: PLR0917 - each is a filter of its own.
    core: CoreHere,
    site: SiteNumber,
    name: Station,
    only: StateAsked = None,
    after: After = None,
    limit: Limit = LIMIT,
) -> Page[PrintRow]:
    """List print jobs, the newest first; those that ended are kept for 30 days."""
    with core.database.reading() as connection:
        found(reading.has_workstation(connection, site, name) or None, "workstation")
        return reading.prints(connection, site, name, state=only, after=after, limit=limit)


@post(
    "/sites/{site:int}/workstations/{name:str}/prints",
    summary="Print a label",
    responses=shown(PrintRow, "The job that was queued.", 201),
)
async def ask_print(
    core: CoreHere,
    principal: PrincipalHere,
    site: SiteNumber,
    name: Station,
    data: Annotated[
        PrintBody,
        Body(
            examples=[
                *examples_of(PrintBody, label={"kind": "parcel", "sscc": "340063810000000017"})
            ]
        ),
    ],
) -> PrintRow:
    """Queue a label; it is printed when the printer can, and shown as waiting until then."""
    request = queue.Request(site, name, data.label, data.copies, principal.actor)

    def asked() -> PrintRow:
        must_be_printable(core, queue.job_of(request, 0, core.clock.now()))
        return row_of(queue.ask(core.database, request, core.clock.now()))

    row = await asyncio.to_thread(asked)
    core.printers.asked()
    return row


@post(
    "/sites/{site:int}/workstations/{name:str}/prints/{number:int}/cancel",
    summary="Cancel a print job",
    status_code=200,
    sync_to_thread=True,
    responses=shown(PrintRow),
)
def cancel_print(core: CoreHere, site: SiteNumber, name: Station, number: Id) -> PrintRow:
    """Take a job that waits out of the queue; one that is being tried or has ended stays."""
    return row_of(queue.cancel(core.database, site, name, number, core.clock.now()))


@post(
    "/sites/{site:int}/workstations/{name:str}/prints/{number:int}/reprint",
    summary="Print once more",
    status_code=200,
    sync_to_thread=True,
    responses=shown(PrintRow),
)
def reprint(core: CoreHere, site: SiteNumber, name: Station, number: Id) -> PrintRow:
    """Print a job that has ended once more: the same numbers, marked as a copy."""
    row = row_of(queue.reprint(core.database, site, name, number))
    core.printers.asked()
    return row


@post(
    "/sites/{site:int}/workstations/{name:str}/prints/take",
    summary="Fetch the next label to print",
    status_code=200,
    sync_to_thread=True,
    responses=shown(TakenPrint, "`number` is null where there is nothing to do."),
)
def take_print(
    core: CoreHere,
    site: SiteNumber,
    name: Station,
    data: Annotated[TakeBody, Body(examples=[*examples_of(TakeBody, format="zpl")])],
) -> TakenPrint:
    """Give a workstation's own agent its next label; what can't be drawn fails and is skipped."""
    while taken := queue.take(core.database, site, name, core.clock.now()):
        job = taken.job
        try:
            content = drawn(core.database, job, data.format, taken.workstation.dots_per_inch)
        except TotebookError as error:
            told = unprintable(error)
            queue.tell(core.database, job, told.result, told.problem, core.clock.now())
            if told.result != "failed":
                raise
            continue
        return TakenPrint(job.number, job.tries, job.copies, is_copy(job), content)
    return TakenPrint()


@post(
    "/sites/{site:int}/workstations/{name:str}/prints/{number:int}/told",
    summary="Tell what became of a label",
    status_code=200,
    sync_to_thread=True,
    responses=shown(PrintRow),
)
def tell_print(
    core: CoreHere,
    site: SiteNumber,
    name: Station,
    number: Id,
    data: Annotated[ToldBody, Body(examples=[*examples_of(ToldBody)])],
) -> PrintRow:
    """Hear an agent: done, not printed, in doubt, or failed for good; said again it is the same."""
    attempt = queue.Attempt(site, name, number, data.attempt)
    now = core.clock.now()
    return row_of(queue.tell(core.database, attempt, data.result, data.problem, now))


PRINTING_HANDLERS = (
    list_workstations,
    put_workstation,
    list_prints,
    ask_print,
    cancel_print,
    reprint,
    take_print,
    tell_print,
)
