"""Relabelling: goods get another key where they stand."""

from typing import Any

from device_protocol.handling import Relabel
from device_protocol.operations import Undo
from server.ledger.records import Lot
from tests.floor import Floor
from tests.ledger.book import A1, SERIAL, discrepancies, receive
from tests.sayings import all_of


def relabelled(quantity: int, at: str = "A-01", **said: Any) -> Relabel:  # noqa: ANN401
    """Units of A1 carry another label."""
    goods: dict[str, Any] = {"owner": "ACME", "item": "A1", "ended": 5_000} | said
    return Relabel(quantity=quantity, at=at, **goods)


def test_what_the_new_label_does_not_say_stays_as_it_was() -> None:
    floor = Floor()
    goods = {"owner": "ACME", "item": "A1", "lot": "L1"}
    floor.handheld().do(receive(5, "A-01", 1_000, **goods))

    outcomes = floor.handheld(2).do(
        relabelled(2, lot="L1", to_lot="L2"),
        relabelled(1, lot="L1", to_item="A2"),
        relabelled(1, lot="L1", to_customs="bonded"),
    )

    assert outcomes == [{"outcome": "applied"}] * 3
    assert floor.balances() == {
        ("A-01", "1000001:A1|L1|good"): 1,
        ("A-01", "1000001:A1|L2|good"): 2,
        ("A-01", "1000001:A2|L1|good"): 1,
    }


def test_date_of_the_new_label_is_the_lots() -> None:
    floor = Floor()
    floor.handheld().do(receive(5, "A-01", 1_000, owner="ACME", item="A1", lot="L1"))

    outcomes = floor.handheld(2).do(
        relabelled(5, lot="L1", to_expiry="2027-01-31"),
        relabelled(1, lot="L1", to_lot="L2", to_expiry="2027-02-28"),
    )

    assert outcomes == [{"outcome": "applied"}] * 2
    dates = {lot.lot: lot.expiry for lot in all_of(floor, Lot)}
    assert dates == {"L1": "2027-01-31", "L2": "2027-02-28"}


def test_unknown_goods_are_named_and_an_unknown_name_is_kept_as_it_was_said() -> None:
    floor = Floor()
    floor.handheld().do(receive(3, "A-01", 1_000, code="X-77"))
    unknown: dict[str, Any] = {"item": "", "code": "X-77", "owner": "ACME"}

    named, strange = floor.handheld(2).do(
        relabelled(1, to_item="A1", **unknown), relabelled(1, to_item="NO1", **unknown)
    )

    assert named == {"outcome": "applied"}
    assert strange["code"] == "unknown_code"
    assert floor.balances() == {
        ("A-01", "unidentified:X-77|good"): 1,
        ("A-01", A1): 1,
        ("A-01", "unidentified:NO1|good"): 1,
    }


def test_goods_of_an_owner_that_nobody_named_are_relabelled_within_their_owner() -> None:
    floor = Floor()
    floor.handheld().do(receive(1, "A-01", 1_000, code="4000000000020"))

    outcomes = floor.handheld(2).do(
        relabelled(1, owner="", item="", code="4000000000020", to_item="A3", to_serial="S1")
    )

    assert outcomes == [{"outcome": "applied"}]
    assert floor.balances() == {("A-01", "1000001:A3|S1|good"): 1}


def test_serial_that_stands_elsewhere_is_an_open_question() -> None:
    floor = Floor()
    floor.handheld().do(receive(1, "A-01", 1_000, **SERIAL), receive(1, "A-02", 2_000))

    (outcome,) = floor.handheld(2).do(relabelled(1, "A-02", to_item="A3", to_serial="S1"))

    assert outcome["code"] == "two_places"


def test_same_label_changes_nothing_and_too_many_are_posted() -> None:
    floor = Floor()

    same, many, nowhere = floor.handheld().do(
        relabelled(1), relabelled(1, to_lot="L2"), relabelled(1, "T-9", to_lot="L2")
    )

    assert (same["code"], many["code"], nowhere["code"]) == (
        "same_label",
        "negative",
        "unknown_place",
    )
    assert [kind for kind, *_ in discrepancies(floor)] == ["negative", "negative"]


def test_undo_takes_the_old_label_again() -> None:
    floor = Floor()
    handheld = floor.handheld()
    handheld.do(relabelled(2, to_lot="L2"))
    floor.handheld(2).do(receive(5, "A-01", 1_000))

    (outcome,) = handheld.do(Undo(seq=2, ended=9_000))

    assert outcome == {"outcome": "applied"}
    assert floor.balances() == {("A-01", A1): 5}
    assert [state for *_, state in discrepancies(floor)] == ["closed"]
