"""Numbers for parcels.

1. A device asks, while online, for a block of SSCC serials, and numbers parcels from it offline for
   as long as it lasts.
2. Blocks of a site follow each other without gaps and never come back; a device uses those of its
   present epoch alone.
3. A number that was spoiled is voided: it is never used again, also where the voiding is undone.
   An emptied parcel goes with its number (see repacking.py).

Sites may share a company prefix, which is one merchant's or the company's own. So the numbers of a
prefix (extension digit and serial, 3.3.1 of the GS1 General Specifications) are parted into a
hundred ranges, one per site; sites whose ids differ by a hundred need prefixes of their own.
"""

from msgspec.structs import replace

from device_protocol.messages import NumberBlock
from device_protocol.operations import TakeNumbers, VoidNumber
from server.lane.activity import NETWORK, Activity, Context
from server.lane.picture import Picture
from server.lane.want import Look, Want
from server.ledger.discrepancies import open_task
from server.ledger.records import Place
from server.ledger.stocks import find_place
from server.planning.leases import is_late
from server.planning.records import NumberRange, Voided
from server.sites.records import Site
from server.tasks.repacking import settle_void
from server.tasks.weighing import contents_of
from server.transport.parcels import want_parcel
from server.transport.records import Parcel

DEFAULT_PREFIX = "0400000"
"""Company prefix of a site that was given none."""
SSCC_DIGITS = 16
"""Digits of an SSCC that prefix and serial share, without extension and check digit (3.3.1)."""
RANGES = 100
BLOCK_MAX = 10_000


def prefix_of(look: Look, number: int) -> str:
    """The company prefix under which a site numbers its parcels."""
    site = look.row(Site, (NETWORK, number))
    return (site.company_prefix if site else "") or DEFAULT_PREFIX


def needs(_operation: TakeNumbers, want: Want, context: Context) -> None:
    """Where the next block begins."""
    want.row(NumberRange, (context.site, prefix_of(want, context.site)))


def decide(operation: TakeNumbers, picture: Picture, context: Context) -> None:
    """Give out the next block; a late answer is of no use."""
    if is_late(operation, context):
        return
    if not 1 <= operation.count <= BLOCK_MAX:
        context.refuse("bad_count", expected=f"1 to {BLOCK_MAX}", actual=operation.count)
        return
    prefix = prefix_of(picture, context.site)
    serials = 10 ** (SSCC_DIGITS - len(prefix))
    share = serials * 10 // RANGES
    start = context.site % RANGES * share
    key = (context.site, prefix)
    kept = picture.get(NumberRange, key) or NumberRange(*key, max(start, 1))
    if kept.next + operation.count > start + share:
        context.refuse("numbers_exhausted", then="give the site another company prefix")
        return
    # A site's share never straddles an extension digit: ten shares make one.
    extension, first = divmod(kept.next, serials)
    picture.put(replace(kept, next=kept.next + operation.count))
    block = NumberBlock(context.epoch, prefix, first, operation.count, extension)
    context.grant = {"numbers": block}


def void_needs(operation: VoidNumber, want: Want, context: Context) -> None:
    """The number, and whether something bears it, with what is in that."""
    want.row(Voided, (context.site, operation.number))
    want_parcel(want, context, operation.number)
    place = find_place(want, context.site, operation.number)
    if place is not None:
        contents_of(want, context.site, place.id)


def void_decide(operation: VoidNumber, picture: Picture, context: Context) -> None:
    """Note that the number is spoiled; one that a parcel bears already asks for a look."""
    key = (context.site, operation.number)
    if picture.get(Voided, key) is None:
        picture.put(Voided(*key, operation=context.name))
    place = find_place(picture, context.site, operation.number)
    parcel = bearer(context, place)
    emptied = parcel is not None and parcel.state == "open" and parcel.shipment is not None
    if parcel is not None and emptied and not contents_of(picture, context.site, parcel.id):
        settle_void(context, parcel, operation.number)
    elif place is not None:
        open_task(context, "relabel", unit=place.id, note="its number was voided")
        context.flag("number_in_use", actual=operation.number, then="a relabel task")


def bearer(context: Context, place: Place | None) -> Parcel | None:
    """The parcel that bears a number, if one does."""
    if place is None:
        return None
    key = (context.site, place.id)
    if context.picture.is_new(Place, key):
        context.picture.declare_absent(Parcel, key)
    return context.picture.get(Parcel, key)


TAKE_NUMBERS = Activity(TakeNumbers, needs, decide)
VOID_NUMBER = Activity(VoidNumber, void_needs, void_decide)
