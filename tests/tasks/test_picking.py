"""Picking: every pick is posted; what differs from the plan is flagged and followed up."""

from typing import Any

import pytest

from device_protocol.operations import Count, ShortPick
from server.ledger.records import Allocation, Discrepancy, Hold, Movement, Stock, Task
from server.planning.records import Package
from server.planning.waves import ReleaseWave
from tests.floor import SITE, START, Floor
from tests.ledger.book import A1, discrepancies, move, tasks
from tests.orders.channel import (
    all_of,
    cancel,
    open_floor,
    order_of,
    place,
    shipment,
    stock,
    tell,
)
from tests.sayings import put
from tests.tasks.picks import (
    allocated,
    body_lines,
    line,
    package,
    pick,
    released,
    short,
    task,
)

APPLIED = {"outcome": "applied"}
A2 = "1000001:A2|good"


def told(outcome: dict[str, str]) -> tuple[str, str, str]:
    """What a flagged outcome says."""
    assert outcome["outcome"] == "flagged"
    return outcome["code"], outcome.get("expected", ""), outcome.get("actual", "")


def put_backs(floor: Floor) -> list[tuple[str, str]]:
    """Where goods wait to be brought back."""
    return [(kind, where) for kind, where, _ in tasks(floor) if kind == "put_back"]


def test_pick_moves_goods_into_the_tote_and_fills_its_line() -> None:
    floor = released()
    assert allocated(floor, "A-01") == 4

    outcomes = floor.handheld().do(pick(floor, 4))

    assert outcomes == [APPLIED]
    assert floor.balances() == {("A-01", A1): 6, ("T-1", A1): 4}
    assert (line(floor).picked, line(floor).state, line(floor).pending_place) == (
        4,
        "settled",
        None,
    )
    assert allocated(floor, "A-01") == 0
    assert (package(floor).left, package(floor).state, package(floor).open) == (0, "done", None)
    picked = shipment(floor, "1")
    assert (picked.state, picked.to_pick, picked.picked_at) == ("picked", 0, START + 2_000)


def test_line_picked_in_parts_stays_open_until_the_last() -> None:
    floor = released()
    handheld = floor.handheld()

    handheld.do(pick(floor, 1))
    assert (line(floor).picked, line(floor).state, allocated(floor, "A-01")) == (1, "pending", 3)
    assert shipment(floor, "1").state == "released"
    handheld.do(pick(floor, 3, ended=2_500))

    assert line(floor).state == "settled"
    assert floor.balances()["T-1", A1] == 4


def test_one_pick_fills_the_lines_it_names_in_their_order() -> None:
    floor = open_floor()
    stock(floor, ("A-01", "A1", 10))
    place(floor, order_of("1", ("A1", 2)), order_of("2", ("A1", 3)))
    tell(floor, ReleaseWave())
    both = (task(floor, 0), task(floor, 1))

    outcomes = floor.handheld().do(pick(floor, 4, tasks=both))

    assert outcomes == [APPLIED]
    first, second = line(floor, 0), line(floor, 1)
    assert (first.picked, first.state) == (first.quantity, "settled")
    assert (second.picked, second.state) == (4 - first.quantity, "pending")


def test_scanned_goods_that_are_what_the_line_says_are_no_difference() -> None:
    floor = released()

    outcomes = floor.handheld().do(
        pick(floor, 2, owner="ACME", item="A1"),
        pick(floor, 2, ended=2_500, code="4000000000013"),
    )

    assert outcomes == [APPLIED] * 2
    assert line(floor).state == "settled"


def test_picked_more_than_the_book_has_is_posted_and_flagged() -> None:
    floor = released(stands=(("A-01", "A1", 4),))
    floor.handheld(2).do(move(2, "A-01", "A-09", 1_500))

    (outcome,) = floor.handheld().do(pick(floor, 3))

    assert told(outcome) == ("negative", "at least 0", "-1")
    assert floor.balances()["A-01", A1] == -1
    assert ("negative", "A-01", "open") in discrepancies(floor)
    assert line(floor).picked == 3


