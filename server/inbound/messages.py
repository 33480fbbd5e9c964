"""Messages of desks and merchants about announced receipts."""

from typing import NamedTuple

from server.lane.message import Message


class AnnouncedGoods(NamedTuple):
    """One line as announced, the SKU as the catalog writes it."""

    sku: str
    quantity: int
    lot: str = ""
    serial: str = ""
    expiry: str = ""
    """`YYYY-MM-DD`."""
    unit: str = ""
    """SSCC of the pallet or carton in which it comes."""


class AnnounceReceipt(Message, frozen=True, kw_only=True, tag="announce_receipt"):
    """To a site: the merchant `owner` sends these goods (ASN).

    The same number with the same content changes nothing; with other content it replaces what was
    announced until something has come, and is refused from then on.
    """

    owner: int
    number: str
    lines: tuple[AnnouncedGoods, ...]
    supplier: str = ""
    expected_on: str = ""
    cross_dock: bool = False
    """They go on to orders and are not to be stored."""


class NoteArrival(Message, frozen=True, kw_only=True, tag="note_arrival"):
    """To a site: an announced delivery stands at the dock; without `at` it came just now."""

    announcement: int
    dock: str = ""
    at: int | None = None


class CloseReceipt(Message, frozen=True, kw_only=True, tag="close_receipt"):
    """To a site: nothing more is expected of an announcement; what differs is named in a task."""

    announcement: int
