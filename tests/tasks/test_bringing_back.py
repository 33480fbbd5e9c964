"""Parcels that come back, and deliveries that are taken back."""

from device_protocol.operations import BringBack, Undo
from server.ledger.records import Discrepancy
from server.transport.messages import MakeRound
from server.transport.records import Attempt, Stop
from tests.floor import START
from tests.tasks.test_delivering import APPLIED, deliver, fail
from tests.transport.road import BENCH, FIRST, PARCEL, VAN, VAN_2, load, on_the_road


def test_what_comes_back_untried_waits_for_another_round() -> None:
    road, courier, _ = on_the_road()

    assert courier.do(BringBack(unit=PARCEL, source=VAN, to=BENCH, ended=6_000)) == [APPLIED]

    assert road.at() == {"7": -1, BENCH: 1}
    assert (road.parcel().state, road.tasks()) == ("returned", ["redeliver"])
    assert (road.shipment().state, road.shipment().waiting) == ("packed", "packed")
    assert (road.stop().state, road.round().state) == ("failed", "done")


def test_parcel_that_came_back_is_delivered_on_its_next_round() -> None:
    road, courier, _ = on_the_road()
    courier.do(fail(5_000), BringBack(unit=PARCEL, source=VAN, to=BENCH, ended=6_000))
    road.floor.now = START + 7_000
    plan = MakeRound(name="R2", date="2026-11-23", van=VAN_2, shipments=(FIRST,))
    number = road.tell(plan)["grant"]["rounds"][0]
    assert (road.stop().state, road.shipment().waiting) == ("planned", None)

    outcomes = courier.do(load(8_000, to=VAN_2, round=number), deliver(9_000, source=VAN_2))

    assert outcomes == [APPLIED, APPLIED]
    assert [each.state for each in road.all(Stop)] == ["failed", "delivered"]
    assert road.at() == {"7": -1, "2": 1}
    assert (road.shipment().state, road.tasks()) == ("delivered", [])


def test_delivered_and_later_returned_by_the_consumer_is_applied() -> None:
    road, courier, _ = on_the_road()

    outcomes = courier.do(deliver(5_000), BringBack(unit=PARCEL, source="", to=BENCH, ended=6_000))

    assert outcomes == [APPLIED, APPLIED]
    assert road.at() == {"7": -1, BENCH: 1}
    assert (road.parcel().state, road.tasks()) == ("returned", ["return"])
    assert (road.shipment().state, road.shipment().delivered_at) == ("returned", START + 5_000)
    assert [each.result for each in road.attempts()] == ["delivered"]
    assert road.told()[-1] == (1, "returned")


def test_delivered_and_later_brought_back_in_the_van_posts_both() -> None:
    road, courier, _ = on_the_road()

    outcomes = courier.do(deliver(5_000), BringBack(unit=PARCEL, source=VAN, to=BENCH, ended=6_000))

    assert outcomes[1]["code"] == "negative"
    assert road.at() == {"7": -1, "2": 1, VAN: -1, BENCH: 1}
    assert road.tasks() == ["return"]


def test_delivered_again_after_it_came_back_is_no_second_delivery() -> None:
    road, courier, _ = on_the_road()

    outcomes = courier.do(
        deliver(5_000),
        BringBack(unit=PARCEL, source="", to=BENCH, ended=6_000),
        load(7_000),
        deliver(8_000),
    )

    assert outcomes[3] == APPLIED
    assert road.parcel().state == "delivered"


def test_cancelled_parcel_that_comes_back_becomes_a_return() -> None:
    road, courier, _ = on_the_road()
    road.cancel()

    courier.do(BringBack(unit=PARCEL, source=VAN, to=BENCH, ended=6_000))

    assert road.tasks() == ["return"]
    assert (road.shipment().state, road.shipment().waiting) == ("cancelled", None)


def test_parcel_at_an_unplanned_site_is_received_and_misrouted() -> None:
    road, courier, _ = on_the_road()

    (outcome,) = courier.do(BringBack(unit="STRAY", source=VAN, to=BENCH, ended=6_000))

    assert outcome["code"] == "unplanned_site"
    assert road.at() == {"7": -1, BENCH: 1}
    assert [each for each in road.all(Discrepancy) if each.open] != []
    assert road.parcel("STRAY").state == "returned"
    assert "misroute" in road.tasks()


def test_undo_of_a_delivery_marks_the_attempt_and_goes_back() -> None:
    road, courier, _ = on_the_road()
    seq = courier.write(deliver(5_000))
    courier.push()

    assert courier.do(Undo(seq=seq, ended=6_000)) == [APPLIED]

    assert road.at() == {"7": -1, VAN: 1}
    first, second = road.attempts()
    assert (first.result, second.result, second.mends) == ("delivered", "undone", first.id)
    assert (road.parcel().state, road.parcel().delivered_at) == ("loaded", None)
    assert (road.stop().state, road.stop().done_at) == ("planned", None)
    assert (road.round().state, road.round().started_at, road.round().stops_open) == (
        "planned",
        None,
        1,
    )
    assert (road.shipment().state, road.shipment().delivered_at) == ("loaded", None)
    assert road.told()[-1] == (1, "loaded")


def test_undo_of_the_second_of_two_deliveries_keeps_the_first() -> None:
    road, courier, _ = on_the_road()
    second = road.floor.handheld(2)
    courier.do(deliver(5_000))
    seq = second.write(deliver(6_000, source=VAN_2))
    second.push()

    second.do(Undo(seq=seq, ended=7_000))

    assert road.parcel().delivered_at == START + 5_000
    assert (road.stop().state, road.stop().done_at) == ("delivered", START + 5_000)
    assert road.at() == {"7": -1, "2": 1}


def test_undo_of_a_failed_attempt_leaves_the_stop_to_be_tried() -> None:
    road, courier, _ = on_the_road()
    seq = courier.write(fail(5_000))
    courier.push()

    courier.do(Undo(seq=seq, ended=6_000))

    assert (road.stop().state, road.round().stops_open) == ("planned", 1)
    assert len(road.all(Attempt)) == 2


def test_undo_of_bringing_back_leaves_the_parcel_in_the_van() -> None:
    road, courier, _ = on_the_road()
    seq = courier.write(BringBack(unit=PARCEL, source=VAN, to=BENCH, ended=6_000))
    courier.push()

    courier.do(Undo(seq=seq, ended=7_000))

    assert road.at() == {"7": -1, VAN: 1}
    assert (road.parcel().state, road.tasks()) == ("loaded", [])
    assert (road.stop().state, road.shipment().state) == ("planned", "loaded")
