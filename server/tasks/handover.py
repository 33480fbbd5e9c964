"""Handover between the books of two sites.

1. Every operation of a device is decided in the lane of its home site. A parcel that a courier
   takes at another depot stands in that depot's book and comes to the van in the courier's own.
2. The home lane posts its side against the place in transit to and from that depot, for a parcel
   whose contents it need not know, and sends the other side to the depot's lane by the outbox:
   once, whatever is sent twice.
3. The depot's lane moves its own parcel from where the courier found it into transit, at the moment
   the courier did it.
4. When the parcel is delivered, or set down at the depot again, the home lane says so, and the
   depot's shipment and order go on from there.
5. What is in transit in one book is owed in the other: together they are zero.
"""

from typing import TypeVar

from msgspec.structs import replace

from server.lane.activity import NETWORK, Activity, Context
from server.lane.picture import Picture
from server.lane.want import Look, Want
from server.ledger.discrepancies import open_task
from server.ledger.posting import Point, is_physical, post
from server.ledger.records import LOST, TRANSIT, Unit
from server.ledger.stocks import make_unit
from server.orders.records import Shipment
from server.sites.records import Site
from server.tasks.moving import flag_negative, see
from server.tasks.packing import make_place_or, place_or, want_piece
from server.transport.messages import Crossing, GiveBack, ParcelProgress, TakeOver
from server.transport.parcels import (
    answer,
    ask_about,
    latest,
    parcel_of,
    settle_parcel,
    want_parcel,
)
from server.transport.records import Parcel

C = TypeVar("C", bound=Crossing)


def crossing_site(look: Look, context: Context, site: int | None) -> int:
    """The other site at which the operation happened; 0 where that is home, or no site at all."""
    if site is None or site in (context.site, NETWORK):
        return 0
    return site if look.row(Site, (NETWORK, site)) is not None else 0


def want_crossing(want: Want, context: Context, site: int | None) -> int:
    """Name the other site and the way to it; answer it, or 0."""
    other = crossing_site(want, context, site)
    if other:
        context.want_outbox(want, other)
    return other


def flag_unknown_site(context: Context, site: int | None) -> None:
    """Say that nobody knows the site; the fact is posted as one of the home site."""
    if site not in (None, context.site) and not crossing_site(context.picture, context, site):
        context.flag("unknown_site", actual=site, then="posted at home; a review task")
        open_task(context, "review", note=f"happened at site {site}")


def crossing_of(kind: type[C], unit: str, place: str, context: Context, *, undone: int = 0) -> C:
    """The other side of the operation being decided."""
    return kind(
        unit=unit,
        site=context.site,
        operation=context.name,
        occurred_at=context.stamp.mid,
        uncertainty=context.stamp.half,
        place=place,
        undone=undone,
    )


def crossing_needs(message: TakeOver | GiveBack, want: Want, context: Context) -> None:
    """The parcel, and both places at the moment it crossed."""
    want_parcel(want, context, message.unit)
    here = place_or(want, context, message.place, LOST)
    transit = TRANSIT + message.site
    at = point_in(message, context)
    for source, target in ((here, transit), (transit, here)):
        want_piece(want, context, message.unit, source, target, since=at.mid - at.half)


def point_in(message: Crossing, context: Context) -> Point:
    """When it happened, by the courier's stream."""
    return Point(message.occurred_at, message.uncertainty, context.stream, context.epoch)


def cross(message: Crossing, context: Context, unit: Unit, *, out: bool) -> None:
    """Post the parcel out of a place of this site into transit, or back."""
    here = make_place_or(context, message.place, LOST)
    transit = TRANSIT + message.site
    source, target = (here, transit) if out else (transit, here)
    point = point_in(message, context)
    post(context, source, target, unit.stock, 1, point=point)
    see(context, unit, target, point)
    if is_physical(source):
        flag_negative(context, source, unit.stock)


