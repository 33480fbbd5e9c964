"""Stock keys and places: found by what was scanned, made by the first fact that names them."""

import msgspec

from device_protocol.handling import Part
from device_protocol.operations import CountLine as CountedGoods
from device_protocol.operations import Goods
from server.catalog.resolve import item_by_sku, items_by_code, owner_id
from server.lane.activity import Context
from server.lane.want import Look
from server.ledger.records import (
    Allocation,
    Balance,
    CountLine,
    Movement,
    Place,
    Stock,
    Unit,
)

SEPARATOR = "\x1f"


class StockKey(msgspec.Struct, frozen=True):
    """The parts of a stock key; owner or item 0 is unknown, then `raw` keeps the scan."""

    owner: int = 0
    item: int = 0
    lot: str = ""
    serial: str = ""
    condition: str = "good"
    customs: str = "free"
    unit: int | None = None
    raw: str = ""

    @property
    def sign(self) -> str:
        """All parts in one text."""
        parts = (self.owner, self.item, self.lot, self.serial, self.condition, self.customs)
        unit = "" if self.unit is None else str(self.unit)
        return SEPARATOR.join([*map(str, parts), unit, self.raw])


def key_of(stock: Stock) -> StockKey:
    """The parts of a stock row."""
    return StockKey(
        owner=stock.owner,
        item=stock.item,
        lot=stock.lot,
        serial=stock.serial,
        condition=stock.condition,
        customs=stock.customs,
        unit=stock.unit,
        raw=stock.raw,
    )


def find_key(
    look: Look,
    goods: Goods | CountedGoods | Part,
    *,
    expected: StockKey | None = None,
    place: Place | None = None,
) -> StockKey:
    """Resolve what was scanned: within the task (`expected`), else by the place's owner.

    What the book holds is not asked: the answer must not depend on which device's batch came first.
    """
    owner, item, raw = (expected.owner, expected.item, expected.raw) if expected else (0, 0, "")
    if goods.owner:
        owner = owner_id(look, goods.owner) or 0
    if goods.item:
        found = item_by_sku(look, owner, goods.item)
        item, raw = (found.id, "") if found else (0, f"unidentified:{goods.item}")
    elif goods.code:
        candidates = items_by_code(look, goods.code)
        # The task's own item wins, then the owner that was named, then the one whose place it is.
        choices = [
            [code for code in candidates if expected and code.item == expected.item],
            [code for code in candidates if goods.owner and code.owner == owner],
            [code for code in candidates if place and code.owner == place.owner],
            candidates,
        ]
        first = next((choice for choice in choices if choice), [])
        items = {(code.owner, code.item) for code in first}
        if len(items) == 1:
            (owner, item), raw = items.pop(), ""
        else:
            owner, item, raw = 0, 0, f"unidentified:{goods.code}"
    elif expected is None:
        raw = "unidentified:"
    same = expected is not None and expected.item == item
    return StockKey(
        owner=owner,
        item=item,
        lot=goods.lot or (expected.lot if same and expected else ""),
        serial=goods.serial or (expected.serial if same and expected else ""),
        condition=goods.condition or (expected.condition if same and expected else "good"),
        customs=goods.customs or (expected.customs if same and expected else "free"),
        raw=raw,
    )


def find_stock(look: Look, site: int, key: StockKey) -> Stock | None:
    """The row of a stock key, if the site has seen it."""
    found = look.listing(Stock, "by_sign", (site, key.sign))
    return found[0] if found else None


def make_stock(context: Context, key: StockKey) -> Stock:
    """The row of a stock key, made if this is the first time that the site sees it."""
    return find_stock(context.picture, context.site, key) or add_stock(context, key)


def add_stock(context: Context, key: StockKey) -> Stock:
    """A stock key that is new by construction."""
    stock = Stock(
        site=context.site,
        id=context.new_id(),
        sign=key.sign,
        owner=key.owner,
        item=key.item,
        lot=key.lot,
        serial=key.serial,
        condition=key.condition,
        customs=key.customs,
        unit=key.unit,
        raw=key.raw,
    )
    context.picture.add(stock)
    context.picture.declare_empty(Balance, "by_stock", (context.site, stock.id))
    return stock


def find_place(look: Look, site: int, code: str) -> Place | None:
    """The place with this code at the site."""
    found = look.listing(Place, "by_code", (site, code))
    return found[0] if found else None


def make_unit(context: Context, code: str, kind: str) -> Unit:
    """The handling unit with this code, made by the first fact that names it."""
    picture, site = context.picture, context.site
    place = find_place(picture, site, code)
    if place is not None:
        key = (site, place.id)
        if picture.is_new(Place, key):
            # Made in this very group: by a fact as a unit, or by a desk as a location.
            picture.declare_absent(Unit, key)
        unit = picture.get(Unit, key)
        if unit is not None:
            return unit
        context.flag("not_a_unit", expected=kind, actual=f"{place.kind} {code}")
        code = f"{code}#{context.name}"
    number = context.new_id()
    stock = add_stock(context, StockKey(unit=number))
    add_place(context, Place(site=site, id=number, code=code, kind=kind))
    unit = Unit(site=site, id=number, code=code, kind=kind, stock=stock.id)
    picture.add(unit)
    return unit


def add_place(context: Context, place: Place) -> None:
    """A place that is new by construction: nothing has been there, nothing was counted."""
    context.picture.add(place)
    where = (place.site, place.id)
    for kind, index in ((Balance, "by_place"), (CountLine, "by_place"), (Allocation, "by_place")):
        context.picture.declare_empty(kind, index, where)
    for index in ("from_place", "to_place"):
        context.picture.declare_empty(Movement, index, where)


def make_place(context: Context, code: str) -> Place:
    """The place with this code; a code that nobody knows becomes a tote and is flagged."""
    place = find_place(context.picture, context.site, code)
    if place is not None:
        return place
    context.flag(
        "unknown_place", actual=code, then="another device's batch, or the master file, names it"
    )
    unit = make_unit(context, code, "tote")
    return context.picture.need(Place, (context.site, unit.id))


def want_unit(look: Look, site: int, code: str) -> Unit | None:
    """Name a handling unit by its code, with its own stock key."""
    place = find_place(look, site, code)
    if place is None:
        return None
    unit = look.row(Unit, (site, place.id))
    if unit is not None:
        look.row(Stock, (site, unit.stock))
    return unit
