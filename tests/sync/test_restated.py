"""A shipment that changes in nothing but its state: packers see it, and the lines as before."""

import msgspec
import pytest
from msgspec.structs import replace

from server.catalog.records import Item, ItemCode
from server.lane.activity import NETWORK
from server.ledger.records import Unit
from server.orders.records import Shipment, ShipmentLine
from tests.floor import SITE
from tests.sync.books import Book

SHIPMENT = Shipment(
    SITE, 2_000_020, 9, 1_000_001, "web", "ORD-1", 5, "DE-BE", "hash of whom", 0, state="released"
)
LINE = ShipmentLine(SITE, SHIPMENT.id, 1, 1_000_011, 2)
TOTE = Unit(SITE, 2_000_050, "T-1", "tote", 2_000_051, shipment=SHIPMENT.id)
ITEM = Item(NETWORK, 1_000_011, 1_000_001, "A1", "Lamp")
CODE = ItemCode(NETWORK, "04000000000010", 1_000_011, "each", 1_000_001)
PICKED = replace(SHIPMENT, state="picked")


@pytest.fixture
def book() -> Book:
    """A book that shows only what was named, with a shipment that is being picked."""
    book = Book(strict=True)
    book.seed(ITEM, CODE)
    book.change(SHIPMENT, LINE, TOTE)
    return book


def shown(book: Book) -> list[bytes]:
    """What packers see of shipments."""
    return list(book.live("1/zone/pack").values())


def told_at_once() -> list[bytes]:
    """What packers see of the same shipment where it is told for the first time when picked."""
    book = Book(strict=True)
    book.seed(ITEM, CODE)
    book.change(PICKED, LINE, TOTE)
    return shown(book)


def test_new_state_is_told_with_everything_else_as_it_was(book: Book) -> None:
    number = book.change(PICKED)

    assert shown(book) == told_at_once()
    assert book.find("1/zone/pack", "shipment/2000020").version == number
    book.check_sums()


@pytest.mark.parametrize("changed", [replace(LINE, packed=1), replace(TOTE, code="T-2")])
def test_what_changes_with_the_state_is_told_too(book: Book, changed: ShipmentLine | Unit) -> None:
    before = msgspec.json.decode(shown(book)[0])

    book.change(PICKED, changed)

    after = msgspec.json.decode(shown(book)[0])
    assert after["state"] == "picked"
    assert (after["lines"], after["totes"]) != (before["lines"], before["totes"])


def test_new_number_of_a_picked_shipment_is_told(book: Book) -> None:
    book.change(replace(PICKED, number="ORD-2"))

    assert msgspec.json.decode(shown(book)[0])["number"] == "ORD-2"


def test_shipment_that_is_packed_already_stays_away(book: Book) -> None:
    book.change(replace(LINE, packed=2))

    book.change(PICKED)

    assert shown(book) == []
