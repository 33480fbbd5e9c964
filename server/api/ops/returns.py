"""Returns at desks: announced and received, what was said of goods, and what becomes of them."""

from typing import Annotated, Literal

import msgspec
from litestar import get, put
from litestar.params import Body, QueryParameter

from server.api.desk import Done, ask, known_site, owner_of
from server.api.examples import examples_of, shown
from server.api.handles import CoreHere, PrincipalHere
from server.api.parameters import (
    After,
    Code,
    CodeAsked,
    Limit,
    SiteAsked,
    SiteNumber,
    Text,
    TimeAsked,
    moment,
    window,
)
from server.catalog.messages import PutDisposition
from server.lane.activity import NETWORK
from server.reports import conversions
from server.reports import returns as reported
from server.reports.conversions import DispositionRow
from server.reports.reading import LIMIT, Page
from server.reports.returns import DamageRow, ReturnRow, VerdictFilter, VerdictRow

DAY_MS = 24 * 3_600_000
MONTH_DAYS = 30


class DispositionBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What becomes of an owner's goods of a condition; `place` is where sites bring them."""

    owner: Code
    condition: Code
    way: Literal["restock", "quarantine", "repair", "scrap", "recycle"]
    place: Text = ""


@get("/returns", summary="Returns", sync_to_thread=True, responses=shown(Page[ReturnRow]))
def list_returns(  # noqa: PLR0917 - each is a filter of its own.
    core: CoreHere,
    owner: CodeAsked = None,
    number: CodeAsked = None,
    open_only: Annotated[
        bool, QueryParameter(description="Only lines of which not all units came.")
    ] = False,
    after: After = None,
    limit: Limit = LIMIT,
) -> Page[ReturnRow]:
    """List announced returns line by line, with the units that came at whatever sites."""
    with core.database.reading() as connection:
        return reported.returns(
            connection,
            owner=owner_of(connection, owner),
            number=number,
            open_only=open_only,
            after=after,
            limit=limit,
        )


@get(
    "/verdicts",
    summary="What was said of goods",
    sync_to_thread=True,
    responses=shown(Page[VerdictRow]),
)
def list_verdicts(  # noqa: PLR0917 - each is a filter of its own.
    core: CoreHere,
    site: SiteAsked = None,
    kind: Annotated[
        Literal["returned", "graded", "discarded"] | None,
        QueryParameter(description="Only goods that came back, were graded, or left for good."),
    ] = None,
    owner: CodeAsked = None,
    number: CodeAsked = None,
    since: TimeAsked = None,
    until: TimeAsked = None,
    after: After = None,
    limit: Limit = LIMIT,
) -> Page[VerdictRow]:
    """List what people said of goods, by site and time: when, which order, condition and why."""
    with core.database.reading() as connection:
        asked = VerdictFilter(
            site=site,
            kind=kind,
            owner=owner_of(connection, owner),
            number=number,
            since=moment(since, "since"),
            until=moment(until, "until"),
        )
        return reported.verdicts(connection, asked, after=after, limit=limit)


@get(
    "/sites/{site:int}/damage",
    summary="Damage by step and liability",
    sync_to_thread=True,
    responses=shown(list[DamageRow]),
)
def show_damage(
    core: CoreHere, site: SiteNumber, since: TimeAsked = None, until: TimeAsked = None
) -> list[DamageRow]:
    """Tell what was good and is not any more; without a window, of the last 30 days."""
    begins, ends = window(core.clock.now(), since, until, MONTH_DAYS * DAY_MS)
    with core.database.reading() as connection:
        known_site(connection, site)
        return reported.damage(connection, site, begins, ends)


@get(
    "/dispositions",
    summary="What becomes of goods",
    sync_to_thread=True,
    responses=shown(list[DispositionRow]),
)
def list_dispositions(core: CoreHere, owner: CodeAsked = None) -> list[DispositionRow]:
    """List the owners' rules; without one, good goods are restocked, others quarantined."""
    with core.database.reading() as connection:
        return conversions.dispositions(connection, owner_of(connection, owner))


@put("/dispositions", summary="Put a rule of what becomes of goods", responses=shown(Done))
async def put_disposition(
    core: CoreHere,
    principal: PrincipalHere,
    data: Annotated[
        DispositionBody,
        Body(examples=[*examples_of(DispositionBody, condition="damaged", way="repair")]),
    ],
) -> Done:
    """Say what becomes of an owner's goods of a condition, and where they are brought."""
    message = PutDisposition(actor=principal.actor, **msgspec.structs.asdict(data))
    return await ask(core, NETWORK, message)


RETURN_HANDLERS = (
    list_returns,
    list_verdicts,
    show_damage,
    list_dispositions,
    put_disposition,
)
