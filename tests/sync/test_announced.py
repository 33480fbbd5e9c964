"""The document of an announced delivery, from the desk to the lines on a handheld."""

import msgspec
import pytest

from device_protocol.workflow.lookups import indexed, kind_of
from device_protocol.workflow.shown import Documents
from device_protocol.workflow.view import Line, Work
from server.activities import ACTIVITIES
from server.catalog.records import Item
from server.inbound.messages import AnnouncedGoods
from server.inbound.records import AnnouncedLine, Announcement
from server.lane.activity import NETWORK
from server.merchants.records import Merchant
from server.sync.feed import project
from server.sync.push import PushRules
from server.sync.records import Document
from tests.floor import SITE, Floor
from tests.inbound.deliveries import announce, came, close
from tests.sayings import all_of
from tests.sync.books import Book

SCOPE = "1/zone/0"
ANNOUNCEMENT = Announcement(
    SITE, 2_000_050, 1_000_001, "ASN-1", "Mill", "2027-01-20", "cross_dock", "c", 0, "", 9, 9
)
LINE = AnnouncedLine(SITE, 2_000_050, 1, 1_000_011, 9, "L1", "", "2027-06-01", "3401", received=4)


@pytest.fixture(params=["complete", "strict"])
def book(request: pytest.FixtureRequest) -> Book:
    """Give an empty book in memory, one that knows all and one that shows only what was named."""
    return Book(strict=request.param == "strict")


def test_announcement_is_shown_with_its_lines_until_it_is_closed(book: Book) -> None:
    item = Item(NETWORK, 1_000_011, 1_000_001, "A1", "Lamp")
    book.seed(item, Merchant(NETWORK, 1_000_001, "ACME", "Acme"))
    unknown = AnnouncedLine(SITE, 2_000_050, 2, 1_000_099, 1)

    book.change(ANNOUNCEMENT, LINE, unknown)

    [body] = book.live(SCOPE).values()
    assert msgspec.json.decode(body) == {
        "id": 2_000_050,
        "number": "ASN-1",
        "owner": 1_000_001,
        "merchant": "ACME",
        "expected_on": "2027-01-20",
        "cross_dock": 1,
        "lines": [
            {
                "position": 1,
                "item": 1_000_011,
                "sku": "A1",
                "quantity": 9,
                "received": 4,
                "description": "Lamp",
                "lot": "L1",
                "expiry": "2027-06-01",
                "unit": "3401",
            },
            {"position": 2, "item": 1_000_099, "sku": "", "quantity": 1},
        ],
    }
    book.change(msgspec.structs.replace(ANNOUNCEMENT, closed_at=1))
    assert book.live(SCOPE) == {}
    book.check_sums()


def test_count_of_what_came_alone_changes_no_document_but_the_lines(book: Book) -> None:
    book.change(ANNOUNCEMENT, LINE)
    first = book.find(SCOPE, "announced/2000050").version

    book.change(msgspec.structs.replace(ANNOUNCEMENT, came=3, state="receiving"))
    assert book.find(SCOPE, "announced/2000050").version == first

    book.change(gone=(LINE,))
    assert b'"lines":[]' in (book.find(SCOPE, "announced/2000050").body or b"")


class Held:
    """Documents that a device holds, looked up by their parent."""

    def __init__(self, documents: list[Document]) -> None:
        """Hold documents, tombstones too."""
        self.documents = documents

    def body(self, key: str) -> bytes | None:
        """Return a document by its key; nobody asks here."""
        raise AssertionError(key)

    def coded(self, kind: str, code: str) -> list[bytes]:
        """Return the documents to which a code belongs; nobody asks here."""
        raise AssertionError(kind, code)

    def listed(self, kind: str, parent: str) -> list[bytes]:
        """Return the documents of a kind under a parent."""
        return [
            each.body
            for each in self.documents
            if each.body is not None
            and kind_of(each.key) == kind
            and indexed(each.scope, each.key, each.body).parent == parent
        ]


def lines_on_handheld(floor: Floor, announced: str) -> list[Line]:
    """The lines of a receipt as a handheld with the documents of the site shows them."""
    view = Documents(Held(all_of(floor, Document)), "receive")
    return list(view.lines(Work(announced=announced)))


def test_handheld_has_the_open_units_of_what_was_announced() -> None:
    floor = Floor()
    floor.rules = PushRules(ACTIVITIES, project)
    number = announce(floor, AnnouncedGoods("A1", 10, "L1"), AnnouncedGoods("A3", 1, serial="S1"))
    floor.handheld().do(came(4, lot="L1"), came(2, "A3"))

    shown = lines_on_handheld(floor, "ASN-1")
    assert [msgspec.structs.replace(line, task=0) for line in shown] == [
        Line(task=0, quantity=6, owner="ACME", item="A1", lot="L1"),
        Line(task=0, quantity=0, owner="ACME", item="A3", serial="S1"),
    ]
    assert len({line.task for line in shown}) == 2
    assert lines_on_handheld(floor, "ASN-9") == lines_on_handheld(floor, "") == []
    close(floor, number)
    assert lines_on_handheld(floor, "ASN-1") == []
