"""Kits: parts in, kit out, through the work place, and back."""

from itertools import permutations
from typing import Any

import pytest

from device_protocol.handling import Assemble, Part
from device_protocol.operations import Operation, Undo
from server.catalog.messages import KitUnits, PutKit
from server.lane.activity import NETWORK
from server.ledger.records import WORK, Balance, Stock, Task
from server.planning.kit_orders import OrderKits
from server.tasks.resolving import ResolveTask
from tests.floor import START, Floor
from tests.ledger.book import SERIAL, discrepancies, receive, tasks
from tests.orders.channel import open_floor, order_of, place
from tests.sayings import all_of, say

A2, A4, KIT = "1000001:A2|good", "1000001:A4|good", "1000001:A5|good"


def kitchen(**stands: int) -> Floor:
    """A floor where A5 is a kit of one A2 and two A4, with parts at A-01."""
    floor = open_floor()
    parts = (KitUnits("A2", 1), KitUnits("A4", 2))
    (outcome,) = say(floor, PutKit(owner="ACME", sku="A5", parts=parts), site=NETWORK)
    assert outcome["outcome"] == "applied"
    handheld = floor.handheld(8)
    for sku, quantity in stands.items():
        handheld.do(receive(quantity, "A-01", 1_000, owner="ACME", item=sku))
    return floor


def made(quantity: int = 1, *parts: Part, **said: Any) -> Assemble:  # noqa: ANN401
    """Kits that were made at A-01."""
    goods: dict[str, Any] = {"owner": "ACME", "item": "A5", "at": "A-01", "ended": 5_000} | said
    return Assemble(quantity=quantity, parts=parts, **goods)


def at_work(floor: Floor) -> dict[int, int]:
    """What stands at the work place of the book, by item."""
    items = {stock.id: stock.item for stock in all_of(floor, Stock)}
    rows = [row for row in all_of(floor, Balance) if row.place == WORK]
    return {items[row.stock] - 1_000_010: row.quantity for row in rows}


def test_recipe_says_what_went_in_if_nobody_else_does() -> None:
    floor = kitchen(A2=5, A4=5)

    outcomes = floor.handheld().do(made(2))

    assert outcomes == [{"outcome": "applied"}]
    assert floor.balances() == {("A-01", A2): 3, ("A-01", A4): 1, ("A-01", KIT): 2}
    assert at_work(floor) == {2: 2, 4: 4, 5: -2}


def test_parts_as_they_were_scanned_with_lots_and_serials() -> None:
    floor = kitchen(A2=1)
    floor.handheld(7).do(
        receive(2, "A-01", 1_000, owner="ACME", item="A4", lot="L1"),
        receive(1, "A-01", 2_000, **SERIAL),
    )

    (outcome,) = floor.handheld().do(
        made(
            1,
            Part(quantity=1, item="A2"),
            Part(quantity=1, item="A4", lot="L1"),
            Part(quantity=1, item="A4", lot="L1"),
            Part(quantity=1, item="A3", serial="S1"),
            serial="K1",
        )
    )

    assert outcome["code"] == "other_parts"
    assert outcome["actual"] == "1 of 1000012, 1 of 1000013, 2 of 1000014"
    assert floor.balances() == {("A-01", "1000001:A5|K1|good"): 1}


def test_kit_taken_apart_gives_its_parts_back() -> None:
    floor = kitchen(A5=2)

    outcomes = floor.handheld().do(
        made(1, apart=True), made(1, Part(quantity=1, item="A2"), Part(quantity=2, item="A4"))
    )

    assert outcomes == [{"outcome": "applied"}] * 2
    assert floor.balances() == {("A-01", KIT): 2}


def test_wrong_parts_are_posted_as_they_were_scanned() -> None:
    floor = kitchen()

    (outcome,) = floor.handheld().do(
        made(
            1,
            Part(quantity=1, code="X-77"),
            Part(quantity=1, owner="BETA", item="B1"),
            Part(quantity=1),
        )
    )

    assert outcome["code"] == "unknown_code"
    assert floor.balances() == {
        ("A-01", "unidentified:X-77|good"): -1,
        ("A-01", "1000002:B1|good"): -1,
        ("A-01", "unidentified:|good"): -1,
        ("A-01", KIT): 1,
    }


def test_code_that_two_owners_share_is_a_part_of_the_kits_owner() -> None:
    floor = kitchen(A1=1)

    floor.handheld().do(made(1, Part(quantity=1, code="4000000000013")))

    assert floor.balances() == {("A-01", KIT): 1}


def test_kit_that_nobody_can_tell_parts_of_is_made_all_the_same() -> None:
    floor = kitchen()

    known, unknown, parted = floor.handheld().do(
        made(item="A1"),
        made(item="", owner="", code="X-77", at="T-9"),
        made(1, Part(quantity=1, item="A2"), item="A1"),
    )

    assert (known["code"], unknown["code"]) == ("no_recipe", "unknown_place")
    assert parted["code"] == "negative"
    assert floor.balances()["A-01", "1000001:A1|good"] == 2
    assert floor.balances()["T-9", "unidentified:X-77|good"] == 1


