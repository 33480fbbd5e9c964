"""Items and their barcodes as desks and imports put them."""

import pytest

from device_protocol.operations import Receive
from server.catalog.messages import PutItem, PutItemCode
from server.catalog.records import Item, ItemCode
from server.lane.activity import NETWORK
from server.lane.message import Message
from server.merchants.messages import PutMerchant
from tests.desk import Desk


def test_item_is_made_once_and_changed_in_place() -> None:
    desk = Desk()
    made, again, changed = desk.tell(
        NETWORK,
        PutItem(owner="ACME", sku="A9", description="Heart"),
        PutItem(owner="ACME", sku="A9", description="Heart"),
        PutItem(owner="ACME", sku="A9", lot_capture="receipt", verify="unit", weight_g=320),
    )

    number = made["grant"]["id"]
    assert again["grant"] == {"id": number, "unchanged": True}
    assert changed["grant"] == {"id": number}
    assert desk.all(Item)[-1] == Item(
        NETWORK, number, 1_000_001, "A9", lot_capture="receipt", verify="unit", weight_g=320
    )


def test_merchant_item_and_code_may_come_in_one_batch() -> None:
    desk = Desk()

    outcomes = desk.tell(
        NETWORK,
        PutMerchant(code="GAMA", name="Gama"),
        PutItem(owner="GAMA", sku="1"),
        PutItemCode(owner="GAMA", sku="1", code="4012345678901"),
    )

    assert [outcome["outcome"] for outcome in outcomes] == ["applied"] * 3
    assert outcomes[2]["grant"]["item"] == outcomes[1]["grant"]["id"]


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (PutItem(owner="NONE", sku="A9"), "unknown_owner"),
        (PutItem(owner="ACME", sku=""), "bad_sku"),
        (PutItem(owner="ACME", sku="A9", description="a\tb"), "bad_description"),
        (PutItem(owner="ACME", sku="A9", lot_capture="always"), "bad_lot_capture"),
        (PutItem(owner="ACME", sku="A9", serial_capture="always"), "bad_serial_capture"),
        (PutItem(owner="ACME", sku="A9", base_unit="metre"), "bad_base_unit"),
        (PutItem(owner="ACME", sku="A9", verify="never"), "bad_verify"),
        (PutItem(owner="ACME", sku="A9", weight_g=-1), "bad_weight_g"),
        (PutItem(owner="ACME", sku="A9", expiry_capture="shipping"), "bad_expiry_capture"),
        (PutItem(owner="ACME", sku="A9", rotation="lifo"), "bad_rotation"),
        (PutItem(owner="ACME", sku="A9", min_days=-1), "bad_min_days"),
        (PutItem(owner="ACME", sku="A1", base_unit="gram"), "base_unit_fixed"),
    ],
)
def test_item_that_can_not_be_so_is_refused(message: Message, code: str) -> None:
    desk = Desk()
    before = desk.all(Item)

    assert desk.code(NETWORK, message) == code
    assert desk.all(Item) == before


def test_code_is_kept_with_fourteen_digits_and_is_found_as_scanned() -> None:
    desk = Desk()
    code = PutItemCode(owner="ACME", sku="A1", code="4012345678901", level="inner", factor=6)

    made, again = desk.tell(NETWORK, code, code)
    outcomes = desk.floor.handheld().do(
        Receive(quantity=6, code="4012345678901", to="D-1", ended=1_000)
    )

    assert made["grant"] == {"item": 1_000_011, "code": "04012345678901"}
    assert again["grant"] == made["grant"] | {"unchanged": True}
    assert outcomes == [{"outcome": "applied"}]
    assert desk.floor.balances() == {("D-1", "1000001:A1|good"): 6}


def test_code_may_be_of_two_owners_and_of_two_levels() -> None:
    desk = Desk()

    outcomes = desk.tell(
        NETWORK,
        PutItemCode(owner="ACME", sku="A1", code="4012345678901"),
        PutItemCode(owner="BETA", sku="B1", code="4012345678901"),
        PutItemCode(owner="ACME", sku="A1", code="04012345678901", level="case", factor=12),
        PutItemCode(owner="ACME", sku="A1", code="04012345678901", level="case", factor=10),
    )

    assert [outcome["outcome"] for outcome in outcomes] == ["applied"] * 4
    kept = [each for each in desk.all(ItemCode) if each.code == "04012345678901"]
    assert [(each.owner, each.level, each.factor) for each in kept] == [
        (1_000_001, "each", 1),
        (1_000_002, "each", 1),
        (1_000_001, "case", 10),
    ]


@pytest.mark.parametrize("code", ["40123456", "401234567890", "4012345678902", "14012345678901"])
def test_wrong_check_digit_is_refused_with_the_right_one(code: str) -> None:
    outcome = Desk().ask(NETWORK, PutItemCode(owner="ACME", sku="A1", code=code))

    assert outcome["code"] == "bad_check_digit"
    assert outcome["actual"] == code
    assert outcome["expected"][:-1] == code[:-1]
    assert outcome["expected"] != code


def test_owners_own_digits_need_no_check_digit() -> None:
    desk = Desk()

    outcomes = desk.tell(
        NETWORK,
        PutItemCode(owner="ACME", sku="A1", code="12345678", scheme="own"),
        PutItemCode(owner="ACME", sku="A1", code="HEART-WHITE"),
    )

    assert [outcome["grant"]["code"] for outcome in outcomes] == ["12345678", "HEART-WHITE"]


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (PutItemCode(owner="NONE", sku="A1", code="X"), "unknown_owner"),
        (PutItemCode(owner="ACME", sku="B1", code="X"), "unknown_item"),
        (PutItemCode(owner="ACME", sku="A1", code=""), "bad_code"),
        (PutItemCode(owner="ACME", sku="A1", code="X", level="box"), "bad_level"),
        (PutItemCode(owner="ACME", sku="A1", code="X", factor=0), "bad_factor"),
        (PutItemCode(owner="ACME", sku="A1", code="X", scheme="isbn"), "bad_scheme"),
    ],
)
def test_code_that_can_not_be_so_is_refused(message: Message, code: str) -> None:
    desk = Desk()
    before = desk.all(ItemCode)

    assert desk.code(NETWORK, message) == code
    assert desk.all(ItemCode) == before
