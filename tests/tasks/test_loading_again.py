"""Loading: undoing, loading again, late changes, any order of arrival."""

from itertools import permutations

import pytest

from device_protocol.operations import (
    BringBack,
    CloseManifest,
    Deliver,
    OpenManifest,
    Operation,
    Undo,
)
from server.db.engine import Database
from server.ledger.records import Discrepancy
from server.transport.messages import AssignRound, MakeRound
from server.transport.records import Parcel
from tests.transport.road import (
    BENCH,
    FIRST,
    OTHER,
    PACKED,
    PARCEL,
    SECOND,
    VAN,
    VAN_2,
    Road,
    load,
    on_the_road,
    pack,
    planned,
    seal,
    stocked,
)

APPLIED = {"outcome": "applied"}


def test_undo_of_a_load_takes_parcel_manifest_and_shipment_back() -> None:
    road, packer, number = planned()
    seq = packer.write(load(2_000, round=number))
    packer.do(CloseManifest(round=number, van=VAN, loaded=1, ended=2_100))

    assert packer.do(Undo(seq=seq, ended=2_200)) == [APPLIED]

    assert road.at() == {"7": -1, BENCH: 1}
    assert (road.parcel().state, road.parcel().manifest) == ("sealed", None)
    assert (road.shipment().state, road.shipment().waiting) == ("packed", None)
    assert road.manifest().loaded == 0
    assert road.tasks() == ["check_manifest"]


def test_undo_of_an_older_load_changes_only_the_books_pieces() -> None:
    road, packer, number = planned()
    seq = packer.write(load(2_000, round=number))
    packer.do(load(2_100, source=VAN, round=number))

    packer.do(Undo(seq=seq, ended=2_200))

    assert (road.parcel().state, road.manifest().loaded) == ("loaded", 1)
    assert road.at() == {"7": -1, BENCH: 1}


def test_undo_of_closing_a_manifest_lets_loading_go_on() -> None:
    road, packer, number = planned()
    packer.do(OpenManifest(round=number, van=VAN, ended=2_000))
    seq = packer.write(CloseManifest(round=number, van=VAN, loaded=3, ended=2_100))
    packer.push()
    assert road.tasks() == ["check_manifest"]

    packer.do(Undo(seq=seq, ended=2_200))

    assert (road.manifest().state, road.manifest().counted) == ("open", None)
    assert road.round().state == "loading"
    assert road.tasks() == []


def test_undo_of_a_second_opening_keeps_the_first() -> None:
    road, packer, number = planned()
    packer.do(OpenManifest(round=number, van=VAN, ended=2_000))
    seq = packer.write(OpenManifest(round=number, van=VAN, ended=2_100))
    packer.push()

    packer.do(Undo(seq=seq, ended=2_200))

    assert (road.manifest().state, road.round().state) == ("open", "loading")


def test_undo_of_the_only_opening_plans_the_round_again() -> None:
    road, packer, number = planned()
    seq = packer.write(OpenManifest(round=number, van=VAN, ended=2_000))
    packer.push()

    packer.do(Undo(seq=seq, ended=2_100))

    assert (road.round().state, road.manifest().opened_at) == ("planned", None)


def test_loading_again_answers_the_question_of_redelivery() -> None:
    road, packer, number = on_the_road()
    packer.do(BringBack(unit=PARCEL, source=VAN, to=BENCH, ended=2_500))
    assert road.tasks() == ["redeliver"]

    packer.do(load(2_600, round=number))

    assert road.tasks() == []
    assert (road.parcel().state, road.shipment().state) == ("loaded", "loaded")


def test_parcel_sealed_after_planning_joins_the_round() -> None:
    road, packer = stocked()
    packer.do(*PACKED)
    plan = MakeRound(name="R", date="2026-11-22", van=VAN, shipments=(FIRST, SECOND))
    number = road.tell(plan)["grant"]["rounds"][0]

    packer.do(
        pack("A1", 1, 1_300, unit=OTHER, shipment=SECOND), seal(1_400, unit=OTHER, shipment=SECOND)
    )

    assert road.parcel(OTHER).round == number
    assert (road.shipment(SECOND).state, road.shipment(SECOND).waiting) == ("packed", None)
    assert packer.do(load(2_000, unit=OTHER, round=number)) == [APPLIED]


def test_van_of_a_round_may_change_before_loading() -> None:
    road, packer, number = planned()
    road.tell(AssignRound(round=number, van=VAN_2))

    assert packer.do(load(2_000, to=VAN_2, round=number)) == [APPLIED]


def a_day(road: Road, order: tuple[int, ...]) -> None:
    """Packer, loader and courier, each with a device, whose batches arrive in this order."""
    made = road.tell(MakeRound(name="R", date="2026-11-22", van=VAN, shipments=(FIRST,)))
    number = made["grant"]["rounds"][0]
    close = CloseManifest(round=number, van=VAN, loaded=1, ended=2_100)
    parts: tuple[tuple[Operation, ...], ...] = (
        PACKED,
        (load(2_000, round=number), close),
        (Deliver(unit=PARCEL, source=VAN, ended=3_000),),
    )

    for part in order:
        road.floor.handheld(part + 2).do(*parts[part])

    assert road.at() == {"7": -1, "2": 1}
    assert [each for each in road.all(Discrepancy) if each.open] == []
    (parcel,) = road.all(Parcel)
    assert (parcel.state, parcel.shipment, parcel.round) == ("delivered", FIRST, number)
    shipment = road.shipment()
    assert (shipment.state, shipment.parcels_open, shipment.waiting) == ("delivered", 0, None)
    assert shipment.packed_at == parcel.sealed_at
    assert (road.manifest().state, road.manifest().loaded) == ("closed", 1)
    assert (road.stop().state, road.round().state) == ("delivered", "done")
    assert road.told()[-1] == (1, "delivered")


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_any_order_of_arrival_ends_the_same(order: tuple[int, ...]) -> None:
    road, _ = stocked()

    a_day(road, order)


def test_a_day_ends_the_same_on_a_database(database: Database) -> None:
    road, _ = stocked(database)

    a_day(road, (1, 2, 0))
