"""Tests of loading: parcels into vans, and the manifest that says so."""

import pytest

from device_protocol.operations import (
    CloseManifest,
    Load,
    OpenManifest,
    Undo,
)
from server.ledger.records import Discrepancy, Place
from server.transport.messages import MakeRound
from server.transport.records import Manifest
from tests.floor import SITE
from tests.transport.road import (
    A1,
    BENCH,
    FIRST,
    PACKED,
    VAN,
    VAN_2,
    load,
    planned,
    seal,
    stocked,
)

APPLIED = {"outcome": "applied"}


def test_loading_a_whole_round_says_so_everywhere() -> None:
    road, packer, number = planned()

    outcomes = packer.do(
        OpenManifest(round=number, van=VAN, ended=2_000),
        load(2_100, round=number),
        CloseManifest(round=number, van=VAN, loaded=1, ended=2_200),
    )

    assert outcomes == [APPLIED] * 3
    assert road.at() == {"7": -1, VAN: 1}
    assert road.parcel().state == "loaded"
    shipment = road.shipment()
    assert (shipment.state, shipment.loaded_at) == ("loaded", road.parcel().loaded_at)
    assert road.told() == [(1, "packed"), (1, "loaded")]
    manifest = road.manifest()
    assert (manifest.state, manifest.loaded, manifest.counted) == ("closed", 1, 1)
    assert (road.round().state, road.round().stops_open) == ("closed", 1)
    assert road.tasks() == []


def test_opening_begins_the_round() -> None:
    road, packer, number = planned()

    packer.do(OpenManifest(round=number, van=VAN, ended=2_000))

    assert road.round().state == "loading"
    assert road.manifest().open_van == road.manifest().van


def test_load_without_a_round_belongs_to_the_planned_one() -> None:
    road, packer, number = planned()

    assert packer.do(load(2_000)) == [APPLIED]

    assert road.manifest().round == number


def test_load_without_a_round_belongs_to_the_van_that_is_being_loaded() -> None:
    road, packer, _ = planned()
    second = road.tell(MakeRound(name="R2", date="2026-11-22", van=VAN_2))["grant"]["rounds"][0]
    packer.do(OpenManifest(round=second, van=VAN_2, ended=2_000))

    (outcome,) = packer.do(load(2_100, to=VAN_2))

    assert outcome["code"] == "wrong_round"
    assert (road.manifest().round, road.manifest().loaded) == (second, 1)


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        (load(2_000, to=VAN_2, round=None), "wrong_round"),
        (load(2_000, round=99), "wrong_round"),
    ],
)
def test_parcel_of_another_round_is_posted_and_misrouted(operation: Load, code: str) -> None:
    road, packer, _ = planned()

    (outcome,) = packer.do(operation)

    assert outcome["code"] == code
    assert road.at() == {"7": -1, operation.to: 1}
    assert road.tasks() == ["misroute"]
    assert road.parcel().state == "loaded"


def test_parcel_in_another_van_than_its_round_has_is_misrouted() -> None:
    road, packer, number = planned()

    (outcome,) = packer.do(load(2_000, to=VAN_2, round=number))

    assert outcome["code"] == "wrong_van"
    assert road.at()[VAN_2] == 1
    assert road.tasks() == ["misroute"]


def test_parcel_that_nobody_knows_is_misrouted() -> None:
    road, packer, number = planned()

    (outcome,) = packer.do(load(2_000, unit="UNKNOWN", source="", round=number))

    assert outcome["code"] == "unknown_parcel"
    assert road.at()[VAN] == 1
    assert road.tasks() == ["misroute"]


def test_parcel_without_a_round_is_misrouted() -> None:
    road, packer = stocked()
    packer.do(*PACKED)

    (outcome,) = packer.do(load(2_000))

    assert outcome["code"] == "wrong_round"
    assert road.tasks() == ["misroute"]


def test_parcel_of_a_cancelled_shipment_is_intercepted() -> None:
    road, packer, number = planned()
    road.cancel()

    (outcome,) = packer.do(load(2_000, round=number))

    assert outcome["code"] == "cancelled_meanwhile"
    assert road.at()[VAN] == 1
    assert road.tasks() == ["intercept"]


@pytest.mark.parametrize("selector", ["item", "unit", "place"])
def test_parcel_on_hold_is_intercepted(selector: str) -> None:
    road, packer, number = planned()
    bench = next(
        place.id for place in road.all(Place) if place.code == BENCH and place.site == SITE
    )
    road.hold(**{selector: {"item": A1, "unit": road.parcel().id, "place": bench}[selector]})

    (outcome,) = packer.do(load(2_000, round=number))

    assert (outcome["code"], outcome["actual"]) == ("on_hold", "recall")
    assert road.at()[VAN] == 1
    assert road.tasks() == ["intercept"]


