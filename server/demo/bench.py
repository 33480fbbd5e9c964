"""People at the benches: they plan which totes belong to which shipment, pack, weigh and seal."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from device_protocol.operations import PackItem, Seal, TakeNumbers
from server.demo.floor import Floor
from server.demo.handheld import Handheld
from server.demo.truth import Parcel, Spot
from server.demo.world import Key

PARCEL_LINES_MAX = 20
BOX_G = 120
NUMBERS = 400


@dataclass(frozen=True)
class Packing:
    """A shipment to be packed, with the goods for it and the totes they lie in."""

    shipment: int
    number: str
    priority: int
    takes: tuple[tuple[Spot, Key, int], ...]
    complete: bool
    """Whether everything that is wanted lies in totes."""


def plan_packing(floor: Floor, site: int, shipments: Iterable[dict[str, Any]]) -> list[Packing]:
    """Return what can be packed, emergencies first; shared totes serve orders of one line."""
    free = {tote: Counter(dict(floor.truth.contents(tote))) for tote in floor.truth.totes()}
    free = {tote: goods for tote, goods in free.items() if tote.site == site}
    owners = {order.number: order.owner for order in floor.world.orders}
    plans = []
    for shipment in sorted(shipments, key=lambda each: (each["priority"], each["number"])):
        owner = owners[shipment["number"]]
        wanted: Counter[str] = Counter()
        for line in shipment["lines"]:
            wanted[line["sku"]] += line["quantity"] - line["packed"]
        own = [tote for tote in free if floor.truth.labels.get(tote) == shipment["id"]]
        shared = [tote for tote in free if tote not in floor.truth.labels]
        alone = len(shipment["lines"]) == 1
        takes = []
        for tote in sorted(own) + (sorted(shared) if alone else []):
            for key in sorted(free[tote]):
                units = min(wanted[key.sku], free[tote][key]) if key.owner == owner else 0
                if units > 0:
                    wanted[key.sku] -= units
                    free[tote][key] -= units
                    takes.append((tote, key, units))
        if takes:
            complete = not any(units > 0 for units in wanted.values())
            plans.append(
                Packing(
                    shipment["id"],
                    shipment["number"],
                    shipment["priority"],
                    tuple(takes),
                    complete,
                )
            )
    return plans


def take_numbers(handheld: Handheld) -> None:
    """Ask for numbers to label parcels with, if those that are left could run out today."""
    if handheld.device.numbers_left() < NUMBERS // 2:
        handheld.record(TakeNumbers(count=NUMBERS))


def pack(floor: Floor, handheld: Handheld, packing: Packing, bench: str) -> None:
    """Pack a shipment into as many parcels as it takes, and seal each."""
    for first in range(0, len(packing.takes), PARCEL_LINES_MAX):
        takes = packing.takes[first : first + PARCEL_LINES_MAX]
        sscc = handheld.device.next_sscc()
        box = Spot(handheld.site, sscc)
        weight_g = BOX_G
        for take in takes:
            _, key, units = take
            weight_g += units * floor.item(key).weight_g
            pack_line(floor, handheld, packing, box, take)
        handheld.record(Seal(unit=sscc, shipment=packing.shipment, at=bench, measured_g=weight_g))
        at = Spot(handheld.site, bench)
        floor.truth.seal(
            Parcel(sscc, handheld.site, packing.shipment, packing.number, at, len(takes))
        )


def pack_line(
    floor: Floor, handheld: Handheld, packing: Packing, box: Spot, take: tuple[Spot, Key, int]
) -> None:
    """Pack units of one item: one scan and a keyed quantity, or a scan per unit if it asks so."""
    tote, key, units = take
    item = floor.item(key)
    one_by_one = item.verify == "unit" or item.serial_capture == "shipping"
    for each in range(units if one_by_one else 1):
        quantity = 1 if one_by_one else units
        serial = ""
        if item.serial_capture == "shipping":
            serial = f"SN-{packing.number}-{item.sku}-{each + 1}"
        named = key._replace(serial=serial)
        floor.truth.move(tote, box, key, quantity, named=named)
        handheld.record(
            PackItem(
                quantity=quantity,
                lot=key.lot,
                serial=serial,
                source=tote.code,
                unit=box.code,
                shipment=packing.shipment,
                **floor.scanned(key),
            )
        )
