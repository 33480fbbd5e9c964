"""Tests of handover: one parcel, two depots, both books right."""

from collections.abc import Iterator

import msgspec
import pytest
from msgspec.structs import replace

from device_protocol.operations import BringBack, Deliver, FailDelivery, Load, Undo
from server.lane.activity import OUTBOX
from server.lane.records import Outgoing
from server.ledger.records import TRANSIT, Discrepancy
from server.orders.records import Order, Shipment
from server.sync.batches import Batch
from server.transport.messages import MakeRound
from server.transport.records import Parcel
from tests.floor import SITE, START, Handheld
from tests.transport.road import BENCH, DEPOT, PARCEL, VAN, Road, depot_parcel

APPLIED = {"outcome": "applied"}
ORDER, SHIPMENT = 3, 4_000_020
TO_DEPOT, TO_HOME = str(TRANSIT + DEPOT), str(TRANSIT + SITE)


@pytest.fixture
def road() -> Iterator[Road]:
    """A road with a sealed parcel at the depot, which is not the couriers' home."""
    laid = Road()
    laid.seed(*depot_parcel())
    yield laid
    laid.relay()
    pieces = [laid.at(SITE).get(TO_DEPOT, 0), laid.at(DEPOT).get(TO_HOME, 0)]
    assert sum(pieces) == 0, "what is in transit in one book is owed in the other"


@pytest.fixture
def courier(road: Road) -> Handheld:
    """A courier of the first site."""
    return road.floor.handheld(1)


def take(ended: int, **other: object) -> Load:
    """Take the parcel at the depot."""
    return replace(Load(unit=PARCEL, to=VAN, source=BENCH, site=DEPOT, ended=ended), **other)


def order(road: Road) -> str:
    """What the network says of the order."""
    return next(each.state for each in road.all(Order) if each.id == ORDER)


def shipment(road: Road) -> Shipment:
    """What the depot says of the shipment."""
    return road.get(Shipment, SHIPMENT, DEPOT)


def test_parcel_loaded_at_another_depot_ends_right_in_both_books(
    road: Road, courier: Handheld
) -> None:
    assert courier.do(take(2_000)) == [APPLIED]
    assert road.at() == {TO_DEPOT: -1, VAN: 1}
    assert road.at(DEPOT) == {BENCH: 1}

    road.relay()
    assert road.at(DEPOT) == {TO_HOME: 1}
    there = road.parcel(site=DEPOT)
    assert (there.state, there.loaded_at, there.away) == ("loaded", START + 2_000, SITE)
    assert (shipment(road).state, order(road)) == ("loaded", "loaded")

    assert courier.do(Deliver(unit=PARCEL, source=VAN, ended=5_000)) == [APPLIED]
    road.relay()

    assert road.at() == {TO_DEPOT: -1, "2": 1}
    assert road.at(DEPOT) == {TO_HOME: 1}
    assert road.parcel(site=DEPOT).state == "delivered"
    assert (shipment(road).state, shipment(road).delivered_at) == ("delivered", START + 5_000)
    assert order(road) == "delivered"
    assert road.tasks() == road.tasks(DEPOT) == []
    assert [each for each in road.all(Discrepancy) if each.open] == []


def test_contents_are_known_only_where_the_parcel_was_packed(road: Road, courier: Handheld) -> None:
    courier.do(take(2_000))

    home = road.parcel()
    assert (home.shipment, home.origin, home.state) == (None, DEPOT, "loaded")


def test_outbox_that_is_sent_twice_moves_the_parcel_once(road: Road, courier: Handheld) -> None:
    courier.do(take(2_000))
    road.relay()
    (row,) = [each for each in road.all(Outgoing) if each.target == DEPOT]

    again = Batch(site=DEPOT, stream=OUTBOX + SITE, epoch=1, first=1, lines=(row.line,))
    answer = road.floor.run(again)

    assert (answer.status, answer.next) == ("taken", 2)
    assert road.at(DEPOT) == {TO_HOME: 1}


def test_message_names_the_couriers_operation(road: Road, courier: Handheld) -> None:
    courier.do(take(2_000))

    (row,) = [each for each in road.all(Outgoing) if each.target == DEPOT]
    told = msgspec.json.decode(row.line)

    assert told["operation"] == "1000001/1/2"
    assert (told["kind"], told["unit"], told["place"]) == ("take_over", PARCEL, BENCH)


def test_parcel_taken_from_nowhere_comes_from_lost_and_found(road: Road, courier: Handheld) -> None:
    courier.do(take(2_000, source=""))
    road.relay()

    assert road.at(DEPOT) == {BENCH: 1, "6": -1, TO_HOME: 1}


def test_parcel_that_the_depot_does_not_know_is_misrouted_there(
    road: Road, courier: Handheld
) -> None:
    assert courier.do(take(2_000, unit="STRAY")) == [APPLIED]
    road.relay()

    assert road.at(DEPOT) == {TO_HOME: 1}
    assert road.tasks(DEPOT) == ["misroute"]


def test_parcel_cancelled_at_the_depot_is_intercepted_then_returned(
    road: Road, courier: Handheld
) -> None:
    cancel(road)
    courier.do(take(2_000))
    road.relay()
    assert road.tasks(DEPOT) == ["intercept"]

    courier.do(Deliver(unit=PARCEL, source=VAN, ended=5_000))
    road.relay()

    assert road.tasks(DEPOT) == ["intercept", "return"]
    assert road.parcel(site=DEPOT).state == "delivered"


