"""Posting: facts are posted as they were reported, and what can't be opens a question."""

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from device_protocol.operations import Count, Receive, Undo
from device_protocol.operations import CountLine as CountedLine
from server.db.engine import Database
from server.lane.activity import Context, Stamp
from server.lane.picture import Picture
from server.ledger.models import BALANCE, MOVEMENT
from server.ledger.posting import Point, is_physical, overlaps, point_of, save
from server.ledger.records import (
    ADJUSTMENT,
    LAST_VIRTUAL,
    SUPPLIER,
    Balance,
    CountLine,
    Discrepancy,
    Movement,
    Stock,
)
from server.tasks.correcting import Reclassify
from tests.floor import SITE, START, Floor
from tests.ledger.book import (
    A1,
    S1,
    SERIAL,
    balance_rows,
    count,
    discrepancies,
    move,
    move_unit,
    movements,
    receive,
)
from tests.sayings import all_of, say

ONE_T1 = "good|unit T-1"


def test_every_movement_leaves_one_place_and_enters_another() -> None:
    floor = Floor()

    floor.handheld().do(receive(5, "D-1", 1_000), move(2, "D-1", "A-01", 2_000))

    sums: dict[int, int] = {}
    for balance in all_of(floor, Balance):
        sums[balance.stock] = sums.get(balance.stock, 0) + balance.quantity
    assert set(sums.values()) == {0}
    assert floor.balances() == {("D-1", A1): 3, ("A-01", A1): 2}


def test_places_from_the_first_that_a_site_gives_out_are_on_the_floor() -> None:
    assert [is_physical(place) for place in (LAST_VIRTUAL, LAST_VIRTUAL + 1)] == [False, True]


def test_movement_tells_who_caused_it_and_when() -> None:
    floor = Floor()

    floor.handheld().do(receive(5, "D-1", 1_000))

    (movement,) = all_of(floor, Movement)
    assert (movement.number, movement.source, movement.quantity) == (1, SUPPLIER, 5)
    assert (movement.stream, movement.epoch, movement.seq) == (1_000_001, 1, 2)
    assert (movement.occurred_at, movement.uncertainty) == (START + 1_000, 1)
    assert (movement.cause, movement.mends) == ("fact", None)


def test_balance_below_zero_has_exactly_one_open_discrepancy() -> None:
    floor = Floor()
    handheld = floor.handheld()

    outcomes = handheld.do(move(3, "A-01", "A-02", 1_000), move(2, "A-01", "A-03", 2_000))

    assert [each["code"] for each in outcomes] == ["negative", "negative"]
    assert floor.balances()["A-01", A1] == -5
    assert discrepancies(floor) == [("negative", "A-01", "open")]
    (balance,) = balance_rows(floor, "A-01")
    (found,) = all_of(floor, Discrepancy)
    assert balance.discrepancy == found.id
    assert (found.expected, found.actual) == ("0", "-3")
    assert (found.opened_at, found.opened_by) == (floor.now, "1000001/1/2")
    assert found.deadline > found.opened_at


def test_late_batch_that_lifts_the_balance_closes_the_discrepancy() -> None:
    floor = Floor()
    floor.handheld(1).do(move(3, "A-01", "A-02", 2_000))

    still_short = floor.handheld(2).do(receive(2, "A-01", 1_000))
    assert discrepancies(floor) == [("negative", "A-01", "open")]
    late = floor.handheld(3).do(receive(1, "A-01", 1_000))

    assert still_short == late == [{"outcome": "applied"}]
    assert discrepancies(floor) == [("negative", "A-01", "closed")]
    (found,) = all_of(floor, Discrepancy)
    assert (found.closed_by, found.note) == ("1000003/1/2", "a later fact explains it")
    assert found.closed_at == floor.now
    assert balance_rows(floor, "A-01") == []


def test_balance_that_falls_below_zero_again_opens_another() -> None:
    floor = Floor()
    floor.handheld().do(
        move(3, "A-01", "A-02", 1_000), receive(3, "A-01", 2_000), move(1, "A-01", "A-02", 3_000)
    )

    assert discrepancies(floor) == [("negative", "A-01", "closed"), ("negative", "A-01", "open")]


def test_sides_of_the_book_go_below_zero_without_a_question() -> None:
    floor = Floor()

    floor.handheld().do(receive(5, "D-1", 1_000))

    supplier = next(each for each in all_of(floor, Balance) if each.place == SUPPLIER)
    assert (supplier.quantity, supplier.discrepancy, supplier.listed) == (-5, None, None)
    assert discrepancies(floor) == []


