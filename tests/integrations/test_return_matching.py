"""Returned lines find the orders they take back, each unit once."""

from typing import Any

from server.integrations.order_documents import Order, OrderLine, Return
from server.integrations.return_matching import Matched, Unmatched, match_returns

FIELDS: dict[str, Any] = {
    "owner": "retail",
    "channel": "web",
    "country": "United Kingdom",
    "currency": "GBP",
    "charges": (),
    "content_hash": "",
    "file": "orders.csv",
    "line": 2,
}


def lines(*goods: tuple[str, int]) -> tuple[OrderLine, ...]:
    """Make lines of code and quantity."""
    return tuple(
        OrderLine(position, code, "", quantity, 100)
        for position, (code, quantity) in enumerate(goods, start=1)
    )


def order(
    number: str, placed_at: int, *goods: tuple[str, int], customer: str | None = "7"
) -> Order:
    """Make an order."""
    return Order(
        **FIELDS, number=number, placed_at=placed_at, customer=customer, lines=lines(*goods)
    )


def returned(
    number: str, placed_at: int, *goods: tuple[str, int], customer: str | None = "7"
) -> Return:
    """Make a return."""
    return Return(
        **FIELDS, number=number, placed_at=placed_at, customer=customer, lines=lines(*goods)
    )


def test_return_is_matched_by_customer_and_code_in_any_case() -> None:
    orders = [order("1", 10, ("A", 9), ("84029G", 5)), order("2", 20, ("84029G", 5), customer="8")]
    assert match_returns(orders, [returned("C3", 30, ("84029g", 2))]) == [
        Matched("C3", 1, "84029g", 2, "1", 2)
    ]


def test_return_is_not_matched_to_a_later_order() -> None:
    orders = [order("1", 30, ("A", 5)), order("2", 31, ("A", 5))]
    assert match_returns(orders, [returned("C3", 30, ("A", 5))]) == [
        Unmatched("C3", 1, "A", 5, "no earlier order")
    ]


def test_latest_earlier_order_is_taken_back_first() -> None:
    orders = [order("2", 20, ("A", 5)), order("1", 10, ("A", 5))]
    assert match_returns(orders, [returned("C3", 30, ("A", 7))]) == [
        Matched("C3", 1, "A", 5, "2", 1),
        Matched("C3", 1, "A", 2, "1", 1),
    ]


def test_ordered_units_are_taken_back_once() -> None:
    orders = [order("1", 10, ("A", 5))]
    returns = [returned("C4", 40, ("A", 4)), returned("C3", 30, ("A", 3), ("A", 1))]
    assert match_returns(orders, returns) == [
        Matched("C3", 1, "A", 3, "1", 1),
        Matched("C3", 2, "A", 1, "1", 1),
        Matched("C4", 1, "A", 1, "1", 1),
        Unmatched("C4", 1, "A", 3, "already taken back"),
    ]


def test_guests_are_not_one_customer() -> None:
    orders = [order("1", 10, ("A", 5), customer=None)]
    assert match_returns(orders, [returned("C3", 30, ("A", 5), customer=None)]) == [
        Unmatched("C3", 1, "A", 5, "no customer")
    ]
