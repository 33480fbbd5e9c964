"""Planned counts: which places are asked for, how often, and by whom the rules are carried out."""

from typing import Any

import pytest

from device_protocol.operations import Undo
from server.identity.records import Grant
from server.ledger.records import Task
from server.planning.count_plans import DAY_MS, PlanCounts, PutCountRule
from server.planning.count_policy import Ranked, RankItems
from server.planning.records import CountRule
from server.sites.records import Site, Zone
from server.tasks.resolving import ResolveTask
from tests.floor import SITE, START, Floor
from tests.ledger.book import count, place_code, receive
from tests.orders.channel import drain, tell, tick
from tests.sayings import all_of, put, say


def open_site() -> Floor:
    """A floor whose site and zone are known; A1 stands in A-01 and A-03, A2 in A-02."""
    floor = Floor()
    put(floor, Site(0, SITE, "BER", "Berlin", "UTC"), Zone(SITE, 1_000_090, "Z", "Ground floor"))
    put(floor, Zone(SITE, 1_000_091, "Y", "First floor"))
    floor.handheld(1).do(
        receive(5, "A-01", 1_000),
        receive(5, "A-03", 1_000),
        receive(5, "A-02", 1_000, owner="ACME", item="A2"),
    )
    return floor


def asked(floor: Floor) -> list[str]:
    """The places of all open planned counts, as they were asked for."""
    tasks = sorted(all_of(floor, Task), key=lambda each: each.id)
    return [
        place_code(floor, each.place) for each in tasks if each.open and each.occasion == "planned"
    ]


def pass_time(floor: Floor) -> None:
    """Let the timer tick, and what it sends be decided."""
    tick(floor)
    drain(floor)


def test_plan_asks_for_every_bin_along_the_walking_path() -> None:
    floor = open_site()

    (outcome,) = say(floor, PlanCounts(places_max=4))

    assert asked(floor) == ["A-01", "A-02", "A-03", "A-04"]
    assert outcome["grant"]["left"] == 5
    assert len(outcome["grant"]["tasks"]) == 4
    (task, *_) = all_of(floor, Task)
    assert (task.kind, task.sight, task.due) == ("count", "", floor.now + DAY_MS)


def test_place_for_which_a_count_is_asked_is_not_asked_for_twice() -> None:
    floor = open_site()
    say(floor, PlanCounts(places_max=4))

    say(floor, PlanCounts(places_max=2))

    assert asked(floor)[4:] == ["A-05", "A-06"]


def test_what_was_counted_longest_ago_comes_first() -> None:
    floor = open_site()
    floor.handheld(2).do(count("A-04", 2_000), count("A-02", 2_500), count("A-01", 3_000, 5))

    say(floor, PlanCounts(places_max=9))

    assert asked(floor)[-3:] == ["A-04", "A-02", "A-01"]


def test_only_what_was_not_counted_for_some_days_is_asked_for() -> None:
    floor = open_site()
    handheld = floor.handheld(2)
    handheld.do(count("A-01", 2_000, 5), count("A-02", 2_000, 5, complete=False))
    floor.now = START + 2_000 + 3 * DAY_MS - 1

    say(floor, PlanCounts(days=3))
    assert "A-01" not in asked(floor)
    assert "A-02" in asked(floor)

    floor.now += 1
    say(floor, PlanCounts(days=3))
    assert asked(floor)[-1] == "A-01"


def test_late_count_from_before_does_not_make_a_place_look_forgotten() -> None:
    floor = open_site()
    floor.handheld(2).do(count("A-01", 9_000, 5))
    floor.handheld(3).do(count("A-01", 2_000, 5))
    floor.now = START + 9_000 + DAY_MS - 1

    say(floor, PlanCounts(days=1))

    assert "A-01" not in asked(floor)


@pytest.mark.parametrize(
    ("selection", "places"),
    [
        ({"zone": "Z", "places_max": 2}, ["A-01", "A-02"]),
        ({"zone": "Y"}, []),
        ({"owner": "ACME", "item": "A1"}, ["A-01", "A-03"]),
        ({"owner": "ACME", "item": "A1", "zone": "Y"}, []),
        ({"rank": "A"}, ["A-02"]),
        ({"rank": "A", "owner": "BETA"}, []),
        ({"rank": "B", "owner": "ACME"}, ["A-01", "A-03"]),
        ({"rank": "B", "owner": "ACME", "item": "A2"}, []),
        ({"rank": "C"}, []),
    ],
)
def test_plan_is_about_what_it_selects(selection: dict[str, Any], places: list[str]) -> None:
    floor = open_site()
    ranked = (Ranked(owner="ACME", sku="A2", rank="A"), Ranked(owner="ACME", sku="A1", rank="B"))
    say(floor, RankItems(items=ranked))

    (outcome,) = say(floor, PlanCounts(**selection))

    assert outcome["outcome"] == "applied"
    assert asked(floor) == places


def test_emptied_place_holds_the_item_no_more() -> None:
    floor = open_site()
    floor.handheld(2).do(count("A-01", 2_000))

    say(floor, PlanCounts(owner="ACME", item="A1"))

    assert asked(floor) == ["A-03"]


def test_blind_plan_says_so_in_its_tasks() -> None:
    floor = open_site()

    say(floor, PlanCounts(blind=True, places_max=1))

    (task,) = all_of(floor, Task)
    assert task.sight == "blind"


