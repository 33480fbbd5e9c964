"""How a site counts: what a difference asks for, what items are worth, who looks into bins."""

from typing import Any

import pytest

from device_protocol.operations import Count, CountLine, StartTote, Undo
from server.identity.records import Grant
from server.lane.message import Message
from server.ledger.records import CountLine as Kept
from server.ledger.records import Task
from server.planning.count_policy import AGAIN_MS, PutCountPolicy, Ranked, RankItems
from server.planning.records import CountPolicy, ItemClass, PlaceCount
from tests.floor import SITE, START, Floor, Handheld
from tests.ledger.book import count, move, place_code, receive
from tests.orders.channel import tell
from tests.sayings import all_of, put, say
from tests.tasks.picks import pick, released, task

ANA, BO = 51, 52
GRANT_ANA, GRANT_BO, GRANT_ANA_TOO = 9, 10, 11


def counting_floor(*messages: Message) -> tuple[Floor, Handheld, Handheld]:
    """Ten A1 in A-01; Ana has two devices, and Bo works on the second too."""
    floor = Floor()
    first, second = floor.handheld(1), floor.handheld(2)
    for number, handheld, person in (
        (GRANT_ANA, first, ANA),
        (GRANT_BO, second, BO),
        (GRANT_ANA_TOO, second, ANA),
    ):
        put(floor, Grant(SITE, number, handheld.stream, person, START, START + 10_000_000))
    first.do(receive(10, "A-01", 1_000))
    if messages:
        say(floor, *messages)
    return floor, first, second


def open_recounts(floor: Floor) -> list[Task]:
    """The open recounts and reviews."""
    return [task for task in all_of(floor, Task) if task.open and task.kind != "count"]


def lines(floor: Floor) -> list[Kept]:
    """The lines of all counts of A1 in A-01, in the floor order."""
    kept = [line for line in all_of(floor, Kept) if line.stock]
    return sorted(kept, key=lambda line: line.occurred_at)


def test_count_keeps_how_and_why_it_was_made() -> None:
    floor, first, _ = counting_floor()
    put(floor, Task(SITE, 5, "count", 0, "1/1/1", 9, place=1_000_101, occasion="planned"))

    first.do(count("A-01", 2_000, 10, task=5, actor="9", blind=True))
    first.do(count("A-01", 3_000, 10, occasion="check", attempt=2))

    planned, check = lines(floor)
    assert (planned.occasion, planned.attempt, planned.sight) == ("planned", 1, "blind")
    assert (planned.actor, planned.task, planned.told) == (GRANT_ANA, 5, "listed")
    assert (check.occasion, check.attempt, check.sight) == ("check", 2, "guided")
    assert (check.actor, check.task) == (None, None)


@pytest.mark.parametrize(
    "wrong",
    [{"occasion": "x" * 7_000}, {"attempt": -5}, {"attempt": 1 << 52}, {"actor": "9" * 40}],
)
def test_gibberish_about_a_count_changes_nothing_of_it(wrong: dict[str, Any]) -> None:
    floor, first, _ = counting_floor()

    first.do(count("A-01", 2_000, 7, **wrong))

    (line,) = lines(floor)
    assert (line.quantity, line.occasion, line.actor, line.task) == (7, "", None, None)
    assert 1 <= line.attempt <= 99
    assert floor.balances() == {("A-01", "1000001:A1|good"): 7}


def test_what_a_complete_count_does_not_name_is_kept_as_not_named() -> None:
    floor, first, _ = counting_floor()

    first.do(count("A-01", 2_000, occasion="zero"))

    (line,) = lines(floor)
    assert (line.quantity, line.book, line.told, line.occasion) == (0, 10, "", "zero")


def test_started_tote_is_no_count_of_stock() -> None:
    floor, first, _ = counting_floor()

    first.do(StartTote(unit="T-1", ended=2_000))

    assert [line.occasion for line in all_of(floor, Kept)] == ["tote"]
    assert all_of(floor, PlaceCount) == []


