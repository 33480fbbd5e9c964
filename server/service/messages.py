"""Messages about the pages of consumers."""

from server.lane.message import Message
from server.orders.messages import Units


class WithdrawLinks(Message, frozen=True, kw_only=True, tag="withdraw_links"):
    """To the network: no link to an order's page that was given out until now opens it any more."""

    order: int


class HearConsumer(Message, frozen=True, kw_only=True, tag="hear_consumer"):
    """To the network: who waits for an order, or has it, says something by its page.

    The same `name` says it once. Free text stands apart: `words` is its `note/<hash>`.
    """

    order: int
    name: str
    about: str
    """wish, receipt, complaint or return."""
    date: str = ""
    handed_to: str = ""
    rating: int | None = None
    cause: str = ""
    words: str = ""
    lines: tuple[Units, ...] = ()
    unit: str = ""
    """A parcel of the order: what proves something of it is found by it, and erased with it."""
    attachments: tuple[str, ...] = ()


class HeedConsumer(Message, frozen=True, kw_only=True, tag="heed_consumer"):
    """To a site: somebody has to see to what the consumer of a shipment said."""

    order: int
    about: str
    note: str
