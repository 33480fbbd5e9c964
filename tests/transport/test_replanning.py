"""Tests of collections that join a round, or are taken off it, before it leaves."""

from device_protocol.operations import Deliver
from device_protocol.road import Collect
from server.db.engine import Database
from server.ledger.records import Task
from server.orders.messages import CollectReturn
from server.transport.messages import AddCollections, DropCollection, MakeRound
from server.transport.records import Round, Stop
from tests.floor import Handheld
from tests.transport.road import FIRST, PARCEL, VAN, VAN_2, Road, on_the_road

DATE = "2026-11-23"


def waiting(database: Database | None = None) -> tuple[Road, Handheld, int, int]:
    """Have two returns that wait, and a round of no doors yet; answer their tasks."""
    road, courier, _ = on_the_road(database)
    courier.do(Deliver(unit=PARCEL, source=VAN, ended=3_000))
    road.tell(CollectReturn(order=1, number="R-1"))
    road.tell(CollectReturn(order=1, number="R-2"))
    one, other = (task.id for task in road.all(Task) if task.open)
    return road, courier, one, other


def make(road: Road, *tasks: int, van: str = VAN) -> int:
    """Plan a round that collects returns."""
    made = road.tell(MakeRound(name="R", date=DATE, van=van, collections=tasks))
    return int(made["grant"]["rounds"][0])


def stands(road: Road, number: int) -> list[tuple[int, str, str]]:
    """The stops of a round: where in it, what for, and how it is."""
    stops = [stop for stop in road.all(Stop) if stop.round == number]
    return sorted((stop.sequence, stop.announced, stop.state) for stop in stops)


def test_return_joins_a_round_behind_its_last_door_and_leaves_it_again(database: Database) -> None:
    road, courier, one, other = waiting(database)
    number = make(road, one)

    assert road.tell(AddCollections(round=number, collections=(other, other)))["outcome"] == (
        "applied"
    )

    assert stands(road, number) == [(1, "R-1", "planned"), (2, "R-2", "planned")]
    assert (road.round().stops, road.round().stops_open) == (2, 2)
    stops = [stop for stop in road.all(Stop) if stop.round == number]
    first, last = sorted(stops, key=lambda stop: stop.sequence)
    assert (last.shipment, last.task, last.kind) == (FIRST, other, "collect")

    assert road.tell(DropCollection(round=number, stop=first.id))["outcome"] == "applied"

    assert stands(road, number) == [(1, "R-1", "dropped"), (2, "R-2", "planned")]
    assert (road.round().stops, road.round().stops_open) == (1, 1)
    assert road.tasks() == ["collect", "collect"]
    # What was taken off waits for another round; what is collected then ends this one.
    assert stands(road, make(road, one, van=VAN_2)) == [(1, "R-1", "planned")]
    courier.do(Collect(unit="L-1", to=VAN, stop=last.id, ended=5_000))
    assert (road.get(Round, number).state, road.tasks()) == ("done", ["collect"])


def test_return_on_a_round_joins_no_other() -> None:
    road, _, one, other = waiting()
    first, second = make(road, one), make(road, other, van=VAN_2)

    for told in (
        AddCollections(round=second, collections=(one,)),
        MakeRound(name="R", date=DATE, van=VAN, collections=(one,)),
    ):
        outcome = road.tell(told)
        assert (outcome["code"], outcome["actual"]) == ("on_another_round", f"{one}: round {first}")
    assert stands(road, second) == [(1, "R-2", "planned")]


def test_unknown_rounds_tasks_and_stops_change_nothing() -> None:
    road, _, one, _ = waiting()
    number = make(road, one)
    delivered = next(stop for stop in road.all(Stop) if stop.kind == "deliver")
    collected = next(stop for stop in road.all(Stop) if stop.round == number)

    told = [
        road.tell(AddCollections(round=77, collections=(one,))),
        road.tell(AddCollections(round=number, collections=(77,))),
        road.tell(DropCollection(round=77, stop=collected.id)),
        road.tell(DropCollection(round=number, stop=77)),
        road.tell(DropCollection(round=number, stop=delivered.id)),
    ]

    assert [each["code"] for each in told] == [
        *("not_found", "not_to_collect", "not_found", "not_found", "not_found"),
    ]
    assert stands(road, number) == [(1, "R-1", "planned")]


def test_return_that_was_taken_off_is_not_taken_off_again() -> None:
    road, _, one, _ = waiting()
    number = make(road, one)
    drop = DropCollection(round=number, stop=road.stop().id)
    road.tell(drop)

    assert (road.tell(drop)["code"], road.round().stops, road.round().stops_open) == (
        *("not_found", 0, 0),
    )


def test_round_that_left_stays_as_it_is() -> None:
    road, courier, one, other = waiting()
    number = make(road, one)
    stop = road.stop().id
    courier.do(Collect(unit="L-1", to=VAN, stop=stop, ended=5_000))

    told = [
        road.tell(AddCollections(round=number, collections=(other,))),
        road.tell(DropCollection(round=number, stop=stop)),
    ]

    assert [(each["code"], each["actual"]) for each in told] == [("round_left", "done")] * 2
