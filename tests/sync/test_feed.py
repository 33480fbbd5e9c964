"""The feed in memory.

Which documents records make, in which scopes, and what each scope adds up to.
"""

import msgspec
import pytest
from msgspec.structs import replace

from device_protocol import chain
from server.catalog.records import Item, ItemCode
from server.identity.records import Grant
from server.lane.activity import NETWORK
from server.lane.records import StoredOperation
from server.ledger.records import Place, Stock, Task, Unit
from server.orders.records import Shipment, ShipmentLine
from server.planning.records import Package
from server.sync.feed import project
from server.transport.records import Parcel, Round, Stop
from tests.floor import SITE
from tests.sync.books import Book

DEVICE = 1_000_001
OTHER = 1_000_002
MINE = f"1/device/{DEVICE}"
PLACE = Place(SITE, 2_000_001, "A-01", "bin", zone=7, walk=3)
PACKAGE = Package(SITE, 2_000_010, 1, 7, 5, lines=2, left=2, body=b'[{"line":1}]')
SHIPMENT = Shipment(
    SITE, 2_000_020, 9, 1_000_001, "web", "ORD-1", 5, "DE-BE", "hash of whom", 0, state="released"
)
LINE = ShipmentLine(SITE, SHIPMENT.id, 1, 1_000_011, 2)
ITEM = Item(NETWORK, 1_000_011, 1_000_001, "A1", "Lamp")
CODE = ItemCode(NETWORK, "04000000000010", 1_000_011, "each", 1_000_001)


@pytest.fixture(params=["complete", "strict"])
def book(request: pytest.FixtureRequest) -> Book:
    """Give an empty book in memory, one that knows all and one that shows only what was named."""
    return Book(strict=request.param == "strict")


def outcome_of(seq: int, outcome: bytes, device: int = DEVICE) -> StoredOperation:
    """An operation as stored."""
    return StoredOperation(
        SITE, device, 1, seq, seq, bytes([seq] * 32), b"{}", outcome, 0, 0, "anchored", 1, 0
    )


def lease_of(seq: int, fence: int, device: int = DEVICE) -> tuple[StoredOperation, str]:
    """An operation that was granted a lease of the package, and the key of its document."""
    lease = {"work": PACKAGE.id, "package": PACKAGE.id, "fence": fence, "duration_ms": 1}
    outcome = msgspec.json.encode({"outcome": "applied", "grant": {"lease": lease}})
    operation = outcome_of(seq, outcome, device)
    return operation, f"grant/{chain.operation_id(operation.hash)}"


def test_place_stands_in_its_zone_under_the_number_of_its_commit(book: Book) -> None:
    number = book.change(PLACE)

    document = book.find("1/zone/7", "place/2000001")
    assert document.version == number
    assert msgspec.json.decode(document.body or b"")["code"] == "A-01"
    book.check_sums()


def test_totes_are_no_places_to_devices(book: Book) -> None:
    book.change(Place(SITE, 2_000_002, "T-1", "tote"))

    assert book.documents() == []


def test_document_that_changes_scope_is_a_tombstone_and_a_put_at_the_same_number(
    book: Book,
) -> None:
    book.change(PLACE)

    number = book.change(replace(PLACE, zone=8))

    assert book.find("1/zone/7", "place/2000001").body is None
    assert book.find("1/zone/7", "place/2000001").version == number
    assert book.find("1/zone/8", "place/2000001").version == number
    assert book.scopes()["1/zone/7"].count == 0
    assert book.scopes()["1/zone/7"].sum == bytes(16)
    book.check_sums()


def test_document_comes_back_in_place_of_its_tombstone(book: Book) -> None:
    book.change(PLACE)
    book.change(replace(PLACE, zone=8))

    book.change(PLACE)

    assert list(book.live("1/zone/7")) == ["place/2000001"]
    assert book.live("1/zone/8") == {}
    book.check_sums()


def test_record_that_is_removed_leaves_a_tombstone(book: Book) -> None:
    book.change(PLACE)

    book.change(gone=(PLACE,))

    assert book.find("1/zone/7", "place/2000001").body is None
    book.check_sums()


def test_document_that_is_the_same_keeps_its_version(book: Book) -> None:
    number = book.change(PLACE)

    book.change(replace(PLACE, owner=5))

    assert book.find("1/zone/7", "place/2000001").version == number


