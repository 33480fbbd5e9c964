"""Tests of planning: rounds by hand, shared out, assigned."""

from msgspec.structs import replace

from server.ledger.records import Place
from server.orders.records import Shipment
from server.transport.messages import AssignRound, MakeRound, MakeRounds
from server.transport.records import Round, Stop
from server.transport.rounds import shared_out
from tests.floor import SITE
from tests.transport.road import (
    FIRST,
    OTHER,
    PACKED,
    SECOND,
    VAN,
    VAN_2,
    Road,
    on_the_road,
    pack,
    planned,
    seal,
    shipment_of,
    stocked,
)

DATE = "2026-11-22"
DEVICE = SITE * 1_000_000 + 1


def both_packed() -> Road:
    """A road with both shipments packed."""
    road, packer = stocked()
    packer.do(
        *PACKED,
        pack("A1", 1, 1_300, unit=OTHER, shipment=SECOND),
        seal(1_400, unit=OTHER, shipment=SECOND),
    )
    return road


def test_round_by_hand_has_a_stop_per_shipment_in_the_order_given() -> None:
    road = both_packed()

    outcome = road.tell(
        MakeRound(name="R1", date=DATE, van=VAN, shipments=(SECOND, FIRST), device=DEVICE, person=7)
    )

    number = outcome["grant"]["rounds"][0]
    made = road.get(Round, number)
    assert (made.name, made.date, made.device, made.person) == ("R1", DATE, DEVICE, 7)
    assert (made.state, made.stops, made.stops_open) == ("planned", 2, 2)
    assert [(each.sequence, each.shipment) for each in road.all(Stop)] == [(1, SECOND), (2, FIRST)]
    assert road.parcel().round == number
    assert road.parcel(OTHER).stop == road.all(Stop)[0].id
    assert (road.shipment(FIRST).waiting, road.shipment(SECOND).waiting) == (None, None)


def test_shipment_named_twice_is_one_stop() -> None:
    road = both_packed()

    road.tell(MakeRound(name="R1", date=DATE, van=VAN, shipments=(FIRST, FIRST)))

    assert len(road.all(Stop)) == 1


def test_shipment_moves_to_another_round() -> None:
    road, packer, first = planned()

    outcome = road.tell(MakeRound(name="R2", date=DATE, van=VAN_2, shipments=(FIRST,)))

    old = road.get(Round, first)
    assert (old.stops, old.stops_open, old.state) == (0, 0, "planned")
    assert [each.state for each in road.all(Stop)] == ["dropped", "planned"]
    assert road.parcel().round == outcome["grant"]["rounds"][0]
    assert packer.do() == []


def test_round_that_loses_its_last_open_stop_is_done() -> None:
    road = both_packed()
    made = road.tell(MakeRound(name="R1", date=DATE, van=VAN, shipments=(FIRST, SECOND)))
    number = made["grant"]["rounds"][0]
    with road.session() as session:
        found = road.get(Round, number)
        session.picture.load(Round, {(SITE, number)}, [found])
        session.picture.put(replace(found, started_at=1, stops_open=1, state="under way"))
        session.write()

    road.tell(MakeRound(name="R2", date=DATE, van=VAN_2, shipments=(FIRST,)))

    assert (road.get(Round, number).state, road.get(Round, number).stops) == ("done", 1)


def test_shipment_on_the_road_is_not_planned_again() -> None:
    road, _, _ = on_the_road()

    outcome = road.tell(MakeRound(name="R2", date=DATE, van=VAN_2, shipments=(FIRST,)))

    assert (outcome["outcome"], outcome["code"]) == ("refused", "not_to_deliver")
    assert len(road.all(Round)) == 1


def test_shipment_with_one_parcel_on_the_road_is_not_planned_again() -> None:
    road, packer = stocked()
    packer.do(
        pack("A1", 2, 1_000), pack("A2", 1, 1_100, unit=OTHER), seal(1_200), seal(1_300, unit=OTHER)
    )
    with road.session() as session:
        parcel = road.parcel()
        session.picture.load(type(parcel), {(SITE, parcel.id)}, [parcel])
        session.picture.put(replace(parcel, state="loaded"))
        session.write()

    outcome = road.tell(MakeRound(name="R2", date=DATE, van=VAN_2, shipments=(FIRST,)))

    assert outcome["code"] == "on_the_road"


