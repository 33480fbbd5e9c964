"""Planned counts: which places are to be counted, and who asks for them every day.

1. A supervisor plans counts of a zone, of an item, of a class of items (A, B, C), or of what was
   not counted for some days; a limit keeps it to what people can do in a day.
   Or they name the places: where a difference is to be explained, and by another person than has
   counted there last.
2. What was counted longest ago comes first, then what is first on the walking path. A place where
   a count is asked for already is not asked for twice.
3. A rule says the same for every day; the site's timers carry it out.

A plan only asks: each place gets a task, and counting it is a fact like any other.
"""

from msgspec.structs import replace

from server.catalog.resolve import item_by_sku, owner_id
from server.identity.records import Grant
from server.lane.activity import NETWORK, Activity, Context
from server.lane.masters import among, code_fits, put_record, within
from server.lane.message import Message
from server.lane.picture import Picture
from server.lane.want import Look, Want
from server.ledger.discrepancies import open_task
from server.ledger.records import Balance, CountLine, Place, Stock, Task
from server.ledger.stocks import find_place
from server.planning.count_policy import RANKS
from server.planning.records import CountRule, ItemClass, PlaceCount
from server.sites.records import Site
from server.sites.rules import find_zone, site_known

DAY_MS = 24 * 3_600_000
DAYS_MAX = 3_650
PLACES_MAX = 1_000
TIME_MAX = 1 << 53
PLANNED_KIND = "bin"
TOTE = "tote"
"""Occasion of a count that only says that a tote was empty when it was started."""
COUNTING = frozenset({"count", "recount"})
"""Kinds of tasks that ask for a count of their place."""


class Selection(Message, frozen=True, kw_only=True):
    """Which places: all bins, or those of which everything that is given here holds."""

    zone: str = ""
    owner: str = ""
    """Whose items, of those that `item` or `rank` name."""
    item: str = ""
    """SKU; it needs the owner."""
    rank: str = ""
    """Only where items of this class stand."""
    days: int = 0
    """Only what was not counted whole for so many days."""
    places_max: int = 50
    blind: bool = False


class PlanCounts(Selection, frozen=True, kw_only=True, tag="plan_counts"):
    """Ask for counts of these places now."""

    rule: str = ""
    places: tuple[str, ...] = ()
    """Codes of just these places, of whatever kind; nothing else is selected by then."""
    another: bool = False
    """By another person than counted there last."""


class PutCountRule(Selection, frozen=True, kw_only=True, tag="put_count_rule"):
    """Ask for such counts every day, from `next_at` on; a rule that is not `active` rests."""

    name: str
    next_at: int = 0
    active: bool = True


def plan_needs(message: PlanCounts, want: Want, context: Context) -> None:
    """The places, when each was counted, and what is asked for already."""
    site = context.site
    want_selection(message, want, context)
    want.listing(Task, "by_open", (site, 1))
    want.listing(PlaceCount, "by_site", (site,))
    for place in chosen(message, want, site):
        if message.another:
            counted_last(want, site, place.id)


def want_selection(message: Selection, want: Want, context: Context) -> None:
    """Name what the codes of a selection name."""
    want.row(Site, (NETWORK, context.site))
    if message.zone:
        find_zone(want, context.site, message.zone)
    owner = owner_id(want, message.owner) if message.owner else None
    if owner is not None and message.item:
        item_by_sku(want, owner, message.item)


def is_selection(message: Selection, picture: Picture, context: Context) -> bool:
    """Whether a selection can be; else it is refused."""
    fits = (
        site_known(context)
        and among(context, "rank", message.rank, ("", *RANKS))
        and within(context, "days", message.days, 0, DAYS_MAX)
        and within(context, "places_max", message.places_max, 1, PLACES_MAX)
    )
    if not fits:
        return False
    owner = owner_id(picture, message.owner) if message.owner else None
    if message.zone and find_zone(picture, context.site, message.zone) is None:
        context.refuse("unknown", expected="zone", actual=message.zone)
    elif message.owner and owner is None:
        context.refuse("unknown", expected="owner", actual=message.owner)
    elif message.item and (owner is None or item_by_sku(picture, owner, message.item) is None):
        then = "an item is found by its owner and SKU"
        context.refuse("unknown", expected="item", actual=message.item, then=then)
    elif message.owner and not (message.item or message.rank):
        context.refuse("bad_owner", expected="an owner together with an item or a rank")
    else:
        return True
    return False


def chosen(message: PlanCounts, look: Look, site: int) -> list[Place]:
    """The places that are named, each once, else the bins that are selected."""
    if not message.places:
        return selected(message, look, site)
    named = [find_place(look, site, code) for code in message.places]
    return list({place.id: place for place in named if place is not None}.values())


def are_places(message: PlanCounts, picture: Picture, context: Context) -> bool:
    """Whether the places that are named, if any, are known; else the plan is refused."""
    if not message.places:
        return True
    if message.zone or message.owner or message.item or message.rank:
        context.refuse("bad_places", expected="places, or what selects them")
        return False
    for code in message.places:
        if find_place(picture, context.site, code) is None:
            context.refuse("unknown", expected="place", actual=code)
            return False
    return True


def counted_last(look: Look, site: int, place: int) -> tuple[int, int | None]:
    """Of a place's latest live count: how many recounts it was, and who made it, if known.

    Where nobody has counted it is -1.
    """
    lines = look.listing(CountLine, "by_place", (site, place))
    live = [line for line in lines if line.state == "live" and line.occasion != TOTE]
    if not live:
        return (-1, None)
    last = max(live, key=lambda line: (line.occurred_at, line.stream, line.epoch))
    grant = look.row(Grant, (site, last.actor)) if last.actor is not None else None
    return (last.recounts, grant.person if grant is not None else None)


