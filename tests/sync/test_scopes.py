"""Which scopes a device follows, on both databases, and that nothing else reaches it."""

import pytest
from msgspec.structs import replace

from device_protocol.messages import Cursor
from server.catalog.records import Item
from server.db.engine import Database
from server.identity.records import Device, Grant
from server.lane.activity import NETWORK
from server.ledger.records import Place
from server.sites.records import Workflow, Zone
from server.sync.documents import ScopeName
from server.sync.pull import pull, scopes_of
from server.sync.segments import Segments
from server.transport.records import Round
from tests.floor import SITE
from tests.sync.books import Book
from tests.sync.followers import HANDHELD, PERSON, PLACES, ZONE, Follower


@pytest.fixture
def book(database: Database) -> Book:
    """Give an empty book in each database."""
    return Book(database)


def scopes(book: Book, device: Device, person: int | None = PERSON) -> list[str]:
    """The scopes of a device, as text."""
    assert book.database is not None
    with book.database.reading() as connection:
        return [scope.text for scope in scopes_of(connection, device, person)]


@pytest.fixture
def peopled(book: Book) -> Book:
    """Give a book with two zones, two owners, rounds of two devices, and actors of two."""
    book.change(PLACES[0], Place(SITE, 2_000_090, "B-01", "bin", zone=8))
    van = Place(SITE, 2_000_092, "VAN-1", "van")
    tours = [
        Round(SITE, 2_000_093, "mine", "2010-12-01", van.id, device=HANDHELD.id),
        Round(SITE, 2_000_094, "done", "2010-12-01", van.id, device=HANDHELD.id, open=None),
        Round(SITE, 2_000_095, "another's", "2010-12-01", van.id, device=1_000_002),
    ]
    book.change(van, *tours, Grant(SITE, 2_000_096, 1_000_002, 5, 0, 99))
    for owner in (1_000_001, 1_000_002):
        book.change(Item(NETWORK, owner + 10, owner, "X"), site=NETWORK)
    return book


def test_floor_device_follows_the_whole_site_unless_zones_are_named(peopled: Book) -> None:
    common = ["1/device/1000001", f"1/person/{PERSON}", "1/round/2000093"]
    owners = ["0/owner/1000001", "0/owner/1000002"]

    assert scopes(peopled, HANDHELD) == [
        *common,
        "1/zone/0",
        "1/zone/pack",
        "1/zone/7",
        "1/zone/8",
        *owners,
    ]
    assert scopes(peopled, replace(HANDHELD, zones="8")) == [
        *common,
        "1/zone/0",
        "1/zone/pack",
        "1/zone/8",
        *owners,
    ]


def test_courier_follows_the_road_and_no_shelf(peopled: Book) -> None:
    courier = replace(HANDHELD, role="courier")

    assert scopes(peopled, courier, None) == ["1/device/1000001", "1/round/2000093"]
    assert scopes(peopled, replace(courier, zones="7"))[-1] == ZONE


def test_nothing_outside_its_scopes_reaches_a_device(peopled: Book) -> None:
    follower = Follower(peopled, replace(HANDHELD, zones="8"))

    follower.follow()

    held = {scope for scope in follower.replica.cursors() if follower.held(scope)}
    assert held == {"1/round/2000093", "1/zone/0", "1/zone/8", "0/owner/1000001", "0/owner/1000002"}
    follower.check()


def test_made_up_cursors_open_no_scope(peopled: Book) -> None:
    follower = Follower(peopled, replace(HANDHELD, zones="8"))
    asked = {ZONE: Cursor(1, 1, ""), "2/zone/1": Cursor(1 << 70, 1, "")}
    assert peopled.database is not None

    with peopled.database.reading() as connection:
        answer = pull(connection, follower.device, PERSON, asked, now=peopled.now, kept=Segments())

    assert answer.dropped == (ZONE, "2/zone/1")
    assert ZONE not in {page.scope for page in answer.pages}


def test_cursor_beyond_every_number_starts_again(peopled: Book) -> None:
    assert peopled.database is not None
    asked = {ZONE: Cursor(1 << 70, 1, "")}

    with peopled.database.reading() as connection:
        answer = pull(connection, HANDHELD, PERSON, asked, now=peopled.now, kept=Segments())

    assert {page.scope: page.restart for page in answer.pages}[ZONE]


def test_scope_is_written_as_devices_name_it() -> None:
    assert ScopeName(1, "zone", 0).text == "1/zone/0"


@pytest.mark.parametrize("role", ["floor", "courier"])
def test_every_device_of_a_site_follows_its_workflows(book: Book, role: str) -> None:
    follower = Follower(book, replace(HANDHELD, role=role))
    follower.follow()
    assert "1/site/all" not in follower.replica.cursors()

    book.change(Workflow(SITE, "pick", 9, 1, b'{"name":"pick"}'))
    book.change(Workflow(SITE, "pick", 10, 1, b'{"name":"pick"}'))
    follower.follow()

    told = b'{"name":"pick","version":10,"definition":{"name":"pick"}}'
    assert follower.held("1/site/all") == {"workflow/pick": told}
    follower.check()


@pytest.mark.parametrize("role", ["floor", "courier"])
def test_every_device_of_a_site_is_told_what_its_zones_are_called(book: Book, role: str) -> None:
    follower = Follower(book, replace(HANDHELD, role=role))
    book.change(Zone(SITE, 7, "A", ""))
    book.change(Zone(SITE, 8, "B", "Frozen"))
    book.change(Zone(SITE, 7, "A", "Ambient"))
    follower.follow()

    held = follower.held("1/site/all")
    assert held["zone/7"] == b'{"id":7,"code":"A","name":"Ambient"}'
    assert held["zone/8"] == b'{"id":8,"code":"B","name":"Frozen"}'
    follower.check()
