"""Counts: the difference to what the book held for that moment, whenever the rest arrives."""

import pytest

from device_protocol.operations import Clock, Count, StartTote, Undo
from device_protocol.operations import CountLine as Counted
from server.ledger.counts import COMPLETE
from server.ledger.records import CountLine, Recount, Task
from tests.floor import START, Floor, Handheld
from tests.ledger.book import (
    A1,
    balance_rows,
    count,
    discrepancies,
    move,
    move_unit,
    movements,
    receive,
    tasks,
)
from tests.sayings import all_of

A2 = "1000001:A2|good"
OF_A2 = {"owner": "ACME", "item": "A2"}


def count_lines(floor: Floor) -> list[tuple[int, int, int, str]]:
    """Counted, book, adjusted and state of the lines of counts, by moment and key."""
    found = sorted(all_of(floor, CountLine), key=lambda line: (line.occurred_at, line.stock))
    return [(each.quantity, each.book, each.adjusted, each.state) for each in found]


def vaguely(floor: Floor, number: int, round_trip: int = 4_000) -> Handheld:
    """A device whose clock is known to half a round trip."""
    handheld = Handheld(floor, number, anchored=False)
    handheld.write(Clock(server=START - round_trip // 2, round_trip=round_trip))
    return handheld


def test_count_that_finds_what_the_book_holds_is_recorded_and_posts_nothing() -> None:
    floor = Floor()

    _, outcome = floor.handheld().do(
        receive(5, "A-01", 1_000), count("A-01", 2_000, 5, complete=False)
    )

    assert outcome == {"outcome": "applied"}
    assert count_lines(floor) == [(5, 5, 0, "live")]
    assert movements(floor) == [("fact", 5)]
    assert discrepancies(floor) == []


@pytest.mark.parametrize(("found", "moved"), [(7, 2), (3, 2), (0, 5)])
def test_difference_is_posted_and_an_open_question(found: int, moved: int) -> None:
    floor = Floor()

    _, outcome = floor.handheld().do(receive(5, "A-01", 1_000), count("A-01", 2_000, found))

    assert (outcome["outcome"], outcome["code"]) == ("flagged", "count_variance")
    assert (outcome["expected"], outcome["actual"]) == ("5", str(found))
    assert floor.balances().get(("A-01", A1), 0) == found
    assert movements(floor) == [("fact", 5), ("count", moved)]
    assert discrepancies(floor) == [("count_variance", "A-01", "open")]


def test_count_by_item_leaves_other_goods_alone() -> None:
    floor = Floor()

    floor.handheld().do(
        receive(5, "A-01", 1_000),
        receive(3, "A-01", 1_001, **OF_A2),
        count("A-01", 2_000, 4, complete=False),
    )

    assert floor.balances() == {("A-01", A1): 4, ("A-01", A2): 3}
    assert len(count_lines(floor)) == 1


def test_what_a_complete_count_does_not_list_is_zero() -> None:
    floor = Floor()

    floor.handheld().do(
        receive(5, "A-01", 1_000), receive(3, "A-01", 1_001, **OF_A2), count("A-01", 2_000, 4)
    )

    assert floor.balances() == {("A-01", A1): 4}
    complete = [line for line in all_of(floor, CountLine) if line.stock == COMPLETE]
    assert [line.quantity for line in complete] == [0]


def test_same_key_counted_in_two_lines_is_added_up() -> None:
    floor = Floor()

    floor.handheld().do(count("A-01", 2_000, 4, 3))

    assert floor.balances() == {("A-01", A1): 7}


def test_handling_units_are_counted_as_one_piece_each() -> None:
    floor = Floor()
    lines = (Counted(quantity=1, unit="T-1"), Counted(quantity=1, unit="T-2"))

    floor.handheld().do(
        move_unit("T-1", "D-1", "A-01", 1_000),
        move_unit("T-3", "D-1", "A-01", 1_001),
        Count(place="A-01", ended=2_000, lines=lines, complete=True),
    )

    at_bin = {stock: units for (place, stock), units in floor.balances().items() if place == "A-01"}
    assert at_bin == {"good|unit T-1": 1, "good|unit T-2": 1}


def test_count_is_of_its_own_moment_and_later_facts_are_added() -> None:
    floor = Floor()
    floor.handheld(1).do(receive(5, "A-01", 1_000), move(2, "A-01", "A-02", 60_000))

    floor.handheld(2).do(count("A-01", 30_000, 4))

    assert floor.balances()["A-01", A1] == 2
    assert count_lines(floor)[-1] == (4, 5, -1, "live")


def test_late_facts_from_before_a_count_change_the_difference_and_not_the_goods() -> None:
    floor = Floor()
    floor.handheld(1).do(count("A-01", 50_000, 4))

    floor.handheld(2).do(receive(5, "A-01", 1_000), move(1, "A-01", "A-02", 2_000))

    assert floor.balances() == {("A-01", A1): 4, ("A-02", A1): 1}
    assert (4, 0, 0, "live") in count_lines(floor)


def test_late_fact_about_goods_that_a_complete_count_did_not_list_is_absorbed() -> None:
    floor = Floor()
    floor.handheld(1).do(count("A-01", 50_000, 4))

    floor.handheld(2).do(receive(3, "A-01", 1_000, **OF_A2))

    assert floor.balances() == {("A-01", A1): 4}
    assert (0, 0, -3, "live") in count_lines(floor)


def test_late_fact_about_goods_that_a_count_by_item_did_not_name_is_posted() -> None:
    floor = Floor()
    floor.handheld(1).do(count("A-01", 50_000, 4, complete=False))

    floor.handheld(2).do(receive(3, "A-01", 1_000, **OF_A2))

    assert floor.balances() == {("A-01", A1): 4, ("A-01", A2): 3}


def test_older_count_that_comes_late_is_only_an_observation() -> None:
    floor = Floor()
    floor.handheld(1).do(receive(5, "A-01", 1_000), count("A-01", 50_000, 4))

    (outcome,) = floor.handheld(2).do(count("A-01", 20_000, 9))

    assert outcome == {"outcome": "applied"}
    assert floor.balances() == {("A-01", A1): 4}
    assert (9, 5, 4, "live") in count_lines(floor)
    assert discrepancies(floor) == [("count_variance", "A-01", "open")]


def test_newer_count_speaks_for_the_balance() -> None:
    floor = Floor()
    floor.handheld(1).do(receive(5, "A-01", 1_000), count("A-01", 20_000, 4))

    floor.handheld(2).do(count("A-01", 50_000, 6))

    assert floor.balances() == {("A-01", A1): 6}
    assert count_lines(floor)[-1] == (6, 4, 1, "live")


def test_move_that_may_have_been_before_or_after_a_count_asks_for_one_recount() -> None:
    floor = Floor()
    floor.handheld(1).do(receive(5, "A-01", 1_000))
    counting = vaguely(floor, 2)
    counting.do(count("A-01", 30_000, 5))

    moving = floor.handheld(3)
    first, second = moving.do(move(1, "A-01", "A-02", 30_500), move(1, "A-01", "A-03", 31_000))

    assert (first["code"], second["code"]) == ("count_overlapped", "count_overlapped")
    assert tasks(floor) == [("recount", "A-01", "count_overlapped")]
    assert len(all_of(floor, Recount)) == 1
    assert floor.balances()["A-01", A1] == 3


def test_count_that_may_have_been_before_or_after_a_move_asks_for_one_recount() -> None:
    floor = Floor()
    floor.handheld(1).do(receive(5, "A-01", 1_000), move(1, "A-01", "A-02", 29_000))

    (outcome,) = vaguely(floor, 2).do(count("A-01", 30_000, 4))

    assert (outcome["outcome"], outcome["code"]) == ("flagged", "count_overlapped")
    assert tasks(floor) == [("recount", "A-01", "count_overlapped")]


def test_own_moves_just_before_and_after_a_count_ask_for_nothing() -> None:
    floor = Floor()

    outcomes = vaguely(floor, 1).do(
        receive(5, "A-01", 29_999), count("A-01", 30_000, 5), receive(1, "A-01", 30_001)
    )

    assert outcomes == [{"outcome": "applied"}] * 3
    assert tasks(floor) == []
    assert floor.balances() == {("A-01", A1): 6}


def test_after_two_recounts_a_supervisor_decides() -> None:
    floor = Floor()
    floor.handheld(1).do(receive(5, "A-01", 1_000))
    counting, moving = vaguely(floor, 2), floor.handheld(3)
    asked = []
    task = None
    for attempt in range(1, 4):
        at = attempt * 30_000
        counting.do(count("A-01", at, 5, task=task))
        moving.do(move(1, "A-02", "A-01", at + 100))
        (open_task,) = [each for each in all_of(floor, Task) if each.open]
        asked.append((open_task.kind, open_task.attempt))
        task = open_task.id

    assert asked == [("recount", 1), ("recount", 2), ("review", 3)]


def test_count_closes_the_task_that_asked_for_it() -> None:
    floor = Floor()
    floor.handheld(1).do(receive(5, "A-01", 1_000))
    vaguely(floor, 2).do(count("A-01", 30_000, 5))
    floor.handheld(3).do(move(1, "A-02", "A-01", 30_100))
    (asked,) = [task for task in all_of(floor, Task) if task.open]

    floor.handheld(4).do(count("A-01", 90_000, 6, task=asked.id))

    (closed,) = [task for task in all_of(floor, Task) if task.id == asked.id]
    assert (closed.open, closed.note, closed.closed_by) == (None, "counted", "1000004/1/2")
    line = next(line for line in all_of(floor, CountLine) if line.recounts)
    assert line.recounts == 1


def test_count_whose_time_is_only_claimed_posts_nothing_and_asks_for_a_recount() -> None:
    floor = Floor()
    floor.handheld(1).do(receive(5, "A-01", 1_000))

    silent = Handheld(floor, 2, anchored=False)
    (outcome,) = silent.do(count("A-01", 30_000, 2))

    assert (outcome["outcome"], outcome["code"]) == ("flagged", "time_only_claimed")
    assert floor.balances() == {("A-01", A1): 5}
    assert tasks(floor) == [("recount", "A-01", "time_only_claimed")]
    assert {line.state for line in all_of(floor, CountLine)} == {"claimed"}


def test_claimed_count_absorbs_nothing() -> None:
    floor = Floor()
    Handheld(floor, 2, anchored=False).do(count("A-01", 90_000, 2))

    floor.handheld(1).do(receive(5, "A-01", 1_000))

    assert floor.balances() == {("A-01", A1): 5}
    assert movements(floor) == [("fact", 5)]


def test_undone_count_gives_back_what_it_took_and_asks_for_a_recount() -> None:
    floor = Floor()
    handheld = floor.handheld()
    handheld.do(
        receive(5, "A-01", 1_000), receive(3, "A-01", 1_001, **OF_A2), count("A-01", 2_000, 4)
    )

    (outcome,) = handheld.do(Undo(seq=4, ended=3_000))

    assert (outcome["outcome"], outcome["code"]) == ("flagged", "count_undone")
    assert floor.balances() == {("A-01", A1): 5, ("A-01", A2): 3}
    assert {line.state for line in all_of(floor, CountLine)} == {"void"}
    assert tasks(floor) == [("recount", "A-01", "count_undone")]
    assert ("undo_count", 1) in movements(floor)


def test_undone_count_that_had_said_nothing_asks_nobody() -> None:
    floor = Floor()
    handheld = floor.handheld()
    handheld.do(receive(5, "A-01", 1_000), Count(place="A-01", ended=2_000))

    (outcome,) = handheld.do(Undo(seq=3, ended=3_000))

    assert outcome["outcome"] == "applied"
    assert tasks(floor) == []


def test_after_an_undone_count_the_one_before_speaks_again() -> None:
    floor = Floor()
    handheld = floor.handheld()
    handheld.do(
        receive(5, "A-01", 1_000),
        count("A-01", 2_000, 4),
        receive(2, "A-01", 3_000),
        count("A-01", 4_000, 9),
    )
    assert floor.balances() == {("A-01", A1): 9}

    handheld.do(Undo(seq=5, ended=5_000))

    assert floor.balances() == {("A-01", A1): 6}


def test_undo_of_an_older_count_changes_no_balance() -> None:
    floor = Floor()
    handheld = floor.handheld()
    handheld.do(receive(5, "A-01", 1_000), count("A-01", 2_000, 4), count("A-01", 4_000, 9))

    handheld.do(Undo(seq=3, ended=5_000))

    assert floor.balances() == {("A-01", A1): 9}


def test_complete_count_before_an_undone_one_speaks_also_for_goods_it_did_not_list() -> None:
    floor = Floor()
    handheld = floor.handheld()
    handheld.do(
        receive(3, "A-01", 1_000, **OF_A2),
        count("A-01", 2_000),
        Count(place="A-01", ended=3_000, lines=(Counted(quantity=8, **OF_A2),)),
    )
    assert floor.balances() == {("A-01", A2): 8}

    handheld.do(Undo(seq=4, ended=4_000))

    assert floor.balances() == {}


def test_fact_from_before_an_undone_count_is_posted() -> None:
    floor = Floor()
    handheld = floor.handheld()
    handheld.do(count("A-01", 50_000, 4))
    handheld.do(Undo(seq=2, ended=51_000))

    floor.handheld(2).do(receive(5, "A-01", 1_000))

    assert floor.balances() == {("A-01", A1): 5}


def test_started_tote_is_a_complete_count_of_zero() -> None:
    floor = Floor()
    floor.handheld(1).do(receive(2, "T-1", 1_000))

    (outcome,) = floor.handheld(2).do(StartTote(unit="T-1", ended=30_000))

    assert outcome["code"] == "count_variance"
    assert floor.balances() == {}
    floor.handheld(3).do(receive(3, "T-1", 2_000), receive(4, "T-1", 60_000))
    assert floor.balances() == {("T-1", A1): 4}


def test_undone_start_of_a_tote_gives_back_what_was_in_it() -> None:
    floor = Floor()
    handheld = floor.handheld()
    handheld.do(receive(2, "T-1", 1_000), StartTote(unit="T-1", ended=30_000))

    handheld.do(Undo(seq=3, ended=31_000))

    assert floor.balances() == {("T-1", A1): 2}


def test_count_of_a_code_that_nobody_knows_is_kept_under_it() -> None:
    floor = Floor()

    (outcome,) = floor.handheld().do(count("X-99", 1_000, 2))

    assert outcome["code"] == "unknown_place"
    assert floor.balances() == {("X-99", A1): 2}


def test_counted_balance_remembers_what_counts_have_added() -> None:
    floor = Floor()
    floor.handheld().do(receive(5, "A-01", 1_000), count("A-01", 2_000, 7))

    (balance,) = balance_rows(floor, "A-01")
    assert (balance.quantity, balance.adjusted) == (7, 2)
