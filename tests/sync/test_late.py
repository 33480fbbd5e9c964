"""Documents that older programs did not make: books of before show them, too."""

import msgspec
import pytest

from server.activities import ACTIVITIES
from server.db.engine import Database
from server.lane.activity import NETWORK, TIMER
from server.lane.store import SqlStore
from server.ledger.listings import LISTINGS
from server.planning.timers import Tick
from server.sites.messages import PutZone
from server.sites.records import Site, Zone
from server.sync import feed
from server.sync.batches import Batch
from server.sync.push import PushRules
from server.sync.records import Document, Scope
from tests.floor import SITE, Floor
from tests.sayings import all_of, say
from tests.sync.books import Book
from tests.sync.statements import counted

OLD = (Zone(SITE, 1_000_090, "A", "Aisle"), Zone(SITE, 1_000_091, "B", "Bulk"))
"""Zones that a program put which knew no documents of them."""
SHOWN = f"{SITE}/site/all"


def floor_of(database: Database | None = None) -> Floor:
    """A floor whose changes become documents, with zones that have none."""
    floor = Floor(SqlStore(database.writing, LISTINGS) if database else None)
    floor.rules = PushRules(ACTIVITIES, project=feed.project)
    with floor.store.session([NETWORK, SITE]) as session:
        for record in (Site(NETWORK, SITE, "BER", "Berlin", "Europe/Berlin"), *OLD):
            session.picture.add(record)
        session.write()
    return floor


def tick(floor: Floor) -> None:
    """Let a minute pass."""
    line = msgspec.json.encode(Tick())
    floor.run(Batch(site=SITE, stream=TIMER, epoch=1, lines=(line,)))


def zones(documents: list[Document]) -> list[tuple[str, int]]:
    """The documents of zones with their versions."""
    return [
        (each.key, each.version)
        for each in documents
        if each.scope == SHOWN and "zone/" in each.key
    ]


def test_zones_of_before_are_shown_as_time_passes_and_only_once() -> None:
    floor = floor_of()
    say(floor, PutZone(code="C", name="Cold"))
    assert len(zones(all_of(floor, Document))) == 1

    tick(floor)

    shown = zones(all_of(floor, Document))
    assert [key for key, _ in shown][:2] == ["zone/1000090", "zone/1000091"]
    assert [version for _, version in shown] == [2, 2, 1]
    [first] = [each for each in all_of(floor, Document) if each.key == "zone/1000090"]
    assert msgspec.json.decode(first.body or b"") == {"id": 1_000_090, "code": "A", "name": "Aisle"}
    tick(floor)
    assert zones(all_of(floor, Document)) == shown
    [scope] = [each for each in all_of(floor, Scope) if each.scope == SHOWN]
    assert scope.version == 2


def test_what_a_person_does_shows_nothing_of_before() -> None:
    floor = floor_of()

    say(floor, PutZone(code="A", name="Aisle"), PutZone(code="B", name="Big things"))

    assert [key for key, _ in zones(all_of(floor, Document))] == ["zone/1000091"]


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_looking_for_what_is_late_takes_two_statements(database: Database) -> None:
    floor = floor_of(database)
    tick(floor)
    book = Book(database)
    assert [key for key, _ in zones(book.documents())] == ["zone/1000090", "zone/1000091"]
    book.check_sums()

    with counted(database) as statements:
        tick(floor)

    reads = [each for each in statements if "JOIN zone AS" in each or "JOIN document AS" in each]
    assert len(reads) == len(["the zones", "their documents"])
