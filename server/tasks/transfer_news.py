"""What the two sites of a transfer tell each other of units that left and arrived.

1. The target counts what has left, and shows it as coming; nothing moves in its book by that.
2. The origin counts what has arrived and takes it out of its own transit place, at the moment at
   which it was taken: once, whatever is delivered twice, and back in if it was undone.
"""

from typing import TypeVar

from server.lane.activity import Activity, Context
from server.lane.picture import Picture
from server.lane.want import Look, Want
from server.ledger.discrepancies import open_task
from server.ledger.posting import Point, post, want_posting
from server.ledger.records import ARRIVED, TRANSIT, Stock
from server.ledger.stocks import StockKey, find_stock, make_stock
from server.transfers.messages import TransferCame, TransferNews, TransferSent
from server.transfers.records import Transfer
from server.transfers.standing import count_in, want_settling, want_transfer

N = TypeVar("N", bound=TransferNews)


def news_of(kind: type[N], number: int, stock: Stock, units: int, context: Context) -> N:
    """What the other site is told of units counted here."""
    return kind(
        transfer=number,
        site=context.site,
        quantity=units,
        occurred_at=context.stamp.mid,
        uncertainty=context.stamp.half,
        owner=stock.owner,
        item=stock.item,
        lot=stock.lot,
        serial=stock.serial,
        condition=stock.condition,
        customs=stock.customs,
        raw=stock.raw,
    )


def told_key(message: TransferNews) -> StockKey:
    """The stock key as the other site has it: its parts are the network's."""
    return StockKey(
        owner=message.owner,
        item=message.item,
        lot=message.lot,
        serial=message.serial,
        condition=message.condition,
        customs=message.customs,
        raw=message.raw,
    )


def needs(message: TransferNews, want: Want, context: Context) -> None:
    """The transfer, and the goods in transit at that moment."""
    site, since = context.site, message.occurred_at - message.uncertainty
    transfer = want_transfer(want, site, message.transfer)
    stock = find_stock(want, site, told_key(message))
    number = stock.id if stock else 0
    transit = transit_of(want, context, message)
    want_posting(want, site, transit, ARRIVED, number, since)
    want_settling(want, transfer, number, since)


def transit_of(look: Look, context: Context, message: TransferNews) -> int:
    """Where the goods were in transit: to where they were ordered, whoever took them."""
    transfer = look.row(Transfer, (context.site, message.transfer))
    return TRANSIT + (transfer.target if transfer is not None else message.site)


def sent(message: TransferSent, _picture: Picture, context: Context) -> None:
    """Count what is coming."""
    stock = make_stock(context, told_key(message))
    count_in(context, message.transfer, stock, sent=message.quantity)


def came(message: TransferCame, picture: Picture, context: Context) -> None:
    """Take what has arrived out of transit."""
    stock = make_stock(context, told_key(message))
    transit = transit_of(picture, context, message)
    source, target = (transit, ARRIVED) if message.quantity > 0 else (ARRIVED, transit)
    point = Point(message.occurred_at, message.uncertainty, context.stream, context.epoch)
    post(context, source, target, stock.id, abs(message.quantity), point=point)
    count_in(context, message.transfer, stock, taken=message.quantity)
    transfer = picture.get(Transfer, (context.site, message.transfer))
    if transfer is None:
        context.flag("unknown_transfer", actual=message.transfer, then="a review task")
        note = f"transfer {message.transfer}, which nobody ordered, came to site {message.site}"
        open_task(context, "review", stock=stock.id, quantity=abs(message.quantity), note=note)
    elif transfer.target != message.site:
        context.flag("other_site", transfer.target, message.site, "see its list")


TRANSFER_SENT = Activity(TransferSent, needs, sent)
TRANSFER_CAME = Activity(TransferCame, needs, came)
