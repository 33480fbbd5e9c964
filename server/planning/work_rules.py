"""Work rules: how many people pick in a zone, and how long the parts of their work take."""

from server.lane.activity import Activity, Context
from server.lane.masters import put_record, within
from server.lane.message import Message
from server.lane.picture import Picture
from server.lane.want import Want
from server.planning.balance import ANY_ZONE, NOBODY
from server.planning.records import WorkRule
from server.sites.rules import find_zone

PICKERS_MAX = 500
DURATION_MS_MAX = 3_600_000


class PutWorkRule(Message, frozen=True, kw_only=True, tag="put_work_rule"):
    """To a site: who works a zone, by its code, and how fast; without one, all other zones."""

    zone: str = ""
    pickers: int = 0
    """0 where nobody says: packages are then cut for the shortest way only."""
    step_ms: int = NOBODY.step_ms
    """Time for one step of the path."""
    line_ms: int = NOBODY.line_ms
    unit_ms: int = NOBODY.unit_ms
    package_ms_min: int = NOBODY.package_ms_min
    """Less work than this is not worth a package of its own."""


def needs(message: PutWorkRule, want: Want, context: Context) -> None:
    """The zone and its rule."""
    zone = find_zone(want, context.site, message.zone) if message.zone else None
    want.row(WorkRule, (context.site, zone.id if zone else ANY_ZONE))


def decide(message: PutWorkRule, picture: Picture, context: Context) -> None:
    """Make or change the rule."""
    zone = find_zone(picture, context.site, message.zone) if message.zone else None
    if message.zone and zone is None:
        context.refuse("unknown_zone", actual=message.zone)
        return
    if not (
        within(context, "pickers", message.pickers, 0, PICKERS_MAX)
        and within(context, "step_ms", message.step_ms, 0, DURATION_MS_MAX)
        and within(context, "line_ms", message.line_ms, 0, DURATION_MS_MAX)
        and within(context, "unit_ms", message.unit_ms, 0, DURATION_MS_MAX)
        and within(context, "package_ms_min", message.package_ms_min, 0, DURATION_MS_MAX)
    ):
        return
    number = zone.id if zone else ANY_ZONE
    rule = WorkRule(
        site=context.site,
        zone=number,
        pickers=message.pickers,
        step_ms=message.step_ms,
        line_ms=message.line_ms,
        unit_ms=message.unit_ms,
        package_ms_min=message.package_ms_min,
    )
    put_record(context, picture.get(WorkRule, (context.site, number)), rule, zone=number)


PUT_WORK_RULE = Activity(PutWorkRule, needs, decide)
