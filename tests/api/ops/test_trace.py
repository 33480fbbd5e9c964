"""Traces, trees and the EPCIS export over HTTP."""

from typing import Any

import pytest
from litestar.testing import TestClient

from device_protocol.operations import Move, MoveUnit, Receive
from tests.api.desks import Desk
from tests.api.device.callers import Caller
from tests.api.warehouse import Warehouse
from tests.integrations.epcis_schema import read_document


@pytest.fixture(autouse=True)
def _stocked(warehouse: Warehouse, client: TestClient[Any]) -> None:
    """Receive a lamp by its serial into a tote at a bin, and a rug with the same serial."""
    caller = Caller(warehouse, client)
    caller.write(
        Receive(quantity=1, owner="ACME", item="A1", serial="S-1", to="D-1", ended=1_000),
        Move(
            quantity=1, owner="ACME", item="A1", serial="S-1", source="D-1", to="T-7", ended=2_000
        ),
        MoveUnit(unit="T-7", to="A-01", ended=3_000),
        Receive(quantity=1, owner="BETA", item="B1", serial="S-1", to="D-1", ended=4_000),
    )
    assert caller.push().status_code == 200


def test_trace_is_told_and_paged(supervisor: Desk) -> None:
    first = supervisor.get("/trace", code="S-1", owner="ACME", limit=2)
    rest = supervisor.get("/trace", code="S-1", owner="ACME", limit=2, after=first["next"])

    steps = [*first["steps"], *rest["steps"]]
    assert [(step["did"], step["target"]) for step in steps] == [
        ("receive", "D-1"),
        ("move", "T-7"),
        ("move_unit", "A-01"),
    ]
    assert rest["next"] is None
    ambiguous = supervisor.get("/trace", code="S-1")
    assert [each["owner"] for each in ambiguous["candidates"]] == ["ACME", "BETA"]


def test_merchants_trace_their_own(acme: Desk, beta: Desk) -> None:
    lamp, rug = acme.get("/trace", code="S-1"), beta.get("/trace", code="S-1")

    assert [lamp["traced"]["item"], rug["traced"]["item"]] == ["A1", "B1"]
    assert (len(lamp["steps"]), len(rug["steps"])) == (3, 1)
    assert acme.refusal("GET", "/trace?code=T-7") == (404, "not_found", "")


def test_tree_tells_what_is_in_a_unit(supervisor: Desk) -> None:
    tree = supervisor.get("/sites/1/units/T-7/tree")

    assert tree["within"] == ["A-01"]
    assert [each["serial"] for each in tree["root"]["goods"]] == ["S-1"]
    assert supervisor.refusal("GET", "/sites/1/units/T-404/tree")[:2] == (404, "not_found")
    assert supervisor.refusal("GET", "/sites/77/units/T-7/tree")[:2] == (404, "not_found")
    assert supervisor.refusal("GET", "/sites/1/units/T%00/tree")[:2] == (422, "invalid")


def test_export_is_an_epcis_document(supervisor: Desk) -> None:
    answer = supervisor.call("GET", "/export/epcis")

    assert answer.headers["Content-Type"].startswith("application/ld+json")
    events = read_document(answer.content)
    assert [event.bizStep for event in events] == ["receiving", "packing", "storing", "receiving"]
    later = supervisor.call("GET", "/export/epcis?since=2010-12-02T00:00:00Z&site=1")
    assert read_document(later.content) == []


def test_what_cannot_be_asked_is_refused(supervisor: Desk) -> None:
    asked = {
        "/trace": 400,
        "/trace?code=": 400,
        f"/trace?code={'x' * 201}": 400,
        "/trace?code=S%00": 422,
        "/trace?code=S-1&kind=weather": 422,
        "/trace?code=S-1&after=nonsense": 422,
        "/trace?code=S-404": 404,
        "/export/epcis?since=yesterday": 422,
        "/export/epcis?since=2010-12-02T00:00:00Z&until=2010-12-01T00:00:00Z": 422,
    }

    assert {path: supervisor.refusal("GET", path)[0] for path in asked} == asked
