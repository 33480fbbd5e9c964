"""Short picks: units of pick lines that were not found.

1. The balance is left alone: a count tells. The rest of the bin is kept from being promised until
   somebody has counted it, and the count is asked for.
2. The remainder is sought elsewhere (`server/planning/shortages.py`).
3. What is short in a tote, as at the put wall, was told as picked and is not there: the pick lines
   want it again, and the tote is counted.
"""

from msgspec.structs import replace

from device_protocol.operations import ShortPick
from server.lane.activity import Activity, Context
from server.lane.picture import Picture
from server.lane.want import Want
from server.ledger.discrepancies import open_discrepancy, open_task
from server.ledger.holds import want_holds
from server.ledger.records import Allocation, Hold, Stock, Unit
from server.ledger.stocks import find_place, make_place
from server.orders.messages import Reallocate
from server.planning.leases import check_lease, recut, want_lease
from server.tasks.picking import settle, want_lines


def short_needs(operation: ShortPick, want: Want, context: Context) -> None:
    """The pick lines, and what sending their remainder elsewhere reads."""
    place = find_place(want, context.site, operation.source)
    lines = want_lines(operation, want, context)
    # A place that nobody knows yet may be a tote by then, started by a neighbour in the group.
    if place is None or want.row(Unit, (context.site, place.id)) is not None:
        for line in lines:
            want.listing(Allocation, "by_shipment", (context.site, line.shipment))
    want_lease(want, context.site, operation.package)
    want_holds(want, context.site)
    context.want_outbox(want, context.site)


def short_decide(operation: ShortPick, picture: Picture, context: Context) -> None:
    """Leave the balance alone, keep the rest of the bin, reroute the remainder, ask for a count."""
    site = context.site
    place = make_place(context, operation.source)
    lines = [line for task in operation.tasks if (line := picture.get(Allocation, (site, task)))]
    in_unit = picture.get(Unit, (site, place.id)) is not None
    check_lease(context, operation)
    missing = operation.quantity
    for line in lines:
        take = min(missing, line.quantity - line.picked - line.short)
        if line.state == "pending" and take > 0:
            settle(context, replace(line, short=line.short + take), take)
        else:
            take = unpick(context, line, missing) if in_unit else 0
        if take:
            missing -= take
            seek = Reallocate(shipment=line.shipment, line=line.line, quantity=take)
            context.send(site, seek)
    recut(context, lines)
    stock = lines[0].stock if lines else 0
    reason = operation.reason or "not found"
    number = open_discrepancy(
        context, "short", place.id, stock, expected=operation.quantity, actual=reason
    )
    open_task(
        context, "count", place=place.id, stock=stock or None, discrepancy=number, note=reason
    )
    if lines and not in_unit:
        keep_rest(context, place.id, picture.need(Stock, (site, stock)))
    context.flag(
        "short",
        expected=operation.quantity,
        actual=0,
        then="the rest is sought elsewhere; a count task",
    )


def unpick(context: Context, named: Allocation, units: int) -> int:
    """Take back that units were picked for a shipment's line; answer how many there were."""
    picture = context.picture
    taken = 0
    for line in picture.listing(Allocation, "by_shipment", (context.site, named.shipment)):
        part = min(units - taken, line.picked) if line.line == named.line else 0
        if part:
            taken += part
            picture.put(replace(line, picked=line.picked - part, short=line.short + part))
    return taken


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


def short_undo(_operation: ShortPick, _picture: Picture, context: Context) -> None:
    """The rest is being sought elsewhere already: what was found after all is picked as it is."""
    context.flag("short_stands", then="pick what was found; what is too much gets a put-back")


def short_undo_needs(_operation: ShortPick, _want: Want, _context: Context) -> None:
    """Nothing is taken back."""


SHORT_PICK = Activity(ShortPick, short_needs, short_decide, short_undo, short_undo_needs)
