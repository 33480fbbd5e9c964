"""Tests of the reports on devices, operations, counts, work and masters, on both databases."""

import msgspec

from device_protocol.operations import Count, CountLine, MoveUnit, Receive, Undo
from server.clock import to_rfc3339
from server.db.engine import Database
from server.identity.records import ApiKey, Device, Person
from server.lane.activity import NETWORK
from server.orders.records import Shipment
from server.planning.records import Package, Wave
from server.reports import masters, work
from server.reports.devices import devices, freshness
from server.reports.figures import figures
from server.reports.operations import operation_story
from server.sites.records import Site, Zone
from server.tasks.resolving import PutHold, ResolveParked
from server.transport.records import Parcel, Round
from tests.floor import SITE, START, Floor
from tests.reports.books import ACME, an_order, floor_on, put
from tests.reports.test_exceptions import teleported
from tests.sayings import say


def worked(database: Database) -> Floor:
    """Device 1 sent a receipt and nonsense, device 2 a count later; the rest is silent."""
    floor = floor_on(database)
    first, second = floor.handheld(1), floor.handheld(2)
    first.do(Receive(quantity=4, owner="ACME", item="A1", to="A-01", ended=1_000))
    floor.now += 5_000
    teleported(first)
    floor.now += 10_000
    second.do(
        Count(
            place="A-01",
            ended=60_000,
            lines=(
                CountLine(owner="ACME", item="A1", quantity=3),
                CountLine(owner="ACME", item="A2", quantity=0),
            ),
        )
    )
    return floor


def test_devices_tell_up_to_when_they_are_known(database: Database) -> None:
    floor = worked(database)
    put(database, Person(NETWORK, 7, "anna", "operator", "secret"))
    put(database, Device(SITE, 1_000_099, "new", "courier", person=7, app="1.2"))

    with database.reading() as connection:
        rows = {row.device: row for row in devices(connection, SITE)}
        one = devices(connection, device=1_000_099)
        elsewhere = devices(connection, 9)

    first, second, silent = rows[1_000_001], rows[1_000_002], rows[1_000_003]
    assert (first.known_until, first.parked) == (to_rfc3339(START + 1_001), 1)
    assert first.pushed_at == to_rfc3339(floor.now - 10_000)
    assert (second.known_until, second.stored) == (to_rfc3339(START + 60_000), 2)
    assert second.pushed_at == to_rfc3339(floor.now)
    assert (silent.known_until, silent.pushed_at, silent.stored) == (None, None, 0)
    assert [(row.name, row.person, row.state) for row in one] == [("new", "anna", "invited")]
    assert elsewhere == []


def test_freshness_is_that_of_the_device_furthest_behind(database: Database) -> None:
    floor = worked(database)

    with database.reading() as connection:
        told = freshness(connection, [SITE, NETWORK])
        none = freshness(connection, [])

    assert none == []
    network, site = told
    assert (network.site, network.devices, network.known_until) == (NETWORK, 0, None)
    assert (site.devices, site.silent) == (8, 6)
    assert site.known_until == to_rfc3339(START + 1_001)
    assert site.pushed_at == to_rfc3339(floor.now - 10_000)
    assert site.recorded_at == to_rfc3339(floor.now)
    assert site.commit == 3


def test_story_of_an_operation(database: Database) -> None:
    floor = floor_on(database)
    handheld = floor.handheld()
    handheld.do(Receive(quantity=4, code="X-77", to="A-01", ended=1_000))
    handheld.do(Undo(seq=2, ended=2_000), MoveUnit(unit="T-1", to="A-01", ended=3_000))

    with database.reading() as connection:
        story = operation_story(connection, SITE, handheld.stream, 1, 2)
        moved = operation_story(connection, SITE, handheld.stream, 1, 4)
        undo = operation_story(connection, SITE, handheld.stream, 1, 3)
        none = operation_story(connection, SITE, handheld.stream, 1, 99)

    assert none is None
    assert story is not None
    assert story.line["kind"] == "receive"
    assert (story.outcome["code"], story.commit) == ("unknown_code", 1)
    assert (story.occurred_at, story.recorded_at) == (
        to_rfc3339(START + 1_000),
        to_rfc3339(floor.now),
    )
    assert [(row.source, row.target, row.raw) for row in story.movements] == [
        ("supplier", "A-01", "unidentified:X-77")
    ]
    assert story.undone_by == f"{handheld.stream}/1/3"
    assert [text.split(":")[0] for text in story.opened] == ["discrepancy coarse"]
    assert undo is not None
    assert [(row.cause, row.mends) for row in undo.movements] == [("undo", 1)]
    assert undo.commit == 2
    assert moved is not None
    assert [(row.source, row.raw) for row in moved.movements] == [("lost and found", "T-1")]


def test_story_of_a_line_that_nobody_can_read(database: Database) -> None:
    floor = worked(database)
    say(floor, ResolveParked(stream=1_000_001, epoch=1, seq=3, note="a test"))

    with database.reading() as connection:
        story = operation_story(connection, SITE, 1_000_001, 1, 3)

    assert story is not None
    assert story.line == {"kind": "teleport"}
    assert (story.movements, story.resolution) == ([], "a test")


def test_figures_of_counts_and_discrepancies(database: Database) -> None:
    worked(database)

    with database.reading() as connection:
        told = figures(connection, SITE, START, START + 3_600_000)

    assert (told.counted_lines, told.counted_right, told.counted_units_off) == (2, 1, 1)
    assert told.inventory_accuracy_ppm == 500_000
    assert (told.discrepancies_opened, told.discrepancies_open) == (1, 1)


