"""Tests of returns that are taken back on the road."""

import itertools

import pytest
from msgspec.structs import replace

from device_protocol.operations import BringBack, Deliver, Operation, Undo
from device_protocol.road import Collect, FailCollection
from server.db.engine import Database
from server.ledger.records import Task
from server.orders.messages import CollectReturn
from server.transport.messages import MakeRound
from server.transport.records import Stop
from tests.floor import START, Handheld
from tests.transport.road import BENCH, FIRST, PARCEL, VAN, Road, on_the_road

APPLIED = {"outcome": "applied"}
LABEL = "RETURN-1"


def asked(database: Database | None = None) -> tuple[Road, Handheld, Stop]:
    """A courier whose round ends at a door where a return is to be taken back."""
    road, courier, _ = on_the_road(database)
    courier.do(Deliver(unit=PARCEL, source=VAN, ended=3_000))
    road.tell(CollectReturn(order=1, number="R-1"))
    [task] = [each for each in road.all(Task) if each.open]
    assert (task.kind, task.shipment, task.note) == ("collect", FIRST, "R-1")
    made = MakeRound(name="R2", date="2026-11-23", van=VAN, collections=(task.id,))
    assert road.tell(made)["outcome"] == "applied"
    return road, courier, road.stop()


def collect(stop: int | None, ended: int = 5_000, **other: object) -> Collect:
    """Take a parcel back into the van."""
    told = Collect(unit=LABEL, to=VAN, stop=stop, ended=ended, reason="not_wanted")
    return replace(told, **other)


def back(unit: str = LABEL, ended: int = 8_000) -> BringBack:
    """Set it down at the depot."""
    return BringBack(unit=unit, source=VAN, to=BENCH, ended=ended)


def test_announced_return_is_collected_carried_and_taken_in_at_the_depot() -> None:
    road, courier, stop = asked()
    assert (stop.kind, stop.announced, stop.shipment, stop.state) == (
        "collect",
        "R-1",
        FIRST,
        "planned",
    )

    assert courier.do(collect(stop.id, personal=("aa",), arrived=4_500)) == [APPLIED]

    parcel = road.parcel(LABEL)
    assert (parcel.state, parcel.round, parcel.stop) == ("collected", stop.round, stop.id)
    assert road.at() == {"7": -1, VAN: 1}
    assert (road.stop().state, road.round().state, road.tasks()) == ("collected", "done", [])
    attempt = road.attempts()[-1]
    assert (attempt.result, attempt.reason, attempt.personal) == ("collected", "not_wanted", "aa")
    assert attempt.arrived_at == START + 4_500

    assert courier.do(back()) == [APPLIED]

    assert road.at()[BENCH] == 1
    [task] = [each for each in road.all(Task) if each.open]
    assert (road.parcel(LABEL).state, task.kind, task.note) == ("returned", "return", "R-1")


def test_what_was_not_ready_is_asked_for_again() -> None:
    road, courier, stop = asked()

    told = FailCollection(stop=stop.id, reason="not_ready", next_date="2026-11-24", ended=5_000)
    assert courier.do(told) == [APPLIED]

    assert (road.stop().state, road.round().state, road.tasks()) == ("failed", "done", ["collect"])
    attempt = road.attempts()[-1]
    assert (attempt.result, attempt.reason, attempt.next_date) == (
        "uncollected",
        "not_ready",
        "2026-11-24",
    )
    assert courier.do(Undo(seq=len(courier.lines))) == [APPLIED]
    assert (road.stop().state, road.round().state) == ("planned", "planned")


def test_parcel_that_was_delivered_goes_back_with_whoever_brings_another() -> None:
    road, courier, _ = on_the_road()
    courier.do(Deliver(unit=PARCEL, source=VAN, stop=road.stop().id, ended=3_000))

    assert courier.do(collect(road.stop().id, unit=PARCEL)) == [APPLIED]

    assert (road.parcel().state, road.stop().state) == ("collected", "delivered")
    assert (road.shipment().state, road.shipment().delivered_at) == ("delivered", START + 3_000)
    assert courier.do(back(PARCEL)) == [APPLIED]
    assert (road.shipment().state, road.tasks()) == ("returned", ["return"])
    assert road.at() == {"7": -1, BENCH: 1}


def test_undo_gives_the_parcel_back_to_the_consumer() -> None:
    road, courier, stop = asked()
    courier.do(collect(stop.id))

    assert courier.do(Undo(seq=len(courier.lines))) == [APPLIED]

    assert VAN not in road.at()
    parcel = road.parcel(LABEL)
    assert (parcel.state, parcel.collected_at, parcel.round) == ("open", None, None)
    assert (road.stop().state, road.tasks()) == ("planned", ["collect"])


@pytest.mark.parametrize(
    ("told", "code"),
    [
        (collect(77), "unknown_stop"),
        (FailCollection(stop=77, ended=5_000), "unknown_stop"),
        (collect(None, unit=VAN), "not_a_unit"),
    ],
)
def test_what_nobody_knows_is_kept_and_asked_about(told: Operation, code: str) -> None:
    _, courier, _ = asked()

    (outcome,) = courier.do(told)

    assert outcome["code"] == code
    assert courier.do(Undo(seq=len(courier.lines)))[0]["outcome"] in {"applied", "flagged"}


def test_only_what_waits_to_be_collected_is_planned() -> None:
    road, _, _ = on_the_road()

    made = MakeRound(name="R2", date="2026-11-23", van=VAN, collections=(4_711,))
    outcome = road.tell(made)

    assert (outcome["code"], outcome["actual"]) == ("not_to_collect", "4711")


def test_collected_and_brought_back_in_any_order_is_a_return() -> None:
    ends = set()
    for order in itertools.permutations(range(3)):
        road, _, stop = asked()
        acts = [
            (road.floor.handheld(2), collect(stop.id)),
            (road.floor.handheld(3), back()),
            (road.floor.handheld(4), FailCollection(stop=stop.id, reason="absent", ended=4_000)),
        ]
        for at in order:
            device, act = acts[at]
            device.do(act)
        parcel = road.parcel(LABEL)
        ends.add((str(road.at()), parcel.state, road.stop().state, road.round().state))
    assert len(ends) == 1


def test_collection_is_kept_on_a_database(database: Database) -> None:
    road, courier, stop = asked(database)

    courier.do(FailCollection(stop=stop.id, reason="absent", ended=4_000), collect(stop.id), back())

    assert (road.parcel(LABEL).state, road.tasks()) == ("returned", ["return"])
    assert [each.state for each in road.all(Stop) if each.kind == "collect"] == ["collected"]
