"""Wave rules: what is released by itself before each cut-off.

1. A desk says until when which shipments must be out: a local time, days of the week, destinations,
   channels, owners, carriers; and how many minutes before that they are released to be picked. Each
   carrier that comes at its own time has a rule of its own.
2. With every tick of the timer, what is due is released: of all that waits and that a rule takes,
   the most urgent, up to the rule's limit. What is over waits for its next cut-off, or for a desk.
3. A cut-off that passed while nobody ticked is made up for once. One that passed before the rule
   was put is not.
4. Emergencies wait for no cut-off: where a site has rules, the next tick releases them.

Cut-offs follow the site's clock. A local time that occurs twice, when summer ends, is the first of
the two; one that is leaped over, when it begins, is as much later as the clock leaps. Everything is
decided from the time of the operation, so a replay releases the same.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from server.lane.activity import NETWORK, Activity, Context
from server.lane.masters import among, code_fits, put_record, within
from server.lane.message import Message
from server.lane.picture import Picture
from server.lane.want import Want
from server.merchants.rules import find_merchant
from server.orders.messages import EMERGENCY
from server.orders.records import Shipment
from server.planning.packages import MODES, urgency
from server.planning.records import WaveRule
from server.planning.waves import carrier_of, release
from server.sites.records import Site

LEAD_MIN_MAX = 24 * 60
SHIPMENTS_MAX = 100_000
NAMED_MAX = 500
MINUTE_MS = 60_000
WEEK = "1234567"
STATES = ("open", "closed")
EMERGENCIES = "emergency"
"""Name of the waves that wait for no cut-off."""


class PutWaveRule(Message, frozen=True, kw_only=True, tag="put_wave_rule"):
    """To a site: how the wave rule of a name should be."""

    name: str
    cut_off: str
    """`HH:MM` on the site's clock."""
    lead_min: int = 120
    days: str = WEEK
    destinations: tuple[str, ...] = ()
    """None named means all; likewise channels and owners, which are codes."""
    channels: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    carriers: tuple[str, ...] = ()
    """`-` takes the shipments that name no carrier."""
    shipments_max: int = 0
    mode: str = ""
    state: str = "open"


class CutOff(NamedTuple):
    """When a wave is released, and until when it must be out; ms since 1970 UTC."""

    release_at: int
    at: int


def needs(message: PutWaveRule, want: Want, context: Context) -> None:
    """The rule and the owners that it names."""
    want.row(WaveRule, (context.site, message.name))
    for code in message.owners[:NAMED_MAX]:
        find_merchant(want, code)


def decide(message: PutWaveRule, picture: Picture, context: Context) -> None:
    """Make or change a rule; cut-offs that have passed are not made up for."""
    named = (*message.destinations, *message.channels, *message.carriers)
    checked = (
        code_fits(context, "name", message.name)
        and is_time(context, message.cut_off)
        and within(context, "lead_min", message.lead_min, 0, LEAD_MIN_MAX)
        and are_days(context, message.days)
        and within(context, "filters", len(named) + len(message.owners), 0, NAMED_MAX)
        and all(code_fits(context, "filters", each) for each in named)
        and within(context, "shipments_max", message.shipments_max, 0, SHIPMENTS_MAX)
        and among(context, "mode", message.mode, MODES)
        and among(context, "state", message.state, STATES)
    )
    if not checked:
        return
    owners = []
    for code in message.owners:
        owner = find_merchant(picture, code)
        if owner is None:
            context.refuse("unknown_merchant", actual=code)
            return
        owners.append(str(owner.id))
    before = picture.get(WaveRule, (context.site, message.name))
    rule = WaveRule(
        site=context.site,
        name=message.name,
        cut_off=message.cut_off,
        lead_min=message.lead_min,
        days="".join(sorted(set(message.days))),
        destinations="\n".join(message.destinations),
        channels="\n".join(message.channels),
        owners="\n".join(owners),
        shipments_max=message.shipments_max,
        mode=message.mode,
        reached=before.reached if before else 0,
        open=1 if message.state == "open" else None,
        carriers="\n".join(message.carriers),
    )
    if rule != before:
        # What was released is not released again because a filter changed.
        rule = replace(rule, reached=max(rule.reached, context.now + message.lead_min * MINUTE_MS))
    put_record(context, before, rule, rule=message.name)


