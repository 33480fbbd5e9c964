"""People of the floor: they read their handheld, act on the real floor, and write that down.

Whoever errs does so by the seed: too many, the wrong item, a mistyped quantity, a barcode in the
quantity field, a count that is off. Most of it is noticed and taken back; the rest comes out later.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from device_protocol.device import ImpossibleQuantityError
from device_protocol.operations import (
    Count,
    CountLine,
    Move,
    Pick,
    Receive,
    Scan,
    Seen,
    ShortPick,
    StartTote,
)
from server.demo.handheld import Handheld
from server.demo.seeds import chance
from server.demo.truth import Spot, Truth
from server.demo.world import Delivery, Item, Key, Mishap, World

BATCH_LINES = 12
"""Single units of several orders that share a tote."""
MISTYPED = 0.015
BARCODE_TYPED = 0.004
OTHER_ITEM = 0.012
OVER = 0.015
MISCOUNT = 0.2
NOTICED = 0.7
MISCOUNTED = 2
"""Units by which a count is off, on top of what went wrong at the place: a mistake that just hides
another is found by nobody."""


@dataclass
class Floor:
    """What the people of one day share: the world they were told of, and the real floor."""

    world: World
    truth: Truth
    seed: int
    totes: dict[str, int] = field(default_factory=dict)
    """How many totes each device has started."""
    counted: set[tuple[int, str]] = field(default_factory=set)
    """Places that were counted once today."""
    counted_by: dict[tuple[int, str], str] = field(default_factory=dict)
    """Who counted a place last, by the name of the device."""

    @cached_property
    def ambiguous(self) -> frozenset[str]:
        """The barcodes that items of several owners bear."""
        seen: dict[str, str] = {}
        twice = set()
        for item in self.world.items.values():
            if seen.setdefault(item.gtin, item.owner) != item.owner:
                twice.add(item.gtin)
        return frozenset(twice)

    def item(self, key: Key) -> Item:
        """Return the item of a key."""
        return self.world.items[key.owner, key.sku]

    def scanned(self, key: Key) -> dict[str, Any]:
        """Return what scanning an item says; an ambiguous code makes the app ask for the owner."""
        gtin = self.item(key).gtin
        owner = key.owner if gtin in self.ambiguous else ""
        return {"code": gtin, "owner": owner, "scans": (Scan(gtin, "ean13"),)}

    def new_tote(self, handheld: Handheld) -> Spot:
        """Return an empty tote for a cart."""
        number = self.totes[handheld.name] = self.totes.get(handheld.name, 0) + 1
        return Spot(handheld.site, f"TOTE-{handheld.name}-{number:03}")

    def receive(self, handheld: Handheld, deliveries: Iterable[Delivery]) -> None:
        """Take goods in at the docks, under the number of their announcement if there is one."""
        for delivery in deliveries:
            key, spot = delivery.key, Spot(delivery.site, delivery.dock)
            told = self.scanned(key)
            if delivery.mistake == "unnamed":
                told["owner"] = ""
            elif delivery.mistake == "unknown":
                told = {"code": unknown_code(key), "scans": (Scan(unknown_code(key), "code128"),)}
            self.truth.arrive(spot, key, delivery.quantity)
            handheld.record(
                Receive(
                    quantity=delivery.quantity,
                    lot=key.lot,
                    to=spot.code,
                    announced=delivery.announced,
                    activity=f"receipt {handheld.name} {spot.code}",
                    **told,
                )
            )

    def put_away(self, handheld: Handheld, deliveries: Iterable[Delivery]) -> None:
        """Bring goods from the docks to their bins; another than is suggested is noted."""
        led = suggested(handheld)
        for delivery in deliveries:
            key = delivery.key
            source, target = Spot(delivery.site, delivery.dock), Spot(delivery.site, delivery.bin)
            self.truth.put_away(source, target, key, delivery.quantity)
            keyed = delivery.quantity
            if delivery.mistake == "miskeyed":
                keyed -= 1
                told = Mishap("miskeyed", delivery.site, source.code, key, 1, target.code)
                self.truth.went_wrong(told)
            handheld.record(
                Move(
                    quantity=keyed,
                    lot=key.lot,
                    source=source.code,
                    to=target.code,
                    suggested=led.get((source.code, key.owner, key.sku), ""),
                    **self.scanned(key),
                )
            )

    def pick(self, handheld: Handheld, package: dict[str, Any]) -> list[ShortPick]:
        """Walk a package line by line; answer what was not found, to be told after another look."""
        body = package["package"]
        fence = handheld.fence(package["id"])
        held: dict[str, Any] = {"package": package["id"], "fence": fence}
        totes: dict[int, Spot] = {}
        shorts = []
        for place, line in enumerate(body["lines"]):
            batch = body["mode"] == "batch"
            cart = -(place // BATCH_LINES) - 1 if batch else line["shipment"]
            if cart not in totes:
                totes[cart] = self.new_tote(handheld)
                shipment = None if batch else line["shipment"]
                self.truth.label(totes[cart], shipment)
                handheld.record(StartTote(unit=totes[cart].code, shipment=shipment, **held))
            missing = self._pick_line(handheld, line, totes[cart], held)
            if missing:
                shorts.append(
                    ShortPick(
                        quantity=missing,
                        source=line["place"],
                        tasks=(line["task"],),
                        reason="the bin is empty",
                        **held,
                    )
                )
        return shorts

    def _pick_line(
        self, handheld: Handheld, line: dict[str, Any], tote: Spot, held: dict[str, Any]
    ) -> int:
        """Pick one line, with whatever goes wrong; answer the units that are not there."""
        key = Key(line["owner"], line["item"], line["lot"])
        spot = Spot(handheld.site, line["place"])
        wanted, name = line["quantity"], f"{line['number']}/{line['item']}/{line['place']}"
        about = {"source": spot.code, "to": tote.code, "tasks": (line["task"],), **held}
        about |= self.scanned(key)
        if chance(MISTYPED, self.seed, "mistyped", name):
            handheld.undo(handheld.record(Pick(quantity=wanted * 10 + 1, **about)))
        if chance(BARCODE_TYPED, self.seed, "barcode typed", name):
            # The app refuses a barcode as a quantity and asks again. Its next version writes a line
            # that this server can't read yet.
            with suppress(ImpossibleQuantityError):
                handheld.record(Pick(quantity=int(self.item(key).gtin), **about))
            handheld.record(Seen(version=9, scope=f"{handheld.site}/zone/0", cursor=0))
        if chance(OTHER_ITEM, self.seed, "other item", name):
            self._pick_other(handheld, spot, key, about, tote)
        there = self.truth.units(spot, key)
        taken = min(wanted, there)
        if there > taken and chance(OVER, self.seed, "over", name):
            taken += 1
        if taken:
            self.truth.move(spot, tote, key, taken)
            handheld.record(Pick(quantity=taken, **about))
        missing: int = max(0, wanted - taken)
        return missing

    def _pick_other(
        self, handheld: Handheld, spot: Spot, key: Key, about: dict[str, Any], tote: Spot
    ) -> None:
        """Take one unit out of a neighbouring bin; half of the time it is noticed at once."""
        found = self._neighbour(spot, key)
        if found is None:
            return
        place, other = found
        told = about | {"source": place.code, "lot": other.lot} | self.scanned(other)
        seq = handheld.record(Pick(quantity=1, **told))
        if chance(0.5, self.seed, "noticed", place.code, key.sku):
            handheld.undo(seq)
        else:
            self.truth.move(place, tote, other, 1)

    def _neighbour(self, spot: Spot, key: Key) -> tuple[Spot, Key] | None:
        """The nearest bin behind this one, in the same zone, with another item in it."""
        bins = self.world.site(spot.site).bins
        at = next(place for place, (code, _) in enumerate(bins) if code == spot.code)
        for code, zone in bins[at + 1 :]:
            if zone != bins[at][1]:
                return None
            for other, _ in self.truth.contents(Spot(spot.site, code)):
                if other[:2] != key[:2]:
                    return Spot(spot.site, code), other
        return None

    def count(
        self, handheld: Handheld, place: str, task: int | None = None, occasion: str = "check"
    ) -> None:
        """Count a place wholly; half of those who count wrong notice, and take it back."""
        spot = Spot(handheld.site, place)
        there = self.truth.contents(spot)
        first = (handheld.site, place) not in self.counted
        self.counted.add((handheld.site, place))
        self.counted_by[handheld.site, place] = handheld.name
        if there and first and chance(MISCOUNT, self.seed, "miscount", place):
            over = MISCOUNTED + self.truth.gone_wrong(spot)
            self.truth.went_wrong(Mishap("miscounted", handheld.site, place, None, over))
            off = [(key, units + over) for key, units in there]
            seq = handheld.record(counted(place, off, task, occasion))
            if chance(NOTICED, self.seed, "noticed", place):
                handheld.undo(seq)
        else:
            handheld.record(counted(place, there, task, occasion))

    def put_back(self, handheld: Handheld, spot: Spot) -> None:
        """Empty a tote or a parcel: all in it goes to the bin that is its own."""
        for key, units in self.truth.contents(spot):
            shelved = Key(key.owner, key.sku, key.lot)
            home = Spot(spot.site, self.truth.homes[spot.site, shelved])
            self.truth.move(spot, home, key, units)
            handheld.record(
                Move(
                    quantity=units,
                    owner=key.owner,
                    item=key.sku,
                    lot=key.lot,
                    serial=key.serial,
                    source=spot.code,
                    to=home.code,
                )
            )


def suggested(handheld: Handheld) -> dict[tuple[str, str, str], str]:
    """Return where the handheld leads to, by dock, owner and SKU."""
    return {
        (task["place"], task["merchant"], task["sku"]): task.get("to", "")
        for task in handheld.documents("task", "zone")
        if task["kind"] == "putaway" and task.get("sku")
    }


def unknown_code(key: Key) -> str:
    """Return a code on a box that no catalog knows.

    >>> unknown_code(Key("ACME", "A002"))
    'BOX A002'
    """
    return f"BOX {key.sku}"


def counted(place: str, found: list[tuple[Key, int]], task: int | None, occasion: str) -> Count:
    """Return a complete count of a place."""
    lines = tuple(
        CountLine(quantity=units, owner=key.owner, item=key.sku, lot=key.lot, serial=key.serial)
        for key, units in found
    )
    return Count(place=place, lines=lines, complete=True, task=task, occasion=occasion)
