"""Tests of what supervisors post for others: reclassifying, and correcting operations of others."""

from typing import Any

import pytest

from device_protocol.operations import Count, CountLine, Move, MoveUnit, Receive, Undo
from server.ledger.records import Discrepancy, Movement, Stock
from server.tasks.correcting import Correct, Reclassify
from tests.floor import START, Floor
from tests.sayings import all_of, say

A1 = "1000001:A1|good"


def received_unknown(floor: Floor, quantity: int = 5) -> tuple[Stock, Discrepancy]:
    """Goods received under a code that nobody knows."""
    floor.handheld().do(Receive(quantity=quantity, code="X-77", to="D-1", ended=1_000))
    return all_of(floor, Stock)[0], all_of(floor, Discrepancy)[0]


def received(floor: Floor, quantity: int, *, place: str = "D-1", ended: int = 1_000) -> Stock:
    """Goods of ACME's first item, received by the first device."""
    floor.handheld(1).do(Receive(quantity=quantity, owner="ACME", item="A1", to=place, ended=ended))
    return all_of(floor, Stock)[0]


def test_unknown_goods_are_named_by_one_movement_and_the_question_is_closed() -> None:
    floor = Floor()
    stock, question = received_unknown(floor)

    outcome = say(
        floor,
        Reclassify(
            place="D-1", quantity=5, raw=stock.raw, owner="ACME", item="A1", discrepancy=question.id
        ),
    )[0]

    assert outcome == {"outcome": "applied"}
    assert floor.balances() == {("D-1", A1): 5}
    movement = all_of(floor, Movement)[-1]
    assert (movement.source, movement.target, movement.cause) == (1_000_100, 1_000_100, "fact")
    assert movement.stock == stock.id != movement.stock_to
    assert all_of(floor, Discrepancy)[0].open is None


def test_parts_that_are_not_given_stay() -> None:
    floor = Floor()
    floor.handheld().do(
        Receive(quantity=4, owner="ACME", item="A1", lot="L1", to="D-1", ended=1_000)
    )
    stock = all_of(floor, Stock)[0]

    say(floor, Reclassify(place="D-1", quantity=1, stock=stock.id, condition="damaged"))

    assert floor.balances() == {
        ("D-1", "1000001:A1|L1|good"): 3,
        ("D-1", "1000001:A1|L1|damaged"): 1,
    }


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"quantity": 6}, "not_there"),
        ({"quantity": 0}, "not_there"),
        ({"place": "Z-1"}, "unknown"),
        ({"raw": "unidentified:other"}, "unknown"),
        ({"stock": 12, "raw": ""}, "unknown"),
        ({"item": "NONE"}, "unknown"),
        ({"owner": "NOBODY"}, "unknown"),
        ({"owner": ""}, "unknown"),
        ({"owner": "", "item": ""}, "same_key"),
        ({"discrepancy": 3}, "other_discrepancy"),
        ({"raw": ""}, "unknown"),
    ],
)
def test_reclassifying_what_is_not_there_or_not_known_is_refused(
    changed: dict[str, Any], code: str
) -> None:
    floor = Floor()
    stock, _ = received_unknown(floor)
    asked: dict[str, Any] = {
        "place": "D-1",
        "quantity": 5,
        "raw": stock.raw,
        "owner": "ACME",
        "item": "A1",
    }

    outcome = say(floor, Reclassify(**(asked | changed)))[0]

    assert (outcome["outcome"], outcome["code"]) == ("refused", code)
    assert floor.balances() == {("D-1", "unidentified:X-77|good"): 5}


def test_a_unit_is_not_reclassified() -> None:
    floor = Floor()
    floor.handheld().do(MoveUnit(unit="T-1", to="D-1", ended=1_000))
    stock = all_of(floor, Stock)[0]

    outcome = say(
        floor, Reclassify(place="D-1", quantity=1, stock=stock.id, owner="ACME", item="A1")
    )[0]

    assert outcome["code"] == "same_key"


def test_count_from_before_does_not_undo_the_naming() -> None:
    floor = Floor()
    stock, _ = received_unknown(floor)
    say(floor, Reclassify(place="D-1", quantity=5, raw=stock.raw, owner="ACME", item="A1"))

    floor.handheld(2).do(
        Count(place="D-1", ended=50_000, lines=(CountLine(code="X-77", quantity=5),))
    )

    assert floor.balances() == {("D-1", A1): 5}


