"""Rows of what consumers say: all of them are the network's, by order."""

from typing import ClassVar

from server.record import Index, Record


class OrderLinks(Record, frozen=True):
    """Which links to an order's page still open it: those of the latest number; none is 0."""

    TABLE = "consumer_link"
    KEY = ("site", "order_id")

    site: int
    order_id: int
    number: int
    """Raised whenever all links that were given out are withdrawn."""
    withdrawn_at: int
    withdrawn_by: str


class ConsumerWord(Record, frozen=True):
    """Something that was said by the page of an order, once under the name that the page gave it.

    Free text stands apart; `words` has its salted hash.
    """

    TABLE = "consumer_word"
    KEY = ("site", "order_id", "name")
    INDEXES: ClassVar[dict[str, Index]] = {"by_order": Index(("site", "order_id"))}
    APPEND_ONLY = True

    site: int
    order_id: int
    name: str
    about: str
    """wish, receipt, complaint or return."""
    at: int
    operation: str
    date: str = ""
    """Wished day, `YYYY-MM-DD`."""
    handed_to: str = ""
    """Wished place: neighbour, place, depot."""
    rating: int | None = None
    cause: str = ""
    words: str = ""
    units: str = ""
    """Units that are to go back, `positionxquantity` parted by blanks."""
    pictures: str = ""
    """Salted hashes of attachments, parted by blanks."""
    number: str = ""
    """Under which a return is expected."""
