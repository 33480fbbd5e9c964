"""Sealing parcels, and taking packing back."""

from device_protocol.operations import Seal, Undo
from server.ledger.records import Place, Stock, Unit
from server.orders.records import ShipmentLine
from server.transport.records import Parcel
from tests.floor import SITE
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
    seal,
    stocked,
)

APPLIED = {"outcome": "applied"}


def test_seal_stands_the_parcel_at_the_bench_and_completes_the_shipment() -> None:
    road, packer = stocked()

    outcomes = packer.do(
        *PACKED[:2],
        Seal(
            unit=PARCEL,
            shipment=FIRST,
            at=BENCH,
            packaging="BOX-M",
            measured_g=1_250,
            length_mm=300,
            width_mm=200,
            height_mm=100,
            ended=1_200,
        ),
    )

    assert outcomes == [APPLIED, APPLIED, APPLIED]
    assert road.at() == {"7": -1, BENCH: 1}
    parcel = road.parcel()
    assert (parcel.state, parcel.measured_g, parcel.packaging) == ("sealed", 1_250, "BOX-M")
    assert (parcel.length_mm, parcel.width_mm, parcel.height_mm) == (300, 200, 100)
    shipment = road.shipment()
    assert (shipment.state, shipment.waiting, shipment.packed_at) == (
        "packed",
        "packed",
        parcel.sealed_at,
    )
    assert (shipment.parcels, shipment.parcels_open) == (1, 1)
    assert road.told() == [(1, "packed")]


def test_shipment_in_two_parcels_is_packed_with_the_second() -> None:
    road, packer = stocked()

    packer.do(pack("A1", 2, 1_000), pack("A2", 1, 1_100, unit=OTHER), seal(1_200))
    assert road.shipment().state == "picked"
    packer.do(seal(1_300, unit=OTHER))

    assert (road.shipment().state, road.shipment().parcels) == ("packed", 2)


def test_what_is_missing_does_not_keep_a_shipment_from_being_packed() -> None:
    road, packer = stocked()
    road.seed(ShipmentLine(SITE, FIRST, 3, 1_000_013, 4, missing=3, cancelled=1))

    packer.do(*PACKED)

    assert road.shipment().state == "packed"


def test_missing_unit_that_is_packed_is_missing_no_more() -> None:
    road, packer = stocked()
    road.seed(ShipmentLine(SITE, FIRST, 3, 1_000_013, 4, missing=3))

    packer.do(pack("A3", 2, 1_000))

    assert (road.line(3).packed, road.line(3).missing) == (2, 2)


def test_seal_without_a_bench_and_load_without_a_source_meet() -> None:
    road, packer = stocked()

    packer.do(*PACKED[:2], seal(1_200, at=""), load(1_300, source=""))

    assert road.at() == {"7": -1, "VAN-1": 1}


def test_sealing_twice_is_posted_and_checked() -> None:
    road, packer = stocked()

    outcomes = packer.do(*PACKED, seal(1_300))

    assert outcomes[3]["code"] == "already_sealed"
    assert road.at() == {"7": -2, BENCH: 2}
    assert road.tasks() == ["check_parcel"]


def test_sealing_for_a_cancelled_shipment_is_unpacked() -> None:
    road, packer = stocked()
    packer.do(*PACKED[:2])
    road.cancel()

    (outcome,) = packer.do(seal(1_200))

    assert outcome["code"] == "cancelled_meanwhile"
    assert road.at()[BENCH] == 1
    assert road.tasks() == ["unpack"]
    assert (road.shipment().state, road.shipment().waiting) == ("cancelled", None)


def test_undo_of_a_seal_opens_parcel_and_shipment() -> None:
    road, packer = stocked()
    packer.do(*PACKED[:2])
    seq = packer.write(seal(1_200))
    packer.push()

    assert packer.do(Undo(seq=seq, ended=1_300)) == [APPLIED]

    assert road.at() == {}
    assert (road.parcel().state, road.parcel().sealed_at) == ("open", None)
    shipment = road.shipment()
    assert (shipment.state, shipment.waiting, shipment.packed_at) == ("picked", None, None)
    assert road.told() == [(1, "packed"), (1, "picked")]


def test_undo_of_the_first_of_two_seals_keeps_the_second() -> None:
    road, packer = stocked()
    packer.do(*PACKED[:2])
    seq = packer.write(seal(1_200))
    packer.push()
    packer.do(seal(1_300))

    packer.do(Undo(seq=seq, ended=1_400))

    assert (road.parcel().state, road.at()[BENCH]) == ("sealed", 1)


def test_undo_of_a_pack_takes_the_shipment_back() -> None:
    road, packer = stocked()
    seq = packer.write(PACKED[0])
    packer.do(*PACKED[1:])
    assert road.shipment().state == "packed"

    packer.do(Undo(seq=seq, ended=1_300))

    assert road.line(1).packed == 0
    assert road.floor.balances()["T-1", "1000001:A1|good"] == 5
    assert road.shipment().state == "picked"


def test_two_parcels_of_one_batch_need_no_row_to_exist_before() -> None:
    road, packer = stocked()
    for operation in (*PACKED, pack("A1", 1, 1_300, unit=OTHER, shipment=SECOND)):
        packer.write(operation)

    assert packer.push() == [APPLIED] * 4
    assert {each.code for each in road.all(Parcel)} == {PARCEL, OTHER}
    assert [each.shipment for each in road.all(Unit) if each.kind == "parcel"] == [FIRST, SECOND]


def test_bin_scanned_as_a_parcel_becomes_a_parcel_of_its_own() -> None:
    road, packer = stocked()

    (outcome,) = packer.do(pack("A1", 1, 1_000, unit="A-01"))

    assert outcome["code"] == "not_a_unit"
    kinds = {place.code: place.kind for place in road.all(Place)}
    assert kinds["A-01"] == "bin"
    assert [code.split("#")[0] for code, kind in kinds.items() if kind == "parcel"] == ["A-01"]


def test_a_road_is_empty_before_anything_was_packed() -> None:
    road = Road()

    assert road.at() == {}
    assert [stock for stock in road.all(Stock) if stock.unit] == []
