"""Announced receipts as reports tell them, on both databases."""

import pytest

from device_protocol.operations import Undo
from server.db.engine import Database
from server.inbound.messages import AnnouncedGoods
from server.reports.receipts import ReceiptFilter, receipt_story, receipts
from tests.floor import SITE, Floor
from tests.inbound.deliveries import ACME, BETA, announce, arrive, came, close
from tests.reports.books import floor_on


@pytest.fixture
def floor(database: Database) -> Floor:
    """Give a floor whose book is in a database."""
    return floor_on(database)


def test_receipt_tells_what_was_announced_came_is_missing_and_over(
    floor: Floor, database: Database
) -> None:
    lines = (AnnouncedGoods("A1", 10, "L1", expiry="2027-06-01"), AnnouncedGoods("A2", 5))
    number = announce(floor, *lines, supplier="Mill", expected_on="2027-01-20")
    arrive(floor, number, dock="D-1")
    handheld = floor.handheld()
    handheld.do(
        came(4, lot="L1", expiry="2027-06-01", ended=1_000),
        came(2, lot="L1", condition="damaged", ended=2_000),
        came(7, "A2", ended=3_000),
        came(1, "A3", serial="S1", ended=4_000),
        came(3, "", code="X-77", owner="", ended=5_000),
        came(9, "A2", ended=6_000),
    )
    handheld.do(Undo(seq=len(handheld.lines), ended=7_000))
    close(floor, number)

    with database.reading() as connection:
        story = receipt_story(connection, ReceiptFilter(site=SITE, announcement=number))
        owned = receipt_story(connection, ReceiptFilter(ACME, site=SITE, announcement=number))
        none = receipt_story(connection, ReceiptFilter(BETA, SITE, announcement=number))

    assert story is not None
    assert owned is not None
    told = story.receipt
    assert (told.owner, told.number, told.supplier, told.expected_on, told.dock) == (
        "ACME",
        "ASN-1",
        "Mill",
        "2027-01-20",
        "D-1",
    )
    assert (told.state, told.route, told.lines, told.announced) == ("closed", "store", 2, 15)
    assert (told.received, told.missing, told.over, told.damaged) == (14, 4, 3, 2)
    assert (told.unloaded_from, told.unloaded_until) == (
        "2027-01-15T08:00:01.000Z",
        "2027-01-15T08:00:06.000Z",
    )
    assert told.arrived_at == told.closed_at == told.announced_at
    assert [
        (line.sku, line.announced, line.received, line.missing, line.over, line.lot, line.expiry)
        for line in story.lines
    ] == [("A1", 10, 6, 4, 0, "L1", "2027-06-01"), ("A2", 5, 7, 0, 2, "", "")]
    assert [
        (row.sku or row.raw, row.lot, row.condition, row.quantity, row.announced)
        for row in story.received
    ] == [
        ("unidentified:X-77", "", "good", 3, False),
        ("A1", "L1", "damaged", 2, True),
        ("A1", "L1", "good", 4, True),
        ("A2", "", "good", 7, True),
        ("A3", "", "good", 1, False),
    ]
    assert [row.sku for row in owned.received] == ["A1", "A1", "A2", "A3"]
    assert none is None


def test_receipts_are_found_and_come_in_pages(floor: Floor, database: Database) -> None:
    for number in ("N1", "N2", "N3"):
        announce(floor, number=number)
    announce(floor, AnnouncedGoods("B1", 1), owner=BETA, number="N1")
    floor.handheld().do(came(1, announced="N2"))

    def numbers(asked: ReceiptFilter) -> list[str]:
        """The numbers of the announcements that are found."""
        with database.reading() as connection:
            return [row.number for row in receipts(connection, asked).rows]

    with database.reading() as connection:
        first = receipts(connection, ReceiptFilter(), limit=3)
        rest = receipts(connection, ReceiptFilter(), after=first.next, limit=3)

    assert [row.number for row in (*first.rows, *rest.rows)] == ["N1", "N2", "N3", "N1"]
    assert (first.next is None, rest.next) == (False, None)
    assert numbers(ReceiptFilter(owner=BETA)) == ["N1"]
    assert numbers(ReceiptFilter(number="N3", site=SITE)) == ["N3"]
    assert numbers(ReceiptFilter(state="receiving")) == ["N2"]
    assert numbers(ReceiptFilter(site=7)) == []
