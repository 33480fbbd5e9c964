"""Planning at desks: wave rules, work rules, packages that go on with others, the workload."""

from typing import Annotated, Literal

import msgspec
from litestar import Response, get, post, put
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Example
from litestar.params import Body, PathParameter

from server.api.desk import Done, ask, found, known_site
from server.api.examples import FAULTS, examples_of, shown
from server.api.handles import CoreHere, PrincipalHere
from server.api.parameters import Code, Number, SiteNumber, Text
from server.planning.recutting import PEOPLE_MAX, HandOver, RecutPackages
from server.planning.wave_rules import LEAD_MIN_MAX, NAMED_MAX, SHIPMENTS_MAX, WEEK, PutWaveRule
from server.planning.work_rules import DURATION_MS_MAX, PICKERS_MAX, PutWorkRule
from server.reports import wave_rules
from server.reports.wave_rules import Preview, WaveRuleRow, WorkRuleRow
from server.reports.workload import Workload, workload
from server.reports.workload_picture import picture

SVG = "image/svg+xml"
Names = Annotated[tuple[Code, ...], msgspec.Meta(max_length=NAMED_MAX)]
Duration = Annotated[int, msgspec.Meta(ge=0, le=DURATION_MS_MAX)]
RuleName = Annotated[str, PathParameter(max_length=64, description="Name of a wave rule.")]
Packages = Annotated[tuple[Number, ...], msgspec.Meta(max_length=1_000)]


class WaveRuleBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is released by itself before each cut-off; what is not named takes all."""

    name: Code
    cut_off: Annotated[str, msgspec.Meta(pattern=r"^\d\d:\d\d$")]
    """On the site's clock."""
    lead_min: Annotated[int, msgspec.Meta(ge=0, le=LEAD_MIN_MAX)] = 120
    days: Annotated[str, msgspec.Meta(pattern="^[1-7]{1,7}$")] = WEEK
    """Of the week; Monday is 1."""
    destinations: Names = ()
    channels: Names = ()
    owners: Names = ()
    """By their codes."""
    carriers: Names = ()
    """As orders name them; `-` are those that name none."""
    shipments_max: Annotated[int, msgspec.Meta(ge=0, le=SHIPMENTS_MAX)] = 0
    """Of one wave, the most urgent first; 0 is no limit."""
    mode: Literal["", "single", "bulk"] = ""
    state: Literal["open", "closed"] = "open"


class WorkRuleBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who picks in a zone, and how fast; without a zone, in all that have no rule."""

    zone: Text = ""
    pickers: Annotated[int, msgspec.Meta(ge=0, le=PICKERS_MAX)] = 0
    step_ms: Duration = 250
    line_ms: Duration = 6_000
    unit_ms: Duration = 1_500
    package_ms_min: Duration = 600_000


class RecutBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whose packages to cut anew: a device's, or named ones; and for how many people each."""

    device: Number | None = None
    packages: Packages = ()
    people: Annotated[int, msgspec.Meta(ge=1, le=PEOPLE_MAX)] = 1


class HandOverBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which packages go to another device: all of a device, or named ones."""

    to: Number
    device: Number | None = None
    packages: Packages = ()


@get(
    "/sites/{site:int}/wave_rules",
    summary="Wave rules",
    sync_to_thread=True,
    responses=shown(list[WaveRuleRow]),
)
def list_wave_rules(core: CoreHere, site: SiteNumber) -> list[WaveRuleRow]:
    """List what is released by itself, and when next."""
    with core.database.reading() as connection:
        known_site(connection, site)
        return wave_rules.wave_rules(connection, site, core.clock.now())


@put("/sites/{site:int}/wave_rules", summary="Put a wave rule", responses=shown(Done))
async def put_wave_rule(
    core: CoreHere,
    principal: PrincipalHere,
    site: SiteNumber,
    data: Annotated[
        WaveRuleBody,
        Body(
            examples=[
                *examples_of(
                    WaveRuleBody,
                    name="EVENING",
                    cut_off="17:00",
                    days="12345",
                    destinations=["Germany"],
                    channels=["web"],
                    owners=[],
                )
            ]
        ),
    ],
) -> Done:
    """Make or change a rule; cut-offs whose release has passed are not made up for."""
    message = PutWaveRule(actor=principal.actor, **msgspec.structs.asdict(data))
    return await ask(core, site, message)


@get(
    "/sites/{site:int}/wave_rules/{name:str}/preview",
    summary="Preview a wave rule",
    sync_to_thread=True,
    responses=shown(Preview),
)
def preview_wave_rule(core: CoreHere, site: SiteNumber, name: RuleName) -> Preview:
    """Tell what a rule would release now; a wave by hand takes these shipments."""
    with core.database.reading() as connection:
        known_site(connection, site)
        told = wave_rules.preview(connection, site, name, core.clock.now())
    return found(told, "wave rule")


@get(
    "/sites/{site:int}/work_rules",
    summary="Work rules",
    sync_to_thread=True,
    responses=shown(list[WorkRuleRow]),
)
def list_work_rules(core: CoreHere, site: SiteNumber) -> list[WorkRuleRow]:
    """List who picks where, and how fast."""
    with core.database.reading() as connection:
        known_site(connection, site)
        return wave_rules.work_rules(connection, site)


@put("/sites/{site:int}/work_rules", summary="Put a work rule", responses=shown(Done))
async def put_work_rule(
    core: CoreHere,
    principal: PrincipalHere,
    site: SiteNumber,
    data: Annotated[WorkRuleBody, Body(examples=[*examples_of(WorkRuleBody, zone="", pickers=4)])],
) -> Done:
    """Say who picks in a zone; the next waves are cut for so many people."""
    message = PutWorkRule(actor=principal.actor, **msgspec.structs.asdict(data))
    return await ask(core, site, message)


@post(
    "/sites/{site:int}/packages/recut",
    summary="Cut packages anew",
    status_code=200,
    responses=shown(Done, "The new packages' ids are in `grant`."),
)
async def recut_packages(
    core: CoreHere,
    principal: PrincipalHere,
    site: SiteNumber,
    data: Annotated[RecutBody, Body(examples=[*examples_of(RecutBody, packages=[], people=2)])],
) -> Done:
    """Make new packages of what somebody has left; what they still report counts."""
    message = RecutPackages(actor=principal.actor, **msgspec.structs.asdict(data))
    return await ask(core, site, message)


@post(
    "/sites/{site:int}/packages/hand_over",
    summary="Hand packages over",
    status_code=200,
    responses=shown(Done, "The packages' ids are in `grant`."),
)
async def hand_over(
    core: CoreHere,
    principal: PrincipalHere,
    site: SiteNumber,
    data: Annotated[HandOverBody, Body(examples=[*examples_of(HandOverBody, packages=[])])],
) -> Done:
    """Give packages to another device, as at the end of a shift; it claims them like its own."""
    message = HandOver(actor=principal.actor, **msgspec.structs.asdict(data))
    return await ask(core, site, message)


@get(
    "/sites/{site:int}/workload",
    summary="Workload",
    sync_to_thread=True,
    responses=shown(Workload),
)
def show_workload(core: CoreHere, site: SiteNumber) -> Workload:
    """Tell what is left to pick, by zone and the hour it is due, and whether it will be late."""
    with core.database.reading() as connection:
        known_site(connection, site)
        return workload(connection, site, core.clock.now())


@get(
    "/sites/{site:int}/workload.svg",
    summary="Workload as a picture",
    sync_to_thread=True,
    media_type=SVG,
    responses={
        200: ResponseSpec(
            str,
            description="An SVG picture with its own words.",
            media_type=SVG,
            examples=[Example(summary="The beginning", value="<svg …")],
            generate_examples=False,
        )
    }
    | FAULTS,
)
def draw_workload(core: CoreHere, site: SiteNumber) -> Response[str]:
    """Draw what is left to pick, by zone and the hour it is due, on the site's clock."""
    with core.database.reading() as connection:
        known_site(connection, site)
        told = workload(connection, site, core.clock.now())
        clock = wave_rules.clock_of(connection, site)
    return Response(picture(told, clock), media_type=SVG)


PLANNING_HANDLERS = (
    list_wave_rules,
    put_wave_rule,
    preview_wave_rule,
    list_work_rules,
    put_work_rule,
    recut_packages,
    hand_over,
    show_workload,
    draw_workload,
)
