"""What supervisors post for others: names for unknown goods, and corrections of wrong reports.

1. Goods stand under a raw scan, or under a key that lacks a part: the supervisor looks and says
   what they are. One movement takes them from key to key at their place, and the receipt under
   whose number they came counts them by their name.
2. An operation of somebody else was wrong: the difference is posted against the adjustment place.
   Where it names the movement that it mends, it stands at that movement's point of the floor
   order, so that a count after it, which had already seen the truth, absorbs it.

Both are what a person reports, so counts treat them as facts. Operators undo their own operations
themselves.
"""

from device_protocol.operations import QUANTITY_MAX
from server.catalog.records import Item
from server.catalog.resolve import item_by_sku, owner_id
from server.inbound.receipts import name_goods, want_named
from server.lane.activity import Activity, Context
from server.lane.message import Message
from server.lane.picture import Picture
from server.lane.want import Look, Want
from server.ledger.corrections import correct, movement_mended, want_correction
from server.ledger.discrepancies import close_discrepancy
from server.ledger.posting import balance_of, post, want_posting
from server.ledger.records import Discrepancy, Place, Stock
from server.ledger.stocks import StockKey, find_place, find_stock, key_of, make_stock
from server.planning.records import Undone
from server.tasks.moving import flag_negative


class Reclassify(Message, frozen=True, kw_only=True, tag="reclassify"):
    """So many units at a place are not what the book calls them."""

    place: str
    quantity: int
    stock: int | None = None
    """Key under which the book has them, by id; or by its raw scan."""
    raw: str = ""
    owner: str = ""
    """What they are: an owner's SKU, and the other parts of the key where they differ."""
    item: str = ""
    lot: str | None = None
    serial: str | None = None
    condition: str | None = None
    customs: str | None = None
    discrepancy: int | None = None
    """The open question that this answers."""
    note: str = ""


class Correct(Message, frozen=True, kw_only=True, tag="correct"):
    """The book is off by so many units of a key at a place."""

    place: str
    stock: int
    quantity: int
    """Units that the book lacks; negative where it has too many."""
    reason: str
    mends: int | None = None
    """Number of the movement that was wrong."""


def named(request: Reclassify, look: Look, site: int) -> Stock | None:
    """The key under which the goods stand in the book."""
    if request.stock is not None:
        return look.row(Stock, (site, request.stock))
    return find_stock(look, site, StockKey(raw=request.raw)) if request.raw else None


def item_named(request: Reclassify, look: Look) -> Item | None:
    """The item that the goods are."""
    owner = owner_id(look, request.owner) if request.owner else None
    return item_by_sku(look, owner, request.item) if owner is not None else None


def new_key(request: Reclassify, look: Look, before: Stock) -> StockKey | None:
    """The key that the goods get, parts not given unchanged; None where nobody knows the item."""
    key = key_of(before)
    owner, item = key.owner, key.item
    if request.item or request.owner:
        found = item_named(request, look)
        if found is None:
            return None
        owner, item = found.owner, found.id
    return StockKey(
        owner=owner,
        item=item,
        lot=key.lot if request.lot is None else request.lot,
        serial=key.serial if request.serial is None else request.serial,
        condition=key.condition if request.condition is None else request.condition,
        customs=key.customs if request.customs is None else request.customs,
        raw="" if item else key.raw,
    )


def reclassify_needs(request: Reclassify, want: Want, context: Context) -> None:
    """The place, both keys and their balances there, and the question that is answered."""
    site = context.site
    place = find_place(want, site, request.place)
    before = named(request, want, site)
    if request.discrepancy is not None:
        want.row(Discrepancy, (site, request.discrepancy))
    if request.item or request.owner:
        item_named(request, want)
    if before is None or place is None:
        return
    key = new_key(request, want, before)
    after = find_stock(want, site, key) if key is not None else None
    for stock in (before.id, after.id if after else 0):
        want_posting(want, site, place.id, place.id, stock, context.stamp.earliest)
    if key is not None:
        want_named(want, site, before, key)


