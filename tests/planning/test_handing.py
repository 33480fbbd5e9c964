"""Where totes go on to: the next zone of their shipment, then where they are packed."""

from typing import Any

import pytest

from device_protocol.operations import MoveUnit, ShortPick, StartTote
from server.ledger.locations import PutLocation
from server.ledger.records import Unit
from server.planning.waves import ReleaseWave
from server.sites.messages import PutZone
from tests.floor import Floor
from tests.ledger.book import place_code
from tests.orders.channel import (
    all_of,
    bodies,
    drain,
    open_floor,
    order_of,
    place,
    say,
    stock,
    tell,
)
from tests.tasks.picks import pick

BIN_B = PutLocation(code="B-01", place_kind="bin", zone="B", walk=20)
HAND_B = PutLocation(code="HAND-B", place_kind="staging", zone="B", use="handover")
PACK = PutLocation(code="PACK-1", place_kind="staging", use="packing", walk=5)


def two_zones(*places: PutLocation, more: tuple[tuple[str, str, int], ...] = ()) -> Floor:
    """A1 stands in one zone, A2 in zone B, where totes may be taken on."""
    floor = open_floor()
    say(floor, PutZone(code="B"), BIN_B, *places)
    stock(floor, ("A-01", "A1", 9), ("B-01", "A2", 9), *more)
    return floor


def led(floor: Floor) -> list[tuple[str, str, str]]:
    """Bin, shipment and where its tote goes on to, of all pick lines."""
    return sorted(
        (line.place, line.number, line.then) for body in bodies(floor) for line in body.lines
    )


def test_tote_goes_to_the_next_zone_and_from_the_last_to_packing() -> None:
    floor = two_zones(HAND_B, PACK)
    place(floor, order_of("1", ("A1", 1), ("A2", 1)), order_of("2", ("A1", 2)))

    tell(floor, ReleaseWave())

    assert led(floor) == [("A-01", "1", "HAND-B"), ("A-01", "2", "PACK-1"), ("B-01", "1", "PACK-1")]


def test_zone_that_takes_no_totes_on_fills_its_own() -> None:
    nearer = PutLocation(code="PACK-0", place_kind="staging", use="packing", walk=4)
    floor = two_zones(PACK, nearer)
    place(floor, order_of("1", ("A1", 1), ("A2", 1)))

    tell(floor, ReleaseWave())

    assert led(floor) == [("A-01", "1", "PACK-0"), ("B-01", "1", "PACK-0")]


@pytest.mark.parametrize(
    ("places", "wave"),
    [
        ((), {}),
        ((PutLocation(code="PACK-1", place_kind="bench", use="packing"),), {}),
        ((PutLocation(code="PACK-1", place_kind="staging", use="packing", state="retired"),), {}),
        ((HAND_B, PACK), {"mode": "bulk"}),
    ],
)
def test_nobody_is_led_without_an_open_staging_place_nor_with_what_is_sorted(
    places: tuple[PutLocation, ...], wave: dict[str, Any]
) -> None:
    floor = two_zones(*places)
    place(floor, order_of("1", ("A1", 1), ("A2", 1)))

    tell(floor, ReleaseWave(**wave))

    assert {then for _, _, then in led(floor)} == {""}


def test_rest_that_is_sought_again_goes_to_packing() -> None:
    floor = two_zones(HAND_B, PACK, more=(("A-02", "A1", 9),))
    place(floor, order_of("1", ("A1", 2)))
    tell(floor, ReleaseWave())
    [line] = bodies(floor)[0].lines

    short = ShortPick(quantity=2, source=line.place, tasks=(line.task,), ended=2_000)
    floor.handheld().do(short)
    drain(floor)

    assert {then for _, _, then in led(floor)} == {"PACK-1"}


def test_tote_that_was_brought_on_is_seen_there_with_its_goods() -> None:
    floor = two_zones(HAND_B)
    place(floor, order_of("1", ("A1", 1), ("A2", 1)))
    tell(floor, ReleaseWave())
    first = next(line for body in bodies(floor) for line in body.lines if line.place == "A-01")

    floor.handheld().do(
        StartTote(unit="T-1", shipment=first.shipment, ended=1_000),
        pick(floor, 1, tasks=(first.task,)),
        MoveUnit(unit="T-1", to=first.then, ended=3_000),
    )

    [tote] = [unit for unit in all_of(floor, Unit) if unit.code == "T-1"]
    assert (place_code(floor, tote.seen_place), tote.shipment) == ("HAND-B", first.shipment)
    assert floor.balances()["T-1", "1000001:A1|good"] == 1
