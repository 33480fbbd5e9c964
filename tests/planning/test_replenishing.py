"""Replenishing: pick faces are filled from reserve, what orders wait for first."""

from typing import Any

import pytest

from device_protocol.operations import Move, ShortPick, Undo
from server.ledger.locations import PutLocation
from server.ledger.records import Task
from server.orders.messages import EMERGENCY
from server.planning.replenishing import DUE_MS, EVERY_MS, PutPickFace, Replenish
from server.planning.storage import Guide, PickFace, Replenished, Stowed
from server.planning.waves import ReleaseWave
from server.tasks.resolving import ResolveTask
from tests.floor import Floor
from tests.orders.channel import drain, order_of, place, tick
from tests.tasks.storing import (
    all_of,
    arrive,
    goods,
    guided,
    open_house,
    put_item,
    say,
    shelf,
    tell,
)


def open_reserve(*stands: tuple[str, int], **face: Any) -> Floor:  # noqa: ANN401
    """Pick face F-1 for A1 (5 … 20 units), reserve R-1 … R-3 with some units of it."""
    reserves = [shelf(f"R-{n}", 10 + n, use="reserve") for n in range(1, 4)]
    floor = open_house(None, shelf("F-1", 1, use="pick"), shelf("F-2", 2), *reserves)
    say(floor, faced(**face))
    if stands:
        arrive(floor, *(goods(units, to=code) for code, units in stands), device=8)
    return floor


def faced(**more: Any) -> PutPickFace:  # noqa: ANN401
    """A pick face of A1."""
    said: dict[str, Any] = {
        "place": "F-1",
        "owner": "ACME",
        "item": "A1",
        "minimum": 5,
        "maximum": 20,
    } | more
    return PutPickFace(**said)


def tasks(floor: Floor) -> list[tuple[str, int, str]]:
    """Open replenishments: from, units, to."""
    return [each[:3] for each in guided(floor, "replenish")]


def notes(floor: Floor) -> list[tuple[str, int]]:
    """Why open replenishments are asked for, and how soon they are due."""
    return [
        (task.note, task.due - floor.now)
        for task in all_of(floor, Task)
        if task.open and task.kind == "replenish"
    ]


def bring(units: int, source: str = "R-1", to: str = "F-1", **more: Any) -> Move:  # noqa: ANN401
    """Goods are brought from reserve."""
    said: dict[str, Any] = {"owner": "ACME", "item": "A1", "ended": 5_000} | more
    return Move(quantity=units, source=source, to=to, **said)


def test_face_below_its_minimum_is_filled_to_its_maximum() -> None:
    floor = open_reserve(("R-1", 50), ("F-1", 4))

    tell(floor, Replenish())

    assert tasks(floor) == [("R-1", 16, "F-1")]
    assert notes(floor) == [("minimum", DUE_MS["minimum"])]
    tell(floor, Replenish())
    assert tasks(floor) == [("R-1", 16, "F-1")]


def test_face_at_its_minimum_is_left_alone() -> None:
    floor = open_reserve(("R-1", 50), ("F-1", 5))

    tell(floor, Replenish())

    assert tasks(floor) == []


def test_smallest_rests_go_first_so_that_places_become_empty() -> None:
    floor = open_reserve(("R-1", 50), ("R-2", 3), ("F-2", 9))

    tell(floor, Replenish())

    assert tasks(floor) == [("R-2", 3, "F-1"), ("R-1", 17, "F-1")]


def test_lot_that_expires_first_is_brought_first() -> None:
    floor = open_reserve()
    put_item(floor, "A1", rotation="fefo")
    arrive(
        floor,
        goods(5, to="R-1", lot="L1", expiry="2030-02-01"),
        goods(30, to="R-2", lot="L2", expiry="2030-01-01", ended=1_100),
    )

    tell(floor, Replenish())

    assert tasks(floor) == [("R-2", 20, "F-1")]


