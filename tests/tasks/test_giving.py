"""Tests of goods that get another owner where they stand."""

from typing import Any

import pytest

from device_protocol.operations import Receive
from server.ledger.records import Lot, Movement, Stock
from server.orders.messages import PlacedLine, PlaceOrder
from server.planning.waves import ReleaseWave
from server.tasks.giving import GiveStock
from server.tasks.resolving import PutHold
from tests.floor import Floor
from tests.orders.channel import ACME, all_of, open_floor, order_of, place, say, tell


def stocked(**more: Any) -> tuple[Floor, Stock]:  # noqa: ANN401 - fields of a receipt.
    """Nine units of ACME's first item in A-01."""
    floor = open_floor()
    told: dict[str, Any] = {"owner": "ACME", "item": "A1", "quantity": 9} | more
    floor.handheld(1).do(Receive(to="A-01", ended=1_000, **told))
    return floor, all_of(floor, Stock)[0]


def give(floor: Floor, stock: int, **changed: Any) -> dict[str, Any]:  # noqa: ANN401 - fields.
    """Give three units of a key to BETA."""
    told: dict[str, Any] = {
        "place": "A-01",
        "quantity": 3,
        "owner": "BETA",
        "item": "B1",
        "giver": ACME,
        **changed,
    }
    outcome: dict[str, Any] = say(floor, GiveStock(stock=stock, **told))[0]
    return outcome


def test_units_get_another_owner_with_lot_condition_and_date() -> None:
    floor, stock = stocked(lot="L1", expiry="2027-06-30", condition="damaged")

    assert give(floor, stock.id) == {"outcome": "applied"}

    assert floor.balances() == {
        ("A-01", "1000001:A1|L1|damaged"): 6,
        ("A-01", "1000002:B1|L1|damaged"): 3,
    }
    movement = max(all_of(floor, Movement), key=lambda each: each.number)
    assert (movement.quantity, movement.stock, movement.cause) == (3, stock.id, "fact")
    assert {(lot.owner, lot.expiry) for lot in all_of(floor, Lot)} == {
        (1_000_001, "2027-06-30"),
        (1_000_002, "2027-06-30"),
    }
    assert give(floor, stock.id, quantity=6) == {"outcome": "applied"}
    assert floor.balances() == {("A-01", "1000002:B1|L1|damaged"): 9}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"quantity": 10}, "not_free"),
        ({"quantity": 0}, "not_free"),
        ({"quantity": -1}, "not_free"),
        ({"place": "Z-1"}, "unknown"),
        ({"place": "A-02"}, "not_free"),
        ({"stock": 12}, "unknown"),
        ({"giver": 1_000_002}, "unknown"),
        ({"owner": "NOBODY"}, "unknown"),
        ({"item": "NONE"}, "unknown"),
        ({"owner": "ACME", "item": "A2"}, "same_owner"),
    ],
)
def test_what_can_not_be_given_is_refused(changed: dict[str, Any], code: str) -> None:
    floor, stock = stocked()

    told = give(floor, **({"stock": stock.id} | changed))

    assert (told["outcome"], told["code"]) == ("refused", code)
    assert floor.balances() == {("A-01", "1000001:A1|good"): 9}


def test_what_orders_were_promised_and_what_is_held_stays() -> None:
    floor, stock = stocked()
    wanted: PlaceOrder = order_of("1", ("A1", 7))
    assert wanted.lines == (PlacedLine("A1", 7),)
    place(floor, wanted)
    tell(floor, ReleaseWave())

    assert give(floor, stock.id)["code"] == "not_free"
    assert give(floor, stock.id, quantity=2) == {"outcome": "applied"}
    say(floor, PutHold(reason="recall", owner="BETA", item="B1"))
    other = max(each.id for each in all_of(floor, Stock))
    back = {"giver": 1_000_002, "owner": "ACME", "item": "A1", "quantity": 1}
    assert give(floor, other, **back)["code"] == "on_hold"


def test_goods_that_nobody_named_are_not_given() -> None:
    floor, stock = stocked(item="", code="X-77")

    assert give(floor, stock.id)["code"] == "unknown"


def test_goods_that_were_given_are_given_back() -> None:
    floor, stock = stocked(lot="L1")
    give(floor, stock.id)
    other = max(each.id for each in all_of(floor, Stock))

    back = give(floor, other, giver=1_000_002, owner="ACME", item="A1")

    assert back == {"outcome": "applied"}
    assert floor.balances() == {("A-01", "1000001:A1|L1|good"): 9}
