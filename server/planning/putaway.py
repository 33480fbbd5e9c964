"""Putting away: everything that stands at an intake is led to a place that fits it.

1. Goods arrive at a dock or at returns (`Place.use`): received, returned, moved, or a whole pallet
   with all that is in it. That leaves a mark, and planning follows as a command of its own.
2. Planning looks at what stands there by the book and is promised to nobody. Per stock key there is
   one task with its quantity; more of the same makes it larger, what has left makes it smaller, the
   last unit closes it, whoever took it and in whatever order the facts came.
3. A task suggests the best place and up to four next ones (`server/planning/putaway_rules.py`).
   What was suggested stays as long as it fits. Without a place that fits, the task says `no_place`
   and waits: the timer has it planned again after ten minutes.
4. People put goods away by moving them (`server/tasks/moving.py`); another place is as good, and is
   noted.

A command plans some goods, each for a few hundred places, and sends itself on for the rest, so that
no push waits.
"""

from typing import NamedTuple

from msgspec.structs import replace

from server.catalog.records import Item
from server.lane.activity import NETWORK, Activity, Context
from server.lane.message import Message
from server.lane.picture import Picture
from server.lane.want import Look, Want
from server.ledger.intakes import PlanPutaway, is_intake
from server.ledger.records import Balance, Intake, Place, Stock, Task
from server.ledger.stocks import StockKey, find_place, find_stock, make_stock
from server.planning.guides import (
    close_guide,
    goods_key,
    led_to,
    open_guide,
    read_slot,
    resize_guide,
)
from server.planning.putaway_rules import PUT_PUTAWAY_RULE, Goods
from server.planning.shelving import WINDOW, Shelving
from server.planning.storage import FullPlace, Guide, PutawayRule

PUTAWAY = "putaway"
NO_PLACE = "no_place"
PILES_MAX = 100
"""Stock keys that one command plans."""
AGAIN_MS = 10 * 60_000


class OpenPlace(Message, frozen=True, kw_only=True, tag="open_place"):
    """To a site: a place that was found full has room again."""

    place: str


class Pile(NamedTuple):
    """Goods of one key at an intake; `key` leaves serials out."""

    key: StockKey
    quantity: int


def piles_at(look: Look, site: int, place: Place | None) -> dict[str, Pile]:
    """What stands at an intake and is promised to nobody, by the signs of the keys."""
    found: dict[str, Pile] = {}
    if place is None or not is_intake(place):
        return found
    for balance in look.listing(Balance, "by_place", (site, place.id)):
        stock = look.row(Stock, (site, balance.stock))
        if stock is None:
            continue
        key = goods_key(stock)
        known = found.get(key.sign)
        units = balance.quantity - balance.allocated + (known.quantity if known else 0)
        found[key.sign] = Pile(key, units)
    return {sign: pile for sign, pile in found.items() if pile.quantity > 0}


def describe(look: Look, site: int, pile: Pile) -> Goods:
    """What rules ask of goods; a handling unit is what is in it, if that is one item."""
    key = pile.key
    if key.unit is not None:
        key = contents_of(look, site, key.unit)
    item = look.row(Item, (NETWORK, key.item)) if key.item else None
    return Goods(
        key.owner,
        key.item,
        key.lot,
        key.condition,
        item.velocity if item else "",
        item.hazard if item else "",
        pile.quantity,
    )


def contents_of(look: Look, site: int, unit: int) -> StockKey:
    """The key of what is in a handling unit, as far as all of it has the same."""
    keys = []
    for balance in look.listing(Balance, "by_place", (site, unit)):
        stock = look.row(Stock, (site, balance.stock))
        if stock is not None and balance.quantity > 0:
            keys.append(goods_key(stock))
    if not keys:
        return StockKey()
    first = keys[0]
    if any((key.owner, key.item) != (first.owner, first.item) for key in keys):
        return StockKey()
    lot = first.lot if all(key.lot == first.lot for key in keys) else ""
    worst = next((key.condition for key in keys if key.condition != "good"), "good")
    return StockKey(owner=first.owner, item=first.item, lot=lot, condition=worst)


def still_fits(look: Look, guide: Guide, goods: Goods) -> bool:
    """Whether the place that a guide suggests may still take the goods."""
    place = look.row(Place, (guide.site, guide.target))
    if place is None or place.state != "open":
        return False
    return read_slot(look, guide.site, place, without=guide.task).takes(goods)


def needs(message: PlanPutaway, want: Want, context: Context) -> None:
    """What stands at the intake, its guides, and the places that the rules mean for each."""
    site = context.site
    source = want.row(Place, (site, message.place))
    want.row(Intake, (site, message.place))
    context.want_outbox(want, site)
    rules = want.listing(PutawayRule, "by_site", (site,))
    guides = guides_at(want, site, message.place)
    tasks = {sign: want.row(Task, (site, guide.task)) for sign, guide in guides.items()}
    if source is None:
        return
    shelving = Shelving(want, site, source, rules)
    for sign, pile in page_of(message, piles_at(want, site, source)).items():
        guide, task = guides.get(sign), tasks.get(sign)
        goods = describe(want, site, pile)
        if guide is None or task is None or task.open is None:
            find_stock(want, site, pile.key)
        elif not is_sought(want, message, guide, goods):
            continue
        shelving.name(goods, message.skip)