def test_recipe_is_that_of_the_moment() -> None:
    floor = kitchen(A2=5, A4=5, A1=5)
    later = PutKit(owner="ACME", sku="A5", parts=(KitUnits("A1", 1),), valid_from=START + 10_000)
    say(floor, later, site=NETWORK)

    floor.handheld(1).do(made(ended=20_000))
    floor.handheld(2).do(made(ended=5_000))

    assert floor.balances()["A-01", "1000001:A1|good"] == 4
    assert floor.balances()["A-01", A2] == 4


def test_ordered_kits_are_a_task_until_they_are_made() -> None:
    floor = kitchen(A2=5, A4=3)
    (outcome,) = say(floor, OrderKits(owner="ACME", item="A5", quantity=2, place="A-01"))
    assert outcome["grant"]["missing"] == 1
    task = outcome["grant"]["task"]
    handheld = floor.handheld()

    handheld.do(made(1, task=task))
    assert [(each.quantity, each.open) for each in all_of(floor, Task)] == [(1, 1)]
    handheld.do(made(1, task=task))
    assert [(each.quantity, each.open) for each in all_of(floor, Task)] == [(0, None)]

    handheld.do(Undo(seq=2, ended=9_000))
    assert [(each.quantity, each.open) for each in all_of(floor, Task)] == [(1, 1)]
    handheld.do(made(1, task=task, apart=True), made(2, task=task, ended=6_000))
    assert [(each.quantity, each.open) for each in all_of(floor, Task)] == [(0, None)]


def test_order_that_a_desk_closed_stays_closed() -> None:
    floor = kitchen(A2=5, A4=5)
    (outcome,) = say(floor, OrderKits(owner="ACME", item="A5", quantity=3))
    task = outcome["grant"]["task"]
    say(floor, ResolveTask(task=task, note="not wanted"))
    handheld = floor.handheld()

    handheld.do(made(1, task=task))
    handheld.do(Undo(seq=2, ended=9_000))

    assert [(each.quantity, each.open) for each in all_of(floor, Task)] == [(3, None)]


def test_kits_made_for_a_task_that_is_none_are_posted_and_flagged() -> None:
    floor = kitchen()

    (outcome,) = floor.handheld().do(made(item="A1", at="A-02", task=77))

    assert outcome["code"] == "no_recipe"
    assert floor.balances() == {("A-02", "1000001:A1|good"): 1}
    (flagged,) = floor.handheld(2).do(made(1, Part(quantity=1, item="A1"), at="A-02", task=77))
    assert flagged["code"] in {"other_parts", "unknown_task"}
    assert tasks(floor) == []


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"owner": "NOBODY"}, "unknown_item"),
        ({"item": "NO1"}, "unknown_item"),
        ({"place": "NOWHERE"}, "unknown_place"),
        ({"quantity": 0}, "bad_quantity"),
        ({"item": "A1"}, "no_recipe"),
    ],
)
def test_order_for_what_is_no_kit_is_refused(wrong: dict[str, Any], code: str) -> None:
    floor = kitchen()

    said: dict[str, Any] = {"owner": "ACME", "item": "A5", "quantity": 1} | wrong

    (outcome,) = say(floor, OrderKits(**said))

    assert (outcome["outcome"], outcome["code"]) == ("refused", code)


def test_promised_parts_are_missing_for_kits() -> None:
    floor = kitchen(A2=1, A4=2)
    place(floor, order_of("N1", ("A4", 2)))

    (outcome,) = say(floor, OrderKits(owner="ACME", item="A5", quantity=1))

    assert outcome["grant"]["missing"] == 2


def test_undo_of_a_kit_gives_the_parts_back() -> None:
    floor = kitchen(A2=5, A4=5)
    handheld = floor.handheld()
    handheld.do(made(2))

    (outcome,) = handheld.do(Undo(seq=2, ended=9_000))

    assert outcome == {"outcome": "applied"}
    assert floor.balances() == {("A-01", A2): 5, ("A-01", A4): 5}
    assert at_work(floor) == {}


def test_facts_give_the_same_book_in_any_order() -> None:
    books = []
    for order in permutations(range(3)):
        floor = kitchen()
        batches: list[list[Operation]] = [
            [receive(5, "A-01", 1_000, owner="ACME", item=sku) for sku in ("A2", "A4")],
            [made(2)],
            [made(1, apart=True, ended=6_000)],
        ]
        for each in order:
            floor.handheld(each + 1).do(*batches[each])
        books.append(floor.balances())
        assert all(state == "closed" for *_, state in discrepancies(floor))

    assert all(book == {("A-01", A2): 4, ("A-01", A4): 3, ("A-01", KIT): 1} for book in books)
