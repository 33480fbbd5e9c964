"""Transfers between sites.

1. At the site that was asked, the operator takes the transfer on and scans from where goods leave,
   the goods and how many. Each scan is a fact: units went from there into transit to the other
   site, whether or not so many were ordered.
2. The other site is told and shows them as coming. There the operator scans where goods stand, the
   goods and how many: units came out of transit from the origin, which the transfer's number
   tells by itself, so taking waits for nothing.
3. The origin is told, and takes the units out of its own transit place (see
   `server/transfers/standing.py` for the rule by which every unit is counted once).
4. Goods that come back to where they left, or are sent back from where they were taken, undo so
   many of the units. What is over, not of the transfer or under a number that nobody knows is
   posted all the same and flagged.
"""

from typing import NamedTuple

from msgspec.structs import replace

from device_protocol.handling import SendTransfer, TakeTransfer
from server.lane.activity import NETWORK, Activity, Context
from server.lane.picture import Picture
from server.lane.want import Look, Want
from server.ledger.discrepancies import open_task
from server.ledger.lots import note_lot, want_lot
from server.ledger.posting import post, want_posting
from server.ledger.records import LOST, TRANSIT, Movement, Place, Stock
from server.ledger.stocks import StockKey, find_key, find_place, find_stock, make_place, make_stock
from server.sites.records import Site
from server.tasks.moving import flag_negative
from server.tasks.receiving import flag_unknown
from server.tasks.transfer_news import news_of
from server.transfers.messages import TransferCame, TransferSent
from server.transfers.records import NUMBERS, Transfer, TransferUnits
from server.transfers.standing import (
    count_in,
    lines_of,
    units_of,
    want_settling,
    want_transfer,
)

Handed = SendTransfer | TakeTransfer


class Road(NamedTuple):
    """How a transfer runs, seen from one of its sites."""

    place: int
    """Transit to or from the other site; lost and found where nobody knows the transfer."""
    other: int
    """The other site; 0 where nobody knows it."""
    is_origin: bool


def road_of(look: Look, context: Context, number: int) -> Road:
    """Which way a transfer runs: at its origin by its row, elsewhere by its number alone."""
    origin = number // NUMBERS
    if origin == context.site:
        transfer = look.row(Transfer, (context.site, number))
        other = transfer.target if transfer is not None else 0
    else:
        known = origin > NETWORK and look.row(Site, (NETWORK, origin)) is not None
        other = origin if known else 0
    return Road(TRANSIT + other if other else LOST, other, origin == context.site)


def code_of(operation: Handed) -> str:
    """The place from which goods left, or at which they now stand."""
    return operation.source if isinstance(operation, SendTransfer) else operation.to


def moved_key(operation: Handed, look: Look, context: Context) -> StockKey:
    """What was scanned; whose transfer or place it is decides between owners that share a code."""
    place = find_place(look, context.site, code_of(operation))
    transfer = look.row(Transfer, (context.site, operation.transfer))
    if transfer is None:
        return find_key(look, operation, place=place)
    known = StockKey(owner=transfer.owner, raw="unidentified:")
    place = replace(place or Place(context.site, 0, "", ""), owner=transfer.owner)
    return find_key(look, operation, expected=known, place=place)


def needs(operation: Handed, want: Want, context: Context) -> None:
    """The place, the transfer, the goods with their balances, and the way to the other site."""
    site, since = context.site, context.stamp.earliest
    road = road_of(want, context, operation.transfer)
    place = find_place(want, site, code_of(operation))
    key = moved_key(operation, want, context)
    stock = find_stock(want, site, key)
    number = stock.id if stock else 0
    want_posting(want, site, road.place, place.id if place else road.place, number, since)
    want_lot(want, site, key)
    want_counting(want, context, operation.transfer, road, number)


def want_counting(want: Want, context: Context, number: int, road: Road, stock: int) -> None:
    """Name what counting units to a transfer reads, and the way to the other site."""
    transfer = want_transfer(want, context.site, number)
    want_settling(want, transfer, stock, context.stamp.earliest)
    if road.other:
        context.want_outbox(want, road.other)


