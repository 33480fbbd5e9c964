"""Picking.

1. The operator claims a package and starts its totes; each is bound to a shipment (cluster), or to
   none (batch, bound at packing).
2. Line by line along the walking path: scan the bin, scan the item, say how many, put them into the
   tote and scan it.
3. Every pick is a fact and moves stock from bin to tote, whatever the book holds. It fills the pick
   lines it names, in that order; what is left over is a surplus and gets a put-back.
4. Another item than asked for is posted as what it is; the line stays open. Another lot or
   condition of the item fills the line and is flagged.
5. A short pick leaves the balance alone, keeps the rest of the bin from being promised, sends the
   remainder to be allocated elsewhere and asks for a count.
"""

from collections.abc import Iterator

from msgspec.structs import replace

from device_protocol.operations import Pick, ShortPick
from server.lane.activity import Activity, Context
from server.lane.picture import Picture
from server.lane.want import Want
from server.ledger.discrepancies import open_discrepancy, open_task
from server.ledger.holds import held_by, want_holds
from server.ledger.posting import balance_of, post, posting_rounds, save
from server.ledger.records import Allocation, Balance, Hold, Place, Stock
from server.ledger.stocks import (
    StockKey,
    find_key,
    find_place,
    find_stock,
    key_of,
    make_place,
    make_stock,
    make_unit,
)
from server.orders.messages import Reallocate
from server.orders.progress import want_progress
from server.orders.records import Shipment
from server.tasks.leases import (
    ask_tote_count,
    check_lease,
    line_done,
    line_reopened,
    recut,
    want_lease,
    want_recount,
)
from server.tasks.moving import flag_negative


def pick_needs(operation: Pick, want: Want, context: Context) -> Iterator[None]:
    """Bin, tote, pick lines with shipments and package, the key picked, the balances of both."""
    site = context.site
    for code in (operation.source, operation.to):
        find_place(want, site, code)
    for task in operation.tasks:
        want.row(Allocation, (site, task))
    want_lease(want, site, operation.package)
    want_holds(want, site)
    yield
    want_recount(want, site, operation)
    found = (find_place(want, site, operation.source), find_place(want, site, operation.to))
    places = tuple(place.id for place in found if place is not None)
    lines = want_lines(operation, want, context)
    if lines and not names_goods(operation):
        yield from posting_rounds(want, site, places, lines[0].stock, context.stamp.earliest)
        return
    yield
    expected = want.row(Stock, (site, lines[0].stock)) if lines else None
    known = key_of(expected) if expected else None
    find_key(want, operation, expected=known, place=found[0])
    yield
    # The owner is found by its code, then the item by its SKU, then the key by its sign.
    find_key(want, operation, expected=known, place=found[0])
    yield
    stock = find_stock(want, site, find_key(want, operation, expected=known, place=found[0]))
    yield
    stock = find_stock(want, site, find_key(want, operation, expected=known, place=found[0]))
    number = stock.id if stock else 0
    yield from posting_rounds(want, site, places, number, context.stamp.earliest)


def want_lines(operation: Pick | ShortPick, want: Want, context: Context) -> list[Allocation]:
    """Name the pick lines, the balances they are promised from, their shipments and packages."""
    site = context.site
    lines = []
    if operation.tasks:
        want_progress(want, context)
    for task in operation.tasks:
        line = want.row(Allocation, (site, task))
        if line is not None:
            lines.append(line)
            want.row(Balance, (site, line.place, line.stock))
            want.row(Place, (site, line.place))
            want.row(Stock, (site, line.stock))
            want.row(Shipment, (site, line.shipment))
            want_lease(want, site, line.package)
    return lines


def names_goods(operation: Pick) -> bool:
    """Whether the pick says more about the goods than its task does."""
    return bool(
        operation.code
        or operation.item
        or operation.owner
        or operation.lot
        or operation.serial
        or operation.condition
        or operation.customs
    )


def pick_decide(operation: Pick, picture: Picture, context: Context) -> None:
    """Post bin to tote and fill the pick lines."""
    site = context.site
    source = make_place(context, operation.source)
    target = find_place(picture, site, operation.to)
    into = target.id if target else make_unit(context, operation.to, "tote").id
    lines = [line for task in operation.tasks if (line := picture.get(Allocation, (site, task)))]
    if len(lines) < len(operation.tasks):
        context.flag("unknown_task", actual=operation.tasks)
    expected = picture.need(Stock, (site, lines[0].stock)) if lines else None
    stock = picked_stock(operation, picture, context, expected, source)
    if source.id == into:
        context.flag("same_place", actual=operation.source)
        return
    post(context, source.id, into, stock.id, operation.quantity)
    check_lease(context, operation)
    ask_tote_count(context, operation, into)
    if expected is not None and stock.item != expected.item:
        context.flag(
            "other_item",
            expected=expected.id,
            actual=stock.raw or stock.item,
            then="a put-back task",
        )
        put_back(context, stock.id, into, operation.quantity, lines[0].shipment)
        return
    if expected is not None and stock.id != expected.id:
        context.flag(
            "other_stock",
            expected=expected.lot or expected.serial,
            actual=stock.lot or stock.serial,
        )
    hold = held_by(picture, site, stock, source.id)
    if hold is not None:
        context.flag("on_hold", actual=hold.reason, then="stopped at packing")
    flag_negative(context, source.id, stock.id)
    left = fill(context, lines, operation.quantity)
    recut(context, lines)
    if left:
        code = "over_picked" if lines else "unplanned_pick"
        context.flag(
            code,
            expected=operation.quantity - left,
            actual=operation.quantity,
            then="a put-back task",
        )
        put_back(context, stock.id, into, left, lines[0].shipment if lines else None)


