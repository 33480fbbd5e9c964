"""Announcing receipts and ending them: once per number, changed until something has come."""

from typing import Any

import pytest

from server.inbound.messages import AnnouncedGoods, AnnounceReceipt
from server.inbound.records import AnnouncedLine, Announcement, ReceivedGoods
from server.ledger.records import Task
from server.tasks.resolving import ResolveTask
from tests.floor import Floor
from tests.inbound.deliveries import (
    BETA,
    NUMBER,
    announce,
    arrive,
    ask,
    asn,
    came,
    captures_serials,
    close,
    got,
    stands,
)
from tests.ledger.book import tasks
from tests.sayings import all_of, say
from tests.tasks.test_undoing import undone


def test_announcement_is_kept_with_its_lines() -> None:
    floor = Floor()

    announce(
        floor,
        AnnouncedGoods("A1", 10, "L1", expiry="2027-12-31", unit="340123450000000017"),
        AnnouncedGoods("A3", 1, serial="S1"),
        supplier="Mill",
        expected_on="2027-01-20",
        cross_dock=True,
        actor="person/7",
    )

    kept = stands(floor)
    assert (kept.state, kept.units, kept.left, kept.over, kept.came) == ("announced", 11, 11, 0, 0)
    assert (kept.supplier, kept.expected_on, kept.route) == ("Mill", "2027-01-20", "cross_dock")
    assert (kept.announced_by, kept.announced_at) == ("person/7", floor.now)
    assert [
        (line.position, line.quantity, line.lot, line.serial, line.expiry, line.unit)
        for line in all_of(floor, AnnouncedLine)
    ] == [(1, 10, "L1", "", "2027-12-31", "340123450000000017"), (2, 1, "", "S1", "", "")]


def test_same_announcement_again_changes_nothing() -> None:
    floor = Floor()
    number = announce(floor)
    before = all_of(floor, Announcement)

    outcome = ask(floor, asn())

    assert outcome["grant"] == {"announcement": number, "unchanged": True}
    assert all_of(floor, Announcement) == before
    assert got(floor) == {1: (10, 0)}


def test_other_content_replaces_what_was_announced_before_it_arrives() -> None:
    floor = Floor()
    number = announce(floor, AnnouncedGoods("A1", 10), AnnouncedGoods("A2", 1))

    outcome = ask(floor, asn(AnnouncedGoods("A3", 4)))

    assert outcome["grant"] == {"announcement": number, "changed": True}
    assert got(floor) == {1: (4, 0)}
    assert (stands(floor).units, stands(floor).left) == (4, 4)
    announce(floor, AnnouncedGoods("A1", 1), AnnouncedGoods("A2", 2), AnnouncedGoods("A3", 3))
    assert got(floor) == {1: (1, 0), 2: (2, 0), 3: (3, 0)}


def test_other_content_is_refused_once_something_came_or_the_truck_stands_there() -> None:
    for begin in (
        lambda floor, _: floor.handheld().do(came(1)),
        arrive,
        close,
    ):
        floor = Floor()
        number = announce(floor)
        begin(floor, number)

        outcome = ask(floor, asn(AnnouncedGoods("A1", 9)))

        assert (outcome["outcome"], outcome["code"]) == ("refused", "announcement_fixed")
        assert outcome["expected"] == stands(floor).state
        assert stands(floor).units == 10


def test_two_owners_may_use_the_same_number() -> None:
    floor = Floor()
    announce(floor)
    announce(floor, AnnouncedGoods("B1", 3), owner=BETA)

    floor.handheld().do(
        came(2), came(1, "B1", owner="BETA"), came(3, "", owner="", code="4000000000020")
    )

    mine, other = sorted(all_of(floor, Announcement), key=lambda each: each.owner)
    assert [(mine.came, mine.left, mine.over), (other.came, other.left)] == [(5, 8, 3), (1, 2)]


def test_what_came_before_it_was_announced_counts() -> None:
    floor = Floor()
    handheld = floor.handheld()

    outcomes = handheld.do(came(4), came(3, "A2"), came(2, condition="damaged"))
    announce(floor, AnnouncedGoods("A1", 6), AnnouncedGoods("A3", 1))

    assert [outcome["code"] for outcome in outcomes] == ["unknown_announcement"] * 3
    assert got(floor) == {1: (6, 6), 2: (1, 0)}
    kept = stands(floor)
    assert (kept.state, kept.came, kept.left, kept.over) == ("receiving", 9, 1, 3)


def test_receipt_and_announcement_lead_to_the_same_book_in_either_order() -> None:
    books = []
    for first in (True, False):
        floor = Floor()
        handheld = floor.handheld()
        if first:
            announce(floor, AnnouncedGoods("A1", 6, "L1"), AnnouncedGoods("A1", 4))
        handheld.do(came(7, lot="L1"), came(5, lot="L2"))
        if not first:
            announce(floor, AnnouncedGoods("A1", 6, "L1"), AnnouncedGoods("A1", 4))
        kept = stands(floor)
        books.append((got(floor), kept.state, kept.left, kept.over, tasks(floor)))

    assert books[0] == books[1]
    assert books[0] == (
        {1: (6, 6), 2: (4, 6)},
        "received",
        0,
        2,
        [("receipt_difference", "", NUMBER)],
    )