def test_line_picked_by_two_devices_is_posted_twice_and_the_surplus_is_put_back() -> None:
    floor = released()
    floor.handheld(1).do(pick(floor, 4))

    (outcome,) = floor.handheld(2).do(pick(floor, 4, ended=2_100, to="T-2"))

    assert told(outcome) == ("over_picked", "0", "4")
    assert floor.balances() == {("A-01", A1): 2, ("T-1", A1): 4, ("T-2", A1): 4}
    assert put_backs(floor) == [("put_back", "T-2")]


def test_over_pick_fills_the_line_and_the_rest_is_put_back() -> None:
    floor = released()

    (outcome,) = floor.handheld().do(pick(floor, 6))

    assert told(outcome) == ("over_picked", "4", "6")
    assert line(floor).picked == 4
    assert put_backs(floor) == [("put_back", "T-1")]


def test_pick_that_nobody_planned_is_posted_and_put_back() -> None:
    floor = released()

    (outcome,) = floor.handheld().do(pick(floor, 1, tasks=(), owner="ACME", item="A1"))

    assert told(outcome) == ("unplanned_pick", "0", "1")
    assert floor.balances()["T-1", A1] == 1
    assert put_backs(floor) == [("put_back", "T-1")]


def test_pick_for_a_line_that_nobody_knows_is_posted_and_flagged() -> None:
    floor = released()

    (outcome,) = floor.handheld().do(pick(floor, 1, tasks=(77,), owner="ACME", item="A1"))

    assert told(outcome) == ("unknown_task", "", "(77,)")
    assert floor.balances()["T-1", A1] == 1


def test_other_item_is_posted_as_what_it_is_and_the_line_stays_open() -> None:
    floor = released(stands=(("A-01", "A1", 10), ("A-01", "A2", 5)))

    (outcome,) = floor.handheld().do(pick(floor, 2, code="4000000000020"))

    assert told(outcome)[0] == "other_item"
    assert floor.balances() == {("A-01", A1): 10, ("A-01", A2): 3, ("T-1", A2): 2}
    assert (line(floor).picked, line(floor).state, allocated(floor, "A-01")) == (0, "pending", 4)
    assert put_backs(floor) == [("put_back", "T-1")]


def test_code_that_nobody_knows_is_posted_under_its_scan() -> None:
    floor = released()

    (outcome,) = floor.handheld().do(pick(floor, 1, code="X-77"))

    assert told(outcome) == ("unknown_code", "", "unidentified:X-77")
    assert floor.balances()["T-1", "unidentified:X-77|good"] == 1
    assert line(floor).picked == 0


@pytest.mark.parametrize(
    ("part", "named"),
    [
        ({"lot": "L2"}, "1000001:A1|L2|good"),
        ({"serial": "S2"}, "1000001:A1|S2|good"),
        ({"condition": "damaged"}, "1000001:A1|damaged"),
    ],
)
def test_other_lot_condition_or_serial_fills_the_line_and_is_flagged(
    part: dict[str, Any], named: str
) -> None:
    floor = released()

    (outcome,) = floor.handheld().do(pick(floor, 1, **part))

    assert told(outcome)[0] == ("other_lot" if "lot" in part else "other_stock")
    assert floor.balances()["T-1", named] == 1
    assert line(floor).picked == 1
    assert ("negative", "A-01", "open") in discrepancies(floor)


def test_goods_on_hold_are_posted_and_flagged() -> None:
    floor = released()
    put(floor, Hold(SITE, 1, "recall", 0, "1/1/1", item=1_000_011))

    (outcome,) = floor.handheld().do(pick(floor, 4))

    assert told(outcome) == ("on_hold", "", "recall")
    assert floor.balances()["T-1", A1] == 4
    assert line(floor).picked == 4


def test_line_cancelled_meanwhile_is_posted_and_put_back() -> None:
    floor = released()
    picking = pick(floor, 4)
    cancel(floor, "1")

    (outcome,) = floor.handheld().do(picking)

    assert told(outcome)[0] == "cancelled_meanwhile"
    assert floor.balances() == {("A-01", A1): 6, ("T-1", A1): 4}
    assert put_backs(floor) == [("put_back", "T-1")]
    assert [each.state for each in all_of(floor, Allocation)] == ["voided"]


