"""Stock keys and places: what a scan names, and what the first fact about it makes."""

from functools import cache

import pytest

from device_protocol.operations import Move, MoveUnit, Receive
from server.lane.activity import NETWORK, Context, Stamp
from server.lane.picture import Picture
from server.lane.records import Lane
from server.lane.want import Want
from server.ledger.records import Place, Stock, Unit
from server.ledger.stocks import StockKey, add_place, find_key, key_of, make_unit, want_unit
from tests.floor import SITE, Floor
from tests.ledger.book import A1, discrepancies, receive
from tests.sayings import all_of, put

SHARED = "4000000000013"
"""GTIN of ACME's A1 and BETA's B1."""
ACME, BETA, ITEM_A1, ITEM_B1, ITEM_A2 = 1_000_001, 1_000_002, 1_000_011, 1_000_020, 1_000_012


def scanned(**parts: str) -> Receive:
    """A scan of one unit."""
    return Receive(quantity=1, to="D-1", ended=1_000, **parts)  # type: ignore[arg-type]


@cache
def masters() -> Picture:
    """The book of a floor on which nothing has happened; it is only read."""
    picture = Floor().store.picture  # type: ignore[attr-defined]
    assert isinstance(picture, Picture)
    return picture


def key(
    goods: Receive, *, expected: StockKey | None = None, place_owner: int | None = None
) -> StockKey:
    """What a scan names, within a task, or at somebody's place."""
    place = None if place_owner is None else Place(SITE, 1, "P", "bin", owner=place_owner)
    return find_key(masters(), goods, expected=expected, place=place)


TASK = StockKey(owner=ACME, item=ITEM_A1, lot="L1", serial="S1", condition="used", customs="bonded")


def test_parts_in_one_text_tell_keys_apart() -> None:
    keys = [
        StockKey(owner=1, item=2),
        StockKey(owner=12),
        StockKey(owner=1, item=2, lot="x"),
        StockKey(owner=1, item=2, serial="x"),
        StockKey(owner=1, item=2, condition="used"),
        StockKey(owner=1, item=2, customs="bonded"),
        StockKey(unit=3),
        StockKey(unit=4),
        StockKey(raw="3"),
    ]

    assert len({each.sign for each in keys}) == len(keys)


def test_key_is_read_back_from_its_row() -> None:
    row = Stock(SITE, 5, TASK.sign, ACME, ITEM_A1, "L1", "S1", "used", "bonded")

    assert key_of(row) == TASK


@pytest.mark.parametrize(
    ("goods", "expected"),
    [
        ({"owner": "ACME", "item": "A1"}, StockKey(owner=ACME, item=ITEM_A1)),
        ({"owner": "BETA", "item": "A1"}, StockKey(owner=BETA, raw="unidentified:A1")),
        ({"owner": "NONE", "item": "A1"}, StockKey(raw="unidentified:A1")),
        ({"item": "A1"}, StockKey(raw="unidentified:A1")),
        ({"code": "4000000000020"}, StockKey(owner=ACME, item=ITEM_A2)),
        ({"code": SHARED}, StockKey(raw=f"unidentified:{SHARED}")),
        ({"code": SHARED, "owner": "BETA"}, StockKey(owner=BETA, item=ITEM_B1)),
        ({"code": "nobody"}, StockKey(raw="unidentified:nobody")),
        ({}, StockKey(raw="unidentified:")),
        (
            {"owner": "ACME", "item": "A1", "lot": "L", "serial": "S"},
            StockKey(owner=ACME, item=ITEM_A1, lot="L", serial="S"),
        ),
        (
            {"owner": "ACME", "item": "A1", "condition": "used", "customs": "bonded"},
            StockKey(owner=ACME, item=ITEM_A1, condition="used", customs="bonded"),
        ),
    ],
)
def test_what_was_scanned_names_a_key_or_is_kept_raw(
    goods: dict[str, str], expected: StockKey
) -> None:
    assert key(scanned(**goods)) == expected


def test_code_of_two_owners_is_of_the_one_whose_place_it_is() -> None:
    assert key(scanned(code=SHARED), place_owner=BETA) == StockKey(owner=BETA, item=ITEM_B1)
    assert key(scanned(code=SHARED), place_owner=0).item == 0


def test_within_a_task_what_is_not_scanned_is_what_the_task_says() -> None:
    assert key(scanned(), expected=TASK) == TASK
    assert key(scanned(lot="L2"), expected=TASK).lot == "L2"
    assert key(scanned(serial="S2"), expected=TASK).serial == "S2"


def test_within_a_task_a_shared_code_is_the_tasks_item() -> None:
    assert key(scanned(code=SHARED), expected=TASK, place_owner=BETA) == TASK


