"""Returns.

1. The operator scans the bench, then the parcel in which goods came back, if there is one, and the
   goods: item, lot or serial, how many, and how they look, which is their condition.
2. Each scan is a fact: units came from the consumer. Out of a parcel that this site numbered they
   come from that parcel, to which they are still booked as they were packed: good, however they
   look by now.
3. The return was announced under a number, or not: then it is kept and flagged. The network adds up
   what came, whichever site it came to, and asks about more than was announced.
4. What becomes of the goods is what the operator says, else the owner's rule for their condition: a
   task asks to bring them there, and what must not be sold is not promised.
"""

from msgspec.structs import replace

from device_protocol.handling import TakeReturn
from device_protocol.scan import has_check_digit, parse
from server.catalog.dispositions import rule_of
from server.catalog.resolve import owner_id
from server.lane.activity import NETWORK, Activity, Context
from server.lane.picture import Picture
from server.lane.want import Look, Want
from server.ledger.lots import note_lot, want_lot
from server.ledger.posting import post, want_posting
from server.ledger.records import CONSUMER, LOST, Place
from server.ledger.stocks import (
    StockKey,
    find_key,
    find_place,
    find_stock,
    make_place,
    make_stock,
    make_unit,
    want_unit,
)
from server.orders.messages import ReturnCame
from server.orders.records import ExpectedReturn
from server.orders.returned import Number, lines_of
from server.tasks.moving import flag_negative
from server.tasks.numbers import RANGES, SSCC_DIGITS, prefix_of
from server.tasks.receiving import flag_unknown
from server.tasks.verdicts import bring, verdict_of, want_withdrawal, way_of, withdraw


def needs(operation: TakeReturn, want: Want, context: Context) -> None:
    """The place, the return, the goods with their balances, and the way to the network."""
    site, since = context.site, context.stamp.earliest
    place = find_place(want, site, operation.to)
    key = returned_key(operation, want, context)
    stock = find_stock(want, site, key)
    number = stock.id if stock else 0
    want_posting(want, site, CONSUMER, place.id if place else CONSUMER, number, since)
    parcel = parcel_code(operation, want, site)
    if parcel:
        unit = want_unit(want, site, parcel)
        packed = find_stock(want, site, packed_key(key))
        want_posting(want, site, unit.id if unit else LOST, LOST, packed.id if packed else 0, since)
    want_lot(want, site, key)
    rule_of(want, key.owner, key.condition)
    context.want_outbox(want, NETWORK)


def decide(operation: TakeReturn, picture: Picture, context: Context) -> None:
    """Post the goods from the consumer, tell the network, and say where they are to be brought."""
    place = make_place(context, operation.to)
    parcel = parcel_code(operation, picture, context.site)
    source = make_unit(context, parcel, "parcel").id if parcel else CONSUMER
    key = returned_key(operation, picture, context)
    stock = make_stock(context, key)
    if source == place.id:
        context.flag("same_place", actual=operation.to)
        return
    sent = make_stock(context, packed_key(key)) if parcel else stock
    post(context, source, place.id, sent.id, operation.quantity, stock_to=stock.id)
    note_lot(context, key, operation.expiry)
    flag_unknown(context, key, place.id, stock)
    if parcel:
        flag_negative(context, source, sent.id)
    number = announced_as(operation, picture)
    tell(operation, context, number, key)
    verdict = replace(
        verdict_of(context, "returned", place.id, stock, operation.quantity),
        reason=operation.reason,
        announced=operation.announced,
        channel=number[1] if number else operation.channel,
        parcel=parcel or operation.parcel,
    )
    bring(context, verdict, stock, way_of(context, stock, operation.disposition))


def returned_key(operation: TakeReturn, look: Look, context: Context) -> StockKey:
    """What was scanned; whose return or place it is decides between owners that share a code."""
    number = announced_as(operation, look)
    place = find_place(look, context.site, operation.to)
    if number is None:
        return find_key(look, operation, place=place)
    owner = number[0]
    place = replace(place or Place(context.site, 0, "", ""), owner=owner)
    known = StockKey(owner=owner, raw="unidentified:")
    return find_key(look, operation, expected=known, place=place)


def packed_key(key: StockKey) -> StockKey:
    """As what goods stand in the parcel in which they were sent."""
    return replace(key, condition="good")


def announced_as(operation: TakeReturn, look: Look) -> Number | None:
    """Owner, channel and number of the return, if exactly one was announced so."""
    number = operation.announced
    if not number:
        return None
    owner = owner_id(look, operation.owner) if operation.owner else None
    found = {
        (line.owner, line.channel, number)
        for line in look.listing(ExpectedReturn, "by_told", (NETWORK, number))
        if operation.channel in {"", line.channel} and owner in {None, line.owner}
    }
    for each in found:
        lines_of(look, each)
    return found.pop() if len(found) == 1 else None


def tell(operation: TakeReturn, context: Context, number: Number | None, key: StockKey) -> None:
    """Tell the network what came; what nobody announced, or not so many of, is flagged."""
    if number is None:
        context.flag("not_announced", actual=operation.announced, then="kept; ask its merchant")
        if operation.announced and operation.channel and key.item:
            number = (key.owner, operation.channel, operation.announced)
            send(context, number, key.item, operation.quantity)
        return
    lines = [line for line in lines_of(context.picture, number) if line.item == key.item]
    expected = sum(line.quantity for line in lines)
    received = sum(line.received for line in lines) + operation.quantity
    if received > expected:
        context.flag("more_than_announced", expected, received, "kept; a review task")
    if key.item:
        send(context, number, key.item, operation.quantity)


def send(context: Context, number: Number, item: int, quantity: int) -> None:
    """Tell the network of units that came back, or below zero did not."""
    owner, channel, told = number
    context.send(
        NETWORK,
        ReturnCame(
            owner=owner,
            channel=channel,
            number=told,
            item=item,
            quantity=quantity,
            site=context.site,
        ),
    )


def parcel_code(operation: TakeReturn, look: Look, site: int) -> str:
    """The code of the parcel, if it is a number that this site gave out; else an empty text.

    That is read off the number alone, so it does not matter whether the parcel is known yet.
    """
    code = parse(operation.parcel).sscc or operation.parcel
    return code if is_own_number(look, site, code) else ""


def is_own_number(look: Look, site: int, code: str) -> bool:
    """Whether an SSCC is of the range from which a site numbers its parcels."""
    prefix = prefix_of(look, site)
    if len(code) != SSCC_DIGITS + 2 or not (code.isascii() and code.isdigit()):
        return False
    if not code[1:].startswith(prefix) or not has_check_digit(code):
        return False
    serials: int = 10 ** (SSCC_DIGITS - len(prefix))
    number = int(code[0]) * serials + int(code[1 + len(prefix) : -1])
    return number // (serials * 10 // RANGES) == site % RANGES


def undo_needs(_operation: TakeReturn, want: Want, context: Context) -> None:
    """The verdict with what came of it, and the way to the network."""
    want_withdrawal(want, context)
    context.want_outbox(want, NETWORK)


def undo(operation: TakeReturn, _picture: Picture, context: Context) -> None:
    """The goods did not come back: neither here, nor for the network."""
    verdict = withdraw(context)
    if verdict is not None and verdict.item and verdict.announced and verdict.channel:
        number = (verdict.owner, verdict.channel, verdict.announced)
        send(context, number, verdict.item, -operation.quantity)


TAKE_RETURN = Activity(TakeReturn, needs, decide, undo, undo_needs)
