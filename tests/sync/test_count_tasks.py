"""Documents of tasks that ask for a count: why, how, and what the book expects there."""

from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from server.ledger.records import Balance, Place, Stock, Task
from server.merchants.records import Merchant
from tests.floor import SITE
from tests.sync.books import Book
from tests.sync.test_feed import ITEM, PLACE

ACME = Merchant(0, 1_000_001, "ACME", "Acme")
STOCK = Stock(SITE, 2_000_030, "sign", owner=ACME.id, item=ITEM.id)
TASK = Task(SITE, 2_000_031, "count", 0, "x", 5, place=PLACE.id, occasion="planned")


def document(task: Task, place: Place = PLACE) -> dict[str, Any]:
    """The document of a task at a place where five lamps stand."""
    book = Book(strict=True)
    book.seed(ITEM)
    book.seed(ACME)
    book.change(place, STOCK, Balance(SITE, place.id, STOCK.id, 5), task)
    body: dict[str, Any] = msgspec.json.decode(book.live("1/zone/7")["task/2000031"])
    return body


def test_guided_count_tells_what_the_book_expects() -> None:
    body = document(TASK)

    assert (body["place"], body["occasion"]) == ("A-01", "planned")
    assert body["stands"] == [{"quantity": 5, "merchant": "ACME", "sku": "A1"}]
    assert "blind" not in body


def test_blind_count_tells_nothing_of_it() -> None:
    body = document(replace(TASK, sight="blind"))

    assert body["blind"] == 1
    assert "stands" not in body


def test_recount_tells_who_must_not_do_it() -> None:
    body = document(replace(TASK, kind="recount", not_by=51))

    assert (body["not_by"], body["stands"][0]["quantity"]) == (51, 5)


@pytest.mark.parametrize("kind", ["put_back", "review"])
def test_other_work_tells_nothing_of_the_book(kind: str) -> None:
    assert "stands" not in document(replace(TASK, kind=kind))