def test_holds_name_what_they_select(database: Database) -> None:
    floor = floor_on(database)
    floor.handheld().do(MoveUnit(unit="T-1", to="A-01", ended=1_000))
    say(
        floor, PutHold(reason="recall", owner="ACME", item="A1", lot="L1", place="A-01", unit="T-1")
    )

    with database.reading() as connection:
        rows = work.holds(connection, SITE)

    assert [
        (row.owner, row.sku, row.lot, row.serial, row.place, row.unit, row.reason) for row in rows
    ] == [("ACME", "A1", "L1", None, "A-01", "T-1", "recall")]


def test_shipments_waves_and_packages(database: Database) -> None:
    floor_on(database)
    put(
        database,
        an_order(10),
        Shipment(SITE, 30, 10, ACME, "web", "N10", 0, "North", "h", START, waiting="open", lines=2),
        Shipment(SITE, 31, 10, ACME, "web", "N10", 5, "North", "h", START, "released", wave=20),
        Wave(SITE, 20, "morning", START, "person/1", 1),
        Package(SITE, 21, 20, 0, 5, 4, 0, b"", state="done", open=None),
        Package(SITE, 22, 20, 0, 5, 6, 5, b"", "leased", 2, 1_000_001, "9", START, START + 1),
        Wave(SITE, 23, "noon", START, "person/1", 0),
    )

    with database.reading() as connection:
        waiting = work.shipments(connection, SITE, waiting="open").rows
        in_wave = work.shipments(connection, SITE, wave=20).rows
        first = work.shipments(connection, SITE, limit=1)
        rest = work.shipments(connection, SITE, limit=1, after=first.next)
        waves = work.waves(connection, SITE).rows
        newest = work.waves(connection, SITE, limit=1)
        older = work.waves(connection, SITE, limit=1, after=newest.next)
        packages = work.packages(connection, SITE, 20)

    assert [(row.shipment, row.owner, row.lines) for row in waiting] == [(30, "ACME", 2)]
    assert [row.shipment for row in in_wave] == [31]
    assert [row.shipment for row in first.rows + rest.rows] == [30, 31]
    assert [row.name for row in waves] == ["noon", "morning"]
    assert newest.rows + older.rows == waves
    assert (waves[1].packages, waves[1].packages_done) == (2, 1)
    assert (waves[1].lines, waves[1].lines_left) == (10, 5)
    assert (waves[0].packages, waves[0].lines) == (0, 0)
    assert [(row.package, row.device, row.lease_until) for row in packages] == [
        (21, None, None),
        (22, 1_000_001, to_rfc3339(START + 1)),
    ]


def test_rounds_count_their_parcels(database: Database) -> None:
    floor_on(database)
    put(
        database,
        Round(SITE, 60, "North 1", "2027-01-15", 1_000_101, stops=2, stops_open=1, made_at=START),
        Round(SITE, 61, "South 1", "2027-01-15", 1_000_101, open=None, done_at=START),
        Parcel(SITE, 62, "1", round=60, state="delivered"),
        Parcel(SITE, 63, "2", round=60, state="loaded"),
    )

    with database.reading() as connection:
        rows = work.rounds(connection, SITE).rows
        still_open = work.rounds(connection, SITE, is_open=True).rows
        done = work.rounds(connection, SITE, is_open=False).rows

    assert [(row.round, row.van, row.parcels, row.parcels_delivered) for row in rows] == [
        (60, "A-01", 2, 1),
        (61, "A-01", 0, 0),
    ]
    assert [row.round for row in still_open] == [60]
    assert [row.round for row in done] == [61]


def test_masters_are_listed_without_secrets(database: Database) -> None:
    floor_on(database)
    put(
        database,
        Site(NETWORK, SITE, "BER", "Berlin", "Europe/Berlin"),
        Zone(SITE, 1_000_090, "Z1", "Ground floor"),
        Person(NETWORK, 7, "mia", "merchant", "argon2-hash", owner=ACME),
        ApiKey(NETWORK, 8, "key-hash", "shop", "merchant", ACME),
    )

    with database.reading() as connection:
        sites = masters.sites(connection)
        none = masters.sites(connection, 9)
        zones = masters.zones(connection, SITE)
        places = masters.locations(connection, SITE, limit=3)
        more = masters.locations(connection, SITE, after=places.next)
        owners = masters.merchants(connection)
        items = masters.items(connection, owner=ACME, limit=2)
        others = masters.items(connection, owner=ACME, after=items.next)
        one = masters.items(connection, sku="B1").rows
        people = masters.people(connection).rows
        person = masters.people(connection, number=8).rows
        keys = masters.api_keys(connection)

    assert [(row.site, row.code) for row in sites] == [(SITE, "BER")]
    assert none == []
    assert [row.code for row in zones] == ["Z1"]
    assert [(row.code, row.zone, row.kind) for row in places.rows][:2] == [
        ("D-1", "Z1", "dock"),
        ("A-01", "Z1", "bin"),
    ]
    assert len(places.rows) + len(more.rows) == 10
    assert [row.code for row in owners] == ["ACME", "BETA"]
    assert (items.rows[0].sku, items.rows[0].codes) == ("A1", ["04000000000013"])
    assert [row.sku for row in items.rows + others.rows] == ["A1", "A2", "A3", "A4", "A5"]
    assert [row.owner for row in one] == ["BETA"]
    assert [(row.code, row.owner) for row in people] == [("mia", "ACME")]
    assert person == []
    assert [(row.name, row.owner, row.state) for row in keys] == [("shop", "ACME", "active")]
    shown = msgspec.json.encode([people, keys])
    assert b"argon2-hash" not in shown
    assert b"key-hash" not in shown
