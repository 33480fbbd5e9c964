"""Couriers: they load their van by its round, go from door to door, bring back what is left."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from device_protocol.operations import (
    BringBack,
    CloseManifest,
    Deliver,
    FailDelivery,
    Load,
    OpenManifest,
)
from server.demo.floor import Floor
from server.demo.handheld import Handheld
from server.demo.seeds import chance, stream
from server.demo.truth import CONSUMER, Parcel, Spot

NOBODY_HOME = 0.08
WRONG_CODE = 0.06
WRONG_DOOR = 0.03
MISSED = 0.04
"""Boxes that the loader overlooks and puts into the van after closing the manifest."""


@dataclass
class Tour:
    """A round as the courier's handheld shows it."""

    id: int
    van: str
    stops: dict[int, dict[str, Any]] = field(default_factory=dict)
    parcels: list[dict[str, Any]] = field(default_factory=list)


def tours_of(handheld: Handheld) -> list[Tour]:
    """Return the rounds that a device follows."""
    tours = [Tour(each["id"], each["van"]) for each in handheld.documents("round", "round")]
    for tour in tours:
        scope = f"{handheld.site}/round/{tour.id}"
        tour.stops = {each["id"]: each for each in handheld.scoped(scope, "stop")}
        tour.parcels = sorted(handheld.scoped(scope, "parcel"), key=lambda each: str(each["code"]))
    return tours


def load(floor: Floor, handheld: Handheld, tour: Tour) -> int:
    """Load the parcels of a round that stand in the house; answer how many."""
    van = Spot(handheld.site, tour.van)
    handheld.record(OpenManifest(round=tour.id, van=tour.van))
    late: list[Parcel] = []
    loaded = 0
    for told in tour.parcels:
        parcel = floor.truth.parcels[told["code"]]
        if told["state"] not in {"sealed", "returned"} or parcel.at.site != handheld.site:
            continue
        if chance(MISSED, floor.seed, "missed", parcel.number):
            late.append(parcel)
            continue
        put_into(floor, handheld, parcel, van, tour.id)
        loaded += 1
    handheld.record(CloseManifest(round=tour.id, van=tour.van, loaded=loaded))
    for parcel in late:
        put_into(floor, handheld, parcel, van, tour.id)
    return loaded + len(late)


def put_into(floor: Floor, handheld: Handheld, parcel: Parcel, van: Spot, tour: int | None) -> None:
    """Carry one parcel into a van; one that stands at another site says so."""
    site = parcel.at.site if parcel.at.site != handheld.site else None
    handheld.record(
        Load(unit=parcel.sscc, to=van.code, source=parcel.at.code, round=tour, site=site)
    )
    floor.truth.carry(parcel.sscc, van)


def drive(floor: Floor, handheld: Handheld, tour: Tour, attempt: int) -> None:
    """Go from door to door; who is not at home today may be so tomorrow."""
    van = Spot(handheld.site, tour.van)
    codes = {order.number: order.code for order in floor.world.orders}
    in_van = {parcel.sscc for parcel in floor.truth.boxes(van)}
    for stop in sorted(tour.stops.values(), key=lambda each: int(each["sequence"])):
        boxes = [
            floor.truth.parcels[told["code"]]
            for told in tour.parcels
            if told.get("stop") == stop["id"] and told["code"] in in_van
        ]
        number = stop["number"]
        arrived = handheld.device.now_ms()
        if boxes and chance(NOBODY_HOME, floor.seed, "nobody home", number, attempt):
            for parcel in boxes:
                handheld.record(
                    FailDelivery(
                        unit=parcel.sscc, stop=stop["id"], arrived=arrived, reason="nobody home"
                    )
                )
            continue
        typed = typed_code(floor, number, codes[number] if stop.get("asks_code") else "")
        for parcel in boxes:
            told = Deliver(
                unit=parcel.sscc, source=van.code, stop=stop["id"], typed=typed, arrived=arrived
            )
            if chance(WRONG_DOOR, floor.seed, "wrong door", number, attempt):
                handheld.undo(handheld.record(told))
            handheld.record(told)
            floor.truth.carry(parcel.sscc, Spot(parcel.home, CONSUMER))


def typed_code(floor: Floor, number: str, said: str) -> str:
    """Return what is typed at the door: what the consumer says, or now and then something else."""
    if said and chance(WRONG_CODE, floor.seed, "wrong code", number):
        return f"{stream(floor.seed, 'typed', number).randrange(10_000):04}"
    return said


def bring_back(floor: Floor, handheld: Handheld, vans: Iterable[str]) -> int:
    """Set down at the staging place what is still in the vans; answer how much that is."""
    staging = Spot(handheld.site, floor.world.site(handheld.site).staging)
    brought = 0
    for van in vans:
        for parcel in floor.truth.boxes(Spot(handheld.site, van)):
            handheld.record(BringBack(unit=parcel.sscc, source=van, to=staging.code))
            floor.truth.carry(parcel.sscc, staging)
            brought += 1
    return brought


def hand_over(floor: Floor, handheld: Handheld, parcel: Parcel, van: str) -> None:
    """Deliver a parcel of another site, which this site's rounds do not know."""
    code = next(order.code for order in floor.world.orders if order.number == parcel.number)
    handheld.record(Deliver(unit=parcel.sscc, source=van, typed=code))
    floor.truth.carry(parcel.sscc, Spot(parcel.home, CONSUMER))
