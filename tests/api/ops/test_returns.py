"""Returns at desks over HTTP: announced, received by a device, told, and damage."""

from typing import Any

import pytest
from litestar.testing import TestClient

from device_protocol.handling import Discard, Grade, TakeReturn
from device_protocol.operations import Clock
from server.core import Core
from server.sync.verify import verify
from tests.api.desks import Desk
from tests.api.device.callers import Caller
from tests.api.warehouse import Warehouse
from tests.conftest import MORNING_MS

A1: dict[str, Any] = {"owner": "ACME", "item": "A1"}


@pytest.fixture(name="caller")
def make_caller(warehouse: Warehouse, supervisor: Desk, client: TestClient[Any]) -> Caller:
    """Give a device with an announced return that came in, of which one was damaged on the way."""
    body = {"channel": "web", "number": "R1", "lines": [{"sku": "A1", "quantity": 3}]}
    answer = supervisor.call("POST", "/returns", params={"owner": "ACME"}, json=body)
    assert answer.status_code == 201, answer.text
    rule = {"owner": "ACME", "condition": "damaged", "way": "repair", "place": "P-1"}
    supervisor.say("PUT", "/dispositions", rule)
    caller = Caller(warehouse, client)
    caller.write(
        Clock(server=MORNING_MS - 60_000, round_trip=0, ended=0),
        TakeReturn(quantity=2, to="D-1", announced="R1", reason="too_small", ended=1_000, **A1),
        Grade(quantity=1, at="D-1", graded="damaged", step="return", ended=2_000, **A1),
        Discard(quantity=1, source="D-1", condition="damaged", ended=3_000, **A1),
    )
    assert caller.push().status_code == 200
    warehouse.core.drain()
    return caller


@pytest.mark.usefixtures("caller")
def test_what_was_announced_and_what_came_stand_side_by_side(supervisor: Desk) -> None:
    [row] = supervisor.get("/returns", owner="ACME", number="R1", open_only=True)["rows"]

    assert (row["sku"], row["quantity"], row["received"]) == ("A1", 3, 2)


@pytest.mark.usefixtures("caller")
def test_what_was_said_of_goods_is_told_with_its_reason(supervisor: Desk) -> None:
    rows = supervisor.get("/verdicts", site=1, owner="ACME")["rows"]

    told = [(row["kind"], row["condition"], row["disposition"], row["quantity"]) for row in rows]
    assert told == [
        ("returned", "good", "restock", 2),
        ("graded", "damaged", "repair", 1),
        ("discarded", "damaged", "scrap", 1),
    ]
    assert (rows[0]["number"], rows[0]["channel"], rows[0]["reason"]) == ("R1", "web", "too_small")
    [only] = supervisor.get("/verdicts", kind="returned", number="R1", limit=1)["rows"]
    assert only == rows[0]


@pytest.mark.usefixtures("caller")
def test_damage_is_counted_by_step(supervisor: Desk) -> None:
    [row] = supervisor.get("/sites/1/damage")

    assert (row["step"], row["condition"], row["cases"], row["units"]) == (
        "return",
        "damaged",
        1,
        1,
    )
    assert supervisor.get("/sites/1/damage", until="2000-01-01T00:00:00Z") == []


@pytest.mark.usefixtures("caller")
def test_rules_and_the_tasks_they_lead_to_are_seen(supervisor: Desk) -> None:
    assert supervisor.get("/dispositions", owner="ACME") == [
        {"owner": "ACME", "condition": "damaged", "way": "repair", "place": "P-1"}
    ]
    kinds = {row["kind"]: row["note"] for row in supervisor.get("/exceptions")["rows"]}
    assert kinds == {"restock": "", "repair": "P-1"}


def test_window_that_ends_before_it_begins_and_a_bad_rule_are_refused(supervisor: Desk) -> None:
    wrong = {"since": "2030-01-01T00:00:00Z", "until": "2020-01-01T00:00:00Z"}
    rule = {"owner": "NOBODY", "condition": "damaged", "way": "repair"}

    assert supervisor.call("GET", "/sites/1/damage", params=wrong).status_code == 422
    assert supervisor.refusal("PUT", "/dispositions", rule) == (
        422,
        "desk.invalid",
        "unknown_owner",
    )
    assert supervisor.call("GET", "/sites/9/damage").status_code == 404


@pytest.mark.usefixtures("caller")
def test_book_verifies_with_returns_in_it(core: Core) -> None:
    report = verify(core.database, core.rules)

    assert report.findings == []
    assert report.movements == 3
