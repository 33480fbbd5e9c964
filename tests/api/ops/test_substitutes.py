"""Substitutes over HTTP: put, taken by a picker, decided by a supervisor, seen by the merchant."""

from typing import Any

import msgspec
import pytest
from litestar.testing import TestClient

from device_protocol.operations import Pick, Receive
from server.core import Core
from server.planning.packages import Body
from tests.api.desks import Desk, an_order
from tests.api.device.callers import Caller
from tests.api.warehouse import Warehouse

RULE = {"owner": "ACME", "sku": "A1", "substitutes": ["A2"]}


def lines_of(core: Core) -> list[Any]:
    """The pick lines of all packages."""
    with core.database.reading() as connection:
        bodies = connection.exec_driver_sql("SELECT body FROM package ORDER BY id").scalars()
        return [line for body in bodies for line in msgspec.json.decode(body, type=Body).lines]


def asked(supervisor: Desk) -> int:
    """The task that asks for a decision."""
    rows = supervisor.get("/exceptions")["rows"]
    [name] = [row["name"] for row in rows if row["kind"] == "approve_substitute"]
    return int(name)


@pytest.mark.parametrize("approve", [True, False])
def test_substitute_is_taken_decided_and_seen_by_the_merchant(
    *, supervisor: Desk, acme: Desk, warehouse: Warehouse, client: TestClient[Any], approve: bool
) -> None:
    core = warehouse.core
    supervisor.say("PUT", "/items", {"owner": "ACME", "sku": "A2", "min_days": 3})
    supervisor.say("PUT", "/item_substitutes", RULE)
    caller = Caller(warehouse, client)
    for place, sku in (("A-01", "A1"), ("A-02", "A2")):
        caller.write(Receive(quantity=9, owner="ACME", item=sku, to=place, ended=1_000))
    caller.push()
    order = acme.say("POST", "/orders", an_order("N1"))["grant"]["order"]
    core.drain()
    supervisor.say("POST", "/sites/1/waves", {"name": "W", "mode": "single"})
    core.drain()
    [line] = lines_of(core)
    assert [each.item for each in line.instead] == ["A2"]

    goods: dict[str, Any] = {
        "owner": "ACME",
        "item": "A2",
        "instead": "A1",
        "source": "A-02",
        "to": "T-1",
    }
    caller.write(Pick(quantity=2, tasks=(line.task,), ended=2_000, **goods))
    assert caller.push(3, 3).status_code == 200
    path = f"/sites/1/tasks/{asked(supervisor)}/substitute"
    supervisor.say("POST", path, {"approve": approve, "note": "Ana looked"})
    core.drain()

    [shown] = acme.get(f"/orders/{order}")["lines"]
    assert (shown["sku"], shown["quantity"]) == ("A1", 2)
    assert shown["substitutes"] == [
        {"sku": "A2", "quantity": 2, "cancelled": 0 if approve else 2, "packed": 0}
    ]
    assert len(lines_of(core)) == (1 if approve else 2)
    again = supervisor.refusal("POST", path, {"approve": True})
    assert again == (409, "desk.refused", "already_resolved")


def test_what_cannot_be_is_refused(supervisor: Desk) -> None:
    unknown = supervisor.refusal("PUT", "/item_substitutes", RULE | {"sku": "NONE"})
    shape = supervisor.refusal("PUT", "/item_substitutes", RULE | {"rule": "always"})
    nothing = supervisor.refusal("POST", "/sites/1/tasks/77/substitute", {"approve": True})

    assert unknown == (422, "desk.invalid", "unknown_item")
    assert shape[:2] == (400, "malformed")
    assert nothing[:2] == (404, "not_found")
