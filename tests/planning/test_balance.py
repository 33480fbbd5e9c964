"""Tests of balance: packages of about equal work for the people of a zone."""

import random
from typing import Any

import pytest

from server.ledger.records import Place, Stock
from server.orders.records import Shipment
from server.planning.balance import NOBODY, Crew, Crews, finish, finish_bound, shared, works_of
from server.planning.packages import LINES_MAX, TOTES_MAX, PickLine, cut
from server.planning.path import Limits, Load, fill, lower_bound
from server.planning.records import Package, WorkRule
from server.planning.waves import ReleaseWave
from server.planning.work_rules import PutWorkRule
from server.sites.messages import PutZone
from tests.floor import SITE
from tests.orders.channel import all_of, bodies, open_floor, order_of, place, say, stock, tell

CART = Limits(LINES_MAX, TOTES_MAX)
ZONE = 1_000_090


def test_work_is_the_walk_the_lines_and_the_units() -> None:
    crew = Crew(pickers=2, step_ms=10, line_ms=100, unit_ms=1)

    assert crew.load(7, [3, 4]) == Load(reach=7, lines=2, work_ms=207)
    assert crew.work_ms(7, 2, 7) == 140 + 207
    assert works_of([crew.load(7, [3, 4]), crew.load(5, [1])], [[0, 1]], crew) == [140 + 207 + 101]


def test_next_package_goes_to_who_is_free() -> None:
    assert finish([5, 3, 3, 1], 2) == 6
    assert finish([5, 3, 3, 4], 2) == 9
    assert finish([], 2) == 0


def test_bound_is_an_even_share_or_the_longest_load() -> None:
    crew = Crew(pickers=2, step_ms=1)

    assert finish_bound([Load(0, 1, 10), Load(0, 1, 5)], 3, crew) == 10
    assert finish_bound([Load(0, 1, 10), Load(0, 1, 9)], 5, crew) == 12
    assert finish_bound([], 0, NOBODY) == 0


def test_each_of_the_people_gets_a_package() -> None:
    crew = Crew(pickers=3, step_ms=1, package_ms_min=0)
    loads = [Load(50, 2, 10_000) for _ in range(9)]

    assert [len(cart) for cart in shared(loads, CART, crew)] == [3, 3, 3]
    assert len(shared(loads, CART, crew._replace(pickers=1))) == 1
    assert len(shared(loads, CART, NOBODY)) == 1


def test_package_is_not_made_smaller_than_is_worth_a_walk() -> None:
    crew = Crew(pickers=3, step_ms=1, package_ms_min=40_000)
    loads = [Load(50, 2, 10_000) for _ in range(6)]

    assert [len(cart) for cart in shared(loads, CART, crew)] == [3, 3]
    assert len(shared(loads[:3], CART, crew)) == 1


def test_packages_that_are_what_they_are_count_too() -> None:
    crew = Crew(pickers=2, step_ms=1, package_ms_min=0)
    loads = [Load(50, 2, 10_000) for _ in range(4)]

    # The other person has as much already.
    assert len(shared(loads, CART, crew, beside=[40_000])) == 1


@pytest.mark.parametrize("pickers", [2, 3, 5, 8])
def test_even_packages_end_near_the_bound_and_never_later_than_full_ones(pickers: int) -> None:
    source = random.Random(pickers)
    crew = Crew(pickers=pickers, package_ms_min=0)
    loads = sorted(
        (
            crew.load(source.randrange(1, 400), [1] * source.choice((1, 2, 3, 5, 8, 20)))
            for _ in range(120)
        ),
        reverse=True,
    )
    # Positions between count for nothing here, so that of a load stands for all its lines.
    bound = finish_bound(
        loads, lower_bound([[load.reach] * load.lines for load in loads], CART), crew
    )

    even = finish(works_of(loads, shared(loads, CART, crew), crew), pickers)

    full = finish(works_of(loads, fill(loads, CART), crew), pickers)
    assert bound <= even <= full
    assert even <= 1.3 * bound


def pick_line(number: int, walk: int, zone: int) -> PickLine:
    """A line of a shipment of two."""
    ships = Shipment(SITE, number, 1, 1, "web", str(number), 5, "", "", 1, lines=2)
    return PickLine(ships, walk, 1, Place(SITE, walk, "", "bin", zone, walk), Stock(SITE, 1, ""), 1)


def rule(zone: int, pickers: int) -> WorkRule:
    """A rule under which no package is too small."""
    return WorkRule(SITE, zone, pickers, 1, 1_000, 1_000, 0)


def test_crew_of_a_zone_is_its_own_or_that_of_all_others() -> None:
    crews = Crews([rule(0, 2), rule(7, 4)])

    assert (crews.of(7).pickers, crews.of(8).pickers) == (4, 2)
    assert Crews().of(8) == NOBODY
    lines = [pick_line(number, number, zone) for number in range(8) for zone in (7, 8)]
    cuts = cut(lines, crews=crews)
    assert sorted((cut.zone, len(cut.lines)) for cut in cuts) == [(7, 2)] * 4 + [(8, 4)] * 2


def test_wave_is_cut_for_the_people_that_the_desk_named() -> None:
    floor = open_floor()
    stock(floor, ("A-01", "A1", 100), ("A-02", "A2", 100))
    place(floor, *(order_of(str(number), ("A1", 1), ("A2", 1)) for number in range(4)))

    outcome = say(floor, PutWorkRule(pickers=2, package_ms_min=0))[0]
    tell(floor, ReleaseWave())

    assert outcome["grant"] == {"zone": 0}
    assert [len(body.lines) for body in bodies(floor)] == [4, 4]
    assert [package.left for package in all_of(floor, Package)] == [4, 4]


def test_most_urgent_shipments_are_in_the_first_package() -> None:
    floor = open_floor()
    stock(floor, ("A-01", "A1", 100), ("A-09", "A2", 100))
    place(
        floor,
        order_of("far", ("A2", 2), promised_at=9),
        order_of("near", ("A1", 2), promised_at=1),
    )
    say(floor, PutWorkRule(pickers=2, package_ms_min=0))

    tell(floor, ReleaseWave())

    assert [[line.number for line in body.lines] for body in bodies(floor)] == [["near"], ["far"]]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"zone": "nowhere"}, "unknown_zone"),
        ({"pickers": -1}, "bad_pickers"),
        ({"step_ms": -1}, "bad_step_ms"),
        ({"line_ms": 3_600_001}, "bad_line_ms"),
        ({"unit_ms": -1}, "bad_unit_ms"),
        ({"package_ms_min": -1}, "bad_package_ms_min"),
    ],
)
def test_rule_that_cannot_be_is_refused(fields: dict[str, Any], code: str) -> None:
    floor = open_floor()

    outcome = say(floor, PutWorkRule(**fields))[0]

    assert (outcome["outcome"], outcome["code"]) == ("refused", code)
    assert all_of(floor, WorkRule) == []


def test_rule_of_a_zone_is_put_and_changed() -> None:
    floor = open_floor()
    zone = say(floor, PutZone(code="A"))[0]["grant"]["id"]

    say(floor, PutWorkRule(zone="A", pickers=3))
    again = say(floor, PutWorkRule(zone="A", pickers=3), PutWorkRule(zone="A", pickers=4))

    assert [outcome["grant"] for outcome in again] == [
        {"zone": zone, "unchanged": True},
        {"zone": zone},
    ]
    assert [(found.zone, found.pickers) for found in all_of(floor, WorkRule)] == [(zone, 4)]
