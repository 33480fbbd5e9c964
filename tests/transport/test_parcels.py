"""Tests of what follows from a parcel: states of shipments, stops and rounds read off times."""

import pytest
from msgspec.structs import replace

from device_protocol.operations import BringBack, Deliver, FailDelivery, Move, Undo
from server.transport.messages import MakeRound
from server.transport.parcels import before_packing, live, parcel_state
from server.transport.records import Attempt, Manifest, Parcel, Stop
from tests.floor import SITE, START, Handheld
from tests.transport.road import (
    A1,
    BENCH,
    FIRST,
    OTHER,
    PACKED,
    PARCEL,
    VAN,
    VAN_2,
    Road,
    load,
    on_the_road,
    pack,
    planned,
    seal,
    shipment_of,
    stocked,
)

APPLIED = {"outcome": "applied"}


@pytest.mark.parametrize(
    ("times", "state"),
    [
        ({}, "open"),
        ({"sealed_at": 1}, "sealed"),
        ({"loaded_at": 2}, "loaded"),
        ({"sealed_at": 3, "loaded_at": 2}, "sealed"),
        ({"sealed_at": 1, "loaded_at": 2, "delivered_at": 3}, "delivered"),
        ({"loaded_at": 3, "delivered_at": 3}, "delivered"),
        ({"delivered_at": 3, "returned_at": 4}, "returned"),
        ({"returned_at": 4, "loaded_at": 5}, "loaded"),
        ({"state": "lost", "loaded_at": 5}, "lost"),
    ],
)
def test_state_of_a_parcel_is_what_its_latest_time_says(times: dict[str, int], state: str) -> None:
    assert parcel_state(replace(Parcel(SITE, 1, PARCEL), **times)) == state


def test_shipment_whose_packing_was_undone_is_as_far_as_before() -> None:
    shipment = shipment_of(FIRST, 1)

    assert before_packing(shipment) == "picked"
    assert before_packing(replace(shipment, picked_at=None)) == "released"
    assert before_packing(replace(shipment, picked_at=None, released_at=None)) == "open"


def test_attempt_that_was_undone_lives_no_more() -> None:
    first = Attempt(SITE, 1, 7, None, START, 1, 1, "failed")
    second = replace(first, id=2)

    assert live([first, second, replace(first, id=3, result="undone", mends=1)]) == [second]


def two_parcels() -> tuple[Road, Handheld, int]:
    """The first shipment in two parcels, on a round; neither is loaded."""
    road, courier = stocked()
    courier.do(
        pack("A1", 2, 1_000), pack("A2", 1, 1_100, unit=OTHER), seal(1_200), seal(1_300, unit=OTHER)
    )
    made = road.tell(MakeRound(name="R", date="2026-11-22", van=VAN, shipments=(FIRST,)))
    return road, courier, made["grant"]["rounds"][0]


def test_shipment_is_loaded_with_the_last_of_its_parcels() -> None:
    road, courier, number = two_parcels()

    courier.do(load(2_000, round=number))
    assert (road.shipment().state, road.shipment().loaded_at) == ("packed", None)
    courier.do(load(2_100, unit=OTHER, round=number))

    assert (road.shipment().state, road.shipment().loaded_at) == ("loaded", START + 2_100)


def test_what_was_tried_on_an_older_round_is_still_to_be_tried_on_the_next() -> None:
    road, courier, number = two_parcels()
    courier.do(
        load(2_000, round=number),
        load(2_100, unit=OTHER, round=number),
        FailDelivery(unit=PARCEL, reason="nobody home", ended=3_000),
        FailDelivery(unit=OTHER, reason="nobody home", ended=3_100),
        BringBack(unit=PARCEL, source=VAN, to=BENCH, ended=4_000),
        BringBack(unit=OTHER, source=VAN, to=BENCH, ended=4_100),
    )
    road.floor.now = START + 5_000
    made = road.tell(MakeRound(name="R2", date="2026-11-23", van=VAN, shipments=(FIRST,)))
    number = made["grant"]["rounds"][0]

    courier.do(load(6_000, round=number), Deliver(unit=PARCEL, source=VAN, ended=7_000))

    assert [each.state for each in road.all(Stop)] == ["failed", "partly"]
    assert (road.stop().done_at, road.round().stops_open) == (None, 1)


def test_what_was_tried_before_it_was_planned_is_still_to_be_tried() -> None:
    road, courier = stocked()
    courier.do(*PACKED, FailDelivery(unit=PARCEL, reason="nobody home", ended=3_000))
    road.floor.now = START + 4_000
    made = road.tell(MakeRound(name="R", date="2026-11-22", van=VAN, shipments=(FIRST,)))

    courier.do(load(5_000, round=made["grant"]["rounds"][0]))

    assert (road.stop().state, road.round().stops_open) == ("planned", 1)


def test_parcel_that_was_delivered_stays_on_its_round() -> None:
    road, courier, first = two_parcels()
    courier.do(
        load(2_000, round=first),
        load(2_100, unit=OTHER, round=first),
        Deliver(unit=PARCEL, source=VAN, ended=3_000),
        BringBack(unit=OTHER, source=VAN, to=BENCH, ended=4_000),
    )
    road.floor.now = START + 5_000

    made = road.tell(MakeRound(name="R2", date="2026-11-23", van=VAN, shipments=(FIRST,)))

    assert road.parcel().round == first
    assert road.parcel(OTHER).round == made["grant"]["rounds"][0]
    assert road.all(Stop)[0].state == "partly"


def test_parcel_loaded_anew_leaves_its_older_manifest() -> None:
    road, courier, number = on_the_road()
    other = road.tell(MakeRound(name="R2", date="2026-11-22", van=VAN_2))["grant"]["rounds"][0]

    courier.do(load(3_000, source=VAN, to=VAN_2, round=other))

    loaded = {each.round: each.loaded for each in road.all(Manifest)}
    assert loaded == {number: 0, other: 1}


def test_hold_on_goods_that_are_not_in_the_parcel_stops_nothing() -> None:
    road, courier, number = planned()
    courier.do(
        Move(quantity=3, owner="ACME", item="A1", source=PARCEL, to="A-01", ended=1_500),
    )
    road.hold(item=A1)

    assert courier.do(load(2_000, round=number)) == [APPLIED]


def test_undo_of_one_attempt_keeps_a_round_with_others_under_way() -> None:
    road, courier, number = two_parcels()
    courier.do(load(2_000, round=number), load(2_100, unit=OTHER, round=number))
    courier.do(Deliver(unit=PARCEL, source=VAN, ended=3_000))
    seq = courier.write(Deliver(unit=OTHER, source=VAN, ended=4_000))
    courier.push()
    assert road.round().state == "done"

    courier.do(Undo(seq=seq, ended=5_000))

    assert (road.stop().state, road.round().state) == ("partly", "under way")
    assert road.round().started_at == START + 3_000