def test_announced_serials_are_told_apart_in_either_order() -> None:
    lines = (
        AnnouncedGoods("A3", 1, "L1", "S1"),
        AnnouncedGoods("A3", 1, serial="S2"),
        AnnouncedGoods("A3", 2),
    )
    books = []
    for first in (True, False):
        floor = captures_serials(Floor())
        handheld = floor.handheld()
        if first:
            announce(floor, *lines)
        handheld.do(
            came(1, "A3", serial="S2", condition="damaged"),
            came(1, "A3", lot="L1", serial="S9"),
            came(1, "A3", serial="S8"),
            came(1, "A3", serial="S8"),
        )
        if not first:
            announce(floor, *lines)
        assert undone(handheld, len(handheld.lines)) == ("applied", "")
        kept = stands(floor)
        books.append((got(floor), kept.state, kept.left, kept.over, kept.came))

    assert books[0] == books[1]
    assert books[0] == ({1: (1, 0), 2: (1, 1), 3: (2, 2)}, "receiving", 1, 0, 3)


def test_serial_that_came_twice_stands_on_its_line_once_and_a_correction_keeps_that() -> None:
    floor = captures_serials(Floor())
    announce(floor, AnnouncedGoods("A3", 1, serial="S1"), AnnouncedGoods("A3", 1, serial="S2"))
    handheld = floor.handheld()

    handheld.do(came(1, "A3", serial="S1"), came(1, "A3", serial="S1"))
    assert (got(floor), stands(floor).left, stands(floor).over) == ({1: (1, 1), 2: (1, 0)}, 1, 1)
    handheld.do(came(1, "A3", serial="S2"))
    assert (stands(floor).state, stands(floor).over) == ("received", 1)
    undone(handheld, len(handheld.lines) - 1)

    assert (got(floor), stands(floor).left, stands(floor).over) == ({1: (1, 1), 2: (1, 1)}, 0, 0)


def test_serials_that_nobody_captures_at_receipt_are_only_told() -> None:
    floor = Floor()
    announce(floor, AnnouncedGoods("A3", 1, serial="S1"), AnnouncedGoods("A3", 1, serial="S2"))

    handheld = floor.handheld()
    handheld.do(came(1, "A3", serial="S2"))
    assert got(floor) == {1: (1, 1), 2: (1, 0)}
    handheld.do(came(1, "A3"))

    assert (got(floor), stands(floor).state) == ({1: (1, 1), 2: (1, 1)}, "received")


def test_other_lines_before_arrival_let_go_of_what_came_and_was_undone() -> None:
    floor = captures_serials(Floor())
    announce(floor, AnnouncedGoods("A3", 1, serial="S1"))
    handheld = floor.handheld()
    handheld.do(came(1, "A3", serial="S1"))
    undone(handheld, len(handheld.lines))

    announce(floor, AnnouncedGoods("A3", 1, serial="S2"))

    assert (got(floor), all_of(floor, ReceivedGoods)) == ({1: (1, 0)}, [])


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"owner": 77}, "unknown_owner"),
        ({"number": ""}, "bad_number"),
        ({"number": "x" * 65}, "bad_number"),
        ({"supplier": "a\x01b"}, "bad_supplier"),
        ({"lines": ()}, "bad_lines"),
        ({"lines": (AnnouncedGoods("A1", 1),) * 1_001}, "bad_lines"),
        ({"expected_on": "tomorrow"}, "bad_expected_on"),
        ({"lines": (AnnouncedGoods("NONE", 1),)}, "unknown_item"),
        ({"lines": (AnnouncedGoods("B1", 1),)}, "unknown_item"),
        ({"lines": (AnnouncedGoods("A1", 0),)}, "bad_quantity"),
        ({"lines": (AnnouncedGoods("A1", 1_000_001),)}, "bad_quantity"),
        ({"lines": (AnnouncedGoods("A1", 2, serial="S1"),)}, "bad_quantity"),
        ({"lines": (AnnouncedGoods("A1", 1, lot=" L"),)}, "bad_lot"),
        ({"lines": (AnnouncedGoods("A1", 1, unit="\x00"),)}, "bad_unit"),
        ({"lines": (AnnouncedGoods("A1", 1, expiry="2027-02-30"),)}, "bad_expiry"),
    ],
)
def test_announcement_that_can_not_be_is_refused(changed: dict[str, Any], code: str) -> None:
    floor = Floor()

    outcome = ask(floor, asn(**changed))

    assert (outcome["outcome"], outcome["code"]) == ("refused", code)
    assert all_of(floor, Announcement) == []


def test_unknown_items_are_named() -> None:
    outcome = ask(Floor(), asn(*(AnnouncedGoods(sku, 1) for sku in ("X2", "A1", "X1", "X2"))))

    assert outcome["actual"] == "X1, X2"


