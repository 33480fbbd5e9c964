"""Inventory accuracy: what the book had is told by the floor order, whenever devices sent."""

import itertools
import random
from typing import Any
from xml.etree import ElementTree as ET

import msgspec
from sqlalchemy import MetaData

from device_protocol.operations import Count, CountLine, MoveUnit, StartTote, Undo
from server.db.engine import Database
from server.identity.records import Grant, Person
from server.lane.activity import NETWORK
from server.planning.count_policy import Ranked, RankItems
from server.reports.accuracy import Accuracy, AccuracyRow, accuracy, all_lines, counts
from server.reports.accuracy_picture import picture
from tests.databases import delete_rows
from tests.floor import SITE, START, Floor, Handheld
from tests.ledger.book import count, move, receive
from tests.ledger.histories import deliver, write_histories
from tests.reports.books import floor_on, put
from tests.sayings import say

DAY = 24 * 3_600_000
ENDS = START + 365 * DAY


def told(database: Database, owner: str | None = None) -> dict[tuple[str, str], AccuracyRow]:
    """The rows of the report by respect and name."""
    with database.reading() as connection:
        found = accuracy(connection, SITE, START, ENDS, owner=owner)
    return {(row.by, row.name): row for row in found.rows}


def short(row: AccuracyRow) -> tuple[int, int, int, int, int, int]:
    """Counts and lines, all and right; units in the book, and off."""
    return (
        row.counts,
        row.counts_right,
        row.lines,
        row.lines_right,
        row.units_book,
        row.units_off,
    )


def counted_floor(database: Database) -> Floor:
    """A-01 counted right and then wrong, A-02 wrong without a word, A-03 empty and right."""
    floor = floor_on(database)
    put(database, Person(NETWORK, 7, "ana", "operator", "secret"))
    put(database, Grant(SITE, 9, SITE * 1_000_000 + 2, 7, START, ENDS))
    floor.handheld(1).do(
        receive(10, "A-01", 1_000),
        receive(4, "A-02", 1_000, owner="ACME", item="A2"),
    )
    floor.handheld(2).do(
        count("A-01", 2_000, 10, occasion="planned", actor="9", blind=True),
        count("A-01", 60_000, 8, occasion="exception", attempt=2),
        count("A-02", 120_000, occasion="planned"),
        count("A-03", 180_000, occasion="planned"),
        StartTote(unit="T-1", ended=190_000),
    )
    return floor


def test_lines_and_places_are_told_by_occasion_and_attempt(database: Database) -> None:
    counted_floor(database)

    rows = told(database)

    assert short(rows["all", ""]) == (4, 2, 3, 1, 24, 6)
    assert rows["all", ""].accuracy_ppm == 333_333
    assert rows["all", ""].units_net == -6
    assert short(rows["occasion", "planned"]) == (3, 2, 2, 1, 14, 4)
    assert short(rows["occasion", "exception"]) == (1, 0, 1, 0, 10, 2)
    assert short(rows["attempt", "first"]) == (3, 2, 2, 1, 14, 4)
    assert short(rows["attempt", "recount"]) == (1, 0, 1, 0, 10, 2)
    assert short(rows["sight", "blind"]) == (1, 1, 1, 1, 10, 0)
    assert short(rows["owner", "ACME"]) == (3, 1, 3, 1, 24, 6)
    assert ("occasion", "tote") not in rows


def test_lines_say_who_counted_what_and_why(database: Database) -> None:
    counted_floor(database)

    with database.reading() as connection:
        lines = list(itertools.chain.from_iterable(all_lines(connection, SITE, START, ENDS)))

    first, second, silent = lines
    assert (first.person, first.sight, first.occasion, first.sku) == (
        "ana",
        "blind",
        "planned",
        "A1",
    )
    assert (first.operation, first.listed) == ("1000002/1/2", True)
    assert (second.book, second.counted, second.attempt, second.person) == (10, 8, 2, "")
    assert (silent.place, silent.book, silent.counted, silent.listed) == ("A-02", 4, 0, False)


def test_only_the_window_and_the_owner_that_were_asked_for(database: Database) -> None:
    counted_floor(database)

    with database.reading() as connection:
        later = list(counts(connection, SITE, START + 100_000, START + 130_000))

    assert [(each.lines[0].place, each.lines[0].book) for each in later] == [("A-02", 4)]
    assert told(database, "BETA").keys() == {("all", "")}
    nothing = told(database, "BETA")["all", ""]
    assert (nothing.counts, nothing.lines, nothing.accuracy_ppm) == (0, 0, None)
    assert short(told(database, "ACME")["all", ""]) == (3, 1, 3, 1, 24, 6)


