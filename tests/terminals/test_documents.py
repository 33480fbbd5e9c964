"""Documents found by SQL are those that a replica's index finds."""

import pytest
from msgspec.structs import replace

from device_protocol.workflow.held import HeldDocuments
from server.catalog.records import Item, ItemCode
from server.db.engine import Database
from server.identity.records import Grant, Person
from server.inbound.records import AnnouncedLine, Announcement
from server.lane.activity import NETWORK
from server.ledger.records import Balance, Place, Stock, Task, Unit
from server.merchants.records import Merchant
from server.orders.records import Shipment, ShipmentLine
from server.planning.records import Package
from server.sync.documents import STANDS_MAX
from server.terminals.documents import SiteDocuments
from server.transport.records import Parcel, Round, Stop
from tests.floor import SITE
from tests.sync.books import Book
from tests.sync.followers import HANDHELD, PERSON, Follower

OWNER, ITEM, BIN, VAN = 1_000_001, 1_000_011, 2_000_001, 2_000_002
ROUND, SHIPMENT, PARCEL, ASN = 2_000_010, 2_000_020, 2_000_030, 2_000_040
DEVICE = replace(HANDHELD, person=PERSON)
CODES = (
    *(("place", code) for code in ("A-01", "P-1", "nowhere")),
    *(("item", code) for code in ("111", "112")),
    *(("parcel", code) for code in ("P-1", "A-01", "T-1")),
    *(("shipment", code) for code in ("T-1", "P-1", "C-1", "nothing")),
    *(("task", code) for code in ("A-01", "P-1")),
    *(("actor", code) for code in ("017", "STAFF-017", "STAFF-018", "018")),
)
PARENTS = (
    *(("parcel", parent) for parent in (f"round/{ROUND}", "round/1", "round/2000011")),
    *(("stop", parent) for parent in (f"round/{ROUND}", "round/1")),
    *(("task", kind) for kind in ("count", "recount", "review")),
    *(("round", van) for van in ("VAN-1", "VAN-2")),
    *(("announced", number) for number in ("ASN-1", "ASN-2")),
    ("shipment", ""),
    ("package", ""),
)


@pytest.fixture
def book(database: Database) -> Book:
    """Give a site with a document of every kind that is looked for."""
    book = Book(database)
    book.change(
        Merchant(NETWORK, OWNER, "ACME", "Acme"),
        Item(NETWORK, ITEM, OWNER, "A1", "Lamp"),
        ItemCode(NETWORK, "111", ITEM, "each", OWNER),
        Person(NETWORK, PERSON, "017", "supervisor", "x"),
        Person(NETWORK, PERSON + 1, "018", "operator", "x"),
        site=NETWORK,
    )
    stock = Stock(SITE, 2_000_050, "a", OWNER, ITEM, "L-1")
    book.change(
        Place(SITE, BIN, "A-01", "bin", zone=7),
        Place(SITE, VAN, "VAN-1", "van"),
        Place(SITE, PARCEL, "P-1", "parcel"),
        Place(SITE, PARCEL + 1, "T-1", "tote"),
        Place(SITE, PARCEL + 2, "C-1", "carton"),
        Unit(SITE, PARCEL + 2, "C-1", "carton", 2_000_052, shipment=SHIPMENT),
        Unit(SITE, PARCEL + 1, "T-1", "tote", 2_000_051, shipment=SHIPMENT),
        stock,
        Balance(SITE, BIN, stock.id, 4),
        Balance(SITE, BIN, 2_000_099, -1, discrepancy=7),
        Grant(SITE, 2_000_060, DEVICE.id, PERSON, 1, 99),
        Grant(SITE, 2_000_061, DEVICE.id + 1, PERSON + 1, 1, 99),
        Task(SITE, 2_000_070, "count", 1, "x", 9, place=BIN, stock=stock.id, quantity=4),
        Task(SITE, 2_000_071, "review", 1, "x", 9),
        Task(SITE, 2_000_072, "count", 1, "x", 8),
        Package(SITE, 2_000_080, 1, 7, 5, 1, 1, b'{"mode":"batch","lines":[]}'),
        Shipment(SITE, SHIPMENT, 9, OWNER, "web", "O-1", 5, "DE", "h", 0, state="picked"),
        ShipmentLine(SITE, SHIPMENT, 1, ITEM, 2),
    )
    book.change(
        Round(SITE, ROUND, "North", "2026-01-01", VAN, device=DEVICE.id),
        Round(SITE, ROUND + 1, "South", "2026-01-01", VAN, device=DEVICE.id + 1),
        Stop(SITE, 2_000_012, ROUND, 1, SHIPMENT, "DE", 1),
        Parcel(SITE, PARCEL, "P-1", SHIPMENT, ROUND, 2_000_012),
        Announcement(SITE, ASN, OWNER, "ASN-1", "", "", "store", "c", 1, "x", 5, 5),
        AnnouncedLine(SITE, ASN, 1, ITEM, 5),
    )
    return book


@pytest.mark.parametrize(("role", "zones"), [("floor", ""), ("floor", "8"), ("courier", "")])
def test_terminal_finds_what_a_handheld_finds(book: Book, role: str, zones: str) -> None:
    device = replace(DEVICE, role=role, zones=zones)
    follower = Follower(book, device)
    follower.follow()
    held = HeldDocuments(follower.store)
    assert book.database is not None

    with book.database.reading() as connection:
        asked = SiteDocuments(connection, device)
        for kind, code in CODES:
            assert list(asked.coded(kind, code)) == list(held.coded(kind, code)), (kind, code)
        for kind, parent in PARENTS:
            assert list(asked.listed(kind, parent)) == list(held.listed(kind, parent)), kind
        for key in (f"place/{BIN}", f"item/{ITEM}", "package/2000080", "place/1", "novel/1"):
            assert asked.body(key) == held.body(key)

    if role == "floor":
        assert [bool(held.coded(kind, code)) for kind, code in CODES].count(True) >= 5
    assert held.listed("parcel", f"round/{ROUND}")


def test_count_is_told_what_stands_there_unless_it_is_too_much(book: Book) -> None:
    zone, task = "1/zone/7", "task/2000070"
    assert (
        b'"stands":[{"quantity":4,"merchant":"ACME","sku":"A1","lot":"L-1"}]'
        in (book.live(zone)[task])
    )

    many = (Balance(SITE, BIN, 2_000_100 + n, 1) for n in range(STANDS_MAX))
    book.change(*many, Task(SITE, 2_000_070, "count", 1, "x", 9, place=BIN, attempt=2))

    assert b"stands" not in book.live(zone)[task]
