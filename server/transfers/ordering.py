"""Ordering transfers between sites, and ending them.

1. A supervisor asks a site to send goods of an owner to another site, under a number. The site
   gives the transfer its id, and tells the other site what is coming.
2. The same number with the same content changes nothing; with other content it is refused, because
   people may have begun to send.
3. Closing it at its origin says that nothing more is awaited. What left and did not arrive goes to
   lost and found, and a task names it; what turns up later is taken as ever, and comes back out.
"""

import hashlib

import msgspec
from msgspec.structs import replace

from server.catalog.resolve import item_by_sku
from server.lane.activity import NETWORK, Activity, Context
from server.lane.masters import code_fits, within
from server.lane.picture import Picture
from server.lane.want import Look, Want
from server.ledger.records import Stock
from server.merchants.records import Merchant
from server.sites.records import Site
from server.transfers.messages import (
    CloseTransfer,
    EndTransfer,
    ExpectTransfer,
    OrderTransfer,
    TransferGoods,
    TransferItem,
)
from server.transfers.records import NUMBERS, Transfer, TransferLine
from server.transfers.rules import difference
from server.transfers.standing import settle, units_of, want_settling, want_transfer

LINES_MAX = 1_000
UNITS_MAX = 1_000_000
NAMED_MAX = 20


def find_transfer(look: Look, site: int, owner: int, number: str) -> Transfer | None:
    """The transfer that this site was asked for under an owner's number."""
    found = look.listing(Transfer, "by_number", (site, owner, number))
    return next((each for each in found if each.origin == site), None)


def needs(message: OrderTransfer, want: Want, context: Context) -> None:
    """The transfer of the same number, the owner, the site, the items and the way to the site."""
    want.row(Merchant, (NETWORK, message.owner))
    want.row(Site, (NETWORK, message.target))
    find_transfer(want, context.site, message.owner, message.number)
    for line in message.lines[:LINES_MAX]:
        item_by_sku(want, message.owner, line.sku)
    context.want_outbox(want, message.target)


def decide(message: OrderTransfer, picture: Picture, context: Context) -> None:
    """Keep what was ordered and tell the other site, recognise it, or say why not."""
    if not fits(message, picture, context):
        return
    known = find_transfer(picture, context.site, message.owner, message.number)
    content = content_of(message)
    if known is not None and known.content == content:
        context.grant = {"transfer": known.id, "unchanged": True}
        return
    if known is not None:
        context.refuse("transfer_fixed", actual=message.number, then="order it under another one")
        return
    lines = items_of(message, picture, context)
    if lines is None:
        return
    expected = ExpectTransfer(
        transfer=context.site * NUMBERS + context.new_id(),
        origin=context.site,
        owner=message.owner,
        number=message.number,
        content=content,
        ordered_at=context.now,
        lines=lines,
        actor=message.actor,
    )
    write(context, expected, message.target)
    context.send(message.target, expected)
    context.grant = {"transfer": expected.transfer}


def fits(message: OrderTransfer, picture: Picture, context: Context) -> bool:
    """Whether a transfer as such can be kept."""
    if not code_fits(context, "number", message.number):
        return False
    if not within(context, "lines", len(message.lines), 1, LINES_MAX):
        return False
    if not all(line_fits(line, context) for line in message.lines):
        return False
    if picture.get(Merchant, (NETWORK, message.owner)) is None:
        context.refuse("unknown_owner", actual=message.owner)
    elif message.target == context.site:
        context.refuse("bad_target", expected="another site", actual=message.target)
    elif picture.get(Site, (NETWORK, message.target)) is None:
        context.refuse("unknown_site", actual=message.target)
    return context.refusal is None


def line_fits(line: TransferGoods, context: Context) -> bool:
    """Whether a line can be kept; its SKU is looked up apart."""
    if line.lot and not code_fits(context, "lot", line.lot):
        return False
    return within(context, "quantity", line.quantity, 1, UNITS_MAX)


def content_of(message: OrderTransfer) -> str:
    """Hash of what is ordered."""
    return hashlib.sha256(msgspec.json.encode((message.target, message.lines))).hexdigest()