def is_time(context: Context, text: str) -> bool:
    """Whether this is a time of day."""
    try:
        time.fromisoformat(text)
        hours, minutes = text.split(":")
    except ValueError:
        hours = minutes = ""
    if len(hours) == len(minutes) == len("00"):
        return True
    context.refuse("bad_cut_off", "HH:MM", text[:16])
    return False


def are_days(context: Context, text: str) -> bool:
    """Whether these are days of the week by their ISO numbers."""
    if text and set(text) <= set(WEEK):
        return True
    context.refuse("bad_days", "some of 1234567, Monday is 1", text[:16])
    return False


def takes(rule: WaveRule, shipment: Shipment) -> bool:
    """Whether a rule releases a shipment."""
    return (
        (not rule.destinations or shipment.destination in rule.destinations.split("\n"))
        and (not rule.channels or shipment.channel in rule.channels.split("\n"))
        and (not rule.owners or str(shipment.owner) in rule.owners.split("\n"))
        and (not rule.carriers or carrier_of(shipment) in rule.carriers.split("\n"))
    )


def chosen_by(rule: WaveRule, waiting: list[Shipment]) -> list[Shipment]:
    """What a rule releases of what waits, the most urgent first."""
    taken = sorted((each for each in waiting if takes(rule, each)), key=urgency)
    return taken[: rule.shipments_max] if rule.shipments_max else taken


def latest(rule: WaveRule, zone: ZoneInfo, now: int) -> CutOff | None:
    """The last cut-off whose release is due, of the last week."""
    due = [each for each in cut_offs(rule, zone, now) if each.release_at <= now]
    return max(due, default=None)


def following(rule: WaveRule, zone: ZoneInfo, now: int) -> CutOff | None:
    """The next cut-off whose release is still to come."""
    return min((each for each in cut_offs(rule, zone, now) if each.release_at > now), default=None)


def cut_offs(rule: WaveRule, zone: ZoneInfo, now: int) -> Iterator[CutOff]:
    """The cut-offs from a week before to nine days after."""
    today = datetime.fromtimestamp(now / 1_000, zone).date()
    clock = time.fromisoformat(rule.cut_off)
    for day in range(-7, 10):
        when = today + timedelta(days=day)
        if str(when.isoweekday()) in rule.days:
            at = instant(when, clock, zone)
            yield CutOff(at - rule.lead_min * MINUTE_MS, at)


def instant(day: date, clock: time, zone: ZoneInfo) -> int:
    """A local time, ms since 1970 UTC."""
    return int(datetime.combine(day, clock, zone).astimezone(UTC).timestamp()) * 1_000


def zone_of(site: Site | None) -> ZoneInfo:
    """The time zone of a site; one that was never put has that of the meridian."""
    return ZoneInfo(site.time_zone if site else "UTC")


def want_due(want: Want, context: Context) -> None:
    """Name the rules and, where there are some, what waits and how it is released."""
    site = context.site
    if want.listing(WaveRule, "by_open", (site, 1)):
        want.row(Site, (NETWORK, site))
        want.listing(Shipment, "by_state", (site, "open"))
        context.want_outbox(want, site)


def release_due(context: Context) -> None:
    """Release emergencies, and what rules say is due, the earliest cut-off first."""
    picture, site = context.picture, context.site
    rules = picture.listing(WaveRule, "by_open", (site, 1))
    if not rules:
        return
    urgent = [each for each in waiting_at(context) if each.priority == EMERGENCY]
    if urgent:
        release(context, sorted(urgent, key=urgency), name=EMERGENCIES, by="")
    zone = zone_of(picture.get(Site, (NETWORK, site)))
    due = [(found, rule) for rule in rules if (found := latest(rule, zone, context.now))]
    for cut_off, rule in sorted(due, key=lambda each: (each[0].at, each[1].name)):
        if cut_off.at <= rule.reached:
            continue
        picture.put(replace(rule, reached=cut_off.at))
        chosen = chosen_by(rule, waiting_at(context))
        if chosen:
            release(context, chosen, name=rule.name, by="", mode=rule.mode, cut_off=cut_off.at)


def waiting_at(context: Context) -> list[Shipment]:
    """The shipments that wait to be released."""
    return context.picture.listing(Shipment, "by_state", (context.site, "open"))


PUT_WAVE_RULE = Activity(PutWaveRule, needs, decide)
