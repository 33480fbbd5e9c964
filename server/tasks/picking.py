"""Picking.

1. The operator claims a package and starts its totes; each is bound to a shipment (cluster), or to
   none (batch, bound at packing).
2. Line by line along the walking path: scan the bin, scan the item, say how many, put them into the
   tote and scan it.
3. Every pick is a fact and moves stock from bin to tote, whatever the book holds. It fills the pick
   lines it names, in that order; what is left over is a surplus and gets a put-back.
4. Another item than asked for is posted as what it is; the line stays open, unless it was taken in
   place of what was wanted (`server/tasks/substituting.py`). Another lot or condition of the item
   fills the line and is flagged; so are goods that are expired.
5. Weighed goods are what the scale says; a line of them is whole within a tolerance.
6. What was not found is told by a short pick (`server/tasks/short_picking.py`).
"""

from collections.abc import Iterator

from msgspec.structs import replace

from device_protocol.operations import Pick, ShortPick
from server.lane.activity import Activity, Context
from server.lane.picture import Picture
from server.lane.want import Look, Want
from server.ledger.holds import held_by, want_holds
from server.ledger.lots import is_expired, note_lot, want_lot
from server.ledger.posting import balance_of, post, posting_rounds, save
from server.ledger.records import Allocation, Balance, Place, Stock
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
from server.orders.progress import want_progress
from server.orders.records import Shipment
from server.planning.count_policy import check_zero, want_zero_check
from server.planning.leases import (
    ask_tote_count,
    check_lease,
    line_done,
    line_reopened,
    recut,
    want_lease,
    want_recount,
)
from server.planning.put_backs import ask_no_more, ask_what_is_there, want_asked
from server.tasks.moving import flag_negative
from server.tasks.substituting import (
    exchange,
    flag_substituted,
    give_back,
    rule_of,
    want_rules,
    want_substitution,
)
from server.tasks.weighing import flag_weight, is_weighed, read_off, slack_of, weighed


def pick_needs(operation: Pick, want: Want, context: Context) -> Iterator[None]:
    """Bin, tote, pick lines with shipments and package, the key picked, the balances of both."""
    site = context.site
    for code in (operation.source, operation.to):
        find_place(want, site, code)
    for task in operation.tasks:
        want.row(Allocation, (site, task))
    want_lease(want, site, operation.package)
    want_holds(want, site)
    want_zero_check(want, site, None)
    yield
    want_recount(want, site, operation)
    found = (find_place(want, site, operation.source), find_place(want, site, operation.to))
    want_zero_check(want, site, found[0])
    places = tuple(place.id for place in found if place is not None)
    lines = want_lines(operation, want, context)
    if lines and not names_goods(operation):
        yield from posting_rounds(want, site, places, lines[0].stock, context.stamp.earliest)
        stands = want.row(Stock, (site, lines[0].stock))
        if stands is not None and stands.lot:
            want_lot(want, site, key_of(stands))
        if stands is not None:
            # Only what was put on a scale makes this read the item.
            weighed(want, operation, stands.item)
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
    key = find_key(want, operation, expected=known, place=found[0])
    stock = find_stock(want, site, key)
    want_lot(want, site, key)
    weighed(want, operation, key.item)
    if known is not None and operation.instead:
        yield from exchange_rounds(want, site, lines, known, key)
    number = stock.id if stock else 0
    yield from posting_rounds(want, site, places, number, context.stamp.earliest)


def exchange_rounds(
    want: Want, site: int, lines: list[Allocation], expected: StockKey, key: StockKey
) -> Iterator[None]:
    """Name what taking an item in place of another reads, in two rounds."""
    want_rules(want, expected.item)
    for _ in range(2):
        for line in lines:
            want_substitution(want, site, line, key.item)
        yield


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
    quantity = weighed(picture, operation, stock.item)
    flag_weight(context, operation.quantity, quantity)
    post(context, source.id, into, stock.id, quantity)
    check_zero(context, source, stock.id)
    check_lease(context, operation)
    ask_tote_count(context, operation, into)
    exchanged = expected is not None and stock.item != expected.item
    if expected is not None and exchanged and not (operation.instead and stock.item):
        context.flag(
            "other_item",
            expected=expected.id,
            actual=stock.raw or stock.item,
            then="a put-back task",
        )
        owed = lines[0].shipment
        ask_what_is_there(context, stock, into, quantity, home=source, shipment=owed)
        return
    if expected is not None and not exchanged:
        flag_other(context, expected, stock)
    flag_expired(context, operation, stock)
    hold = held_by(picture, site, stock, source.id)
    if hold is not None:
        context.flag("on_hold", actual=hold.reason, then="stopped at packing")
    flag_negative(context, source.id, stock.id)
    if expected is not None and exchanged:
        left = fill_instead(context, operation, lines, expected, stock, into)
    else:
        left = round_off(context, lines, fill(context, lines, quantity), operation, stock.item)
    recut(context, lines)
    if left:
        code = "over_picked" if lines else "unplanned_pick"
        context.flag(
            code,
            expected=quantity - left,
            actual=quantity,
            then="a put-back task",
        )
        shipment = lines[0].shipment if lines else None
        ask_what_is_there(context, stock, into, left, home=source, shipment=shipment)


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


def flag_other(context: Context, expected: Stock, stock: Stock) -> None:
    """Flag another lot, or another key of the same item, than the pick line names."""
    if stock.lot != expected.lot:
        context.flag("other_lot", expected=expected.lot, actual=stock.lot)
    elif stock.id != expected.id:
        context.flag("other_stock", expected=expected.serial, actual=stock.serial)


