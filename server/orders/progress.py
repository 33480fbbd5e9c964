"""Progress: a site tells the network how far a shipment has come; the order keeps state and times.

A site reads its states off what is known there and tells them in order, also when a fact is undone
or parcels come back: so the last word holds, and times of milestones beyond it are taken back. What
has been cancelled stays so, unless the goods did go out.
"""

from msgspec.structs import replace

from server.lane.activity import NETWORK, Activity, Context
from server.lane.picture import Picture
from server.lane.want import Want
from server.orders.messages import OrderProgress
from server.orders.records import Order, Shipment

MILESTONES = ("released", "picked", "packed", "loaded", "delivered")
GONE_OUT = frozenset({"loaded", "delivered", "returned"})
"""States in which a cancellation comes too late to keep the goods in the house."""


def want_progress(want: Want, context: Context) -> None:
    """Name what telling the network reads."""
    context.want_outbox(want, NETWORK)


def tell_progress(context: Context, shipment: Shipment, at: int | None = None) -> None:
    """Tell the network the state of a shipment, reached at `at` (now, where that is not given)."""
    context.send(
        NETWORK,
        OrderProgress(
            order=shipment.order_id,
            state=shipment.state,
            at=context.now if at is None else at,
            site=context.site,
            picked_at=shipment.picked_at,
        ),
    )


def needs(message: OrderProgress, want: Want, context: Context) -> None:
    """The order."""
    want.row(Order, (context.site, message.order))


def decide(message: OrderProgress, picture: Picture, context: Context) -> None:
    """Keep the state and the time of its milestone."""
    order = picture.get(Order, (context.site, message.order))
    if order is None:
        context.flag("unknown_order", actual=message.order)
        return
    state = message.state
    if order.cancelled_at is not None and state not in GONE_OUT:
        state = "cancelled"
    picture.put(replace(order, state=state, **times_of(message)))


def times_of(message: OrderProgress) -> dict[str, int | None]:
    """What the message says of milestones: one was reached, later ones were not."""
    times: dict[str, int | None] = {}
    if message.state in MILESTONES:
        at = MILESTONES.index(message.state)
        times = {f"{name}_at": None for name in MILESTONES[at + 1 :]}
        times[f"{message.state}_at"] = message.at
    if message.picked_at is not None:
        times["picked_at"] = message.picked_at
    return times


ORDER_PROGRESS = Activity(OrderProgress, needs, decide)
