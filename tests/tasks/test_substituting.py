"""Substituting: another item in place of what was not found, approved or put back."""

from typing import Any

import pytest

from device_protocol.operations import PackItem, Pick, Seal, Undo
from server.catalog.messages import PutSubstitutes
from server.lane.activity import NETWORK
from server.ledger.records import Allocation, Task
from server.planning.packages import BodyLine
from server.planning.records import Package, Substituted
from server.planning.waves import ReleaseWave
from server.tasks.substituting import DecideSubstitute
from tests.floor import Floor
from tests.orders.channel import (
    all_of,
    bodies,
    cancel,
    drain,
    lines,
    open_floor,
    order_of,
    place,
    say,
    shipment,
    stock,
    tasks,
    tell,
)


def shop(rule: str = "free", *more: tuple[str, str, int]) -> Floor:
    """A released order of 4 A1, in whose place A2 may be taken."""
    floor = open_floor()
    stock(floor, ("A-01", "A1", 10), *(more or (("A-02", "A2", 9),)))
    rules = PutSubstitutes(owner="ACME", sku="A1", substitutes=("A3", "A2"), rule=rule)
    say(floor, rules, site=NETWORK)
    place(floor, order_of("1", ("A1", 4)))
    tell(floor, ReleaseWave())
    return floor


def pick_line(floor: Floor) -> BodyLine:
    """The pick line as devices have it."""
    return bodies(floor)[0].lines[0]


def instead(floor: Floor, quantity: int, ended: int = 2_000, **more: Any) -> Pick:  # noqa: ANN401
    """Units of A2 in place of A1."""
    told = {"owner": "ACME", "item": "A2", "instead": "A1", "source": "A-02", "to": "T-1"}
    return Pick(quantity=quantity, tasks=(pick_line(floor).task,), ended=ended, **(told | more))


def shipped(floor: Floor) -> list[tuple[int, int, int, int]]:
    """Item, quantity, cancelled and the position in whose place it is, of the shipment's lines."""
    return [
        (line.item - 1_000_010, line.quantity, line.cancelled, line.instead)
        for line in lines(floor, "1")
    ]


def asked(floor: Floor) -> Task:
    """The task by which a supervisor decides."""
    return next(task for task in all_of(floor, Task) if task.kind == "approve_substitute")


def test_device_knows_what_may_be_taken_and_where_that_stands() -> None:
    floor = shop()

    [offered] = pick_line(floor).instead

    assert (offered.item, offered.place, offered.codes) == ("A2", "A-02", ("04000000000020",))


def test_what_is_promised_to_others_is_not_offered() -> None:
    floor = open_floor()
    stock(floor, ("A-01", "A1", 10), ("A-02", "A2", 9))
    say(floor, PutSubstitutes(owner="ACME", sku="A1", substitutes=("A2",)), site=NETWORK)
    place(floor, order_of("1", ("A1", 4)), order_of("2", ("A2", 9)))
    [first] = [shipment(floor, "1").id]

    tell(floor, ReleaseWave(shipments=(first,)))

    assert pick_line(floor).instead == ()


def test_substitute_fills_the_line_and_is_shipped_in_its_place() -> None:
    floor = shop()
    device = floor.handheld()

    one, other = device.do(instead(floor, 1), instead(floor, 3, 3_000))

    assert (one["code"], one["expected"], one["actual"]) == ("substituted", "A1", "A2")
    assert other["code"] == "substituted"
    assert shipped(floor) == [(1, 0, 0, 0), (2, 4, 0, 1)]
    assert shipment(floor, "1").state == "picked"
    assert all_of(floor, Package)[0].state == "done"
    assert tasks(floor) == []
    packed = PackItem(
        quantity=4,
        item="A2",
        owner="ACME",
        source="T-1",
        unit="P-1",
        shipment=shipment(floor, "1").id,
        ended=4_000,
    )
    sealed = Seal(unit="P-1", shipment=shipment(floor, "1").id, ended=5_000)
    assert device.do(packed, sealed) == [{"outcome": "applied"}] * 2
    assert shipment(floor, "1").state == "packed"


def test_part_may_be_picked_of_what_was_wanted() -> None:
    floor = shop()
    task = pick_line(floor).task

    floor.handheld().do(
        Pick(quantity=3, source="A-01", to="T-1", tasks=(task,), ended=1_500), instead(floor, 1)
    )

    assert shipped(floor) == [(1, 3, 0, 0), (2, 1, 0, 1)]
    assert shipment(floor, "1").state == "picked"


@pytest.mark.parametrize("item", ["A2", "A4"])
def test_owner_who_is_to_be_asked_or_named_no_such_item_is_asked(item: str) -> None:
    floor = shop("ask", ("A-02", "A2", 9), ("A-03", "A4", 9))
    device = floor.handheld()

    source = {"A2": "A-02", "A4": "A-03"}[item]
    [outcome] = device.do(instead(floor, 1, item=item, source=source))
    device.do(instead(floor, 3, 3_000, item=item, source=source))

    assert outcome["then"] == "a supervisor approves it"
    assert tasks(floor) == [("approve_substitute", 4)]
    say(floor, DecideSubstitute(task=asked(floor).id, approve=True))
    assert tasks(floor) == []
    assert [each.state for each in all_of(floor, Substituted)] == ["approved"]
    [again] = say(floor, DecideSubstitute(task=asked(floor).id, approve=False))
    assert (again["code"], again["actual"]) == ("already_resolved", "approved")