def test_pick_into_the_place_it_came_from_changes_nothing_and_is_flagged() -> None:
    floor = released()

    (outcome,) = floor.handheld().do(pick(floor, 4, to="A-01"))

    assert told(outcome)[0] == "same_place"
    assert floor.balances() == {("A-01", A1): 10}
    assert line(floor).picked == 0


def test_pick_from_another_bin_than_suggested_fills_the_line() -> None:
    floor = released(stands=(("A-01", "A1", 10), ("A-05", "A1", 9)))
    elsewhere = "A-05" if body_lines(floor)[0].place == "A-01" else "A-01"

    (outcome,) = floor.handheld().do(pick(floor, 4, source=elsewhere))

    assert outcome == APPLIED
    assert line(floor).state == "settled"
    assert (allocated(floor, "A-01"), allocated(floor, "A-05")) == (0, 0)


def test_pick_from_a_bin_that_nobody_knows_is_posted() -> None:
    floor = released()

    (outcome,) = floor.handheld().do(pick(floor, 4, source="X-99"))

    assert told(outcome)[0] == "unknown_place"
    assert floor.balances()["X-99", A1] == -4
    assert line(floor).state == "settled"


def test_short_pick_leaves_the_balance_alone_and_asks_for_a_count() -> None:
    floor = released()

    (outcome,) = floor.handheld().do(short(floor, 4, reason="damaged"))

    assert told(outcome) == ("short", "4", "0")
    assert floor.balances() == {("A-01", A1): 10}
    assert all_of(floor, Movement)[-1].cause == "fact"
    assert ("short", "A-01", "open") in discrepancies(floor)
    assert ("count", "A-01", "damaged") in tasks(floor)
    (asked,) = [each for each in all_of(floor, Discrepancy) if each.kind == "short"]
    assert (asked.expected, asked.actual) == ("4", "damaged")


def test_count_that_a_short_pick_asked_for_answers_its_question() -> None:
    floor = released()
    handheld = floor.handheld()
    handheld.do(short(floor, 4))
    (task,) = [each for each in all_of(floor, Task) if each.kind == "count"]

    handheld.do(Count(place="A-01", task=task.id, complete=True, ended=9_000))

    (asked,) = [each for each in all_of(floor, Discrepancy) if each.kind == "short"]
    assert (asked.open, asked.note) == (None, "counted")


def test_short_pick_keeps_the_rest_of_the_bin_from_being_promised() -> None:
    floor = released()

    floor.handheld().do(short(floor, 4))

    (hold,) = all_of(floor, Hold)
    assert (hold.reason, hold.open, hold.place) == ("short", 1, line(floor).place)
    assert (hold.owner, hold.item) == (1_000_001, 1_000_011)
    assert (line(floor).short, line(floor).state, allocated(floor, "A-01")) == (4, "settled", 0)


def test_rest_after_a_short_pick_is_sought_elsewhere() -> None:
    floor = released(stands=(("A-01", "A1", 4), ("A-02", "A1", 9)))
    suggested = body_lines(floor)[0].place

    floor.handheld().do(pick(floor, 1, source=suggested), short(floor, 3, source=suggested))
    tell(floor)

    assert [each.quantity for each in body_lines(floor)] == [4, 3]
    assert body_lines(floor)[1].place != suggested
    assert (line(floor).picked, line(floor).short) == (1, 3)


def test_short_pick_of_more_than_is_open_takes_only_what_is() -> None:
    floor = released()

    floor.handheld().do(pick(floor, 3), short(floor, 9))

    assert (line(floor).picked, line(floor).short) == (3, 1)


def test_short_pick_of_a_line_that_is_done_only_asks_for_a_count() -> None:
    floor = released()

    _, outcome = floor.handheld().do(pick(floor, 4), short(floor, 1))

    assert told(outcome)[0] == "short"
    assert (line(floor).picked, line(floor).short) == (4, 0)


def test_short_pick_without_a_line_asks_for_a_count_and_holds_nothing() -> None:
    floor = Floor()

    (outcome,) = floor.handheld().do(ShortPick(quantity=2, source="A-01", tasks=(77,), ended=1_000))

    assert told(outcome)[0] == "short"
    assert tasks(floor) == [("count", "A-01", "not found")]
    assert (all_of(floor, Hold), all_of(floor, Stock), all_of(floor, Package)) == ([], [], [])
