"""Tests of the intake of orders and announced returns."""

import pytest

from server.lane.activity import NETWORK
from server.lane.records import Outgoing
from server.orders.messages import ExpectReturn, PlacedLine
from server.orders.records import (
    ExpectedReturn,
    Order,
    OrderConflict,
    OrderLine,
    PromiseFact,
    Shipment,
)
from tests.floor import START
from tests.orders.channel import ACME, all_of, open_floor, order, order_of, place, say

WINDOW = {"window_from": START + 2, "promised_at": START + 5}


def returned(number: str, *lines: tuple[str, int]) -> ExpectReturn:
    placed = tuple(PlacedLine(sku, quantity) for sku, quantity in lines)
    return ExpectReturn(owner=ACME, channel="web", number=number, lines=placed, customer="hash")


def test_placed_order_is_kept_with_its_lines_and_sent_to_its_site() -> None:
    floor = open_floor()

    outcomes = place(floor, order_of("1", ("A1", 2), ("A2", 1), ("A1", 2), **WINDOW, priority=0))

    kept = order(floor, "1")
    assert outcomes == [{"outcome": "applied", "grant": {"order": kept.id}}]
    assert (kept.received_at, kept.priority, kept.fulfilled_by) == (floor.now, 0, 1)
    found = sorted((line.position, line.item, line.quantity) for line in all_of(floor, OrderLine))
    assert found == [(1, 1_000_011, 2), (2, 1_000_012, 1), (3, 1_000_011, 2)]
    [fact], [shipment] = all_of(floor, PromiseFact), all_of(floor, Shipment)
    for told in (kept, fact, shipment):
        assert (told.window_from, told.promised_at) == (START + 2, START + 5)
    assert shipment.order_id == kept.id


def test_positions_of_the_document_are_kept() -> None:
    floor = open_floor()

    place(floor, order_of("1", lines=(PlacedLine("A1", 2, 295, 4), PlacedLine("A2", 1, 100, 7))))

    assert sorted(line.position for line in all_of(floor, OrderLine)) == [4, 7]


def test_same_number_and_content_is_a_duplicate_even_in_one_batch() -> None:
    floor = open_floor()

    outcomes = place(floor, order_of("1", ("A1", 2)), order_of("1", ("A1", 2)))
    again = place(floor, order_of("1", ("A1", 2)))[0]

    number = order(floor, "1").id
    expected = {"outcome": "applied", "grant": {"order": number, "duplicate": True}}
    assert outcomes[1] == again == expected
    assert len(all_of(floor, OrderLine)) == len(all_of(floor, Shipment)) == 1


def test_same_number_with_other_content_is_a_conflict_told_once() -> None:
    floor = open_floor()
    place(floor, order_of("1", ("A1", 2)))

    outcomes = [place(floor, order_of("1", ("A1", 3)))[0] for _ in range(2)]

    assert [outcome["code"] for outcome in outcomes] == ["order_conflict", "order_conflict"]
    assert [conflict.order_id for conflict in all_of(floor, OrderConflict)] == [
        order(floor, "1").id
    ]
    assert [line.quantity for line in all_of(floor, OrderLine)] == [2]


def test_the_same_number_of_another_channel_is_another_order() -> None:
    floor = open_floor()

    place(floor, order_of("1", ("A1", 2)), order_of("1", ("A1", 3), channel="phone"))

    assert len(all_of(floor, Order)) == len(all_of(floor, Shipment)) == 2


def test_unknown_items_refuse_the_order_by_name() -> None:
    floor = open_floor()

    outcome = place(floor, order_of("1", ("A1", 1), ("NO2", 1), ("NO1", 1), ("NO1", 2)))[0]

    assert (outcome["outcome"], outcome["code"]) == ("refused", "unknown_item")
    assert outcome["actual"] == "NO1, NO2"
    assert all_of(floor, Order) == []


def test_of_many_unknown_items_the_first_are_named() -> None:
    floor = open_floor()

    outcome = place(floor, order_of("1", *((f"N{number:02d}", 1) for number in range(25))))[0]

    assert outcome["actual"].endswith("N19 and 5 more")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"owner": 77}, "unknown_owner"),
        ({"site": 77}, "unknown_site"),
        ({"site": NETWORK}, "unknown_site"),
        ({"lines": (PlacedLine("A1", 0),)}, "bad_quantity"),
        ({"lines": (PlacedLine("A1", 1_000_001),)}, "bad_quantity"),
        ({"lines": (PlacedLine("A1", 1, 0, 2), PlacedLine("A2", 1))}, "bad_position"),
    ],
)
def test_what_cannot_be_an_order_is_refused(changes: dict[str, object], code: str) -> None:
    floor = open_floor()

    outcome = place(floor, order_of("1", ("A1", 1), **changes))[0]

    assert (outcome["outcome"], outcome["code"]) == ("refused", code)


def test_order_with_nothing_to_ship_is_closed_at_once() -> None:
    floor = open_floor()

    outcomes = say(floor, order_of("1"), site=NETWORK)

    assert order(floor, "1").state == "closed"
    assert outcomes[0]["outcome"] == "applied"
    assert all_of(floor, Outgoing) == []


def test_expected_return_is_kept_once() -> None:
    floor = open_floor()

    first, second, other = say(
        floor,
        returned("C1", ("A1", 2), ("A2", 1)),
        returned("C1", ("A1", 2), ("A2", 1)),
        returned("C1", ("A1", 3)),
        site=NETWORK,
    )

    assert first == {"outcome": "applied"}
    assert second == {"outcome": "applied", "grant": {"duplicate": True}}
    assert other["code"] == "return_conflict"
    assert [each.quantity for each in all_of(floor, ExpectedReturn)] == [2, 1]


def test_return_of_unknown_goods_or_of_nobody_is_refused() -> None:
    floor = open_floor()
    nobody = ExpectReturn(owner=77, channel="web", number="C1", lines=())

    outcomes = say(floor, returned("C1", ("NO1", 2)), nobody, site=NETWORK)

    assert [outcome["code"] for outcome in outcomes] == ["unknown_item", "unknown_owner"]
