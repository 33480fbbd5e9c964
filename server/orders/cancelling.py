"""Cancelling by the network's lane: units of an order are no longer wanted.

The order says at once what was cancelled, by whom and why; the site that fulfils it decides what
that means for the goods: an allocation to be voided, goods to be put back, unpacked, intercepted or
taken back.
"""

from msgspec.structs import replace

from server.lane.activity import NETWORK, Activity, Context
from server.lane.picture import Picture
from server.lane.want import Want
from server.orders.intake import order_by_number
from server.orders.messages import CancelOrder, CancelShipment, Units
from server.orders.progress import GONE_OUT
from server.orders.records import Cancellation, Order, OrderLine


def reference_of(message: CancelOrder) -> str:
    """What makes two cancellations the same one: their reference, else the lines they name."""
    if message.reference:
        return message.reference
    return ",".join(f"{line.position}x{line.quantity}" for line in message.lines) or "all"


def needs(message: CancelOrder, want: Want, context: Context) -> None:
    """The order with its lines, the same cancellation, and the way to the site."""
    order = order_by_number(want, message.owner, message.channel, message.number)
    if order is None:
        return
    want.listing(OrderLine, "by_order", (NETWORK, order.id))
    want.row(Cancellation, (NETWORK, order.id, reference_of(message)))
    if order.fulfilled_by != NETWORK:
        context.want_outbox(want, order.fulfilled_by)


def decide(message: CancelOrder, picture: Picture, context: Context) -> None:
    """Take units off the order and tell the site."""
    order = order_by_number(picture, message.owner, message.channel, message.number)
    if order is None:
        context.refuse("unknown_order", actual=message.number)
        return
    lines = {
        line.position: line for line in picture.listing(OrderLine, "by_order", (NETWORK, order.id))
    }
    strange = [line.position for line in message.lines if line.position not in lines]
    if strange:
        context.refuse("unknown_line", expected=len(lines), actual=strange)
        return
    if any(line.quantity <= 0 for line in message.lines):
        context.refuse("bad_quantity", expected="at least 1")
        return
    reference = reference_of(message)
    context.grant = {"order": order.id, "units": 0}
    if picture.get(Cancellation, (NETWORK, order.id, reference)) is not None:
        context.grant["duplicate"] = True
        return
    cut = cut_lines(message, lines, picture)
    if not cut:
        return
    units = sum(line.quantity for line in cut)
    context.grant["units"] = units
    told = Cancellation(
        NETWORK, order.id, reference, context.now, units, message.reason, message.party
    )
    picture.put(told)
    context.send(
        order.fulfilled_by, CancelShipment(order=order.id, lines=cut, reason=message.reason)
    )
    if all(line.cancelled == line.quantity for line in lines.values()):
        picture.put(cancelled(order, message, context.now))


def cut_lines(
    message: CancelOrder, lines: dict[int, OrderLine], picture: Picture
) -> tuple[Units, ...]:
    """Take units off the lines, as many as are left; answer what was taken."""
    asked = message.lines or tuple(Units(line.position, line.quantity) for line in lines.values())
    cut = []
    for position, quantity in asked:
        line = lines[position]
        taken = min(quantity, line.quantity - line.cancelled)
        if taken:
            lines[position] = line = replace(line, cancelled=line.cancelled + taken)
            picture.put(line)
            cut.append(Units(position, taken))
    return tuple(cut)


def cancelled(order: Order, message: CancelOrder, now: int) -> Order:
    """The order without anything left of it; goods that are on the road keep their state."""
    state = order.state if order.state in GONE_OUT else "cancelled"
    return replace(
        order,
        state=state,
        cancelled_at=now,
        cancel_reason=message.reason,
        cancel_party=message.party,
    )


CANCEL_ORDER = Activity(CancelOrder, needs, decide)
