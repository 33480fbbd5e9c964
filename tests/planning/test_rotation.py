"""Which lots are promised and picked: the first to expire, or to come; none that is too old."""

import itertools
from typing import Any

import pytest

from device_protocol.operations import Move, Pick, Receive
from server.catalog.messages import PutItem
from server.lane.activity import NETWORK
from server.ledger.records import Task
from server.planning.waves import ReleaseWave
from tests.floor import Floor
from tests.ledger.book import place_code
from tests.orders.channel import (
    all_of,
    bodies,
    lines,
    open_floor,
    order_of,
    picks,
    place,
    say,
    shipment,
    tell,
)

TODAY = "2027-01-15"
"""The day of the test floor's clock."""
FRESH, LATER, SOON, OLD = "2027-06-01", "2027-09-01", "2027-01-20", "2027-01-14"


def dairy(rotation: str = "fefo", **more: Any) -> Floor:  # noqa: ANN401 - fields of an item
    """A floor where A1 is rotated."""
    floor = open_floor()
    item = PutItem(owner="ACME", sku="A1", lot_capture="receipt", rotation=rotation, **more)
    say(floor, item, site=NETWORK)
    return floor


def lot(code: str, name: str, quantity: int, expiry: str = "", ended: int = 1_000) -> Receive:
    """Units of a lot of A1 at a place."""
    return Receive(
        quantity=quantity, owner="ACME", item="A1", lot=name, expiry=expiry, to=code, ended=ended
    )


def planned(floor: Floor, quantity: int) -> list[tuple[str, int]]:
    """From where an order of A1 is picked."""
    place(floor, order_of("1", ("A1", quantity)))
    tell(floor, ReleaseWave())
    return [(place_code(floor, line.place), line.quantity) for line in picks(floor, "1")]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_lot_that_expires_first_is_picked_first_in_whatever_order_they_came(
    order: tuple[int, ...],
) -> None:
    floor = dairy()
    stands = [
        lot("A-01", "L-LATER", 9, LATER),
        lot("A-02", "L-FRESH", 2, FRESH),
        lot("A-03", "L-UNKNOWN", 50),
    ]
    floor.handheld().do(*(stands[each] for each in order))

    assert sorted(planned(floor, 4)) == [("A-01", 2), ("A-02", 2)]


def test_earlier_lot_at_the_dock_comes_before_a_later_one_in_a_bin() -> None:
    floor = dairy()
    floor.handheld().do(lot("A-01", "L1", 9, LATER), lot("D-1", "L2", 9, FRESH))

    assert planned(floor, 3) == [("D-1", 3)]


def test_fifo_takes_the_lot_that_came_first_and_goods_without_a_lot_before() -> None:
    floor = dairy("fifo")
    device = floor.handheld()
    device.do(lot("A-01", "L1", 2, LATER, 1_000), lot("A-02", "L2", 9, FRESH, 2_000))
    device.do(lot("A-03", "", 1, ended=3_000))
    device.do(
        Move(quantity=1, source="A-04", to="A-05", owner="ACME", item="A1", lot="L9", ended=4)
    )

    assert sorted(planned(floor, 4)) == [("A-01", 2), ("A-02", 1), ("A-03", 1)]


def test_without_rotation_the_bin_decides() -> None:
    floor = dairy("none")
    floor.handheld().do(lot("A-01", "L1", 9, FRESH), lot("A-02", "L2", 3, LATER))

    assert planned(floor, 3) == [("A-02", 3)]


def test_expired_and_too_short_lots_are_not_promised_and_the_task_says_why() -> None:
    floor = dairy(min_days=30)
    floor.handheld().do(
        lot("A-01", "L1", 2, OLD), lot("A-02", "L2", 3, SOON), lot("A-03", "L3", 4, FRESH)
    )

    assert planned(floor, 6) == [("A-03", 4)]

    [line] = lines(floor, "1")
    assert (line.promised, line.missing) == (0, 2)
    [task] = all_of(floor, Task)
    assert (task.kind, task.quantity) == ("out_of_stock", 2)
    assert task.note == "1 expired or too few days left"


def test_lot_that_became_too_old_since_it_was_promised_is_missing() -> None:
    floor = dairy("none")
    floor.handheld().do(lot("A-01", "L1", 5, TODAY))
    place(floor, order_of("1", ("A1", 2)))
    assert [line.promised for line in lines(floor, "1")] == [2]

    floor.now += 86_400_000
    tell(floor, ReleaseWave())

    assert picks(floor, "1") == []
    assert shipment(floor, "1").state == "exception"
    [task] = all_of(floor, Task)
    assert "too few days left" in task.note


def test_pick_of_another_lot_or_of_expired_goods_fills_the_line_and_is_flagged() -> None:
    floor = dairy()
    device = floor.handheld()
    device.do(lot("A-01", "L1", 5, FRESH), lot("A-02", "L2", 5, OLD))
    planned(floor, 3)
    [body] = bodies(floor)
    task = body.lines[0].task
    assert body.lines[0].lot == "L1"

    picked = [
        Pick(quantity=1, source="A-01", to="T-1", tasks=(task,), ended=2_000),
        Pick(quantity=1, source="A-01", to="T-1", tasks=(task,), lot="L3", ended=3_000),
        Pick(quantity=1, source="A-02", to="T-1", tasks=(task,), lot="L2", ended=4_000),
    ]
    outcomes = device.do(*picked)

    told = [(each.get("code", ""), each.get("expected", "")) for each in outcomes]
    assert told == [("", ""), ("other_lot", "L1"), ("other_lot", "L1")]
    assert shipment(floor, "1").state == "picked"


def test_pick_of_the_lot_asked_for_is_flagged_once_it_is_expired() -> None:
    floor = dairy()
    device = floor.handheld()
    device.do(lot("A-01", "L1", 5, FRESH))
    planned(floor, 2)
    task = bodies(floor)[0].lines[0].task
    plain = Pick(quantity=1, source="A-01", to="T-1", tasks=(task,), ended=2_000)
    label = Pick(
        quantity=1, source="A-01", to="T-1", tasks=(task,), lot="L1", expiry=OLD, ended=3_000
    )

    first, second = device.do(plain, label)

    assert first == {"outcome": "applied"}
    # The label in the hand says another date than the one that came in.
    assert (second["code"], second["actual"]) == ("other_expiry", OLD)
    device.do(lot("A-05", "L5", 1, OLD, 4_000))
    [loose] = device.do(
        Pick(quantity=1, owner="ACME", item="A1", lot="L5", source="A-05", to="T-1", ended=5_000)
    )
    assert (loose["code"], loose["actual"]) == ("expired", OLD)
