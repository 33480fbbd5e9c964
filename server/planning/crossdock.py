"""Cross-docking: goods that go on to orders are not stored first.

1. Where shipments lack an item, its receipt at a dock is told to leave it there, and the site
   seeks for all that lack it: once, however many scans came in between.
2. A released shipment gets pick lines where the goods stand now, at the dock.
3. A shipment that waited for nothing else is released at once, in a wave of its own; one that
   still lacks something gets the units promised, and waits.
4. Goods that a merchant announced for cross-docking and no order has asked for yet are to be
   brought to staging; orders that come for them take them from wherever they then stand.
"""

from server.inbound import records as inbound
from server.inbound.records import Announcement
from server.lane.activity import Activity, Context
from server.lane.message import Message
from server.lane.picture import Picture
from server.lane.want import Look, Want
from server.ledger.holds import want_holds
from server.ledger.records import Place
from server.ledger.stocks import StockKey
from server.orders.available import GOOD, PROMISED_KINDS, Shelves, want_item
from server.orders.lacking import want_lacking
from server.orders.progress import want_progress
from server.orders.records import Lacking, Shipment, ShipmentLine
from server.planning.packages import urgency
from server.planning.shortages import SOUGHT, promise_again, seek_again, short_shipments
from server.planning.waves import ReleaseWave

DOCK = "dock"
WAVE_NAME = "cross-dock"


class CrossDock(Message, frozen=True, kw_only=True, tag="cross_dock"):
    """To a site: units of an item came to a dock; give them to the shipments that lack it."""

    owner: int
    item: int


def goes_on(key: StockKey, place: Place | None) -> bool:
    """Whether goods may go on to orders from where they came in."""
    at_dock = place is not None and place.kind == DOCK
    return at_dock and key.item != 0 and key.condition == GOOD


def want_orders(want: Want, context: Context, key: StockKey, place: Place | None) -> None:
    """Name whether shipments lack an item that comes to a dock."""
    if goes_on(key, place) and want_lacking(want, context.site, key.owner, key.item) is not None:
        context.want_outbox(want, context.site)


def seek_orders(
    context: Context, key: StockKey, place: Place, quantity: int, announcement: Announcement | None
) -> None:
    """Tell where goods are to go that are not to be stored, and have them given to shipments."""
    if not goes_on(key, place):
        return
    lacking = context.picture.get(Lacking, (context.site, key.owner, key.item))
    if lacking is not None:
        give(context, lacking)
        context.flag(
            "cross_dock", "packing", quantity, f"leave them at {place.code}: pick work comes"
        )
    elif announcement is not None and announcement.route == inbound.CROSS_DOCK:
        context.flag("cross_dock", "staging", quantity, "bring them to staging, not to a bin")


def want_made(want: Want, context: Context, key: StockKey, place: Place | None) -> None:
    """Name whether shipments lack kits that are made at a place."""
    if is_promised(key, place) and want_lacking(want, context.site, key.owner, key.item):
        context.want_outbox(want, context.site)


def seek_made(context: Context, key: StockKey, place: Place) -> None:
    """Have kits that were made given to the shipments that lack them."""
    site, picture = context.site, context.picture
    known = picture.is_new(Place, (site, place.id)) or not is_promised(key, place)
    lacking = None if known else picture.get(Lacking, (site, key.owner, key.item))
    if lacking is not None:
        give(context, lacking)


def give(context: Context, lacking: Lacking) -> None:
    """Have what came given to the shipments that lack it, unless that is asked for already."""
    if lacking.sought is None:
        context.send(context.site, CrossDock(owner=lacking.owner, item=lacking.item))
        context.picture.put(Lacking(context.site, lacking.owner, lacking.item, context.now))


def is_promised(key: StockKey, place: Place | None) -> bool:
    """Whether goods at a place may be promised to orders."""
    stands = place is not None and place.kind in PROMISED_KINDS
    return stands and key.item != 0 and key.condition == GOOD


def lacking_shipments(look: Look, site: int, message: CrossDock) -> list[Shipment]:
    """The shipments that lack the item, the most urgent first."""
    found = []
    for shipment, _ in short_shipments(look, site):
        lines = look.listing(ShipmentLine, "by_shipment", (site, shipment.id))
        if shipment.owner == message.owner and any(
            line.item == message.item and line.missing for line in lines
        ):
            found.append(shipment)
    return sorted(found, key=urgency)


def needs(message: CrossDock, want: Want, context: Context) -> None:
    """The shipments that lack the item, with all that they lack where it stands."""
    site = context.site
    want_lacking(want, site, message.owner, message.item)
    want_holds(want, site)
    want_progress(want, context)
    context.want_outbox(want, site)
    want_item(want, site, message.owner, message.item)
    for shipment in lacking_shipments(want, site, message):
        for line in want.listing(ShipmentLine, "by_shipment", (site, shipment.id)):
            if line.missing:
                want_item(want, site, shipment.owner, line.item)


def decide(message: CrossDock, picture: Picture, context: Context) -> None:
    """Give what came to the shipments, and release those that waited for nothing else."""
    site = context.site
    shelves = Shelves(picture, site, context.now)
    waiting: list[Shipment] = []
    sought: list[tuple[int, int, int]] = []
    for shipment in lacking_shipments(picture, site, message):
        if shipment.wave is None and shipment.state in {"open", "exception"}:
            promise_again(context, shipment, shelves)
            waiting.append(shipment)
        elif shipment.state in SOUGHT or shipment.state == "open":
            sought += seek_again(context, shipment, shelves)
    for owner, item, units in sought:
        # They are allocated by the follow-up work, which sees what is promised to others.
        shelves.promise(owner, item, -units)
    shelves.save(context)
    ready = tuple(shipment.id for shipment in waiting if is_whole(picture, shipment))
    if ready:
        context.send(site, ReleaseWave(name=WAVE_NAME, shipments=ready))
    key = (site, message.owner, message.item)
    if lacking_shipments(picture, site, message):
        picture.put(Lacking(*key))
    elif (mark := picture.get(Lacking, key)) is not None:
        picture.remove(mark)


def is_whole(picture: Picture, shipment: Shipment) -> bool:
    """Whether a shipment lacks nothing."""
    lines = picture.listing(ShipmentLine, "by_shipment", (shipment.site, shipment.id))
    return not any(line.missing for line in lines)


CROSS_DOCK = Activity(CrossDock, needs, decide)