def test_parcel_that_is_not_sealed_waits_for_a_late_seal() -> None:
    road, packer = stocked()
    packer.do(*PACKED[:2])
    number = road.tell(MakeRound(name="R", date="2026-11-22", van=VAN, shipments=(FIRST,)))
    second = road.floor.handheld(2)

    (outcome,) = second.do(load(2_000, round=number["grant"]["rounds"][0]))
    assert outcome["code"] == "not_sealed"
    assert road.tasks() == ["check_seal"]
    assert road.at() == {BENCH: -1, VAN: 1}
    packer.do(seal(1_200))

    assert road.tasks() == []
    assert road.at() == {"7": -1, VAN: 1}
    assert (road.parcel().state, road.shipment().state) == ("loaded", "loaded")
    assert [each for each in road.all(Discrepancy) if each.open] == []


def test_loading_from_where_the_book_has_nothing_is_posted() -> None:
    road, packer, number = planned()

    (outcome,) = packer.do(load(2_000, source="STAGE-1", round=number))

    assert outcome["outcome"] == "flagged"
    assert road.at() == {"7": -1, BENCH: 1, "STAGE-1": -1, VAN: 1}
    kinds = sorted(each.kind for each in road.all(Discrepancy) if each.open)
    assert kinds == ["negative", "two_places"]


def test_manifest_closed_while_loads_are_unsynced_is_provisional() -> None:
    road, packer, number = planned()
    second = road.floor.handheld(2)

    (outcome,) = second.do(CloseManifest(round=number, van=VAN, loaded=1, ended=3_000))
    assert (outcome["code"], outcome["expected"], outcome["actual"]) == ("count_differs", "1", "0")
    assert road.tasks() == ["check_manifest"]

    assert packer.do(load(2_000, round=number)) == [APPLIED]
    assert road.tasks() == []
    assert (road.manifest().state, road.manifest().loaded) == ("closed", 1)


def test_parcel_loaded_after_the_manifest_closed_amends_it() -> None:
    road, packer, number = planned()

    outcomes = packer.do(
        CloseManifest(round=number, van=VAN, loaded=0, ended=2_000), load(2_100, round=number)
    )

    assert outcomes[1]["code"] == "manifest_closed"
    assert road.at()[VAN] == 1
    manifest = road.manifest()
    assert (manifest.state, manifest.loaded, manifest.added) == ("amended", 0, 1)
    assert road.tasks() == ["check_manifest"]


def test_manifest_that_is_opened_again_is_amended() -> None:
    road, packer, number = planned()

    outcomes = packer.do(
        OpenManifest(round=number, van=VAN, ended=2_000),
        CloseManifest(round=number, van=VAN, ended=2_100),
    )
    seq = packer.write(OpenManifest(round=number, van=VAN, ended=2_200))
    outcomes += packer.push()

    assert [each.get("code") for each in outcomes] == [None, None, "manifest_closed"]
    assert road.manifest().state == "amended"
    packer.do(Undo(seq=seq, ended=2_300))
    assert road.manifest().state == "closed"


def test_manifest_of_an_unknown_round_is_checked() -> None:
    road, packer, _ = planned()

    outcomes = packer.do(
        OpenManifest(round=99, van=VAN, ended=2_000), CloseManifest(round=99, van=VAN, ended=2_100)
    )

    assert [each["code"] for each in outcomes] == ["unknown_round", "unknown_round"]
    assert road.tasks() == ["check_manifest", "check_manifest"]
    assert road.all(Manifest) == []


def test_manifest_of_another_van_is_misrouted() -> None:
    road, packer, number = planned()

    (outcome,) = packer.do(OpenManifest(round=number, van=VAN_2, ended=2_000))

    assert outcome["code"] == "wrong_van"
    assert road.tasks() == ["misroute"]
    assert road.manifest().van != road.round().van


def test_parcel_scanned_into_the_van_twice_stands_on_the_manifest_once() -> None:
    road, packer, number = planned()

    packer.do(load(2_000, round=number), load(2_100, source=VAN, round=number))

    assert road.manifest().loaded == 1
    assert road.at() == {"7": -1, VAN: 1}


def test_parcel_loaded_into_two_vans_is_posted_twice() -> None:
    road, packer, number = planned()
    second = road.floor.handheld(2)

    packer.do(load(2_000, round=number))
    (outcome,) = second.do(load(2_100, to=VAN_2, round=number))

    assert outcome["outcome"] == "flagged"
    assert road.at() == {"7": -1, BENCH: -1, VAN: 1, VAN_2: 1}


def test_late_load_does_not_move_the_parcel_to_an_older_manifest() -> None:
    road, packer, number = planned()
    second = road.floor.handheld(2)
    packer.do(load(2_100, round=number))

    second.do(load(2_000, to=VAN_2, round=number))

    assert [each.van for each in road.all(Manifest)] == [road.round().van]
    assert road.parcel().manifest == road.manifest().id
