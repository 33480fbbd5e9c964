"""Tests of money on the road: taken at a door, counted, handed over, taken back, in any order."""

import itertools
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from device_protocol.bodies import StopBody
from device_protocol.operations import Deliver, FailDelivery, Operation, Undo
from device_protocol.road import HandOverCash
from server.db.engine import Database
from server.identity.records import Grant, Person
from server.lane.activity import NETWORK
from server.ledger.records import SAFE, Balance, Discrepancy
from server.orders.records import Shipment
from server.sync.documents import Subject, stop_drafts
from server.tasks.resolving import ResolveDiscrepancy
from server.transport.records import Stop, Till
from tests.floor import SITE, START, Handheld
from tests.transport.road import (
    BENCH,
    FIRST,
    OTHER,
    PARCEL,
    VAN,
    Road,
    on_the_road,
    planned,
    seal,
)

APPLIED = {"outcome": "applied"}
PURSE = "PURSE-D1000001"
DUE = 4_990


def collecting(database: Database | None = None) -> tuple[Road, Handheld, int]:
    """A parcel on the road for which money is to be collected."""
    road, courier, number = on_the_road(database)
    want_money(road)
    return road, courier, number


def want_money(road: Road) -> None:
    """Have money be due for the first shipment."""
    with road.session() as session:
        session.picture.load(Shipment, {(SITE, FIRST)}, [road.shipment()])
        session.picture.put(replace(road.shipment(), cash_due=DUE, currency="EUR"))
        session.write()


def deliver(road: Road, taken: int = DUE, ended: int = 5_000, **other: object) -> Deliver:
    """Hand the parcel over for so much money."""
    told = Deliver(unit=PARCEL, source=VAN, ended=ended, taken=taken, currency="EUR")
    return replace(told, stop=road.stop().id, **other)


def hand_over(number: int, amount: int = DUE, ended: int = 9_000, **other: object) -> HandOverCash:
    """Hand the purse over at the bench."""
    told = HandOverCash(amount=amount, ended=ended, currency="EUR", round=number, to=BENCH)
    return replace(told, **other)


def last(device: Handheld) -> int:
    """The number of the last line of a device."""
    return len(device.lines)


def money(road: Road) -> dict[str, int]:
    """Where money is: by purse or place, with its key."""
    found = road.floor.balances()
    return {f"{place} {key}": each for (place, key), each in found.items() if "money:" in key}


def questions(road: Road) -> list[tuple[str, str, str]]:
    """The open questions of money: expected, actual, and about what."""
    return [
        (found.expected, found.actual, found.note)
        for found in road.all(Discrepancy)
        if found.kind == "cash" and found.open
    ]


def test_money_goes_from_the_consumer_by_the_purse_to_the_cash_desk() -> None:
    road, courier, number = collecting()

    assert courier.do(deliver(road)) == [APPLIED]

    assert money(road) == {f"{PURSE} money:EUR|good": DUE}
    assert (road.shipment().cash_taken, road.stop().paid) == (DUE, DUE)
    assert (road.round().state, road.round().open, road.round().stops_open) == ("under way", 1, 0)
    assert courier.do(hand_over(number)) == [APPLIED]
    assert money(road) == {f"{BENCH} money:EUR|good": DUE}
    assert (road.round().state, road.round().open) == ("done", None)
    assert questions(road) == []


def test_person_has_a_purse_of_their_own_and_a_supervisor_takes_what_is_in_it() -> None:
    road, courier, number = collecting()
    road.seed(
        Grant(SITE, 1_800_001, courier.stream, 17, START, START + 10**9),
        Person(NETWORK, 18, "eve", "supervisor", ""),
        Person(NETWORK, 17, "cara", "courier", ""),
    )

    courier.do(deliver(road, actor="1800001"))

    assert money(road) == {"PURSE-P17 money:EUR|good": DUE}
    told = [
        hand_over(number, 1_000, 9_000, to="", actor="1800001", witness="STAFF-eve"),
        hand_over(number, 2_000, 9_100, to="", actor="1800001", witness="cara"),
        hand_over(number, 1_990, 9_200, to="", actor="1800001"),
    ]
    codes = [each.get("code") for each in courier.do(*told)]
    assert codes == ["cash_differs", "unknown_witness", "no_witness"]
    assert money(road) == {}
    assert questions(road) == []
    assert sorted(road.tasks()) == ["review", "review"]
    kept = [each for each in road.all(Balance) if each.place == SAFE]
    assert [each.quantity for each in kept] == [DUE]


def test_other_amount_than_due_is_an_open_question_at_once() -> None:
    road, courier, number = collecting()

    (outcome,) = courier.do(deliver(road, taken=4_000))

    assert (outcome["code"], outcome["expected"], outcome["actual"]) == (
        "cash_differs",
        "49.90 EUR",
        "40.00 EUR",
    )
    assert questions(road) == [("49.90 EUR", "40.00 EUR", "O-1")]
    courier.do(hand_over(number, 3_900))
    assert questions(road) == [("49.90 EUR", "40.00 EUR", "O-1"), ("40.00 EUR", "39.00 EUR", "R1")]
    assert money(road) == {f"{PURSE} money:EUR|good": 100, f"{BENCH} money:EUR|good": 3_900}
    assert road.round().state == "done"


def test_nothing_taken_for_what_was_handed_over_is_asked_about_and_a_failed_try_is_not() -> None:
    road, courier, _ = collecting()

    courier.do(FailDelivery(unit=PARCEL, reason="not_paid", ended=4_000))
    assert questions(road) == []

    courier.do(deliver(road, taken=0, currency=""))
    assert questions(road) == [("49.90 EUR", "0", "O-1")]
    assert (money(road), road.round().state) == ({}, "done")


