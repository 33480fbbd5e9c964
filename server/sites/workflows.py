"""Workflows of a site: every built-in definition, with what the site wants otherwise.

1. A site has a row per workflow, without anybody's doing: the clock's next tick puts those that are
   missing or older than this program's. So what devices run is told by documents, and an older app
   gets the newer definition.
2. A supervisor's adjustment is merged and proved before it is kept; what could not be run to its
   end is refused with the reason. Nothing given takes it back.
3. Where an adjustment does not fit a newer definition, the merged one of before stays in force.
"""

import msgspec
from msgspec.structs import replace

from device_protocol.workflow.checking import BadDefinitionError, adjusted
from device_protocol.workflow.definition import Adjustment, Definition
from device_protocol.workflow.definitions import DEFINITIONS
from device_protocol.workflow.following import version_of
from server.lane.activity import Activity, Context
from server.lane.masters import put_record
from server.lane.picture import Picture
from server.lane.want import Look, Want
from server.sites.messages import PutWorkflow
from server.sites.records import Workflow

REASON_CHARACTERS_MAX = 300
_encode = msgspec.json.Encoder().encode
_adjustment = msgspec.json.Decoder(Adjustment).decode
_ENCODED = {name: _encode(definition) for name, definition in DEFINITIONS.items()}


def want_workflows(look: Look, site: int) -> dict[str, Workflow]:
    """The workflows of a site by name."""
    return {each.name: each for each in look.listing(Workflow, "all", (site,))}


def offer_workflows(context: Context) -> None:
    """Put what this program brings where a site lacks it or has an older version of it."""
    known = want_workflows(context.picture, context.site)
    for name, definition in DEFINITIONS.items():
        before = known.get(name)
        if before is None:
            fresh = Workflow(
                site=context.site,
                name=name,
                version=definition.version,
                builtin=definition.version,
                definition=_ENCODED[name],
                changed_at=context.now,
            )
            context.picture.add(fresh)
        elif before.builtin < definition.version:
            _renew(context, before, definition)


def _renew(context: Context, before: Workflow, definition: Definition) -> None:
    try:
        encoded = _merged(definition, before.adjustment, before.adjusted)
    except BadDefinitionError:
        return
    after = replace(
        before,
        version=version_of(definition.version, before.adjusted),
        builtin=definition.version,
        definition=encoded,
        changed_at=context.now,
    )
    context.picture.put(after)


def _merged(definition: Definition, adjustment: bytes, number: int) -> bytes:
    """The definition as it is run, under the version that tells it from every other."""
    merged = adjusted(definition, _adjustment(adjustment)) if adjustment else definition
    return _encode(replace(merged, version=version_of(definition.version, number)))


def needs(operation: PutWorkflow, want: Want, context: Context) -> None:
    """The workflow as it was."""
    want.row(Workflow, (context.site, operation.workflow))


def put_workflow(operation: PutWorkflow, picture: Picture, context: Context) -> None:
    """Change a workflow of the site, or take all changes back."""
    definition = DEFINITIONS.get(operation.workflow)
    if definition is None:
        context.refuse("unknown_workflow", ", ".join(DEFINITIONS), operation.workflow[:64])
        return
    before = picture.get(Workflow, (context.site, definition.name))
    number = before.adjusted if before is not None else 0
    wanted = _wanted(operation)
    if before is not None and before.adjustment == wanted:
        context.grant = {"adjusted": number, "unchanged": True}
        return
    number += 1
    try:
        encoded = _merged(definition, wanted, number)
    except BadDefinitionError as error:
        context.refuse("bad_workflow", actual=str(error)[:REASON_CHARACTERS_MAX])
        return
    after = Workflow(
        site=context.site,
        name=definition.name,
        version=version_of(definition.version, number),
        builtin=definition.version,
        definition=encoded,
        adjusted=number,
        adjustment=wanted,
        changed_at=context.now,
    )
    # Not the version: what is decided again by a newer program must say the same.
    put_record(context, before, after, adjusted=number)


def _wanted(operation: PutWorkflow) -> bytes:
    """The adjustment as it is kept; empty where nothing is wanted otherwise."""
    adjustment = Adjustment(
        workflow=operation.workflow,
        opening=operation.opening,
        cycle=operation.cycle,
        handing=operation.handing,
        closing=operation.closing,
        options=operation.options,
        without=operation.without,
    )
    nothing = adjustment == Adjustment(workflow=operation.workflow)
    return b"" if nothing else _encode(adjustment)


PUT_WORKFLOW = Activity(PutWorkflow, needs, put_workflow)
