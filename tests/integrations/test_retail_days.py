"""Two months of real orders: every document and every line is somewhere, and nothing twice."""

from collections import Counter
from pathlib import Path

import pytest

from server.integrations.order_documents import OrderFile
from server.integrations.orders_csv import read_orders
from server.integrations.return_matching import Unmatched, match_returns
from tests.integrations.order_files import retail

DATA = Path(__file__).parents[3] / "shared" / "data" / "retail"
DAYS = [path for path in sorted(DATA.glob("*.csv")) if "2010-12-01" <= path.stem <= "2011-01-31"]
pytestmark = pytest.mark.skipif(
    not DAYS, reason="REAL ORDERS NOT READ: there is no ../shared/data/retail beside the checkout"
)


@pytest.fixture(scope="module")
def two_months() -> OrderFile:
    """Read all days at once."""
    return read_orders(DAYS, retail())


def test_every_document_is_counted_out(two_months: OrderFile) -> None:
    counts = two_months.documents_by_outcome()
    assert two_months.documents_read == sum(counts.values()) == 3501
    assert counts == {
        "orders": 2736,
        "nothing to ship": 13,
        "returns": 586,
        "only adjustments": 166,
        "duplicates": 0,
        "conflicts": 0,
        "unresolved": 0,
    }
    assert all(document.number.startswith("C") for document in two_months.returns)


def test_every_line_is_counted_out(two_months: OrderFile) -> None:
    counts = two_months.lines_by_outcome()
    assert two_months.lines_read == sum(counts.values()) == 77_628
    assert counts["adjustments"] == 166
    assert two_months.errors == ()
    assert two_months.unknown_codes == ()


def test_longest_order_and_largest_line_are_whole(two_months: OrderFile) -> None:
    orders = two_months.orders
    assert max(len(order.lines) + len(order.charges) for order in orders) == 675
    assert max(line.quantity for order in orders for line in order.lines) == 74_215


def test_returned_quantities_are_matched_or_listed_and_taken_once(two_months: OrderFile) -> None:
    found = match_returns(two_months.orders, two_months.returns)
    returned: Counter[tuple[str, int]] = Counter()
    taken: Counter[tuple[str, int]] = Counter()
    for part in found:
        returned[part.return_number, part.return_position] += part.quantity
        if not isinstance(part, Unmatched):
            taken[part.order_number, part.order_position] += part.quantity
    assert returned == {
        (document.number, line.position): line.quantity
        for document in two_months.returns
        for line in document.lines
    }
    ordered = {
        (order.number, line.position): line.quantity
        for order in two_months.orders
        for line in order.lines
    }
    assert len(taken) > 500
    assert all(quantity <= ordered[place] for place, quantity in taken.items())


def test_great_order_cancelled_minutes_later_is_matched_whole(two_months: OrderFile) -> None:
    found = match_returns(two_months.orders, two_months.returns)
    (great,) = [part for part in found if part.quantity == 74_215]
    assert not isinstance(great, Unmatched)


def test_days_read_again_are_duplicates(two_months: OrderFile) -> None:
    again = read_orders([*DAYS[:3], *DAYS[:3]], retail())
    assert 2 * len(again.duplicates) == again.documents_read
    assert again.orders == tuple(
        order for order in two_months.orders if order.file in {str(day) for day in DAYS[:3]}
    )
