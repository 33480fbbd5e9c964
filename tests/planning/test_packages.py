"""Bodies of packages: what a pick leaves, and whose tote may come from another package."""

from server.ledger.locations import PutLocation
from server.planning.waves import ReleaseWave
from server.sites.messages import PutZone
from tests.floor import Floor
from tests.orders.channel import bodies, open_floor, order_of, place, say, stock, tell


def two_zones() -> Floor:
    """A floor where A1 stands in one zone and A2 in another."""
    floor = open_floor()
    say(floor, PutZone(code="B"))
    say(floor, PutLocation(code="B-01", place_kind="bin", zone="B", walk=20))
    stock(floor, ("A-01", "A1", 9), ("B-01", "A2", 9))
    return floor


def test_shipment_in_two_zones_spans_both_and_another_does_not() -> None:
    floor = two_zones()
    place(floor, order_of("1", ("A1", 1), ("A2", 1)), order_of("2", ("A1", 2)))

    tell(floor, ReleaseWave())

    told = sorted(
        (line.place, line.number, line.spans) for body in bodies(floor) for line in body.lines
    )
    assert told == [("A-01", "1", 1), ("A-01", "2", 0), ("B-01", "1", 1)]


def test_line_says_what_it_leaves_of_the_goods_in_the_bin() -> None:
    floor = two_zones()
    place(floor, order_of("1", ("A1", 4), ("A2", 9)), order_of("2", ("A1", 2)))

    tell(floor, ReleaseWave())

    told = sorted((line.place, line.leaves) for body in bodies(floor) for line in body.lines)
    assert told == [("A-01", 3), ("A-01", 3), ("B-01", 0)]
