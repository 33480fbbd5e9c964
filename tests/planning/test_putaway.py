"""Putting away: what stands at a dock is led to a place that fits, until the last of it is gone."""

from itertools import permutations

import pytest

from device_protocol.operations import Count, CountLine, MoveUnit, Operation, Receive, Undo
from server.ledger.locations import PutLocation
from server.ledger.records import Place, Task
from server.planning.putaway import AGAIN_MS
from server.planning.storage import Guide, Stowed
from server.planning.waves import ReleaseWave
from server.tasks.resolving import ResolveTask
from tests.floor import START, Floor
from tests.orders.channel import order_of, place, tick
from tests.tasks.storing import (
    all_of,
    arrive,
    away,
    drain,
    goods,
    guided,
    open_house,
    put_item,
    rule,
    say,
    shelf,
    tell,
)


def test_received_goods_are_led_to_the_nearest_empty_place_with_the_next_best() -> None:
    floor = open_house()
    say(floor, rule("all"))

    arrive(floor, goods(6))

    assert guided(floor) == [("IN", 6, "S-1", ["S-2", "S-3", "S-4"])]
    (task,) = all_of(floor, Task)
    assert (task.kind, task.note) == ("putaway", "")


def test_site_without_rules_leads_nothing() -> None:
    floor = open_house()

    arrive(floor, goods(6))

    assert all_of(floor, Task) == []


def test_place_without_a_use_leads_nothing() -> None:
    floor = open_house()
    say(floor, rule("all"))

    arrive(floor, goods(6, to="D-1"))

    assert all_of(floor, Task) == []


def test_more_of_the_same_makes_the_task_larger_and_other_goods_get_their_own() -> None:
    floor = open_house()
    say(floor, rule("all"))

    arrive(floor, goods(3), goods(4, ended=1_100), goods(5, "A2", ended=1_200))
    arrive(floor, goods(2, ended=1_300), device=2)

    assert guided(floor) == [
        ("IN", 9, "S-1", ["S-2", "S-3", "S-4"]),
        ("IN", 5, "S-2", ["S-3", "S-4"]),
    ]


def test_goods_that_were_put_away_leave_the_task_and_the_last_of_them_closes_it() -> None:
    floor = open_house()
    say(floor, rule("all"))
    arrive(floor, goods(6))

    floor.handheld(2).do(away(4, "S-1"))
    drain(floor)
    assert guided(floor) == [("IN", 2, "S-1", ["S-2", "S-3", "S-4"])]
    floor.handheld(3).do(away(2, "S-1"))
    drain(floor)

    (task,) = all_of(floor, Task)
    assert (task.open, task.note) == (None, "put away")
    assert all_of(floor, Guide) == []


def test_putaway_that_is_told_before_its_receipt_leaves_nothing_to_do() -> None:
    floor = open_house()
    say(floor, rule("all"))

    (outcome,) = floor.handheld(2).do(away(6, "S-1"))
    drain(floor)
    assert outcome["code"] == "negative"
    arrive(floor, goods(6))

    assert guided(floor) == []
    (stowed,) = all_of(floor, Stowed)
    assert (stowed.quantity, stowed.since, stowed.suggested) == (6, None, None)


def test_what_was_suggested_and_what_was_used_is_kept() -> None:
    floor = open_house()
    say(floor, rule("all"))
    arrive(floor, goods(6))

    floor.handheld(2).do(
        away(1, "S-1"), away(2, "S-3", suggested="S-1"), away(1, "S-4", suggested="S-NONE")
    )

    codes = {each.id: each.code for each in all_of(floor, Place)}
    told = [(codes[each.suggested or 0], codes[each.used]) for each in all_of(floor, Stowed)]
    assert told == [("S-1", "S-1"), ("S-1", "S-3"), ("S-1", "S-4")]
    first = all_of(floor, Stowed)[0]
    assert (first.quantity, first.since, first.done_at) == (1, START + 1_000, START + 2_000)


def test_goods_taken_to_a_cart_are_not_put_away_yet() -> None:
    floor = open_house()
    say(floor, rule("all"))
    arrive(floor, goods(6))

    floor.handheld(2).do(away(6, "CART-1"))

    assert all_of(floor, Stowed) == []