def test_moving_the_goods_fills_the_task_and_is_noted() -> None:
    floor = open_reserve(("R-1", 50))
    tell(floor, Replenish())

    handheld = floor.handheld()
    handheld.do(bring(5), bring(1, to="F-2"), bring(4, to="F-2", suggested="F-1"))
    assert tasks(floor) == [("R-1", 11, "F-1")]
    handheld.do(bring(12, ended=6_000))

    assert tasks(floor) == []
    assert all_of(floor, Guide) == []
    assert [each.quantity for each in all_of(floor, Stowed)] == [5, 4, 12]


def test_what_was_brought_and_undone_is_asked_for_again() -> None:
    floor = open_reserve(("R-1", 50))
    tell(floor, Replenish())
    handheld = floor.handheld()
    handheld.do(bring(20))

    handheld.do(Undo(seq=len(handheld.lines), ended=6_000))
    tell(floor, Replenish())

    assert tasks(floor) == [("R-1", 20, "F-1")]


def test_what_was_brought_before_the_task_was_made_counts() -> None:
    floor = open_reserve(("R-1", 50))
    floor.handheld().do(bring(18))

    tell(floor, Replenish())

    assert tasks(floor) == []


def test_orders_that_a_face_can_not_cover_bring_more_than_its_maximum() -> None:
    floor = open_reserve(("R-1", 50), ("F-1", 6))
    place(floor, order_of("O-1", ("A1", 30)))

    tell(floor, Replenish())

    assert tasks(floor) == [("R-1", 24, "F-1")]
    assert notes(floor) == [("demand", DUE_MS["demand"])]


def test_what_orders_want_includes_what_fills_the_face() -> None:
    floor = open_reserve(("R-1", 90))
    place(floor, order_of("O-1", ("A1", 30)))

    tell(floor, Replenish())

    assert tasks(floor) == [("R-1", 30, "F-1")]


def test_face_that_was_found_full_is_left_alone() -> None:
    floor = open_reserve(("R-1", 50), ("F-1", 4))
    floor.handheld().do(bring(1, to="F-2", suggested="F-1", reason="full"))

    tell(floor, Replenish())

    assert tasks(floor) == []


def test_emergency_order_makes_what_is_on_its_way_due_at_once() -> None:
    floor = open_reserve(("R-1", 50), ("F-1", 4))
    tell(floor, Replenish())
    place(floor, order_of("O-1", ("A1", 10), priority=EMERGENCY))

    tell(floor, Replenish())

    assert tasks(floor) == [("R-1", 16, "F-1")]
    assert notes(floor) == [("emergency", DUE_MS["emergency"])]


def test_face_with_less_room_gets_less_and_a_full_or_retired_one_nothing() -> None:
    floor = open_reserve(("R-1", 50), ("F-1", 4))
    say(floor, shelf("F-1", 1, use="pick", units_max=10))
    tell(floor, Replenish())
    assert tasks(floor) == [("R-1", 6, "F-1")]

    floor.handheld().do(bring(1, to="F-2", suggested="F-1", reason="full"))
    tell(floor, Replenish())
    assert tasks(floor) == [("R-1", 5, "F-1")]
    say(floor, shelf("F-1", 1, state="retired"))
    tell(floor, Replenish())

    assert tasks(floor) == [("R-1", 5, "F-1")]


def test_reserve_that_was_emptied_otherwise_closes_the_task() -> None:
    floor = open_reserve(("R-1", 50), ("R-2", 60))
    tell(floor, Replenish())
    assert tasks(floor) == [("R-1", 20, "F-1")]

    floor.handheld().do(bring(46, to="F-2"))
    tell(floor, Replenish())
    assert tasks(floor) == [("R-1", 4, "F-1"), ("R-2", 16, "F-1")]
    floor.handheld(2).do(bring(4, to="F-2", ended=6_000))
    tell(floor, Replenish())

    assert tasks(floor) == [("R-2", 16, "F-1")]


def test_more_orders_make_a_task_larger() -> None:
    floor = open_reserve(("R-1", 60))
    tell(floor, Replenish())
    place(floor, order_of("O-1", ("A1", 50)))

    tell(floor, Replenish())

    assert tasks(floor) == [("R-1", 50, "F-1")]


