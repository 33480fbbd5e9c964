"""Counting on the floor: whose task it was, what it frees, and what a tote holds."""

from device_protocol.operations import Count, StartTote, Undo
from device_protocol.operations import CountLine as Counted
from server.ledger.records import CountLine as Kept
from server.ledger.records import Hold, Movement, Task, Unit
from tests.floor import SITE, Floor
from tests.ledger.book import A1, count, discrepancies, move, place_code, receive, tasks
from tests.sayings import all_of, put

ACME, ITEM_A1, BIN_1, BIN_2 = 1_000_001, 1_000_011, 1_000_101, 1_000_102


def test_blind_count_of_an_empty_place_says_that_it_is_empty() -> None:
    floor = Floor()

    (outcome,) = floor.handheld().do(count("A-01", 1_000))

    assert outcome == {"outcome": "applied"}
    assert floor.balances() == {}


def test_counted_code_is_of_the_owner_whose_place_it_is() -> None:
    floor = Floor()
    lines = (Counted(quantity=2, code="4000000000013", owner="BETA"),)

    floor.handheld().do(Count(place="A-01", lines=lines, ended=1_000))

    assert floor.balances() == {("A-01", "1000002:B1|good"): 2}


def test_count_frees_what_a_short_pick_kept_from_being_promised_there() -> None:
    floor = Floor()
    kept = Hold(SITE, 1, "short", 0, "1/1/1", owner=ACME, item=ITEM_A1, place=BIN_1)
    elsewhere = Hold(SITE, 2, "short", 0, "1/1/1", item=ITEM_A1, place=BIN_2)
    recall = Hold(SITE, 3, "recall", 0, "1/1/1", item=ITEM_A1, place=BIN_1)
    put(floor, kept, elsewhere, recall)
    assert [place_code(floor, BIN_1), place_code(floor, BIN_2)] == ["A-01", "A-02"]

    floor.handheld().do(count("A-01", 1_000, 2))

    holds = {hold.id: hold for hold in all_of(floor, Hold)}
    assert (holds[1].open, holds[1].closed_by) == (None, "1000001/1/2")
    assert (holds[2], holds[3]) == (elsewhere, recall)


def test_count_under_a_task_of_another_kind_is_no_recount() -> None:
    floor = Floor()
    put(floor, Task(SITE, 5, "count", 0, "1/1/1", 9, place=BIN_1, attempt=2))

    floor.handheld().do(count("A-01", 1_000, 2, task=5))

    (task,) = [each for each in all_of(floor, Task) if each.id == 5]
    assert task.open is None


def test_count_under_a_task_that_nobody_knows_is_a_count() -> None:
    floor = Floor()

    floor.handheld().do(count("A-01", 1_000, 2, task=99))

    assert floor.balances() == {("A-01", A1): 2}


def test_empty_tote_is_started_without_a_word() -> None:
    floor = Floor()

    (outcome,) = floor.handheld().do(StartTote(unit="T-1", ended=1_000))

    assert outcome == {"outcome": "applied"}
    (unit,) = all_of(floor, Unit)
    assert (unit.code, unit.shipment) == ("T-1", None)


def test_started_tote_that_held_something_is_emptied_and_flagged() -> None:
    floor = Floor()

    _, outcome = floor.handheld().do(receive(2, "T-1", 1_000), StartTote(unit="T-1", ended=2_000))

    assert (outcome["code"], outcome["expected"], outcome["actual"]) == ("count_variance", "2", "0")
    assert floor.balances() == {}


def test_first_figure_is_kept_aside_and_one_difference_is_posted() -> None:
    floor = Floor()
    device = floor.handheld()
    device.do(receive(10, "A-01", 1_000))
    put(floor, Task(SITE, 5, "count", 0, "1/1/1", 9, place=BIN_1))

    first, second = device.do(
        count("A-01", 2_000, 4, task=5, occasion="again"),
        count("A-01", 3_000, 7, task=5, attempt=2),
    )

    assert first == {"outcome": "applied"}
    assert (second["expected"], second["actual"]) == ("10", "7")
    assert floor.balances() == {("A-01", A1): 7}
    kept = sorted((each for each in all_of(floor, Kept) if each.stock), key=lambda each: each.seq)
    assert [(each.quantity, each.state, each.attempt) for each in kept] == [
        (4, "aside", 1),
        (7, "live", 2),
    ]
    assert discrepancies(floor) == [("count_variance", "A-01", "open")]
    assert [movement.quantity for movement in all_of(floor, Movement)] == [10, 3]
    assert tasks(floor) == []


def test_figure_kept_aside_asks_nobody_does_no_task_and_frees_nothing() -> None:
    floor = Floor()
    device = floor.handheld()
    device.do(receive(10, "A-01", 1_000))
    kept = Hold(SITE, 1, "short", 0, "1/1/1", owner=ACME, item=ITEM_A1, place=BIN_1)
    put(floor, Task(SITE, 5, "count", 0, "1/1/1", 9, place=BIN_1), kept)

    device.do(count("A-01", 2_000, 4, task=5, occasion="again"))
    device.do(Undo(seq=3, ended=3_000))

    assert floor.balances() == {("A-01", A1): 10}
    assert tasks(floor) == [("count", "A-01", "")]
    assert all_of(floor, Hold) == [kept]
    assert {each.state for each in all_of(floor, Kept)} == {"void"}


def test_figure_kept_aside_says_nothing_of_facts_that_come_late() -> None:
    floor = Floor()
    device, late = floor.handheld(), floor.handheld(2)
    device.do(receive(10, "A-01", 5_000), count("A-01", 60_000, 4, occasion="again"))

    late.do(move(2, "A-01", "A-02", 20_000))

    assert floor.balances() == {("A-01", A1): 8, ("A-02", A1): 2}
    assert tasks(floor) == []