def test_undo_of_the_receipt_closes_the_task_and_undo_of_the_putaway_opens_one() -> None:
    floor = open_house()
    say(floor, rule("all"))
    handheld = floor.handheld()
    handheld.do(goods(6))
    drain(floor)

    handheld.do(away(6, "S-1"), Undo(seq=3, ended=3_000))
    drain(floor)
    assert guided(floor) == [("IN", 6, "S-1", ["S-2", "S-3", "S-4"])]
    handheld.do(Undo(seq=2, ended=4_000))
    drain(floor)

    assert guided(floor) == []


def test_count_of_the_dock_is_what_the_task_asks_for() -> None:
    floor = open_house()
    say(floor, rule("all"))
    arrive(floor, goods(6))

    line = CountLine(quantity=4, owner="ACME", item="A1")
    floor.handheld(2).do(Count(place="IN", lines=(line,), complete=True, ended=5_000))
    drain(floor)

    assert guided(floor) == [("IN", 4, "S-1", ["S-2", "S-3", "S-4"])]


def test_promised_room_is_taken_and_a_full_place_gives_way_to_the_next_best() -> None:
    floor = open_house()
    say(floor, rule("all", strategy="room"))

    arrive(floor, goods(8), goods(5, "A2", ended=1_100), goods(2, "A3", ended=1_200))

    assert guided(floor) == [
        ("IN", 8, "S-1", ["S-2", "S-3", "S-4"]),
        ("IN", 5, "S-2", ["S-3", "S-4", "S-1"]),
        ("IN", 2, "S-1", ["S-2", "S-3", "S-4"]),
    ]


def test_more_than_any_place_holds_is_led_to_one_after_the_other() -> None:
    floor = open_house()
    say(floor, rule("all", strategy="room"))

    arrive(floor, goods(25))
    assert guided(floor) == [("IN", 25, "S-1", ["S-2", "S-3", "S-4"])]
    floor.handheld(2).do(away(10, "S-1"))
    drain(floor)

    assert guided(floor) == [("IN", 15, "S-2", ["S-3", "S-4"])]


def test_goods_without_a_place_wait_and_are_planned_again_by_the_timer() -> None:
    floor = open_house(None, shelf("S-1", 1, mixing="item"))
    say(floor, rule("all"))

    arrive(floor, goods(1, "A1"), goods(1, "A2", ended=1_100))
    waiting = [task.note for task in all_of(floor, Task)]
    tell(floor, shelf("S-2", 2))
    floor.now += AGAIN_MS - 1
    tick(floor)
    drain(floor)
    assert guided(floor)[1] == ("IN", 1, "", [])
    floor.now += 1
    tick(floor)
    drain(floor)

    assert waiting == ["", "no_place"]
    assert guided(floor) == [("IN", 1, "S-1", []), ("IN", 1, "S-2", [])]
    assert [task.note for task in all_of(floor, Task)] == ["", ""]


def test_suggestion_that_does_not_fit_any_more_is_made_anew() -> None:
    floor = open_house()
    say(floor, rule("all"))
    arrive(floor, goods(6))

    tell(floor, shelf("S-1", 1, state="retired"))
    floor.handheld(2).do(goods(10, "A2", to="S-2"), goods(1, ended=1_500))
    drain(floor)

    assert guided(floor) == [("IN", 7, "S-3", ["S-4"])]


def test_suggestion_stays_though_its_own_goods_fill_the_place() -> None:
    floor = open_house()
    say(floor, rule("all"))
    arrive(floor, goods(10))

    arrive(floor, goods(1, "A2", ended=1_100), device=2)

    assert [each[1:3] for each in guided(floor)] == [(10, "S-1"), (1, "S-2")]


def test_task_that_a_desk_closed_stays_closed_until_more_arrives() -> None:
    floor = open_house()
    say(floor, rule("all"))
    arrive(floor, goods(6))
    (task,) = all_of(floor, Task)

    say(floor, ResolveTask(task=task.id, note="stays at the dock"))
    arrive(floor, goods(1, "A2", ended=1_100), device=2)
    assert [each[1] for each in guided(floor)] == [1]
    arrive(floor, goods(1, ended=1_200), device=3)

    assert [each[1] for each in guided(floor)] == [1, 7]


def test_goods_promised_to_orders_stay_at_the_dock() -> None:
    floor = open_house()
    say(floor, rule("all"))
    arrive(floor, goods(6))
    place(floor, order_of("O-1", ("A1", 4)))

    tell(floor, ReleaseWave())
    arrive(floor, goods(1, ended=1_200), device=2)

    assert [each[1] for each in guided(floor)] == [3]


