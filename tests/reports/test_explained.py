"""Discrepancies, open and closed, with what explains them as far as anything does."""

from typing import Any

import pytest

from device_protocol.handling import Discard, TakeReturn
from device_protocol.operations import (
    Count,
    CountLine,
    Deliver,
    PackItem,
    Receive,
    Seal,
    StartTote,
    Undo,
)
from server.db.engine import Database
from server.ledger.records import SCRAP, Discrepancy
from server.reports.explained import Explained, explained
from server.reports.variances import Line, move_between
from server.tasks.correcting import Correct
from server.tasks.resolving import ResolveDiscrepancy
from tests.floor import SITE
from tests.ledger.book import SERIAL, count, move, receive
from tests.reports.books import floor_on, put
from tests.sayings import say

A2: dict[str, Any] = {"owner": "ACME", "item": "A2"}


def counted(place: str, ended: int, units: int) -> Count:
    """A complete count of a place that holds A2."""
    return Count(place=place, ended=ended, lines=(CountLine(quantity=units, **A2),), complete=True)


def told(database: Database, **asked: Any) -> list[Explained]:  # noqa: ANN401 - what to list.
    """The discrepancies as the report tells them."""
    with database.reading() as connection:
        return explained(connection, SITE, **asked).rows


def short(row: Explained) -> tuple[str, str, str, str]:
    """Kind, state, cause, and what explains it."""
    return (row.kind, row.state, row.cause, row.explained_by)


def test_balance_below_zero_is_explained_by_the_fact_that_came_late(database: Database) -> None:
    floor = floor_on(database)
    floor.handheld(1).do(move(3, "A-01", "A-02", 60_000))
    [waits] = told(database)
    assert (short(waits), waits.opened_kind) == (("negative", "open", "", ""), "move")

    floor.handheld(2).do(receive(3, "A-01", 30_000))

    [row] = told(database)
    assert short(row) == ("negative", "closed", "late_fact", "1000002/1/2")
    assert (row.place, row.owner, row.sku, row.closed_kind) == ("A-01", "ACME", "A1", "receive")
    assert row.certain


def test_balance_below_zero_is_put_right_afterwards_counted_undone_or_corrected(
    database: Database,
) -> None:
    floor = floor_on(database)
    first = floor.handheld(1)
    first.do(
        *(move(3, f"A-0{number}", "A-09", 60_000 * number) for number in (1, 2, 3, 4)),
        receive(3, "A-01", 300_000),
        count("A-02", 400_000),
        Undo(seq=4, ended=500_000),
    )
    stock = told(database)[0].stock
    say(floor, Correct(place="A-04", stock=stock, quantity=3, reason="seen"))

    rows = told(database)

    assert [(row.place, *short(row)[1:]) for row in rows if row.kind == "negative"] == [
        ("A-01", "closed", "later_fact", "1000001/1/6"),
        ("A-02", "closed", "count", "1000001/1/7"),
        ("A-03", "closed", "undo", "1000001/1/8"),
        ("A-04", "closed", "correction", "1/1/1"),
    ]


def test_count_is_explained_by_what_was_sent_late(database: Database) -> None:
    floor = floor_on(database)
    first, late = floor.handheld(1), floor.handheld(2)
    first.do(receive(10, "A-01", 1_000), count("A-01", 60_000, 6), count("A-02", 70_000, 2))
    late.do(move(3, "A-01", "A-03", 30_000))
    partly, unknown = told(database)
    assert (short(partly)[2:], partly.left) == (("", ""), -1)
    assert (short(unknown)[2:], unknown.left) == (("", ""), 2)

    late.do(move(1, "A-01", "A-03", 31_000))

    row = told(database)[0]
    assert (short(row), row.left) == (
        ("count_variance", "open", "late_fact", "1000002/1/2"),
        0,
    )


def test_what_had_come_before_the_count_does_not_explain_it(database: Database) -> None:
    floor = floor_on(database)
    first, late = floor.handheld(1), floor.handheld(2)
    first.do(receive(10, "A-01", 1_000), count("A-01", 60_000, 10))
    first.do(count("A-02", 61_000, 1))
    late.do(move(2, "A-01", "A-03", 30_000), move(1, "A-03", "A-02", 31_000))
    first.do(count("A-01", 90_000, 7))

    late.do(move(3, "A-01", "A-03", 70_000))

    rows = told(database, kind="count_variance")
    assert [(row.place, row.explained_by, row.left) for row in rows] == [
        ("A-02", "1000002/1/3", 0),
        ("A-01", "1000002/1/4", 0),
    ]


def test_emptied_place_is_explained_though_nothing_was_counted_there(database: Database) -> None:
    floor = floor_on(database)
    floor.handheld(1).do(receive(10, "A-01", 1_000), count("A-01", 60_000))
    floor.handheld(2).do(move(10, "A-01", "A-03", 30_000))

    [row] = told(database)

    assert short(row)[2:] == ("late_fact", "1000002/1/2")