def test_task_that_a_desk_closed_is_asked_for_anew_while_the_face_lacks_goods() -> None:
    floor = open_reserve(("R-1", 50))
    tell(floor, Replenish())
    (task,) = (each for each in all_of(floor, Task) if each.kind == "replenish")

    say(floor, ResolveTask(task=task.id, note="nobody there"))
    tell(floor, Replenish())

    assert tasks(floor) == [("R-1", 20, "F-1")]


def test_pieces_with_serials_are_asked_for_together() -> None:
    floor = open_reserve(maximum=2, minimum=1)
    arrive(floor, *(goods(1, to="R-1", serial=f"S{n}", ended=n) for n in range(1, 4)))

    tell(floor, Replenish())
    assert tasks(floor) == [("R-1", 2, "F-1")]
    floor.handheld(2).do(bring(1, serial="S3"))

    assert tasks(floor) == [("R-1", 1, "F-1")]


def test_two_faces_of_an_item_share_what_there_is() -> None:
    floor = open_reserve(("R-1", 30))
    say(floor, faced(place="F-2", minimum=1, maximum=15))

    tell(floor, Replenish())

    assert tasks(floor) == [("R-1", 20, "F-1"), ("R-1", 10, "F-2")]


def test_timer_looks_at_the_faces_every_ten_minutes() -> None:
    floor = open_reserve(("R-1", 50))

    tick(floor)
    drain(floor)
    assert tasks(floor) == [("R-1", 20, "F-1")]
    floor.handheld().do(bring(20), bring(20, source="F-1", to="F-2", ended=6_000))
    floor.now += EVERY_MS - 1
    tick(floor)
    drain(floor)
    assert tasks(floor) == []
    floor.now += 1
    tick(floor)
    drain(floor)

    assert tasks(floor) == [("R-1", 20, "F-1")]


def test_released_wave_has_the_faces_looked_at() -> None:
    floor = open_reserve(("R-1", 50), ("F-1", 6))
    place(floor, order_of("O-1", ("A1", 3)))

    tell(floor, ReleaseWave())

    assert tasks(floor) == [("R-1", 17, "F-1")]


def test_many_items_are_looked_at_in_several_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.planning.replenishing.ITEMS_MAX", 1)
    floor = open_reserve(("R-1", 50))
    say(floor, faced(place="F-2", item="A2"))
    arrive(floor, goods(8, "A2", to="R-2"))

    tell(floor, Replenish())

    assert tasks(floor) == [("R-1", 20, "F-1"), ("R-2", 8, "F-2")]


def test_reserve_found_empty_is_told_as_short_and_counted() -> None:
    floor = open_reserve(("R-1", 50))
    tell(floor, Replenish())

    (outcome,) = floor.handheld().do(
        ShortPick(
            quantity=20, source="R-1", owner="ACME", item="A1", reason="not_found", ended=5_000
        )
    )

    assert outcome["code"] == "short"
    assert [task.kind for task in all_of(floor, Task) if task.open] == ["replenish", "count"]


def test_face_is_put_changed_and_taken_away() -> None:
    floor = open_reserve()

    (again, changed, gone, missing) = say(
        floor, faced(), faced(maximum=9), faced(minimum=0, maximum=0), faced(minimum=0, maximum=0)
    )

    assert again["grant"]["unchanged"] is True
    assert "unchanged" not in changed["grant"]
    assert gone == missing == {"outcome": "applied"}
    assert all_of(floor, PickFace) == []
    assert len(all_of(floor, Replenished)) == 1


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (faced(place="F-9"), "unknown_place"),
        (faced(place="T-1"), "unknown_place"),
        (faced(owner="NONE"), "unknown_item"),
        (faced(item="A9"), "unknown_item"),
        (faced(maximum=-1), "bad_maximum"),
        (faced(minimum=21), "bad_minimum"),
    ],
)
def test_face_that_can_not_be_so_is_refused(message: PutPickFace, code: str) -> None:
    floor = open_house(None, shelf("F-1", 1), PutLocation(code="B-1", place_kind="bench"))
    floor.handheld().do(goods(1, to="T-1"))

    (outcome,) = say(floor, message)

    assert (outcome["outcome"], outcome["code"]) == ("refused", code)
    assert all_of(floor, PickFace) == []
