"""Tests of delivering: attempts at doors, proofs, and what comes back."""

import pytest
from msgspec.structs import replace

from device_protocol.operations import Deliver, FailDelivery
from server.ledger.records import Discrepancy
from server.orders.records import Shipment
from server.tasks.delivering import code_hash
from server.transport.messages import MakeRound
from server.transport.records import Stop
from tests.floor import SITE, START, Handheld
from tests.transport.road import (
    A1,
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
    seal,
    stocked,
)

APPLIED = {"outcome": "applied"}


def deliver(ended: int, **other: object) -> Deliver:
    """Hand the first parcel over from the first van."""
    return replace(Deliver(unit=PARCEL, source=VAN, ended=ended), **other)


def fail(ended: int, **other: object) -> FailDelivery:
    """Try the first parcel in vain."""
    told = FailDelivery(unit=PARCEL, reason="nobody home", next_date="2026-11-23", ended=ended)
    return replace(told, **other)


def test_delivery_reaches_parcel_stop_round_shipment_and_network() -> None:
    road, courier, _ = on_the_road()

    outcomes = courier.do(
        deliver(5_000, stop=road.stop().id, arrived=4_200, personal=("aa", "bb"), typed="4711")
    )

    assert outcomes == [APPLIED]
    assert road.at() == {"7": -1, "2": 1}
    (attempt,) = road.attempts()
    assert (attempt.result, attempt.handed_to, attempt.code_ok) == ("delivered", "person", "yes")
    assert (attempt.occurred_at, attempt.arrived_at) == (START + 5_000, START + 4_200)
    assert (attempt.stop, attempt.personal) == (road.stop().id, "aa bb")
    assert (road.stop().state, road.stop().arrived_at) == ("delivered", START + 4_200)
    assert (road.round().state, road.round().open, road.round().stops_open) == ("done", None, 0)
    assert (road.parcel().state, road.parcel().delivered_at) == ("delivered", START + 5_000)
    shipment = road.shipment()
    assert (shipment.state, shipment.delivered_at, shipment.parcels_open) == (
        "delivered",
        START + 5_000,
        0,
    )
    assert road.told() == [(1, "packed"), (1, "loaded"), (1, "delivered")]


def test_contents_stay_booked_to_the_parcel() -> None:
    road, courier, _ = on_the_road()

    courier.do(deliver(5_000))

    assert road.floor.balances()[PARCEL, "1000001:A1|good"] == 2


@pytest.mark.parametrize(("typed", "told"), [("4711", "yes"), ("", "none")])
def test_right_code_or_none_is_applied(typed: str, told: str) -> None:
    road, courier, _ = on_the_road()

    assert courier.do(deliver(5_000, typed=typed, to="place")) == [APPLIED]

    assert (road.attempts()[0].code_ok, road.attempts()[0].handed_to) == (told, "place")


def test_wrong_code_is_posted_and_a_supervisor_looks() -> None:
    road, courier, _ = on_the_road()

    (outcome,) = courier.do(deliver(5_000, typed="1234"))

    assert outcome["code"] == "wrong_code"
    assert "1234" not in str(outcome)
    assert road.attempts()[0].code_ok == "no"
    assert road.parcel().state == "delivered"
    assert road.tasks() == ["review"]


@pytest.mark.parametrize("told", [{"reason": "seen_document"}, {"reason": "known_person"}])
def test_checked_person_is_told_with_how_it_was_checked(told: dict[str, str]) -> None:
    road, courier = checking_road()

    assert courier.do(deliver(5_000, **told)) == [APPLIED]

    assert road.attempts()[0].reason == told["reason"]
    assert road.tasks() == []


@pytest.mark.parametrize(
    "told",
    [{}, {"reason": "123456789"}, {"to": "neighbour"}, {"to": "place", "reason": "seen_document"}],
)
def test_delivery_to_whom_nobody_checked_is_posted_and_a_supervisor_looks(
    told: dict[str, str],
) -> None:
    road, courier = checking_road()

    (outcome,) = courier.do(deliver(5_000, **told))

    assert (outcome["code"], outcome["expected"]) == ("unchecked", "age_18")
    assert road.parcel().state == "delivered"
    assert road.tasks() == ["review"]


def checking_road() -> tuple[Road, Handheld]:
    """A parcel on the road, to be handed to grown-ups alone."""
    road, courier, _ = on_the_road()
    with road.session() as session:
        session.picture.load(Shipment, {(SITE, FIRST)}, [road.shipment()])
        session.picture.put(replace(road.shipment(), door_check="age_18"))
        session.write()
    return road, courier


def test_the_order_number_salts_the_code() -> None:
    assert code_hash("O-1", "4711") != code_hash("O-2", "4711")
    assert code_hash("O-1", "4711") == (
        "e1e3fb3999f90c1969560152dcb5575d01bec2a9451ad96c373eb205851d9388"
    )


