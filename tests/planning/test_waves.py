"""Tests of waves: which shipments are released, and in which pieces they are planned."""

import msgspec

from server.lane.records import Outgoing
from server.orders.messages import CancelShipment, Units
from server.orders.records import Shipment
from server.planning.records import Wave
from server.planning.waves import PLANNED_LINES_MAX, PlanWave, ReleaseWave, pieces
from tests.floor import SITE, START, Floor
from tests.orders.channel import (
    all_of,
    bodies,
    cancel,
    drain,
    open_floor,
    order,
    order_of,
    picks,
    place,
    say,
    shipment,
    stock,
    tell,
)


def stocked() -> Floor:
    """A floor with plenty of A1."""
    floor = open_floor()
    stock(floor, ("A-01", "A1", 1_000))
    return floor


def planned(floor: Floor) -> list[int]:
    """Shipments that wait to be planned, in their order."""
    waiting = sorted(all_of(floor, Outgoing), key=lambda outgoing: outgoing.seq)
    found = [
        msgspec.json.decode(outgoing.line, type=PlanWave)
        for outgoing in waiting
        if outgoing.target == SITE
    ]
    return [
        number
        for message in found
        for piece in (message.shipments, *message.then)
        for number in piece
    ]


def test_emergencies_come_first_then_what_was_promised_earliest() -> None:
    floor = stocked()
    place(
        floor,
        order_of("late", ("A1", 1), promised_at=START + 9),
        order_of("never", ("A1", 1)),
        order_of("early", ("A1", 1), promised_at=START + 1),
        order_of("emergency", ("A1", 1), priority=0),
    )

    outcome = say(floor, ReleaseWave(name="morning"))[0]

    wave = all_of(floor, Wave)[0]
    assert outcome["grant"] == {"wave": wave.id, "shipments": 4}
    assert (wave.name, wave.shipments, wave.released_at) == ("morning", 4, floor.now)
    expected = [shipment(floor, each).id for each in ("emergency", "early", "late", "never")]
    assert planned(floor) == expected


def test_limit_leaves_the_least_urgent_for_later() -> None:
    floor = stocked()
    place(floor, *(order_of(str(number), ("A1", 1)) for number in range(4)))

    say(floor, ReleaseWave(limit=3))

    assert len(planned(floor)) == 3
    waiting = [each.number for each in all_of(floor, Shipment) if each.waiting == "open"]
    assert waiting == ["3"]


def test_named_shipments_are_released_and_no_others() -> None:
    floor = stocked()
    place(floor, order_of("1", ("A1", 1)), order_of("2", ("A1", 1)))
    chosen = shipment(floor, "2").id

    outcome = say(floor, ReleaseWave(shipments=(chosen, chosen, 5)))[0]

    assert outcome["grant"]["shipments"] == 1
    assert planned(floor) == [chosen]


def test_shipment_belongs_to_one_wave_before_it_is_planned() -> None:
    floor = stocked()
    place(floor, order_of("1", ("A1", 1)))
    say(floor, ReleaseWave())

    again = say(floor, ReleaseWave(), ReleaseWave(shipments=(5,)))

    assert [outcome["code"] for outcome in again] == ["nothing_to_release"] * 2
    assert len(all_of(floor, Wave)) == 1


def test_shipment_cancelled_after_its_release_is_not_planned() -> None:
    floor = stocked()
    place(floor, order_of("1", ("A1", 1)))
    say(floor, ReleaseWave())
    cancelled_first = cancel(floor, "1")

    assert cancelled_first["outcome"] == "applied"
    assert (shipment(floor, "1").state, picks(floor, "1")) == ("cancelled", [])


def sized(floor: Floor, *sizes: int, priority: int = 5, first: int = 0) -> list[Shipment]:
    """Shipments with so many lines each, by number."""
    place(floor, order_of(f"template {first}", ("A1", 1), priority=priority))
    template = shipment(floor, f"template {first}")
    return [
        msgspec.structs.replace(template, id=number, lines=lines)
        for number, lines in enumerate(sizes, first)
    ]


def test_pieces_are_few_and_even() -> None:
    third = PLANNED_LINES_MAX // 3

    assert pieces(sized(stocked(), *[third] * 3)) == [(0, 1, 2)]
    assert pieces(sized(stocked(), *[third] * 4)) == [(0, 1), (2, 3)]


def test_piece_has_not_too_many_lines_unless_a_shipment_has() -> None:
    most = PLANNED_LINES_MAX

    assert pieces(sized(stocked(), 5, most + 175, 5)) == [(0,), (1,), (2,)]
    assert pieces(sized(stocked(), most - 5, 10, most - 5)) == [(0,), (1,), (2,)]


def test_emergencies_are_pieces_of_their_own() -> None:
    floor = stocked()
    urgent = sized(floor, 5, 6, priority=0)
    normal = sized(floor, 5, 1, first=2)

    assert pieces([*urgent, *normal]) == [(0, 1), (2, 3)]


def test_pieces_are_planned_one_commit_after_the_other() -> None:
    floor = stocked()
    place(floor, order_of("urgent", ("A1", 1), priority=0), order_of("1", ("A1", 1)))
    say(floor, ReleaseWave())
    [first] = [each for each in all_of(floor, Outgoing) if each.target == SITE]
    assert len(msgspec.json.decode(first.line, type=PlanWave).shipments) == 1

    drain(floor)

    assert {each.state for each in all_of(floor, Shipment)} == {"released"}


def test_shipment_whose_planning_failed_can_be_named_for_another_wave() -> None:
    floor = stocked()
    place(floor, order_of("1", ("A1", 1)))
    say(floor, ReleaseWave())
    number = shipment(floor, "1").id

    outcome = say(floor, ReleaseWave(shipments=(number,)))[0]
    drain(floor)

    assert outcome["grant"]["shipments"] == 1
    assert len(picks(floor, "1")) == 1
    assert shipment(floor, "1").wave == outcome["grant"]["wave"]
    assert bodies(floor)[0].wave == outcome["grant"]["wave"]


def test_shipment_cut_down_between_release_and_planning_waits_for_no_other_wave() -> None:
    floor = stocked()
    place(floor, order_of("1", ("A1", 3)))
    say(floor, ReleaseWave())

    say(floor, CancelShipment(order=order(floor, "1").id, lines=(Units(1, 2),)))
    waiting = shipment(floor, "1").waiting
    drain(floor)

    assert waiting is None
    assert [line.quantity for line in picks(floor, "1")] == [1]


def test_release_is_told_to_the_network() -> None:
    floor = stocked()
    place(floor, order_of("1", ("A1", 1)))

    tell(floor, ReleaseWave())

    assert (order(floor, "1").state, order(floor, "1").released_at) == ("released", floor.now)
