"""From parcel to parcel: merged, split, emptied, voided."""

import pytest
from msgspec.structs import replace

from device_protocol.handling import Unseal
from device_protocol.operations import Operation, PackItem, Undo, VoidNumber
from server.catalog.records import Item
from server.lane.activity import NETWORK
from tests.transport.road import (
    BENCH,
    FIRST,
    OTHER,
    PACKED,
    PARCEL,
    SECOND,
    Road,
    load,
    pack,
    planned,
    seal,
    stocked,
)

APPLIED = {"outcome": "applied"}


def repack(item: str, quantity: int, ended: int, **other: object) -> PackItem:
    """Take units of the first parcel into the other one of the same shipment."""
    return replace(pack(item, quantity, ended, source=PARCEL, unit=OTHER), **other)


def void(ended: int, number: str = PARCEL) -> VoidNumber:
    """The number of an emptied parcel."""
    return VoidNumber(number=number, ended=ended)


def test_parcel_is_split_and_nothing_is_packed_twice() -> None:
    road, packer = stocked()
    packer.do(*PACKED, Unseal(unit=PARCEL, at=BENCH, ended=1_300))

    outcomes = packer.do(repack("A1", 1, 1_400), seal(1_500), seal(1_600, unit=OTHER))

    assert outcomes == [APPLIED] * 3
    assert road.floor.balances()[PARCEL, "1000001:A1|good"] == 1
    assert road.floor.balances()[OTHER, "1000001:A1|good"] == 1
    assert (road.line(1).packed, road.shipment().state, road.shipment().parcels) == (2, "packed", 2)


def test_parcels_are_merged_and_the_emptied_one_counts_no_more() -> None:
    road, packer = stocked()
    packer.do(pack("A1", 2, 1_000), pack("A2", 1, 1_100, unit=OTHER))

    outcomes = packer.do(repack("A1", 2, 1_200), void(1_300), seal(1_400, unit=OTHER))

    assert outcomes == [APPLIED] * 3
    assert road.parcel().state == "void"
    assert (road.shipment().state, road.shipment().parcels) == ("packed", 1)


def test_taking_goods_out_of_a_sealed_parcel_is_flagged() -> None:
    road, packer = stocked()
    packer.do(*PACKED)

    (outcome,) = packer.do(repack("A1", 1, 1_400))

    assert (outcome["code"], outcome["actual"]) == ("parcel_sealed", PARCEL)
    assert road.tasks() == ["check_parcel"]
    assert road.line(1).packed == 2


def test_goods_out_of_another_shipments_parcel_leave_that_shipment() -> None:
    road, packer = stocked()
    packer.do(*PACKED[:2])

    outcomes = packer.do(repack("A1", 1, 1_200, shipment=SECOND))

    assert outcomes == [APPLIED]
    assert (road.line(1).packed, road.line(1, SECOND).packed) == (1, 1)
    packer.do(Undo(seq=len(packer.lines), ended=1_300))
    assert (road.line(1).packed, road.line(1, SECOND).packed) == (2, 0)


def test_serial_that_was_told_at_packing_goes_along() -> None:
    road, packer = stocked()
    with road.session() as session:
        found = road.get(Item, 1_000_012, NETWORK)
        session.picture.load(Item, {(NETWORK, found.id)}, [found])
        session.picture.put(replace(found, serial_capture="shipping"))
        session.write()
    packer.do(pack("A2", 1, 1_000, serial="S-1"))

    assert packer.do(repack("A2", 1, 1_100, serial="S-1")) == [APPLIED]

    balances = road.floor.balances()
    assert balances["T-1", "1000001:A2|good"] == 4
    assert balances[OTHER, "1000001:A2|S-1|good"] == 1
    assert (PARCEL, "1000001:A2|S-1|good") not in balances


def test_late_packing_of_the_first_parcel_ends_the_same() -> None:
    road, _ = stocked()
    second, first = road.floor.handheld(2), road.floor.handheld(3)

    assert second.do(repack("A1", 1, 1_200))[0]["outcome"] == "flagged"
    assert first.do(pack("A1", 2, 1_000)) == [APPLIED]

    assert road.floor.balances()[PARCEL, "1000001:A1|good"] == 1
    assert road.floor.balances()[OTHER, "1000001:A1|good"] == 1
    assert (road.line(1).packed, road.parcel().shipment) == (2, FIRST)


