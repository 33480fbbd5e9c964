"""Transfers between sites at desks over HTTP, from the order to the last unit."""

from typing import Any

import pytest
from litestar.testing import TestClient

from device_protocol.handling import SendTransfer, TakeTransfer
from device_protocol.operations import Clock, Receive, Undo
from server.catalog.messages import PutItem
from server.core import Core
from server.lane.activity import NETWORK
from server.sync.verify import verify
from tests.api.desks import Desk
from tests.api.device.callers import Caller
from tests.api.shop import Shop
from tests.api.warehouse import Warehouse
from tests.conftest import MORNING_MS

AT = "/sites/1/transfers"


@pytest.fixture(name="shop")
def make_shop(warehouse: Warehouse) -> Shop:
    """Give a second site."""
    return Shop(warehouse)


def a_transfer(number: str = "TR-1", **changed: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON.
    """The body of a transfer of ten lamps to the shop."""
    lines = [{"sku": "A1", "quantity": 6}, {"sku": "A1", "quantity": 4}]
    return {"owner": "ACME", "number": number, "target": 2, "lines": lines} | changed


def push(caller: Caller, *operations: Any) -> None:  # noqa: ANN401 - operations.
    """Write operations after a clock, and push them."""
    caller.write(Clock(server=MORNING_MS - 60_000, round_trip=0, ended=0), *operations)
    assert caller.push().status_code == 200


def test_transfer_is_ordered_sent_taken_and_closed(
    warehouse: Warehouse,
    supervisor: Desk,
    client: TestClient[Any],
    core: Core,
    shop: Shop,
) -> None:
    made = supervisor.say("POST", AT, a_transfer())
    again = supervisor.say("POST", AT, a_transfer())
    number = made["grant"]["transfer"]
    goods = {"owner": "ACME", "item": "A1", "transfer": number}
    push(
        Caller(warehouse, client),
        Receive(quantity=9, owner="ACME", item="A1", to="D-1", ended=1_000),
        SendTransfer(quantity=8, source="D-1", ended=2_000, **goods),
        SendTransfer(quantity=1, source="D-1", ended=2_100, **goods),
        Undo(seq=4, ended=2_200),
    )
    core.drain()
    taking = shop.caller(client)
    push(taking, TakeTransfer(quantity=5, to="S-1", ended=3_000, **goods))

    def told(site: int) -> dict[str, Any]:
        """The transfer as a site has it."""
        row: dict[str, Any] = supervisor.get(f"/sites/{site}/transfers")["rows"][0]
        return {name: row[name] for name in ("ordered", "sent", "arrived", "missing", "over")}

    whole = {"ordered": 10, "sent": 8, "arrived": 5, "missing": 3, "over": 0}
    core.drain()
    assert told(1) == told(2) == whole
    closed = supervisor.say("POST", f"{AT}/{number}/close")
    core.drain()

    assert again["grant"] == {"transfer": number, "unchanged": True}
    assert closed["code"] == "transfer_differs"
    assert closed["grant"] == {"transfer": number, "missing": 3, "over": 0}
    story = supervisor.get(f"{AT}/{number}")
    assert (story["transfer"]["origin"], story["transfer"]["target"]) == (1, 2)
    assert story["lines"] == [
        {"position": 1, "sku": "A1", "lot": "", "ordered": 10, "sent": 8, "arrived": 5}
    ]
    assert [(row["sku"], row["condition"], row["lost"]) for row in story["goods"]] == [
        ("A1", "good", 3)
    ]
    assert supervisor.get("/sites/2/transfers", open_only=True)["rows"] == []
    waiting = supervisor.get("/exceptions", site=1, subject="task")["rows"]
    assert [(task["kind"], task["quantity"]) for task in waiting] == [("transfer_difference", 3)]
    assert verify(core.database, core.rules).findings == []


def test_list_is_by_owner_and_number_and_in_pages(supervisor: Desk, shop: Shop) -> None:
    del shop
    for number in ("TR-1", "TR-2", "TR-3"):
        supervisor.say("POST", AT, a_transfer(number))

    first = supervisor.get(AT, limit=2)
    rest = supervisor.get(AT, after=first["next"])

    assert [row["number"] for row in first["rows"] + rest["rows"]] == ["TR-1", "TR-2", "TR-3"]
    assert [row["number"] for row in supervisor.get(AT, number="TR-2", owner="ACME")["rows"]] == [
        "TR-2"
    ]
    assert supervisor.get(AT, owner="BETA")["rows"] == []


def test_transfer_that_can_not_be_is_refused(
    warehouse: Warehouse, supervisor: Desk, core: Core, shop: Shop
) -> None:
    del shop
    warehouse.tell(NETWORK, PutItem(owner="ACME", sku="A2"))
    number = supervisor.say("POST", AT, a_transfer())["grant"]["transfer"]
    core.drain()

    def refusal(path: str, body: Any = None) -> tuple[int, str, str]:  # noqa: ANN401 - any JSON.
        """Status, code and reason of a problem."""
        return supervisor.refusal("POST", path, body)

    other = a_transfer(lines=[{"sku": "A2", "quantity": 1}])
    assert refusal(AT, other) == (409, "desk.refused", "transfer_fixed")
    unknown = a_transfer("TR-2", lines=[{"sku": "B1", "quantity": 1}])
    assert refusal(AT, unknown) == (422, "desk.invalid", "unknown_item")
    assert refusal(AT, a_transfer("TR-2", target=1)) == (422, "desk.invalid", "bad_target")
    assert refusal(AT, a_transfer("TR-2", target=7)) == (422, "desk.invalid", "unknown_site")
    assert refusal(AT, a_transfer(" TR-2")) == (422, "desk.invalid", "bad_number")
    bad_lot = a_transfer("TR-2", lines=[{"sku": "A1", "quantity": 1, "lot": " L"}])
    assert refusal(AT, bad_lot) == (422, "desk.invalid", "bad_lot")
    assert refusal(AT, a_transfer("TR-2", owner="NONE"))[0] == 404
    assert refusal(AT, a_transfer("TR-2", lines=[]))[0] == 400
    assert refusal("/sites/7/transfers", a_transfer())[0] == 404
    assert refusal(f"{AT}/77/close")[0] == 404
    assert refusal(f"/sites/2/transfers/{number}/close")[0] == 404
    assert supervisor.call("GET", f"{AT}/77").status_code == 404


def test_transfers_are_for_staff_at_desks(client: TestClient[Any], shop: Shop) -> None:
    del shop
    desk = Desk(client, "/ops/v1")

    assert desk.call("GET", AT).status_code == 401
    assert desk.call("POST", AT, json=a_transfer()).status_code == 401
