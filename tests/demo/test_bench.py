"""What is packed from which tote."""

from typing import Any

from server.demo.bench import plan_packing
from server.demo.floor import Floor
from server.demo.made import make_world
from server.demo.truth import Spot, Truth
from server.demo.world import Key, World


def floor_of(world: World) -> Floor:
    return Floor(world, Truth(), world.seed)


def shipment(number: str, identity: int, priority: int = 5, **wanted: int) -> dict[str, Any]:
    lines = [{"sku": sku, "quantity": units, "packed": 0} for sku, units in wanted.items()]
    return {"id": identity, "number": number, "priority": priority, "lines": lines}


def fill(floor: Floor, tote: str, units: dict[str, int], shipment: int | None) -> Spot:
    spot = Spot(1, tote)
    for sku, quantity in units.items():
        floor.truth.arrive(spot, Key("ACME", sku), quantity)
    floor.truth.label(spot, shipment)
    return spot


def test_own_totes_are_packed_and_surplus_is_left() -> None:
    floor = floor_of(make_world(1))
    number = next(order.number for order in floor.world.orders if order.owner == "ACME")
    tote = fill(floor, "TOTE-1", {"A002": 3, "A003": 1}, 7)
    [plan] = plan_packing(floor, 1, [shipment(number, 7, A002=2)])
    assert plan.takes == ((tote, Key("ACME", "A002"), 2),)
    assert plan.complete


def test_incomplete_order_says_so_and_one_without_goods_is_left_out() -> None:
    floor = floor_of(make_world(1))
    numbers = [order.number for order in floor.world.orders if order.owner == "ACME"]
    fill(floor, "TOTE-1", {"A002": 1}, 7)
    told = [shipment(numbers[0], 7, A002=2), shipment(numbers[1], 8, A003=1)]
    [plan] = plan_packing(floor, 1, told)
    assert (plan.shipment, plan.complete) == (7, False)


def test_shared_tote_serves_orders_of_one_line_emergencies_first() -> None:
    floor = floor_of(make_world(1))
    numbers = [order.number for order in floor.world.orders if order.owner == "ACME"]
    fill(floor, "TOTE-1", {"A002": 1}, None)
    told = [shipment(numbers[0], 7, A002=1), shipment(numbers[1], 8, priority=0, A002=1)]
    [plan] = plan_packing(floor, 1, told)
    assert plan.shipment == 8


def test_totes_of_other_sites_are_out_of_reach() -> None:
    floor = floor_of(make_world(1))
    number = next(order.number for order in floor.world.orders if order.owner == "ACME")
    fill(floor, "TOTE-1", {"A002": 1}, 7)
    assert plan_packing(floor, 2, [shipment(number, 7, A002=1)]) == []