def test_undo_brings_goods_back_and_a_voided_parcel_counts_again() -> None:
    road, packer, _ = planned()
    packer.do(Unseal(unit=PARCEL, at=BENCH, ended=1_300))
    seq = packer.write(repack("A1", 2, 1_400))
    packer.do(repack("A2", 1, 1_450), void(1_500))
    assert (road.parcel().state, road.parcel().stop) == ("void", None)

    assert packer.do(Undo(seq=seq, ended=1_600)) == [APPLIED]

    parcel = road.parcel()
    assert (parcel.state, parcel.voided_at, parcel.stop) == ("open", None, road.stop().id)
    assert road.shipment().parcels == 2


def test_number_voided_before_its_parcel_is_empty_goes_with_the_last_unit() -> None:
    road, packer = stocked()
    packer.do(pack("A1", 2, 1_000))

    (outcome,) = packer.do(void(1_100))
    packer.do(repack("A1", 1, 1_200))

    assert outcome["code"] == "number_in_use"
    assert road.parcel().state == "open"
    packer.do(repack("A1", 1, 1_300))
    assert road.parcel().state == "void"


def test_packing_into_a_voided_parcel_counts_it_again() -> None:
    road, packer = stocked()
    packer.do(pack("A1", 2, 1_000), repack("A1", 2, 1_100), void(1_200))

    seq = packer.write(pack("A2", 1, 1_300))
    packer.push()
    assert (road.parcel().state, road.shipment().parcels) == ("open", 2)

    packer.do(Undo(seq=seq, ended=1_400))
    assert (road.parcel().state, road.shipment().parcels) == ("void", 1)


def test_sealed_parcel_with_nothing_in_it_is_a_question_and_not_void() -> None:
    road, packer = stocked()
    packer.do(pack("A1", 2, 1_000), repack("A1", 2, 1_100), seal(1_200))

    (outcome,) = packer.do(void(1_300))

    assert outcome["code"] == "number_in_use"
    assert (road.parcel().state, road.tasks()) == ("sealed", ["relabel"])
    packer.do(pack("A2", 1, 1_150), Undo(seq=len(packer.lines) + 1, ended=1_400))
    assert road.parcel().state == "sealed"


@pytest.mark.parametrize(
    "operation",
    [
        repack("A1", 1, 1_000, source="A-01"),
        repack("A1", 1, 1_000, source="?"),
        repack("A1", 1, 1_000, source=OTHER),
        repack("A9", 1, 1_000),
        repack("", 1, 1_000, code="gibberish"),
        repack("A1", 1, 1_000, unit="A-01"),
        repack("A1", 1, 1_000, shipment=99),
        repack("B1", 1, 1_000, owner="BETA"),
    ],
)
def test_odd_source_goods_or_parcel_is_posted_and_flagged(operation: Operation) -> None:
    _, packer = stocked()

    (outcome,) = packer.do(operation)

    assert outcome["outcome"] == "flagged"
    assert packer.do(Undo(seq=len(packer.lines), ended=1_100))[0]["outcome"] != "parked"


def test_parcel_is_looked_at_once_and_that_it_was_opened_answers_it() -> None:
    road, packer = stocked()
    packer.do(*PACKED)

    packer.do(repack("A1", 1, 1_300), repack("A1", 1, 1_400))
    assert road.tasks() == ["check_parcel"]
    packer.do(Unseal(unit=PARCEL, at=BENCH, ended=1_500))
    assert road.tasks() == []


def test_other_question_about_a_parcel_stays_beside_that_of_its_seal() -> None:
    road, packer, number = planned()
    packer.do(Unseal(unit=PARCEL, at=BENCH, ended=1_300), load(2_000, round=number))
    assert road.tasks() == ["check_seal"]

    road.floor.handheld(2).do(repack("A1", 1, 1_250))

    assert sorted(road.tasks()) == ["check_parcel", "check_seal"]


def test_void_of_a_parcel_of_this_very_batch() -> None:
    road, packer = stocked()
    acts: tuple[Operation, ...] = (pack("A1", 1, 1_000), repack("A1", 1, 1_100), void(1_200))

    assert packer.do(*acts, void(1_300, "A-01"))[2] == APPLIED

    assert road.parcel().state == "void"


def test_empty_road_has_no_parcel_to_void() -> None:
    assert Road().floor.handheld(1).do(void(1_000)) == [APPLIED]
