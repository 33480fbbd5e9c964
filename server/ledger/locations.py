"""Locations as desks and imports put them.

A code that was scanned before anyone had put it stands in the book as a tote (`unknown_place`).
Putting it makes the location of it; what was booked there stays.
"""

from server.catalog.resolve import owner_id
from server.lane.activity import NETWORK, Activity, Context
from server.lane.masters import among, code_fits, put_record, within
from server.lane.message import Message
from server.lane.picture import Picture
from server.lane.want import Look, Want
from server.ledger.posting import listed
from server.ledger.records import LOCATION_KINDS, Balance, Place, Stock, Unit
from server.ledger.stocks import add_place, find_place
from server.sites.records import Site
from server.sites.rules import find_zone, site_known

STATES = ("open", "retired")
USES = (
    *("", "pick", "reserve", "dock", "returns", "quarantine", "outbound"),
    *("handover", "packing"),
)
MIXINGS = ("any", "item", "lot")
UNITS_MAX = 1_000_000_000
WALK_MAX = 1_000_000_000


class PutLocation(Message, frozen=True, kw_only=True, tag="put_location"):
    """How a location should be; `zone` and `owner` are codes. For the site's lane."""

    code: str
    place_kind: str
    zone: str = ""
    walk: int = 0
    owner: str = ""
    state: str = "open"
    use: str = ""
    size: str = ""
    units_max: int = 0
    mixing: str = "any"


def needs(operation: PutLocation, want: Want, context: Context) -> None:
    """The site, zone and owner, and what bears the code already."""
    want.row(Site, (NETWORK, context.site))
    if operation.zone:
        find_zone(want, context.site, operation.zone)
    if operation.owner:
        owner_id(want, operation.owner)
    place = find_place(want, context.site, operation.code)
    if place is not None and place.kind not in LOCATION_KINDS:
        want.row(Unit, (context.site, place.id))
        for balance in contents(want, place):
            want.row(Stock, (context.site, balance.stock))


def put_location(operation: PutLocation, picture: Picture, context: Context) -> None:
    """Make or change a location."""
    if not (
        site_known(context)
        and code_fits(context, "code", operation.code)
        and among(context, "place_kind", operation.place_kind, LOCATION_KINDS)
        and within(context, "walk", operation.walk, 0, WALK_MAX)
        and among(context, "state", operation.state, STATES)
        and shelf_fits(operation, context)
    ):
        return
    zone = owner = 0
    if operation.zone:
        found = find_zone(picture, context.site, operation.zone)
        if found is None:
            context.refuse("unknown_zone", actual=operation.zone, then="put the zone first")
            return
        zone = found.id
    if operation.owner:
        owner = owner_id(picture, operation.owner) or 0
        if owner == 0:
            context.refuse("unknown_owner", actual=operation.owner, then="put the merchant first")
            return
    before = find_place(picture, context.site, operation.code)
    place = Place(
        site=context.site,
        id=before.id if before else context.new_id(),
        code=operation.code,
        kind=operation.place_kind,
        zone=zone,
        walk=operation.walk,
        state=operation.state,
        owner=owner,
        use=operation.use,
        size=operation.size,
        units_max=operation.units_max,
        mixing=operation.mixing,
    )
    if before is None:
        add_place(context, place)
        context.grant = {"id": place.id}
    elif before.kind in LOCATION_KINDS or is_only_scanned(picture, before):
        put_record(context, before, place, id=place.id)
        if before.kind not in LOCATION_KINDS:
            settle_contents(context, place)
    else:
        context.refuse("code_taken", "a code of its own", f"{before.kind} {before.code}")


def shelf_fits(operation: PutLocation, context: Context) -> bool:
    """Whether what is said of the place as a shelf can be so."""
    return (
        among(context, "use", operation.use, USES)
        and (not operation.size or code_fits(context, "size", operation.size))
        and within(context, "units_max", operation.units_max, 0, UNITS_MAX)
        and among(context, "mixing", operation.mixing, MIXINGS)
    )


def contents(look: Look, place: Place) -> list[Balance]:
    """What is booked to a place."""
    return look.listing(Balance, "by_place", (place.site, place.id))


def is_only_scanned(look: Look, place: Place) -> bool:
    """Whether a handling unit is one by its scanned code alone: never moved, nor bound."""
    unit = look.row(Unit, (place.site, place.id))
    return (
        unit is not None
        and unit.kind == "tote"
        and unit.seen_place is None
        and unit.shipment is None
    )


def settle_contents(context: Context, place: Place) -> None:
    """The place is no handling unit any more, and what is in it is found by key."""
    picture = context.picture
    picture.remove(picture.need(Unit, (place.site, place.id)))
    for balance in contents(picture, place):
        picture.put(listed(context, balance))


PUT_LOCATION = Activity(PutLocation, needs, put_location)
ACTIVITIES = (PUT_LOCATION,)