def test_as_many_too_many_elsewhere_are_in_the_wrong_place(database: Database) -> None:
    floor = floor_on(database)
    floor.handheld(1).do(
        receive(10, "A-01", 1_000), count("A-01", 60_000, 6), count("A-02", 70_000, 4)
    )

    missing, found = told(database)

    assert short(missing)[2:] == ("wrong_place", "1000001/1/4")
    assert short(found)[2:] == ("wrong_place", "1000001/1/3")
    assert not missing.certain


def test_count_that_the_next_one_takes_back_was_wrong_and_was_counted_again(
    database: Database,
) -> None:
    floor = floor_on(database)
    floor.handheld(1).do(
        receive(10, "A-01", 1_000),
        receive(2, "A-02", 1_500),
        count("A-01", 60_000, 12),
        count("A-01", 90_000, 10),
        count("A-02", 91_000, 1),
        count("A-02", 92_000, 1),
    )

    first, again, missing = told(database)

    assert short(first)[2:] == ("miscount", "1000001/1/5")
    assert (first.left, first.recounted_by, first.recounted) == (2, "1000001/1/5", -2)
    assert short(again)[2:] == ("miscount", "1000001/1/4")
    assert (again.recounted_by, again.recounted) == ("", None)
    assert short(missing)[2:] == ("", "")
    assert (missing.left, missing.recounted_by, missing.recounted) == (-1, "1000001/1/7", 0)


def test_difference_that_a_count_confirmed_is_not_taken_back_by_a_later_one(
    database: Database,
) -> None:
    floor = floor_on(database)
    floor.handheld(1).do(
        receive(10, "A-01", 1_000),
        *(count("A-01", 60_000 * at, units) for at, units in enumerate((7, 7, 10, 7), 1)),
    )

    rows = told(database)

    assert [row.cause for row in rows] == ["", "miscount", "miscount"]


def test_movement_that_may_have_been_told_wrongly_explains_both_places(
    database: Database,
) -> None:
    floor = floor_on(database)
    floor.handheld(1).do(
        receive(20, "A-01", 1_000),
        receive(20, "A-02", 1_000),
        move(2, "A-01", "A-02", 2_000),
        *(receive(9, place, 3_000, **A2) for place in ("A-03", "A-04")),
        Discard(quantity=3, source="A-04", ended=4_000, **A2),
    )
    floor.handheld(2).do(
        count("A-01", 60_000, 15),
        count("A-02", 70_000, 25),
        counted("A-03", 80_000, 6),
        counted("A-04", 90_000, 9),
    )

    rows = told(database, kind="count_variance")

    assert [(row.place, row.cause, row.explained_by) for row in rows] == [
        ("A-01", "mis_scan", "1000001/1/4"),
        ("A-02", "mis_scan", "1000001/1/4"),
        ("A-03", "damage", "1000001/1/7"),
        ("A-04", "damage", "1000001/1/7"),
    ]
    assert not any(row.certain for row in rows)


@pytest.mark.parametrize(
    ("move_told", "explains"),
    [
        ({}, True),
        ({"source": 2, "target": 1, "quantity": 3}, True),
        ({"source": 2, "target": 1}, False),
        ({"source": 2, "target": SCRAP, "quantity": 3}, True),
        ({"source": 2, "target": SCRAP}, False),
        ({"source": 1, "target": SCRAP, "quantity": 3}, False),
        ({"source": 3, "quantity": 9}, False),
        ({"occurred_at": 71}, False),
        ({"stock": 8}, False),
    ],
)
def test_only_a_movement_of_enough_between_the_two_and_before_them_may_be_wrong(
    move_told: dict[str, int], *, explains: bool
) -> None:
    missing, over = Line(1, 7, (60, 1, 1), "a", -3), Line(2, 7, (70, 1, 1), "b", 3)
    one: Any = {"source": 1, "target": 2, "stock": 7, "quantity": 2, "occurred_at": 70} | move_told

    assert (move_between([one], missing, over) is one) == explains


def test_movement_that_was_undone_explains_nothing(database: Database) -> None:
    floor = floor_on(database)
    floor.handheld(1).do(
        receive(20, "A-01", 1_000), move(2, "A-01", "A-02", 2_000), Undo(seq=3, ended=3_000)
    )
    floor.handheld(2).do(count("A-01", 60_000, 17), count("A-02", 70_000, 3))

    assert [row.cause for row in told(database, kind="count_variance")] == ["wrong_place"] * 2


def test_what_was_found_once_explains_one_loss_and_no_undone_count_explains_any(
    database: Database,
) -> None:
    floor = floor_on(database)
    floor.handheld(1).do(
        *(receive(9, place, 1_000) for place in ("A-01", "A-02", "A-03", "A-04")),
        count("A-01", 60_000, 7),
        count("A-02", 70_000, 7),
        count("A-03", 80_000, 11),
        count("A-04", 90_000, 11),
        Undo(seq=9, ended=91_000),
    )

    rows = {row.place: row.cause for row in told(database, kind="count_variance")}

    assert rows == {"A-01": "", "A-02": "wrong_place", "A-03": "wrong_place", "A-04": "undo"}


