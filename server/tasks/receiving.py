"""Receiving.

1. The operator opens a receipt at a dock (an activity id on the device) and scans goods: an item or
   pack, a quantity, lot or serial where the item asks for it, and where the goods now stand.
2. Each scan is a fact: units came from the supplier to that place. Nothing needs to be announced
   (blind receipt).
3. A code that nobody knows, or that two owners share and the place can't tell apart, is received
   under its raw scan and flagged; a person names it later and the units are reclassified.
"""

from device_protocol.operations import Receive
from server.lane.activity import Activity, Context
from server.lane.picture import Picture
from server.lane.want import Look, Want
from server.ledger.discrepancies import open_discrepancy
from server.ledger.posting import post, want_posting
from server.ledger.records import SUPPLIER, Stock
from server.ledger.stocks import StockKey, find_key, find_place, find_stock, make_place, make_stock


def needs(operation: Receive, want: Want, context: Context) -> None:
    """The place, the stock key that the scan names, and their balances."""
    place = find_place(want, context.site, operation.to)
    stock = find_stock(want, context.site, scanned_key(operation, want, context))
    number = stock.id if stock else 0
    target = place.id if place else SUPPLIER
    want_posting(want, context.site, SUPPLIER, target, number, context.stamp.earliest)


def decide(operation: Receive, picture: Picture, context: Context) -> None:
    """Post the goods from the supplier to the place."""
    place = make_place(context, operation.to)
    key = scanned_key(operation, picture, context)
    stock = make_stock(context, key)
    post(context, SUPPLIER, place.id, stock.id, operation.quantity)
    flag_unknown(context, key, place.id, stock)


def scanned_key(operation: Receive, look: Look, context: Context) -> StockKey:
    """What was scanned; whose place it is decides between two owners that share a code."""
    return find_key(look, operation, place=find_place(look, context.site, operation.to))


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


RECEIVE = Activity(Receive, needs, decide)
