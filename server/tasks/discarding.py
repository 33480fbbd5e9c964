"""Discarding.

1. The operator scans where goods stand and what, how many, and whether they are scrapped or
   recycled.
2. It is a fact: the units leave the house for good. That is kept with its reason.
"""

from msgspec.structs import replace

from device_protocol.handling import Discard
from server.lane.activity import Activity, Context
from server.lane.picture import Picture
from server.lane.want import Look, Want
from server.ledger.posting import post, want_posting
from server.ledger.records import SCRAP
from server.ledger.stocks import StockKey, find_key, find_place, find_stock, make_place, make_stock
from server.planning import put_backs
from server.tasks.moving import flag_negative
from server.tasks.receiving import flag_unknown
from server.tasks.verdicts import verdict_of, want_withdrawal, withdraw

WAYS = ("scrap", "recycle")


def discarded_key(operation: Discard, look: Look, context: Context) -> StockKey:
    """What was scanned; whose place it is decides between two owners that share a code."""
    return find_key(look, operation, place=find_place(look, context.site, operation.source))


def needs(operation: Discard, want: Want, context: Context) -> None:
    """The place, and the key with its balances there and among what was discarded."""
    place = find_place(want, context.site, operation.source)
    stock = find_stock(want, context.site, discarded_key(operation, want, context))
    number = stock.id if stock else 0
    source = place.id if place else SCRAP
    want_posting(want, context.site, source, SCRAP, number, context.stamp.earliest)
    put_backs.want_put_backs(want, context.site, place)


def decide(operation: Discard, picture: Picture, context: Context) -> None:
    """Post the units out of the house."""
    place = make_place(context, operation.source)
    key = discarded_key(operation, picture, context)
    stock = make_stock(context, key)
    post(context, place.id, SCRAP, stock.id, operation.quantity)
    flag_unknown(context, key, place.id, stock)
    flag_negative(context, place.id, stock.id)
    put_backs.note_discarded(context, place, stock, operation.quantity, operation.way)
    if operation.way not in WAYS:
        context.flag("unknown_way", " or ".join(WAYS), operation.way[:20], "kept as it was said")
    verdict = verdict_of(context, "discarded", place.id, stock, operation.quantity)
    picture.add(replace(verdict, disposition=operation.way, reason=operation.reason))


def undo_needs(operation: Discard, want: Want, context: Context) -> None:
    """The verdict, and what asked for it."""
    want_withdrawal(want, context)
    put_backs.undo_needs(operation, want, context)


def undo(operation: Discard, picture: Picture, context: Context) -> None:
    """Nobody said so."""
    withdraw(context)
    put_backs.undo(operation, picture, context)


DISCARD = Activity(Discard, needs, decide, undo, undo_needs)
