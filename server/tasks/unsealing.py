"""Opening again.

1. At a bench the packer scans a sealed parcel to change what is in it: it stands there as a piece
   no longer, and its seal holds no more, so its shipment is not packed any more.
2. Goods are taken out and put in as in packing; then it is sealed anew, under the same number.
3. A parcel that by the book is in a van, or was handed over, is flagged and stays where it is; the
   bench then shows one piece too few, until somebody has said where it really is.
4. Whether something in it is wrong is seen now: the question about it is answered.
5. A seal that comes late and was from after the opening holds, in whatever order the two came.
"""

from msgspec.structs import replace

from device_protocol.handling import Unseal
from server.lane.activity import Activity, Context
from server.lane.picture import Picture
from server.lane.want import Want
from server.ledger.discrepancies import open_task
from server.ledger.posting import is_physical, post
from server.ledger.records import LOST, WORK
from server.ledger.stocks import make_unit
from server.tasks.moving import flag_negative
from server.tasks.packing import make_place_or, place_or, want_piece
from server.tasks.repacking import CHECK, PARCEL_KINDS
from server.transport.parcels import answer, latest, parcel_of, settle_parcel, want_parcel
from server.transport.records import Parcel

GONE = frozenset({"loaded", "delivered"})


def needs(operation: Unseal, want: Want, context: Context) -> None:
    """The parcel, its shipment, and the place where it stood."""
    want_parcel(want, context, operation.unit)
    want_piece(want, context, operation.unit, place_or(want, context, operation.at, LOST), WORK)


def decide(operation: Unseal, _picture: Picture, context: Context) -> None:
    """Take the parcel from where it stood and open it."""
    unit = make_unit(context, operation.unit, "parcel")
    parcel = parcel_of(context, unit)
    place = make_place_or(context, operation.at, LOST)
    if unit.kind not in PARCEL_KINDS:
        context.flag("not_a_parcel", expected="parcel", actual=f"{unit.kind} {unit.code}")
        open_task(context, "check_parcel", unit=unit.id, note=f"a {unit.kind} was opened")
    if operation.shipment is not None and parcel.shipment not in (None, operation.shipment):
        context.flag("other_shipment", parcel.shipment, operation.shipment, "a check_parcel task")
        open_task(context, "check_parcel", unit=unit.id, shipment=parcel.shipment)
    post(context, place, WORK, unit.stock, 1)
    if is_physical(place):
        flag_negative(context, place, unit.stock)
    parcel = answer(context, parcel, CHECK, "opened")
    opened = replace(parcel, unsealed_at=latest((parcel.unsealed_at, context.stamp.mid)))
    check_gone(context, settle_parcel(context, opened))


def check_gone(context: Context, parcel: Parcel) -> None:
    """Flag a parcel that had left by then: what was opened here is something else, or came back."""
    left = max(parcel.loaded_at or 0, parcel.delivered_at or 0)
    if parcel.state in GONE and left <= context.stamp.mid:
        code = f"parcel_{parcel.state}"
        context.flag(code, "sealed", f"{parcel.code} {parcel.state}", "a check_parcel task")
        note = f"opened when it was {parcel.state}"
        open_task(context, "check_parcel", unit=parcel.id, shipment=parcel.shipment, note=note)


def undo(operation: Unseal, _picture: Picture, context: Context) -> None:
    """The seal held all the time."""
    parcel = parcel_of(context, make_unit(context, operation.unit, "parcel"))
    if parcel.unsealed_at == context.stamp.mid:
        settle_parcel(context, replace(parcel, unsealed_at=None))


UNSEAL = Activity(Unseal, needs, decide, undo, needs)
