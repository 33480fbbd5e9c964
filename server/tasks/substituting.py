"""Substituting: another item is picked in place of what was wanted and not found.

1. The pick line's document says what may be taken in its place and where that stands. The pick is
   of what it is, and names the SKU that was wanted.
2. So many units of the shipment's line are exchanged: they are shipped under a line of their own,
   which names the line in whose place it is. The pick line is short by them, and nothing is sought
   for it any more.
3. It is flagged, and the merchant sees it with the order. Where the owner wants to be asked, or
   named no such substitute, a supervisor approves it, or has it put back: then what was wanted is
   sought again.
4. Taken back, the units are wanted as before.
"""

from msgspec.structs import replace

from device_protocol.operations import Pick
from server.catalog.records import Item
from server.catalog.substitutes import substitutes_of
from server.lane.activity import NETWORK, Activity, Context
from server.lane.message import Message
from server.lane.picture import Picture
from server.lane.want import Look, Want
from server.ledger.discrepancies import close_task, open_task
from server.ledger.records import Allocation, Stock, Task
from server.orders.messages import Reallocate
from server.orders.records import Shipment, ShipmentLine
from server.planning.put_backs import ask_put_back
from server.planning.records import Substituted

ASKED = "approve_substitute"


class DecideSubstitute(Message, frozen=True, kw_only=True, tag="decide_substitute"):
    """What was taken in place of another item is shipped, or is put back and sought again."""

    task: int
    approve: bool
    note: str = ""


def want_substitution(want: Look, site: int, line: Allocation, item: int) -> None:
    """Name what exchanging units of a pick line for another item reads."""
    want.row(ShipmentLine, (site, line.shipment, line.line))
    want.listing(ShipmentLine, "by_shipment", (site, line.shipment))
    want.listing(Allocation, "by_shipment", (site, line.shipment))
    want.row(Item, (NETWORK, item))
    known = want.row(Substituted, (site, line.id, item))
    if known is not None:
        want.row(ShipmentLine, (site, known.shipment, known.line))
        want.row(Allocation, (site, known.allocation))
        if known.approval is not None:
            want.row(Task, (site, known.approval))


def want_rules(want: Look, item: int) -> None:
    """Name what may be taken in place of an item."""
    substitutes_of(want, item)
    want.row(Item, (NETWORK, item))


def rule_of(look: Look, wanted: int, item: int) -> str:
    """How an owner wants a substitute to be treated: free, ask, or none if it is not named."""
    rules = {each.substitute: each.rule for each in substitutes_of(look, wanted)}
    return rules.get(item, "none")


def flag_substituted(context: Context, operation: Pick, stock: Stock, rule: str) -> None:
    """Say what was taken in place of what."""
    item = context.picture.get(Item, (NETWORK, stock.item))
    then = "the merchant sees it" if rule == "free" else "a supervisor approves it"
    context.flag("substituted", operation.instead, item.sku if item else stock.item, then)


def exchange(  # noqa: PLR0917 - what was wanted, what was taken, and where it is.
    context: Context, line: Allocation, stock: Stock, units: int, place: int, rule: str
) -> None:
    """Ship units of a stock key, which are in a tote, in place of what a pick line wanted."""
    picture, site = context.picture, context.site
    shift_wanted(context, line.shipment, line.line, -units)
    known = picture.get(Substituted, (site, line.id, stock.item))
    if known is None:
        lines = picture.listing(ShipmentLine, "by_shipment", (site, line.shipment))
        known = Substituted(
            site=site,
            task=line.id,
            item=stock.item,
            shipment=line.shipment,
            wanted=line.line,
            line=max(each.position for each in lines) + 1,
            allocation=context.new_id(),
            quantity=0,
            rule=rule,
        )
        picture.add(ShipmentLine(site, line.shipment, known.line, stock.item, 0, instead=line.line))
        picture.add(
            Allocation(
                site=site,
                id=known.allocation,
                shipment=line.shipment,
                line=known.line,
                place=line.place,
                stock=stock.id,
                quantity=0,
                package=None,
                sequence=0,
                pending_place=None,
                state="settled",
            )
        )
    known = shift_shipped(context, known, units)
    if rule != "free":
        known = ask_approval(context, known, stock.id, place)
    picture.put(known)


