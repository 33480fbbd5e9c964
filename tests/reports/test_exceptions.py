"""Tests of the list of exceptions, on both databases."""

import pytest

from device_protocol import chain
from device_protocol.operations import Move, Receive, ShortPick
from server.clock import to_rfc3339
from server.db.engine import Database
from server.identity.records import Incident
from server.lane.activity import NETWORK
from server.orders.records import OrderConflict
from server.reports.exceptions import ExceptionRow, all_exceptions, exceptions
from server.tasks.resolving import ResolveConflict, ResolveIncident, ResolveParked, ResolveTask
from tests.floor import SITE, START, Floor, Handheld
from tests.reports.books import an_order, floor_on, put
from tests.sayings import say

NOW = START + 2_000_000
HOUR = 3_600_000
DAY = 24 * HOUR


def teleported(handheld: Handheld) -> None:
    """A line that nobody can read."""
    handheld.lines.append(b'{"kind":"teleport"}')
    handheld.hashes.append(chain.step(handheld.hashes[-1], len(handheld.lines), handheld.lines[-1]))
    handheld.push()


def troubled(database: Database) -> Floor:
    """One or more of every kind of exception."""
    floor = floor_on(database)
    handheld = floor.handheld()
    handheld.do(
        Move(quantity=3, owner="ACME", item="A1", source="A-01", to="A-02", ended=1_000),
        Receive(quantity=2, code="X-77", to="D-1", ended=2_000),
        ShortPick(source="A-03", quantity=1, ended=3_000),
    )
    teleported(handheld)
    put(
        database,
        an_order(40),
        OrderConflict(NETWORK, 41, 40, "other", NOW - 60_000, "2/1/1"),
        Incident(SITE, 42, 1_000_001, "fork", NOW - 2 * DAY, "epoch 1"),
    )
    return floor


def rows_of(database: Database, **asked: str | int) -> list[ExceptionRow]:
    """What is open."""
    with database.reading() as connection:
        return exceptions(connection, NOW, **asked).rows  # type: ignore[arg-type]


def test_everything_open_is_listed_by_when_it_is_due(database: Database) -> None:
    troubled(database)

    rows = rows_of(database)

    assert [(row.subject, row.kind) for row in rows] == [
        ("incident", "fork"),
        ("parked", "unknown_kind"),
        ("task", "count"),
        ("discrepancy", "negative"),
        ("discrepancy", "coarse"),
        ("discrepancy", "short"),
        ("conflict", "order"),
    ]
    assert [row.overdue for row in rows] == [True] + [False] * 6
    incident, parked, _task, negative, coarse = rows[:5]
    assert (incident.actual, incident.note, incident.age_s) == ("1000001", "epoch 1", 172_800)
    assert (negative.place, negative.owner, negative.sku) == ("A-01", "ACME", "A1")
    assert (negative.expected, negative.actual) == ("0", "-3")
    assert negative.opened_by == "1000001/1/2"
    assert coarse.sku == "unidentified:X-77"
    assert parked.name == "1000001/1/5"
    assert parked.due == to_rfc3339(START + 1_000_000 + 4 * HOUR)
    assert (rows[6].owner, rows[6].actual, rows[6].site) == ("ACME", "web N40", NETWORK)


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ({"subject": "discrepancy"}, 3),
        ({"subject": "discrepancy", "kind": "coarse"}, 1),
        ({"kind": "unknown_kind"}, 1),
        ({"site": NETWORK}, 1),
        ({"site": SITE}, 6),
        ({"site": 9}, 0),
    ],
)
def test_exceptions_are_found_by_what_is_asked(
    database: Database, asked: dict[str, str | int], count: int
) -> None:
    troubled(database)

    assert len(rows_of(database, **asked)) == count


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_pages_join_to_the_whole(database: Database, limit: int) -> None:
    troubled(database)
    whole = rows_of(database)

    pieces: list[ExceptionRow] = []
    after = None
    with database.reading() as connection:
        while True:
            page = exceptions(connection, NOW, after=after, limit=limit)
            pieces += page.rows
            after = page.next
            if after is None:
                break
        streamed = [row for portion in all_exceptions(connection, NOW) for row in portion]

    assert pieces == whole == streamed


def test_parked_operations_that_are_overdue_come_before_what_is_not(database: Database) -> None:
    troubled(database)
    due = START + 1_000_000 + 4 * HOUR

    with database.reading() as connection:
        before = exceptions(connection, due, site=SITE).rows
        after = exceptions(connection, due + 1, site=SITE).rows

    assert [row.subject for row in before if row.overdue] == ["incident"]
    assert [row.subject for row in after if row.overdue] == ["incident", "parked", "task"]
    assert [row.overdue for row in after] == [True] * 3 + [False] * 3


def test_what_was_resolved_is_gone(database: Database) -> None:
    floor = troubled(database)
    task = next(row for row in rows_of(database) if row.subject == "task")

    outcomes = say(
        floor,
        ResolveParked(stream=1_000_001, epoch=1, seq=5, note="a test"),
        ResolveIncident(incident=42, note="enrolled again"),
        ResolveTask(task=int(task.name), note="counted"),
    ) + say(floor, ResolveConflict(conflict=41, note="read"), site=NETWORK)

    assert [outcome["outcome"] for outcome in outcomes] == ["applied"] * 4
    assert {row.subject for row in rows_of(database)} == {"discrepancy"}