def test_cancelled_and_unknown_shipments_are_refused() -> None:
    road = both_packed()
    road.cancel()

    told = [
        road.tell(MakeRound(name="R", date=DATE, van=VAN, shipments=(number,)))
        for number in (FIRST, 77)
    ]

    assert [(each["code"], each["actual"]) for each in told] == [
        ("not_to_deliver", f"{FIRST}: cancelled"),
        ("not_to_deliver", "77: unknown"),
    ]


def test_unknown_van_and_device_are_refused() -> None:
    road = both_packed()

    told = [
        road.tell(MakeRound(name="R", date=DATE, van="A-01")),
        road.tell(MakeRound(name="R", date=DATE, van="nowhere")),
        road.tell(MakeRound(name="R", date=DATE, van=VAN, device=5)),
        road.tell(MakeRounds(date=DATE, vans=())),
        road.tell(MakeRounds(date=DATE, vans=("A-01",))),
        road.tell(MakeRounds(date=DATE, vans=(VAN,), devices=(5,))),
    ]

    assert [each["code"] for each in told] == [
        "unknown_van",
        "unknown_van",
        "unknown_device",
        "unknown_van",
        "unknown_van",
        "unknown_device",
    ]
    assert road.all(Round) == []


def test_packed_shipments_are_shared_out_once() -> None:
    road = both_packed()

    first = road.tell(MakeRounds(date=DATE, vans=(VAN, VAN_2), devices=(DEVICE,)))
    second = road.tell(MakeRounds(date=DATE, vans=(VAN, VAN_2)))

    rounds = road.all(Round)
    assert first["grant"]["rounds"] == [each.id for each in rounds]
    assert [(each.name, each.device) for each in rounds] == [
        (f"{DATE} {VAN}", DEVICE),
        (f"{DATE} {VAN_2}", None),
    ]
    assert sorted(each.shipment for each in road.all(Stop)) == [FIRST, SECOND]
    assert second["grant"]["rounds"] == []


def test_no_more_are_shared_out_than_asked_for() -> None:
    road = both_packed()

    road.tell(MakeRounds(date=DATE, vans=(VAN,), shipments_max=1))

    assert [each.shipment for each in road.all(Stop)] == [FIRST]
    assert road.shipment(SECOND).waiting == "packed"


def shipments(*destinations: str) -> list[Shipment]:
    """Shipments to these destinations, numbered from one."""
    return [
        replace(shipment_of(number, number), destination=destination)
        for number, destination in enumerate(destinations, 1)
    ]


def test_destinations_stay_together() -> None:
    loads = shared_out(shipments("Bonn", "Kiel", "Bonn", "Kiel"), 2)

    assert [{each.destination for each in load} for load in loads] == [{"Bonn"}, {"Kiel"}]


def test_destination_beyond_a_fair_share_is_cut() -> None:
    loads = shared_out(shipments("Bonn", "Bonn", "Bonn", "Bonn", "Kiel", "Ulm"), 2)

    assert [len(load) for load in loads] == [3, 3]
    assert sum(each.destination == "Bonn" for each in loads[0]) == 3


def test_nothing_to_share_out_leaves_vans_empty() -> None:
    assert shared_out([], 2) == [[], []]


def test_round_is_given_to_another_device_person_and_van() -> None:
    road, _, number = planned()

    assert road.tell(AssignRound(round=number, device=DEVICE, person=9, van=VAN_2)) == {
        "outcome": "applied"
    }

    found = road.get(Round, number)
    assert (found.device, found.person) == (DEVICE, 9)
    assert road.get(Place, found.van).code == VAN_2


def test_what_an_assignment_does_not_name_stays() -> None:
    road, _, number = planned()
    before = road.get(Round, number)

    road.tell(AssignRound(round=number))

    assert road.get(Round, number) == before


def test_assignment_of_what_is_unknown_is_refused() -> None:
    road, _, number = planned()

    told = [
        road.tell(AssignRound(round=number + 1, device=DEVICE)),
        road.tell(AssignRound(round=number, device=5)),
        road.tell(AssignRound(round=number, van="A-01")),
    ]

    assert [each["code"] for each in told] == ["no_such_round", "unknown_device", "unknown_van"]
