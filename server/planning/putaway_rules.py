"""Where goods are to be put away: rules in their order, and the places that fit, the best first.

1. Rules are tried by priority; one that does not match the goods is left out. Each lists places:
   where the item stands already, empty ones nearest to where the goods are, any with room, or
   fixed ones. Empty ones and those with room stand in the zone of the rule; of a rule without a
   zone they are those that stand in none.
2. A place fits if it is open, nobody has found it full, its owner and mixing allow the goods, and
   something of them has room by the book and by what is promised to it.
3. A place with room for all goes before one with room for some; else the order of rules holds.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from math import inf
from typing import NamedTuple

from server.catalog.resolve import item_by_sku, owner_id
from server.catalog.rules import VELOCITIES
from server.lane.activity import Activity, Context
from server.lane.masters import among, code_fits, put_record, within
from server.lane.message import Message
from server.lane.picture import Picture
from server.lane.want import Look, Want
from server.ledger.locations import USES
from server.ledger.records import LOCATION_KINDS, Place
from server.ledger.stocks import find_place
from server.planning.storage import PutawayRule
from server.sites.rules import find_zone

STRATEGIES = ("same_item", "empty", "room", "fixed")
PRIORITY_MAX = 1_000_000
SHELVES = frozenset({"", "pick", "reserve"})
"""Uses of places that a rule means which names none."""


class PutPutawayRule(Message, frozen=True, kw_only=True, tag="put_putaway_rule"):
    """How a rule of putting away should be; owner, item, zone and place are codes."""

    name: str
    priority: int = 100
    owner: str = ""
    item: str = ""
    """SKU; it needs the owner."""
    velocity: str = ""
    condition: str = ""
    hazard: str = ""
    zone: str = ""
    use: str = ""
    size: str = ""
    place: str = ""
    strategy: str = "empty"
    state: str = "open"
    """open, or retired: then it is gone."""


class Goods(NamedTuple):
    """What is to be put away."""

    owner: int
    item: int
    lot: str
    condition: str
    velocity: str
    hazard: str
    quantity: int


class Held(NamedTuple):
    """Units of an item that stand at a place or are promised to it; a unit is of no item."""

    owner: int
    item: int
    lot: str
    units: int


@dataclass(frozen=True)
class Slot:
    """A place as it is now and soon will be."""

    place: Place
    held: tuple[Held, ...] = ()
    closed: bool = False

    @cached_property
    def room(self) -> float:
        """Units that still go in; infinite where nobody limits them."""
        if self.place.units_max == 0:
            return inf
        return self.place.units_max - sum(held.units for held in self.held)

    def takes(self, goods: Goods, *, empty: bool = False) -> bool:
        """Whether some of the goods may be put here; `empty` says that nothing else may be."""
        if self.closed or self.room <= 0:
            return False
        if not self.held:
            return True
        if empty or self.place.mixing == "any":
            return not empty
        same = all((held.owner, held.item) == (goods.owner, goods.item) for held in self.held)
        if self.place.mixing == "item":
            return same
        return same and all(held.lot == goods.lot for held in self.held)


def matching(rules: Iterable[PutawayRule], goods: Goods) -> list[PutawayRule]:
    """The rules that match the goods, in their order."""
    found = [rule for rule in rules if matches(rule, goods)]
    return sorted(found, key=lambda rule: (rule.priority, rule.name))


def matches(rule: PutawayRule, goods: Goods) -> bool:
    """Whether everything that a rule asks for is so."""
    asked = (
        (rule.owner, goods.owner),
        (rule.item, goods.item),
        (rule.velocity, goods.velocity),
        (rule.condition, goods.condition),
        (rule.hazard, goods.hazard),
    )
    return all(not filter_ or filter_ == actual for filter_, actual in asked)


def is_shelf(place: Place, rule: PutawayRule, owner: int) -> bool:
    """Whether a place is one of those that a rule means, whatever stands there."""
    return (
        place.state == "open"
        and place.kind == "bin"
        and place.owner in {0, owner}
        and (place.zone == rule.zone or not rule.zone)
        and (place.use == rule.use if rule.use else place.use in SHELVES)
        and (place.size == rule.size or not rule.size)
    )


def nearest(places: list[Place], source: Place) -> list[Place]:
    """Places by their distance on the walking path."""
    return sorted(places, key=lambda place: (abs(place.walk - source.walk), place.walk, place.id))


def rule_needs(request: PutPutawayRule, want: Want, context: Context) -> None:
    """What the codes name, and the rule as it is."""
    want.row(PutawayRule, (context.site, request.name))
    owner = owner_id(want, request.owner) if request.owner else None
    if owner is not None and request.item:
        item_by_sku(want, owner, request.item)
    if request.zone:
        find_zone(want, context.site, request.zone)
    if request.place:
        find_place(want, context.site, request.place)


def put_rule(request: PutPutawayRule, picture: Picture, context: Context) -> None:
    """Make, change or take away a rule."""
    before = picture.get(PutawayRule, (context.site, request.name))
    if request.state == "retired":
        if before is None:
            context.refuse("not_found", actual=request.name)
        else:
            picture.remove(before)
        return
    if rule_fits(request, context):
        rule = rule_of(request, picture, context)
        if rule is not None:
            put_record(context, before, rule, name=rule.name)


def rule_fits(request: PutPutawayRule, context: Context) -> bool:
    """Whether the words of a rule can be so."""
    return (
        code_fits(context, "name", request.name)
        and within(context, "priority", request.priority, 0, PRIORITY_MAX)
        and among(context, "velocity", request.velocity, VELOCITIES)
        and among(context, "use", request.use, USES)
        and among(context, "strategy", request.strategy, STRATEGIES)
        and among(context, "state", request.state, ("open", "retired"))
        and all(
            code_fits(context, field, value)
            for field in ("condition", "hazard", "size")
            if (value := getattr(request, field))
        )
    )


def rule_of(request: PutPutawayRule, look: Look, context: Context) -> PutawayRule | None:
    """The rule with its codes as ids; refused where one names nothing."""
    site = context.site
    owner = owner_id(look, request.owner) if request.owner else None
    item = item_by_sku(look, owner or 0, request.item) if request.item and owner else None
    zone = find_zone(look, site, request.zone) if request.zone else None
    place = find_place(look, site, request.place) if request.place else None
    if place is not None and place.kind not in LOCATION_KINDS:
        place = None
    for field, found in (("owner", owner), ("item", item), ("zone", zone), ("place", place)):
        if getattr(request, field) and found is None:
            context.refuse(f"unknown_{field}", actual=getattr(request, field))
            return None
    return PutawayRule(
        site=site,
        name=request.name,
        priority=request.priority,
        owner=owner or 0,
        item=item.id if item else 0,
        velocity=request.velocity,
        condition=request.condition,
        hazard=request.hazard,
        zone=zone.id if zone else 0,
        use=request.use,
        size=request.size,
        place=place.id if place else 0,
        strategy=request.strategy,
    )


PUT_PUTAWAY_RULE = Activity(PutPutawayRule, rule_needs, put_rule)
