"""Exceptions and their resolution, corrections and stories at desks over HTTP."""

from typing import Any

import pytest
from litestar.testing import TestClient

from device_protocol.operations import Clock, Move, Receive, ShortPick
from server.core import Core
from server.sync.verify import verify
from server.tasks.devices import SetDeviceState
from tests.api.desks import Desk
from tests.api.device.callers import Caller
from tests.api.warehouse import Warehouse
from tests.conftest import MORNING_MS
from tests.older import older_program


@pytest.fixture(name="caller")
def make_caller(warehouse: Warehouse, client: TestClient[Any]) -> Caller:
    """Give a device with a negative bin, goods of an unknown code, a short pick and nonsense."""
    caller = Caller(warehouse, client)
    caller.write(
        Clock(server=MORNING_MS - 60_000, round_trip=0, ended=0),
        Move(quantity=3, owner="ACME", item="A1", source="A-01", to="A-02", ended=1_000),
        Receive(quantity=2, code="X-77", to="D-1", ended=2_000),
        ShortPick(source="A-03", quantity=1, ended=3_000),
        b'{"kind":"teleport"}',
    )
    assert caller.push().status_code == 200
    return caller


def open_by_kind(desk: Desk) -> dict[str, dict[str, Any]]:
    """What is open, by kind."""
    return {row["kind"]: row for row in desk.get("/exceptions")["rows"]}


@pytest.mark.usefixtures("caller")
def test_everything_open_is_listed_and_resolved(supervisor: Desk) -> None:
    found = open_by_kind(supervisor)
    assert set(found) == {"negative", "coarse", "short", "count", "unknown_kind"}
    note = {"note": "seen"}

    stream, epoch, seq = found["unknown_kind"]["name"].split("/")
    supervisor.say("POST", f"/sites/1/operations/{stream}/{epoch}/{seq}/set_aside", note)
    supervisor.say("POST", f"/sites/1/tasks/{found['count']['name']}/resolve", note)
    supervisor.say("POST", f"/sites/1/discrepancies/{found['short']['name']}/resolve", note)

    assert set(open_by_kind(supervisor)) == {"negative", "coarse"}


@pytest.mark.usefixtures("caller")
def test_negative_is_closed_by_correcting_only(supervisor: Desk) -> None:
    negative = open_by_kind(supervisor)["negative"]
    path = f"/sites/1/discrepancies/{negative['name']}/resolve"

    refused = supervisor.call("POST", path, json={"note": "never mind"})
    supervisor.say(
        "POST",
        "/sites/1/correct",
        {
            "place": "A-01",
            "stock": negative["stock"],
            "quantity": 3,
            "reason": "putaway was not scanned",
        },
    )

    assert refused.status_code == 409
    assert {name: refused.json()[name] for name in ("code", "reason", "expected", "actual")} == {
        "code": "desk.refused",
        "reason": "still_negative",
        "expected": "at least 0",
        "actual": "-3",
    }
    assert "negative" not in open_by_kind(supervisor)


@pytest.mark.usefixtures("caller")
def test_unknown_goods_are_named(supervisor: Desk) -> None:
    coarse = open_by_kind(supervisor)["coarse"]

    supervisor.say(
        "POST",
        "/sites/1/reclassify",
        {
            "place": "D-1",
            "quantity": 2,
            "raw": coarse["sku"],
            "owner": "ACME",
            "item": "A1",
            "discrepancy": int(coarse["name"]),
            "note": "the new catalog names it",
        },
    )

    assert "coarse" not in open_by_kind(supervisor)
    [row] = supervisor.get("/stock", place="D-1")["rows"]
    assert (row["sku"], row["on_hand"]) == ("A1", 2)


@pytest.mark.usefixtures("caller")
def test_book_verifies_after_what_desks_decided(supervisor: Desk, core: Core) -> None:
    found = open_by_kind(supervisor)
    stock = found["negative"]["stock"]
    body = {"place": "A-01", "stock": stock, "quantity": 3, "reason": "x"}
    supervisor.say("POST", "/sites/1/correct", body)
    mended = {"place": "A-02", "stock": stock, "quantity": -1, "reason": "keyed 3", "mends": 1}
    supervisor.say("POST", "/sites/1/correct", mended)
    named = {"place": "D-1", "quantity": 2, "raw": "unidentified:X-77", "owner": "ACME"}
    supervisor.say("POST", "/sites/1/reclassify", named | {"item": "A1", "note": "x"})
    supervisor.say("POST", "/sites/1/holds", {"reason": "x", "owner": "ACME"})
    supervisor.say("POST", f"/sites/1/tasks/{found['count']['name']}/resolve", {"note": "x"})
    core.drain()

    report = verify(core.database, core.rules)

    assert report.findings == []
    assert report.movements == 5


