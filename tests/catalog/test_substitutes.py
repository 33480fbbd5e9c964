"""Substitutes: what an owner lets be shipped in place of an item."""

import pytest

from server.catalog.messages import PutSubstitutes
from server.catalog.records import Substitute
from server.lane.activity import NETWORK
from tests.desk import Desk


def put(*skus: str, owner: str = "ACME", sku: str = "A1", rule: str = "ask") -> PutSubstitutes:
    """What may come in place of A1."""
    return PutSubstitutes(owner=owner, sku=sku, substitutes=skus, rule=rule)


def listed(desk: Desk) -> list[tuple[int, int, str]]:
    """Rank, substitute and rule."""
    return [(each.rank, each.substitute, each.rule) for each in desk.all(Substitute)]


def test_list_is_put_as_it_is_said() -> None:
    desk = Desk()

    desk.tell(NETWORK, put("A2", "A3"))
    assert listed(desk) == [(1, 1_000_012, "ask"), (2, 1_000_013, "ask")]

    desk.tell(NETWORK, put("A4", rule="free"))
    assert listed(desk) == [(1, 1_000_014, "free")]

    desk.tell(NETWORK, put("A4", "A5", rule="free"))
    [same] = desk.tell(NETWORK, put("A4", "A5", rule="free"))
    assert same["grant"] == {"item": 1_000_011, "unchanged": True}
    assert [rank for rank, _, _ in listed(desk)] == [1, 2]

    desk.tell(NETWORK, put())
    assert listed(desk) == []


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (put("A2", owner="NONE"), "unknown_owner"),
        (put("A2", sku="NONE"), "unknown_item"),
        (put("B1"), "unknown_item"),
        (put("A1"), "bad_substitutes"),
        (put("A2", "A2"), "bad_substitutes"),
        (put("A2", "A3", "A4", "A5", "A2", "A3"), "bad_substitutes"),
        (put("A2", rule="always"), "bad_rule"),
    ],
)
def test_list_that_can_not_be_so_is_refused(message: PutSubstitutes, code: str) -> None:
    desk = Desk()

    [outcome] = desk.tell(NETWORK, message)

    assert (outcome["outcome"], outcome["code"]) == ("refused", code)
    assert listed(desk) == []
