"""Binding: a handling unit, or what is in it, belongs to a shipment.

It is an operation of its own, because goods may be picked in bulk before anyone knows for whom.
"""

from msgspec.structs import replace

from device_protocol.operations import Bind, StartTote
from server.lane.activity import Activity, Context
from server.lane.picture import Picture
from server.lane.want import Look, Want
from server.ledger.records import Balance, Unit
from server.ledger.stocks import find_place, make_unit, want_unit
from server.orders.records import Shipment


def want_binding(look: Look, site: int, shipment: int | None) -> None:
    """Name the shipment that a unit is bound to."""
    if shipment is not None:
        look.row(Shipment, (site, shipment))


def bind_unit(context: Context, unit: Unit, shipment: int | None) -> None:
    """Bind a unit to a shipment, or free it."""
    unit = context.picture.need(Unit, (context.site, unit.id))
    if shipment is not None and context.picture.get(Shipment, (context.site, shipment)) is None:
        context.flag("unknown_shipment", actual=shipment)
        shipment = None
    context.picture.put(replace(unit, shipment=shipment))


def needs(operation: Bind, want: Want, context: Context) -> None:
    """The unit and the shipment."""
    want_unit(want, context.site, operation.unit)
    want_binding(want, context.site, operation.shipment)


def decide(operation: Bind, _picture: Picture, context: Context) -> None:
    """Bind the unit."""
    bind_unit(context, make_unit(context, operation.unit, "tote"), operation.shipment)


def undo_needs(operation: Bind | StartTote, want: Want, context: Context) -> None:
    """The unit and what is in it."""
    unit = want_unit(want, context.site, operation.unit)
    if unit is not None:
        want.listing(Balance, "by_place", (context.site, unit.id))


def undo(operation: Bind | StartTote, picture: Picture, context: Context) -> None:
    """Free the unit, if it was not bound to another shipment since and nothing is in it.

    With goods in it, as from another zone, it was the shipment's before.
    """
    place = find_place(picture, context.site, operation.unit)
    unit = picture.get(Unit, (context.site, place.id)) if place is not None else None
    if unit is None or unit.shipment is None or unit.shipment != operation.shipment:
        return
    held = picture.listing(Balance, "by_place", (context.site, unit.id))
    if not any(balance.quantity > 0 for balance in held):
        bind_unit(context, unit, None)


BIND = Activity(Bind, needs, decide, undo, undo_needs)
