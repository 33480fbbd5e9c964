"""Tests of orders that are speeded up, and of shipments and packages that follow."""

import msgspec
import pytest

from server.lane.activity import NETWORK
from server.ledger.records import Allocation
from server.orders.hurrying import HurryOrder, HurryShipment
from server.orders.records import Order
from server.planning.packages import Body
from server.planning.records import Package
from server.planning.waves import ReleaseWave
from tests.floor import SITE, Floor
from tests.orders.channel import (
    ACME,
    all_of,
    cancel,
    drain,
    open_floor,
    order,
    order_of,
    place,
    say,
    shipment,
    stock,
    tell,
)


def placed(*numbers: str) -> Floor:
    """A floor with goods, and orders of one unit each."""
    floor = open_floor()
    stock(floor, ("A-01", "A1", 9))
    place(floor, *(order_of(number, ("A1", 1)) for number in numbers))
    return floor


def hurry(floor: Floor, number: str, priority: int = 0) -> dict[str, object]:
    """Say how urgent an order is, and let the site know."""
    told = HurryOrder(owner=ACME, channel="web", number=number, priority=priority)
    outcome: dict[str, object] = say(floor, told, site=NETWORK)[0]
    drain(floor)
    return outcome


def packages(floor: Floor) -> list[tuple[int, int, int]]:
    """Priority of each package, as listed and as its body says it, and its lines."""
    found = sorted(all_of(floor, Package), key=lambda package: package.id)
    told = [(package, msgspec.json.decode(package.body, type=Body)) for package in found]
    return [(package.priority, body.priority, len(body.lines)) for package, body in told]


def test_order_and_shipment_become_an_emergency_and_ordinary_again() -> None:
    floor = placed("1", "2")
    number = order(floor, "2").id

    assert hurry(floor, "2") == {"outcome": "applied", "grant": {"order": number}}
    assert hurry(floor, "2")["grant"] == {"order": number, "duplicate": True}
    assert [order(floor, name).priority for name in "12"] == [5, 0]
    assert [shipment(floor, name).priority for name in "12"] == [5, 0]
    hurry(floor, "2", 5)
    assert (order(floor, "2").priority, shipment(floor, "2").priority) == (5, 5)


def test_packages_that_pick_it_come_first_and_stay_so() -> None:
    floor = placed("1")
    tell(floor, ReleaseWave())
    place(floor, order_of("2", ("A1", 1)))
    tell(floor, ReleaseWave())

    hurry(floor, "2")
    assert packages(floor) == [(5, 5, 1), (0, 0, 1)]
    hurry(floor, "2", 7)
    assert packages(floor) == [(5, 5, 1), (0, 0, 1)]
    assert shipment(floor, "2").priority == 7


def test_package_that_is_done_and_lines_in_none_are_left() -> None:
    floor = placed("1")
    tell(floor, ReleaseWave())
    [line] = all_of(floor, Allocation)
    [package] = all_of(floor, Package)
    with floor.store.session([SITE]) as session:
        session.picture = floor.store.picture  # type: ignore[attr-defined]
        session.picture.put(msgspec.structs.replace(package, open=None))
        session.picture.put(msgspec.structs.replace(line, id=77, package=None))

    hurry(floor, "1")

    assert packages(floor) == [(5, 5, 1)]


def test_what_is_not_there_or_has_left_is_said() -> None:
    floor = placed("1", "2")
    cancel(floor, "2")

    assert hurry(floor, "none")["code"] == "unknown_order"
    assert hurry(floor, "2")["code"] == "too_late"
    assert [hurry(floor, "1", priority)["code"] for priority in (-1, 10)] == ["bad_priority"] * 2
    assert [each.priority for each in all_of(floor, Order)] == [5, 5]
    [told] = say(floor, HurryShipment(order=9, priority=0))
    assert (told["outcome"], told["code"]) == ("flagged", "unknown_shipment")


@pytest.mark.parametrize("state", ["closed", "loaded", "delivered", "returned"])
def test_order_whose_goods_are_gone_stays_as_it_is(state: str) -> None:
    floor = placed("1")
    with floor.store.session([NETWORK]) as session:
        session.picture = floor.store.picture  # type: ignore[attr-defined]
        session.picture.put(msgspec.structs.replace(order(floor, "1"), state=state))

    assert hurry(floor, "1")["code"] == "too_late"