def test_another_item_than_the_tasks_takes_nothing_from_the_task() -> None:
    found = key(scanned(code="4000000000020"), expected=TASK)

    assert found == StockKey(owner=ACME, item=ITEM_A2)


def test_code_nobody_knows_within_a_task_is_unknown() -> None:
    assert key(scanned(code="nobody"), expected=TASK) == StockKey(raw="unidentified:nobody")


def test_sku_nobody_knows_within_a_task_keeps_the_owner() -> None:
    assert key(scanned(item="A99"), expected=TASK) == StockKey(owner=ACME, raw="unidentified:A99")


def test_stock_key_is_made_by_the_first_fact_and_found_by_the_next() -> None:
    floor = Floor()

    floor.handheld().do(receive(1, "D-1", 1_000), receive(2, "A-01", 2_000))

    (stock,) = all_of(floor, Stock)
    assert (stock.owner, stock.item, stock.condition) == (ACME, ITEM_A1, "good")


def test_handling_unit_is_made_by_the_first_fact_that_names_it() -> None:
    floor = Floor()

    floor.handheld().do(
        MoveUnit(unit="T-1", source="D-1", to="A-01", ended=1_000),
        MoveUnit(unit="T-1", source="A-01", to="A-02", ended=2_000),
    )

    (unit,) = all_of(floor, Unit)
    (stock,) = all_of(floor, Stock)
    place = next(each for each in all_of(floor, Place) if each.code == "T-1")
    assert (unit.id, unit.code, unit.kind) == (place.id, "T-1", "tote")
    assert (unit.stock, stock.unit, stock.single) == (stock.id, unit.id, True)


def test_location_scanned_as_a_unit_becomes_a_unit_of_its_own_and_is_flagged() -> None:
    floor = Floor()

    (outcome,) = floor.handheld().do(MoveUnit(unit="A-02", source="D-1", to="A-01", ended=1_000))

    assert (outcome["code"], outcome["actual"]) == ("not_a_unit", "bin A-02")
    (unit,) = all_of(floor, Unit)
    assert unit.code == "A-02#1000001/1/2"


def test_code_that_nobody_knows_becomes_a_tote_and_is_flagged() -> None:
    floor = Floor()

    (outcome,) = floor.handheld().do(
        Move(quantity=1, owner="ACME", item="A1", source="X-1", to="X-2", ended=1_000)
    )

    assert (outcome["code"], outcome["actual"]) == ("unknown_place", "X-1")
    assert floor.balances() == {("X-1", A1): -1, ("X-2", A1): 1}
    assert discrepancies(floor) == [("negative", "X-1", "open")]
    assert {unit.code for unit in all_of(floor, Unit)} == {"X-1", "X-2"}


def test_unit_made_by_a_neighbour_of_the_group_is_the_same() -> None:
    floor = Floor()
    first, second = floor.handheld(1), floor.handheld(2)
    first.write(receive(1, "T-1", 1_000))
    second.write(MoveUnit(unit="T-1", source="D-1", to="A-01", ended=1_000))

    floor.run(first.batch(1, 2), second.batch(1, 2))

    assert len(all_of(floor, Unit)) == 1
    assert floor.balances()["T-1", A1] == 1


def test_location_made_by_a_neighbour_of_the_group_is_no_unit_without_looking_again() -> None:
    picture = Picture()
    picture.load(Lane, {(SITE,)}, [Lane(SITE)])
    picture.load_listing(Place, "by_code", {(SITE, "B-01"): 0}, [])
    context = Context(picture, site=SITE, stream=8, epoch=1, seq=5, stamp=Stamp(70), now=9)
    add_place(context, Place(SITE, 77, "B-01", "bin"))

    unit = make_unit(context, "B-01", "tote")

    assert unit.code == "B-01#8/1/5"
    assert [flag.code for flag in context.flags] == ["not_a_unit"]


def test_unit_is_named_with_its_own_stock_key() -> None:
    picture = Picture()
    picture.load_listing(Place, "by_code", {(SITE, "T-1"): 0}, [Place(SITE, 77, "T-1", "tote")])
    unit = Unit(SITE, 77, "T-1", "tote", stock=78)
    picture.load(Unit, {(SITE, 77)}, [unit])
    want = Want(picture)

    assert want_unit(want, SITE, "T-1") == unit
    assert want.take()[0] == {Stock: {(SITE, 78)}}


def test_places_of_another_site_are_not_found() -> None:
    floor = Floor()
    put(floor, Place(2, 9, "B-01", "bin"))

    (outcome,) = floor.handheld().do(receive(1, "B-01", 1_000))

    assert outcome["code"] == "unknown_place"
    assert all(stock.site != NETWORK for stock in all_of(floor, Stock))
