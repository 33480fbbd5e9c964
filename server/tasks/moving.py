"""Moving.

1. Goods: the operator scans where they are, what and how many, and where they go. Putting away from
   the dock is the same.
2. A handling unit: the operator scans it and the place it now stands at; its contents stay booked
   to it and come along.
3. The place a unit is taken from is the one that the device names; without one it comes from lost
   and found, so that the book does not depend on what else had arrived. Units that would stand
   inside each other are set aside by the floor order and flagged.
"""

from collections.abc import Iterator

from msgspec.structs import replace

from device_protocol.operations import Move, MoveUnit
from server.lane.activity import Activity, Context
from server.lane.picture import Picture
from server.lane.want import Look, Want, settled
from server.ledger.posting import (
    Point,
    balance_of,
    is_physical,
    point_of,
    post,
    posting_rounds,
    want_posting,
)
from server.ledger.records import LOST, Stock, Unit
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
from server.planning.guides import note_stowing, want_stowing
from server.planning.put_backs import note_brought, undo, undo_needs, want_put_backs
from server.tasks.receiving import flag_unknown

NESTING_MAX = 8


def move_needs(operation: Move, want: Want, context: Context) -> Iterator[None]:
    """Both places, the stock key and its balances there."""
    site = context.site

    def named() -> StockKey:
        find_place(want, site, operation.to)
        return moved_key(operation, want, context)

    key = yield from settled(want, named)
    source = find_place(want, site, operation.source)
    target = find_place(want, site, operation.to)

    def told() -> Stock | None:
        want_stowing(want, context, operation, source)
        want_put_backs(want, site, source)
        return find_stock(want, site, key)

    stock = yield from settled(want, told)
    places = tuple(place.id for place in (source, target) if place is not None)
    number = stock.id if stock else 0
    yield from posting_rounds(want, site, places, number, context.stamp.earliest)


def move_decide(operation: Move, picture: Picture, context: Context) -> None:
    """Post the goods from place to place."""
    source = make_place(context, operation.source)
    target = make_place(context, operation.to)
    key = moved_key(operation, picture, context)
    stock = make_stock(context, key)
    if source.id == target.id:
        context.flag("same_place", actual=operation.source)
        return
    post(context, source.id, target.id, stock.id, operation.quantity)
    flag_unknown(context, key, target.id, stock)
    if is_physical(source.id):
        flag_negative(context, source.id, stock.id)
    note_stowing(context, operation, source, target, stock, operation.quantity)
    note_brought(context, source, target, stock, operation.quantity)


def moved_key(operation: Move, look: Look, context: Context) -> StockKey:
    """What was scanned; whose place it is decides between two owners that share a code."""
    return find_key(look, operation, place=find_place(look, context.site, operation.source))


def flag_negative(context: Context, place: int, stock: int) -> None:
    """Say that the book held less than was taken."""
    balance = balance_of(context, place, stock)
    if balance.quantity < 0:
        context.flag(
            "negative",
            expected="at least 0",
            actual=balance.quantity,
            then="a late batch or a count explains it",
        )


def unit_needs(operation: MoveUnit, want: Want, context: Context) -> None:
    """The unit, where it was, where it goes, and the units it may stand in."""
    want_moved_unit(want, context, operation.unit, operation.source, operation.to)
    if operation.source:
        source = find_place(want, context.site, operation.source)
        want_stowing(want, context, operation, source)


def want_moved_unit(look: Look, context: Context, code: str, source: str, target: str) -> None:
    """Name what moving a unit by codes reads."""
    unit = want_unit(look, context.site, code)
    into = find_place(look, context.site, target)
    out = find_place(look, context.site, source) if source else None
    stock = unit.stock if unit else 0
    for place in (out.id if out else LOST, into.id if into else LOST):
        want_posting(look, context.site, place, LOST, stock, context.stamp.earliest)
    if into is not None:
        chain_above(look, context.site, into.id)


def unit_decide(operation: MoveUnit, picture: Picture, context: Context) -> None:
    """Move the unit; what is in it stays booked to it."""
    unit = make_unit(context, operation.unit, "tote")
    target = make_place(context, operation.to)
    source = make_place(context, operation.source) if operation.source else None
    move_unit(context, unit, source.id if source else LOST, target.id)
    if source is not None:
        stock = picture.need(Stock, (context.site, unit.stock))
        note_stowing(context, operation, source, target, stock, 1)


def move_unit(context: Context, unit: Unit, source: int, target: int) -> None:
    """Post one unit from place to place and note where it was last seen."""
    if source != target:
        post(context, source, target, unit.stock, 1)
    see(context, unit, target, point_of(context))


def see(context: Context, unit: Unit, place: int, point: Point) -> None:
    """Note where a unit was seen, if nobody saw it later; flag one that would stand in itself."""
    unit = context.picture.need(Unit, (context.site, unit.id))
    if (unit.seen_at, unit.seen_stream, unit.seen_epoch) > point.order:
        return
    context.picture.put(
        replace(
            unit,
            seen_place=place,
            seen_at=point.mid,
            seen_stream=point.stream,
            seen_epoch=point.epoch,
        )
    )
    if place == unit.id or unit.id in chain_above(context.picture, context.site, place):
        context.flag(
            "nesting_cycle", actual=unit.code, then="scan the outermost unit where it stands"
        )


def chain_above(look: Look, site: int, place: int) -> list[int]:
    """The units a place stands in, innermost first, as they were last seen."""
    above: list[int] = []
    while len(above) < NESTING_MAX:
        unit = look.row(Unit, (site, place))
        if unit is None:
            break
        above.append(unit.id)
        if unit.seen_place is None or unit.seen_place in above:
            break
        place = unit.seen_place
    return above


MOVE = Activity(Move, move_needs, move_decide, undo, undo_needs)
MOVE_UNIT = Activity(MoveUnit, unit_needs, unit_decide)
