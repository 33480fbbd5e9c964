"""Counting at desks: what is to be counted, how the site counts, how much items matter."""

import asyncio
from typing import Annotated, Literal

import msgspec
from litestar import get, post, put
from litestar.params import Body

from server.api.desk import Done, ask, known_site
from server.api.examples import examples_of, shown
from server.api.handles import CoreHere, PrincipalHere
from server.api.parameters import Code, SiteNumber, Text, moment
from server.core import Core
from server.planning.count_plans import DAY_MS, DAYS_MAX, PLACES_MAX, PlanCounts, PutCountRule
from server.planning.count_policy import AMOUNT_MAX, CLASSES_MAX, PutCountPolicy, Ranked, RankItems
from server.reports import counting
from server.reports.counting import CountRuleRow
from server.reports.turnover import Turnover, turnover

Rank = Literal["", "A", "B", "C"]
Days = Annotated[int, msgspec.Meta(ge=0, le=DAYS_MAX)]
Places = Annotated[int, msgspec.Meta(ge=1, le=PLACES_MAX)]
Amount = Annotated[int, msgspec.Meta(ge=0, le=AMOUNT_MAX)]


class PlanBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which bins to count; everything that is given must hold."""

    zone: Text = ""
    owner: Text = ""
    item: Text = ""
    """SKU; it needs the owner."""
    rank: Rank = ""
    days: Days = 0
    """Only bins that were not counted whole for so many days."""
    places_max: Places = 50
    blind: bool = False


class CountsBody(PlanBody, frozen=True, forbid_unknown_fields=True):
    """Which places to count now: what is selected, or just those that are named."""

    places: Annotated[tuple[Code, ...], msgspec.Meta(max_length=PLACES_MAX)] = ()
    another: bool = False
    """By another person than counted there last."""


class RuleBody(PlanBody, frozen=True, forbid_unknown_fields=True):
    """What to count every day, and from when on."""

    name: Code = "daily"
    next_at: str | None = None
    active: bool = True


class PolicyBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a site counts, whole: what is not given does not hold."""

    zero_check: bool = False
    units_off_max: Amount | None = None
    minor_off_max: Amount | None = None


class RankedBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How much an item matters, and what a unit is worth in hundredths of the site's currency."""

    owner: Code
    sku: Code
    rank: Rank = ""
    value_minor: Amount | None = None


class ClassesBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How much some items matter from now on."""

    items: Annotated[tuple[RankedBody, ...], msgspec.Meta(min_length=1, max_length=CLASSES_MAX)]


class TurnoverBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Over how many days picks are looked at."""

    days: Annotated[int, msgspec.Meta(ge=1, le=DAYS_MAX)] = 90


class Classes(msgspec.Struct, frozen=True):
    """How many items are in each class by now, and how many of them changed."""

    a: int
    b: int
    c: int
    changed: int


NO_GOODS = {"zone": "A", "owner": "", "item": "", "rank": ""}


@post(
    "/sites/{site:int}/counts",
    summary="Plan counts",
    responses=shown(Done, "The tasks' ids are in `grant`, and how many places are `left`.", 201),
)
async def plan_counts(
    core: CoreHere,
    principal: PrincipalHere,
    site: SiteNumber,
    data: Annotated[CountsBody, Body(examples=[*examples_of(CountsBody, places=[], **NO_GOODS)])],
) -> Done:
    """Ask for counts of bins now, first of those that were counted longest ago, or of places."""
    message = PlanCounts(actor=principal.actor, **msgspec.structs.asdict(data))
    return await ask(core, site, message)


@get(
    "/sites/{site:int}/count_rules",
    summary="What is counted every day",
    sync_to_thread=True,
    responses=shown(list[CountRuleRow]),
)
def list_count_rules(core: CoreHere, site: SiteNumber) -> list[CountRuleRow]:
    """List what a site asks to be counted every day."""
    with core.database.reading() as connection:
        known_site(connection, site)
        return counting.rules(connection, site)


@put(
    "/sites/{site:int}/count_rules",
    summary="Count something every day",
    responses=shown(Done),
)
async def put_count_rule(
    core: CoreHere,
    principal: PrincipalHere,
    site: SiteNumber,
    data: Annotated[RuleBody, Body(examples=[*examples_of(RuleBody, next_at=None, **NO_GOODS)])],
) -> Done:
    """Make or change a daily plan; it begins at `next_at`, or at once."""
    fields = msgspec.structs.asdict(data) | {"next_at": moment(data.next_at, "next_at") or 0}
    return await ask(core, site, PutCountRule(actor=principal.actor, **fields))


@put("/sites/{site:int}/count_policy", summary="How a site counts", responses=shown(Done))
async def put_count_policy(
    core: CoreHere,
    principal: PrincipalHere,
    site: SiteNumber,
    data: Annotated[PolicyBody, Body(examples=[*examples_of(PolicyBody)])],
) -> Done:
    """Say from which difference on another person counts again, and whether to look at zero."""
    message = PutCountPolicy(actor=principal.actor, **msgspec.structs.asdict(data))
    return await ask(core, site, message)


@put("/sites/{site:int}/count_classes", summary="How much items matter", responses=shown(Done))
async def put_count_classes(
    core: CoreHere,
    principal: PrincipalHere,
    site: SiteNumber,
    data: Annotated[
        ClassesBody,
        Body(examples=[*examples_of(ClassesBody, items=[{"owner": "ACME", "sku": "A1"}])]),
    ],
) -> Done:
    """Say how much items matter from now on, and what a unit is worth."""
    items = tuple(Ranked(**msgspec.structs.asdict(each)) for each in data.items)
    return await ask(core, site, RankItems(actor=principal.actor, items=items))


@post(
    "/sites/{site:int}/count_classes/by_turnover",
    summary="Class items by turnover",
    status_code=200,
    responses=shown(Classes),
)
async def class_by_turnover(
    core: CoreHere,
    principal: PrincipalHere,
    site: SiteNumber,
    data: Annotated[TurnoverBody, Body(examples=[*examples_of(TurnoverBody)])],
) -> Classes:
    """Class all items of a site by how often they were picked; what they are worth stays."""
    since = core.clock.now() - data.days * DAY_MS
    found = await asyncio.to_thread(picked, core, site, since)
    changed = 0
    for begin in range(0, len(found), CLASSES_MAX):
        items = tuple(
            Ranked(owner=each.owner, sku=each.sku, rank=each.rank, value_minor=each.value_minor)
            for each in found[begin : begin + CLASSES_MAX]
        )
        told = await ask(core, site, RankItems(actor=principal.actor, items=items))
        changed += int((told.grant or {}).get("changed", 0))  # type: ignore[arg-type]
    ranks = [each.rank for each in found]
    return Classes(ranks.count("A"), ranks.count("B"), ranks.count("C"), changed)


def picked(core: Core, site: int, since: int) -> list[Turnover]:
    """How often each item of a site was picked."""
    with core.database.reading() as connection:
        known_site(connection, site)
        return turnover(connection, site, since)


COUNT_HANDLERS = (
    plan_counts,
    list_count_rules,
    put_count_rule,
    put_count_policy,
    put_count_classes,
    class_by_turnover,
)
