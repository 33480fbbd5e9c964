"""Custody: which movements are part of the story of some goods, also while a unit carried them.

Goods that were put into a unit go where it goes until they are taken out; the unit may itself stand
in another. A *stay* is such a time: units of the goods in one unit from one point of the floor
order to another. All of it is read off movements, so facts that came late are in their place.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from server.ledger.records import ARRIVED, PARTNERS, TRANSIT

Key = tuple[int, int]
"""Site, and the id of a stock key or a place there."""
Order = tuple[int, int, int, int]
"""Where a movement stands in the floor order of its site."""
END: Order = (1 << 62, 0, 0, 0)


class Move(NamedTuple):
    """One movement, and the stock keys of the units that it left and entered, if they are units."""

    site: int
    number: int
    source: int
    target: int
    stock: int
    stock_to: int
    quantity: int
    stream: int
    epoch: int
    seq: int
    occurred_at: int
    uncertainty: int
    source_unit: int | None
    target_unit: int | None

    @property
    def order(self) -> Order:
        """Where it stands in the floor order."""
        return (self.occurred_at, self.stream, self.epoch, self.number)


class Stay(NamedTuple):
    """So many units stood in a unit from one point of the floor order until another."""

    site: int
    place: int
    stock: int
    """Stock key of the unit."""
    since: Order
    until: Order
    quantity: int

    @property
    def unit(self) -> Key:
        """The unit by its own stock key."""
        return (self.site, self.stock)


class Carried(NamedTuple):
    """A movement of the story: of the goods themselves, or of a unit that carried them."""

    move: Move
    quantity: int
    carrier: Key | None
    """Stock key of the unit that carried them."""


def stays_of(moves: Iterable[Move], keys: frozenset[Key]) -> Iterator[Stay]:
    """When the keys stood in which units."""
    shifts: dict[tuple[int, int, int], list[tuple[Order, int]]] = defaultdict(list)
    for move in moves:
        if move.target_unit is not None and (move.site, move.stock_to) in keys:
            place = (move.site, move.target, move.target_unit)
            shifts[place].append((move.order, move.quantity))
        if move.source_unit is not None and (move.site, move.stock) in keys:
            place = (move.site, move.source, move.source_unit)
            shifts[place].append((move.order, -move.quantity))
    for place, steps in shifts.items():
        steps.sort()
        held = 0
        ends = [order for order, _ in steps[1:]] + [END]
        for (since, delta), until in zip(steps, ends, strict=True):
            held += delta
            if held > 0:
                yield Stay(*place, since, until, held)


def carried_by(moves: Iterable[Move], stays: Iterable[Stay]) -> Iterator[Carried]:
    """The movements of units while the goods stood in them."""
    of_unit: dict[Key, list[Move]] = defaultdict(list)
    for move in moves:
        of_unit[move.site, move.stock].append(move)
    for stay in stays:
        for move in of_unit.get(stay.unit, ()):
            if stay.since < move.order < stay.until:
                yield Carried(move, stay.quantity, stay.unit)


def outer_stays(moves: Iterable[Move], stays: Iterable[Stay]) -> Iterator[Stay]:
    """When the goods stood in which outer units, because their own units stood in them."""
    of_unit: dict[Key, list[Move]] = defaultdict(list)
    for move in moves:
        of_unit[move.site, move.stock].append(move)
    for inner in stays:
        for outer in stays_of(of_unit.get(inner.unit, ()), frozenset((inner.unit,))):
            since, until = max(inner.since, outer.since), min(inner.until, outer.until)
            if since < until and outer.unit != inner.unit:
                yield outer._replace(since=since, until=until, quantity=inner.quantity)


def joined(carried: Iterable[Carried]) -> list[Carried]:
    """The story in the floor's order, each movement once; what several keys rode on is summed."""
    found: dict[Key, Carried] = {}
    for each in carried:
        key = (each.move.site, each.move.number)
        before = found.get(key)
        if before is None:
            found[key] = each
        elif before.carrier == each.carrier and each.carrier is not None:
            found[key] = before._replace(quantity=before.quantity + each.quantity)
    return sorted(found.values(), key=lambda each: place_in_story(each.move))


def place_in_story(move: Move) -> tuple[int, int, int, int, int, int]:
    """The floor's order over several sites: what goes into transit comes before what comes out.

    That it came out is heard by the origin last, of the moment at which it did.
    """
    out_of_transit = int(TRANSIT <= move.source < PARTNERS) + int(move.target == ARRIVED)
    return (
        move.occurred_at,
        out_of_transit,
        move.stream,
        move.epoch,
        move.site,
        move.number,
    )