def test_serial_received_twice_is_one_too_many_until_one_is_gone() -> None:
    floor = Floor()
    handheld = floor.handheld()

    _, second = handheld.do(
        receive(1, "A-01", 1_000, **SERIAL), receive(1, "A-01", 2_000, **SERIAL)
    )

    assert (second["code"], second["expected"], second["actual"]) == ("serial_over_one", "1", "2")
    assert discrepancies(floor) == [("serial_over_one", "A-01", "open")]


def test_serial_in_two_places_is_posted_and_flagged() -> None:
    floor = Floor()

    _, second = floor.handheld().do(
        receive(1, "A-01", 1_000, **SERIAL), receive(1, "A-02", 2_000, **SERIAL)
    )

    assert (second["outcome"], second["code"]) == ("flagged", "two_places")
    assert floor.balances() == {("A-01", S1): 1, ("A-02", S1): 1}
    assert discrepancies(floor) == [("two_places", "A-01", "open")]
    (stock,) = [each for each in all_of(floor, Stock) if each.serial]
    assert stock.discrepancy == all_of(floor, Discrepancy)[0].id


def test_unit_moved_twice_from_one_place_stands_at_two_until_it_is_moved_from_the_other() -> None:
    floor = Floor()
    floor.handheld(1).do(move_unit("T-1", "D-1", "A-01", 1_000))

    (second,) = floor.handheld(2).do(move_unit("T-1", "D-1", "A-02", 2_000))
    assert second["code"] == "two_places"
    assert floor.balances() == {("D-1", ONE_T1): -2, ("A-01", ONE_T1): 1, ("A-02", ONE_T1): 1}
    floor.handheld(3).do(move_unit("T-1", "A-01", "D-1", 1_500))

    assert floor.balances() == {("D-1", ONE_T1): -1, ("A-02", ONE_T1): 1}
    assert discrepancies(floor) == [
        ("negative", "D-1", "open"),
        ("two_places", "A-01", "closed"),
    ]


def test_undone_receipt_closes_the_question_where_a_serial_is() -> None:
    floor = Floor()
    handheld = floor.handheld()
    handheld.do(receive(1, "A-01", 1_000, **SERIAL), receive(1, "A-02", 2_000, **SERIAL))

    handheld.do(Undo(seq=3, ended=3_000))

    assert discrepancies(floor) == [("two_places", "A-01", "closed")]
    (stock,) = [each for each in all_of(floor, Stock) if each.serial]
    assert stock.discrepancy is None


def test_piece_that_turns_out_to_be_another_closes_the_question_where_it_is() -> None:
    floor = Floor()
    floor.handheld().do(receive(1, "A-01", 1_000, **SERIAL), receive(1, "A-02", 2_000, **SERIAL))
    (stock,) = [each for each in all_of(floor, Stock) if each.serial]

    (outcome,) = say(floor, Reclassify(place="A-02", quantity=1, stock=stock.id, serial="S2"))

    assert outcome["outcome"] == "applied"
    assert floor.balances() == {("A-01", S1): 1, ("A-02", S1.replace("S1", "S2")): 1}
    assert discrepancies(floor) == [("two_places", "A-01", "closed")]


def test_count_that_misses_a_serial_closes_the_question_where_it_is() -> None:
    floor = Floor()
    handheld = floor.handheld()
    handheld.do(receive(1, "A-01", 1_000, **SERIAL), receive(1, "A-02", 2_000, **SERIAL))

    handheld.do(count("A-01", 3_000))

    assert floor.balances() == {("A-02", S1): 1}
    assert discrepancies(floor)[0] == ("two_places", "A-01", "closed")


def test_serial_counted_at_a_place_that_nobody_knows_asks_where_it_is() -> None:
    floor = Floor()
    floor.handheld(1).do(receive(1, "A-01", 1_000, **SERIAL))

    (outcome,) = floor.handheld(2).do(
        Count(place="X-99", ended=2_000, lines=(CountedLine(quantity=1, **SERIAL),))
    )

    assert outcome["outcome"] == "flagged"
    assert ("two_places", "A-01", "open") in discrepancies(floor)


def test_count_that_finds_a_serial_at_a_second_place_asks_where_it_is() -> None:
    floor = Floor()
    handheld = floor.handheld()
    handheld.do(receive(1, "A-01", 1_000, **SERIAL))

    handheld.do(Count(place="A-02", ended=2_000, lines=(CountedLine(quantity=1, **SERIAL),)))

    assert floor.balances() == {("A-01", S1): 1, ("A-02", S1): 1}
    assert ("two_places", "A-01", "open") in discrepancies(floor)