def decide(operation: Handed, picture: Picture, context: Context) -> None:
    """Post the goods into transit or out of it, count them, and tell the other site."""
    road = road_of(picture, context, operation.transfer)
    place = make_place(context, code_of(operation))
    key = moved_key(operation, picture, context)
    stock = make_stock(context, key)
    if isinstance(operation, SendTransfer):
        post(context, place.id, road.place, stock.id, operation.quantity)
        flag_negative(context, place.id, stock.id)
        if key.item == 0:
            context.flag("unknown_code", actual=key.raw, then="named where it arrives")
    else:
        post(context, road.place, place.id, stock.id, operation.quantity)
        note_lot(context, key, operation.expiry)
        flag_unknown(context, key, place.id, stock)
    if not road.other:
        context.flag(
            "unknown_transfer", actual=operation.transfer, then="lost and found; a review task"
        )
        note = f"transfer {operation.transfer}, which nobody knows"
        open_task(context, "review", place=place.id, stock=stock.id, note=note)
        return
    count(operation, context, road, stock, undone=False)
    flag_differing(operation, context, road, stock)


def count(operation: Handed, context: Context, road: Road, stock: Stock, *, undone: bool) -> None:
    """Count the units at this side of the transfer and tell the other; or take both back."""
    units = operation.quantity if turned(operation, road) == undone else -operation.quantity
    number = operation.transfer
    if road.is_origin:
        count_in(context, number, stock, sent=units)
        context.send(road.other, news_of(TransferSent, number, stock, units, context))
    else:
        count_in(context, number, stock, taken=units)
        context.send(road.other, news_of(TransferCame, number, stock, units, context))


def turned(operation: Handed, road: Road) -> bool:
    """Whether goods went back: taken where they left, or sent from where they were to arrive."""
    return isinstance(operation, SendTransfer) != road.is_origin


def flag_differing(operation: Handed, context: Context, road: Road, stock: Stock) -> None:
    """Say how the goods differ from the transfer."""
    picture, site, number = context.picture, context.site, operation.transfer
    transfer = picture.get(Transfer, (site, number))
    if transfer is None:
        context.flag("unknown_transfer", actual=number, then=f"out of transit, site {road.other}")
        return
    if transfer.closed_at is not None:
        context.flag("transfer_closed", actual=transfer.number, then="a task names what differs")
    if turned(operation, road):
        context.flag("turned_back", actual=transfer.number, then="so many fewer are on the way")
        return
    lines = [line for line in lines_of(picture, site, number) if line.item == stock.item]
    same = [each for each in units_of(picture, site, number) if is_alike(each, stock)]
    ordered = sum(line.quantity for line in lines)
    sent, taken = sum(each.sent for each in same), sum(each.taken for each in same)
    if (road.is_origin and not lines) or ordered == sent == 0:
        named = stock.raw or operation.item or operation.code
        context.flag("not_of_transfer", transfer.number, named, "posted and named in its list")
    elif road.is_origin and sent > ordered:
        context.flag("more_than_ordered", ordered, sent, "posted and named in its list")
    elif not road.is_origin and taken > max(ordered, sent):
        context.flag("more_than_sent", max(ordered, sent), taken, "posted and named in its list")


def is_alike(units: TransferUnits, stock: Stock) -> bool:
    """Whether units are of the same item; what nobody knows is only like itself."""
    return units.item == stock.item if stock.item else units.stock == stock.id


def undo_needs(operation: Handed, want: Want, context: Context) -> None:
    """What taking the units off the transfer reads."""
    stock = moved_stock(want, context)
    if stock is not None:
        road = road_of(want, context, operation.transfer)
        want_counting(want, context, operation.transfer, road, stock.id)


def undo(operation: Handed, picture: Picture, context: Context) -> None:
    """Take the units off the transfer at both sites; their movements take themselves back."""
    stock = moved_stock(picture, context)
    if stock is not None:
        road = road_of(picture, context, operation.transfer)
        count(operation, context, road, stock, undone=True)


def moved_stock(look: Look, context: Context) -> Stock | None:
    """The stock key that was moved into transit or out of it; None where it was not."""
    site, original = context.site, context.undoes
    movement = look.row(Movement, (site, original.first_movement)) if original else None
    if movement is None or LOST in {movement.source, movement.target}:
        return None
    return look.row(Stock, (site, movement.stock))


SEND_TRANSFER = Activity(SendTransfer, needs, decide, undo, undo_needs)
TAKE_TRANSFER = Activity(TakeTransfer, needs, decide, undo, undo_needs)