def test_picked_lines_do_not_rewrite_the_package(book: Book) -> None:
    number = book.change(PACKAGE)

    book.change(replace(PACKAGE, left=1))

    document = book.find("1/zone/7", "package/2000010")
    assert document.version == number
    assert b'"package":[{"line":1}]' in (document.body or b"")


def test_done_package_goes(book: Book) -> None:
    book.change(PACKAGE)

    book.change(replace(PACKAGE, state="done", open=None, left=0))

    assert book.live("1/zone/7") == {}


def test_outcome_other_than_applied_goes_to_its_device(book: Book) -> None:
    flagged = b'{"outcome":"flagged","code":"negative"}'

    book.change(outcome_of(1, b'{"outcome":"applied"}'), outcome_of(2, flagged))

    assert book.live(MINE) == {"outcome/1/2": flagged}
    book.check_sums()


def test_outcomes_of_desks_are_nobodys_documents(book: Book) -> None:
    book.change(outcome_of(1, b'{"outcome":"refused","code":"bad_name"}', device=1))

    assert book.documents() == []


def test_numbers_granted_stay_in_the_scope_of_the_device(book: Book) -> None:
    grant = {"numbers": {"epoch": 1, "prefix": "4012345", "first": 1, "count": 10}}
    outcome = msgspec.json.encode({"outcome": "applied", "grant": grant})
    operation = outcome_of(1, outcome)

    book.change(operation)

    key = f"grant/{chain.operation_id(operation.hash)}"
    assert msgspec.json.decode(book.live(MINE)[key]) == grant


def test_lease_is_the_holders_until_it_is_handed_back(book: Book) -> None:
    book.change(PACKAGE)
    claim, key = lease_of(1, fence=1)
    held = replace(PACKAGE, state="leased", holder=DEVICE, fence=1)

    book.change(claim, held)
    assert list(book.live(MINE)) == [key]

    book.change(replace(held, state="ready", holder=None))
    assert book.live(MINE) == {}
    book.check_sums()


def test_renewal_puts_the_later_grant_in_place_of_the_first(book: Book) -> None:
    claim, _ = lease_of(1, fence=1)
    held = replace(PACKAGE, state="leased", holder=DEVICE, fence=1)
    book.change(claim, held)
    renewal, key = lease_of(2, fence=1)

    book.change(renewal, replace(held, lease_until=99))

    assert list(book.live(MINE)) == [key]
    book.check_sums()


def test_claim_and_renewal_in_one_group_leave_the_later_grant(book: Book) -> None:
    claim, _ = lease_of(1, fence=1)
    renewal, key = lease_of(2, fence=1)

    book.change(claim, renewal, replace(PACKAGE, state="leased", holder=DEVICE, fence=1))

    assert list(book.live(MINE)) == [key]


def test_package_that_is_recut_stays_with_its_holder(book: Book) -> None:
    claim, key = lease_of(1, fence=1)
    held = replace(PACKAGE, state="leased", holder=DEVICE, fence=1)
    number = book.change(claim, held)

    book.change(replace(held, body=b"[]"))

    assert book.find(MINE, key).version == number
    assert b'"package":[]' in book.live("1/zone/7")["package/2000010"]
    book.check_sums()


def test_takeover_ends_the_grant_of_the_device_before(book: Book) -> None:
    claim, _ = lease_of(1, fence=1)
    held = replace(PACKAGE, state="leased", holder=DEVICE, fence=1)
    book.change(claim, held)
    takeover, key = lease_of(1, fence=2, device=OTHER)

    book.change(takeover, replace(held, holder=OTHER, fence=2))

    assert book.live(MINE) == {}
    assert list(book.live(f"1/device/{OTHER}")) == [key]
    book.check_sums()


def test_claimed_and_handed_back_in_one_group_leaves_no_grant(book: Book) -> None:
    claim, _ = lease_of(1, fence=1)

    book.change(claim, replace(PACKAGE, fence=1))

    assert book.live(MINE) == {}


def test_task_stands_in_the_zone_of_its_place_until_it_is_closed(book: Book) -> None:
    book.seed(ITEM)
    stock = Stock(SITE, 2_000_030, "sign", owner=1_000_001, item=1_000_011)
    task = Task(SITE, 2_000_031, "put_back", 0, "x", 5, place=PLACE.id, stock=stock.id, quantity=2)
    book.change(PLACE, stock, task)

    body = msgspec.json.decode(book.live("1/zone/7")["task/2000031"])
    assert (body["place"], body["sku"], body["quantity"]) == ("A-01", "A1", 2)

    book.change(replace(task, open=None))
    assert list(book.live("1/zone/7")) == ["place/2000001"]


