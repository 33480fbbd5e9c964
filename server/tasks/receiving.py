"""Receiving.

1. The operator opens a receipt at a dock (an activity id on the device) and scans goods: an item or
   pack, a quantity, lot, serial or expiry where the item asks for it, and where the goods now
   stand.
2. Each scan is a fact: units came from the supplier to that place. Nothing needs to be announced
   (blind receipt).
3. A receipt that names an announcement (ASN) fills its lines, whichever of the two comes first.
   What was not announced, is more than announced, or has another lot or date is posted and
   flagged.
4. A code that nobody knows, or that two owners share and neither announcement nor place can tell
   apart, is received under its raw scan and flagged; a person names it later and the units are
   reclassified.
5. Goods that shipments lack, or that were announced to go on at once, are not to be stored: the
   outcome says so, and pick work at the dock follows (`crossdock.py`).
"""

from collections.abc import Iterator

from msgspec.structs import replace

from device_protocol.operations import Receive
from server.inbound.receipts import (
    announcement_of,
    announcements_of,
    count_in,
    lines_of,
    seats_of,
    serial_of,
    sums_of,
    want_receipt,
)
from server.inbound.records import AnnouncedLine, Announcement
from server.inbound.rules import is_number
from server.lane.activity import NETWORK, Context
from server.lane.picture import Picture
from server.lane.want import Look, Want, settled
from server.ledger.discrepancies import open_discrepancy
from server.ledger.lots import note_lot, want_lot
from server.ledger.posting import post, posting_rounds
from server.ledger.records import SUPPLIER, Balance, Movement, Stock
from server.ledger.stocks import StockKey, find_key, find_place, find_stock, make_place, make_stock
from server.merchants.records import Merchant
from server.planning.crossdock import seek_orders, want_orders


def needs(operation: Receive, want: Want, context: Context) -> Iterator[None]:
    """The place, the stock key that the scan names, their balances, and what was announced."""
    site = context.site
    key = yield from settled(want, lambda: scanned_key(operation, want, context))
    place = find_place(want, site, operation.to)

    def told() -> Stock | None:
        want_lot(want, site, key)
        want_receipt(want, site, operation.announced, key)
        want_orders(want, context, key, place)
        return find_stock(want, site, key)

    stock = yield from settled(want, told)
    number = stock.id if stock else 0
    want.row(Balance, (site, SUPPLIER, number))
    places = (place.id,) if place else ()
    yield from posting_rounds(want, site, places, number, context.stamp.earliest)


def decide(operation: Receive, picture: Picture, context: Context) -> None:
    """Post the goods from the supplier to the place, and hold them against the announcement."""
    place = make_place(context, operation.to)
    key = scanned_key(operation, picture, context)
    stock = make_stock(context, key)
    post(context, SUPPLIER, place.id, stock.id, operation.quantity)
    note_lot(context, key, operation.expiry)
    count_in(context, operation.announced, stock, operation.quantity)
    flag_unknown(context, key, place.id, stock)
    announcement = announcement_of(picture, context.site, operation.announced, key.owner)
    seek_orders(context, key, place, operation.quantity, announcement)
    flag_announced(context, operation, stock, announcement)


def scanned_key(operation: Receive, look: Look, context: Context) -> StockKey:
    """What was scanned; who announced it, or whose place it is, decides between two owners."""
    if not operation.owner:
        operation = replace(operation, owner=announcer(operation, look, context))
    return find_key(look, operation, place=find_place(look, context.site, operation.to))


def announcer(operation: Receive, look: Look, context: Context) -> str:
    """The code of the one owner that announced the receipt; empty where there is not just one."""
    owners = {each.owner for each in announcements_of(look, context.site, operation.announced)}
    merchant = look.row(Merchant, (NETWORK, owners.pop())) if len(owners) == 1 else None
    return merchant.code if merchant else ""


def flag_unknown(context: Context, key: StockKey, place: int, stock: Stock) -> None:
    """Goods under a raw scan are an open question until a person names them."""
    if key.item == 0 and key.unit is None:
        open_discrepancy(
            context, "coarse", place, stock.id, expected="a known item", actual=key.raw
        )
        context.flag(
            "unknown_code",
            actual=key.raw,
            then="a person names the item; the units are reclassified",
        )


def flag_announced(
    context: Context, operation: Receive, stock: Stock, announcement: Announcement | None
) -> None:
    """Say how the goods differ from what was announced, if they were to be announced."""
    if not operation.announced:
        return
    if announcement is None:
        context.flag(
            "unknown_announcement",
            actual=operation.announced[:64],
            then="it counts as soon as the merchant announces it",
        )
        return
    if announcement.closed_at is not None:
        context.flag("receipt_closed", actual=announcement.number, then="a task names it")
    for code, expected, actual in differences(context, operation, stock, announcement):
        context.flag(code, expected=expected, actual=actual, then="named when the receipt closes")


def differences(
    context: Context, operation: Receive, stock: Stock, announcement: Announcement
) -> Iterator[tuple[str, object, object]]:
    """Code, what was announced and what came, of each thing in which the goods differ."""
    site, picture, number = context.site, context.picture, announcement.number
    shared = lines_of(picture, announcement, stock.item)
    seats = seats_of(picture, announcement, stock)
    lines = [*seats, *shared]
    if not lines:
        named = (stock.raw or operation.item or operation.code, stock.serial)
        yield "not_announced", number, " ".join(filter(None, named))
        return
    announced = sum(line.quantity for line in shared)
    came = sum(each.units for each in sums_of(picture, site, number, stock.owner, stock.item))
    pieces = sum(each.quantity for each in serial_of(picture, site, number, stock))
    if came > announced and not 0 < pieces <= len(seats):
        yield "over_announced", announced, came
    for code, told, actual in (
        ("other_lot", {line.lot for line in lines}, stock.lot),
        ("other_expiry", expiries(lines, stock.lot), operation.expiry),
    ):
        if actual and "" not in told and actual not in told:
            yield code, ", ".join(sorted(told)), actual


def expiries(lines: list[AnnouncedLine], lot: str) -> set[str]:
    """The dates that were announced of a lot, or of the item where nobody told lots."""
    named = [line.expiry for line in lines if line.lot == lot]
    return set(named or [line.expiry for line in lines])


def undo_needs(operation: Receive, want: Want, context: Context) -> None:
    """What taking the goods off the announcement reads."""
    stock = received(want, context)
    if stock is not None:
        want_receipt(want, context.site, operation.announced, stock)


def undo(operation: Receive, picture: Picture, context: Context) -> None:
    """Take the units off what came under the number, under the key that they were posted to."""
    stock = received(picture, context)
    if stock is not None and is_number(operation.announced):
        count_in(context, operation.announced, stock, -operation.quantity)


def received(look: Look, context: Context) -> Stock | None:
    """The stock key to which the receipt that is undone was posted."""
    original = context.undoes
    if original is None or original.movements == 0:
        return None
    movement = look.row(Movement, (context.site, original.first_movement))
    return look.row(Stock, (context.site, movement.stock_to)) if movement is not None else None
