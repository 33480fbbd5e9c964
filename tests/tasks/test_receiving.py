"""Receiving: what arrived is posted as it was scanned, announced or not."""

from device_protocol.operations import Receive
from server.ledger.records import SUPPLIER, Movement, Stock
from tests.floor import Floor
from tests.ledger.book import A1, discrepancies
from tests.sayings import all_of

SHARED = "4000000000013"


def test_received_goods_stand_where_they_were_put() -> None:
    floor = Floor()

    outcomes = floor.handheld().do(
        Receive(quantity=10, owner="ACME", item="A1", to="D-1", ended=1_000)
    )

    assert outcomes == [{"outcome": "applied"}]
    assert floor.balances() == {("D-1", A1): 10}
    (movement,) = all_of(floor, Movement)
    assert movement.source == SUPPLIER


def test_lot_and_serial_are_made_by_the_receipt() -> None:
    floor = Floor()

    outcomes = floor.handheld().do(
        Receive(quantity=4, owner="ACME", item="A2", lot="L1", to="D-1", ended=1_000),
        Receive(quantity=1, owner="ACME", item="A3", serial="S1", to="D-1", ended=2_000),
    )

    assert outcomes == [{"outcome": "applied"}] * 2
    assert floor.balances() == {
        ("D-1", "1000001:A2|L1|good"): 4,
        ("D-1", "1000001:A3|S1|good"): 1,
    }


def test_barcode_tells_the_item() -> None:
    floor = Floor()

    floor.handheld().do(Receive(quantity=3, code="4000000000020", to="D-1", ended=1_000))

    assert floor.balances() == {("D-1", "1000001:A2|good"): 3}


def test_code_that_nobody_knows_is_received_under_its_scan_and_flagged() -> None:
    floor = Floor()

    (outcome,) = floor.handheld().do(Receive(quantity=3, code="X-77", to="D-1", ended=1_000))

    assert (outcome["outcome"], outcome["code"]) == ("flagged", "unknown_code")
    assert outcome["actual"] == "unidentified:X-77"
    assert floor.balances() == {("D-1", "unidentified:X-77|good"): 3}
    assert discrepancies(floor) == [("coarse", "D-1", "open")]


def test_code_of_two_owners_is_received_under_its_scan() -> None:
    floor = Floor()

    (outcome,) = floor.handheld().do(Receive(quantity=3, code=SHARED, to="D-1", ended=1_000))

    assert outcome["code"] == "unknown_code"
    assert floor.balances() == {("D-1", f"unidentified:{SHARED}|good"): 3}


def test_code_of_two_owners_is_told_apart_by_the_owner_named() -> None:
    floor = Floor()

    floor.handheld().do(Receive(quantity=3, code=SHARED, owner="BETA", to="D-1", ended=1_000))

    assert floor.balances() == {("D-1", "1000002:B1|good"): 3}


def test_goods_may_be_received_into_a_unit_that_nobody_has_seen() -> None:
    floor = Floor()

    (outcome,) = floor.handheld().do(
        Receive(quantity=3, owner="ACME", item="A1", to="P-1", ended=1_000)
    )

    assert outcome["code"] == "unknown_place"
    assert floor.balances() == {("P-1", A1): 3}


def test_second_receipt_of_a_key_adds_to_the_first() -> None:
    floor = Floor()
    goods = Receive(quantity=3, owner="ACME", item="A1", to="D-1", ended=1_000)

    floor.handheld(1).do(goods)
    floor.handheld(2).do(goods)

    assert floor.balances() == {("D-1", A1): 6}
    assert len(all_of(floor, Stock)) == 1
