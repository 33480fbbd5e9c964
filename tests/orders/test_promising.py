"""Tests of promising: what a site promises to shipments, and what is missing."""

from device_protocol.operations import Move, Receive
from server.ledger.records import Place
from server.orders.messages import OpenShipment, ShippedLine
from server.orders.records import Demand, Shipment
from server.tasks.resolving import PutHold
from tests.floor import SITE
from tests.orders.channel import (
    ACME,
    all_of,
    drain,
    lines,
    open_floor,
    order,
    order_of,
    place,
    say,
    shipment,
    stock,
    tasks,
)


def test_stock_in_bins_and_at_docks_is_promised() -> None:
    floor = open_floor()
    stock(floor, ("A-01", "A1", 3), ("D-1", "A1", 2))

    place(floor, order_of("1", ("A1", 5)))

    assert [(line.promised, line.missing) for line in lines(floor, "1")] == [(5, 0)]
    assert shipment(floor, "1").waiting == "open"
    assert [demand.quantity for demand in all_of(floor, Demand)] == [5]
    assert tasks(floor) == []


def test_promises_that_are_no_longer_covered_take_nothing_from_the_next() -> None:
    floor = open_floor()
    stock(floor, ("A-01", "A1", 5))
    place(floor, order_of("1", ("A1", 5)))
    taken = Move(quantity=3, owner="ACME", item="A1", source="A-01", to="TOTE-1", ended=2_000)
    floor.handheld().do(taken)

    place(floor, order_of("2", ("A1", 2)))

    assert [(line.promised, line.missing) for line in lines(floor, "2")] == [(0, 2)]


def test_two_lines_of_an_item_share_what_is_there() -> None:
    floor = open_floor()
    stock(floor, ("A-01", "A1", 5))

    place(floor, order_of("1", ("A1", 3), ("A1", 3)))

    assert [(line.promised, line.missing) for line in lines(floor, "1")] == [(3, 0), (2, 1)]
    assert tasks(floor) == [("out_of_stock", 1)]


def test_what_one_order_was_promised_is_not_promised_to_the_next() -> None:
    floor = open_floor()
    stock(floor, ("A-01", "A1", 5))

    place(floor, order_of("1", ("A1", 3)), order_of("2", ("A1", 3)))

    assert [line.promised for line in lines(floor, "2")] == [2]


def test_shipment_without_anything_is_an_exception_and_the_network_hears_of_it() -> None:
    floor = open_floor()

    place(floor, order_of("1", ("A1", 3), ("A2", 1)))

    assert (shipment(floor, "1").state, shipment(floor, "1").waiting) == ("exception", "exception")
    assert order(floor, "1").state == "exception"
    assert tasks(floor) == [("out_of_stock", 4)]
    assert all_of(floor, Demand) == []


def test_held_stock_is_never_promised() -> None:
    floor = open_floor()
    stock(floor, ("A-01", "A1", 5), ("A-02", "A1", 2))
    say(floor, PutHold(reason="recall", place="A-01"))

    place(floor, order_of("1", ("A1", 5)))

    assert [(line.promised, line.missing) for line in lines(floor, "1")] == [(2, 3)]


def test_another_owners_goods_are_never_promised() -> None:
    floor = open_floor()
    stock(floor, ("A-01", "A1", 5))

    place(floor, order_of("1", ("B1", 5), owner=1_000_002))

    assert [line.promised for line in lines(floor, "1")] == [0]


def test_shipment_is_opened_once() -> None:
    floor = open_floor()
    told = OpenShipment(
        order=7,
        owner=ACME,
        channel="web",
        number="1",
        priority=5,
        received_at=1,
        lines=(ShippedLine(1, 1_000_011, 1),),
    )

    say(floor, told, told)
    drain(floor)

    assert len(all_of(floor, Shipment)) == 1


def test_damaged_goods_and_goods_at_a_bench_are_never_promised() -> None:
    floor = open_floor()
    with floor.store.session([SITE]) as session:
        session.picture.add(Place(SITE, 1_000_200, "BENCH", "bench"))
        session.write()
    damaged = Receive(
        quantity=3, owner="ACME", item="A1", condition="damaged", to="A-01", ended=1_000
    )
    at_bench = Receive(quantity=4, owner="ACME", item="A1", to="BENCH", ended=2_000)
    floor.handheld().do(damaged, at_bench)

    place(floor, order_of("1", ("A1", 5)))

    assert [line.promised for line in lines(floor, "1")] == [0]


def test_goods_missing_from_a_bin_lower_what_is_promised() -> None:
    floor = open_floor()
    stock(floor, ("A-01", "A1", 5))
    gone = Move(quantity=2, owner="ACME", item="A1", source="A-02", to="BENCH", ended=1_000)
    floor.handheld().do(gone)

    place(floor, order_of("1", ("A1", 5)))

    assert [line.promised for line in lines(floor, "1")] == [3]
