"""Moving: goods and handling units go where people say, whatever the book held."""

from device_protocol.operations import Move, Receive
from server.ledger.records import Unit
from tests.floor import START, Floor
from tests.ledger.book import A1, discrepancies, move, move_unit, place_code, receive
from tests.sayings import all_of


def seen(floor: Floor) -> dict[str, str]:
    """Where each unit was last seen."""
    return {unit.code: place_code(floor, unit.seen_place) for unit in all_of(floor, Unit)}


def test_moved_goods_leave_one_place_and_stand_at_the_other() -> None:
    floor = Floor()

    outcomes = floor.handheld().do(receive(5, "D-1", 1_000), move(2, "D-1", "A-01", 2_000))

    assert outcomes == [{"outcome": "applied"}] * 2
    assert floor.balances() == {("D-1", A1): 3, ("A-01", A1): 2}


def test_moving_more_than_the_book_has_is_posted_and_flagged() -> None:
    floor = Floor()

    _, outcome = floor.handheld().do(receive(2, "D-1", 1_000), move(3, "D-1", "A-01", 2_000))

    assert (outcome["outcome"], outcome["code"], outcome["actual"]) == ("flagged", "negative", "-1")
    assert floor.balances() == {("D-1", A1): -1, ("A-01", A1): 3}


def test_move_to_the_same_place_changes_nothing_and_is_flagged() -> None:
    floor = Floor()

    _, outcome = floor.handheld().do(receive(2, "D-1", 1_000), move(1, "D-1", "D-1", 2_000))

    assert (outcome["code"], outcome["actual"]) == ("same_place", "D-1")
    assert floor.balances() == {("D-1", A1): 2}


def test_moved_goods_that_nobody_knows_keep_their_scan() -> None:
    floor = Floor()
    floor.handheld(1).do(Receive(quantity=2, code="X-77", to="D-1", ended=1_000))

    (outcome,) = floor.handheld(2).do(
        Move(quantity=2, code="X-77", source="D-1", to="A-01", ended=2_000)
    )

    assert outcome["code"] == "unknown_code"
    assert floor.balances() == {("A-01", "unidentified:X-77|good"): 2}
    assert discrepancies(floor) == [("coarse", "D-1", "open"), ("coarse", "A-01", "open")]


def test_unit_is_moved_as_one_piece_and_its_contents_stay_booked_to_it() -> None:
    floor = Floor()

    floor.handheld().do(
        receive(3, "T-1", 1_000),
        move_unit("T-1", "D-1", "A-01", 2_000),
        move_unit("T-1", "A-01", "A-02", 3_000),
    )

    assert floor.balances() == {
        ("T-1", A1): 3,
        ("D-1", "good|unit T-1"): -1,
        ("A-02", "good|unit T-1"): 1,
    }
    assert seen(floor)["T-1"] == "A-02"


def test_unit_whose_origin_nobody_named_comes_from_lost_and_found() -> None:
    floor = Floor()

    (outcome,) = floor.handheld().do(move_unit("T-1", "", "A-01", 1_000))

    assert outcome == {"outcome": "applied"}
    assert floor.balances() == {("A-01", "good|unit T-1"): 1}


def test_unit_scanned_where_it_stands_is_only_seen() -> None:
    floor = Floor()

    floor.handheld().do(
        move_unit("T-1", "", "A-01", 1_000), move_unit("T-1", "A-01", "A-01", 2_000)
    )

    assert floor.balances() == {("A-01", "good|unit T-1"): 1}
    (unit,) = all_of(floor, Unit)
    assert unit.seen_at == START + 2_000


def test_last_seen_goes_by_the_floor_order_and_not_by_arrival() -> None:
    floor = Floor()
    floor.handheld(1).do(move_unit("T-1", "D-1", "A-01", 50_000))

    floor.handheld(2).do(move_unit("T-1", "D-1", "A-02", 1_000))

    assert seen(floor)["T-1"] == "A-01"
    assert floor.balances() == {
        ("D-1", "good|unit T-1"): -2,
        ("A-01", "good|unit T-1"): 1,
        ("A-02", "good|unit T-1"): 1,
    }


def test_units_stand_in_units() -> None:
    floor = Floor()

    outcomes = floor.handheld().do(
        move_unit("T-1", "", "P-1", 1_000), move_unit("P-1", "", "A-01", 2_000)
    )

    assert outcomes[1] == {"outcome": "applied"}
    assert seen(floor) == {"T-1": "P-1", "P-1": "A-01"}


def test_unit_that_would_stand_in_itself_is_flagged() -> None:
    floor = Floor()

    outcomes = floor.handheld().do(
        move_unit("T-1", "", "A-01", 900),
        move_unit("T-2", "", "A-01", 950),
        move_unit("T-1", "A-01", "T-2", 1_000),
        move_unit("T-2", "A-01", "T-1", 2_000),
        move_unit("T-3", "", "A-01", 2_500),
        move_unit("T-3", "A-01", "T-3", 3_000),
    )

    codes = [outcome.get("code", "") for outcome in outcomes]
    assert codes == ["", "", "", "nesting_cycle", "", "nesting_cycle"]


def test_deep_nesting_is_looked_through_no_further_than_needed() -> None:
    floor = Floor()
    handheld = floor.handheld()
    handheld.do(*(move_unit(f"T-{n}", "", "A-01", n) for n in range(1, 13)))

    outcomes = handheld.do(
        *(move_unit(f"T-{n}", "A-01", f"T-{n + 1}", 1_000 + n) for n in range(1, 12))
    )

    assert outcomes == [{"outcome": "applied"}] * 11
