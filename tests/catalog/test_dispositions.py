"""Rules of owners about what becomes of goods of a condition."""

from typing import Any

import pytest

from server.catalog.dispositions import rule_of, usual
from server.catalog.messages import PutDisposition
from server.catalog.records import Disposition
from server.lane.activity import NETWORK
from tests.desk import Desk


def put(desk: Desk, **said: Any) -> dict[str, Any]:  # noqa: ANN401
    """Say that ACME's damaged goods are repaired."""
    told: dict[str, Any] = {"owner": "ACME", "condition": "damaged", "way": "repair"} | said
    return desk.ask(NETWORK, PutDisposition(**told))


def test_rule_is_kept_and_changed() -> None:
    desk = Desk()

    put(desk)
    again = put(desk)
    put(desk, way="scrap", place="BIN-S")

    assert again["grant"]["unchanged"] is True
    rule = rule_of(desk.floor.store.picture, 1_000_001, "damaged")  # type: ignore[attr-defined]
    assert rule == Disposition(NETWORK, 1_000_001, "damaged", "scrap", "BIN-S")


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"owner": "NOBODY"}, "unknown_owner"),
        ({"condition": ""}, "bad_condition"),
        ({"way": "burn"}, "bad_way"),
        ({"place": " P"}, "bad_place"),
    ],
)
def test_what_can_be_no_rule_is_refused(said: dict[str, str], code: str) -> None:
    outcome = put(Desk(), **said)

    assert (outcome["outcome"], outcome["code"]) == ("refused", code)


def test_usually_only_good_goods_are_sold_again() -> None:
    assert (usual("good"), usual("damaged"), usual("")) == ("restock", "quarantine", "quarantine")
