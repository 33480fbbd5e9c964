"""Sealing.

1. The packer weighs and seals the parcel: from now on it is a piece that stands at the bench.
   Without a bench it stands in lost and found, whence an unplaced load takes it.
2. Beside the carton that was taken stands the one that fits what is in it, for billing and for who
   chooses cartons; another one is no fault.
3. A weight that differs from what carton and goods weigh is flagged, and so are steps of work that
   were asked for and not done.
4. A parcel that was sealed before and not opened since is looked at. One that is sealed before all
   of its shipment was picked, as in another zone, is flagged and goes on.
"""

from msgspec.structs import replace

from device_protocol.operations import Seal
from server.lane.activity import Activity, Context
from server.lane.picture import Picture
from server.lane.want import Want
from server.ledger.discrepancies import open_task
from server.ledger.records import LOST, WORK
from server.ledger.stocks import find_place, make_unit
from server.orders.records import Shipment
from server.planning.cartons import chosen
from server.planning.records import Carton
from server.tasks.moving import move_unit
from server.tasks.packing import bind_parcel, make_place_or, place_or, want_piece
from server.tasks.repacking import ask_check, is_closed
from server.tasks.steps import flag_missing_steps, want_steps
from server.tasks.weighing import contents_of, differs, weight_of
from server.transport.parcels import (
    answer,
    latest,
    parcel_of,
    settle_parcel,
    want_parcel,
    want_shipment,
)
from server.transport.records import Parcel


def seal_needs(operation: Seal, want: Want, context: Context) -> None:
    """The parcel, its shipment, and the place where it stands."""
    want_parcel(want, context, operation.unit)
    want_shipment(want, context.site, operation.shipment)
    want_piece(want, context, operation.unit, WORK, place_or(want, context, operation.at, LOST))
    want_steps(want, context.site, operation.shipment)
    place = find_place(want, context.site, operation.unit)
    contents = contents_of(want, context.site, place.id) if place is not None else []
    weight_of(want, contents)
    chosen(want, context.site, [(stock.item, quantity) for stock, quantity in contents])
    want.row(Carton, (context.site, operation.packaging))


def seal_decide(operation: Seal, picture: Picture, context: Context) -> None:
    """Stand the parcel at the bench and keep what was measured."""
    unit = make_unit(context, operation.unit, "parcel")
    parcel = parcel_of(context, unit)
    place = make_place_or(context, operation.at, LOST)
    parcel = bind_parcel(context, unit, parcel, operation.shipment, closing=True)
    shipment = picture.get(Shipment, (context.site, operation.shipment))
    if shipment is not None and shipment.cancelled_at is not None:
        context.flag("cancelled_meanwhile", actual=parcel.code, then="an unpack task")
        open_task(context, "unpack", unit=unit.id, shipment=shipment.id)
    elif shipment is not None and shipment.to_pick:
        then = "the rest goes into another parcel"
        context.flag("incomplete", "everything picked", f"{shipment.to_pick} lines to pick", then)
    own = parcel.shipment in (None, operation.shipment)
    if own and is_closed(parcel, context.stamp.mid):
        context.flag("already_sealed", actual=parcel.code, then="a check_parcel task")
        parcel = ask_check(context, parcel, "sealed twice")
    move_unit(context, unit, WORK, place)
    parcel = answer(context, parcel, "check_seal", "sealed")
    flag_missing_steps(context, operation.shipment)
    if own:
        parcel = weigh(context, operation, parcel)
        parcel = replace(
            parcel,
            sealed_at=latest((parcel.sealed_at, context.stamp.mid)),
            measured_g=parcel.measured_g if operation.measured_g is None else operation.measured_g,
            length_mm=operation.length_mm or parcel.length_mm,
            width_mm=operation.width_mm or parcel.width_mm,
            height_mm=operation.height_mm or parcel.height_mm,
            packaging=operation.packaging or parcel.packaging,
        )
    settle_parcel(context, parcel)


def weigh(context: Context, operation: Seal, parcel: Parcel) -> Parcel:
    """Compare carton and weight with what the book has in the parcel; flag another weight."""
    picture, site = context.picture, context.site
    contents = contents_of(picture, site, parcel.id)
    cartons = chosen(picture, site, [(stock.item, quantity) for stock, quantity in contents])
    fitting = cartons[0] if len(cartons) == 1 else ""
    carton = picture.get(Carton, (site, operation.packaging))
    goods_g = weight_of(picture, contents)
    expected_g = goods_g + carton.own_g if carton is not None and goods_g is not None else None
    measured_g = operation.measured_g
    if expected_g is not None and measured_g is not None and differs(expected_g, measured_g):
        context.flag("weight_differs", expected_g, measured_g, "a check_parcel task")
        note = f"{measured_g} g, not {expected_g} g"
        parcel = ask_check(context, parcel, note)
    return replace(parcel, expected_g=expected_g, suggested=operation.suggested or fitting)


def seal_undo(operation: Seal, _picture: Picture, context: Context) -> None:
    """Open the parcel again."""
    parcel = parcel_of(context, make_unit(context, operation.unit, "parcel"))
    if parcel.sealed_at == context.stamp.mid:
        parcel = replace(parcel, sealed_at=None)
    settle_parcel(context, parcel)


SEAL = Activity(Seal, seal_needs, seal_decide, seal_undo, seal_needs)
