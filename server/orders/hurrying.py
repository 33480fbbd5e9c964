"""Speeding up by the network's lane: an order becomes an emergency, or ordinary again.

1. The merchant says how urgent an order is, as long as its goods are in the house.
2. The order says so at once; the site that fulfils it changes its shipment and what of it is still
   to be picked (`server/planning/hurrying.py`). Saying the same again changes nothing.
"""

from msgspec.structs import replace

from server.lane.activity import NETWORK, Activity, Context
from server.lane.message import Message
from server.lane.picture import Picture
from server.lane.want import Want
from server.orders.intake import order_by_number
from server.orders.messages import EMERGENCY

IN_THE_HOUSE = ("open", "released", "picked", "packed", "exception")
"""States of orders whose goods have not left."""
LOWEST_PRIORITY = 9


class HurryOrder(Message, frozen=True, kw_only=True, tag="hurry_order"):
    """To the network: how urgent an order is from now on; 0 is an emergency."""

    owner: int
    channel: str
    number: str
    priority: int = EMERGENCY


class HurryShipment(Message, frozen=True, kw_only=True, tag="hurry_shipment"):
    """To a site: how urgent the shipment of an order is from now on."""

    order: int
    priority: int


def needs(message: HurryOrder, want: Want, context: Context) -> None:
    """The order and the way to the site."""
    order = order_by_number(want, message.owner, message.channel, message.number)
    if order is not None and order.fulfilled_by != NETWORK:
        context.want_outbox(want, order.fulfilled_by)


def decide(message: HurryOrder, picture: Picture, context: Context) -> None:
    """Keep the priority and tell the site; an order that has left can't be hurried."""
    order = order_by_number(picture, message.owner, message.channel, message.number)
    if order is None:
        context.refuse("unknown_order", actual=message.number)
        return
    if not EMERGENCY <= message.priority <= LOWEST_PRIORITY:
        context.refuse("bad_priority", f"{EMERGENCY} to {LOWEST_PRIORITY}", message.priority)
        return
    if order.state not in IN_THE_HOUSE:
        context.refuse("too_late", expected="an order in the house", actual=order.state)
        return
    context.grant = {"order": order.id}
    if order.priority == message.priority:
        context.grant["duplicate"] = True
        return
    picture.put(replace(order, priority=message.priority))
    context.send(order.fulfilled_by, HurryShipment(order=order.id, priority=message.priority))


HURRY_ORDER = Activity(HurryOrder, needs, decide)
