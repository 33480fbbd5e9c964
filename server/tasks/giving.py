"""Giving goods to another owner where they stand.

A merchant names a place and a key of its own stock there, and what the goods are called by the
owner who gets them. One movement takes them from key to key; lot, serial, condition and customs
stay. What orders were promised, and what a hold selects, can't be given.
"""

from msgspec.structs import replace

from server.catalog.records import Item
from server.catalog.resolve import item_by_sku, owner_id
from server.lane.activity import Activity, Context
from server.lane.message import Message
from server.lane.picture import Picture
from server.lane.want import Look, Want
from server.ledger.holds import held_by, want_holds
from server.ledger.lots import note_lot, want_lot
from server.ledger.posting import balance_of, post, want_posting
from server.ledger.records import Stock
from server.ledger.stocks import StockKey, find_place, find_stock, key_of, make_stock


class GiveStock(Message, frozen=True, kw_only=True, tag="give_stock"):
    """To a site: so many units of a key at a place belong to another owner from now on."""

    giver: int
    """Id of the owner to whom they belong."""
    place: str
    stock: int
    quantity: int
    owner: str
    """Code of the owner who gets them, and its SKU for them."""
    item: str


def item_given(message: GiveStock, look: Look) -> Item | None:
    """What the owner who gets the goods calls them."""
    owner = owner_id(look, message.owner)
    return item_by_sku(look, owner, message.item) if owner is not None else None


def stock_given(message: GiveStock, look: Look, site: int) -> Stock | None:
    """The key that is given from, if it is the giver's."""
    stock = look.row(Stock, (site, message.stock))
    own = stock is not None and stock.owner == message.giver and bool(stock.item)
    return stock if own else None


def key_given(before: Stock, item: Item) -> StockKey:
    """The key that the goods get."""
    return replace(key_of(before), owner=item.owner, item=item.id)


def needs(message: GiveStock, want: Want, context: Context) -> None:
    """The place, both keys with their lots and balances there, and the holds."""
    site = context.site
    place = find_place(want, site, message.place)
    before = stock_given(message, want, site)
    item = item_given(message, want)
    want_holds(want, site)
    if place is None or before is None or item is None:
        return
    key = key_given(before, item)
    after = find_stock(want, site, key)
    for lot in (key_of(before), key):
        want_lot(want, site, lot)
    for stock in (before.id, after.id if after else 0):
        want_posting(want, site, place.id, place.id, stock, context.stamp.earliest)


def decide(message: GiveStock, picture: Picture, context: Context) -> None:
    """Post the units from key to key; what is not there and free is refused."""
    site = context.site
    place = find_place(picture, site, message.place)
    before = stock_given(message, picture, site)
    item = item_given(message, picture)
    if place is None or before is None:
        context.refuse("unknown", expected="stock of yours", actual=message.stock)
        return
    if item is None:
        # An owner and a SKU that nobody has are the same answer: what others have is theirs.
        context.refuse("unknown", expected="item", actual=f"{message.owner} {message.item}")
        return
    if item.owner == message.giver:
        context.refuse("same_owner", actual=message.owner, then="say to whom they are given")
        return
    if held_by(picture, site, before, place.id) is not None:
        context.refuse("on_hold", actual=message.place, then="ask the warehouse about the hold")
        return
    balance = balance_of(context, place.id, before.id)
    free = max(0, balance.quantity - balance.allocated)
    if not 1 <= message.quantity <= free:
        context.refuse("not_free", free, message.quantity, "what orders were promised stays")
        return
    key = key_given(before, item)
    known = want_lot(picture, site, key_of(before))
    note_lot(context, key, known.expiry if known is not None else "")
    after = make_stock(context, key)
    post(context, place.id, place.id, before.id, message.quantity, stock_to=after.id)


GIVE_STOCK = Activity(GiveStock, needs, decide)