def test_arrival_is_noted_once_unless_somebody_corrects_it() -> None:
    floor = Floor()
    number = announce(floor)

    first, again = arrive(floor, number, dock="D-1"), arrive(floor, number)
    kept = stands(floor)
    corrected = arrive(floor, number, at=floor.now - 5_000)

    assert first["grant"] == {"announcement": number}
    assert again["grant"] == {"announcement": number, "unchanged": True}
    assert (kept.state, kept.arrived_at, kept.dock) == ("arrived", floor.now, 1_000_100)
    assert corrected["grant"] == {"announcement": number}
    assert (stands(floor).arrived_at, stands(floor).dock) == (floor.now - 5_000, 1_000_100)


def test_arrival_that_can_not_be_is_refused() -> None:
    floor = Floor()
    number = announce(floor)

    outcomes = [
        arrive(floor, 77),
        arrive(floor, number, dock="NONE"),
        arrive(floor, number, at=floor.now + 1),
        close(floor, 77),
    ]

    assert [outcome["code"] for outcome in outcomes] == [
        "not_found",
        "unknown_place",
        "bad_at",
        "not_found",
    ]
    assert stands(floor).state == "announced"


def test_receipt_that_came_as_announced_ends_without_a_task() -> None:
    floor = Floor()
    number = announce(floor)
    floor.handheld().do(came(4), came(6))
    assert stands(floor).state == "received"

    outcome = close(floor, number)

    assert outcome == {
        "outcome": "applied",
        "grant": {"announcement": number, "missing": 0, "over": 0},
    }
    assert (stands(floor).state, stands(floor).closed_at) == ("closed", floor.now)
    assert tasks(floor) == []


def test_what_is_missing_and_over_is_named_when_the_receipt_is_closed() -> None:
    floor = Floor()
    number = announce(floor, AnnouncedGoods("A1", 10), AnnouncedGoods("A2", 5))
    floor.handheld().do(came(7), came(8, "A2"), came(2, "A3"))
    assert tasks(floor) == []

    outcome, again = close(floor, number), close(floor, number)

    assert (outcome["code"], outcome["expected"], outcome["actual"]) == (
        "receipt_differs",
        "15",
        "17",
    )
    assert outcome["grant"] == {"announcement": number, "missing": 3, "over": 5}
    assert again["grant"] == {"announcement": number, "missing": 3, "over": 5, "unchanged": True}
    assert tasks(floor) == [("receipt_difference", "", NUMBER)]
    assert task_units(floor) == [8]


def task_units(floor: Floor) -> list[int | None]:
    """Units that open tasks name."""
    return [task.quantity for task in all_of(floor, Task) if task.open]


def test_late_facts_change_what_a_closed_receipt_names() -> None:
    floor = Floor()
    number = announce(floor)
    close(floor, number)
    handheld = floor.handheld()

    (late,) = handheld.do(came(7))
    assert task_units(floor) == [3]
    handheld.do(came(3))

    assert late["code"] == "receipt_closed"
    assert (task_units(floor), stands(floor).state) == ([], "closed")
    handheld.do(came(1))
    assert task_units(floor) == [1]


def test_task_that_was_closed_at_the_desk_stays_closed_until_something_changes() -> None:
    floor = Floor()
    number = announce(floor)
    close(floor, number)
    (task,) = all_of(floor, Task)
    ask(floor, ResolveTask(task=task.id, note="the merchant knows"))

    arrive(floor, number)
    assert task_units(floor) == []
    floor.handheld().do(came(1))

    assert task_units(floor) == [9]


def test_undo_takes_units_off_the_announcement_again() -> None:
    floor = Floor()
    announce(floor)
    handheld = floor.handheld()
    handheld.do(came(4), came(6), came(2))
    assert (stands(floor).state, task_units(floor)) == ("received", [2])

    assert undone(handheld, len(handheld.lines)) == ("applied", "")
    assert (stands(floor).state, stands(floor).over, task_units(floor)) == ("received", 0, [])
    assert undone(handheld, 3) == ("applied", "")
    assert undone(handheld, 3) == ("flagged", "already_undone")

    kept = stands(floor)
    assert (kept.state, kept.came, kept.left) == ("receiving", 4, 6)
    assert undone(handheld, 2) == ("applied", "")
    assert stands(floor).state == "announced"
    assert (got(floor), all_of(floor, ReceivedGoods)) == ({1: (10, 0)}, [])


def test_announcing_and_receiving_in_one_group_count_together() -> None:
    floor = Floor()
    lines = (AnnouncedGoods("A1", 10), AnnouncedGoods("A2", 5))

    first, second, other = say(
        floor,
        asn(*lines),
        asn(AnnouncedGoods("A1", 9)),
        AnnounceReceipt(owner=BETA, number=NUMBER, lines=(AnnouncedGoods("B1", 1),)),
    )

    assert [each["outcome"] for each in (first, second, other)] == ["applied"] * 3
    assert second["grant"]["changed"]
    assert sorted((each.owner, each.units) for each in all_of(floor, Announcement)) == [
        (1_000_001, 9),
        (1_000_002, 1),
    ]
