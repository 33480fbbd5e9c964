"""Tests of shortages: what a bin lacks is sought elsewhere, and again when stock comes in."""

from device_protocol.operations import Pick, Receive, ShortPick
from server.ledger.records import Balance
from server.orders.messages import Reallocate, RetryShortages
from server.orders.records import Demand
from server.planning.records import Package
from server.planning.waves import ReleaseWave
from server.tasks.resolving import LiftHold, PutHold
from tests.floor import Floor
from tests.orders.channel import (
    all_of,
    bodies,
    cancel,
    drain,
    lines,
    open_floor,
    order,
    order_of,
    picks,
    place,
    say,
    shipment,
    stock,
    tasks,
    tell,
)


def released(*stands: tuple[str, str, int], ordered: int = 4) -> Floor:
    """A floor with stock and order 1 of A1 in a wave."""
    floor = open_floor()
    stock(floor, *stands)
    place(floor, order_of("1", ("A1", ordered)))
    tell(floor, ReleaseWave())
    return floor


def short(floor: Floor, quantity: int, picked: int = 0) -> dict[str, object]:
    """Pick some of order 1's first pick line and find the rest short."""
    line = bodies(floor)[0].lines[0]
    task = (line.task,)
    handheld = floor.handheld()
    if picked:
        handheld.write(Pick(quantity=picked, source=line.place, to="T-1", tasks=task, ended=2_000))
    handheld.write(ShortPick(quantity=quantity, source=line.place, tasks=task, ended=3_000))
    outcome: dict[str, object] = handheld.push()[-1]
    return outcome


def without_counts(floor: Floor) -> list[tuple[str, int | None]]:
    """Open tasks besides the counts that short picks ask for."""
    return [task for task in tasks(floor) if task[0] != "count"]


def test_short_pick_becomes_a_package_of_its_own_from_another_bin() -> None:
    floor = released(("A-01", "A1", 4), ("A-02", "A1", 5))
    short(floor, 3, picked=1)
    assert shipment(floor, "1").state == "picked"

    drain(floor)

    first, second = bodies(floor)
    assert (second.wave, second.zone) == (first.wave, first.zone)
    assert [(line.place, line.quantity) for line in second.lines] == [("A-02", 3)]
    open_packages = [package for package in all_of(floor, Package) if package.open]
    assert [package.left for package in open_packages] == [1]
    reopened = shipment(floor, "1")
    assert (reopened.state, reopened.to_pick) == ("released", 1)
    assert order(floor, "1").state == "released"
    assert without_counts(floor) == []


def test_recut_line_can_be_picked_and_ends_the_shipments_picking() -> None:
    floor = released(("A-01", "A1", 4), ("A-02", "A1", 5))
    short(floor, 4)
    drain(floor)
    line = bodies(floor)[1].lines[0]

    floor.handheld(2).do(
        Pick(quantity=4, source=line.place, to="T-1", tasks=(line.task,), ended=5_000)
    )

    assert (shipment(floor, "1").state, shipment(floor, "1").to_pick) == ("picked", 0)
    assert sum(balance.allocated for balance in all_of(floor, Balance)) == 0


def test_the_bin_that_was_short_is_not_offered_again() -> None:
    floor = released(("A-01", "A1", 9))

    short(floor, 4)
    drain(floor)

    assert len(all_of(floor, Package)) == 1
    assert without_counts(floor) == [("out_of_stock", 4)]


def test_shipment_goes_on_with_what_it_has() -> None:
    floor = released(("A-01", "A1", 4))

    short(floor, 3, picked=1)
    drain(floor)

    assert [line.missing for line in lines(floor, "1")] == [3]
    assert (shipment(floor, "1").state, shipment(floor, "1").waiting) == ("picked", None)
    assert without_counts(floor) == [("out_of_stock", 3)]


def test_shipment_of_which_nothing_was_picked_is_an_exception() -> None:
    floor = released(("A-01", "A1", 4))

    short(floor, 4)
    drain(floor)

    ended = shipment(floor, "1")
    assert (ended.state, ended.waiting, ended.picked_at) == ("exception", "exception", None)
    assert order(floor, "1").state == "exception"


