"""A van that is full: what is in it goes, the rest of the round is told and waits for another."""

from typing import Any

import pytest

from device_protocol.operations import CloseManifest, OpenManifest, Undo
from server.db.engine import Database
from server.ledger.records import Task
from server.transport.messages import MakeRound
from tests.floor import Handheld
from tests.transport.road import (
    BENCH,
    FIRST,
    OTHER,
    PACKED,
    SECOND,
    VAN,
    VAN_2,
    Road,
    load,
    pack,
    seal,
    stocked,
)

APPLIED = {"outcome": "applied"}


def two_planned(database: Database | None = None) -> tuple[Road, Handheld, int]:
    """A round of two shipments with a parcel each."""
    road, packer = stocked(database)
    second = pack("A1", 1, 1_300, unit=OTHER, shipment=SECOND)
    packer.do(*PACKED, second, seal(1_400, unit=OTHER, shipment=SECOND))
    made = road.tell(MakeRound(name="R1", date="2026-11-22", van=VAN, shipments=(FIRST, SECOND)))
    return road, packer, made["grant"]["rounds"][0]


def close(number: int, ended: int, loaded: int = 1, reason: str = "full") -> CloseManifest:
    """Close the manifest of the van."""
    return CloseManifest(round=number, van=VAN, loaded=loaded, reason=reason, ended=ended)


def left(road: Road) -> list[tuple[int | None, bool]]:
    """Tasks about what was left behind: how many parcels, and whether they are open."""
    tasks = [task for task in road.all(Task) if task.kind == "left_behind"]
    return [(task.quantity, task.open is not None) for task in tasks]


def full(database: Database | None = None) -> tuple[Road, Handheld, int, dict[str, Any]]:
    """A van into which only the first parcel went; also what was said to that."""
    road, packer, number = two_planned(database)
    opened, loaded, closed = packer.do(
        OpenManifest(round=number, van=VAN, ended=2_000),
        load(2_100, round=number),
        close(number, 2_200),
    )
    assert (opened, loaded) == (APPLIED, APPLIED)
    return road, packer, number, closed


def test_full_van_goes_and_what_is_left_behind_is_told(database: Database) -> None:
    road, _, _, outcome = full(database)

    assert (outcome["code"], outcome["actual"]) == ("left_behind", "1")
    manifest = road.manifest()
    assert (manifest.state, manifest.loaded, manifest.left_behind) == ("closed", 1, 1)
    assert left(road) == [(1, True)]
    assert (road.round().state, road.parcel(OTHER).state) == ("closed", "sealed")


def test_van_that_is_closed_with_nothing_left_says_nothing() -> None:
    road, packer, number = two_planned()

    outcomes = packer.do(
        load(2_100, round=number),
        load(2_150, round=number, unit=OTHER),
        close(number, 2_200, loaded=2),
    )

    assert outcomes[-1] == APPLIED
    assert (road.manifest().left_behind, left(road)) == (0, [])


def test_van_that_is_closed_without_being_full_leaves_nothing_behind() -> None:
    road, packer, number = two_planned()

    outcomes = packer.do(load(2_100, round=number), close(number, 2_200, reason=""))

    assert outcomes[-1] == APPLIED
    assert (road.manifest().left_behind, left(road)) == (0, [])


def test_late_load_answers_that_something_was_left_behind() -> None:
    road, _, number, _ = full()

    road.floor.handheld(2).do(load(2_150, round=number, unit=OTHER))

    assert (road.manifest().left_behind, left(road)) == (0, [(1, False)])


def test_parcel_that_is_taken_out_again_is_left_behind_too() -> None:
    road, packer, _, _ = full()

    packer.do(Undo(seq=len(packer.lines) - 1, ended=2_300))

    assert (road.manifest().left_behind, left(road)) == (2, [(2, True)])


def test_undo_of_the_closing_takes_the_question_back() -> None:
    road, packer, _, _ = full()

    packer.do(Undo(seq=len(packer.lines), ended=2_300))

    manifest = road.manifest()
    assert (manifest.state, manifest.full_at, manifest.left_behind) == ("open", None, 0)
    assert left(road) == [(1, False)]


def test_what_was_left_behind_goes_with_the_next_round() -> None:
    road, packer, _, _ = full()
    made = road.tell(MakeRound(name="R2", date="2026-11-23", van=VAN_2, shipments=(SECOND,)))
    number = made["grant"]["rounds"][0]

    outcome = packer.do(load(3_000, round=number, unit=OTHER, to=VAN_2))[0]

    assert outcome == APPLIED
    assert road.at() == {"7": -2, VAN: 1, VAN_2: 1}
    assert left(road) == [(1, False)]


@pytest.mark.parametrize("reason", ["tired", "x" * 200])
def test_other_reasons_close_as_ever(reason: str) -> None:
    road, packer, number = two_planned()

    assert packer.do(load(2_100, round=number), close(number, 2_200, reason=reason))[-1] == APPLIED
    assert road.parcel(OTHER).state == "sealed"
    assert road.at()[BENCH] == 1
