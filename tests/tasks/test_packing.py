"""Tests of packing: from tote to sealed parcel, and what differs on the way."""

from device_protocol.operations import PackItem, Receive, Undo
from server.catalog.records import Item, ItemCode
from server.lane.activity import NETWORK
from server.ledger.records import Discrepancy
from server.orders.records import ShipmentLine
from tests.floor import SITE
from tests.transport.road import (
    ACME,
    BENCH,
    FIRST,
    OTHER,
    PARCEL,
    SECOND,
    pack,
    seal,
    stocked,
)

APPLIED = {"outcome": "applied"}


def test_packing_moves_goods_from_tote_to_parcel_and_fills_the_line() -> None:
    road, packer = stocked()

    assert packer.do(pack("A1", 2, 1_000)) == [APPLIED]

    assert road.floor.balances()["T-1", "1000001:A1|good"] == 3
    assert road.floor.balances()[PARCEL, "1000001:A1|good"] == 2
    assert road.line(1).packed == 2
    assert (road.parcel().shipment, road.parcel().state) == (FIRST, "open")


def test_lines_of_one_item_are_filled_in_order() -> None:
    road, packer = stocked()
    road.seed(ShipmentLine(SITE, FIRST, 3, 1_000_011, 4))

    packer.do(pack("A1", 3, 1_000))

    assert (road.line(1).packed, road.line(3).packed) == (2, 1)


def test_shipment_decides_between_owners_that_share_a_code() -> None:
    road, packer = stocked()

    outcomes = packer.do(
        PackItem(
            code="04000000000013",
            quantity=1,
            source="T-1",
            unit=PARCEL,
            shipment=FIRST,
            ended=1_000,
        )
    )

    assert outcomes == [APPLIED]
    assert road.floor.balances()[PARCEL, "1000001:A1|good"] == 1


def test_only_item_of_a_shipment_needs_no_code() -> None:
    road, packer = stocked()

    packer.do(PackItem(quantity=1, source="T-1", unit=PARCEL, shipment=SECOND, ended=1_000))

    assert road.line(1, SECOND).packed == 1


def test_item_that_was_not_ordered_is_posted_and_unpacked() -> None:
    road, packer = stocked()

    (outcome,) = packer.do(pack("A3", 1, 1_000))

    assert outcome["code"] == "not_ordered"
    assert road.floor.balances()[PARCEL, "1000001:A3|good"] == 1
    assert road.tasks() == ["unpack"]


def test_more_than_ordered_is_posted_and_the_rest_unpacked() -> None:
    road, packer = stocked()

    outcomes = packer.do(pack("A1", 2, 1_000), pack("A1", 2, 1_100))

    assert outcomes[0] == APPLIED
    assert (outcomes[1]["code"], outcomes[1]["expected"], outcomes[1]["actual"]) == (
        "more_than_ordered",
        "2",
        "4",
    )
    assert road.line(1).packed == 4
    assert road.tasks() == ["unpack"]


def test_undo_of_what_was_too_much_leaves_what_was_ordered() -> None:
    road, packer = stocked()
    packer.do(pack("A1", 2, 1_000))
    seq = packer.write(pack("A1", 1, 1_100))
    packer.push()

    assert packer.do(Undo(seq=seq, ended=1_200)) == [APPLIED]

    assert road.line(1).packed == 2
    assert road.floor.balances()[PARCEL, "1000001:A1|good"] == 2


def test_packing_for_a_cancelled_shipment_is_unpacked() -> None:
    road, packer = stocked()
    road.cancel()

    (outcome,) = packer.do(pack("A1", 2, 1_000))

    assert outcome["code"] == "cancelled_meanwhile"
    assert road.floor.balances()[PARCEL, "1000001:A1|good"] == 2
    assert road.tasks() == ["unpack"]
    assert road.shipment().state == "cancelled"


def test_units_cancelled_meanwhile_are_unpacked() -> None:
    road, packer = stocked()
    road.seed(ShipmentLine(SITE, SECOND, 2, 1_000_012, 3, cancelled=2))

    (outcome,) = packer.do(pack("A2", 2, 1_000, shipment=SECOND))

    assert (outcome["code"], outcome["expected"], outcome["actual"]) == (
        "cancelled_meanwhile",
        "1",
        "2",
    )
    assert road.tasks() == ["unpack"]


def test_item_into_a_sealed_parcel_is_posted_and_checked() -> None:
    road, packer = stocked()

    outcomes = packer.do(pack("A1", 1, 1_000), seal(1_100), pack("A1", 1, 1_200))

    assert outcomes[2]["code"] == "parcel_sealed"
    assert road.floor.balances()[PARCEL, "1000001:A1|good"] == 2
    assert road.tasks() == ["check_parcel"]


def test_item_packed_before_the_seal_may_arrive_after_it() -> None:
    road, packer = stocked()
    second = road.floor.handheld(2)
    packer.do(pack("A1", 2, 1_000), seal(1_200))

    outcomes = second.do(pack("A2", 1, 1_100))

    assert outcomes == [APPLIED]
    assert road.shipment().state == "packed"


