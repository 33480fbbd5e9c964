"""How a site counts: what a difference asks for, what an item is worth, who looks into empty bins.

1. A supervisor says from which difference on, in units or in value, another person counts again.
   The first count is a fact and is posted; the task of the recount names who must not do it.
2. Where the site wants it, a pick that takes the last unit of a key by the book asks for a look
   into the bin: what still stands there is found while it is cheap. Who picked may have looked at
   once (option `zero_check` of the workflow); that count does the task.
3. A supervisor, or a look at turnover, says how much items matter (A, B, C) and what a unit is
   worth; what held before is kept, so that a count is valued as of its day.
"""

from collections.abc import Mapping

import msgspec
from msgspec.structs import replace

from server.catalog.resolve import item_by_sku, owner_id
from server.lane.activity import Activity, Context
from server.lane.masters import among, put_record, within
from server.lane.message import Message
from server.lane.picture import Picture
from server.lane.want import Look, Want
from server.ledger.counts import COMPLETE
from server.ledger.discrepancies import open_task
from server.ledger.posting import balance_of
from server.ledger.records import CountLine, Place, Stock, Task
from server.planning.records import CountPolicy, ItemClass, PlaceCount

RANKS = ("A", "B", "C")
AMOUNT_MAX = 1_000_000_000_000
AGAIN_MS = 24 * 3_600_000
"""After this time an emptied bin is asked for again."""
ZERO = "zero"
"""Occasion of a look into an emptied bin."""
CLASSES_MAX = 1_000
"""Items of one message."""


class PutCountPolicy(Message, frozen=True, kw_only=True, tag="put_count_policy"):
    """How a site counts, whole: what is not given does not hold."""

    zero_check: bool = False
    units_off_max: int | None = None
    minor_off_max: int | None = None