@pytest.mark.parametrize(
    "path",
    [
        "/sites/1/tasks/77/resolve",
        "/sites/1/discrepancies/77/resolve",
        "/sites/1/incidents/77/resolve",
        "/conflicts/77/resolve",
    ],
)
def test_what_is_not_there_cannot_be_resolved(supervisor: Desk, path: str) -> None:
    assert supervisor.refusal("POST", path, {"note": "x"})[:2] == (404, "not_found")
    assert supervisor.refusal("POST", path, {"note": ""})[:2] == (400, "malformed")
    assert supervisor.refusal("POST", path, {"note": "x" * 201})[:2] == (400, "malformed")


def test_operation_that_is_not_parked_cannot_be_set_aside(supervisor: Desk, caller: Caller) -> None:
    path = f"/sites/1/operations/{caller.device}/1/2/set_aside"

    told = supervisor.refusal("POST", path, {"note": "x"})

    assert told == (409, "desk.refused", "not_parked")


def test_story_of_an_operation_tells_what_came_of_it(supervisor: Desk, caller: Caller) -> None:
    story = supervisor.get(f"/operations/{caller.device}/1/2")
    desk = supervisor.call("GET", "/operations/1/1/1", params={"site": 1})
    network = supervisor.get("/operations/1/1/1")

    assert story["line"]["kind"] == "move"
    assert story["outcome"]["code"] == "negative"
    assert [(each["source"], each["target"]) for each in story["movements"]] == [("A-01", "A-02")]
    assert [text.split(":")[0] for text in story["opened"]] == ["discrepancy negative"]
    assert desk.json()["line"]["kind"] == "put_zone"
    assert network["line"]["kind"] == "put_site"


@pytest.mark.usefixtures("caller")
def test_exports_are_csv(supervisor: Desk) -> None:
    stock = supervisor.call("GET", "/export/stock.csv", params={"site": 1})
    own = supervisor.call("GET", "/export/stock.csv", params={"owner": "BETA"})
    exceptions = supervisor.call("GET", "/export/exceptions.csv")

    assert stock.headers["Content-Type"] == "text/csv; charset=utf-8"
    lines = stock.text.split("\r\n")
    assert lines[0].startswith("site,place,place_kind,owner,sku")
    assert [line.split(",")[1] for line in lines[1:-1]] == ["A-01", "A-02", "D-1"]
    assert len(own.text.split("\r\n")) == 2
    # A spreadsheet must not take "-3" for a formula.
    assert ",'-3," in exceptions.text
    assert len(exceptions.text.split("\r\n")) == 7
    assert supervisor.call("GET", "/export/stock.csv?owner=NONE").status_code == 404


@pytest.mark.usefixtures("caller")
def test_figures_of_the_last_day(supervisor: Desk) -> None:
    told = supervisor.get("/sites/1/figures", until="2010-12-01T09:00:00+01:00")
    now = supervisor.get("/sites/1/figures", until="2010-12-01T08:00:01Z")

    assert told["discrepancies_opened"] == 0
    assert now["discrepancies_opened"] == 3
    assert supervisor.get("/sites/1/figures")["orders_placed"] == 0


def test_parked_line_is_applied_at_its_own_place_once_it_can_be_read(
    core: Core, supervisor: Desk, warehouse: Warehouse, client: TestClient[Any]
) -> None:
    caller = Caller(warehouse, client)
    caller.write(Receive(quantity=7, owner="ACME", item="A1", to="D-1", ended=4_000))
    with older_program("receive"):
        caller.push()
        path = f"/sites/1/operations/{caller.device}/1/1/reconsider"
        assert supervisor.refusal("POST", path, {}) == (409, "desk.refused", "still_parked")

    done = supervisor.say("POST", path, {"note": "the server is newer now"})

    assert done["grant"] == {"outcome": "applied", "code": ""}
    story = supervisor.get(f"/operations/{caller.device}/1/1")
    assert story["outcome"]["code"] == "unknown_kind"
    assert story["decision"] == {"outcome": "applied"}
    assert story["resolution"] == "the server is newer now"
    assert [(row["target"], row["quantity"]) for row in story["movements"]] == [("D-1", 7)]
    assert supervisor.refusal("POST", path, {}) == (409, "desk.refused", "already_closed")
    assert verify(core.database, core.rules).findings == []


def test_line_of_a_revoked_device_is_applied_if_a_supervisor_says_so(
    supervisor: Desk, warehouse: Warehouse, client: TestClient[Any]
) -> None:
    caller = Caller(warehouse, client)
    warehouse.tell(1, SetDeviceState(device=caller.device, state="revoked"))
    caller.write(Receive(quantity=7, owner="ACME", item="A1", to="D-1", ended=4_000))
    caller.push()
    path = f"/sites/1/operations/{caller.device}/1/1/reconsider"

    assert supervisor.refusal("POST", path, {}) == (409, "desk.refused", "revoked")
    assert supervisor.say("POST", path, {"apply": True})["outcome"] == "applied"
    assert supervisor.get("/exceptions", subject="parked")["rows"] == []
