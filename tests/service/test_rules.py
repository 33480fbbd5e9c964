"""What may still be asked of an order, state by state."""

import pytest

from server.lane.activity import NETWORK
from server.orders.records import Order, OrderLine
from server.service.records import ConsumerWord
from server.service.rules import left_to_return, may_ask, read_units


def an_order(state: str) -> Order:
    """An order that has come so far."""
    return Order(
        site=NETWORK,
        id=7,
        owner=1,
        channel="web",
        number="N1",
        content="",
        priority=5,
        destination="",
        recipient="",
        placed_at=0,
        received_at=0,
        promised_at=None,
        fulfilled_by=1,
        state=state,
    )


@pytest.mark.parametrize(
    ("state", "allowed"),
    [
        ("open", "wish complaint"),
        ("exception", "wish complaint"),
        ("packed", "wish complaint"),
        ("loaded", "receipt complaint return"),
        ("delivered", "receipt complaint return"),
        ("returned", "receipt complaint return"),
        ("cancelled", "complaint"),
        ("closed", "complaint"),
    ],
)
def test_what_may_be_asked_follows_the_goods(state: str, allowed: str) -> None:
    assert may_ask(an_order(state), {1: 2}) == tuple(allowed.split())


def test_no_return_is_offered_once_all_was_asked_back() -> None:
    assert may_ask(an_order("delivered"), {}) == ("receipt", "complaint")


def test_returns_that_were_asked_and_cancelled_units_are_not_left() -> None:
    lines = [OrderLine(NETWORK, 7, 1, 11, 5, cancelled=1), OrderLine(NETWORK, 7, 2, 12, 1)]
    words = [
        ConsumerWord(NETWORK, 7, name, "return", 0, "", units=units)
        for name, units in (("a", "1x1 2x1"), ("b", "1x2"), ("c", ""))
    ]

    assert left_to_return(lines, []) == {1: 4, 2: 1}
    assert left_to_return(lines, words) == {1: 1}


def test_units_of_a_line_that_is_not_there_are_not_left() -> None:
    word = ConsumerWord(NETWORK, 7, "a", "return", 0, "", units="9x1")

    assert left_to_return([], [word]) == {}
    assert read_units("") == []
