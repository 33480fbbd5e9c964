"""Collections at desks over HTTP: what waits, on which round it is, and what stands in the way."""

from typing import Any

import pytest

from server.core import Core
from server.orders.messages import CollectReturn
from server.sites.messages import PutSite
from tests.api.desks import Desk, an_order
from tests.api.warehouse import SITE, Warehouse

ROUND = {"name": "North", "date": "2010-12-01", "van": "VAN-1"}
NOWHERE = 77


@pytest.fixture(name="tasks")
def ask_for_two(supervisor: Desk, warehouse: Warehouse, core: Core) -> list[int]:
    """Have two returns of an order that wait to be collected; answer their tasks."""
    supervisor.say("PUT", "/sites/1/locations", {"code": "VAN-1", "place_kind": "van"})
    supervisor.say("POST", "/orders?owner=ACME", an_order())
    core.drain()
    [shipment] = supervisor.get("/sites/1/shipments")["rows"]
    order = shipment["order"]
    for number in ("RET-1", "RET-2"):
        warehouse.tell(SITE, CollectReturn(order=order, number=number))
    return [row["task"] for row in supervisor.get("/sites/1/collections")]


def make(supervisor: Desk, *tasks: int) -> int:
    """Plan a round that collects returns."""
    made = supervisor.say("POST", "/sites/1/rounds", ROUND | {"collections": tasks})
    return int(made["grant"]["rounds"][0])


def test_return_is_put_on_a_round_and_taken_off_again(supervisor: Desk, tasks: list[int]) -> None:
    first, other = tasks
    number = make(supervisor, first)

    supervisor.say("POST", f"/sites/1/rounds/{number}/collections", {"collections": [other]})

    stops = supervisor.get(f"/sites/1/rounds/{number}/stops")
    assert [(row["sequence"], row["kind"], row["announced"]) for row in stops] == [
        (1, "collect", "RET-1"),
        (2, "collect", "RET-2"),
    ]
    told: dict[str, Any] = stops[0]
    assert (told["number"], told["owner"], told["state"]) == ("N1", "ACME", "planned")
    assert told["address"] == ["Heidestr. 17", "51147 Köln"]

    supervisor.say("DELETE", f"/sites/1/rounds/{number}/collections/{stops[0]['stop']}")

    left = supervisor.get(f"/sites/1/rounds/{number}/stops")
    assert [row["announced"] for row in left] == ["RET-2"]
    rows = supervisor.get("/sites/1/collections")
    assert [(row["number"], row["round"], row["round_name"]) for row in rows] == [
        ("RET-1", None, None),
        ("RET-2", number, "North"),
    ]
    assert rows[0]["order_number"] == "N1"
    assert rows[0]["address"] == ["Heidestr. 17", "51147 Köln"]
    [row] = supervisor.get("/sites/1/rounds")["rows"]
    assert (row["stops"], row["stops_open"]) == (1, 1)


def test_what_can_not_be_collected_is_told_and_changes_nothing(
    supervisor: Desk, warehouse: Warehouse, tasks: list[int]
) -> None:
    number = make(supervisor, tasks[0])
    warehouse.tell(0, PutSite(code="HAM", name="Hamburg", time_zone="Europe/Berlin", number=2))
    supervisor.say("PUT", "/sites/2/locations", {"code": "VAN-1", "place_kind": "van"})
    [there] = supervisor.say("POST", "/sites/2/rounds", ROUND)["grant"]["rounds"]

    def told(site: int, round_: int, *collections: int) -> tuple[int, str, str]:
        body = {"collections": collections}
        return supervisor.refusal("POST", f"/sites/{site}/rounds/{round_}/collections", body)

    refused = (409, "desk.refused")
    assert told(1, number, tasks[0]) == (*refused, "on_another_round")
    assert told(1, number, tasks[1], NOWHERE) == (*refused, "not_to_collect")
    # A return of one site is no other's.
    assert told(2, there, tasks[1]) == (*refused, "not_to_collect")
    assert told(1, NOWHERE, tasks[1])[:2] == (404, "not_found")
    assert told(9, number, tasks[1])[:2] == (404, "not_found")
    assert told(1, number)[:2] == (400, "malformed")
    twice = supervisor.refusal("POST", "/sites/1/rounds", ROUND | {"collections": [tasks[0]]})
    assert twice == (*refused, "on_another_round")
    for path in (f"rounds/{number}/collections/{NOWHERE}", f"rounds/{NOWHERE}/collections/1"):
        assert supervisor.refusal("DELETE", f"/sites/1/{path}")[:2] == (404, "not_found")
    assert supervisor.refusal("GET", f"/sites/1/rounds/{NOWHERE}/stops")[:2] == (404, "not_found")
    assert len(supervisor.get(f"/sites/1/rounds/{number}/stops")) == 1


def test_vans_are_listed_alone(supervisor: Desk, tasks: list[int]) -> None:
    assert tasks
    vans = supervisor.get("/sites/1/locations", kind="van")["rows"]

    assert [row["code"] for row in vans] == ["VAN-1"]
    assert supervisor.refusal("GET", "/sites/1/locations?kind=tote")[:2] == (400, "malformed")
