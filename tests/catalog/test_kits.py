"""Kits as desks put them: what one unit is made of, from a time on."""

from typing import Any

import pytest

from server.catalog.kits import recipe_of
from server.catalog.messages import KitUnits, PutKit
from server.catalog.records import KitPart
from server.lane.activity import NETWORK
from tests.desk import Desk

KIT = 1_000_015


def put(desk: Desk, *parts: tuple[str, int], since: int = 0, **said: Any) -> dict[str, Any]:  # noqa: ANN401
    """Say what A5 is made of."""
    told: dict[str, Any] = {"owner": "ACME", "sku": "A5"} | said
    units = tuple(KitUnits(*part) for part in parts)
    return desk.ask(NETWORK, PutKit(parts=units, valid_from=since, **told))


def recipe(desk: Desk, at: int) -> dict[int, int]:
    """The recipe at a time, items by the number in their SKU."""
    found = recipe_of(desk.floor.store.picture, KIT, at)  # type: ignore[attr-defined]
    return {item - 1_000_010: quantity for item, quantity in found.items()}


def test_recipe_holds_from_its_time_until_the_next() -> None:
    desk = Desk()

    outcome = put(desk, ("A1", 1), ("A2", 2), since=100)
    put(desk, ("A3", 1), since=200)
    put(desk, since=300)

    assert outcome["grant"] == {"item": KIT}
    assert [recipe(desk, at) for at in (99, 100, 199, 200, 300)] == [
        {},
        {1: 1, 2: 2},
        {1: 1, 2: 2},
        {3: 1},
        {},
    ]


def test_same_moment_said_again_replaces_what_was_said() -> None:
    desk = Desk()
    put(desk, ("A1", 1), ("A2", 2))

    changed, again = put(desk, ("A2", 3), ("A2", 1)), put(desk, ("A2", 4))

    assert "unchanged" not in changed["grant"]
    assert again["grant"]["unchanged"] is True
    assert recipe(desk, 0) == {2: 4}
    assert len(desk.all(KitPart)) == 1


@pytest.mark.parametrize(
    ("parts", "said", "code"),
    [
        ((("A1", 1),), {"owner": "NOBODY"}, "unknown_owner"),
        ((("A1", 1),), {"sku": "NO1"}, "unknown_item"),
        ((("NO1", 1),), {}, "unknown_item"),
        ((("B1", 1),), {}, "unknown_item"),
        ((("A5", 1),), {}, "bad_parts"),
        ((("A1", 0),), {}, "bad_quantity"),
        ((("A1", 1),), {"since": -1}, "bad_valid_from"),
        ((("A1", 1),) * 101, {}, "bad_parts"),
    ],
)
def test_what_can_be_no_kit_is_refused(
    parts: tuple[tuple[str, int], ...], said: dict[str, Any], code: str
) -> None:
    desk = Desk()

    outcome = put(desk, *parts, **said)

    assert (outcome["outcome"], outcome["code"]) == ("refused", code)
    assert desk.all(KitPart) == []
