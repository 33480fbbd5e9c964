"""What is to become of graded goods is done by doing it: they are brought there, or discarded."""

from typing import Any

from device_protocol.operations import Move, Undo
from server.catalog.messages import PutDisposition
from server.lane.activity import NETWORK
from server.planning.storage import Guide
from server.tasks.resolving import ResolveTask
from tests.floor import Floor
from tests.ledger.book import receive, tasks
from tests.sayings import all_of, say
from tests.tasks.test_discarding import discarded
from tests.tasks.test_grading import graded


def damaged(*, place: str = "") -> Floor:
    """A floor where two of five A1 at A-01 are damaged; the owner's rule may say a place."""
    floor = Floor()
    if place:
        rule = PutDisposition(owner="ACME", condition="damaged", way="repair", place=place)
        say(floor, rule, site=NETWORK)
    floor.handheld(8).do(receive(5, "A-01", 1_000))
    floor.handheld(7).do(graded(2))
    return floor


def brought(quantity: int, to: str, ended: int = 6_000, **more: Any) -> Move:  # noqa: ANN401
    """Damaged units of A1 that are brought away from A-01."""
    goods: dict[str, Any] = {"owner": "ACME", "item": "A1", "condition": "damaged"} | more
    return Move(quantity=quantity, source="A-01", to=to, ended=ended, **goods)


def test_goods_that_are_brought_away_are_in_quarantine_and_undone_they_are_not() -> None:
    floor = damaged()
    device = floor.handheld()
    assert tasks(floor) == [("quarantine", "A-01", "")]

    device.do(brought(2, "A-09", condition="good"), brought(1, "A-09"))
    assert tasks(floor) == [("quarantine", "A-01", "")]
    device.do(brought(1, "D-1", 7_000))

    assert tasks(floor) == []
    device.do(Undo(seq=4, ended=8_000))
    assert tasks(floor) == [("quarantine", "A-01", "")]


def test_place_of_the_rule_is_where_they_are_to_go() -> None:
    floor = damaged(place="A-07")
    device = floor.handheld()

    device.do(brought(2, "A-08"))
    assert tasks(floor) == [("repair", "A-01", "A-07")]
    device.do(Undo(seq=2, ended=6_500), brought(2, "A-07", 7_000))

    assert tasks(floor) == []


def test_discarded_goods_ask_for_it_no_more_and_undone_they_do() -> None:
    floor = damaged()
    device = floor.handheld()
    device.do(graded(1, disposition="scrap", ended=5_100))
    assert [kind for kind, *_ in tasks(floor)] == ["quarantine", "scrap"]

    device.do(discarded(1, condition="damaged", way="recycle"), brought(1, "A-09"))
    assert [kind for kind, *_ in tasks(floor)] == ["quarantine", "scrap"]
    device.do(discarded(1, condition="damaged"))
    assert [kind for kind, *_ in tasks(floor)] == ["quarantine"]
    device.do(Undo(seq=5, ended=9_000))

    assert [kind for kind, *_ in tasks(floor)] == ["quarantine", "scrap"]


def test_verdict_that_is_taken_back_or_closed_by_a_desk_asks_for_nothing() -> None:
    floor = damaged()
    device = floor.handheld()
    device.do(graded(1, ended=5_100))
    [first, second] = all_of(floor, Guide)

    device.do(Undo(seq=2, ended=9_000))
    say(floor, ResolveTask(task=first.task, note="it stays there"))

    assert second.task != first.task
    assert (tasks(floor), all_of(floor, Guide)) == ([], [])
