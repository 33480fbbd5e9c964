"""Tests of cancelling at a site: before the pick promises end, after it a person undoes."""

import pytest
from msgspec.structs import replace

from device_protocol.operations import Pick, Receive, ShortPick, StartTote
from server.ledger.records import Balance, Task
from server.orders.messages import CancelShipment, Units
from server.orders.records import Demand, ShipmentLine
from server.planning.records import Package
from server.planning.waves import ReleaseWave
from tests.floor import Floor, Handheld
from tests.orders.channel import (
    all_of,
    bodies,
    cancel,
    drain,
    lines,
    open_floor,
    order,
    order_of,
    picks,
    place,
    say,
    shipment,
    stock,
    tasks,
    tell,
)


def promised(*ordered: tuple[str, int]) -> Floor:
    """A floor with 9 of A1 in A-01 and of A2 in A-02, and order 1."""
    floor = open_floor()
    stock(floor, ("A-01", "A1", 9), ("A-02", "A2", 9))
    place(floor, order_of("1", *ordered))
    return floor


def released(*ordered: tuple[str, int]) -> Floor:
    """The same, with order 1 released to a wave."""
    floor = promised(*ordered)
    tell(floor, ReleaseWave())
    return floor


def pick(handheld: Handheld, floor: Floor, sku: str, quantity: int) -> dict[str, object]:
    """Pick units of order 1's line of a SKU into its tote."""
    body = next(line for body in bodies(floor) for line in body.lines if line.item == sku)
    operation = Pick(
        quantity=quantity, source=body.place, to="TOTE-1", tasks=(body.task,), ended=9_000
    )
    outcome: dict[str, object] = handheld.do(operation)[0]
    return outcome


def set_state(floor: Floor, state: str, packed: int = 0) -> None:
    """Bring order 1 into a state that packing or a courier reports."""
    with floor.store.session([1]) as session:
        session.picture = floor.store.picture  # type: ignore[attr-defined]
        session.picture.put(replace(shipment(floor, "1"), state=state))
        for line in lines(floor, "1"):
            session.picture.put(replace(line, packed=packed))


def allocated(floor: Floor) -> int:
    """Units that are allocated to pick lines anywhere."""
    return sum(balance.allocated for balance in all_of(floor, Balance))


def test_cancel_before_the_wave_ends_the_promise() -> None:
    floor = promised(("A1", 4), ("A2", 1))

    cancel(floor, "1")

    assert all_of(floor, Demand) == []
    ended = shipment(floor, "1")
    assert (ended.state, ended.waiting, ended.cancelled_at) == ("cancelled", None, floor.now)
    assert [(line.promised, line.cancelled) for line in lines(floor, "1")] == [(0, 4), (0, 1)]
    assert (order(floor, "1").state, tasks(floor)) == ("cancelled", [])


def test_part_of_a_line_is_cancelled_and_the_rest_stays_promised() -> None:
    floor = promised(("A1", 4))

    cancel(floor, "1", (1, 3))

    assert [demand.quantity for demand in all_of(floor, Demand)] == [1]
    assert (shipment(floor, "1").state, shipment(floor, "1").waiting) == ("open", "open")


def test_missing_units_are_cancelled_first_and_close_their_task() -> None:
    floor = promised(("A1", 12))
    assert tasks(floor) == [("out_of_stock", 3)]

    cancel(floor, "1", (1, 2))
    assert tasks(floor) == [("out_of_stock", 1)]
    cancel(floor, "1", (1, 1))

    assert tasks(floor) == []
    assert [(line.promised, line.missing) for line in lines(floor, "1")] == [(9, 0)]


def test_shipment_left_with_only_missing_units_is_an_exception() -> None:
    floor = promised(("A1", 1), ("A3", 1))

    cancel(floor, "1", (1, 1))

    assert (shipment(floor, "1").state, order(floor, "1").state) == ("exception", "exception")


def test_cancel_after_the_release_voids_the_pick_lines() -> None:
    floor = released(("A1", 4), ("A2", 1))

    cancel(floor, "1")

    assert {line.state for line in picks(floor, "1")} == {"voided"}
    assert allocated(floor) == 0
    package = all_of(floor, Package)[0]
    assert (package.left, package.state, bodies(floor)[0].lines) == (0, "done", ())
    ended = shipment(floor, "1")
    assert (ended.state, ended.to_pick, ended.released_at) == ("cancelled", 0, floor.now)
    assert tasks(floor) == []


def test_part_of_a_pick_line_is_cancelled_and_devices_hear_the_rest() -> None:
    floor = released(("A1", 4))

    cancel(floor, "1", (1, 3))

    assert [(line.quantity, line.state) for line in picks(floor, "1")] == [(1, "pending")]
    assert [line.quantity for line in bodies(floor)[0].lines] == [1]
    assert allocated(floor) == 1
    assert (shipment(floor, "1").state, shipment(floor, "1").to_pick) == ("released", 1)


def test_pick_of_a_voided_line_is_posted_and_flagged() -> None:
    floor = released(("A1", 4))
    line = bodies(floor)[0].lines[0]
    cancel(floor, "1")

    outcome = floor.handheld().do(
        Pick(quantity=4, source=line.place, to="TOTE-1", tasks=(line.task,), ended=9_000)
    )[0]

    assert outcome["code"] == "cancelled_meanwhile"
    assert floor.balances()["TOTE-1", "1000001:A1|good"] == 4
    assert tasks(floor) == [("put_back", 4)]
    assert shipment(floor, "1").state == "cancelled"


