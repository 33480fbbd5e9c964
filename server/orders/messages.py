"""Messages of desks, imports and lanes about orders."""

from typing import NamedTuple

from server.lane.message import Message

NORMAL_PRIORITY = 5
EMERGENCY = 0
NO_CARRIER = "-"
"""Names the orders that name no carrier, where carriers are chosen by code."""


class PlacedLine(NamedTuple):
    """One line as ordered, the SKU as the catalog writes it.

    Position 0 is the line's place in the order, counted from 1.
    """

    sku: str
    quantity: int
    price_minor: int = 0
    position: int = 0


class Units(NamedTuple):
    """Units of the order's line at a position."""

    position: int
    quantity: int


class ShippedLine(NamedTuple):
    """What a site is asked to ship of the order's line at a position."""

    position: int
    item: int
    quantity: int


class PlaceOrder(Message, frozen=True, kw_only=True, tag="place_order"):
    """To the network: a channel of the merchant `owner` sold this; `site` fulfils it."""

    owner: int
    channel: str
    number: str
    placed_at: int
    site: int
    lines: tuple[PlacedLine, ...]
    content: str
    """Hash of what was ordered."""
    priority: int = NORMAL_PRIORITY
    destination: str = ""
    recipient: str = ""
    """Salted hash of the personal record."""
    promised_at: int | None = None
    one_time_code: str = ""
    """Hash of what the consumer says at the door."""
    door_check: str = ""
    """What is checked of the person at the door: age_16, age_18, identity."""
    cash_due: int = 0
    """What is to be collected at the door, in the smallest unit of `currency`."""
    currency: str = ""
    steps: tuple[str, ...] = ()
    """Steps of added value at packing, by code; one named twice is done twice."""
    carrier: str = ""
    """Carrier or service that is to take it, by code, where the channel names one."""
    window_from: int | None = None
    """Not to be handed over before."""


class CancelOrder(Message, frozen=True, kw_only=True, tag="cancel_order"):
    """To the network: units of an order are no longer wanted; without `lines` none of it is.

    The same `reference` cancels once; without one, the same lines of an order can be cancelled
    once.
    """

    owner: int
    channel: str
    number: str
    lines: tuple[Units, ...] = ()
    reason: str = ""
    party: str = ""
    """Who cancelled: customer, merchant, warehouse."""
    reference: str = ""
    """Number of the cancelling document."""


class ExpectReturn(Message, frozen=True, kw_only=True, tag="expect_return"):
    """To the network: a customer is sending goods back, under the return's own number."""

    owner: int
    channel: str
    number: str
    lines: tuple[PlacedLine, ...]
    customer: str = ""
    order: str = ""
    """Number of the channel's order at whose door it is to be collected; empty: it is sent."""


class CollectReturn(Message, frozen=True, kw_only=True, tag="collect_return"):
    """To a site: the return `number` of an order is to be collected at its consumer's door."""

    order: int
    number: str


class ReturnCame(Message, frozen=True, kw_only=True, tag="return_came"):
    """To the network: units came back under the number of a return; below zero, they did not."""

    owner: int
    channel: str
    number: str
    item: int
    quantity: int
    site: int


class ReviewReturn(Message, frozen=True, kw_only=True, tag="review_return"):
    """To a site: more came back under the number of a return than was announced."""

    number: str
    item: int
    expected: int
    received: int


class OrderProgress(Message, frozen=True, kw_only=True, tag="order_progress"):
    """To the network: the shipment of an order at a site has come to `state`."""

    order: int
    state: str
    at: int
    site: int
    picked_at: int | None = None
    """When it was picked, if that is known: told at the latest with the next state."""


class OpenShipment(Message, frozen=True, kw_only=True, tag="open_shipment"):
    """To a site: ship this for an order."""

    order: int
    owner: int
    channel: str
    number: str
    priority: int
    received_at: int
    lines: tuple[ShippedLine, ...]
    destination: str = ""
    recipient: str = ""
    promised_at: int | None = None
    one_time_code: str = ""
    door_check: str = ""
    cash_due: int = 0
    currency: str = ""
    steps: tuple[str, ...] = ()
    carrier: str = ""
    window_from: int | None = None


class CancelShipment(Message, frozen=True, kw_only=True, tag="cancel_shipment"):
    """To a site: so many more units of an order's lines are no longer wanted."""

    order: int
    lines: tuple[Units, ...]
    reason: str = ""


class RetryShortages(Message, frozen=True, kw_only=True, tag="retry_shortages"):
    """To a site: stock has come in; promise again what was missing."""


class Reallocate(Message, frozen=True, kw_only=True, tag="reallocate"):
    """To a site: units of a shipment's line were not found; seek them elsewhere."""

    shipment: int
    line: int
    quantity: int
