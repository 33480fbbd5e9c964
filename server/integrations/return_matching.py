"""Which order a returned line belongs to, when the return does not say.

A line is matched by owner, customer and item code, in any case, to lines of orders placed earlier,
the latest first; every ordered unit is taken back at most once. Whether it is then a cancellation
or an expected return is up to what became of the order.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import msgspec

from server.integrations.order_documents import Order, OrderLine, Return

Key = tuple[str, str, str]
Reason = Literal["no customer", "no earlier order", "already taken back"]


class Matched(msgspec.Struct, frozen=True):
    """Units of a returned line that belong to a line of an order."""

    return_number: str
    return_position: int
    item_code: str
    quantity: int
    order_number: str
    order_position: int


class Unmatched(msgspec.Struct, frozen=True):
    """Units of a returned line that belong to no order that is known, and why."""

    return_number: str
    return_position: int
    item_code: str
    quantity: int
    reason: Reason


@dataclass
class _Ordered:
    """A line of an order with the units not yet taken back."""

    order: Order
    position: int
    left: int


def match_returns(orders: Iterable[Order], returns: Iterable[Return]) -> list[Matched | Unmatched]:
    """Return, for each returned line in time's order, the order lines it takes back.

    A line may be matched in parts; the quantities of its parts add up to its own.
    """
    ordered: dict[Key, list[_Ordered]] = defaultdict(list)
    for order in sorted(orders, key=lambda order: order.placed_at):
        for line in order.lines:
            ordered[_key(order, line)].append(_Ordered(order, line.position, line.quantity))
    found: list[Matched | Unmatched] = []
    for document in sorted(returns, key=lambda document: document.placed_at):
        for line in document.lines:
            earlier = [
                candidate
                for candidate in ordered.get(_key(document, line), ())
                if candidate.order.placed_at < document.placed_at
            ]
            found += _match(document, line, earlier)
    return found


def _key(document: Order, line: OrderLine) -> Key:
    return document.owner, document.customer or "", line.item_code.casefold()


def _match(document: Return, line: OrderLine, earlier: list[_Ordered]) -> list[Matched | Unmatched]:
    left = line.quantity
    parts: list[Matched | Unmatched] = []
    candidates = reversed(earlier) if document.customer is not None else ()
    for candidate in candidates:
        taken = min(left, candidate.left)
        if taken:
            candidate.left -= taken
            left -= taken
            parts.append(
                Matched(
                    return_number=document.number,
                    return_position=line.position,
                    item_code=line.item_code,
                    quantity=taken,
                    order_number=candidate.order.number,
                    order_position=candidate.position,
                )
            )
    if left:
        reason = _reason(document, earlier)
        parts.append(Unmatched(document.number, line.position, line.item_code, left, reason))
    return parts


def _reason(document: Return, earlier: list[_Ordered]) -> Reason:
    if document.customer is None:
        return "no customer"
    return "already taken back" if earlier else "no earlier order"