def reclassify(request: Reclassify, picture: Picture, context: Context) -> None:
    """Post the units from key to key; more than the book has there are refused."""
    place = find_place(picture, context.site, request.place)
    before = named(request, picture, context.site)
    if place is None or before is None:
        wanted = "place" if place is None else "stock"
        actual = request.place if place is None else request.stock or request.raw
        context.refuse("unknown", expected=wanted, actual=actual)
        return
    key = new_key(request, picture, before)
    if key is None:
        context.refuse("unknown", expected="item", actual=f"{request.owner} {request.item}")
    elif before.unit is not None or key == key_of(before):
        context.refuse("same_key", actual=before.id, then="say what the goods are")
    elif not is_answered(request, picture, context, place, before):
        context.refuse("other_discrepancy", actual=request.discrepancy)
    elif not 1 <= request.quantity <= balance_of(context, place.id, before.id).quantity:
        held = balance_of(context, place.id, before.id).quantity
        context.refuse(
            "not_there", expected=held, actual=request.quantity, then="count the place first"
        )
    else:
        after = make_stock(context, key)
        post(context, place.id, place.id, before.id, request.quantity, stock_to=after.id)
        name_goods(context, before, after, request.quantity)
        if request.discrepancy is not None:
            close_discrepancy(context, request.discrepancy, request.note or "reclassified")


def is_answered(
    request: Reclassify, picture: Picture, context: Context, place: Place, before: Stock
) -> bool:
    """Whether the discrepancy that is named, if any, is a question about these goods."""
    if request.discrepancy is None:
        return True
    found = picture.get(Discrepancy, (context.site, request.discrepancy))
    return (
        found is not None
        and found.kind == "coarse"
        and (found.place, found.stock) == (place.id, before.id)
    )


def correct_needs(request: Correct, want: Want, context: Context) -> None:
    """The place and the balances of the key, and the movement that is mended."""
    place = find_place(want, context.site, request.place)
    want.row(Stock, (context.site, request.stock))
    if place is not None:
        want_correction(want, context, place.id, request.stock, request.mends)
    if request.mends is not None:
        movement = want_movement(want, context, request.mends)
        if movement is not None:
            want.row(Undone, movement)


def want_movement(look: Look, context: Context, number: int) -> tuple[int, int, int, int] | None:
    """The key of the operation that made a movement."""
    movement = movement_mended(look, context.site, number)
    if movement is None:
        return None
    return (context.site, movement.stream, movement.epoch, movement.seq)


def decide_correction(request: Correct, picture: Picture, context: Context) -> None:
    """Post the difference; what the movement that is mended does not say is refused."""
    place = find_place(picture, context.site, request.place)
    stock = picture.get(Stock, (context.site, request.stock))
    if place is None or stock is None:
        wanted = ("place", request.place) if place is None else ("stock", request.stock)
        context.refuse("unknown", expected=wanted[0], actual=wanted[1])
        return
    if request.quantity == 0 or abs(request.quantity) > QUANTITY_MAX:
        context.refuse("impossible_quantity", actual=request.quantity)
        return
    if request.mends is not None and not is_mendable(request, picture, context, place, stock):
        return
    correct(context, place.id, stock.id, request.quantity, request.mends)
    flag_negative(context, place.id, stock.id)


def is_mendable(
    request: Correct, picture: Picture, context: Context, place: Place, stock: Stock
) -> bool:
    """Whether the movement moved this key at this place, and was not undone since."""
    number = request.mends or 0
    movement = movement_mended(picture, context.site, number)
    touched = movement is not None and (
        (movement.source, movement.stock) == (place.id, stock.id)
        or (movement.target, movement.stock_to) == (place.id, stock.id)
    )
    if not touched:
        context.refuse("other_movement", expected=f"{stock.id} at {place.code}", actual=number)
        return False
    operation = want_movement(picture, context, number)
    if operation is not None and picture.get(Undone, operation) is not None:
        context.refuse("already_undone", actual=number, then="the book is right already")
        return False
    return True


RECLASSIFY = Activity(Reclassify, reclassify_needs, reclassify)
CORRECT = Activity(Correct, correct_needs, decide_correction)
CORRECTIONS = (RECLASSIFY, CORRECT)