def take_decide(message: TakeOver, _picture: Picture, context: Context) -> None:
    """The parcel left with a courier of another site, or did not after all."""
    unit = make_unit(context, message.unit, "parcel")
    parcel = parcel_of(context, unit)
    at = message.occurred_at
    if message.undone:
        cross(message, context, unit, out=False)
        if parcel.loaded_at == at:
            parcel = replace(parcel, loaded_at=None, away=0)
        settle_parcel(context, parcel)
        return
    check_taken(context, parcel)
    cross(message, context, unit, out=True)
    parcel = answer(context, parcel, "redeliver", "loaded again")
    loaded_at = latest((parcel.loaded_at, at))
    settle_parcel(context, replace(parcel, loaded_at=loaded_at, away=message.site))


def check_taken(context: Context, parcel: Parcel) -> None:
    """Flag a parcel that nobody knows here, or that should have stayed."""
    if parcel.shipment is None:
        context.flag("unknown_parcel", actual=parcel.code, then="a misroute task")
        open_task(context, "misroute", unit=parcel.id, note="taken by a courier of another site")
        return
    if is_cancelled(context, parcel):
        context.flag("cancelled_meanwhile", actual=parcel.code, then="an intercept task")
        open_task(context, "intercept", unit=parcel.id, shipment=parcel.shipment)


def is_cancelled(context: Context, parcel: Parcel) -> bool:
    """Whether the parcel's shipment was cancelled."""
    if parcel.shipment is None:
        return False
    shipment = context.picture.need(Shipment, (context.site, parcel.shipment))
    return shipment.cancelled_at is not None


def give_decide(message: GiveBack, _picture: Picture, context: Context) -> None:
    """The parcel was set down here again, or was not after all."""
    unit = make_unit(context, message.unit, "parcel")
    parcel = parcel_of(context, unit)
    if message.undone:
        cross(message, context, unit, out=True)
        parcel = take_back(context, parcel, message.occurred_at)
        settle_parcel(context, replace(parcel, away=message.site))
        return
    cross(message, context, unit, out=False)
    parcel = came_back(context, parcel, message.occurred_at)
    settle_parcel(context, replace(parcel, away=0))


def came_back(context: Context, parcel: Parcel, at: int) -> Parcel:
    """A parcel that came back is delivered anew, or becomes a return."""
    taken_back = parcel.delivered_at is not None or parcel.collected_at is not None
    returns = taken_back or is_cancelled(context, parcel)
    note = parcel.announced if returns else ""
    parcel = ask_about(context, parcel, "return" if returns else "redeliver", note)
    return replace(parcel, returned_at=latest((parcel.returned_at, at)))


def take_back(context: Context, parcel: Parcel, at: int) -> Parcel:
    """A parcel did not come back at this time."""
    for kind in ("return", "redeliver"):
        parcel = answer(context, parcel, kind, "it did not come back")
    return replace(parcel, returned_at=None) if parcel.returned_at == at else parcel


def progress_needs(message: ParcelProgress, want: Want, context: Context) -> None:
    """The parcel."""
    want_parcel(want, context, message.unit)


def progress_decide(message: ParcelProgress, _picture: Picture, context: Context) -> None:
    """Keep how far the parcel has come with the other site's courier."""
    parcel = parcel_of(context, make_unit(context, message.unit, "parcel"))
    if message.delivered_at is not None and is_cancelled(context, parcel):
        context.flag("cancelled_meanwhile", actual=parcel.code, then="a return task")
        open_task(context, "return", unit=parcel.id, shipment=parcel.shipment)
    settle_parcel(context, replace(parcel, delivered_at=message.delivered_at))


TAKE_OVER = Activity(TakeOver, crossing_needs, take_decide)
GIVE_BACK = Activity(GiveBack, crossing_needs, give_decide)
PARCEL_PROGRESS = Activity(ParcelProgress, progress_needs, progress_decide)
