"""Grading: goods go from condition to condition where they stand."""

from itertools import permutations
from typing import Any

from device_protocol.handling import Grade
from device_protocol.operations import Move, Operation, Undo
from server.catalog.messages import PutDisposition
from server.lane.activity import NETWORK
from server.ledger.records import Task
from server.planning.records import Verdict
from server.tasks.reconsidering import Reconsider
from tests.floor import Floor
from tests.ledger.book import A1, SERIAL, discrepancies, receive, tasks
from tests.older import older_program
from tests.sayings import all_of, say
from tests.tasks.picks import released

DAMAGED = "1000001:A1|damaged"


def graded(quantity: int, at: str = "A-01", to: str = "damaged", **said: Any) -> Grade:  # noqa: ANN401
    """Units of A1 are of another condition."""
    goods: dict[str, Any] = {"owner": "ACME", "item": "A1", "ended": 5_000} | said
    return Grade(quantity=quantity, at=at, graded=to, **goods)


def test_damage_is_kept_with_step_reason_and_who_is_liable() -> None:
    floor = Floor()
    floor.handheld().do(receive(5, "A-01", 1_000))

    outcome = floor.handheld(2).do(graded(2, step="storage", reason="dropped", liable="house"))

    assert outcome == [{"outcome": "applied"}]
    assert floor.balances() == {("A-01", A1): 3, ("A-01", DAMAGED): 2}
    (verdict,) = all_of(floor, Verdict)
    assert (verdict.kind, verdict.before, verdict.condition) == ("graded", "good", "damaged")
    assert (verdict.step, verdict.reason, verdict.liable) == ("storage", "dropped", "house")
    assert tasks(floor) == [("quarantine", "A-01", "")]


def test_goods_found_good_again_stay_where_they_are_unless_somebody_says_otherwise() -> None:
    floor = Floor()
    floor.handheld().do(receive(5, "A-01", 1_000, owner="ACME", item="A1", condition="damaged"))

    floor.handheld(2).do(
        graded(1, to="good", condition="damaged"),
        graded(2, to="good", condition="damaged", disposition="restock"),
    )

    assert floor.balances() == {("A-01", A1): 3, ("A-01", DAMAGED): 2}
    assert tasks(floor) == [("restock", "A-01", "")]


def test_owner_may_say_what_becomes_of_good_goods() -> None:
    floor = Floor()
    rule = PutDisposition(owner="ACME", condition="good", way="recycle", place="R-1")
    say(floor, rule, site=NETWORK)
    floor.handheld().do(receive(5, "A-01", 1_000, owner="ACME", item="A1", condition="damaged"))

    floor.handheld(2).do(graded(1, to="good", condition="damaged"))

    assert tasks(floor) == [("recycle", "A-01", "R-1")]


def test_same_condition_or_none_changes_nothing_and_is_flagged() -> None:
    floor = Floor()
    handheld = floor.handheld()

    outcomes = handheld.do(graded(1, to="good"), graded(1, to=""))
    (undone,) = handheld.do(Undo(seq=2, ended=9_000))

    assert [outcome["code"] for outcome in outcomes] == ["same_condition"] * 2
    assert undone == {"outcome": "applied"}
    assert floor.balances() == {}


def test_more_than_the_book_holds_is_posted_and_flagged() -> None:
    floor = Floor()

    (outcome,) = floor.handheld().do(graded(2))

    assert outcome["code"] == "negative"
    assert discrepancies(floor) == [("negative", "A-01", "open")]


def test_unknown_code_at_an_unknown_place_is_kept_under_its_scan() -> None:
    floor = Floor()

    (outcome,) = floor.handheld().do(
        graded(1, at="T-9", owner="", item="", code="X-77", to="damaged")
    )

    assert outcome["code"] == "unknown_place"
    assert floor.balances()["T-9", "unidentified:X-77|damaged"] == 1


def test_promised_units_that_are_damaged_are_flagged() -> None:
    floor = released()

    (outcome,) = floor.handheld().do(graded(9))

    assert outcome["code"] == "was_promised"


def test_serial_is_one_piece_in_whatever_condition() -> None:
    floor = Floor()
    floor.handheld().do(receive(1, "A-01", 1_000, **SERIAL))

    floor.handheld(2).do(graded(1, **SERIAL))

    assert floor.balances() == {("A-01", "1000001:A3|S1|damaged"): 1}
    assert discrepancies(floor) == []


def test_undo_takes_condition_and_task_back_also_when_the_goods_went_on() -> None:
    floor = Floor()
    handheld = floor.handheld()
    handheld.do(receive(5, "A-01", 1_000), graded(2))
    floor.handheld(2).do(
        Move(
            quantity=2,
            owner="ACME",
            item="A1",
            condition="damaged",
            source="A-01",
            to="A-02",
            ended=6_000,
        )
    )

    (outcome,) = handheld.do(Undo(seq=3, ended=9_000))

    assert outcome["code"] == "goods_gone_on"
    assert floor.balances() == {("A-01", A1): 5, ("A-01", DAMAGED): -2, ("A-02", DAMAGED): 2}
    assert [task.open for task in all_of(floor, Task)] == [None]
    assert all_of(floor, Verdict)[0].state == "void"


def test_facts_give_the_same_book_in_any_order() -> None:
    books = []
    for order in permutations(range(3)):
        floor = Floor()
        batches: list[list[Operation]] = [
            [receive(5, "A-01", 1_000)],
            [graded(2)],
            [graded(1, condition="damaged", to="good")],
        ]
        for each in order:
            floor.handheld(each + 1).do(*batches[each])
        books.append(floor.balances())

    assert all(book == {("A-01", A1): 4, ("A-01", DAMAGED): 1} for book in books)


def test_undo_of_what_was_decided_only_later_takes_verdict_and_task_back() -> None:
    floor = Floor()
    handheld = floor.handheld()
    handheld.do(receive(5, "A-01", 1_000))
    seq = handheld.write(graded(2))
    with older_program("grade"):
        handheld.push()
    (decided,) = say(floor, Reconsider(stream=handheld.stream, epoch=1, seq=seq))
    assert decided["outcome"] == "applied"
    assert [row.state for row in all_of(floor, Verdict)] == ["live"]

    (outcome,) = handheld.do(Undo(seq=seq, ended=9_000))

    assert outcome == {"outcome": "applied"}
    assert floor.balances() == {("A-01", A1): 5}
    assert [row.state for row in all_of(floor, Verdict)] == ["void"]
    assert [task.open for task in all_of(floor, Task)] == [None]