def test_correction_posts_against_adjustment() -> None:
    floor = Floor()
    stock = received(floor, 4)

    outcomes = say(
        floor,
        Correct(place="D-1", stock=stock.id, quantity=3, reason="miscounted"),
        Correct(place="D-1", stock=stock.id, quantity=-1, reason="miscounted"),
    )

    assert outcomes == [{"outcome": "applied"}] * 2
    assert floor.balances() == {("D-1", A1): 6}
    assert [movement.cause for movement in all_of(floor, Movement)[1:]] == ["correction"] * 2


def test_correction_below_zero_is_posted_and_flagged() -> None:
    floor = Floor()
    stock = received(floor, 4)

    outcome = say(floor, Correct(place="D-1", stock=stock.id, quantity=-5, reason="miscounted"))[0]

    assert (outcome["outcome"], outcome["code"]) == ("flagged", "negative")
    assert floor.balances() == {("D-1", A1): -1}
    assert all_of(floor, Discrepancy)[0].kind == "negative"


def test_correction_lifts_a_negative_and_closes_its_question() -> None:
    floor = Floor()
    floor.handheld().do(
        Move(quantity=3, owner="ACME", item="A1", source="A-01", to="A-02", ended=1_000)
    )
    stock = all_of(floor, Stock)[0]

    say(floor, Correct(place="A-01", stock=stock.id, quantity=3, reason="putaway was not scanned"))

    assert floor.balances() == {("A-02", A1): 3}
    assert all_of(floor, Discrepancy)[0].open is None


@pytest.mark.parametrize("count_first", [True, False])
def test_mended_movement_is_mended_where_it_stood_so_a_later_count_absorbs_it(
    count_first: bool,
) -> None:
    floor = Floor()
    counted = Count(
        place="D-1", ended=50_000, lines=(CountLine(owner="ACME", item="A1", quantity=1),)
    )
    stock = received(floor, 10)
    mend = Correct(place="D-1", stock=stock.id, quantity=-9, reason="keyed 10", mends=1)

    if count_first:
        floor.handheld(2).do(counted)
        say(floor, mend)
    else:
        say(floor, mend)
        floor.handheld(2).do(counted)

    assert floor.balances() == {("D-1", A1): 1}
    mended = next(row for row in all_of(floor, Movement) if row.mends == 1)
    assert mended.occurred_at == START + 1_000


@pytest.mark.parametrize("count_first", [True, False])
def test_correction_of_now_comes_after_a_count_from_before_in_either_order(
    count_first: bool,
) -> None:
    floor = Floor()
    counted = Count(
        place="D-1", ended=50_000, lines=(CountLine(owner="ACME", item="A1", quantity=7),)
    )
    stock = received(floor, 5)
    late = Correct(place="D-1", stock=stock.id, quantity=2, reason="found two more")

    if count_first:
        floor.handheld(2).do(counted)
        say(floor, late)
    else:
        say(floor, late)
        floor.handheld(2).do(counted)

    assert floor.balances() == {("D-1", A1): 9}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"place": "Z-1"}, "unknown"),
        ({"stock": 5}, "unknown"),
        ({"quantity": 0}, "impossible_quantity"),
        ({"quantity": 1_000_001}, "impossible_quantity"),
        ({"place": "A-01", "mends": 1}, "other_movement"),
        ({"mends": 99}, "other_movement"),
    ],
)
def test_correction_that_cannot_be_is_refused(changed: dict[str, Any], code: str) -> None:
    floor = Floor()
    stock = received(floor, 4)
    asked: dict[str, Any] = {"place": "D-1", "stock": stock.id, "quantity": 1, "reason": "x"}

    outcome = say(floor, Correct(**(asked | changed)))[0]

    assert (outcome["outcome"], outcome["code"]) == ("refused", code)
    assert floor.balances() == {("D-1", A1): 4}


def test_what_its_own_device_undid_is_not_mended_again() -> None:
    floor = Floor()
    handheld = floor.handheld()
    seq = handheld.write(Receive(quantity=4, owner="ACME", item="A1", to="D-1", ended=1_000))
    handheld.push()
    handheld.do(Undo(seq=seq, ended=2_000))
    stock = all_of(floor, Stock)[0]

    outcome = say(floor, Correct(place="D-1", stock=stock.id, quantity=-4, reason="x", mends=1))[0]

    assert outcome["code"] == "already_undone"
    assert floor.balances() == {}
