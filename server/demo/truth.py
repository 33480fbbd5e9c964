"""The physical floor: what really stands where; only acts of people and losses change it.

The server never sees it; the auditor compares the book with it at the end. People of one phase work
at places of their own, so that what happens does not depend on who is faster.
"""

import threading
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import NamedTuple

from server.demo.world import Key, Mishap

CONSUMER = "consumer"


class Spot(NamedTuple):
    """A place of a site, by its scannable code; parcels and totes are places too."""

    site: int
    code: str


class EmptyPlaceError(RuntimeError):
    """Somebody reached for units that are not there: a fault of the demo itself."""


@dataclass
class Parcel:
    """A closed box with its label."""

    sscc: str
    home: int
    """Site at which it was packed."""
    shipment: int
    number: str
    """Of the order, as printed on the label."""
    at: Spot
    lines: int = 0


@dataclass
class Truth:
    """Goods, parcels and labels of the whole world."""

    goods: dict[Spot, Counter[Key]] = field(default_factory=lambda: defaultdict(Counter))
    parcels: dict[str, Parcel] = field(default_factory=dict)
    labels: dict[Spot, int] = field(default_factory=dict)
    """Totes that were given to one shipment."""
    homes: dict[tuple[int, Key], str] = field(default_factory=dict)
    """The bin to which goods of a key are put back."""
    mishaps: list[Mishap] = field(default_factory=list)
    """What went wrong and was not told as it was; only the auditor reads it."""
    received: Counter[tuple[int, Key]] = field(default_factory=Counter)
    lost: Counter[tuple[int, Key]] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def arrive(self, spot: Spot, key: Key, quantity: int) -> None:
        """Units come in from a supplier."""
        with self._lock:
            self.received[spot.site, key] += quantity
            self.goods[spot][key] += quantity

    def move(
        self, source: Spot, target: Spot, key: Key, quantity: int, *, named: Key | None = None
    ) -> None:
        """Units go from place to place; `named` is what is read off them only now (a serial)."""
        with self._lock:
            if self.goods[source][key] < quantity:
                held = self.goods[source][key]
                message = f"{quantity} of {key} wanted at {source}, {held} are there"
                raise EmptyPlaceError(message)
            self.goods[source][key] -= quantity
            if not self.goods[source][key]:
                del self.goods[source][key]
            self.goods[target][named or key] += quantity

    def put_away(self, source: Spot, target: Spot, key: Key, quantity: int) -> None:
        """Units get the bin that is theirs from now on."""
        self.move(source, target, key, quantity)
        with self._lock:
            # Of several bins the first by code, whoever was there first.
            home = self.homes.get((target.site, key), target.code)
            self.homes[target.site, key] = min(home, target.code)

    def went_wrong(self, mishap: Mishap) -> None:
        """Keep for the auditor what really happened."""
        with self._lock:
            self.mishaps.append(mishap)

    def gone_wrong(self, spot: Spot) -> int:
        """Return the units that ever went wrong at a place, but for counts that were off."""
        with self._lock:
            return sum(
                each.units
                for each in self.mishaps
                if each.kind != "miscounted"
                and each.site == spot.site
                and spot.code in {each.place, each.other}
            )

    def vanish(self, spot: Spot, key: Key, quantity: int) -> int:
        """Units are gone and nobody saw it; answer how many."""
        with self._lock:
            gone = min(quantity, self.goods[spot][key])
            if gone:
                self.goods[spot][key] -= gone
                self.lost[spot.site, key] += gone
                if not self.goods[spot][key]:
                    del self.goods[spot][key]
            return gone

    def units(self, spot: Spot, key: Key) -> int:
        """Return how many units of a key stand at a place."""
        with self._lock:
            return self.goods[spot][key] if spot in self.goods else 0

    def contents(self, spot: Spot) -> list[tuple[Key, int]]:
        """Return what stands at a place, in a fixed order."""
        with self._lock:
            return sorted((key, units) for key, units in self.goods.get(spot, {}).items() if units)

    def label(self, tote: Spot, shipment: int | None) -> None:
        """Give an empty tote to a shipment, or to nobody."""
        with self._lock:
            if shipment is not None:
                self.labels[tote] = shipment

    def totes(self) -> list[Spot]:
        """Return totes in which something lies, in a fixed order."""
        with self._lock:
            return sorted(
                spot
                for spot, goods in self.goods.items()
                if spot.code.startswith("TOTE-") and any(goods.values())
            )

    def seal(self, parcel: Parcel) -> None:
        """A box was closed and labelled."""
        with self._lock:
            self.parcels[parcel.sscc] = parcel

    def carry(self, sscc: str, to: Spot) -> None:
        """A box was carried to a place, a van or the consumer."""
        with self._lock:
            self.parcels[sscc].at = to

    def boxes(self, at: Spot) -> list[Parcel]:
        """Return the boxes that stand at a place, by number."""
        with self._lock:
            return sorted(
                (parcel for parcel in self.parcels.values() if parcel.at == at),
                key=lambda parcel: parcel.sscc,
            )

    def stock(self) -> dict[tuple[Spot, Key], int]:
        """Return everything that is anywhere."""
        with self._lock:
            return {
                (spot, key): units
                for spot, goods in self.goods.items()
                for key, units in goods.items()
                if units
            }