def guides_at(look: Look, site: int, place: int) -> dict[str, Guide]:
    """The guides of goods at an intake, by the sign of the goods."""
    listed = look.listing(Guide, "by_source", (site, place))
    return {guide.goods: guide for guide in listed if guide.kind == PUTAWAY}


def page_of(message: PlanPutaway, piles: dict[str, Pile]) -> dict[str, Pile]:
    """The goods that one command plans."""
    signs = sorted(sign for sign in piles if sign > message.after)
    return {sign: piles[sign] for sign in signs[:PILES_MAX]}


def is_sought(look: Look, message: PlanPutaway, guide: Guide, goods: Goods) -> bool:
    """Whether a place is to be sought for goods that have a guide."""
    if guide.target is None:
        return message.again or message.skip > 0
    return message.skip == 0 and not still_fits(look, guide, goods)


def decide(message: PlanPutaway, picture: Picture, context: Context) -> None:
    """Open, resize and close the tasks of an intake."""
    site = context.site
    source = picture.get(Place, (site, message.place))
    intake = picture.get(Intake, (site, message.place))
    if intake is not None and message.skip == 0 and not message.after:
        picture.remove(intake)
    piles = piles_at(picture, site, source)
    guides = guides_at(picture, site, message.place)
    for guide in guides.values():
        if guide.goods not in piles:
            close_guide(context, guide, "put away")
    rules = picture.find(PutawayRule, "by_site", (site,))
    if source is None or not (rules or guides):
        return
    since = intake.marked_at if intake is not None else context.now
    plan = Plan(context, message, Shelving(picture, site, source, rules), since)
    page = page_of(message, piles)
    more = [plan.direct(pile, guides.get(sign)) for sign, pile in page.items()]
    if any(more):
        context.send(site, replace(message, skip=message.skip + WINDOW))
    last = max(page, default="")
    if message.skip == 0 and any(sign > last for sign in piles):
        context.send(site, replace(message, after=last))


class Plan(NamedTuple):
    """One command of planning."""

    context: Context
    message: PlanPutaway
    shelving: Shelving
    since: int

    def direct(self, pile: Pile, guide: Guide | None) -> bool:
        """Lead goods to a place; answer whether there are more places to be looked at."""
        context, picture, site = self.context, self.context.picture, self.context.site
        goods = describe(picture, site, pile)
        if guide is not None and picture.need(Task, (site, guide.task)).open is None:
            if pile.quantity <= guide.quantity:
                # Somebody at a desk closed it: these goods are to stay.
                return False
            picture.remove(guide)
            guide = None
        if guide is None:
            return self.open(pile, goods)
        guide = resize_guide(context, guide, pile.quantity)
        self.shelving.forget(guide.target)
        if not is_sought(picture, self.message, guide, goods):
            return False
        found = self.shelving.seek(goods, self.message.skip)
        task = picture.need(Task, (site, guide.task))
        picture.put(replace(task, note="" if found.places else NO_PLACE))
        picture.put(led_to(context, guide, found.places))
        self.shelving.forget(*(place.id for place in found.places[:1]))
        return found.more

    def open(self, pile: Pile, goods: Goods) -> bool:
        """Ask a person to put goods away; answer whether there are more places to be looked at."""
        if self.message.skip:
            # What came since has a command of its own.
            return False
        found = self.shelving.seek(goods, 0)
        stock = make_stock(self.context, pile.key)
        source = self.shelving.source.id
        open_guide(
            *(self.context, PUTAWAY, source, stock, pile.quantity, self.since, found.places),
            unit=pile.key.unit,
            note="" if found.places else NO_PLACE,
        )
        self.shelving.forget(*(place.id for place in found.places[:1]))
        return found.more


def want_waiting(want: Want, context: Context) -> None:
    """Name the goods that wait for a place."""
    if want.listing(Guide, "by_waiting", (context.site, 1)):
        context.want_outbox(want, context.site)


def plan_waiting(context: Context) -> None:
    """Have goods planned again for which no place was found some time ago."""
    waiting = context.picture.find(Guide, "by_waiting", (context.site, 1))
    due = {guide.source for guide in waiting if context.now - guide.sought_at >= AGAIN_MS}
    for place in sorted(due):
        context.send(context.site, PlanPutaway(place=place, again=True))


def open_needs(message: OpenPlace, want: Want, context: Context) -> None:
    """The place, and that it was found full."""
    place = find_place(want, context.site, message.place)
    if place is not None:
        want.row(FullPlace, (context.site, place.id))


def open_place(message: OpenPlace, picture: Picture, context: Context) -> None:
    """Let a place be suggested again."""
    place = find_place(picture, context.site, message.place)
    full = picture.get(FullPlace, (context.site, place.id)) if place is not None else None
    if full is None:
        context.refuse("not_found", actual=message.place)
    else:
        picture.remove(full)


PLAN_PUTAWAY = Activity(PlanPutaway, needs, decide)
OPEN_PLACE = Activity(OpenPlace, open_needs, open_place)
ACTIVITIES = (PUT_PUTAWAY_RULE, PLAN_PUTAWAY, OPEN_PLACE)
