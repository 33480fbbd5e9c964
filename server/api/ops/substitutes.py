"""Substitutes at desks: what may be shipped in place of an item, and what was taken so."""

from typing import Annotated, Literal

import msgspec
from litestar import post, put
from litestar.params import Body

from server.api.desk import Done, ask
from server.api.examples import examples_of, shown
from server.api.handles import CoreHere, PrincipalHere
from server.api.parameters import Code, Id, SiteNumber, Text
from server.catalog.messages import PutSubstitutes
from server.lane.activity import NETWORK
from server.tasks.substituting import DecideSubstitute


class SubstitutesBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an owner lets be shipped in place of an item, by SKU, the best first."""

    owner: Code
    sku: Code
    substitutes: Annotated[tuple[Code, ...], msgspec.Meta(max_length=5)] = ()
    rule: Literal["free", "ask"] = "ask"
    """Whether pickers may take it, or a supervisor approves each time."""


class DecisionBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether what was taken is shipped, or put back and what was wanted sought again."""

    approve: bool
    note: Text = ""


@put("/item_substitutes", summary="Put an item's substitutes", responses=shown(Done))
async def put_substitutes(
    core: CoreHere,
    principal: PrincipalHere,
    data: Annotated[
        SubstitutesBody, Body(examples=[*examples_of(SubstitutesBody, substitutes=["B-2"])])
    ],
) -> Done:
    """Say what may be shipped in place of an item; an empty list takes that back."""
    message = PutSubstitutes(actor=principal.actor, **msgspec.structs.asdict(data))
    return await ask(core, NETWORK, message)


@post(
    "/sites/{site:int}/tasks/{task:int}/substitute",
    summary="Approve a substitute",
    status_code=200,
    responses=shown(Done),
)
async def decide_substitute(
    core: CoreHere,
    principal: PrincipalHere,
    site: SiteNumber,
    task: Id,
    data: Annotated[DecisionBody, Body(examples=[*examples_of(DecisionBody)])],
) -> Done:
    """Approve what was taken in place of another item, or have it put back."""
    message = DecideSubstitute(
        actor=principal.actor, task=task, approve=data.approve, note=data.note
    )
    return await ask(core, site, message)


SUBSTITUTE_HANDLERS = (put_substitutes, decide_substitute)
