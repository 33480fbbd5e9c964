"""The auditor of causes: nothing lost is explained away, and most causes are what happened."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from server.demo.causes import Causes, judge
from server.demo.made import make_world
from server.demo.shift import Shift
from server.demo.truth import Truth
from server.demo.world import Key, Mishap
from tests.demo.saying import closed, difference

PLACE = "LOC-A-01-05"
LAMP = Key("ACME", "A001")


def judged(mishaps: list[Mishap], *rows: dict[str, Any]) -> Causes:
    """Judge rows of the hub against what happened there."""
    world = make_world(1)
    floor = SimpleNamespace(truth=Truth(mishaps=mishaps))

    def shown(site: int, status: str | None) -> list[dict[str, Any]]:
        assert status is None
        return list(rows) if site == 1 else []

    desk = SimpleNamespace(discrepancies=shown)
    return judge(cast(Shift, SimpleNamespace(world=world, floor=floor, desk=desk)))


def mishap(kind: str, units: int = 3, key: Key | None = LAMP, other: str = "") -> Mishap:
    """Something that happened in the bin."""
    return Mishap(cast(Any, kind), 1, PLACE, key, units, other)


@pytest.mark.parametrize(
    ("happened", "cause"),
    [
        ([mishap("lost")], "lost"),
        ([mishap("strayed", other="LOC-A-01-06")], "wrong_place"),
        ([mishap("miskeyed")], "mis_scan"),
        ([mishap("broken")], "damage"),
        ([mishap("miscounted", key=None)], "miscount"),
        ([], "late_fact"),
    ],
)
def test_cause_that_is_what_happened_is_agreed(happened: list[Mishap], cause: str) -> None:
    told = judged(happened, closed(1, cause))
    assert told.given == [(cause, 1, 1)]
    assert told.findings == []


def test_place_to_which_goods_strayed_is_explained_by_it_too() -> None:
    there = closed(1, "wrong_place", 3, place="LOC-A-01-06")
    told = judged([mishap("strayed", other="LOC-A-01-06")], there)
    assert told.given == [("wrong_place", 1, 1)]


def test_loss_that_is_explained_away_is_found() -> None:
    told = judged([mishap("lost")], closed(1, "wrong_place"))
    assert told.findings == ["site 1 LOC-A-01-05: 3 of A001 are lost, 0 are said"]


def test_part_of_a_loss_that_nobody_names_is_found() -> None:
    told = judged([mishap("lost", 5)], closed(1, "lost"), closed(2, "unknown", -1))
    assert told.findings == ["site 1 LOC-A-01-05: 5 of A001 are lost, 4 are said"]


def test_what_is_open_is_found_and_what_the_book_closed_is_told() -> None:
    by_itself = difference(2, state="closed", cause="count", closed_kind="count")
    told = judged([], difference(1), by_itself)
    assert (told.still_open, told.by_itself) == (1, {"count": 1})
    assert told.findings == ["site 1 LOC-A-01-05: count_variance is open"]


def test_more_wrong_causes_than_one_in_ten_are_found() -> None:
    wrong = [closed(number, "damage") for number in (1, 2)]
    right = [closed(number, "late_fact") for number in range(3, 20)]
    assert judged([], wrong[0]).findings == []
    assert judged([], *wrong, *right).findings == ["2 of 19 causes are not what happened"]
    assert judged([], *wrong, *right, closed(20, "late_fact")).findings == []