def test_delivered_by_two_couriers_is_posted_twice_and_both_proofs_are_kept() -> None:
    road, courier, _ = on_the_road()
    second = road.floor.handheld(2)
    courier.do(deliver(5_000, personal=("aa",)))

    (outcome,) = second.do(deliver(6_000, source=VAN_2, personal=("bb",)))

    assert outcome["code"] == "delivered_twice"
    assert road.at() == {"7": -1, "2": 2, VAN_2: -1}
    assert [each.personal for each in road.attempts()] == ["aa", "bb"]
    assert [each.kind for each in road.all(Discrepancy) if each.open] == ["negative"]
    assert road.tasks() == ["review"]


def test_delivered_after_the_cancellation_becomes_a_return() -> None:
    road, courier, _ = on_the_road()
    road.cancel()

    (outcome,) = courier.do(deliver(5_000))

    assert outcome["code"] == "cancelled_meanwhile"
    assert road.parcel().state == "delivered"
    assert road.tasks() == ["return"]
    assert (road.shipment().state, road.told()[-1]) == ("delivered", (1, "delivered"))


def test_parcel_on_hold_is_delivered_and_reviewed() -> None:
    road, courier, _ = on_the_road()
    road.hold(item=A1)

    (outcome,) = courier.do(deliver(5_000))

    assert outcome["code"] == "on_hold"
    assert road.parcel().state == "delivered"
    assert road.tasks() == ["review"]


def test_parcel_that_nobody_knows_is_delivered_and_reviewed() -> None:
    road, courier, _ = on_the_road()

    outcomes = courier.do(deliver(5_000, unit="UNKNOWN"), fail(5_100, unit="UNKNOWN-2"))

    assert [each["code"] for each in outcomes] == ["unknown_parcel", "unknown_parcel"]
    assert road.parcel("UNKNOWN").state == "delivered"
    assert road.tasks() == ["review", "review"]


def test_parcel_handed_over_at_another_stop_is_reviewed() -> None:
    road, courier, _ = on_the_road()
    stop = road.stop().id

    (outcome,) = courier.do(deliver(5_000, stop=stop + 1_000))

    assert outcome["code"] == "other_stop"
    assert road.attempts()[0].stop == stop
    assert road.tasks() == ["review"]


def test_parcel_without_a_plan_takes_the_stop_that_was_named() -> None:
    road, courier, number = on_the_road()

    courier.do(deliver(5_000, unit="EXTRA", stop=road.stop().id))

    extra = road.parcel("EXTRA")
    assert (extra.stop, extra.round) == (road.stop().id, number)
    assert (road.stop().state, road.stop().done_at) == ("partly", None)


def test_failed_attempt_keeps_the_parcel_in_the_van() -> None:
    road, courier, _ = on_the_road()

    assert courier.do(fail(5_000, arrived=4_000)) == [APPLIED]

    assert road.at() == {"7": -1, VAN: 1}
    (attempt,) = road.attempts()
    assert (attempt.result, attempt.reason, attempt.next_date) == (
        "failed",
        "nobody home",
        "2026-11-23",
    )
    assert attempt.arrived_at == START + 4_000
    assert (road.parcel().state, road.shipment().state) == ("loaded", "loaded")
    assert (road.stop().state, road.round().state) == ("failed", "done")


def test_second_attempt_of_the_day_delivers() -> None:
    road, courier, _ = on_the_road()

    courier.do(fail(5_000), deliver(6_000))

    assert [each.result for each in road.attempts()] == ["failed", "delivered"]
    assert (road.stop().state, road.round().done_at) == ("delivered", START + 6_000)


def test_round_is_under_way_until_its_last_stop() -> None:
    road, courier = stocked()
    courier.do(
        *PACKED,
        pack("A1", 1, 1_300, unit=OTHER, shipment=SECOND),
        seal(1_400, unit=OTHER, shipment=SECOND),
    )
    plan = MakeRound(name="R", date="2026-11-22", van=VAN, shipments=(FIRST, SECOND))
    number = road.tell(plan)["grant"]["rounds"][0]
    courier.do(load(2_000, round=number), load(2_100, unit=OTHER, round=number))

    courier.do(deliver(5_000))
    assert (road.round().state, road.round().stops_open) == ("under way", 1)
    courier.do(fail(6_000, unit=OTHER))

    assert (road.round().state, road.round().done_at) == ("done", START + 6_000)
    assert [each.state for each in road.all(Stop)] == ["delivered", "failed"]


def test_stop_with_two_parcels_is_partly_delivered() -> None:
    road, courier = stocked()
    courier.do(
        pack("A1", 2, 1_000), pack("A2", 1, 1_100, unit=OTHER), seal(1_200), seal(1_300, unit=OTHER)
    )
    plan = MakeRound(name="R", date="2026-11-22", van=VAN, shipments=(FIRST,))
    number = road.tell(plan)["grant"]["rounds"][0]
    courier.do(load(2_000, round=number), load(2_100, unit=OTHER, round=number))

    courier.do(deliver(5_000), fail(5_100, unit=OTHER))

    assert (road.stop().state, road.shipment().state) == ("partly", "loaded")
    assert (road.shipment().parcels, road.shipment().parcels_open) == (2, 1)
