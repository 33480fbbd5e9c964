"""Returns in the network: sums per number and item, whichever site tells first."""

from itertools import permutations

from server.lane.activity import NETWORK
from server.ledger.records import Task
from server.orders.messages import ExpectReturn, PlacedLine, ReturnCame
from server.orders.records import ExpectedReturn, ReturnedUnits
from server.orders.returned import shared_out
from tests.floor import SITE, Floor
from tests.orders.channel import ACME, drain, open_floor
from tests.sayings import all_of, say

A1 = 1_000_011
ANNOUNCED = ExpectReturn(
    owner=ACME, channel="web", number="R1", lines=(PlacedLine("A1", 2), PlacedLine("A1", 1))
)


def came(quantity: int) -> ReturnCame:
    """Units of A1 came in."""
    return ReturnCame(owner=ACME, channel="web", number="R1", item=A1, quantity=quantity, site=SITE)


def received(floor: Floor) -> list[int]:
    """Units that came, by line."""
    rows = sorted(all_of(floor, ExpectedReturn), key=lambda line: line.position)
    return [row.received for row in rows]


def test_order_of_announcement_and_arrivals_does_not_matter() -> None:
    for told in permutations((ANNOUNCED, came(2), came(3), came(-1))):
        floor = open_floor()

        say(floor, *told, site=NETWORK)

        assert received(floor) == [2, 2]
        assert [row.quantity for row in all_of(floor, ReturnedUnits)] == [4]


def test_too_many_are_asked_about_at_the_site_and_fewer_are_not() -> None:
    floor = open_floor()

    _, plain, over, undone = say(floor, ANNOUNCED, came(3), came(2), came(-1), site=NETWORK)
    drain(floor)

    assert plain == undone == {"outcome": "applied"}
    assert (over["code"], over["expected"], over["actual"]) == ("more_than_announced", "3", "5")
    (task,) = all_of(floor, Task)
    assert (task.site, task.kind, task.quantity) == (SITE, "return_over", 2)


def test_what_nobody_announced_waits_for_it() -> None:
    floor = open_floor()

    (outcome,) = say(floor, came(1), site=NETWORK)

    assert outcome["code"] == "not_announced"
    assert received(floor) == []


def test_units_fill_lines_in_order() -> None:
    floor = open_floor()
    say(floor, ANNOUNCED, site=NETWORK)
    lines = sorted(all_of(floor, ExpectedReturn), key=lambda line: line.position)

    shared = [[line.received for line in shared_out(lines, A1, units)] for units in (0, 1, 3, 9)]

    assert shared == [[0, 0], [1, 0], [2, 1], [2, 7]]
    assert shared_out(lines, 77, 5) == []