class Ranked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How much an item matters, and what a unit of it is worth."""

    owner: str
    sku: str
    rank: str = ""
    value_minor: int | None = None


class RankItems(Message, frozen=True, kw_only=True, tag="rank_items"):
    """How much some items matter from now on at a site."""

    items: tuple[Ranked, ...]


def policy_needs(_message: PutCountPolicy, want: Want, context: Context) -> None:
    """The policy until now."""
    want.row(CountPolicy, (context.site,))


def put_policy(message: PutCountPolicy, picture: Picture, context: Context) -> None:
    """Put the policy."""
    for name in ("units_off_max", "minor_off_max"):
        value = getattr(message, name)
        if value is not None and not within(context, name, value, 0, AMOUNT_MAX):
            return
    before = picture.get(CountPolicy, (context.site,))
    zero = "on" if message.zero_check else "off"
    policy = CountPolicy(context.site, zero, message.units_off_max, message.minor_off_max)
    put_record(context, before, policy)


def rank_needs(message: RankItems, want: Want, context: Context) -> None:
    """The items, and what held of them until now."""
    for ranked in message.items[:CLASSES_MAX]:
        owner = owner_id(want, ranked.owner)
        item = item_by_sku(want, owner, ranked.sku) if owner is not None else None
        if item is not None:
            want.listing(ItemClass, "by_item", (context.site, item.id))


def rank_items(message: RankItems, picture: Picture, context: Context) -> None:
    """Keep what holds from now on; a message that names what nobody knows is refused whole."""
    if not within(context, "items", len(message.items), 1, CLASSES_MAX):
        return
    changed = 0
    for ranked in message.items:
        if ranked.rank and not among(context, "rank", ranked.rank, RANKS):
            return
        value = ranked.value_minor
        if value is not None and not within(context, "value_minor", value, 0, AMOUNT_MAX):
            return
        owner = owner_id(picture, ranked.owner)
        item = item_by_sku(picture, owner, ranked.sku) if owner is not None else None
        if owner is None or item is None:
            context.refuse("unknown", expected="an item", actual=f"{ranked.owner} {ranked.sku}")
            return
        changed += put_class(context, owner, item.id, ranked)
    context.grant = {"changed": changed}


def put_class(context: Context, owner: int, item: int, ranked: Ranked) -> int:
    """Let a new class of an item hold from now on; answer how many changed."""
    picture, site = context.picture, context.site
    before = latest(picture, site, item)
    current = ItemClass(
        site, item, context.now, owner, ranked.rank, ranked.value_minor, ranked.rank or None
    )
    if before is not None:
        if (before.rank, before.value_minor) == (current.rank, current.value_minor):
            return 0
        picture.put(replace(before, current=None))
        # Two of one item in the same millisecond: the later one holds.
        current = replace(current, since=max(current.since, before.since + 1))
    picture.add(current)
    return 1


def latest(look: Look, site: int, item: int) -> ItemClass | None:
    """What holds of an item now."""
    return max(
        look.listing(ItemClass, "by_item", (site, item)), key=lambda each: each.since, default=None
    )


def want_tolerance(want: Look, site: int, stocks: list[int]) -> None:
    """Name what telling whether differences are too large reads."""
    policy = want.row(CountPolicy, (site,))
    if policy is None or policy.minor_off_max is None:
        return
    for number in stocks:
        stock = want.row(Stock, (site, number))
        if stock is not None and stock.item:
            want.listing(ItemClass, "by_item", (site, stock.item))


def is_too_far(look: Look, site: int, variances: Mapping[int, int]) -> bool:
    """Whether a count differs by more than the site takes as it is."""
    policy = look.row(CountPolicy, (site,))
    if policy is None:
        return False
    units, minor = policy.units_off_max, policy.minor_off_max
    if units is not None and any(abs(off) > units for off in variances.values()):
        return True
    if minor is None:
        return False
    return any(
        abs(off) * worth(look, site, number) > minor for number, off in variances.items() if off
    )


def worth(look: Look, site: int, number: int) -> int:
    """What a unit of a stock key is worth, as far as known."""
    stock = look.row(Stock, (site, number))
    found = latest(look, site, stock.item) if stock is not None and stock.item else None
    return (found.value_minor or 0) if found is not None else 0


def place_count(context: Context, place: int) -> PlaceCount:
    """What is known of the counts of a place, which may be new."""
    picture, key = context.picture, (context.site, place)
    if picture.is_new(Place, key):
        picture.declare_absent(PlaceCount, key)
    return picture.get(PlaceCount, key) or PlaceCount(context.site, place)


def note_counted(context: Context, place: int, at: int) -> None:
    """Keep when the place was last counted whole."""
    known = place_count(context, place)
    context.picture.put(replace(known, counted_at=max(known.counted_at, at)))


def note_voided(context: Context, place: int) -> None:
    """Keep when the place was last counted whole, now that a count of it does not stand."""
    lines = context.picture.listing(CountLine, "by_place", (context.site, place))
    whole = [each for each in lines if each.stock == COMPLETE and each.state == "live"]
    at = max((each.occurred_at for each in whole), default=0)
    context.picture.put(replace(place_count(context, place), counted_at=at))


def want_zero_check(want: Look, site: int, place: Place | None) -> None:
    """Name what asking for a look into an emptied bin reads; the place may not be known yet."""
    policy = want.row(CountPolicy, (site,))
    if place is not None and policy is not None and policy.zero_check == "on":
        want.row(PlaceCount, (site, place.id))


def check_zero(context: Context, place: Place, stock: int) -> None:
    """Ask once for a look into a bin from which the last unit of a key went, by the book.

    It is asked for again when somebody has counted the bin since, or after a day.
    """
    picture, site, at = context.picture, context.site, context.stamp.mid
    policy = picture.get(CountPolicy, (site,))
    if policy is None or policy.zero_check != "on" or place.kind != "bin":
        return
    if balance_of(context, place.id, stock).quantity != 0:
        return
    known = place_count(context, place.id)
    if known.emptied_at > known.counted_at and at < known.emptied_at + AGAIN_MS:
        return
    about: dict[str, int | str] = {"place": place.id, "stock": stock, "occasion": ZERO}
    asked = open_task(context, "count", note="zero_check", **about)
    picture.put(replace(known, emptied_at=at, asked=asked))


def want_look(want: Look, site: int, place: int) -> None:
    """Name when a place was counted, and the look into it that was asked for."""
    known = want.row(PlaceCount, (site, place))
    if known is not None and known.asked is not None:
        want.row(Task, (site, known.asked))


def look_asked_for(context: Context, place: int) -> Task | None:
    """The task of a look into an emptied place, unless somebody has done it."""
    asked = place_count(context, place).asked
    task = context.picture.get(Task, (context.site, asked)) if asked is not None else None
    return task if task is not None and task.open is not None else None


PUT_COUNT_POLICY = Activity(PutCountPolicy, policy_needs, put_policy)
RANK_ITEMS = Activity(RankItems, rank_needs, rank_items)
