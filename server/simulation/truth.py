"""What really happened and what really stands where; the server never sees it."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import NamedTuple

from device_protocol.operations import Operation


class Key(NamedTuple):
    """Goods as a person tells them apart."""

    owner: str
    sku: str
    lot: str = ""
    serial: str = ""


class Spot(NamedTuple):
    """A place of a site by its code."""

    site: int
    code: str


@dataclass(slots=True)
class Act:
    """Something a person did and a device durably wrote down, once."""

    name: str
    """Stands on the line as its activity, and on its copies wherever they are offered again."""
    device: int
    handset: str
    kind: str
    at: int
    undoes: str = ""
    """The act that it takes back."""
    lost: bool = False
    """The device lost it since (it was put back to an older copy): it may be in the book or not."""


@dataclass(slots=True)
class Truth:
    """Acts, goods, boxes."""

    acts: dict[str, Act] = field(default_factory=dict)
    goods: dict[Spot, Counter[Key]] = field(default_factory=lambda: defaultdict(Counter))
    boxes: dict[str, Spot] = field(default_factory=dict)
    """Closed parcels by number, and where they stand."""
    serials: int = 0

    def shift(self, source: Spot | None, target: Spot | None, key: Key, quantity: int) -> None:
        """Units go from place to place, as far as they are there; None is outside."""
        if source is not None:
            self.goods[source][key] -= quantity
            if self.goods[source][key] <= 0:
                del self.goods[source][key]
        if target is not None:
            self.goods[target][key] += quantity

    def at(self, spot: Spot) -> list[tuple[Key, int]]:
        """What stands at a place, in a fixed order."""
        held = self.goods.get(spot)
        return sorted(held.items()) if held else []

    def filled(self, site: int, prefixes: tuple[str, ...]) -> list[Spot]:
        """Places of some kinds at which something stands, in a fixed order."""
        return sorted(
            spot
            for spot, held in self.goods.items()
            if spot.site == site and held and spot.code.startswith(prefixes)
        )

    def parcels(self, spot: Spot) -> list[str]:
        """Closed parcels at a place, in a fixed order."""
        return sorted(code for code, at in self.boxes.items() if at == spot)


class Deed(NamedTuple):
    """An operation to be written, and what it does to the floor if it is."""

    operation: Operation
    moves: tuple[tuple[Spot | None, Spot | None, Key, int], ...] = ()
    box: tuple[str, Spot] | None = None
    undoes: str = ""
    """Name of the act that it takes back."""
