"""Repacking: parcels merged, split and emptied.

1. Goods go from parcel to parcel as they are packed: the parcel is the source. Within a shipment
   nothing is packed twice by that; out of another shipment's parcel the goods leave that shipment.
2. A parcel that was sealed is opened first (see unsealing.py); one that is not is flagged.
3. The number of an emptied parcel is voided: the parcel counts no more for its shipment. It counts
   again if something is put into it after all.

Whether a source is a parcel is told by its own kind, and of one that nobody knows yet by its code:
an SSCC is a parcel of the shipment that is packed, so that the goods are not counted for it twice.
"""

import re

from msgspec.structs import replace

from device_protocol.operations import PackItem
from server.lane.activity import Context
from server.lane.want import Look, Want
from server.ledger.records import Place, Task, Unit
from server.ledger.stocks import find_place, make_place, make_unit
from server.orders.records import Shipment
from server.planning.records import Voided
from server.tasks.weighing import contents_of
from server.transport.parcels import (
    ask_about,
    belong,
    parcel_of,
    settle_parcel,
    settle_stop,
    want_parcel,
    want_shipment,
)
from server.transport.records import Parcel

PARCEL_KINDS = frozenset({"parcel", "carton"})
CHECK = "check_parcel"
"""Kind of the task to look at a parcel."""
_SSCC = re.compile(r"\d{18}", re.ASCII)


def is_parcel(look: Look, site: int, code: str) -> bool:
    """Whether a code names a parcel, as far as it can be told."""
    place = find_place(look, site, code)
    if place is None:
        return _SSCC.fullmatch(code) is not None
    unit = look.row(Unit, (site, place.id))
    return unit is not None and unit.kind in PARCEL_KINDS


def is_closed(parcel: Parcel, at: int) -> bool:
    """Whether a parcel was sealed, and not opened between then and some time."""
    sealed_at = parcel.sealed_at
    if sealed_at is None:
        return False
    first, last = sorted((sealed_at, at))
    return not first < (parcel.unsealed_at or 0) <= last


def ask_check(context: Context, parcel: Parcel, note: str) -> Parcel:
    """Ask once to look at a parcel; that it was opened answers it, also when that comes late."""
    if parcel.task is not None:
        task = context.picture.need(Task, (context.site, parcel.task))
        if task.kind == CHECK and task.open is not None:
            return parcel
    return ask_about(context, parcel, CHECK, note)


def want_repacked(want: Want, context: Context, operation: PackItem) -> None:
    """Name the parcel that goods are taken out of, and what says whether a parcel is void."""
    site = context.site
    if is_parcel(want, site, operation.source):
        parcel = want_parcel(want, context, operation.source)
        want_shipment(want, site, parcel.shipment if parcel else None)
        want_void(want, site, operation.source)
    want_void(want, site, operation.unit)


def want_void(want: Want, site: int, code: str) -> None:
    """Name whether a number was voided, and then what is in its parcel."""
    voided = want.row(Voided, (site, code))
    place = find_place(want, site, code)
    if voided is not None and place is not None:
        contents_of(want, site, place.id)


def make_source(context: Context, code: str) -> Place:
    """The place that goods are packed from; a parcel that nobody knows is made as one."""
    picture, site = context.picture, context.site
    place = find_place(picture, site, code)
    if place is not None and picture.is_new(Place, (site, place.id)):
        picture.declare_absent(Unit, (site, place.id))
    if place is None and is_parcel(picture, site, code):
        context.flag("unknown_place", actual=code, then="another device's batch names it")
        return picture.need(Place, (site, make_unit(context, code, "parcel").id))
    return make_place(context, code)


def source_parcel(context: Context, code: str) -> Parcel | None:
    """The parcel that goods were taken out of; None where the source is none."""
    picture, site = context.picture, context.site
    if not is_parcel(picture, site, code):
        return None
    place = find_place(picture, site, code)
    return parcel_of(context, picture.need(Unit, (site, place.id))) if place is not None else None


def settle_void(context: Context, parcel: Parcel, code: str) -> None:
    """Let a voided parcel go once it is empty, and count it again once something is in it."""
    picture, site = context.picture, context.site
    if picture.get(Voided, (site, code)) is None:
        return
    parcel = picture.need(Parcel, (site, parcel.id))
    empty = not contents_of(picture, site, parcel.id)
    if empty == (parcel.voided_at is not None):
        return
    if empty and parcel.state != "open":
        # What was closed and has nothing in it by the book is a question, not an empty box.
        return
    if empty:
        stop = parcel.stop
        void = replace(parcel, voided_at=context.stamp.mid, stop=None, round=None)
        settle_parcel(context, void)
        settle_stop(context, stop)
        return
    back = replace(parcel, voided_at=None)
    shipment = picture.get(Shipment, (site, parcel.shipment)) if parcel.shipment else None
    settle_parcel(context, belong(context, back, shipment) if shipment is not None else back)
