"""Opening sealed parcels again."""

from itertools import permutations

import pytest

from device_protocol.handling import Unseal
from device_protocol.operations import Deliver, Operation, Undo
from server.db.engine import Database
from server.reports.parcels import parcel_label
from server.sync.documents import Subject
from server.sync.parcels import parcel_drafts
from tests.strict import StrictStore
from tests.transport.road import (
    BENCH,
    FIRST,
    OTHER,
    PACKED,
    PARCEL,
    SECOND,
    VAN,
    Road,
    load,
    on_the_road,
    pack,
    planned,
    seal,
    stocked,
)

APPLIED = {"outcome": "applied"}


def unseal(ended: int, unit: str = PARCEL, at: str = BENCH, shipment: int | None = None) -> Unseal:
    """Open a parcel at the bench."""
    return Unseal(unit=unit, at=at, shipment=shipment, ended=ended)


def test_unsealing_takes_the_seal_back_and_the_shipment_is_not_packed() -> None:
    road, packer = stocked()
    packer.do(*PACKED)

    assert packer.do(unseal(1_300)) == [APPLIED]

    assert road.at() == {}
    assert (road.parcel().state, road.shipment().state) == ("open", "picked")
    assert (road.shipment().packed_at, road.shipment().waiting) == (None, None)
    assert road.told() == [(1, "packed"), (1, "picked")]


def test_parcel_is_changed_and_sealed_anew_under_its_number() -> None:
    road, packer = stocked()
    packer.do(pack("A1", 2, 1_000), seal(1_200))

    outcomes = packer.do(unseal(1_300), pack("A2", 1, 1_400), seal(1_500, measured_g=900))

    assert outcomes == [APPLIED] * 3
    assert road.at() == {"7": -1, BENCH: 1}
    assert (road.parcel().state, road.parcel().measured_g) == ("sealed", 900)
    assert (road.shipment().state, road.shipment().parcels) == ("packed", 1)
    assert road.tasks() == []


def test_packing_between_opening_and_sealing_is_plain_and_else_flagged() -> None:
    _, packer = stocked()
    packer.do(*PACKED[:1], seal(1_200), unseal(1_300))

    inside, early = packer.do(pack("A2", 1, 1_350), seal(1_400))
    late = packer.do(pack("A1", 1, 1_500))[0]

    assert (inside, early) == (APPLIED, APPLIED)
    assert late["code"] == "parcel_sealed"


def test_opened_parcel_that_is_loaded_waits_for_a_seal() -> None:
    road, packer, number = planned()
    packer.do(unseal(1_300))

    outcome = packer.do(load(2_000, round=number))[0]

    assert outcome["code"] == "not_sealed"
    assert "check_seal" in road.tasks()


def test_loaded_parcel_that_is_opened_is_flagged_and_stays_in_the_van() -> None:
    road, packer, number = on_the_road()

    (outcome,) = packer.do(unseal(2_500, at=VAN))

    assert (outcome["outcome"], outcome["code"]) == ("flagged", "parcel_loaded")
    assert (road.parcel().state, road.shipment().state) == ("loaded", "loaded")
    assert road.tasks() == ["check_parcel"]
    assert road.get(type(road.round()), number).state != "done"


def test_delivered_parcel_that_is_opened_is_flagged() -> None:
    road, packer, _ = on_the_road()
    packer.do(Deliver(unit=PARCEL, source=VAN, typed="4711", ended=3_000))

    outcome = packer.do(unseal(3_500))[0]

    assert outcome["code"] == "negative"
    assert (road.parcel().state, road.shipment().state) == ("delivered", "delivered")
    assert "check_parcel" in road.tasks()


def test_late_unseal_of_what_was_loaded_since_changes_no_state() -> None:
    road, packer, number = planned()
    packer.do(load(2_000, round=number))

    late, anew = road.floor.handheld(2).do(unseal(1_300), seal(1_400))

    assert (late["code"], anew) == ("negative", APPLIED)
    assert (road.parcel().state, road.shipment().state) == ("loaded", "loaded")
    assert road.at() == {"7": -1, VAN: 1}


@pytest.mark.parametrize("unit", ["T-1", "A-01", "A-77", "?", "x" * 60])
def test_what_is_no_sealed_parcel_is_posted_and_flagged(unit: str) -> None:
    road, packer = stocked()

    (outcome,) = packer.do(unseal(1_000, unit=unit))

    assert outcome["outcome"] == "flagged"
    assert road.at()[BENCH] == -1


