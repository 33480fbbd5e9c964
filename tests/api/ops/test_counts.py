"""Planning counts, how a site counts, and inventory accuracy, over HTTP."""

from typing import Any

import pytest
from litestar.testing import TestClient

from device_protocol.operations import Clock, Count, CountLine, Pick, Receive
from tests.api.desks import Desk
from tests.api.device.callers import Caller
from tests.api.warehouse import Warehouse
from tests.conftest import MORNING_MS


def counted(warehouse: Warehouse, client: TestClient[Any]) -> None:
    """A device received ten lamps, picked one and counted eight."""
    caller = Caller(warehouse, client)
    caller.write(Clock(server=MORNING_MS - 60_000, round_trip=0, ended=0))
    lamps: dict[str, Any] = {"owner": "ACME", "item": "A1"}
    caller.write(Receive(quantity=10, to="A-01", ended=1_000, **lamps))
    caller.write(Pick(quantity=1, source="A-01", to="T-1", ended=2_000, **lamps))
    line = CountLine(quantity=8, **lamps)
    caller.write(Count(place="A-01", lines=(line,), complete=True, occasion="planned", ended=3_000))
    assert caller.push().status_code == 200


def test_counts_are_planned_by_zone(supervisor: Desk) -> None:
    done = supervisor.say("POST", "/sites/1/counts", {"zone": "A", "places_max": 2})

    assert (len(done["grant"]["tasks"]), done["grant"]["left"]) == (2, 1)
    rows = supervisor.get("/exceptions", site=1, subject="task", kind="count")["rows"]
    assert [row["place"] for row in rows] == ["A-01", "A-02"]


def test_daily_plan_is_put_listed_and_laid_to_rest(supervisor: Desk) -> None:
    path = "/sites/1/count_rules"

    supervisor.say("PUT", path, {"name": "daily", "zone": "A", "next_at": "2030-01-01T05:00:00Z"})
    [row] = supervisor.get(path)
    assert (row["name"], row["zone"], row["next_at"], row["state"]) == (
        "daily",
        "A",
        "2030-01-01T05:00:00.000Z",
        "active",
    )

    supervisor.say("PUT", path, {"name": "daily", "zone": "A", "active": False})
    [row] = supervisor.get(path)
    assert (row["next_at"], row["state"]) == ("2030-01-01T05:00:00.000Z", "resting")


@pytest.mark.parametrize(
    ("method", "path", "body", "told"),
    [
        ("POST", "/sites/1/counts", {"zone": "X"}, (422, "desk.invalid", "unknown")),
        ("POST", "/sites/1/counts", {"places_max": 0}, (400, "malformed", "")),
        ("POST", "/sites/1/counts", {"places": ["Z-99"]}, (422, "desk.invalid", "unknown")),
        ("POST", "/sites/9/counts", {}, (404, "not_found", "")),
        ("PUT", "/sites/1/count_rules", {"next_at": "today"}, (422, "invalid", "")),
        ("PUT", "/sites/1/count_policy", {"units_off_max": -1}, (400, "malformed", "")),
        (
            "PUT",
            "/sites/1/count_classes",
            {"items": [{"owner": "ACME", "sku": "NONE"}]},
            (422, "desk.invalid", "unknown"),
        ),
        ("POST", "/sites/9/count_classes/by_turnover", {}, (404, "not_found", "")),
        ("GET", "/sites/9/accuracy", None, (404, "not_found", "")),
        ("GET", "/sites/9/accuracy.csv", None, (404, "not_found", "")),
        ("GET", "/sites/1/accuracy?owner=NONE", None, (404, "not_found", "")),
        (
            "GET",
            "/sites/1/accuracy.svg?since=2030-01-01T05:00:00Z&until=2029-01-01T05:00:00Z",
            None,
            (422, "invalid", ""),
        ),
        ("GET", "/sites/9/discrepancies", None, (404, "not_found", "")),
    ],
)
def test_what_cannot_be_is_refused(
    supervisor: Desk,
    method: str,
    path: str,
    body: Any,  # noqa: ANN401 - any JSON.
    told: tuple[int, str, str],
) -> None:
    assert supervisor.refusal(method, path, body) == told


def test_accuracy_is_told_drawn_and_exported(
    supervisor: Desk, warehouse: Warehouse, client: TestClient[Any]
) -> None:
    counted(warehouse, client)

    told = supervisor.get("/sites/1/accuracy", owner="ACME")
    planned = next(row for row in told["rows"] if row["by"] == "occasion")
    assert (planned["name"], planned["lines"], planned["lines_right"]) == ("planned", 1, 0)
    assert (planned["units_book"], planned["units_off"]) == (9, 1)
    picture = supervisor.call("GET", "/sites/1/accuracy.svg")
    assert picture.headers["Content-Type"].startswith("image/svg+xml")
    assert "0 of 1 lines" in picture.text
    header, line, *rest = supervisor.call("GET", "/sites/1/accuracy.csv").text.split("\r\n")
    assert header.startswith("place,operation,counted_at,occasion")
    assert line.startswith("A-01,")
    assert rest == [""]


def test_discrepancies_are_listed_with_their_cause(
    supervisor: Desk, warehouse: Warehouse, client: TestClient[Any]
) -> None:
    counted(warehouse, client)

    [row] = supervisor.get("/sites/1/discrepancies", status="open")["rows"]

    assert (row["kind"], row["expected"], row["actual"], row["left"]) == (
        "count_variance",
        "9",
        "8",
        -1,
    )
    assert supervisor.get("/sites/1/discrepancies", status="closed")["rows"] == []


def test_difference_is_counted_again_and_closed_by_its_cause(
    supervisor: Desk, warehouse: Warehouse, client: TestClient[Any]
) -> None:
    counted(warehouse, client)
    [row] = supervisor.get("/sites/1/discrepancies", status="open")["rows"]
    path = f"/sites/1/discrepancies/{row['discrepancy']}/resolve"

    done = supervisor.say("POST", "/sites/1/counts", {"places": ["A-01"], "another": True})
    assert len(done["grant"]["tasks"]) == 1
    lost = {"note": "two lamps are nowhere", "cause": "lost"}
    assert supervisor.refusal("POST", path, lost)[2] == "not_shown"
    assert supervisor.refusal("POST", path, lost | {"cause": "elves"})[:2] == (400, "malformed")
    supervisor.say("POST", path, lost | {"explained_by": row["opened_by"]})

    [row] = supervisor.get("/sites/1/discrepancies")["rows"]
    assert (row["state"], row["cause"], row["note"]) == ("closed", "lost", lost["note"])
    assert row["explained_by"] == row["opened_by"]


def test_items_are_classed_by_hand_and_by_turnover(
    supervisor: Desk, warehouse: Warehouse, client: TestClient[Any]
) -> None:
    counted(warehouse, client)
    item = {"owner": "ACME", "sku": "A1", "rank": "C", "value_minor": 250}
    supervisor.say("PUT", "/sites/1/count_classes", {"items": [item]})
    supervisor.say("PUT", "/sites/1/count_policy", {"minor_off_max": 100})

    first = supervisor.say("POST", "/sites/1/count_classes/by_turnover", {"days": 3_650})
    again = supervisor.say("POST", "/sites/1/count_classes/by_turnover", {"days": 3_650})

    assert first == {"a": 1, "b": 0, "c": 0, "changed": 1}
    assert again == {"a": 1, "b": 0, "c": 0, "changed": 0}
    done = supervisor.say("POST", "/sites/1/counts", {"rank": "A"})
    assert len(done["grant"]["tasks"]) == 1