def test_pieces_with_serials_go_together() -> None:
    floor = open_house()
    say(floor, rule("all"))

    arrive(floor, goods(1, serial="S1"), goods(1, serial="S2", ended=1_100))
    assert guided(floor) == [("IN", 2, "S-1", ["S-2", "S-3", "S-4"])]
    floor.handheld(2).do(away(1, "S-1", serial="S2"))
    drain(floor)

    assert guided(floor) == [("IN", 1, "S-1", ["S-2", "S-3", "S-4"])]
    (stowed,) = all_of(floor, Stowed)
    assert stowed.suggested == stowed.used


def test_whole_pallet_is_put_away_by_its_own_code() -> None:
    floor = open_house()
    put_item(floor, "A1", velocity="A")
    say(floor, rule("fast", velocity="A", priority=1, strategy="fixed", zone="", place="S-3"))
    say(floor, rule("all"))
    handheld = floor.handheld()
    handheld.do(goods(400, to="PAL-1"), MoveUnit(unit="PAL-1", to="IN", ended=1_500))
    drain(floor)

    assert guided(floor) == [("IN", 1, "S-3", ["S-1", "S-2", "S-4"])]
    (task,) = all_of(floor, Task)
    assert task.unit is not None
    handheld.do(MoveUnit(unit="PAL-1", source="IN", to="S-3", ended=2_000))
    drain(floor)

    assert guided(floor) == []
    (stowed,) = all_of(floor, Stowed)
    assert (stowed.quantity, stowed.suggested) == (1, stowed.used)


@pytest.mark.parametrize("code", ["", "X" * 200, "???", "]C1"])
def test_goods_that_nobody_knows_are_led_too(code: str) -> None:
    floor = open_house()
    say(floor, rule("all"))

    outcomes = floor.handheld().do(Receive(quantity=2, code=code, to="IN", ended=1_000))
    drain(floor)

    assert outcomes[0]["code"] == "unknown_code"
    assert guided(floor) == [("IN", 2, "S-1", ["S-2", "S-3", "S-4"])]


def test_dock_that_is_one_no_more_leads_nothing() -> None:
    floor = open_house()
    say(floor, rule("all"))
    floor.handheld().do(goods(6))

    tell(floor, PutLocation(code="IN", place_kind="dock"))

    assert guided(floor) == []


def test_search_goes_on_in_further_commands_behind_a_few_hundred_taken_places() -> None:
    shelves = [shelf(f"S-{n}", n, units_max=1) for n in range(1, 302)]
    floor = open_house(Floor(), *shelves)
    say(floor, rule("all"))
    taken = [goods(1, "A2", to=f"S-{n}", ended=n) for n in range(1, 301)]

    arrive(floor, *taken, goods(1, ended=1_000), goods(1, "A3", ended=1_001))

    assert guided(floor) == [("IN", 1, "S-301", []), ("IN", 1, "", [])]


def test_goods_of_many_keys_are_planned_in_several_commands(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("server.planning.putaway.PILES_MAX", 2)
    floor = open_house()
    say(floor, rule("all"))

    arrive(floor, *(goods(1, f"A{n}", ended=n) for n in range(1, 6)))

    assert sorted(to for _, _, to, _ in guided(floor)) == ["", "S-1", "S-2", "S-3", "S-4"]


def test_goods_that_wait_are_not_sought_for_with_every_arrival() -> None:
    floor = open_house(None, shelf("S-1", 1))
    say(floor, rule("all"))
    arrive(floor, goods(1), goods(1, "A2", ended=1_100))

    tell(floor, shelf("S-2", 2))
    arrive(floor, goods(1, "A3", ended=1_200), device=2)

    assert [each[2] for each in guided(floor)] == ["S-1", "", "S-2"]


@pytest.mark.parametrize("order", list(permutations((1, 2, 3))))
def test_batches_in_any_order_leave_the_same_to_do(order: tuple[int, ...]) -> None:
    floor = open_house()
    say(floor, rule("all"))
    told: dict[int, list[Operation]] = {
        1: [goods(6), goods(3, "A2", ended=1_100)],
        2: [away(2, "S-1"), away(3, "S-2", "A2", ended=2_100)],
        3: [away(1, "S-4", ended=3_000), goods(4, "A3", ended=3_100)],
    }

    for device in order:
        floor.handheld(device).do(*told[device])
        drain(floor)

    assert sorted(each[1] for each in guided(floor)) == [3, 4]
