"""Shelving: the places that rules mean for goods, read once for all that one command plans."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from server.lane.want import Look
from server.ledger.records import Balance, Place, Stock
from server.planning.guides import read_slot
from server.planning.putaway_rules import Goods, Slot, is_shelf, matching, nearest
from server.planning.storage import PickFace, PutawayRule

WINDOW = 256
"""Places that one command looks at per stock key."""
SUGGESTED_MAX = 5


class Option(NamedTuple):
    """A place that a rule means; `empty` says that nothing else may stand there."""

    place: Place
    empty: bool = False


class Found(NamedTuple):
    """Places that fit, the best first, and whether there are more to look at."""

    places: list[Place]
    more: bool


class Shelving:
    """Places around one intake, as one command sees them."""

    def __init__(self, look: Look, site: int, source: Place, rules: Iterable[PutawayRule]) -> None:
        """Read nothing yet."""
        self.look = look
        self.site = site
        self.source = source
        self.rules = list(rules)
        self._shelves: dict[tuple[str, int], list[Place]] = {}
        self._slots: dict[int, Slot] = {}

    def name(self, goods: Goods, skip: int) -> None:
        """Read every place that may be looked at for goods."""
        for option in islice(self.options(goods), skip, skip + WINDOW):
            self.slot(option.place)

    def seek(self, goods: Goods, skip: int) -> Found:
        """The places that fit among the next few hundred: those with room for all come first."""
        roomy: list[Place] = []
        tight: list[Place] = []
        seen = 0
        for option in islice(self.options(goods), skip, skip + WINDOW):
            seen += 1
            slot = self.slot(option.place)
            if slot.takes(goods, empty=option.empty):
                (roomy if slot.room >= goods.quantity else tight).append(option.place)
                if len(roomy) == SUGGESTED_MAX:
                    break
        places = (roomy + tight)[:SUGGESTED_MAX]
        return Found(places, more=not places and seen == WINDOW)

    def options(self, goods: Goods) -> Iterator[Option]:
        """Every place that the rules mean for the goods, in their order, each once."""
        seen = {self.source.id}
        for rule in matching(self.rules, goods):
            for place in self.places(rule, goods):
                if place.id not in seen:
                    seen.add(place.id)
                    yield Option(place, rule.strategy == "empty")

    def places(self, rule: PutawayRule, goods: Goods) -> list[Place]:
        """The places that one rule means."""
        if rule.strategy == "fixed":
            return [place for place in self.fixed(goods, rule) if place.state == "open"]
        if rule.strategy == "same_item":
            return [place for place in self.same(goods) if is_shelf(place, rule, goods.owner)]
        key = (rule.name, goods.owner)
        known = self._shelves.get(key)
        if known is None:
            zone = self.look.listing(Place, "by_zone", (self.site, rule.zone))
            shelves = [place for place in zone if is_shelf(place, rule, goods.owner)]
            known = self._shelves[key] = nearest(shelves, self.source)
        return known

    def fixed(self, goods: Goods, rule: PutawayRule) -> list[Place]:
        """The place of a fixed rule, or the pick faces of the item."""
        numbers = [rule.place]
        if not rule.place:
            faces = self.look.listing(PickFace, "by_item", (self.site, goods.owner, goods.item))
            numbers = [face.place for face in faces]
        found = [self.look.row(Place, (self.site, number)) for number in numbers]
        return [place for place in found if place is not None]

    def same(self, goods: Goods) -> list[Place]:
        """Where the item stands in this condition: the same lot first, then by distance.

        Pieces with serials are not looked for one by one: there may be any number of them.
        """
        look, site = self.look, self.site
        if goods.item == 0:
            return []
        found: dict[int, Place] = {}
        same: set[int] = set()
        for stock in look.listing(Stock, "by_item", (site, goods.owner, goods.item)):
            if stock.condition != goods.condition or stock.serial:
                continue
            for balance in look.listing(Balance, "by_stock", (site, stock.id)):
                place = look.row(Place, (site, balance.place))
                if place is not None and balance.quantity > 0:
                    found[place.id] = place
                    if stock.lot == goods.lot:
                        same.add(place.id)
        by_distance = nearest(list(found.values()), self.source)
        return sorted(by_distance, key=lambda place: place.id not in same)

    def slot(self, place: Place) -> Slot:
        """A place with what is there and promised to it."""
        known = self._slots.get(place.id)
        if known is None:
            known = self._slots[place.id] = read_slot(self.look, self.site, place)
        return known

    def forget(self, *places: int | None) -> None:
        """Read places anew: something was promised to them, or is not any more."""
        for place in places:
            if place is not None:
                self._slots.pop(place, None)