def test_unseal_without_a_bench_and_a_seal_without_one_meet() -> None:
    road, packer = stocked()
    packer.do(*PACKED[:2], seal(1_200, at=""))

    assert packer.do(unseal(1_300, at="")) == [APPLIED]
    assert road.at() == {}


def test_unseal_for_another_shipment_is_flagged() -> None:
    road, packer = stocked()
    packer.do(*PACKED)

    (outcome,) = packer.do(unseal(1_300, shipment=SECOND))

    assert (outcome["code"], outcome["expected"]) == ("other_shipment", str(FIRST))
    assert (road.parcel().state, road.parcel().shipment) == ("open", FIRST)


def test_undo_of_an_unseal_closes_the_parcel_again() -> None:
    road, packer = stocked()
    packer.do(*PACKED, unseal(1_300))

    assert packer.do(Undo(seq=len(packer.lines), ended=1_400)) == [APPLIED]

    assert road.at() == {"7": -1, BENCH: 1}
    assert (road.parcel().state, road.shipment().state) == ("sealed", "packed")


def test_late_undo_of_an_unseal_before_a_new_seal_keeps_that() -> None:
    road, packer = stocked()
    packer.do(*PACKED)
    seq = packer.write(unseal(1_300))
    packer.do(seal(1_400), unseal(1_500), seal(1_600))

    packer.do(Undo(seq=seq, ended=1_700))

    assert (road.parcel().state, road.parcel().sealed_at) == ("sealed", road.floor.now + 1_600)
    assert road.shipment().state == "packed"


def test_undo_of_the_second_seal_leaves_the_parcel_open() -> None:
    road, packer = stocked()
    packer.do(*PACKED, unseal(1_300), seal(1_400))

    packer.do(Undo(seq=len(packer.lines), ended=1_500))

    assert (road.parcel().state, road.at()) == ("open", {})


def test_benches_know_a_parcel_that_stands_sealed_or_was_opened() -> None:
    road, packer, number = planned()
    planned_at = f"1/round/{number}"

    assert scopes(road) == [planned_at, "1/zone/pack"]
    packer.do(unseal(1_300))
    assert scopes(road) == [planned_at, "1/zone/pack"]
    packer.do(seal(1_400), load(2_000, round=number))
    assert scopes(road) == [planned_at]


def scopes(road: Road) -> list[str]:
    """Where devices find the parcel."""
    assert isinstance(road.floor.store, StrictStore)
    drafts = parcel_drafts(road.floor.store.picture, Subject(1, "parcel", road.parcel().id))
    return [draft.scope.text for draft in drafts]


ACTS: tuple[tuple[int, Operation], ...] = (
    (2, seal(1_200)),
    (3, unseal(1_300)),
    (4, seal(1_400)),
    (5, pack("A1", 1, 1_350)),
)


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_any_order_of_arrival_ends_the_same(order: tuple[int, ...]) -> None:
    road, packer = stocked()
    packer.do(pack("A1", 1, 1_000), pack("A2", 1, 1_100))

    for place in order:
        device, operation = ACTS[place]
        road.floor.handheld(device).do(operation)

    assert road.at() == {"7": -1, BENCH: 1}
    assert (road.parcel().state, road.parcel().sealed_at) == ("sealed", road.floor.now + 1_400)
    assert (road.shipment().state, road.line(1).packed, road.line(2).packed) == ("packed", 2, 1)
    assert road.tasks() == []


def test_label_printed_again_after_a_new_seal_keeps_its_number(database: Database) -> None:
    road, packer = stocked(database)
    packer.do(*PACKED)
    first = label(road)

    packer.do(unseal(1_300), pack("A1", 1, 1_400, source=PARCEL, unit=OTHER))
    packer.do(seal(1_500, measured_g=700), seal(1_600, unit=OTHER))

    again = label(road)
    assert first == (PARCEL, "1/1", None)
    assert again == (PARCEL, "1/2", 700)
    assert (road.parcel().state, road.shipment().state) == ("sealed", "packed")


def label(road: Road) -> tuple[str, str, int | None]:
    """Number, place and weight on the parcel's label as it would be printed now."""
    assert road.database is not None
    with road.database.reading() as connection:
        printed = parcel_label(connection, PARCEL)
    assert printed is not None
    return printed.sscc, printed.parcel_of, printed.weight_g