def cancel(road: Road) -> None:
    """Cancel the depot's shipment."""
    with road.session() as session:
        found = shipment(road)
        session.picture.load(Shipment, {(DEPOT, SHIPMENT)}, [found])
        cancelled = replace(found, state="cancelled", cancelled_at=START)
        session.picture.put(cancelled)
        session.write()


def test_unknown_site_is_posted_at_home_and_reviewed(road: Road, courier: Handheld) -> None:
    (outcome,) = courier.do(take(2_000, site=99, source="STAGE-1"))

    assert outcome["code"] == "unknown_site"
    assert road.at() == {"STAGE-1": -1, VAN: 1}
    assert "review" in road.tasks()
    assert [each for each in road.all(Outgoing) if each.target == 99] == []


def test_home_named_as_the_site_is_an_ordinary_load(road: Road, courier: Handheld) -> None:
    courier.do(take(2_000, site=SITE))

    assert road.at() == {BENCH: -1, VAN: 1}


def test_undo_of_taking_over_gives_the_parcel_back(road: Road, courier: Handheld) -> None:
    seq = courier.write(take(2_000))
    courier.push()
    road.relay()

    assert courier.do(Undo(seq=seq, ended=3_000)) == [APPLIED]
    road.relay()

    assert road.at() == {}
    assert road.at(DEPOT) == {BENCH: 1}
    there = road.parcel(site=DEPOT)
    assert (there.state, there.loaded_at, there.away) == ("sealed", None, 0)
    assert (shipment(road).state, shipment(road).waiting) == ("packed", "packed")


def test_undo_of_a_delivery_is_told_too(road: Road, courier: Handheld) -> None:
    courier.do(take(2_000))
    seq = courier.write(Deliver(unit=PARCEL, source=VAN, ended=5_000))
    courier.push()
    road.relay()

    courier.do(Undo(seq=seq, ended=6_000))
    road.relay()

    assert road.parcel(site=DEPOT).state == "loaded"
    assert shipment(road).state == "loaded"


def test_parcel_set_down_at_its_depot_again_waits_for_another_round(
    road: Road, courier: Handheld
) -> None:
    courier.do(
        take(2_000),
        FailDelivery(unit=PARCEL, reason="nobody home", ended=5_000),
        BringBack(unit=PARCEL, source=VAN, to=BENCH, site=DEPOT, ended=6_000),
    )
    road.relay()

    assert road.at() == {}
    assert road.at(DEPOT) == {BENCH: 1}
    there = road.parcel(site=DEPOT)
    assert (there.state, there.away) == ("returned", 0)
    assert (shipment(road).state, shipment(road).waiting) == ("packed", "packed")
    assert (road.tasks(), road.tasks(DEPOT)) == ([], ["redeliver"])


def test_undo_of_setting_down_keeps_the_parcel_with_the_courier(
    road: Road, courier: Handheld
) -> None:
    courier.do(take(2_000))
    seq = courier.write(BringBack(unit=PARCEL, source=VAN, to=BENCH, site=DEPOT, ended=6_000))
    courier.push()
    road.relay()

    courier.do(Undo(seq=seq, ended=7_000))
    road.relay()

    assert road.at() == {TO_DEPOT: -1, VAN: 1}
    assert road.at(DEPOT) == {TO_HOME: 1}
    assert (road.parcel(site=DEPOT).state, road.tasks(DEPOT)) == ("loaded", [])
    assert road.parcel(site=DEPOT).away == SITE


def test_parcel_brought_to_the_couriers_home_goes_out_again_from_there(
    road: Road, courier: Handheld
) -> None:
    courier.do(take(2_000), BringBack(unit=PARCEL, source=VAN, to=BENCH, ended=6_000))
    assert (road.at(), road.tasks()) == ({TO_DEPOT: -1, BENCH: 1}, ["redeliver"])

    outcomes = courier.do(
        Load(unit=PARCEL, to=VAN, source=BENCH, ended=7_000),
        Deliver(unit=PARCEL, source=VAN, ended=8_000),
    )
    road.relay()

    assert outcomes == [APPLIED, APPLIED]
    assert (shipment(road).state, order(road)) == ("delivered", "delivered")
    assert road.tasks() == []


def test_delivery_that_arrives_before_the_load_still_reaches_the_depot(
    road: Road, courier: Handheld
) -> None:
    second = road.floor.handheld(2)
    second.do(Deliver(unit=PARCEL, source=VAN, ended=5_000))

    courier.do(take(2_000))
    road.relay()

    assert road.at() == {TO_DEPOT: -1, "2": 1}
    assert (road.parcel(site=DEPOT).state, order(road)) == ("delivered", "delivered")


def test_parcel_taken_over_is_on_the_manifest_of_the_round(road: Road, courier: Handheld) -> None:
    made = road.tell(MakeRound(name="R", date="2026-11-22", van=VAN))
    number = made["grant"]["rounds"][0]

    assert courier.do(take(2_000, round=number)) == [APPLIED]

    assert road.manifest().loaded == 1
    assert {each.site for each in road.all(Parcel)} == {SITE, DEPOT}
