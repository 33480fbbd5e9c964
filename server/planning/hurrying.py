"""Speeding up at a site: a shipment's priority, and that of the packages that pick it.

A shipment that waits goes with the next wave as its priority says. Where it is being picked, every
open package with a line of it comes at least as early; one that was made urgent stays so, since
others' lines in it may be urgent too.
"""

from msgspec.structs import replace

from server.lane.activity import Activity, Context
from server.lane.picture import Picture
from server.lane.want import Look, Want
from server.ledger.records import Allocation
from server.orders.hurrying import HurryShipment
from server.orders.promising import shipment_of_order
from server.orders.records import Shipment
from server.planning.packages import with_priority
from server.planning.records import Package


def packages_of(look: Look, shipment: Shipment) -> list[Package]:
    """The open packages with lines of a shipment."""
    lines = look.listing(Allocation, "by_shipment", (shipment.site, shipment.id))
    numbers = sorted({line.package for line in lines if line.package is not None})
    found = [look.row(Package, (shipment.site, number)) for number in numbers]
    return [package for package in found if package is not None and package.open is not None]


def needs(message: HurryShipment, want: Want, context: Context) -> None:
    """The shipment and the packages that pick it."""
    shipment = shipment_of_order(want, context.site, message.order)
    if shipment is not None:
        packages_of(want, shipment)


def decide(message: HurryShipment, picture: Picture, context: Context) -> None:
    """Change the shipment's priority, and bring its packages forward."""
    shipment = shipment_of_order(picture, context.site, message.order)
    if shipment is None:
        context.flag("unknown_shipment", actual=message.order)
        return
    picture.put(replace(shipment, priority=message.priority))
    for package in packages_of(picture, shipment):
        if message.priority < package.priority:
            picture.put(with_priority(package, message.priority))


HURRY_SHIPMENT = Activity(HurryShipment, needs, decide)