def test_goods_on_hold_are_stopped_at_packing() -> None:
    road, packer = stocked()
    road.hold(item=1_000_011)

    (outcome,) = packer.do(pack("A1", 1, 1_000))

    assert (outcome["code"], outcome["actual"]) == ("on_hold", "recall")
    assert road.floor.balances()[PARCEL, "1000001:A1|good"] == 1
    assert road.tasks() == ["unpack"]


def test_packing_into_another_shipments_parcel_is_unpacked() -> None:
    road, packer = stocked()

    outcomes = packer.do(pack("A2", 1, 1_000), pack("A1", 1, 1_100, shipment=SECOND))

    assert outcomes[1]["code"] == "other_shipment"
    assert road.parcel().shipment == FIRST
    assert road.line(1, SECOND).packed == 1
    assert road.tasks() == ["unpack"]


def test_one_number_on_two_boxes_keeps_both_and_relabels_one() -> None:
    road, packer = stocked()
    second = road.floor.handheld(2)
    packer.do(pack("A2", 1, 1_000), seal(1_100))

    outcomes = second.do(pack("A1", 1, 1_050, shipment=SECOND), seal(1_150, shipment=SECOND))

    assert [outcome["code"] for outcome in outcomes] == ["number_used_twice", "number_used_twice"]
    assert road.at() == {"7": -2, BENCH: 2}
    assert [each.kind for each in road.all(Discrepancy) if each.open] == ["serial_over_one"]
    assert "relabel" in road.tasks()
    assert road.parcel().shipment == FIRST


def test_number_of_an_open_parcel_sealed_by_another_is_on_two_boxes() -> None:
    road, packer = stocked()
    packer.do(pack("A1", 2, 1_000))

    (outcome,) = packer.do(seal(1_100, shipment=SECOND))

    assert outcome["code"] == "number_used_twice"
    assert road.tasks() == ["relabel"]
    assert road.parcel().sealed_at is None


def test_unknown_shipment_is_posted_and_checked() -> None:
    road, packer = stocked()

    outcomes = packer.do(pack("A1", 1, 1_000, shipment=77), seal(1_100, shipment=77))

    assert [outcome["code"] for outcome in outcomes] == ["unknown_shipment", "unknown_shipment"]
    assert road.floor.balances()[PARCEL, "1000001:A1|good"] == 1
    assert road.tasks() == ["check_parcel", "check_parcel"]


def test_code_that_nobody_knows_is_packed_under_its_raw_scan() -> None:
    road, packer = stocked()

    (outcome,) = packer.do(
        PackItem(code="???", quantity=1, source="T-1", unit=PARCEL, shipment=FIRST, ended=1_000)
    )

    assert outcome["code"] == "not_ordered"
    assert road.floor.balances()[PARCEL, "unidentified:???|good"] == 1
    assert "coarse" in [each.kind for each in road.all(Discrepancy)]


def test_serial_and_lot_of_shipping_are_captured_from_stock_without_them() -> None:
    road, packer = stocked()
    item = Item(NETWORK, 1_000_050, ACME, "S1", serial_capture="shipping", lot_capture="shipping")
    line = ShipmentLine(SITE, SECOND, 2, 1_000_050, 1)
    road.seed(item, line, ItemCode(NETWORK, "S1-CODE", item.id, "each", ACME))
    packer.do(Receive(quantity=1, owner="ACME", item="S1", to="T-1", ended=900))
    seq = packer.write(
        PackItem(
            code="S1-CODE",
            quantity=1,
            serial="SN-9",
            lot="L-1",
            source="T-1",
            unit=PARCEL,
            shipment=SECOND,
            ended=1_000,
        )
    )

    assert packer.push() == [APPLIED]

    balances = road.floor.balances()
    assert balances[PARCEL, "1000001:S1|L-1|SN-9|good"] == 1
    assert ("T-1", "1000001:S1|good") not in balances
    packer.do(Undo(seq=seq, ended=1_100))
    assert road.floor.balances()["T-1", "1000001:S1|good"] == 1
    assert road.line(2, SECOND).packed == 0


def test_packing_into_the_tote_itself_changes_nothing() -> None:
    road, packer = stocked()
    packer.do(pack("A1", 1, 900, unit=OTHER))
    seq = packer.write(pack("A1", 1, 1_000, unit="T-1"))

    assert packer.push()[0]["code"] == "same_place"
    packer.do(Undo(seq=seq, ended=1_100))

    assert road.floor.balances()["T-1", "1000001:A1|good"] == 4
    assert road.line(1).packed == 1


def test_tote_used_as_a_parcel_is_checked() -> None:
    road, packer = stocked()
    packer.do(Receive(quantity=1, owner="ACME", item="A1", to="T-2", ended=900))

    (outcome,) = packer.do(pack("A1", 1, 1_000, unit="T-2"))

    assert (outcome["code"], outcome["actual"]) == ("not_a_parcel", "tote T-2")
    assert road.parcel("T-2").shipment == FIRST
    assert road.tasks() == ["check_parcel"]
