"""Tests of the custody chain, on both databases."""

import pytest
from msgspec.structs import replace

from device_protocol.operations import Deliver, Load, Move, MoveUnit, Receive
from server.clock import to_rfc3339
from server.db.engine import Database
from server.errors import InvalidError
from server.reports import trace_reading
from server.reports.trace import Step, Trace, trace
from server.reports.trace_subjects import Asked
from tests.floor import START
from tests.reports.books import ACME, BETA
from tests.reports.custody_world import BOX, DEVICE, PICTURE, custody, goods
from tests.sync.statements import counted
from tests.transport.road import BENCH, DEPOT, PARCEL, VAN, Road, depot_parcel

SERIAL_WAY = [
    ("receive", "supplier", "D-1", ""),
    ("move", "D-1", "T-7", ""),
    ("move_unit", "D-1", "A-01", "T-7"),
    ("move_unit", "A-01", BENCH, "T-7"),
    ("pack", "T-7", BOX, ""),
    ("seal", "work", BENCH, BOX),
    ("load", BENCH, VAN, BOX),
    ("fail_delivery", "", "", BOX),
    ("deliver", VAN, "consumer", BOX),
]


def traced(
    database: Database, code: str, after: str | None = None, limit: int = 100, **asked: object
) -> Trace:
    """The custody chain of a code."""
    with database.reading() as connection:
        found = trace(connection, replace(Asked(code), **asked), after=after, limit=limit)
    assert found is not None
    return found


def way_of(steps: list[Step]) -> list[tuple[str, str, str, str]]:
    """What matters of steps."""
    return [(step.did, step.source, step.target, step.carrier) for step in steps]


def test_serial_is_followed_from_receipt_to_doorstep(database: Database) -> None:
    custody(database)

    found = traced(database, "S-1")

    assert found.traced is not None
    assert (found.traced.kind, found.traced.owner, found.traced.item) == ("serial", "ACME", "A1")
    assert way_of(found.steps) == SERIAL_WAY
    assert {step.quantity for step in found.steps} == {1}
    first, *_, tried, last = found.steps
    assert (first.who, first.goods, first.lot, first.serial) == ("P-017", "ACME A1", "L-7", "S-1")
    assert (first.occurred_at, first.uncertainty_ms) == (to_rfc3339(START + 1_000), 1)
    assert (first.operation, first.site, first.outcome) == (f"{DEVICE}/1/2", 1, "applied")
    assert (tried.cause, tried.goods, tried.operation) == ("attempt", BOX, f"{DEVICE}/1/16")
    assert [(each.hash, each.kind) for each in last.evidence] == [(PICTURE, "attachment")]
    assert (last.who, last.outcome, last.flag) == ("grant/7", "flagged", "unknown_actor")


def test_lot_tells_what_was_undone_and_how_much_went_where(database: Database) -> None:
    custody(database)

    found = traced(database, "L-7", owner="ACME", item="A1")

    undone = [(step.did, step.cause, step.undone_by) for step in found.steps][2:4]
    assert undone == [("receive", "fact", f"{DEVICE}/1/5"), ("undo", "undo", None)]
    by_unit = {(step.carrier, step.target): step.quantity for step in found.steps if step.carrier}
    assert by_unit[("T-7", BENCH)] == 3
    assert by_unit[(BOX, VAN)] == 2
    # The tote still holds one unit when it is put back.
    assert by_unit[("T-7", "A-02")] == 1


def test_parcel_tells_its_own_way_and_what_went_into_it(database: Database) -> None:
    custody(database)

    found = traced(database, BOX)

    assert found.traced is not None
    assert (found.traced.kind, found.traced.what, found.traced.site) == ("unit", "parcel", None)
    assert [(step.did, step.goods) for step in found.steps] == [
        ("pack", "ACME A1"),
        ("pack", "ACME A1"),
        ("seal", BOX),
        ("load", BOX),
        ("fail_delivery", BOX),
        ("deliver", BOX),
    ]


def test_parcel_is_followed_into_the_book_of_another_site(database: Database) -> None:
    road = Road(database)
    road.seed(*depot_parcel())
    courier = road.floor.handheld(1)
    courier.do(Load(unit=PARCEL, to=VAN, source=BENCH, site=DEPOT, ended=1_000))
    road.relay()
    courier.do(Deliver(unit=PARCEL, source=VAN, ended=2_000))

    steps = traced(database, PARCEL).steps

    assert [(step.site, step.did, step.source, step.target) for step in steps] == [
        (DEPOT, "take_over", BENCH, "in transit, site 1"),
        (1, "load", "in transit, site 2", VAN),
        (1, "deliver", VAN, "consumer"),
    ]