def test_fact_before_a_count_is_posted_with_its_counter_movement() -> None:
    floor = Floor()
    floor.handheld(1).do(count("A-01", 50_000, 4))

    floor.handheld(2).do(receive(4, "A-01", 1_000))

    assert movements(floor) == [("count", 4), ("fact", 4), ("absorbed", 4)]
    assert floor.balances() == {("A-01", A1): 4}
    absorbed = all_of(floor, Movement)[-1]
    assert absorbed.target == ADJUSTMENT
    (balance,) = balance_rows(floor, "A-01")
    assert (balance.quantity, balance.adjusted) == (4, 0)


def test_outgoing_fact_before_a_count_is_absorbed_too() -> None:
    floor = Floor()
    floor.handheld(1).do(count("A-01", 50_000, 4))

    floor.handheld(2).do(move(1, "A-01", "A-02", 1_000))

    assert floor.balances() == {("A-01", A1): 4, ("A-02", A1): 1}
    assert movements(floor)[-1] == ("absorbed", 1)
    (balance,) = balance_rows(floor, "A-01")
    assert balance.adjusted == 5
    assert all_of(floor, Movement)[-1].source == ADJUSTMENT


def test_emptied_balance_leaves_no_row() -> None:
    floor = Floor()

    floor.handheld().do(receive(2, "A-01", 1_000), move(2, "A-01", "A-02", 2_000))

    assert balance_rows(floor, "A-01") == []


def test_balance_of_nothing_that_never_was_leaves_no_row() -> None:
    picture = Picture(complete=True)
    context = Context(picture, site=1, stream=8, epoch=1, seq=1, stamp=Stamp(70), now=9)

    save(context, Balance(SITE, 1_000_101, 5))

    assert picture.changed == {}


def test_stock_is_listed_by_key_at_locations_and_single_pieces_everywhere() -> None:
    floor = Floor()

    floor.handheld().do(
        receive(2, "A-01", 1_000),
        receive(2, "T-1", 2_000),
        receive(1, "T-1", 3_000, **SERIAL),
    )

    (at_bin,) = balance_rows(floor, "A-01")
    in_tote = balance_rows(floor, "T-1")
    serial = next(each.id for each in all_of(floor, Stock) if each.serial)
    assert at_bin.listed == at_bin.stock
    assert {each.listed for each in in_tote} == {None, serial}


def line_at(mid: int, half: int) -> CountLine:
    """A count at a moment."""
    return CountLine(SITE, 1, 0, mid, 1, 1, 1, mid + half, half, 0, 0, 0)


@pytest.mark.parametrize(
    ("mid", "half", "expected"), [(1_000, 0, True), (1_015, 5, True), (1_016, 5, False)]
)
def test_intervals_that_touch_overlap(mid: int, half: int, expected: bool) -> None:
    assert overlaps(line_at(1_000, 10), Point(mid, half, 2, 1)) is expected
    assert overlaps(line_at(mid, half), Point(1_000, 10, 2, 1)) is expected


def test_point_of_an_operation_orders_it_by_time_then_device_then_epoch() -> None:
    context = Context(Picture(), site=1, stream=8, epoch=2, seq=5, stamp=Stamp(70, 3), now=9)

    assert point_of(context) == Point(70, 3, 8, 2)
    assert point_of(context).order == (70, 8, 2)


def balance_of(place: int, quantity: int, discrepancy: int | None = None) -> dict[str, int | None]:
    """A row of the table of balances."""
    return {
        "site": 1,
        "place": place,
        "stock": 5,
        "quantity": quantity,
        "adjusted": 0,
        "allocated": 0,
        "discrepancy": discrepancy,
    }


def insert(database: Database, table: sa.Table, **values: int | str | None) -> None:
    """Write one row past all rules."""
    with database.writing() as connection:
        connection.execute(table.insert().values(**values))


def test_database_refuses_a_balance_below_zero_that_nothing_explains(database: Database) -> None:
    insert(database, BALANCE, **balance_of(1_000_001, -1, discrepancy=9))
    insert(database, BALANCE, **balance_of(SUPPLIER, -1))
    insert(database, BALANCE, **balance_of(1_000_002, 0))

    with pytest.raises(IntegrityError, match="negative_is_explained"):
        insert(database, BALANCE, **balance_of(1_000_003, -1))


def test_database_refuses_a_movement_of_nothing(database: Database) -> None:
    row: dict[str, Any] = dict.fromkeys(Movement.__struct_fields__, 1)
    row |= {"quantity": 0, "cause": "fact"}

    with pytest.raises(IntegrityError, match="quantity_positive"):
        insert(database, MOVEMENT, **row)


def test_received_goods_have_no_owner_where_nobody_knows_the_code() -> None:
    floor = Floor()

    floor.handheld().do(Receive(quantity=2, code="nobody-knows", to="D-1", ended=1_000))

    (stock,) = all_of(floor, Stock)
    assert (stock.owner, stock.item, stock.raw) == (0, 0, "unidentified:nobody-knows")