def test_rejected_substitute_is_put_back_and_what_was_wanted_is_sought_again() -> None:
    floor = shop("ask")
    floor.handheld().do(instead(floor, 4))

    tell(floor, DecideSubstitute(task=asked(floor).id, approve=False))

    assert tasks(floor) == [("put_back", 4)]
    assert shipped(floor) == [(1, 4, 0, 0), (2, 4, 4, 1)]
    assert shipment(floor, "1").state == "released"
    assert [line.quantity for line in bodies(floor)[1].lines] == [4]


def test_substitute_that_is_packed_is_unpacked_before_it_is_rejected() -> None:
    floor = shop("ask")
    device = floor.handheld()
    number = shipment(floor, "1").id
    packed = PackItem(
        quantity=1, item="A2", owner="ACME", source="T-1", unit="P-1", shipment=number, ended=3_000
    )
    device.do(instead(floor, 4), packed)

    [refused] = say(floor, DecideSubstitute(task=asked(floor).id, approve=False))

    assert (refused["outcome"], refused["code"]) == ("refused", "already_packed")


def test_task_that_asks_something_else_is_not_decided() -> None:
    floor = shop()

    [outcome] = say(floor, DecideSubstitute(task=pick_line(floor).task, approve=True))

    assert (outcome["outcome"], outcome["code"]) == ("refused", "not_found")


def test_rejected_after_it_was_cancelled_there_is_nothing_to_put_back_twice() -> None:
    floor = shop("ask")
    floor.handheld().do(instead(floor, 4))
    cancel(floor, "1")
    before = tasks(floor)

    tell(floor, DecideSubstitute(task=asked(floor).id, approve=False))

    assert before == [("approve_substitute", 4), ("put_back", 4)]
    assert tasks(floor) == [("put_back", 4)]
    assert shipment(floor, "1").state == "cancelled"


def test_cancelled_units_are_taken_off_what_is_shipped_in_place_too() -> None:
    floor = shop()
    floor.handheld().do(instead(floor, 3))

    cancel(floor, "1", (1, 2))

    assert shipped(floor) == [(1, 1, 1, 0), (2, 3, 1, 1)]
    assert tasks(floor) == [("put_back", 1)]


def test_pick_after_the_order_was_cancelled_is_put_back() -> None:
    floor = shop()
    operation = instead(floor, 2)
    cancel(floor, "1")

    [outcome] = floor.handheld().do(operation)

    assert outcome["code"] == "substituted"
    assert tasks(floor) == [("put_back", 2)]
    assert shipped(floor) == [(1, 4, 4, 0)]


def test_more_than_was_wanted_is_put_back() -> None:
    floor = shop()

    floor.handheld().do(instead(floor, 6))

    assert tasks(floor) == [("put_back", 2)]
    assert shipped(floor) == [(1, 0, 0, 0), (2, 4, 0, 1)]


@pytest.mark.parametrize("rule", ["free", "ask"])
def test_undone_the_line_wants_its_units_again(rule: str) -> None:
    floor = shop(rule)
    device = floor.handheld()
    first = device.write(instead(floor, 1, 2_000))
    second = device.write(instead(floor, 3, 3_000))
    device.push()

    device.do(Undo(seq=second, ended=4_000))
    assert shipped(floor) == [(1, 3, 0, 0), (2, 1, 0, 1)]
    assert tasks(floor) == ([("approve_substitute", 1)] if rule == "ask" else [])
    device.do(Undo(seq=first, ended=5_000))

    assert shipped(floor) == [(1, 4, 0, 0), (2, 0, 0, 1)]
    assert tasks(floor) == []
    assert shipment(floor, "1").state == "released"
    assert floor.balances()["A-02", "1000001:A2|good"] == 9
    device.do(instead(floor, 4, 6_000))
    assert shipped(floor) == [(1, 0, 0, 0), (2, 4, 0, 1)]
    assert [each.picked for each in all_of(floor, Allocation) if each.package is None] == [4]


def test_undone_after_it_was_rejected_nothing_is_wanted_twice() -> None:
    floor = shop("ask")
    device = floor.handheld()
    seq = device.write(instead(floor, 4))
    device.push()
    tell(floor, DecideSubstitute(task=asked(floor).id, approve=False))

    device.do(Undo(seq=seq, ended=3_000))
    drain(floor)

    assert shipped(floor) == [(1, 4, 0, 0), (2, 4, 4, 1)]
    assert sum(line.quantity for body in bodies(floor)[1:] for line in body.lines) == 4


def test_code_that_nobody_knows_is_no_substitute() -> None:
    floor = shop()

    [outcome] = floor.handheld().do(instead(floor, 1, item="", owner="", code="12345"))

    assert outcome["code"] == "unknown_code"
    assert tasks(floor) == [("put_back", 1)]
    assert shipped(floor) == [(1, 4, 0, 0)]


def test_undo_of_another_item_leaves_what_was_picked_rightly() -> None:
    floor = shop()
    device = floor.handheld()
    task = pick_line(floor).task
    device.do(Pick(quantity=2, source="A-01", to="T-1", tasks=(task,), ended=1_500))
    wrong = device.write(instead(floor, 1, instead=""))
    device.push()

    device.do(Undo(seq=wrong, ended=3_000))

    [line] = all_of(floor, Allocation)
    assert (line.picked, line.short) == (2, 0)


def test_wanted_item_named_as_its_own_substitute_is_a_plain_pick() -> None:
    floor = shop()
    device = floor.handheld()
    seq = device.write(instead(floor, 2, item="A1", source="A-01"))
    assert device.push()[-1] == {"outcome": "applied"}

    device.do(Undo(seq=seq, ended=3_000))

    assert [line.picked for line in all_of(floor, Allocation)] == [0]