def test_differences_are_valued_as_of_their_day(database: Database) -> None:
    floor = floor_on(database)
    say(floor, RankItems(items=(Ranked(owner="ACME", sku="A1", rank="A", value_minor=100),)))
    floor.now += DAY
    say(floor, RankItems(items=(Ranked(owner="ACME", sku="A1", rank="B", value_minor=300),)))
    floor.now += DAY
    handheld = floor.handheld(1)
    handheld.do(receive(10, "A-01", 1_000), count("A-01", 2_000, 9))
    late = Handheld(floor, 2)
    late.do(count("A-01", 2 * DAY, 7))
    unranked = (CountLine(quantity=1, item="A2", owner="ACME"),)
    late.do(Count(place="A-02", lines=unranked, ended=2 * DAY + 1))

    rows = told(database)

    assert (rows["class", "A"].value_off_minor, rows["class", "A"].value_book_minor) == (100, 1_000)
    assert rows["class", "B"].value_net_minor == -600
    assert (rows["all", ""].lines, rows["all", ""].lines_valued) == (3, 2)
    assert rows["class", "unknown"].lines_valued == 0


def test_late_fact_puts_a_line_right_that_looked_wrong(database: Database) -> None:
    floor = floor_on(database)
    first, late = floor.handheld(1), floor.handheld(2)
    first.do(receive(10, "A-01", 1_000), count("A-01", 60_000, 6))
    assert told(database)["all", ""].units_off == 4

    late.do(move(4, "A-01", "A-02", 30_000))

    assert short(told(database)["all", ""]) == (1, 1, 1, 1, 6, 0)


def test_same_facts_give_the_same_lines_in_any_order(
    database: Database, metadata: MetaData
) -> None:
    for seed in range(2):
        results = []
        for order in range(2):
            delete_rows(database, metadata)
            floor = floor_on(database)
            handhelds = write_histories(random.Random(seed), floor, devices=4, length=12)
            deliver(random.Random(f"{seed}/{order}"), floor, handhelds)
            results.append(lines_by_count(database))

        assert results[0]
        assert results[0] == results[1], f"seed {seed}"


def lines_by_count(database: Database) -> dict[tuple[int, int, int], list[tuple[Any, ...]]]:
    """What every count found and what the book had, under names that do not depend on ids."""
    with database.reading() as connection:
        return {
            each.order: sorted(
                (line.place, line.sku, line.lot, line.serial, line.owner, line.book, line.counted)
                for line in each.lines
            )
            for each in counts(connection, SITE, START, ENDS)
        }


def test_late_count_before_a_complete_one_is_spoken_for_by_it(database: Database) -> None:
    floor = floor_on(database)
    first, late = floor.handheld(1), floor.handheld(2)
    first.do(count("A-01", 60_000), count("A-01", 120_000, 2))
    assert short(told(database)["all", ""]) == (2, 1, 1, 0, 0, 2)

    late.do(count("A-01", 10_000, 3, occasion="planned"))

    with database.reading() as connection:
        lines = list(itertools.chain.from_iterable(all_lines(connection, SITE, START, ENDS)))
    assert [(line.operation, line.sku, line.book, line.counted) for line in lines] == [
        ("1000002/1/2", "A1", 0, 3),
        ("1000001/1/2", "A1", 3, 0),
        ("1000001/1/3", "A1", 0, 2),
    ]
    assert lines[1].occasion == ""


def test_undone_count_says_nothing(database: Database) -> None:
    floor = floor_on(database)
    floor.handheld(1).do(
        receive(10, "A-01", 1_000), count("A-01", 60_000, 6), Undo(seq=3, ended=61_000)
    )

    assert told(database)["all", ""].counts == 0


def test_unit_and_unknown_goods_are_lines_too(database: Database) -> None:
    floor = floor_on(database)
    lines = (CountLine(quantity=1, unit="T-1"), CountLine(quantity=2, code="X-1"))
    floor.handheld(1).do(
        MoveUnit(unit="T-1", to="A-01", ended=1_000),
        Count(place="A-01", lines=lines, complete=True, ended=2_000),
    )

    with database.reading() as connection:
        [counted] = counts(connection, SITE, START, ENDS)

    assert [(line.sku, line.book, line.counted) for line in counted.lines] == [
        ("T-1", 1, 1),
        ("unidentified:X-1", 0, 2),
    ]
    assert told(database)["owner", "unknown"].lines == 2


def test_picture_shows_each_day_with_its_share(database: Database) -> None:
    counted_floor(database)
    with database.reading() as connection:
        found = accuracy(connection, SITE, START, ENDS)

    drawn = ET.fromstring(picture(found))  # noqa: S314 - our own.

    bars = [
        title.text
        for rect in drawn.iter("{http://www.w3.org/2000/svg}rect")
        for title in rect.iter("{http://www.w3.org/2000/svg}title")
    ]
    assert bars == [
        "2027-01-15, all counts: 1 of 3 lines, 33.3 %",
        "2027-01-15, planned counts: 1 of 2 lines, 50.0 %",
    ]
    assert drawn[0].text == "Inventory accuracy of site 1: 33.3 % of 3 lines right"


def test_picture_of_nothing_says_so() -> None:
    row = AccuracyRow("all", "", 0, 0, 0, 0, None, 0, 0, 0, 0, 0, 0, 0)
    day = msgspec.structs.replace(row, by="day", name="2027-01-15")

    drawn = picture(Accuracy(1, "", "", [row, day]))

    assert "nothing was counted" in drawn
    assert drawn.count("<rect") == 2