def test_what_a_supervisor_said_stands_whatever_the_numbers_guess(database: Database) -> None:
    floor = floor_on(database)
    floor.handheld(1).do(
        receive(10, "A-01", 1_000), count("A-01", 60_000, 6), count("A-02", 70_000, 4)
    )
    number = told(database)[0].discrepancy
    lost = {"cause": "lost", "explained_by": "1000001/1/3"}
    say(floor, ResolveDiscrepancy(discrepancy=number, note="a thief was seen", **lost))

    row = told(database)[0]

    assert (*short(row), row.certain) == (
        "count_variance",
        "closed",
        "lost",
        "1000001/1/3",
        True,
    )


def test_undone_count_is_explained_by_its_undo(database: Database) -> None:
    floor = floor_on(database)
    floor.handheld(1).do(
        receive(10, "A-01", 1_000), count("A-01", 60_000, 6), Undo(seq=3, ended=61_000)
    )

    [row] = told(database)

    assert short(row)[2:] == ("undo", "1000001/1/4")


def test_count_that_a_supervisor_closed_says_so(database: Database) -> None:
    floor = floor_on(database)
    floor.handheld(1).do(receive(10, "A-01", 1_000), count("A-01", 60_000, 6))
    say(floor, ResolveDiscrepancy(discrepancy=told(database)[0].discrepancy, note="stolen"))

    [row] = told(database)

    assert (row.cause, row.explained_by, row.note, row.closed_kind) == (
        "desk",
        "1/1/1",
        "stolen",
        "resolve_discrepancy",
    )


def test_serial_that_came_back_without_its_parcel_is_explained_by_the_return(
    database: Database,
) -> None:
    floor = floor_on(database)
    one: dict[str, Any] = {"quantity": 1} | SERIAL
    parcel = "340123450000000017"
    first, back = floor.handheld(1), floor.handheld(2)
    first.do(
        Receive(to="A-01", ended=1_000, **one),
        PackItem(source="A-01", unit=parcel, shipment=1, ended=2_000, **one),
        Seal(unit=parcel, shipment=1, at="A-01", ended=3_000),
    )
    back.do(
        TakeReturn(to="A-02", ended=9_000, **one),
        TakeReturn(to="A-03", ended=9_500, **one),
        Undo(seq=3, ended=9_600),
    )
    assert [row.cause for row in told(database, kind="two_places")] == [""]

    first.do(Deliver(unit=parcel, source="A-01", ended=4_000))

    [row] = told(database, kind="two_places")
    assert short(row)[1:] == ("open", "returned", "1000002/1/2")
    say(floor, Correct(place=parcel, stock=row.stock, quantity=-1, reason="it came back"))
    [row] = told(database, kind="two_places")
    assert short(row)[1:3] == ("closed", "correction")


def test_count_after_one_that_was_undone_has_nothing_left_and_no_cause(
    database: Database,
) -> None:
    floor = floor_on(database)
    floor.handheld(1).do(
        receive(10, "A-01", 1_000),
        count("A-01", 60_000, 12),
        count("A-01", 70_000, 10),
        Undo(seq=3, ended=80_000),
    )

    undone, after = told(database)

    assert short(undone)[2:] == ("undo", "1000001/1/5")
    assert (short(after)[2:], after.left) == (("", ""), 0)


def test_tote_that_was_not_empty_is_told_like_a_count(database: Database) -> None:
    floor = floor_on(database)
    floor.handheld(1).do(receive(2, "T-1", 1_000), StartTote(unit="T-1", ended=2_000))

    [row] = told(database)

    assert (row.place, row.opened_kind, row.left) == ("T-1", "start_tote", -2)


def test_list_is_by_state_and_kind_and_in_pages(database: Database) -> None:
    floor = floor_on(database)
    floor.handheld(1).do(
        move(3, "A-01", "A-09", 1_000),
        move(3, "A-02", "A-09", 2_000),
        receive(3, "A-02", 3_000),
        count("A-03", 4_000, 1),
    )
    put(database, Discrepancy(SITE, 3_000_000, "short", 1, 0, "1", "0", 5, "", 9))

    with database.reading() as connection:
        first = explained(connection, SITE, limit=3)
        rest = explained(connection, SITE, limit=3, after=first.next)

    assert [row.kind for row in first.rows + rest.rows] == [
        "negative",
        "negative",
        "count_variance",
        "short",
    ]
    assert rest.next is None
    assert [row.place for row in told(database, is_open=True, kind="negative")] == ["A-01"]
    assert [row.place for row in told(database, is_open=False)] == ["A-02"]
    assert told(database, kind="coarse") == []
