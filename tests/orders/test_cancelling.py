"""Tests of cancelling at the network: what is taken off an order, once."""

from server.lane.activity import NETWORK
from server.lane.records import Outgoing
from server.orders.messages import CancelOrder, OrderProgress
from server.orders.records import Cancellation, OrderLine
from tests.floor import Floor
from tests.orders.channel import (
    ACME,
    all_of,
    cancel,
    open_floor,
    order,
    order_of,
    place,
    say,
    stock,
)


def remaining(floor: Floor) -> list[int]:
    """Units still wanted, by position."""
    found = sorted(all_of(floor, OrderLine), key=lambda line: line.position)
    return [line.quantity - line.cancelled for line in found]


def test_cancelled_order_keeps_who_and_why() -> None:
    floor = open_floor()
    place(floor, order_of("1", ("A1", 2), ("A2", 1)))

    outcome = cancel(floor, "1")

    kept = order(floor, "1")
    assert outcome["grant"] == {"order": kept.id, "units": 3}
    assert (kept.state, kept.cancelled_at) == ("cancelled", floor.now)
    assert (kept.cancel_reason, kept.cancel_party) == ("changed my mind", "customer")
    assert remaining(floor) == [0, 0]


def test_second_cancel_of_the_same_changes_nothing() -> None:
    floor = open_floor()
    place(floor, order_of("1", ("A1", 4)))

    cancel(floor, "1", (1, 1))
    again = cancel(floor, "1", (1, 1))

    assert again["outcome"] == "applied"
    assert again["grant"] == {"order": order(floor, "1").id, "units": 0, "duplicate": True}
    assert remaining(floor) == [3]
    assert len(all_of(floor, Cancellation)) == 1


def test_cancelling_documents_add_up_to_what_was_ordered() -> None:
    floor = open_floor()
    place(floor, order_of("1", ("A1", 4)))

    granted = [
        cancel(floor, "1", (1, 3), reference=reference)["grant"]["units"]
        for reference in ("C1", "C2", "C2", "C3")
    ]

    assert granted == [3, 1, 0, 0]
    assert remaining(floor) == [0]
    assert order(floor, "1").state == "cancelled"


def test_order_with_something_left_stays_open() -> None:
    floor = open_floor()
    stock(floor, ("A-01", "A1", 9))
    place(floor, order_of("1", ("A1", 4)))

    cancel(floor, "1", (1, 3))

    assert (order(floor, "1").state, order(floor, "1").cancelled_at) == ("open", None)


def test_what_cannot_be_cancelled_is_refused() -> None:
    floor = open_floor()
    place(floor, order_of("1", ("A1", 4)))

    codes = [
        cancel(floor, "2")["code"],
        cancel(floor, "1", (2, 1))["code"],
        cancel(floor, "1", (1, 0))["code"],
    ]

    assert codes == ["unknown_order", "unknown_line", "bad_quantity"]
    assert remaining(floor) == [4]


def test_closed_order_has_nothing_to_cancel() -> None:
    floor = open_floor()
    place(floor, order_of("1"))

    outcome = cancel(floor, "1")

    assert outcome["grant"]["units"] == 0
    assert order(floor, "1").state == "closed"
    assert all_of(floor, Outgoing) == []


def test_order_on_the_road_is_cancelled_and_keeps_its_state() -> None:
    floor = open_floor()
    place(floor, order_of("1", ("A1", 4)))
    number = order(floor, "1").id
    say(floor, OrderProgress(order=number, state="loaded", at=9, site=1), site=NETWORK)

    told = CancelOrder(owner=ACME, channel="web", number="1")
    outcome = say(floor, told, site=NETWORK)[0]

    assert outcome["grant"]["units"] == 4
    assert (order(floor, "1").state, order(floor, "1").cancelled_at) == ("loaded", floor.now)