def test_without_a_rule_a_difference_asks_nobody() -> None:
    floor, first, _ = counting_floor()

    first.do(count("A-01", 2_000, 1, actor="9"))

    assert open_recounts(floor) == []


@pytest.mark.parametrize(("found", "asks"), [(8, False), (12, False), (7, True), (13, True)])
def test_difference_of_more_units_than_taken_asks_another_person(found: int, asks: bool) -> None:
    floor, first, _ = counting_floor(PutCountPolicy(units_off_max=2))

    (outcome,) = first.do(count("A-01", 2_000, found, actor="9", occasion="planned"))

    assert outcome["code"] == "count_variance"
    assert floor.balances() == {("A-01", "1000001:A1|good"): found}
    recounts = [
        (each.kind, place_code(floor, each.place), each.occasion, each.not_by, each.note)
        for each in open_recounts(floor)
    ]
    assert recounts == ([("recount", "A-01", "planned", ANA, "count_differs")] if asks else [])


@pytest.mark.parametrize(("value", "asks"), [(100, False), (101, True), (None, False)])
def test_difference_of_more_value_than_taken_asks_another_person(
    value: int | None,
    asks: bool,
) -> None:
    worth = RankItems(items=(Ranked(owner="ACME", sku="A1", value_minor=value),))
    floor, first, _ = counting_floor(PutCountPolicy(minor_off_max=300), worth)

    first.do(count("A-01", 2_000, 7))

    assert len(open_recounts(floor)) == asks


def test_goods_that_nobody_knows_are_worth_nothing_known() -> None:
    floor, first, _ = counting_floor(PutCountPolicy(minor_off_max=0))

    first.do(Count(place="A-02", lines=(CountLine(quantity=3, code="X-1"),), ended=2_000))

    assert open_recounts(floor) == []


def test_goods_that_came_since_and_are_gone_are_valued_too() -> None:
    worth = RankItems(items=(Ranked(owner="ACME", sku="A1", value_minor=100),))
    floor, first, second = counting_floor(PutCountPolicy(minor_off_max=300), worth)
    second.do(move(10, "A-01", "A-02", 60_000))

    first.do(count("A-01", 20_000))

    assert [each.note for each in open_recounts(floor)] == ["count_differs"]


def test_same_person_may_not_answer_the_recount_and_another_may() -> None:
    floor, first, second = counting_floor(PutCountPolicy(units_off_max=2))
    first.do(count("A-01", 2_000, 1, actor="9"))
    (asked,) = open_recounts(floor)

    (same,) = second.do(count("A-01", 60_000, 1, task=asked.id, actor="11"))
    assert (same["code"], same["then"]) == (
        "same_person",
        "counted; the task waits for another person",
    )
    assert open_recounts(floor) == [asked]

    (other,) = second.do(count("A-01", 120_000, 1, task=asked.id, actor="10"))
    assert other["outcome"] == "applied"
    assert open_recounts(floor) == []
    assert [line.attempt for line in lines(floor)] == [1, 2, 2]


def test_recounts_that_go_on_differing_come_to_a_supervisor() -> None:
    floor, first, second = counting_floor(PutCountPolicy(units_off_max=2))
    grants = {1: "9", 2: "10"}
    for number, found in enumerate((1, 10, 1)):
        asked = open_recounts(floor)
        handheld = (first, second)[number % 2]
        about: dict[str, Any] = {"task": asked[0].id} if asked else {}
        actor = grants[number % 2 + 1]
        handheld.do(count("A-01", 60_000 * (number + 1), found, actor=actor, **about))

    assert [(each.kind, each.attempt) for each in open_recounts(floor)] == [("review", 3)]


def test_place_remembers_its_latest_complete_count_and_forgets_an_undone_one() -> None:
    floor, first, second = counting_floor()
    first.do(count("A-01", 5_000, 10))
    second.do(count("A-01", 3_000, 10), count("A-01", 9_000, 10, complete=False))
    assert [row.counted_at for row in all_of(floor, PlaceCount)] == [START + 5_000]

    first.do(Undo(seq=3, ended=6_000))

    assert [row.counted_at for row in all_of(floor, PlaceCount)] == [START + 3_000]


