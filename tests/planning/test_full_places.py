"""Places that somebody found full: closed for suggestions until they are empty, or opened."""

from server.ledger.records import Task
from server.planning.putaway import OpenPlace
from server.planning.storage import FullPlace
from server.tasks.resolving import ResolveTask
from tests.tasks.storing import all_of, arrive, away, drain, goods, guided, open_house, rule, say


def test_place_found_full_is_closed_until_it_is_empty_again() -> None:
    floor = open_house()
    say(floor, rule("all", strategy="room"))
    arrive(floor, goods(9, to="S-1"), goods(1, "A2"))
    assert guided(floor) == [("IN", 1, "S-1", ["S-2", "S-3", "S-4"])]

    handheld = floor.handheld(2)
    (outcome,) = handheld.do(away(1, "S-2", "A2", suggested="S-1", reason="full"))
    arrive(floor, goods(1, "A3", ended=2_500), device=3)

    assert outcome == {"outcome": "applied"}
    assert guided(floor) == [("IN", 1, "S-2", ["S-3", "S-4"])]
    handheld.do(away(9, "S-4", source="S-1", ended=3_000), away(1, "S-2", "A3", ended=3_100))
    arrive(floor, goods(2, "A4", ended=3_200), device=4)
    assert guided(floor) == [("IN", 2, "S-1", ["S-2", "S-3", "S-4"])]
    assert all_of(floor, FullPlace) == []


def test_place_found_full_is_opened_at_a_desk() -> None:
    floor = open_house()
    say(floor, rule("all", strategy="room"))
    arrive(floor, goods(9, to="S-1"), goods(1, "A2"))
    floor.handheld(2).do(away(1, "S-2", "A2", suggested="S-1", reason="full"))

    assert say(floor, OpenPlace(place="S-1")) == [{"outcome": "applied"}]
    arrive(floor, goods(1, "A3", ended=2_500), device=3)

    assert guided(floor)[-1] == ("IN", 1, "S-1", ["S-2", "S-3", "S-4"])
    for code in ("S-1", "S-9"):
        (refused,) = say(floor, OpenPlace(place=code))
        assert (refused["outcome"], refused["code"]) == ("refused", "not_found")


def test_place_that_is_full_by_sight_and_empty_by_the_book_is_counted() -> None:
    floor = open_house()
    say(floor, rule("all"))
    arrive(floor, goods(6))

    handheld = floor.handheld(2)
    first, again = handheld.do(
        away(2, "S-2", suggested="S-1", reason="full"),
        away(1, "S-2", suggested="S-1", reason="full", ended=2_100),
    )
    drain(floor)

    assert (first["code"], again) == ("full_by_sight", {"outcome": "applied"})
    assert guided(floor) == [("IN", 3, "S-3", ["S-4"])]
    (count,) = [task for task in all_of(floor, Task) if task.kind == "count"]
    say(floor, ResolveTask(task=count.id, note="a box of nobody"))
    arrive(floor, goods(1, "A3", ended=2_500), device=3)
    assert guided(floor)[-1] == ("IN", 1, "S-1", ["S-4"])


def test_place_that_was_used_after_all_is_not_full() -> None:
    floor = open_house()
    say(floor, rule("all"))
    arrive(floor, goods(6))

    floor.handheld(2).do(away(2, "S-1", suggested="S-1", reason="full"))

    assert all_of(floor, FullPlace) == []
