"""Kits that are ordered: their parts are promised to them, until they are made or not wanted."""

import pytest

from device_protocol.operations import Undo
from server.orders.messages import RetryShortages
from server.orders.records import Demand
from server.planning.kit_orders import OrderKits
from server.tasks.resolving import ResolveTask
from tests.floor import Floor
from tests.orders.channel import bodies, drain, lines, order_of, place, shipment, stock, tell
from tests.sayings import all_of, say
from tests.tasks.test_assembling import KIT, kitchen, made


def ordered(floor: Floor, kits: int) -> int:
    """Order kits, each of one A2 and two A4; answer the task."""
    (outcome,) = say(floor, OrderKits(owner="ACME", item="A5", quantity=kits, place="A-01"))
    task: int = outcome["grant"]["task"]
    return task


def promised(floor: Floor) -> dict[str, int]:
    """Units promised at the site, by SKU."""
    return {f"A{each.item - 1_000_010}": each.quantity for each in all_of(floor, Demand)}


def test_parts_are_promised_to_nobody_else() -> None:
    floor = kitchen(A2=5, A4=5)
    ordered(floor, 2)

    place(floor, order_of("1", ("A4", 2)))

    assert promised(floor) == {"A2": 2, "A4": 5}
    assert [(line.promised, line.missing) for line in lines(floor, "1")] == [(1, 1)]
    tell(floor, OrderKits(owner="ACME", item="A5", quantity=1))
    assert promised(floor) == {"A2": 3, "A4": 5}


def test_kits_that_are_made_take_what_was_promised_and_undone_it_is_again() -> None:
    floor = kitchen(A2=5, A4=6)
    task = ordered(floor, 3)
    device = floor.handheld()

    device.do(made(1, task=task))
    assert promised(floor) == {"A2": 2, "A4": 4}
    device.do(made(2, task=task))
    assert promised(floor) == {}
    device.do(Undo(seq=3, ended=9_000))
    assert promised(floor) == {"A2": 2, "A4": 4}
    device.do(made(1, task=task, apart=True))
    assert promised(floor) == {"A2": 3, "A4": 6}
    device.do(made(9, task=task, ended=7_000))
    assert promised(floor) == {}


@pytest.mark.parametrize("makes", [0, 1])
def test_order_that_a_desk_closes_gives_its_parts_back(makes: int) -> None:
    floor = kitchen(A2=5, A4=6)
    task = ordered(floor, 3)
    device = floor.handheld()
    if makes:
        device.do(made(1, task=task))

    say(floor, ResolveTask(task=task, note="not wanted"))

    assert promised(floor) == {}
    device.do(made(1, task=task, ended=6_000))
    device.do(Undo(seq=2, ended=9_000))
    assert promised(floor) == {}


def test_what_was_missing_is_never_promised_twice_and_is_sought_with_that_of_orders() -> None:
    floor = kitchen(A2=9, A4=3)
    task = ordered(floor, 2)
    device = floor.handheld()
    assert promised(floor) == {"A2": 2, "A4": 3}
    device.do(made(1, task=task))
    assert promised(floor) == {"A2": 1, "A4": 1}
    device.do(Undo(seq=2, ended=9_000))
    assert promised(floor) == {"A2": 2, "A4": 3}

    (nothing,) = tell(floor, RetryShortages())
    stock(floor, ("A-03", "A4", 5), device=7)
    (found,) = tell(floor, RetryShortages())

    assert (nothing["grant"]["found"], found["grant"]["found"]) == (0, 1)
    assert promised(floor) == {"A2": 2, "A4": 4}
    device.do(made(2, task=task, ended=10_000))
    assert promised(floor) == {}


def test_orders_come_before_kits_where_both_miss_something() -> None:
    floor = kitchen(A2=9)
    ordered(floor, 1)
    place(floor, order_of("1", ("A4", 2)))

    stock(floor, ("A-03", "A4", 3), device=7)
    tell(floor, RetryShortages())

    assert [line.promised for line in lines(floor, "1")] == [2]
    assert promised(floor) == {"A2": 1, "A4": 3}


def test_kits_that_an_order_waits_for_are_picked_as_soon_as_they_are_made() -> None:
    floor = kitchen(A2=5, A4=5)
    place(floor, order_of("1", ("A5", 2)))
    assert shipment(floor, "1").state == "exception"
    task = ordered(floor, 2)

    floor.handheld().do(made(1, task=task), made(1, task=task, ended=6_000))
    drain(floor)

    assert shipment(floor, "1").state == "released"
    assert [(line.place, line.item, line.quantity) for line in bodies(floor)[0].lines] == [
        ("A-01", "A5", 2)
    ]
    assert promised(floor) == {}


def test_kits_at_a_place_from_which_nothing_is_promised_are_left_there() -> None:
    floor = kitchen(A2=5, A4=5)
    place(floor, order_of("1", ("A5", 2)))

    floor.handheld().do(made(2, at="TOTE-1"), made(1, at="TOTE-1", apart=True, ended=6_000))
    drain(floor)

    assert shipment(floor, "1").state == "exception"
    assert floor.balances()["TOTE-1", KIT] == 1