def selected(message: Selection, look: Look, site: int) -> list[Place]:
    """The bins that a selection is about, each once."""
    zone = find_zone(look, site, message.zone) if message.zone else None
    if message.item or message.rank:
        places = holding(look, site, goods_of(message, look, site))
    else:
        places = look.listing(Place, "by_kind", (site, PLANNED_KIND))
    return [
        place
        for place in places
        if place.kind == PLANNED_KIND and (not message.zone or (zone and place.zone == zone.id))
    ]


def goods_of(message: Selection, look: Look, site: int) -> list[tuple[int, int]]:
    """The items that a selection names, with their owners."""
    owner = owner_id(look, message.owner) if message.owner else None
    item = item_by_sku(look, owner or 0, message.item) if message.item else None
    if not message.rank:
        return [(item.owner, item.id)] if item is not None else []
    return [
        (ranked.owner, ranked.item)
        for ranked in look.listing(ItemClass, "by_rank", (site, message.rank))
        if (not message.owner or ranked.owner == owner)
        and (not message.item or (item is not None and ranked.item == item.id))
    ]


def holding(look: Look, site: int, goods: list[tuple[int, int]]) -> list[Place]:
    """The places where some of these goods stand by the book, each once."""
    found: dict[int, Place] = {}
    for owner, item in goods:
        for stock in look.listing(Stock, "by_item", (site, owner, item)):
            for balance in look.listing(Balance, "by_stock", (site, stock.id)):
                place = look.row(Place, (site, balance.place))
                if place is not None and balance.quantity:
                    found[place.id] = place
    return list(found.values())


def plan(message: PlanCounts, picture: Picture, context: Context) -> None:
    """Ask for the counts: what was counted longest ago comes first."""
    if not is_selection(message, picture, context) or not are_places(message, picture, context):
        return
    site = context.site
    asked = {
        task.place for task in picture.listing(Task, "by_open", (site, 1)) if task.kind in COUNTING
    }
    counted = {row.place: row.counted_at for row in picture.listing(PlaceCount, "by_site", (site,))}
    before = context.now - message.days * DAY_MS
    due = [
        place
        for place in chosen(message, picture, site)
        if place.id not in asked and counted.get(place.id, 0) <= before
    ]
    due.sort(key=lambda place: (counted.get(place.id, 0), place.walk, place.id))
    tasks = [ask_count(message, context, place) for place in due[: message.places_max]]
    context.grant = {"tasks": tasks, "left": max(0, len(due) - message.places_max)}


def ask_count(message: PlanCounts, context: Context, place: Place) -> int:
    """Ask for one count and answer its task; it may be for another than counted last."""
    recounts, person = -1, None
    if message.another:
        recounts, person = counted_last(context.picture, context.site, place.id)
    return open_task(
        context,
        "recount" if recounts >= 0 else "count",
        place=place.id,
        occasion="exception" if message.places else "planned",
        sight="blind" if message.blind else "",
        due=context.now + DAY_MS,
        note=message.rule,
        not_by=person,
        attempt=max(1, recounts + 1),
    )


def rule_needs(message: PutCountRule, want: Want, context: Context) -> None:
    """The rule until now, and what its codes name."""
    want_selection(message, want, context)
    want.row(CountRule, (context.site, message.name))


def put_rule(message: PutCountRule, picture: Picture, context: Context) -> None:
    """Put the rule."""
    fits = (
        is_selection(message, picture, context)
        and code_fits(context, "name", message.name)
        and within(context, "next_at", message.next_at, 0, TIME_MAX)
    )
    if not fits:
        return
    before = picture.get(CountRule, (context.site, message.name))
    next_at = message.next_at or (before.next_at if before is not None else context.now)
    rule = CountRule(
        site=context.site,
        name=message.name,
        zone=message.zone,
        owner=message.owner,
        item=message.item,
        rank=message.rank,
        days=message.days,
        places_max=message.places_max,
        sight="blind" if message.blind else "",
        next_at=next_at,
        open=1 if message.active else None,
    )
    put_record(context, before, rule, name=message.name)


def want_due_rules(want: Want, context: Context) -> None:
    """Name what carrying out the rules of the day reads."""
    rules = want.listing(CountRule, "by_state", (context.site, 1))
    if any(rule.next_at <= context.now for rule in rules):
        context.want_outbox(want, context.site)


def carry_out_rules(context: Context) -> None:
    """Plan what is due today; days on which nobody asked are not made up for."""
    picture = context.picture
    for rule in picture.listing(CountRule, "by_state", (context.site, 1)):
        if rule.next_at > context.now:
            continue
        late = context.now - rule.next_at
        picture.put(replace(rule, next_at=context.now - late % DAY_MS + DAY_MS))
        message = PlanCounts(
            zone=rule.zone,
            owner=rule.owner,
            item=rule.item,
            rank=rule.rank,
            days=rule.days,
            places_max=rule.places_max,
            blind=rule.sight == "blind",
            rule=rule.name,
        )
        context.send(context.site, message)


PLAN_COUNTS = Activity(PlanCounts, plan_needs, plan)
PUT_COUNT_RULE = Activity(PutCountRule, rule_needs, put_rule)