def test_count_whose_time_is_only_claimed_is_not_remembered() -> None:
    floor, _, _ = counting_floor()

    Handheld(floor, 3, anchored=False).do(count("A-01", 2_000, 10))

    assert all_of(floor, PlaceCount) == []


def test_pick_of_the_last_unit_asks_for_a_look_where_the_site_wants_it() -> None:
    floor = released(("A1", 4), stands=(("A-01", "A1", 4),))
    tell(floor, PutCountPolicy(zero_check=True))

    handheld = floor.handheld()
    handheld.do(pick(floor, 3))
    assert all_of(floor, Task) == []

    (outcome,) = handheld.do(pick(floor, 1, ended=3_000))

    assert outcome["outcome"] == "applied"
    (asked,) = all_of(floor, Task)
    assert (asked.kind, place_code(floor, asked.place), asked.occasion) == ("count", "A-01", "zero")


def emptied() -> tuple[Floor, Handheld]:
    """A floor where the last of A1 was just picked from A-01, and the site wants a look."""
    floor = released(("A1", 4), stands=(("A-01", "A1", 4),))
    tell(floor, PutCountPolicy(zero_check=True))
    handheld = floor.handheld()
    handheld.do(pick(floor, 4))
    return floor, handheld


@pytest.mark.parametrize(("left", "outcome"), [(0, "applied"), (3, "flagged")])
def test_who_emptied_a_bin_and_looked_at_once_has_done_the_task(left: int, outcome: str) -> None:
    floor, handheld = emptied()
    looked = count("A-01", 3_000, left, complete=False, occasion="zero", blind=True)

    (told,) = handheld.do(looked)

    assert told["outcome"] == outcome
    (asked,) = all_of(floor, Task)
    assert (asked.open, asked.note) == (None, "counted")
    (line,) = lines(floor)
    assert (line.quantity, line.occasion, line.task) == (left, "zero", asked.id)


def test_second_look_is_a_count_that_nobody_asked_for() -> None:
    floor, handheld = emptied()
    for at in (3_000, 4_000):
        handheld.do(count("A-01", at, 0, complete=False, occasion="zero"))

    assert [line.task is not None for line in lines(floor)] == [True, False]


def test_look_taken_back_asks_somebody_to_count_and_the_pick_stays() -> None:
    floor, handheld = emptied()
    handheld.do(count("A-01", 3_000, 3, complete=False, occasion="zero"))

    handheld.do(Undo(seq=len(handheld.lines), ended=4_000))

    assert floor.balances() == {("T-1", "1000001:A1|good"): 4}
    assert [each.note for each in open_recounts(floor)] == ["count_undone"]


@pytest.mark.parametrize(
    "about",
    [{"occasion": "check"}, {"occasion": "zero", "task": 99}, {"occasion": "zero", "item": "A2"}],
)
def test_other_count_of_an_emptied_bin_leaves_the_look_open(about: dict[str, Any]) -> None:
    floor, handheld = emptied()
    told = {"quantity": 0, "owner": "ACME", "item": about.pop("item", "A1")}

    handheld.do(Count(place="A-01", lines=(CountLine(**told),), ended=3_000, **about))

    assert [each.open for each in all_of(floor, Task)] == [1]


def test_look_into_a_bin_that_nobody_emptied_is_a_count() -> None:
    floor, first, _ = counting_floor(PutCountPolicy(zero_check=True))

    first.do(count("A-01", 2_000, 8, complete=False, occasion="zero"))
    first.do(count("A-77", 3_000, 0, complete=False, occasion="zero"))

    assert floor.balances() == {("A-01", "1000001:A1|good"): 8}
    assert all_of(floor, Task) == []


def test_pick_and_look_in_one_batch_ask_nobody() -> None:
    floor = released(("A1", 4), stands=(("A-01", "A1", 4),))
    tell(floor, PutCountPolicy(zero_check=True))

    floor.handheld().do(
        pick(floor, 4), count("A-01", 3_000, 0, complete=False, occasion="zero", blind=True)
    )

    assert [each.open for each in all_of(floor, Task)] == [None]


