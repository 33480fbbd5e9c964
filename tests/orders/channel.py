"""A sales channel for tests: it places and cancels orders, and follow-up work is done at once."""

from typing import Any, TypeVar

import msgspec

from device_protocol.operations import Receive
from server.lane.activity import DESK, NETWORK, OUTBOX, TIMER
from server.lane.message import Message
from server.lane.records import Outgoing
from server.ledger.records import Allocation, Task
from server.orders.messages import CancelOrder, PlacedLine, PlaceOrder, Units
from server.orders.records import Order, Shipment, ShipmentLine
from server.planning.packages import Body
from server.planning.records import Package
from server.planning.timers import Tick
from server.record import Record
from server.sites.records import Site
from server.sync.batches import Batch
from tests.floor import SITE, Floor
from tests.strict import StrictStore

R = TypeVar("R", bound=Record)

ACME = 1_000_001


def open_floor(floor: Floor | None = None) -> Floor:
    """A floor whose site the network knows."""
    floor = floor or Floor()
    with floor.store.session([NETWORK]) as session:
        session.picture.add(Site(NETWORK, SITE, "W1", "Warehouse 1", "Europe/Berlin"))
        session.write()
    return floor


def all_of(floor: Floor, kind: type[R]) -> list[R]:
    """Every record of a kind."""
    assert isinstance(floor.store, StrictStore)
    return list(floor.store.picture.all(kind))


def say(
    floor: Floor, *messages: Message, site: int = SITE, stream: int = DESK
) -> list[dict[str, Any]]:
    """Say messages to a lane and answer their outcomes."""
    encoded = tuple(msgspec.json.encode(message) for message in messages)
    answer = floor.run(Batch(site=site, stream=stream, epoch=1, lines=encoded))
    return [msgspec.json.decode(outcome) for outcome in answer.outcomes]


def stock(floor: Floor, *stands: tuple[str, str, int], device: int = 8) -> None:
    """Receive units (place, SKU, quantity) with a device that does nothing else."""
    handheld = floor.handheld(device)
    outcomes = handheld.do(
        *(
            Receive(quantity=quantity, owner="ACME", item=sku, to=place, ended=1_000)
            for place, sku, quantity in stands
        )
    )
    assert all(outcome == {"outcome": "applied"} for outcome in outcomes)


def drain(floor: Floor) -> list[dict[str, Any]]:
    """Hand over what the outboxes hold until nothing is left; answer the outcomes in order."""
    assert isinstance(floor.store, StrictStore)
    outcomes = []
    while waiting := all_of(floor, Outgoing):
        each = min(waiting, key=lambda outgoing: (outgoing.site, outgoing.target, outgoing.seq))
        batch = Batch(
            site=each.target, stream=OUTBOX + each.site, epoch=1, lines=(each.line,), first=each.seq
        )
        answer = floor.run(batch)
        assert answer.status == "taken"
        outcomes += [msgspec.json.decode(outcome) for outcome in answer.outcomes]
        floor.store.picture.remove(each)
    for outcome in outcomes:
        assert outcome["outcome"] != "parked", outcome
    return outcomes


def order_of(number: str, *lines: tuple[str, int], **more: Any) -> PlaceOrder:  # noqa: ANN401
    """An order of some SKUs with quantities."""
    placed = PlaceOrder(
        owner=ACME,
        channel="web",
        number=number,
        placed_at=1,
        site=SITE,
        lines=tuple(PlacedLine(sku, quantity) for sku, quantity in lines),
        content=f"{lines}",
    )
    return msgspec.structs.replace(placed, **more)


def place(floor: Floor, *orders: PlaceOrder) -> list[dict[str, Any]]:
    """Place orders and let sites promise."""
    outcomes = say(floor, *orders, site=NETWORK)
    drain(floor)
    return outcomes


def cancel(floor: Floor, number: str, *lines: tuple[int, int], **more: str) -> dict[str, Any]:
    """Cancel units by position, or all of an order, and let the site undo."""
    told = CancelOrder(
        owner=ACME,
        channel="web",
        number=number,
        lines=tuple(Units(*line) for line in lines),
        reason="changed my mind",
        party="customer",
        **more,
    )
    outcome = say(floor, told, site=NETWORK)[0]
    drain(floor)
    return outcome


def tell(floor: Floor, *messages: Message) -> list[dict[str, Any]]:
    """Say messages at the site and let the follow-up work be done."""
    outcomes = say(floor, *messages)
    drain(floor)
    return outcomes


def tick(floor: Floor) -> None:
    """Let the timer tick."""
    say(floor, Tick(), stream=TIMER)


def shipment(floor: Floor, number: str) -> Shipment:
    """The shipment of an order."""
    return next(each for each in all_of(floor, Shipment) if each.number == number)


def order(floor: Floor, number: str) -> Order:
    """An order by its number."""
    return next(each for each in all_of(floor, Order) if each.number == number)


def lines(floor: Floor, number: str) -> list[ShipmentLine]:
    """The lines of an order's shipment, by position."""
    found = [
        line for line in all_of(floor, ShipmentLine) if line.shipment == shipment(floor, number).id
    ]
    return sorted(found, key=lambda line: line.position)


def picks(floor: Floor, number: str) -> list[Allocation]:
    """The pick lines of an order's shipment, by id."""
    found = [
        line for line in all_of(floor, Allocation) if line.shipment == shipment(floor, number).id
    ]
    return sorted(found, key=lambda line: line.id)


def tasks(floor: Floor) -> list[tuple[str, int | None]]:
    """Open tasks: kind and quantity."""
    found = sorted(all_of(floor, Task), key=lambda task: task.id)
    return [(task.kind, task.quantity) for task in found if task.open]


def bodies(floor: Floor) -> list[Body]:
    """The bodies of all packages, in the order in which they were cut."""
    found = sorted(all_of(floor, Package), key=lambda package: package.id)
    return [msgspec.json.decode(package.body, type=Body) for package in found]
