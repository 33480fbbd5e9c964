"""What consumers may still ask of an order, and how what they said is written."""

from collections.abc import Iterable, Mapping

from server.orders.messages import Units
from server.orders.progress import GONE_OUT
from server.orders.records import Order, OrderLine
from server.service.records import ConsumerWord

WORDS_MAX = 40
"""So often anything may be said by the pages of an order."""
BEFORE_LOADING = frozenset({"open", "released", "picked", "packed", "exception"})
"""States in which day and place of a delivery can still be changed."""


def write_units(lines: Iterable[Units]) -> str:
    """Units by position as a record has them.

    >>> write_units([Units(1, 2), Units(3, 1)])
    '1x2 3x1'
    """
    return " ".join(f"{position}x{quantity}" for position, quantity in lines)


def read_units(text: str) -> list[Units]:
    """Units by position out of a record.

    >>> read_units("1x2 3x1")
    [Units(position=1, quantity=2), Units(position=3, quantity=1)]
    """
    return [Units(*map(int, part.split("x"))) for part in text.split()]


def left_to_return(lines: Iterable[OrderLine], words: Iterable[ConsumerWord]) -> dict[int, int]:
    """Units by position that were ordered and kept, and for which no return was asked yet."""
    left = {line.position: line.quantity - line.cancelled for line in lines}
    for word in words:
        for position, quantity in read_units(word.units):
            left[position] = left.get(position, 0) - quantity
    return {position: quantity for position, quantity in left.items() if quantity > 0}


def may_ask(order: Order, left: Mapping[int, int]) -> tuple[str, ...]:
    """What a consumer may ask now: wish, receipt, complaint, return."""
    allowed = {
        "wish": order.state in BEFORE_LOADING,
        "receipt": order.state in GONE_OUT,
        "complaint": True,
        "return": order.state in GONE_OUT and bool(left),
    }
    return tuple(about for about, is_allowed in allowed.items() if is_allowed)


def wish_in_words(date: str, handed_to: str) -> str:
    """A wish as the task at the site tells it, where no text is kept with it.

    >>> wish_in_words("2010-12-03", "neighbour")
    '2010-12-03, neighbour'
    """
    return ", ".join(part for part in (date, handed_to) if part)