def test_pick_of_the_last_unit_asks_nobody_by_default() -> None:
    floor = released(("A1", 4), stands=(("A-01", "A1", 4),))

    floor.handheld().do(pick(floor, 4))

    assert all_of(floor, Task) == []


def test_emptied_bin_is_asked_for_again_once_it_was_counted_or_a_day_is_over() -> None:
    floor = released(("A1", 9), stands=(("A-01", "A1", 1),))
    tell(floor, PutCountPolicy(zero_check=True))
    handheld = floor.handheld()

    def empty_it(at: int) -> int:
        handheld.do(receive(1, "A-01", at), pick(floor, 1, ended=at + 1))
        return len([each for each in all_of(floor, Task) if each.occasion == "zero"])

    handheld.do(pick(floor, 1, ended=1_000))
    assert empty_it(10_000) == 1
    handheld.do(count("A-01", 20_000))
    assert empty_it(30_000) == 2
    floor.now += 2 * AGAIN_MS
    assert empty_it(30_001 + AGAIN_MS) == 3


def test_new_bin_is_looked_into_as_well() -> None:
    floor = released(("A1", 4))
    tell(floor, PutCountPolicy(zero_check=True))
    handheld = floor.handheld()

    handheld.do(receive(2, "A-88", 1_000), pick(floor, 2, source="A-88", tasks=(task(floor),)))

    # A place that was first named by a scan is no bin yet.
    assert [each.occasion for each in all_of(floor, Task)] == []


def test_classes_hold_from_their_time_on() -> None:
    floor, _, _ = counting_floor()
    began = floor.now
    first = Ranked(owner="ACME", sku="A1", rank="A", value_minor=100)

    say(floor, RankItems(items=(first, Ranked(owner="ACME", sku="A2", rank="B"))))
    (again,) = say(floor, RankItems(items=(first,)))
    (now,) = say(floor, RankItems(items=(Ranked(owner="ACME", sku="A1", rank="C"),)))

    assert (again["grant"], now["grant"]) == ({"changed": 0}, {"changed": 1})
    kept = [
        (each.item, each.since - began, each.rank, each.value_minor, each.current)
        for each in sorted(all_of(floor, ItemClass), key=lambda each: (each.item, each.since))
    ]
    assert kept == [
        (1_000_011, 0, "A", 100, None),
        (1_000_011, 1, "C", None, "C"),
        (1_000_012, 0, "B", None, "B"),
    ]


@pytest.mark.parametrize(
    ("items", "code"),
    [
        ((), "bad_items"),
        ((Ranked(owner="ACME", sku="A9"),), "unknown"),
        ((Ranked(owner="NONE", sku="A1"),), "unknown"),
        ((Ranked(owner="ACME", sku="A1", rank="Z"),), "bad_rank"),
        ((Ranked(owner="ACME", sku="A1", value_minor=-1),), "bad_value_minor"),
    ],
)
def test_classes_that_cannot_be_are_refused_whole(items: tuple[Ranked, ...], code: str) -> None:
    floor, _, _ = counting_floor()
    good = Ranked(owner="ACME", sku="A2", rank="A")

    (outcome,) = say(floor, RankItems(items=(good, *items) if items else ()))

    assert (outcome["outcome"], outcome["code"]) == ("refused", code)
    assert all_of(floor, ItemClass) == []


def test_policy_is_put_whole() -> None:
    floor, _, _ = counting_floor()

    say(floor, PutCountPolicy(zero_check=True, units_off_max=1))
    (changed,) = say(floor, PutCountPolicy(minor_off_max=500))
    (wrong,) = say(floor, PutCountPolicy(units_off_max=-1))

    assert changed["outcome"] == "applied"
    assert wrong["code"] == "bad_units_off_max"
    assert all_of(floor, CountPolicy) == [CountPolicy(SITE, "off", None, 500)]