@pytest.mark.parametrize(
    ("selection", "code", "expected"),
    [
        ({"zone": "X"}, "unknown", "zone"),
        ({"owner": "NONE", "item": "A1"}, "unknown", "owner"),
        ({"owner": "ACME", "item": "A9"}, "unknown", "item"),
        ({"item": "A1"}, "unknown", "item"),
        ({"owner": "ACME"}, "bad_owner", "an owner together with an item or a rank"),
        ({"rank": "D"}, "bad_rank", " or A or B or C"),
        ({"days": -1}, "bad_days", "0 to 3650"),
        ({"places_max": 0}, "bad_places_max", "1 to 1000"),
    ],
)
def test_plan_that_cannot_be_is_refused(
    selection: dict[str, Any], code: str, expected: str
) -> None:
    floor = open_site()

    (plan,) = say(floor, PlanCounts(**selection))
    (rule,) = say(floor, PutCountRule(name="x", **selection))

    assert (plan["outcome"], plan["code"], plan["expected"]) == ("refused", code, expected)
    assert rule["code"] == code
    assert (asked(floor), all_of(floor, CountRule)) == ([], [])


def test_site_that_nobody_put_is_not_planned() -> None:
    (outcome,) = say(Floor(), PlanCounts())

    assert outcome["code"] == "unknown_site"


def test_rule_plans_once_a_day() -> None:
    floor = open_site()
    begins = floor.now + 1_000
    tell(floor, PutCountRule(name="daily", places_max=2, next_at=begins, blind=True, rank=""))

    pass_time(floor)
    assert asked(floor) == []

    floor.now = begins
    pass_time(floor)
    pass_time(floor)
    assert asked(floor) == ["A-01", "A-02"]
    assert {task.note for task in all_of(floor, Task)} == {"daily"}
    assert {task.sight for task in all_of(floor, Task)} == {"blind"}

    # Nobody's server ran for two days and a half: what was missed is not made up for.
    floor.now = begins + 2 * DAY_MS + DAY_MS // 2
    pass_time(floor)
    pass_time(floor)
    assert asked(floor) == ["A-01", "A-02", "A-03", "A-04"]
    assert [rule.next_at for rule in all_of(floor, CountRule)] == [begins + 3 * DAY_MS]


def test_rule_that_rests_plans_nothing_and_keeps_its_time() -> None:
    floor = open_site()
    rule = PutCountRule(name="daily", next_at=floor.now + 5)
    tell(floor, rule)

    (again,) = say(floor, rule)
    say(floor, PutCountRule(name="daily", active=False))
    floor.now += DAY_MS
    pass_time(floor)

    assert again["grant"] == {"name": "daily", "unchanged": True}
    assert asked(floor) == []
    assert [(each.open, each.next_at) for each in all_of(floor, CountRule)] == [
        (None, floor.now - DAY_MS + 5)
    ]


def test_rule_without_a_time_begins_at_once() -> None:
    floor = open_site()

    tell(floor, PutCountRule(name="daily", places_max=1))
    pass_time(floor)

    assert asked(floor) == ["A-01"]


@pytest.mark.parametrize(
    ("wrong", "code"), [({"name": " x"}, "bad_name"), ({"name": "x", "next_at": -1}, "bad_next_at")]
)
def test_rule_that_cannot_be_is_refused(wrong: dict[str, Any], code: str) -> None:
    floor = open_site()

    (outcome,) = say(floor, PutCountRule(**wrong))

    assert outcome["code"] == code
    assert all_of(floor, CountRule) == []


def test_places_that_are_named_are_asked_for_whatever_they_are() -> None:
    floor = open_site()

    (outcome,) = say(floor, PlanCounts(places=("D-1", "A-02", "A-02")))

    tasks = sorted(all_of(floor, Task), key=lambda each: each.id)
    told = {place_code(floor, each.place): each for each in tasks}
    assert set(told) == {"D-1", "A-02"}
    assert len(outcome["grant"]["tasks"]) == 2
    assert {(each.kind, each.occasion, each.not_by) for each in tasks} == {
        ("count", "exception", None)
    }


@pytest.mark.parametrize(
    ("selection", "code"),
    [
        ({"places": ("A-01", "Z-99")}, "unknown"),
        ({"places": ("A-01",), "zone": "Z"}, "bad_places"),
        ({"places": ("A-01",), "owner": "ACME", "item": "A1"}, "bad_places"),
        ({"places": ("A-01",), "rank": "A"}, "bad_places"),
    ],
)
def test_places_that_cannot_be_are_refused(selection: dict[str, Any], code: str) -> None:
    floor = open_site()

    (outcome,) = say(floor, PlanCounts(**selection))

    assert (outcome["outcome"], outcome["code"]) == ("refused", code)
    assert all_of(floor, Task) == []


def test_another_person_is_asked_than_counted_last() -> None:
    floor = open_site()
    put(floor, Grant(SITE, 1_000_201, 1_000_002, 71, 0, START + DAY_MS))
    handheld = floor.handheld(2)
    handheld.do(
        count("A-01", 2_000, 5),
        count("A-01", 3_000, 4, actor="1000201"),
        count("A-01", 4_000, 9),
        Undo(seq=4, ended=5_000),
        count("A-02", 6_000),
    )
    for task in all_of(floor, Task):
        say(floor, ResolveTask(task=task.id, note="never mind"))

    say(floor, PlanCounts(places=("A-01", "A-02", "A-03"), another=True))

    tasks = {place_code(floor, each.place): each for each in all_of(floor, Task) if each.open}
    told = {code: (each.kind, each.attempt, each.not_by) for code, each in tasks.items()}
    assert told == {
        "A-01": ("recount", 1, 71),
        "A-02": ("recount", 1, None),
        "A-03": ("count", 1, None),
    }