def items_of(
    message: OrderTransfer, picture: Picture, context: Context
) -> tuple[TransferItem, ...] | None:
    """What is ordered, each item and lot once; None where one is unknown, which is refused."""
    units: dict[tuple[int, str], int] = {}
    unknown = set()
    for line in message.lines:
        item = item_by_sku(picture, message.owner, line.sku)
        if item is None:
            unknown.add(line.sku)
        else:
            key = (item.id, line.lot)
            units[key] = units.get(key, 0) + line.quantity
    if unknown:
        named = ", ".join(sorted(unknown)[:NAMED_MAX])
        context.refuse("unknown_item", actual=named, then="put the items into the catalog first")
        return None
    return tuple(TransferItem(item, quantity, lot) for (item, lot), quantity in units.items())


def write(context: Context, told: ExpectTransfer, target: int) -> None:
    """Write a transfer with its lines, at either site."""
    site, picture = context.site, context.picture
    transfer = Transfer(
        site=site,
        id=told.transfer,
        origin=told.origin,
        target=target,
        owner=told.owner,
        number=told.number,
        content=told.content,
        ordered_at=told.ordered_at,
        ordered_by=told.actor,
        units=sum(line.quantity for line in told.lines),
    )
    picture.declare_absent(Transfer, (site, told.transfer))
    picture.put(transfer)
    for position, line in enumerate(told.lines, 1):
        picture.declare_absent(TransferLine, (site, told.transfer, position))
        picture.put(TransferLine(site, told.transfer, position, line.item, line.quantity, line.lot))


def expect_needs(_message: ExpectTransfer, _want: Want, _context: Context) -> None:
    """Nothing: a transfer is told once, and before anything else of it."""


def expect(message: ExpectTransfer, _picture: Picture, context: Context) -> None:
    """Keep what is coming."""
    write(context, message, context.site)


def close_needs(message: CloseTransfer, want: Want, context: Context) -> None:
    """The transfer, what is in transit of it, and the way to the target."""
    transfer = want_transfer(want, context.site, message.transfer)
    if transfer is None:
        return
    context.want_outbox(want, transfer.target)
    for each in units_of(want, context.site, transfer.id):
        want.row(Stock, (context.site, each.stock))
        want_settling(want, transfer, each.stock, context.stamp.earliest)


def close(message: CloseTransfer, picture: Picture, context: Context) -> None:
    """Await nothing more; what did not arrive is lost, and named."""
    known = picture.get(Transfer, (context.site, message.transfer))
    if known is None or known.origin != context.site:
        context.refuse("not_found", actual=message.transfer)
        return
    missing, over = difference(units_of(picture, context.site, known.id))
    told = {"transfer": known.id, "missing": missing, "over": over}
    if known.closed_at is not None:
        context.grant = {**told, "unchanged": True}
        return
    closed = replace(known, closed_at=context.now, closed_by=message.actor)
    picture.put(closed)
    settle(context, closed)
    context.send(known.target, EndTransfer(transfer=known.id, actor=message.actor))
    context.grant = dict(told)
    if missing or over:
        context.flag("transfer_differs", 0, missing + over, "a task names the units that differ")


def end_needs(message: EndTransfer, want: Want, context: Context) -> None:
    """The transfer."""
    want.row(Transfer, (context.site, message.transfer))


def end(message: EndTransfer, picture: Picture, context: Context) -> None:
    """Show it no more; what arrives yet is taken as ever."""
    known = picture.need(Transfer, (context.site, message.transfer))
    picture.put(replace(known, closed_at=context.now, closed_by=message.actor))


ORDER_TRANSFER = Activity(OrderTransfer, needs, decide)
EXPECT_TRANSFER = Activity(ExpectTransfer, expect_needs, expect)
CLOSE_TRANSFER = Activity(CloseTransfer, close_needs, close)
END_TRANSFER = Activity(EndTransfer, end_needs, end)
ACTIVITIES = (ORDER_TRANSFER, EXPECT_TRANSFER, CLOSE_TRANSFER, END_TRANSFER)