def test_goods_are_followed_through_transit_and_units_in_units(database: Database) -> None:
    road = Road(database)
    road.seed(*depot_parcel())
    courier = road.floor.handheld(1)
    courier.do(
        Receive(**goods(1, "S-9"), to="T-8", ended=500),
        MoveUnit(unit="T-8", to="CAGE-1", ended=600),
        MoveUnit(unit="CAGE-1", to="A-03", ended=700),
        Receive(quantity=1, owner="ACME", item="A1", serial="S-8", to=PARCEL, ended=800),
        Load(unit=PARCEL, to=VAN, source=BENCH, site=DEPOT, ended=1_000),
    )
    road.relay()

    assert way_of(traced(database, "S-9").steps) == [
        ("receive", "supplier", "T-8", ""),
        ("move_unit", "lost and found", "CAGE-1", "T-8"),
        ("move_unit", "lost and found", "A-03", "CAGE-1"),
    ]
    assert [step.site for step in traced(database, "S-8").steps] == [1, DEPOT, 1]


def test_ambiguous_code_answers_what_it_may_mean(database: Database) -> None:
    road = custody(database)
    road.floor.handheld(2).do(
        Receive(quantity=1, owner="BETA", item="B1", serial="S-1", to="D-1", ended=1_000),
        Receive(quantity=3, owner="BETA", item="B1", lot="T-7", to="D-1", ended=2_000),
    )

    both = traced(database, "S-1")

    assert both.traced is None
    assert both.steps == []
    assert [(each.owner, each.item) for each in both.candidates] == [("ACME", "A1"), ("BETA", "B1")]
    assert len(traced(database, "S-1", owner="BETA").steps) == 1
    assert {each.kind for each in traced(database, "T-7").candidates} == {"lot", "unit"}
    assert len(traced(database, "T-7", kind="lot").steps) == 1


def test_totes_of_two_sites_are_two_things(database: Database) -> None:
    road = custody(database)
    road.seed(*depot_parcel("T-7"))
    with database.writing() as connection:
        connection.exec_driver_sql("UPDATE unit SET kind = 'tote' WHERE code = 'T-7'")

    assert [each.site for each in traced(database, "T-7").candidates] == [1, DEPOT]
    assert traced(database, "T-7", site=DEPOT).steps == []


def test_code_is_read_as_what_it_is(database: Database) -> None:
    road = custody(database)
    road.floor.handheld(2).do(Receive(quantity=1, code="X-77", to="D-1", ended=1_000))
    read = {
        "A1": ("item", 15),
        "04000000000013": ("item", 15),
        "010400000000001321S-1": ("serial", 9),
        "]C1010400000000001310L-7": ("lot", 15),
        "X-77": ("unidentified", 1),
        f"00{BOX}": ("unit", 6),
    }

    for code, told in read.items():
        found = traced(database, code)
        assert found.traced is not None
        assert (found.traced.kind, len(found.steps)) == told


def test_merchant_sees_own_goods_and_nobody_by_name(database: Database) -> None:
    road = custody(database)
    road.floor.handheld(2).do(
        Receive(quantity=1, owner="BETA", item="B1", to="D-1", ended=1_000),
        Move(quantity=1, owner="BETA", item="B1", source="D-1", to=BOX, ended=7_600),
    )

    steps = traced(database, "S-1", own=ACME).steps
    parcel = traced(database, BOX, own=ACME).steps

    assert way_of(steps) == SERIAL_WAY
    assert {step.who for step in steps} == {""}
    assert "BETA B1" in {step.goods for step in traced(database, BOX).steps}
    assert "BETA B1" not in {step.goods for step in parcel}
    with database.reading() as connection:
        for code in ("S-1", BOX, "A1", "T-7"):
            assert trace(connection, Asked(code, own=BETA)) is None
        assert trace(connection, Asked("T-7", own=ACME)) is None


def test_pages_follow_their_cursor_and_make_the_whole(database: Database) -> None:
    custody(database)
    steps: list[Step] = []
    page = traced(database, "L-7", limit=4)
    while page.next is not None:
        steps += page.steps
        page = traced(database, "L-7", after=page.next, limit=4)

    assert [*steps, *page.steps] == traced(database, "L-7").steps
    assert len(page.steps) == 3


def test_number_of_statements_does_not_grow_with_the_story(database: Database) -> None:
    road = custody(database)
    with counted(database) as few:
        traced(database, "L-7")
    other = road.floor.handheld(3)
    for number in range(10):
        other.do(
            Receive(**goods(1), to=f"T-2{number}", ended=20_000 + number * 10),
            MoveUnit(unit=f"T-2{number}", to="A-05", ended=20_005 + number * 10),
        )
    with counted(database) as many:
        found = traced(database, "L-7")

    assert len(found.steps) == 35
    # PostgreSQL reads and writes by one engine, which is heard twice.
    assert len(many) == len(few) <= 22


def test_what_nobody_knows_is_nothing_and_too_much_is_refused(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    custody(database)

    with database.reading() as connection:
        assert trace(connection, Asked("S-404")) is None
        with pytest.raises(InvalidError):
            trace(connection, Asked("S-1", kind="weather"))
        monkeypatch.setattr(trace_reading, "MOVES_MAX", 3)
        with pytest.raises(InvalidError, match="More than 3 movements"):
            trace(connection, Asked("L-7"))
