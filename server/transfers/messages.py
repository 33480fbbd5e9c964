"""Messages of desks and lanes about transfers between sites."""

from typing import NamedTuple

from server.lane.message import Message


class TransferGoods(NamedTuple):
    """One line as ordered, the SKU as the catalog writes it; an empty lot is any."""

    sku: str
    quantity: int
    lot: str = ""


class TransferItem(NamedTuple):
    """One line as the origin kept it."""

    item: int
    quantity: int
    lot: str = ""


class OrderTransfer(Message, frozen=True, kw_only=True, tag="order_transfer"):
    """To a site: send these goods to the site `target`.

    The same number with the same content changes nothing; with other content it is refused.
    """

    owner: int
    number: str
    target: int
    lines: tuple[TransferGoods, ...]


class CloseTransfer(Message, frozen=True, kw_only=True, tag="close_transfer"):
    """To the origin: nothing more is awaited; what left and did not arrive is lost."""

    transfer: int


class ExpectTransfer(Message, frozen=True, kw_only=True, tag="expect_transfer"):
    """To the target: the site `origin` was asked to send these goods here."""

    transfer: int
    origin: int
    owner: int
    number: str
    content: str
    ordered_at: int
    lines: tuple[TransferItem, ...]


class EndTransfer(Message, frozen=True, kw_only=True, tag="end_transfer"):
    """To the target: the transfer was closed at its origin."""

    transfer: int


class TransferNews(Message, frozen=True, kw_only=True):
    """Units of a stock key that the sending lane counts to a transfer; below zero, no more."""

    transfer: int
    site: int
    """Whose lane tells it."""
    quantity: int
    occurred_at: int
    uncertainty: int = 0
    owner: int = 0
    item: int = 0
    lot: str = ""
    serial: str = ""
    condition: str = "good"
    customs: str = "free"
    raw: str = ""


class TransferSent(TransferNews, frozen=True, kw_only=True, tag="transfer_sent"):
    """To the target: units have left and are coming."""


class TransferCame(TransferNews, frozen=True, kw_only=True, tag="transfer_came"):
    """To the origin: units have arrived."""