def ask_approval(context: Context, known: Substituted, stock: int, place: int) -> Substituted:
    """Have a supervisor decide about all that was taken, in one task."""
    task = context.picture.get(Task, (context.site, known.approval)) if known.approval else None
    if task is not None and task.open is not None:
        context.picture.put(replace(task, quantity=known.quantity))
        return known
    number = open_task(
        context,
        ASKED,
        stock=stock,
        place=place,
        quantity=known.quantity,
        shipment=known.shipment,
    )
    return replace(known, approval=number, state="taken")


def shift_wanted(context: Context, shipment: int, position: int, units: int) -> None:
    """Change how many units a shipment's line wants."""
    line = context.picture.need(ShipmentLine, (context.site, shipment, position))
    context.picture.put(replace(line, quantity=max(0, line.quantity + units)))


def shift_shipped(context: Context, known: Substituted, units: int) -> Substituted:
    """Change how many units are shipped in place of others."""
    picture = context.picture
    shift_wanted(context, known.shipment, known.line, units)
    line = picture.need(Allocation, (context.site, known.allocation))
    left = line.quantity + units
    state = "settled" if left else "voided"
    picture.put(replace(line, quantity=left, picked=line.picked + units, state=state))
    return replace(known, quantity=known.quantity + units)


def give_back(context: Context, line: Allocation, item: int, units: int) -> int:
    """Take an exchange back, `units` at most; answer how many the pick line wants again."""
    picture, site = context.picture, context.site
    known = picture.get(Substituted, (site, line.id, item))
    if known is None or known.state == "rejected":
        # What was rejected is wanted again already.
        return 0
    units = min(units, known.quantity)
    known = shift_shipped(context, known, -units)
    picture.put(known)
    shift_wanted(context, known.shipment, known.wanted, units)
    task = picture.get(Task, (site, known.approval)) if known.approval else None
    if task is not None and task.open is not None:
        if known.quantity:
            picture.put(replace(task, quantity=known.quantity))
        else:
            close_task(context, task, "taken back")
    return units


def needs(message: DecideSubstitute, want: Want, context: Context) -> None:
    """The task with the exchange that it is about."""
    site = context.site
    context.want_outbox(want, site)
    task = want.row(Task, (site, message.task))
    if task is not None and task.stock is not None:
        want.row(Stock, (site, task.stock))
    for known in want.listing(Substituted, "by_approval", (site, message.task)):
        want.row(Shipment, (site, known.shipment))
        want.row(ShipmentLine, (site, known.shipment, known.line))
        want.row(ShipmentLine, (site, known.shipment, known.wanted))


def decide(message: DecideSubstitute, picture: Picture, context: Context) -> None:
    """Approve the exchange, or have it put back and what was wanted sought again."""
    site = context.site
    task = picture.get(Task, (site, message.task))
    found = picture.listing(Substituted, "by_approval", (site, message.task))
    if task is None or not found:
        context.refuse("not_found", actual=message.task)
        return
    [known] = found
    if task.open is None:
        context.refuse("already_resolved", actual=known.state, then="nothing was changed")
        return
    if message.approve:
        picture.put(replace(known, state="approved"))
        close_task(context, task, message.note)
        return
    shipped = picture.need(ShipmentLine, (site, known.shipment, known.line))
    if shipped.packed:
        context.refuse("already_packed", 0, shipped.packed, "have it unpacked first, or approve it")
        return
    units = known.quantity - shipped.cancelled
    picture.put(replace(shipped, cancelled=known.quantity, put_back=known.quantity))
    picture.put(replace(known, state="rejected"))
    close_task(context, task, message.note)
    if units <= 0:
        return
    shift_wanted(context, known.shipment, known.wanted, units)
    stock = picture.need(Stock, (site, task.stock or 0))
    ask_put_back(context, stock, task.place or 0, units, shipment=known.shipment)
    context.send(site, Reallocate(shipment=known.shipment, line=known.wanted, quantity=units))


DECIDE_SUBSTITUTE = Activity(DecideSubstitute, needs, decide)