def test_picked_units_are_put_back_from_the_tote_and_the_rest_is_voided() -> None:
    floor = released(("A1", 4), ("A2", 1))
    handheld = floor.handheld()
    handheld.do(StartTote(unit="TOTE-1", shipment=shipment(floor, "1").id, ended=8_000))
    pick(handheld, floor, "A1", 3)

    cancel(floor, "1")

    task = next(task for task in all_of(floor, Task) if task.kind == "put_back")
    assert tasks(floor) == [("put_back", 3)]
    assert (task.place, task.stock) == (
        next(unit for unit in all_of(floor, Balance) if unit.quantity == 3).place,
        picks(floor, "1")[0].stock,
    )
    assert allocated(floor) == 0
    assert [(line.cancelled, line.put_back) for line in lines(floor, "1")] == [(4, 3), (1, 0)]
    assert shipment(floor, "1").state == "cancelled"


def test_cancelled_twice_in_part_is_put_back_once() -> None:
    floor = released(("A1", 4))
    pick(floor.handheld(), floor, "A1", 4)

    cancel(floor, "1", (1, 1))
    cancel(floor, "1", (1, 2))
    cancel(floor, "1", (1, 3))

    assert tasks(floor) == [("put_back", 1), ("put_back", 2), ("put_back", 1)]
    assert shipment(floor, "1").state == "cancelled"
    assert shipment(floor, "1").picked_at is not None


def test_goods_of_each_bin_are_put_back_once() -> None:
    floor = open_floor()
    handheld = floor.handheld()
    handheld.do(
        *(
            Receive(quantity=2, owner="ACME", item="A1", lot=lot, to=place_, ended=1_000)
            for lot, place_ in (("L1", "A-01"), ("L2", "A-02"))
        )
    )
    place(floor, order_of("1", ("A1", 4)))
    tell(floor, ReleaseWave())
    for line in bodies(floor)[0].lines:
        handheld.do(
            Pick(quantity=2, source=line.place, to="TOTE-1", tasks=(line.task,), ended=9_000)
        )

    cancel(floor, "1", (1, 2))
    cancel(floor, "1")

    put_back = [task.stock for task in all_of(floor, Task) if task.kind == "put_back"]
    assert sorted(put_back, key=str) == sorted({line.stock for line in picks(floor, "1")})
    assert tasks(floor) == [("put_back", 2), ("put_back", 2)]


def test_cancelling_the_last_open_line_leaves_a_picked_shipment() -> None:
    floor = released(("A1", 4), ("A2", 1))
    pick(floor.handheld(), floor, "A1", 4)

    cancel(floor, "1", (2, 1))

    assert shipment(floor, "1").state == "picked"
    assert order(floor, "1").state == "picked"
    assert tasks(floor) == []


@pytest.mark.parametrize(
    ("state", "expected", "kind"),
    [
        ("packed", "cancelled", "unpack"),
        ("loaded", "loaded", "intercept"),
        ("delivered", "delivered", "return"),
    ],
)
def test_what_has_gone_further_is_undone_by_a_task(state: str, expected: str, kind: str) -> None:
    floor = released(("A1", 4))
    pick(floor.handheld(), floor, "A1", 4)
    set_state(floor, state, packed=4)

    cancel(floor, "1")

    assert tasks(floor) == [(kind, 4)]
    ended = shipment(floor, "1")
    assert (ended.state, ended.cancelled_at) == (expected, floor.now)
    assert ended.picked_at is not None


def test_of_a_half_packed_shipment_totes_are_emptied_before_parcels() -> None:
    floor = released(("A1", 4))
    pick(floor.handheld(), floor, "A1", 4)
    set_state(floor, "picked", packed=3)

    cancel(floor, "1", (1, 2))

    assert tasks(floor) == [("unpack", 1), ("put_back", 1)]


def test_units_being_sought_are_cancelled_before_picked_ones() -> None:
    floor = released(("A1", 4))
    line = bodies(floor)[0].lines[0]
    handheld = floor.handheld()
    pick(handheld, floor, "A1", 3)
    handheld.do(ShortPick(quantity=1, source=line.place, tasks=(line.task,), ended=10_000))

    # The network's message comes before the follow-up work of the short pick.
    say(floor, CancelShipment(order=order(floor, "1").id, lines=(Units(1, 1),)))
    drain(floor)

    assert [task for task in tasks(floor) if task[0] != "count"] == []
    assert [(line.cancelled, line.put_back, line.missing) for line in lines(floor, "1")] == [
        (1, 0, 0)
    ]
    assert (shipment(floor, "1").state, len(picks(floor, "1"))) == ("picked", 1)


def test_units_of_all_kinds_stay_accounted_for() -> None:
    floor = released(("A1", 12), ("A2", 2))
    pick(floor.handheld(), floor, "A1", 5)

    for _ in range(6):
        cancel(floor, "1", (1, 2), reference=f"{floor.now}-{len(all_of(floor, ShipmentLine))}")
        floor.now += 1

    line = lines(floor, "1")[0]
    assert (line.cancelled, line.missing, line.put_back) == (12, 0, 5)
    assert allocated(floor) == 2


def test_what_the_site_does_not_know_is_flagged() -> None:
    floor = promised(("A1", 1))

    unknown = say(
        floor,
        CancelShipment(order=5, lines=()),
        CancelShipment(order=order(floor, "1").id, lines=(Units(9, 1),)),
    )

    assert [outcome["code"] for outcome in unknown] == ["unknown_shipment", "unknown_line"]
