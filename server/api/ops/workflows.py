"""Workflows of a site: what devices ask for in which order, and what the site wants otherwise."""

from typing import Annotated, Any, Literal

import msgspec
from litestar import get, put
from litestar.openapi.spec import Example
from litestar.params import Body, PathParameter

from device_protocol.workflow.definition import Definition, Options
from device_protocol.workflow.definitions import DEFINITIONS
from server.api.desk import Done, ask, known_site
from server.api.examples import shown
from server.api.handles import CoreHere, PrincipalHere
from server.api.parameters import Code, SiteNumber
from server.db.bulk import select_records
from server.sites.messages import PutWorkflow
from server.sites.records import Workflow

PARTS_MAX = 40
Names = Annotated[tuple[Code, ...], msgspec.Meta(max_length=PARTS_MAX)]
WorkflowNamed = Annotated[
    str,
    PathParameter(
        max_length=64, description="Name of the workflow.", examples=[Example(value="pick")]
    ),
]
EXAMPLE = Example(
    summary="Show what was counted, and let a supervisor approve large quantities",
    value={"options": {"prefill": "counted", "approvals": ["ask.quantity_large"]}},
)
_definition = msgspec.json.Decoder(Definition).decode


class WorkflowOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What may be chosen without another order of scans; what is left out stays as it is."""

    prefill: Literal["expected", "counted"] | None = None
    continuous: bool | None = None
    blind: bool | None = None
    recount: bool | None = None
    warn_counts: bool | None = None
    """At a place where a count is open, the prompt says so."""
    zero_check: bool | None = None
    """Who picks the last units of a line's bin is asked at once what is left there."""
    quantity_asks: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] | None = None
    approvals: Names | None = None
    reasons: Names | None = None


class WorkflowBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a site wants otherwise; an empty body takes everything back."""

    opening: Names | None = None
    cycle: Names | None = None
    handing: Names | None = None
    """What is asked of each tote that goes on when all is picked; empty leads nobody."""
    closing: Names | None = None
    options: WorkflowOptions = WorkflowOptions()
    without: Names = ()


class WorkflowRow(msgspec.Struct, frozen=True):
    """A workflow as it is run at a site."""

    name: str
    version: int
    """What devices write as `seen_workflow`."""
    builtin: int
    """Version of the definition that this server brings."""
    opening: list[str]
    cycle: list[str]
    handing: list[str]
    closing: list[str]
    states: list[str]
    commands: list[str]
    """Ways out that are offered somewhere, besides undo, help and done."""
    options: Options
    adjustment: dict[str, Any]
    """What the site wants otherwise; empty where nothing is."""


@get(
    "/sites/{site:int}/workflows",
    summary="Workflows of a site",
    sync_to_thread=True,
    responses=shown(list[WorkflowRow]),
)
def list_workflows(core: CoreHere, site: SiteNumber) -> list[WorkflowRow]:
    """List the workflows by name, as they are run there."""
    with core.database.reading() as connection:
        known_site(connection, site)
        found = select_records(connection, Workflow, ("site",), [(site,)])
    known = {workflow.name: workflow for workflow in found}
    return [row_of(DEFINITIONS[name], known.get(name)) for name in sorted(DEFINITIONS)]


@put("/sites/{site:int}/workflows/{name:str}", summary="Adjust a workflow", responses=shown(Done))
async def put_workflow(
    core: CoreHere,
    principal: PrincipalHere,
    site: SiteNumber,
    name: WorkflowNamed,
    data: Annotated[WorkflowBody, Body(examples=[EXAMPLE])],
) -> Done:
    """Say what the site wants otherwise; what could not be run to its end is refused."""
    options = {
        option: value
        for option, value in msgspec.structs.asdict(data.options).items()
        if value is not None
    }
    message = PutWorkflow(
        actor=principal.actor,
        workflow=name,
        opening=data.opening,
        cycle=data.cycle,
        handing=data.handing,
        closing=data.closing,
        options=options,
        without=data.without,
    )
    return await ask(core, site, message)


def row_of(builtin: Definition, workflow: Workflow | None) -> WorkflowRow:
    """A workflow for a desk."""
    definition = _definition(workflow.definition) if workflow is not None else builtin
    adjustment = workflow.adjustment if workflow is not None else b""
    ways = [way for state in definition.states for way in state.ways]
    return WorkflowRow(
        name=definition.name,
        version=definition.version,
        builtin=builtin.version,
        opening=list(definition.opening),
        cycle=list(definition.cycle),
        handing=list(definition.handing),
        closing=list(definition.closing),
        states=[state.name for state in definition.states],
        commands=sorted({way.command for way in (*definition.ways, *ways)}),
        options=definition.options,
        adjustment=msgspec.json.decode(adjustment) if adjustment else {},
    )


WORKFLOW_HANDLERS = (list_workflows, put_workflow)