def test_found_in_part_names_the_rest_in_the_one_task() -> None:
    floor = released(("A-01", "A1", 4), ("A-02", "A1", 1), ordered=6)
    assert without_counts(floor) == [("out_of_stock", 1)]

    short(floor, 4)
    drain(floor)

    assert without_counts(floor) == [("out_of_stock", 5)]
    assert [line.missing for line in lines(floor, "1")] == [5]


def test_what_is_promised_to_others_is_not_taken() -> None:
    floor = released(("A-01", "A1", 4), ("A-02", "A1", 5))
    place(floor, order_of("2", ("A1", 3)))

    short(floor, 4)
    drain(floor)

    assert [line.quantity for line in bodies(floor)[1].lines] == [2]
    assert [line.missing for line in lines(floor, "1")] == [2]
    assert [demand.quantity for demand in all_of(floor, Demand)] == [3]


def test_nothing_is_sought_for_what_was_cancelled_meanwhile() -> None:
    floor = released(("A-01", "A1", 4), ("A-02", "A1", 5))
    short(floor, 4)
    cancel(floor, "1")

    assert len(all_of(floor, Package)) == 1
    assert shipment(floor, "1").state == "cancelled"
    assert without_counts(floor) == []


def test_repeated_request_to_seek_allocates_nothing() -> None:
    floor = released(("A-01", "A1", 4), ("A-02", "A1", 5))

    tell(floor, Reallocate(shipment=shipment(floor, "1").id, line=1, quantity=4))
    outcome = tell(floor, Reallocate(shipment=5, line=1, quantity=4))[0]

    assert len(picks(floor, "1")) == 1
    assert lines(floor, "1")[0].missing == 0
    assert outcome["code"] == "unknown_shipment"


def test_stock_that_came_in_is_promised_to_the_most_urgent_first() -> None:
    floor = open_floor()
    place(floor, order_of("1", ("A1", 2)), order_of("2", ("A1", 2), priority=0))
    stock(floor, ("A-01", "A1", 3))

    outcome = tell(floor, RetryShortages())[0]

    assert outcome["grant"] == {"found": 3, "missing": 1}
    assert [lines(floor, number)[0].promised for number in "12"] == [1, 2]
    assert [shipment(floor, number).waiting for number in "12"] == ["open", "open"]
    assert order(floor, "2").state == "open"
    assert tasks(floor) == [("out_of_stock", 1)]
    assert [demand.quantity for demand in all_of(floor, Demand)] == [3]


def test_stock_that_came_in_becomes_a_pick_line_of_a_released_shipment() -> None:
    floor = released(("A-01", "A1", 4))
    short(floor, 4)
    drain(floor)
    floor.handheld(3).do(
        Receive(quantity=9, owner="ACME", item="A1", to="A-05", ended=4_000),
    )

    outcome = tell(floor, RetryShortages())[0]

    assert outcome["grant"] == {"found": 4, "missing": 0}
    assert [(line.place, line.quantity) for line in bodies(floor)[1].lines] == [("A-05", 4)]
    assert (shipment(floor, "1").state, shipment(floor, "1").waiting) == ("released", None)
    assert without_counts(floor) == []
    assert all_of(floor, Demand) == []


def test_retry_without_new_stock_changes_nothing() -> None:
    floor = open_floor()
    stock(floor, ("A-01", "A1", 2))
    hold = say(floor, PutHold(reason="recall", place="A-01"))[0]["grant"]["hold"]
    place(floor, order_of("1", ("A1", 2)))

    held = tell(floor, RetryShortages())[0]
    say(floor, LiftHold(hold=hold))
    lifted = tell(floor, RetryShortages())[0]

    assert held["grant"] == {"found": 0, "missing": 2}
    assert lifted["grant"] == {"found": 2, "missing": 0}


def test_shipment_that_has_been_cancelled_is_not_promised_again() -> None:
    floor = open_floor()
    place(floor, order_of("1", ("A1", 2)), order_of("2", ("A1", 2)))
    cancel(floor, "1")
    stock(floor, ("A-01", "A1", 9))

    tell(floor, RetryShortages())

    assert [line.promised for line in lines(floor, "1") + lines(floor, "2")] == [0, 2]
