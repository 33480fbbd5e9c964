"""Putting back: what waits in totes leads to its shelf, and whoever brings it has done the task."""

from itertools import permutations
from typing import Any

import pytest

from device_protocol.operations import Move, PackItem, StartTote, Undo
from server.ledger.locations import PutLocation
from server.ledger.records import Place, Task
from server.planning.storage import BroughtBack, Guide
from server.tasks.resolving import ResolveTask
from tests.floor import Floor
from tests.orders.channel import all_of, cancel, say, shipment
from tests.tasks.picks import pick, released

APPLIED = {"outcome": "applied"}


def back(quantity: int, to: str = "A-01", ended: int = 6_000, **more: Any) -> Move:  # noqa: ANN401
    """Units of A1 that are brought from T-1 to a shelf."""
    told = {"owner": "ACME", "item": "A1", "source": "T-1"} | more
    return Move(quantity=quantity, to=to, ended=ended, **told)


def asked(floor: Floor) -> list[tuple[int | None, str, str]]:
    """Units, where they are and where to, of each open task of putting back."""
    codes = {each.id: each.code for each in all_of(floor, Place)}
    led = {each.task: codes.get(each.target or 0, "") for each in all_of(floor, Guide)}
    return [
        (task.quantity, codes[task.place or 0], led[task.id])
        for task in all_of(floor, Task)
        if task.kind == "put_back" and task.open
    ]


def test_surplus_leads_to_the_bin_it_was_taken_from_and_whoever_brings_it_has_done_it() -> None:
    floor = released()
    device = floor.handheld()
    device.do(pick(floor, 7))
    assert asked(floor) == [(3, "T-1", "A-01")]

    outcomes = device.do(back(1), back(2, "A-02"))

    assert outcomes == [APPLIED] * 2
    assert asked(floor) == []
    assert all_of(floor, Guide) == []


def test_goods_that_go_elsewhere_or_are_others_leave_it_open() -> None:
    floor = released()
    device = floor.handheld()
    device.do(pick(floor, 6))

    device.do(back(2, "T-2"), back(1, item="A2"), back(1, owner="BETA", item="B1"))

    assert asked(floor) == [(2, "T-1", "A-01")]


def test_wrong_item_goes_back_whole() -> None:
    floor = released()
    floor.handheld().do(pick(floor, 2, owner="ACME", item="A2", source="A-05"))

    assert asked(floor) == [(2, "T-1", "A-05")]
    floor.handheld(2).do(back(2, "A-05", item="A2"))
    assert asked(floor) == []


def test_what_was_cancelled_leads_to_its_bin() -> None:
    floor = released()
    device = floor.handheld()
    device.do(StartTote(unit="T-1", shipment=shipment(floor, "1").id, ended=1_500), pick(floor, 4))

    cancel(floor, "1")

    assert asked(floor) == [(4, "T-1", "A-01")]
    device.do(back(4))
    assert asked(floor) == []


@pytest.mark.parametrize("order", [*permutations(range(3))])
def test_any_order_of_arrival_leaves_nothing_to_do(order: tuple[int, ...]) -> None:
    floor = released()
    batches = (
        [pick(floor, 3, tasks=(), owner="ACME", item="A1")],
        [back(1)],
        [back(2, "A-09", ended=7_000)],
    )

    for number in order:
        floor.handheld(number + 1).do(*batches[number])

    assert asked(floor) == []
    assert floor.balances() == {("A-01", "1000001:A1|good"): 8, ("A-09", "1000001:A1|good"): 2}


def test_what_was_packed_already_is_not_asked_for() -> None:
    floor = released()
    number = shipment(floor, "1").id
    goods: dict[str, Any] = {"owner": "ACME", "item": "A1", "source": "T-1"}
    floor.handheld(2).do(PackItem(quantity=3, unit="P-1", shipment=number, ended=9_000, **goods))
    floor.handheld(1).do(pick(floor, 4), pick(floor, 1, ended=2_500))

    assert asked(floor) == [(1, "T-1", "A-01")]


def test_undone_move_asks_again_for_what_it_had_brought() -> None:
    floor = released()
    device = floor.handheld()
    device.do(pick(floor, 9))
    device.do(back(2), back(3))

    device.do(Undo(seq=3, ended=8_000))
    assert asked(floor) == [(2, "T-1", "A-01")]
    device.do(Undo(seq=4, ended=8_100))

    assert asked(floor) == [(5, "T-1", "A-01")]
    assert all_of(floor, BroughtBack) == []
    device.do(back(5, ended=9_000))
    assert asked(floor) == []


def test_undone_pick_asks_for_nothing_any_more() -> None:
    floor = released()
    device = floor.handheld()
    device.do(pick(floor, 6))
    device.do(pick(floor, 1, ended=2_500))
    assert asked(floor) == [(2, "T-1", "A-01"), (1, "T-1", "A-01")]

    device.do(Undo(seq=2, ended=8_000))

    assert asked(floor) == [(1, "T-1", "A-01")]
    assert [task.note for task in all_of(floor, Task) if not task.open] == ["taken back"]


def test_task_that_a_desk_closed_stays_closed() -> None:
    floor = released()
    device = floor.handheld()
    device.do(pick(floor, 6))
    device.do(back(1))
    [task] = [each for each in all_of(floor, Task) if each.kind == "put_back"]

    say(floor, ResolveTask(task=task.id, note="it stays there"))
    device.do(Undo(seq=3, ended=8_000))
    device.do(back(2, ended=9_000))

    assert asked(floor) == []
    assert all_of(floor, Guide) == []


def test_place_that_is_no_shelf_or_closed_is_not_led_to() -> None:
    floor = released()
    device = floor.handheld()
    say(floor, PutLocation(code="A-02", place_kind="bin", state="retired"))

    device.do(pick(floor, 2, tasks=(), owner="ACME", item="A1", source="T-9"))
    device.do(pick(floor, 1, tasks=(), owner="ACME", item="A1", source="A-02", to="T-2"))

    assert asked(floor) == [(2, "T-1", ""), (1, "T-2", "")]
    device.do(back(2, "A-03"), back(1, source="T-2"))
    assert asked(floor) == []
