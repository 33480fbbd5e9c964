"""A disk that is full, and a bug in one decision: said clearly, and the site goes on by itself."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import msgspec
import pytest
from litestar.testing import TestClient
from structlog.testing import capture_logs

from device_protocol.client import UnreachableError
from device_protocol.messages import PushAnswer
from device_protocol.operations import Clock, Move, Receive
from server.core import Core
from server.db.engine import Database
from server.lane.activity import Activity
from tests.api.desks import Desk
from tests.api.device.callers import Caller, problem
from tests.api.warehouse import Warehouse
from tests.badinput.books import book_is_clean, on_hand
from tests.conftest import MORNING_MS

GROWTH_PAGES = 3
PLENTY_PAGES = 1 << 30


@contextmanager
def full(database: Database) -> Iterator[None]:
    """Let the disk be full: SQLite's file may not grow, PostgreSQL says what it says then."""
    writer = database._writer
    assert writer is not None
    if database.dialect == "sqlite":
        end = [f"PRAGMA max_page_count = {PLENTY_PAGES}"]
        with writer.begin() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + GROWTH_PAGES}")
    else:
        end = ["DROP TRIGGER full_disk ON operation", "DROP FUNCTION full_disk()"]
        with writer.begin() as connection:
            connection.exec_driver_sql(
                "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RAISE EXCEPTION 'no space' USING ERRCODE = '53100'; END $$"
            )
            connection.exec_driver_sql(
                "CREATE TRIGGER full_disk BEFORE INSERT ON operation "
                "FOR EACH STATEMENT EXECUTE FUNCTION full_disk()"
            )
    try:
        yield
    finally:
        with writer.begin() as connection:
            for statement in end:
                connection.exec_driver_sql(statement)


def test_full_disk_is_told_and_nothing_is_lost_or_doubled(
    core: Core, client: TestClient[Any], warehouse: Warehouse, admin: Desk
) -> None:
    device = warehouse.device(client)
    waits: list[float] = []
    device._sleep = waits.append
    for number in range(60):
        device.device.record(
            Receive(quantity=1, owner="ACME", item="A1", to="D-1", reason="x" * 4_000)
        )
        if number == 9:
            device.push_all()
    before = device.device.pending()

    with capture_logs(), full(core.database):
        with pytest.raises(UnreachableError, match="503"):
            device.push_all()
        refused = admin.call("PUT", "/merchants", json={"code": "M" * 60, "name": "N" * 200})
        if core.database.dialect == "postgresql":
            assert problem(refused) == (503, "database.full")
            assert int(refused.headers["Retry-After"]) >= 1
        assert client.get("/health").status_code == 200
        assert admin.call("GET", "/stock").status_code == 200
        assert device.device.pending() == before

    device.push_all()

    assert device.device.pending() == 0
    assert on_hand(core) == {("D-1", "A1"): 60}
    assert min(waits) > 0
    assert book_is_clean(core)
    admin.say("PUT", "/merchants", {"code": "LATER", "name": "Later"})


def planted(core: Core, bug: Callable[..., None]) -> None:
    """Put a bug into the decision of moves, as a release might."""
    rules = core.rules
    old = rules.activities[Move]
    rules.activities = dict(rules.activities) | {Move: Activity(Move, old.needs, bug)}


def outcomes_of(answer: httpx.Response) -> list[dict[str, Any]]:
    """The outcomes of a push."""
    told = msgspec.json.decode(answer.content, type=PushAnswer)
    return [msgspec.json.decode(outcome) for outcome in told.outcomes]


def test_bug_in_one_decision_parks_it_and_the_site_goes_on(
    core: Core, client: TestClient[Any], warehouse: Warehouse, admin: Desk
) -> None:
    def bug(*_asked: object) -> None:
        message = "a bug of this release"
        raise KeyError(message)

    first, second = Caller(warehouse, client), Caller(warehouse, client)
    planted(core, bug)
    received = Receive(quantity=5, owner="ACME", item="A1", to="D-1", ended=2)
    moved = Move(quantity=2, owner="ACME", item="A1", source="D-1", to="A-01", ended=3)
    first.write(Clock(server=MORNING_MS, ended=1), received, moved, received)
    second.write(Clock(server=MORNING_MS, ended=1), received)

    with capture_logs() as logged:
        told, neighbours = outcomes_of(first.push()), outcomes_of(second.push())
        again = outcomes_of(first.push())

    assert [each["outcome"] for each in told] == ["applied", "applied", "parked", "applied"]
    assert told[2] == {
        "outcome": "parked",
        "code": "internal_error",
        "then": "kept; a person or a newer version resolves it",
    }
    assert again == told
    assert [each["outcome"] for each in neighbours] == ["applied", "applied"]
    assert [each["event"] for each in logged if each["log_level"] == "error"] == ["decision_failed"]
    assert on_hand(core) == {("D-1", "A1"): 15}
    [waiting] = admin.get("/exceptions", subject="parked")["rows"]
    assert (waiting["kind"], waiting["name"]) == ("internal_error", f"{first.device}/1/3")
    story = admin.get(f"/operations/{first.device}/1/3")
    assert "a bug of this release" not in str(story)
    admin.say(
        "POST", f"/sites/1/operations/{first.device}/1/3/set_aside", {"note": "moved by hand"}
    )
    assert admin.get("/exceptions", subject="parked")["rows"] == []
    assert book_is_clean(core)
