"""Discrepancies, open and closed, with what explains them as far as anything does."""

from typing import Any

from device_protocol.operations import StartTote, Undo
from server.db.engine import Database
from server.ledger.records import Discrepancy
from server.reports.explained import Explained, explained
from server.tasks.correcting import Correct
from server.tasks.resolving import ResolveDiscrepancy
from tests.floor import SITE
from tests.ledger.book import count, move, receive
from tests.reports.books import floor_on, put
from tests.sayings import say


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
