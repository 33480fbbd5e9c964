"""Cross-docking: what shipments lack is picked at the dock and never stored."""

from device_protocol.operations import Pick, Receive, ShortPick, Undo
from server.inbound.messages import AnnouncedGoods
from server.lane.records import Outgoing
from server.orders.records import Lacking
from server.planning.waves import ReleaseWave
from tests.floor import Floor
from tests.inbound.deliveries import announce, came
from tests.orders.channel import (
    bodies,
    cancel,
    drain,
    lines,
    open_floor,
    order_of,
    picks,
    place,
    say,
    shipment,
    stock,
    tasks,
    tell,
)
from tests.sayings import all_of


def at_dock(quantity: int, item: str = "A1", to: str = "D-1", condition: str = "") -> Receive:
    """Units that came without an announcement."""
    return Receive(
        quantity=quantity, owner="ACME", item=item, to=to, condition=condition, ended=5_000
    )


def told(floor: Floor, *operations: Receive, device: int = 1) -> list[tuple[str, str]]:
    """Receive, let the follow-up work be done; answer code and expected of each outcome."""
    outcomes = floor.handheld(device).do(*operations)
    drain(floor)
    return [(outcome.get("code", ""), outcome.get("expected", "")) for outcome in outcomes]


def test_goods_that_a_waiting_order_lacks_are_picked_at_the_dock() -> None:
    floor = open_floor()
    place(floor, order_of("1", ("A1", 4)))
    assert shipment(floor, "1").state == "exception"

    assert told(floor, at_dock(3), at_dock(2)) == [("cross_dock", "packing")] * 2

    assert shipment(floor, "1").state == "released"
    (body,) = bodies(floor)
    assert [(line.place, line.quantity) for line in body.lines] == [("D-1", 4)]
    assert tasks(floor) == []
    assert all_of(floor, Lacking) == []
    assert told(floor, at_dock(1), device=3) == [("", "")]
    task = (body.lines[0].task,)
    floor.handheld(2).do(Pick(quantity=4, source="D-1", to="T-1", tasks=task, ended=9_000))
    assert shipment(floor, "1").state == "picked"


def test_orders_are_sought_once_for_all_scans_that_came_in_between() -> None:
    floor = open_floor()
    place(floor, order_of("1", ("A1", 4)))

    floor.handheld(1).do(at_dock(1), at_dock(1))
    floor.handheld(2).do(at_dock(1))

    assert len(all_of(floor, Outgoing)) == 1


def test_goods_that_a_released_order_lacks_become_pick_work_at_the_dock() -> None:
    floor = open_floor()
    stock(floor, ("A-01", "A1", 4))
    place(floor, order_of("1", ("A1", 4)))
    tell(floor, ReleaseWave())
    task = (bodies(floor)[0].lines[0].task,)
    floor.handheld(2).do(ShortPick(quantity=4, source="A-01", tasks=task, ended=3_000))
    drain(floor)
    assert shipment(floor, "1").state == "exception"

    assert told(floor, at_dock(3)) == [("cross_dock", "packing")]

    assert shipment(floor, "1").state == "released"
    assert [(line.place, line.quantity) for line in bodies(floor)[-1].lines] == [("D-1", 3)]
    assert [line.missing for line in lines(floor, "1")] == [1]
    assert len(all_of(floor, Lacking)) == 1
    assert told(floor, at_dock(1), device=3) == [("cross_dock", "packing")]
    assert sum(line.quantity for line in picks(floor, "1") if line.state == "pending") == 4


def test_order_that_lacks_something_else_waits_for_it() -> None:
    floor = open_floor()
    place(floor, order_of("1", ("A1", 2), ("A2", 2)))

    told(floor, at_dock(2))

    waiting = shipment(floor, "1")
    assert (waiting.state, waiting.wave) == ("open", None)
    assert [(line.promised, line.missing) for line in lines(floor, "1")] == [(2, 0), (0, 2)]
    told(floor, at_dock(2, "A2"), device=2)
    assert shipment(floor, "1").state == "released"


def test_the_more_urgent_order_is_served_first() -> None:
    floor = open_floor()
    place(floor, order_of("1", ("A1", 2)), order_of("2", ("A1", 2), priority=0))

    told(floor, at_dock(2))

    assert (shipment(floor, "1").state, shipment(floor, "2").state) == ("exception", "released")
    assert len(all_of(floor, Lacking)) == 1


def test_order_that_was_released_and_not_planned_yet_is_sought_for() -> None:
    floor = open_floor()
    stock(floor, ("A-01", "A1", 1))
    place(floor, order_of("1", ("A1", 3)))
    say(floor, ReleaseWave())

    told(floor, at_dock(2))

    assert sum(line.quantity for line in picks(floor, "1")) == 3


def test_undo_of_pick_and_receipt_leaves_the_line_to_be_sought_elsewhere() -> None:
    floor = open_floor()
    place(floor, order_of("1", ("A1", 4)))
    receiver, picker = floor.handheld(1), floor.handheld(2)
    receiver.do(at_dock(4))
    drain(floor)
    task = (bodies(floor)[0].lines[0].task,)
    picker.do(Pick(quantity=4, source="D-1", to="T-1", tasks=task, ended=9_000))

    picker.do(Undo(seq=len(picker.lines), ended=9_100))
    drain(floor)
    assert [(line.place, line.quantity) for line in bodies(floor)[-1].lines] == [("D-1", 4)]
    assert shipment(floor, "1").state == "released"
    receiver.do(Undo(seq=len(receiver.lines), ended=9_200))
    drain(floor)

    assert floor.balances() == {}
    picker.do(ShortPick(quantity=4, source="D-1", tasks=task, ended=9_300))
    drain(floor)
    assert (shipment(floor, "1").state, len(all_of(floor, Lacking))) == ("exception", 1)


def test_mark_that_outlasts_its_order_is_taken_off() -> None:
    floor = open_floor()
    place(floor, order_of("1", ("A1", 4)))
    cancel(floor, "1")

    assert told(floor, at_dock(3)) == [("cross_dock", "packing")]

    assert (bodies(floor), all_of(floor, Lacking)) == ([], [])
    assert told(floor, at_dock(3), device=2) == [("", "")]


def test_goods_that_can_not_go_on_are_received_as_ever() -> None:
    floor = open_floor()
    place(floor, order_of("1", ("A1", 4)))

    outcomes = told(
        floor,
        at_dock(4, condition="damaged"),
        at_dock(4, to="A-01"),
        at_dock(4, "A2"),
    )

    assert outcomes == [("", "")] * 3
    assert shipment(floor, "1").state == "exception"


def test_goods_announced_for_cross_docking_go_to_staging_where_nobody_lacks_them_yet() -> None:
    floor = open_floor()
    announce(floor, AnnouncedGoods("A1", 4), AnnouncedGoods("A2", 4), cross_dock=True)
    place(floor, order_of("1", ("A2", 1)))

    outcomes = told(floor, came(1), came(1, "A2"), came(1, to="A-01"), came(1, condition="damaged"))

    assert outcomes == [("cross_dock", "staging"), ("cross_dock", "packing"), ("", ""), ("", "")]
