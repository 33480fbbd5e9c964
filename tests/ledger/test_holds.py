"""Holds: one record selects stock by whatever parts it names."""

from typing import Any

import pytest

from server.ledger.holds import held_by, selects
from server.ledger.records import Hold, Stock
from tests.floor import SITE, Floor
from tests.sayings import put

GOODS = Stock(SITE, 5, "sign", owner=1, item=2, lot="L1", serial="S1")


def hold(number: int = 1, **selectors: Any) -> Hold:  # noqa: ANN401 - fields of a hold.
    """A hold by some selectors."""
    return Hold(SITE, number, "recall", 0, "1/1/1", **selectors)


@pytest.mark.parametrize(
    ("selectors", "expected"),
    [
        ({"owner": 1}, True),
        ({"owner": 9}, False),
        ({"item": 2}, True),
        ({"item": 9}, False),
        ({"lot": "L1"}, True),
        ({"lot": "L9"}, False),
        ({"serial": "S1"}, True),
        ({"serial": "S9"}, False),
        ({"place": 11}, True),
        ({"place": 99}, False),
        ({"unit": 21}, True),
        ({"unit": 99}, False),
        ({"owner": 1, "lot": "L1", "place": 11}, True),
        ({"owner": 1, "lot": "L9", "place": 11}, False),
        ({}, True),
    ],
)
def test_every_selector_that_a_hold_names_must_match(
    selectors: dict[str, Any], expected: bool
) -> None:
    assert selects(hold(**selectors), GOODS, 11, 21) is expected


def test_hold_of_one_unit_selects_no_loose_goods() -> None:
    assert not selects(hold(unit=21), GOODS, 11, None)


def test_first_open_hold_that_selects_the_stock_is_told() -> None:
    floor = Floor()
    lifted = Hold(SITE, 1, "recall", 0, "1/1/1", item=2, open=None)
    put(floor, lifted, hold(2, item=9), hold(3, item=2), hold(4, owner=1))
    picture = floor.store.picture  # type: ignore[attr-defined]

    found = held_by(picture, SITE, GOODS, 11)

    assert found is not None
    assert found.id == 3
    assert held_by(picture, SITE, Stock(SITE, 6, "other", owner=8, item=8), 11) is None
