"""The supervisor looks again before anything is closed, and closes only what the record shows."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from server.demo.made import make_world
from server.demo.shift import Shift
from server.demo.supervisor import Evening, close, look_into, verdict_of
from tests.demo.saying import difference

RECOUNT = "1000002/1/8"


class SaidDesk:
    """A desk that shows what it was given, and keeps what it is asked."""

    def __init__(self, *rows: dict[str, Any]) -> None:
        """Show these discrepancies."""
        self.rows = list(rows)
        self.docks: dict[str, list[dict[str, Any]]] = {}
        self.asked: list[tuple[list[str], bool]] = []
        self.closed: list[tuple[int, str, str]] = []

    def discrepancies(self, _site: int) -> list[dict[str, Any]]:
        """Show what is open."""
        return self.rows

    def at(self, _site: int, place: str) -> list[dict[str, Any]]:
        """Show what a place has."""
        return self.docks.get(place, [])

    def held(self, _site: int, _owner: str, _sku: str) -> list[dict[str, Any]]:
        """Show where an item is."""
        return [{"place": code} for code in ("LOC-C-01-01", "LOC-A-01-05", "TOTE-1")]

    def partners(self, _site: int, place: str, _owner: str, _sku: str) -> set[str]:
        """Show where goods of a dock went."""
        assert place == "DOCK-1"
        return {"LOC-B-02-02", "supplier"}

    def ask_counts(self, _site: int, places: list[str], *, another: bool) -> int:
        """Take counts that are asked for."""
        if places:
            self.asked.append((places, another))
        return len(places)

    def resolve(self, _site: int, number: int, cause: str, by: str, note: str) -> None:
        """Take a closing."""
        assert note
        self.closed.append((number, cause, by))


def shift_at(desk: SaidDesk, hands: int = 3) -> Shift:
    """Give a shift with so many hands at the hub."""
    told = SimpleNamespace(world=make_world(1), desk=desk, hands=lambda _site: [None] * hands)
    return cast(Shift, told)


def test_difference_is_counted_again_by_another_and_sought_beside_and_where_more_is() -> None:
    desk = SaidDesk(difference(1))
    evening = Evening(1)

    assert look_into(shift_at(desk), evening) == 4

    elsewhere = ["LOC-A-01-04", "LOC-A-01-06", "LOC-C-01-01"]
    assert desk.asked == [(elsewhere, False), (["LOC-A-01-05"], True)]
    assert look_into(shift_at(desk), evening) == 0


def test_who_is_alone_counts_again_and_what_was_counted_again_is_only_sought() -> None:
    desk = SaidDesk(difference(1), difference(2, place="DOCK-1", sku="", recounted_by=RECOUNT))

    look_into(shift_at(desk, hands=1), Evening(1))

    assert desk.asked[1] == (["LOC-A-01-05"], False)


def test_way_of_goods_is_followed_from_a_dock() -> None:
    desk = SaidDesk(difference(1, place="DOCK-1"))

    look_into(shift_at(desk), Evening(1))

    assert desk.asked[0] == (["LOC-A-01-05", "LOC-B-02-02", "LOC-C-01-01"], False)


def test_what_is_below_zero_and_docks_that_are_not_empty_are_counted() -> None:
    desk = SaidDesk(difference(1, None, kind="negative", place="RETURNS-1"))
    desk.docks = {"DOCK-2": [{"on_hand": 1}], "DOCK-1": [{"on_hand": 0}]}

    look_into(shift_at(desk), Evening(1))

    assert desk.asked == [(["DOCK-2", "RETURNS-1"], False)]


def test_what_the_record_explains_is_not_counted_again() -> None:
    desk = SaidDesk(difference(1, 0, cause="late_fact", explained_by=RECOUNT))

    assert look_into(shift_at(desk), Evening(1)) == 0
    assert desk.asked == []


def test_what_the_numbers_only_suggest_is_counted_again_and_not_sought() -> None:
    guess: dict[str, Any] = {"cause": "wrong_place", "explained_by": "1/1/3", "certain": False}
    desk = SaidDesk(difference(1, **guess))

    look_into(shift_at(desk), Evening(1))

    assert desk.asked == [(["LOC-A-01-05"], True)]
    assert verdict_of(desk.rows[0]) is None
    desk.rows = [difference(1, recounted_by=RECOUNT, recounted=0)]
    evening = Evening(1, again={1})
    assert look_into(shift_at(desk), evening) == 3
    assert look_into(shift_at(desk), evening) == 0
    again = difference(1, recounted_by=RECOUNT, recounted=0, **guess)
    assert look_into(shift_at(SaidDesk(again)), Evening(1)) == 0
    found = verdict_of(again)
    assert found is not None
    assert found[:2] == ("wrong_place", "1/1/3")


@pytest.mark.parametrize(
    ("row", "verdict"),
    [
        (difference(1, cause="late_fact", explained_by="1/1/1"), ("late_fact", "1/1/1")),
        (difference(1, None, cause="undo", explained_by="1/1/2"), ("miscount", "1/1/2")),
        (difference(1, cause="damage", explained_by="1/1/3"), ("damage", "1/1/3")),
        (difference(1, recounted_by=RECOUNT, recounted=0), ("lost", RECOUNT)),
        (difference(1, recounted_by=RECOUNT, recounted=-2), ("lost", RECOUNT)),
        (difference(1, recounted_by=RECOUNT, recounted=2), ("lost", RECOUNT)),
        (difference(1, recounted_by=RECOUNT, recounted=4), ("unknown", RECOUNT)),
        (difference(1, 2, recounted_by=RECOUNT, recounted=0), ("unknown", RECOUNT)),
        (difference(1, 2, recounted_by=RECOUNT, recounted=-5), ("miscount", RECOUNT)),
        (difference(1), None),
        (difference(1, None), None),
        (difference(1, 0, cause="late_fact"), None),
        (difference(1, None, kind="negative"), None),
    ],
)
def test_cause_is_what_the_record_shows(
    row: dict[str, Any], verdict: tuple[str, str] | None
) -> None:
    found = verdict_of(row)
    assert (found and found[:2]) == verdict


def test_only_what_is_explained_is_closed() -> None:
    desk = SaidDesk(difference(1), difference(2, recounted_by=RECOUNT, recounted=0))

    close(cast(Any, desk), 1)

    assert desk.closed == [(2, "lost", RECOUNT)]