def flag_expired(context: Context, operation: Pick, stock: Stock) -> None:
    """Flag goods whose date is over, by their label or by what is known of their lot."""
    if not stock.lot:
        return
    key = key_of(stock)
    if operation.expiry:
        note_lot(context, key, operation.expiry)
    lot = want_lot(context.picture, context.site, key)
    if is_expired(lot, context.stamp.mid):
        context.flag("expired", actual=lot.expiry if lot else "", then="stopped at packing")


def fill(context: Context, lines: list[Allocation], quantity: int) -> int:
    """Fill pick lines in order; answer what is left over."""
    for line, take in shares(context, lines, quantity):
        quantity -= take
        settle(context, replace(line, picked=line.picked + take), take)
    return quantity


def round_off(
    context: Context, lines: list[Allocation], left: int, operation: Pick, item: int
) -> int:
    """End lines of weighed goods that lack a little; answer what is over by more than that."""
    if read_off(operation) is None or not is_weighed(context.picture, item):
        return left
    for each in lines:
        line = context.picture.need(Allocation, (context.site, each.id))
        rest = line.quantity - line.picked - line.short
        if line.picked and line.state == "pending" and 0 < rest <= slack_of(line.quantity):
            settle(context, replace(line, short=line.short + rest), rest)
    return left if left > slack_of(sum(line.quantity for line in lines)) else 0


def shares(
    context: Context, lines: list[Allocation], quantity: int
) -> Iterator[tuple[Allocation, int]]:
    """Share units out over pick lines in order, as far as these want them."""
    for line in lines:
        if line.state == "voided":
            context.flag("cancelled_meanwhile", actual=line.id, then="a put-back task")
            continue
        take = min(quantity, line.quantity - line.picked - line.short)
        if take > 0:
            quantity -= take
            yield line, take


def fill_instead(  # noqa: PLR0917 - what was wanted, what was taken, and where it is.
    context: Context,
    operation: Pick,
    lines: list[Allocation],
    expected: Stock,
    stock: Stock,
    place: int,
) -> int:
    """Fill pick lines with another item than they want; answer what is left over."""
    rule = rule_of(context.picture, expected.item, stock.item)
    flag_substituted(context, operation, stock, rule)
    left = operation.quantity
    for line, take in shares(context, lines, left):
        left -= take
        settle(context, replace(line, short=line.short + take), take)
        exchange(context, line, stock, take, place, rule)
    return left


def settle(context: Context, line: Allocation, taken: int) -> None:
    """Keep a pick line that was filled or found short, and release what it had promised."""
    balance = balance_of(context, line.place, line.stock)
    save(context, replace(balance, allocated=max(0, balance.allocated - taken)))
    if line.picked + line.short >= line.quantity:
        line = replace(line, state="settled", pending_place=None)
        line_done(context, line)
    context.picture.put(line)


def undo_needs(operation: Pick, want: Want, context: Context) -> None:
    """The pick lines, the balances they promise from, and what was exchanged."""
    site = context.site
    want_asked(want, context, operation.to)
    lines = want_lines(operation, want, context)
    if lines and want.row(Stock, (site, lines[0].stock)) is not None:
        item = undone_item(operation, want, context, lines)
        weighed(want, operation, item)
        for line in lines if operation.instead else ():
            want_substitution(want, site, line, item)


def undo(operation: Pick, picture: Picture, context: Context) -> None:
    """Open the pick lines again, the last first; another item had filled none of them."""
    ask_no_more(context, operation.to)
    tasks = reversed(operation.tasks)
    lines = [line for task in tasks if (line := picture.get(Allocation, (context.site, task)))]
    if not lines:
        return
    item = undone_item(operation, picture, context, lines)
    left = weighed(picture, operation, item)
    same = item == picture.need(Stock, (context.site, lines[0].stock)).item
    if not same and not operation.instead:
        return
    for line in lines:
        if line.state == "voided":
            continue
        give = min(left, line.picked) if same else give_back(context, line, item, left)
        undone = (
            replace(line, picked=line.picked - give)
            if same
            else replace(line, short=line.short - give)
        )
        if give:
            left -= give
            reopen(context, line, undone, give)


def undone_item(operation: Pick, look: Look, context: Context, lines: list[Allocation]) -> int:
    """The item that was picked: that of the pick lines, unless the scan said otherwise."""
    expected = look.row(Stock, (context.site, lines[0].stock))
    if expected is None or not names_goods(operation):
        return expected.item if expected else 0
    place = find_place(look, context.site, operation.source)
    return find_key(look, operation, expected=key_of(expected), place=place).item


def reopen(context: Context, line: Allocation, undone: Allocation, units: int) -> None:
    """Have units of a pick line wanted again, unless nobody wants them any more."""
    picture = context.picture
    if picture.need(Shipment, (context.site, line.shipment)).state == "cancelled":
        # Nobody wants these units any more: the line ends with what is still picked.
        kept = undone.quantity - units
        ended = "settled" if kept else "voided"
        picture.put(replace(undone, quantity=kept, state=ended))
        return
    if line.state == "settled":
        line_reopened(context, line)
    undone = replace(undone, state="pending", pending_place=line.place)
    picture.put(undone)
    recut(context, [undone])
    balance = balance_of(context, line.place, line.stock)
    save(context, replace(balance, allocated=balance.allocated + units))


PICK = Activity(Pick, pick_needs, pick_decide, undo, undo_needs)