def test_task_without_a_place_is_for_everybody(book: Book) -> None:
    unit = Unit(SITE, 2_000_033, "T-1", "tote", 2_000_034)

    book.change(unit, Task(SITE, 2_000_032, "review", 0, "x", 5, unit=unit.id))

    assert msgspec.json.decode(book.live("1/zone/0")["task/2000032"])["unit"] == "T-1"


def test_actor_stands_on_the_device_until_withdrawn(book: Book) -> None:
    grant = Grant(SITE, 2_000_040, DEVICE, 1_000_200, 0, 99)
    book.change(grant)
    assert list(book.live(MINE)) == ["actor/2000040"]

    book.change(replace(grant, withdrawn_at=50))
    assert book.live(MINE) == {}


def test_item_comes_with_its_codes_in_its_owners_catalog(book: Book) -> None:
    book.change(ITEM, site=NETWORK)
    number = book.change(CODE, site=NETWORK)

    document = book.find("0/owner/1000001", "item/1000011")
    assert document.version == number
    assert msgspec.json.decode(document.body or b"")["codes"] == [
        {"code": "04000000000010", "level": "each"}
    ]

    book.change(replace(ITEM, state="closed"), site=NETWORK)
    assert book.live("0/owner/1000001") == {}


def test_packers_see_a_released_shipment_until_all_is_packed(book: Book) -> None:
    book.seed(ITEM, CODE)
    tote = Unit(SITE, 2_000_050, "T-1", "tote", 2_000_051)
    book.change(SHIPMENT, LINE, tote)

    book.change(replace(tote, shipment=SHIPMENT.id), replace(SHIPMENT, state="picked"))
    body = msgspec.json.decode(book.live("1/zone/pack")["shipment/2000020"])
    assert body["number"] == "ORD-1"
    assert body["totes"] == ["T-1"]
    assert body["lines"][0]["sku"] == "A1"
    assert body["lines"][0]["codes"] == [{"code": "04000000000010", "level": "each"}]

    book.change(replace(LINE, packed=2))
    assert book.live("1/zone/pack") == {}
    book.check_sums()


def test_shipment_that_waits_is_not_for_packers(book: Book) -> None:
    book.change(replace(SHIPMENT, state="open"), LINE)

    assert book.documents() == []


def test_round_has_its_stops_and_parcels_and_no_address(book: Book) -> None:
    van = Place(SITE, 2_000_060, "VAN-1", "van")
    tour = Round(SITE, 2_000_061, "Tour 1", "2010-12-01", van.id, device=DEVICE)
    stop = Stop(SITE, 2_000_062, tour.id, 1, SHIPMENT.id, "DE-BE", made_at=0)
    planned = Parcel(SITE, 2_000_063, "SSCC-1", SHIPMENT.id, tour.id, stop.id)
    book.change(SHIPMENT, van, tour, stop, planned, Parcel(SITE, 2_000_064, "SSCC-2"))

    live = {key: msgspec.json.decode(body) for key, body in book.live("1/round/2000061").items()}
    assert set(live) == {"round/2000061", "stop/2000062", "parcel/2000063"}
    assert live["round/2000061"]["van"] == "VAN-1"
    assert live["stop/2000062"]["recipient"] == "hash of whom"

    book.change(replace(stop, state="dropped"), replace(planned, round=2_000_065))
    assert list(book.live("1/round/2000061")) == ["round/2000061"]
    assert list(book.live("1/round/2000065")) == ["parcel/2000063"]

    book.change(gone=(stop, tour, planned))
    assert book.live("1/round/2000061") == {}


def test_packages_that_are_made_in_the_dark_have_no_lines(book: Book) -> None:
    book.change(replace(PACKAGE, body=b""))

    assert b'"package":null' in book.live("1/zone/7")["package/2000010"]


def test_site_that_did_not_commit_gets_no_documents() -> None:
    book = Book()

    with book.store.session([SITE]) as session:
        session.picture.put(PLACE)
        project({2: 1}, session.picture, 0, lambda _names: None)

    assert book.documents() == []
