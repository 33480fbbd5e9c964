"""Tests of progress: the order keeps the site's last word and the times of its milestones."""

from server.lane.activity import NETWORK
from server.orders.messages import OrderProgress
from server.orders.records import Order
from tests.floor import Floor
from tests.orders.channel import cancel, open_floor, order, order_of, place, say


def placed() -> Floor:
    """A floor with order 1."""
    floor = open_floor()
    place(floor, order_of("1", ("A1", 4)))
    return floor


def told(floor: Floor, state: str, at: int, picked_at: int | None = None) -> Order:
    """The order after its site has told a state."""
    number = order(floor, "1").id
    message = OrderProgress(order=number, state=state, at=at, site=1, picked_at=picked_at)
    say(floor, message, site=NETWORK)
    return order(floor, "1")


def times(kept: Order) -> tuple[int | None, ...]:
    """The order's milestones."""
    return (
        kept.released_at,
        kept.picked_at,
        kept.packed_at,
        kept.loaded_at,
        kept.delivered_at,
    )


def test_milestones_are_kept_with_their_times() -> None:
    floor = placed()
    for at, state in enumerate(("released", "picked", "packed", "loaded", "delivered"), 1):
        kept = told(floor, state, at)
        assert kept.state == state
    assert times(order(floor, "1")) == (1, 2, 3, 4, 5)


def test_time_of_the_pick_comes_with_a_later_state() -> None:
    floor = placed()

    assert times(told(floor, "packed", 9, picked_at=7)) == (None, 7, 9, None, None)


def test_taken_back_milestones_are_taken_back() -> None:
    floor = placed()
    told(floor, "released", 1)
    told(floor, "loaded", 5)

    kept = told(floor, "packed", 4)

    assert (kept.state, times(kept)) == ("packed", (1, None, 4, None, None))


def test_cancelled_order_stays_cancelled_unless_it_went_out() -> None:
    floor = placed()
    cancel(floor, "1")

    assert told(floor, "packed", 3).state == "cancelled"
    assert told(floor, "delivered", 4).state == "delivered"
    assert told(floor, "returned", 5).state == "returned"


def test_progress_of_an_order_that_nobody_knows_is_flagged() -> None:
    floor = placed()

    outcome = say(floor, OrderProgress(order=5, state="picked", at=1, site=1), site=NETWORK)[0]

    assert outcome["code"] == "unknown_order"
