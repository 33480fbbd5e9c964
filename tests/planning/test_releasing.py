"""Tests of planning: from which bins lines are picked, and how they are cut into packages."""

from device_protocol.operations import Pick
from server.ledger.records import Balance, Place, Stock
from server.orders.available import Shelf, choose
from server.orders.records import Demand, Shipment
from server.planning.packages import LINES_MAX, TOTES_MAX, PickLine, cut, elsewhere
from server.planning.records import Package
from server.planning.waves import ReleaseWave
from server.tasks.resolving import PutHold
from tests.floor import SITE
from tests.orders.channel import (
    all_of,
    bodies,
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

ZONE = 1_000_090


def shelves(*free: int) -> list[Shelf]:
    """Bins along the path with so many free units each."""
    return [
        Shelf(Place(SITE, number, f"B-{number}", "bin", walk=number), Stock(SITE, 1, ""), units)
        for number, units in enumerate(free)
    ]


def chosen(units: int, *free: int) -> list[tuple[int, int]]:
    """Bins, and what is taken from each."""
    return [(shelf.place.id, taken) for shelf, taken in choose(shelves(*free), units)]


def pick_line(
    number: int, walk: int, *, lines: int = 2, priority: int = 5, zone: int = 1, quantity: int = 1
) -> PickLine:
    """A line of a shipment of `lines` lines."""
    ships = Shipment(SITE, number, 1, 1, "web", str(number), priority, "", "", 1, lines=lines)
    stands = Place(SITE, walk, f"B-{walk}", "bin", zone=zone, walk=walk)
    return PickLine(ships, walk, 1, stands, Stock(SITE, 1, ""), quantity)


def test_bin_that_has_enough_with_the_least_left_over_is_chosen() -> None:
    assert chosen(5, 9, 6, 20, 4) == [(1, 5)]
    assert chosen(5, 6, 6) == [(0, 5)]


def test_several_bins_are_the_fullest_until_one_has_the_rest() -> None:
    assert chosen(12, 3, 9, 4, 5) == [(1, 9), (0, 3)]
    assert chosen(12, 5, 0, -2, 4) == [(0, 5), (3, 4)]
    assert chosen(0, 5) == []


def test_lines_are_allocated_to_bins_and_docks_come_last() -> None:
    floor = open_floor()
    stock(floor, ("D-1", "A1", 9), ("A-03", "A1", 2), ("A-02", "A1", 2))
    place(floor, order_of("1", ("A1", 5)))

    tell(floor, ReleaseWave())

    taken = {line.place - 1_000_100: line.quantity for line in picks(floor, "1")}
    assert taken == {0: 1, 2: 2, 3: 2}
    assert [line.promised for line in lines(floor, "1")] == [0]
    assert all_of(floor, Demand) == []
    assert sorted(balance.allocated for balance in all_of(floor, Balance)) == [0, 1, 2, 2]
    released = shipment(floor, "1")
    assert (released.state, released.waiting, released.to_pick) == ("released", None, 3)
    assert released.released_at == floor.now


def test_two_lines_of_an_item_are_allocated_against_what_the_first_left() -> None:
    floor = open_floor()
    stock(floor, ("A-01", "A1", 4), ("A-02", "A1", 3))
    place(floor, order_of("1", ("A1", 3), ("A1", 3)))

    tell(floor, ReleaseWave())

    found = [(line.line, line.place - 1_000_100, line.quantity) for line in picks(floor, "1")]
    assert sorted(found) == [(1, 2, 3), (2, 1, 3)]


def test_stock_held_since_it_was_promised_is_missing() -> None:
    floor = open_floor()
    stock(floor, ("A-01", "A1", 5), ("A-02", "A1", 2))
    place(floor, order_of("1", ("A1", 7), ("A3", 1)))
    say(floor, PutHold(reason="recall", place="A-01"))

    tell(floor, ReleaseWave())

    assert [(line.promised, line.missing) for line in lines(floor, "1")] == [(0, 5), (0, 1)]
    assert [line.quantity for line in picks(floor, "1")] == [2]
    assert tasks(floor) == [("out_of_stock", 6)]


def test_shipment_of_which_nothing_is_found_is_an_exception() -> None:
    floor = open_floor()
    stock(floor, ("A-01", "A1", 5))
    place(floor, order_of("1", ("A1", 5)))
    say(floor, PutHold(reason="recall", place="A-01"))

    tell(floor, ReleaseWave())

    assert (shipment(floor, "1").state, order(floor, "1").state) == ("exception", "exception")
    assert all_of(floor, Package) == []
    assert all_of(floor, Demand) == []


def test_body_says_all_that_the_scans_of_a_line_need() -> None:
    floor = open_floor()
    stock(floor, ("A-05", "A1", 9), ("A-03", "A1", 3), ("A-01", "A2", 1))
    place(floor, order_of("1", ("A1", 2), ("A2", 1)))

    tell(floor, ReleaseWave())

    package = all_of(floor, Package)[0]
    body = bodies(floor)[0]
    assert (body.package, body.wave, body.zone) == (package.id, package.wave, ZONE)
    assert (body.mode, body.priority, package.left) == ("cluster", 5, 2)
    assert [line.place for line in body.lines] == ["A-01", "A-03"]
    line = body.lines[1]
    assert (line.task, line.sequence) == (picks(floor, "1")[1].id, 2)
    assert (line.number, line.item, line.owner, line.quantity) == ("1", "A1", "ACME", 2)
    assert (line.codes, line.verify, line.next) == (("04000000000013",), "line", ("A-05",))


def test_places_that_are_used_up_are_not_offered_as_the_next() -> None:
    here, used_up, *others = shelves(1, 0, 5, 1, 1)

    assert elsewhere(here.place, [here, used_up, *others]) == ("B-2", "B-3", "B-4")


def test_package_can_be_picked_to_its_end() -> None:
    floor = open_floor()
    stock(floor, ("A-01", "A1", 9))
    place(floor, order_of("1", ("A1", 2)))
    tell(floor, ReleaseWave())
    line = bodies(floor)[0].lines[0]

    outcome = floor.handheld().do(
        Pick(quantity=2, source=line.place, to="TOTE-1", tasks=(line.task,), ended=2_000)
    )

    assert outcome == [{"outcome": "applied"}]
    assert shipment(floor, "1").state == "picked"
    assert all_of(floor, Package)[0].state == "done"
    assert [balance.allocated for balance in all_of(floor, Balance)] == [0] * 3


def test_emergencies_travel_alone_and_are_cut_first() -> None:
    cuts = cut([pick_line(1, 1), pick_line(2, 2, priority=0), pick_line(3, 3)])

    assert [cut.priority for cut in cuts] == [0, 5]
    assert [line.shipment.id for line in cuts[0].lines] == [2]


def test_zones_are_cut_apart() -> None:
    cuts = cut([pick_line(1, 1, zone=1), pick_line(1, 2, zone=2), pick_line(2, 3, zone=1)])

    assert [(cut.zone, len(cut.lines)) for cut in cuts] == [(1, 2), (2, 1)]


def test_cart_has_a_tote_for_each_shipment() -> None:
    cuts = cut([pick_line(number, number) for number in range(TOTES_MAX + 1)])

    # Those that reach farthest share a cart, and the nearest is left for the other: it is the most
    # urgent one, so it is the first.
    assert [[line.place.walk for line in cut.lines] for cut in cuts] == [
        [0],
        list(range(1, TOTES_MAX + 1)),
    ]


def test_cart_has_not_too_many_lines() -> None:
    far = [pick_line(1, walk) for walk in range(100, 200)]
    near = [pick_line(2, walk) for walk in range(60)]

    assert [len(cut.lines) for cut in cut([*far, *near])] == [100, 60]


def test_long_order_fills_carts_alone_and_its_rest_travels_with_others() -> None:
    long = [pick_line(1, walk) for walk in range(2 * LINES_MAX + 5)]

    cuts = cut([pick_line(2, 1), *long, pick_line(3, 2)])

    found = sorted((len(cut.lines), {line.shipment.id for line in cut.lines}) for cut in cuts)
    assert found == [(7, {1, 2, 3}), (LINES_MAX, {1}), (LINES_MAX, {1})]


def test_batch_has_as_many_shipments_as_lines() -> None:
    cuts = cut([pick_line(number, number, lines=1) for number in range(LINES_MAX + 1)])

    assert sorted(len(cut.lines) for cut in cuts) == [1, LINES_MAX]


def test_single_units_are_picked_together_and_bound_at_packing() -> None:
    singles = [pick_line(1, 1, lines=1), pick_line(2, 5, lines=1)]
    several = [pick_line(3, 2), pick_line(3, 4), pick_line(4, 3, lines=1, quantity=2)]

    cuts = cut([*singles, *several])

    found = {cut.mode: [line.shipment.id for line in cut.lines] for cut in cuts}
    assert found == {"batch": [1, 2], "cluster": [3, 4, 3]}