def test_undo_of_each_step_leaves_nothing_behind() -> None:
    road, courier, number = collecting()

    courier.do(deliver(road, taken=4_000), hand_over(number, 3_900))
    assert courier.do(Undo(seq=last(courier))) == [APPLIED]
    assert questions(road) == [("49.90 EUR", "40.00 EUR", "O-1")]
    assert money(road) == {f"{PURSE} money:EUR|good": 4_000}
    assert (road.round().state, road.all(Till)[0].handed) == ("under way", 0)

    assert courier.do(Undo(seq=last(courier) - 2)) == [APPLIED]
    assert (money(road), questions(road)) == ({}, [])
    assert (road.shipment().cash_taken, road.parcel().cash, road.round().cash_open) == (0, "", 0)


def test_question_that_a_person_closed_stays_closed_until_other_figures_come() -> None:
    road, courier, number = collecting()
    courier.do(deliver(road, taken=4_000))
    [found] = [each for each in road.all(Discrepancy) if each.kind == "cash"]
    note = ResolveDiscrepancy(discrepancy=found.id, note="the rest comes by bank")
    assert road.tell(note)["outcome"] == "applied"

    courier.do(hand_over(number, 4_000))
    assert questions(road) == []

    courier.do(Undo(seq=last(courier) - 1))
    assert questions(road) == [("0", "40.00 EUR", "R1")]


@pytest.mark.parametrize(
    ("told", "code", "where"),
    [
        ({"currency": "eur"}, "unknown_currency", {f"{PURSE} money:XXX|good": DUE}),
        ({"taken": -5}, "impossible_amount", {}),
        ({"taken": 10**13}, "impossible_amount", {}),
        ({"currency": "USD"}, "cash_differs", {f"{PURSE} money:USD|good": DUE}),
        ({"unit": "SCRIBBLE"}, "unknown_parcel", {f"{PURSE} money:EUR|good": DUE}),
    ],
)
def test_odd_money_is_posted_as_told_and_asked_about(
    told: dict[str, Any], code: str, where: dict[str, int]
) -> None:
    road, courier, _ = collecting()

    (outcome,) = courier.do(replace(deliver(road), **told))

    assert outcome["code"] == code
    assert money(road) == where
    assert questions(road) or road.tasks() == ["review"]
    courier.do(Undo(seq=last(courier)))
    assert (money(road), questions(road)) == ({}, [])


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"amount": -1}, "impossible_amount"),
        ({"currency": "?"}, "unknown_currency"),
        ({"round": 77}, "unknown_round"),
        ({"to": "NOWHERE"}, "unknown_place"),
        ({"amount": DUE + 1}, "negative"),
    ],
)
def test_odd_hand_over_is_posted_as_told_and_taken_back(told: dict[str, Any], code: str) -> None:
    road, courier, number = collecting()
    courier.do(deliver(road))

    (outcome,) = courier.do(replace(hand_over(number), **told))

    assert outcome["code"] == code
    courier.do(Undo(seq=last(courier)))
    assert money(road) == {f"{PURSE} money:EUR|good": DUE}
    assert (questions(road), road.round().cash_open) == ([], 1)


def test_money_for_a_parcel_that_nobody_knew_counts_once_it_is_known() -> None:
    road, packer, _ = planned()
    want_money(road)
    courier = road.floor.handheld(2)
    courier.do(replace(deliver(road), unit=OTHER))
    assert questions(road) == [("0", "49.90 EUR", OTHER)]

    packer.do(seal(20_000, unit=OTHER))

    assert questions(road) == []
    assert road.shipment().cash_taken == DUE


def test_devices_that_push_in_any_order_end_with_the_same_money() -> None:
    ends = set()
    for order in itertools.permutations(range(3)):
        road, courier, number = collecting()
        devices = [courier, road.floor.handheld(2), road.floor.handheld(3)]
        until = START + 10**9
        for at, device in enumerate(devices):
            road.seed(Grant(SITE, 1_800_001 + at, device.stream, 17, START, until))
        acts: list[Operation] = [
            deliver(road, 4_000, actor="1800001"),
            deliver(road, 990, 6_000, actor="1800002"),
            hand_over(number, 4_900, actor="1800003"),
        ]
        for at in order:
            devices[at].do(acts[at])
        ends.add((str(money(road)), str(questions(road)), road.round().state))
    assert len(ends) == 1
    assert "49.90 EUR', '49.00 EUR" in str(ends)


def test_stop_tells_what_is_still_due_to_whoever_drives_there() -> None:
    road, courier, _ = collecting()
    with road.session() as session:
        session.picture.load(Stop, {(SITE, road.stop().id)}, [road.stop()])
        session.picture.load(Shipment, {(SITE, FIRST)}, [road.shipment()])
        [draft] = stop_drafts(session.picture, Subject(SITE, "stop", road.stop().id))
    assert (due_of(draft.body).cash, due_of(draft.body).currency) == (DUE, "EUR")

    courier.do(deliver(road, 4_000))

    assert road.stop().paid == 4_000


def due_of(body: bytes) -> StopBody:
    """What a stop's document says."""
    return msgspec.json.decode(body, type=StopBody)


def test_money_is_kept_on_a_database(database: Database) -> None:
    road, courier, number = collecting(database)

    courier.do(deliver(road, taken=4_000), hand_over(number, 3_900), Undo(seq=last(courier) + 2))

    assert questions(road) == [("49.90 EUR", "40.00 EUR", "O-1")]
    assert [(till.taken, till.handed, till.hand_overs) for till in road.all(Till)] == [
        (4_000, 0, 0)
    ]
    assert road.round().cash_open == 1