def picked_stock(
    operation: Pick, picture: Picture, context: Context, expected: Stock | None, source: Place
) -> Stock:
    """The stock key that was picked: the task's own, unless the scan says otherwise."""
    if expected is not None and not names_goods(operation):
        return expected
    known: StockKey | None = key_of(expected) if expected is not None else None
    key = find_key(picture, operation, expected=known, place=source)
    if key.item == 0:
        context.flag("unknown_code", actual=key.raw, then="a person names the item")
    return make_stock(context, key)


def fill(context: Context, lines: list[Allocation], quantity: int) -> int:
    """Fill pick lines in order; answer what is left over."""
    for line in lines:
        if line.state == "voided":
            context.flag("cancelled_meanwhile", actual=line.id, then="a put-back task")
            continue
        take = min(quantity, line.quantity - line.picked - line.short)
        if take <= 0:
            continue
        quantity -= take
        settle(context, replace(line, picked=line.picked + take), take)
    return quantity


def settle(context: Context, line: Allocation, taken: int) -> None:
    """Keep a pick line that was filled or found short, and release what it had promised."""
    balance = balance_of(context, line.place, line.stock)
    save(context, replace(balance, allocated=max(0, balance.allocated - taken)))
    if line.picked + line.short >= line.quantity:
        line = replace(line, state="settled", pending_place=None)
        line_done(context, line)
    context.picture.put(line)


def put_back(context: Context, stock: int, place: int, quantity: int, shipment: int | None) -> None:
    """Ask a person to bring goods back to the shelf."""
    open_task(context, "put_back", stock=stock, place=place, quantity=quantity, shipment=shipment)


def short_needs(operation: ShortPick, want: Want, context: Context) -> None:
    """The pick lines, and what sending their remainder elsewhere reads."""
    find_place(want, context.site, operation.source)
    want_lines(operation, want, context)
    want_lease(want, context.site, operation.package)
    want_holds(want, context.site)
    context.want_outbox(want, context.site)


def short_decide(operation: ShortPick, picture: Picture, context: Context) -> None:
    """Leave the balance alone, keep the rest of the bin, reroute the remainder, ask for a count."""
    site = context.site
    place = make_place(context, operation.source)
    lines = [line for task in operation.tasks if (line := picture.get(Allocation, (site, task)))]
    check_lease(context, operation)
    missing = operation.quantity
    for line in lines:
        take = min(missing, line.quantity - line.picked - line.short)
        if line.state != "pending" or take <= 0:
            continue
        missing -= take
        settle(context, replace(line, short=line.short + take), take)
        context.send(site, Reallocate(shipment=line.shipment, line=line.line, quantity=take))
    recut(context, lines)
    stock = lines[0].stock if lines else 0
    reason = operation.reason or "not found"
    number = open_discrepancy(
        context, "short", place.id, stock, expected=operation.quantity, actual=reason
    )
    open_task(
        context, "count", place=place.id, stock=stock or None, discrepancy=number, note=reason
    )
    if lines:
        keep_rest(context, place.id, picture.need(Stock, (site, stock)))
    context.flag(
        "short",
        expected=operation.quantity,
        actual=0,
        then="the rest is sought elsewhere; a count task",
    )


def keep_rest(context: Context, place: int, stock: Stock) -> None:
    """Keep what the book still shows in the bin from being promised until somebody has counted."""
    number = context.new_id()
    context.picture.add(
        Hold(
            site=context.site,
            id=number,
            reason="short",
            opened_at=context.now,
            opened_by=context.name,
            owner=stock.owner,
            item=stock.item,
            place=place,
        )
    )


def undo_needs(operation: Pick, want: Want, context: Context) -> None:
    """The pick lines and the balances they promise from."""
    want_lines(operation, want, context)


def undo(operation: Pick, picture: Picture, context: Context) -> None:
    """Open the pick lines again, the last first."""
    left = operation.quantity
    for task in reversed(operation.tasks):
        line = picture.get(Allocation, (context.site, task))
        if line is None or line.state == "voided":
            continue
        give = min(left, line.picked)
        if give == 0:
            continue
        left -= give
        if picture.need(Shipment, (context.site, line.shipment)).state == "cancelled":
            # Nobody wants these units any more: the line ends with what is still picked.
            kept = line.quantity - give
            ended = "settled" if kept else "voided"
            picture.put(replace(line, picked=line.picked - give, quantity=kept, state=ended))
            continue
        if line.state == "settled":
            line_reopened(context, line)
        line = replace(line, picked=line.picked - give, state="pending", pending_place=line.place)
        picture.put(line)
        recut(context, [line])
        balance = balance_of(context, line.place, line.stock)
        save(context, replace(balance, allocated=balance.allocated + give))


PICK = Activity(Pick, pick_needs, pick_decide, undo, undo_needs)


def short_undo(_operation: ShortPick, _picture: Picture, context: Context) -> None:
    """The rest is being sought elsewhere already: what was found after all is picked as it is."""
    context.flag("short_stands", then="pick what was found; what is too much gets a put-back")


def short_undo_needs(_operation: ShortPick, _want: Want, _context: Context) -> None:
    """Nothing is taken back."""


SHORT_PICK = Activity(ShortPick, short_needs, short_decide, short_undo, short_undo_needs)
