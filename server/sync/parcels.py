"""Parcels as couriers and packers follow them."""

import msgspec

from device_protocol.bodies import ParcelBody
from server.lane.want import Look
from server.ledger.records import Place, Unit
from server.sync.documents import PACK, Draft, ScopeName, Subject, zone_scope
from server.transport.records import Parcel

_encode = msgspec.json.Encoder().encode


def parcel_drafts(look: Look, subject: Subject) -> tuple[Draft, ...]:
    """A parcel of a round, in that round's scope; one that stands here sealed, at the benches.

    There it may be opened again and packed anew, without a network.
    """
    site = subject.site
    parcel = look.row(Parcel, (site, subject.id))
    if parcel is None:
        return ()
    body = ParcelBody(
        id=parcel.id,
        code=parcel.code,
        state=parcel.state,
        shipment=parcel.shipment,
        stop=parcel.stop,
        place=last_seen(look, site, parcel.id),
    )
    stands = parcel.sealed_at is not None and parcel.state in {"open", "sealed"}
    scopes = [ScopeName(site, "round", parcel.round)] if parcel.round is not None else []
    if stands and parcel.shipment is not None:
        scopes.append(zone_scope(site, PACK))
    return tuple(Draft(scope, subject.text, _encode(body)) for scope in scopes)


def last_seen(look: Look, site: int, number: int) -> str:
    """The code of the place where a unit was last seen; empty if that is a van, or not known."""
    unit = look.row(Unit, (site, number))
    seen = unit.seen_place if unit is not None else None
    place = look.row(Place, (site, seen)) if seen is not None else None
    return place.code if place is not None and place.kind != "van" else ""
