"""A merchant's stock over HTTP."""

from typing import Any

import pytest
from litestar.testing import TestClient

from device_protocol.operations import Clock, Receive
from server.core import Core
from tests.api.desks import Desk, an_order
from tests.api.device.callers import Caller
from tests.api.warehouse import Warehouse
from tests.conftest import MORNING_MS


@pytest.fixture(autouse=True)
def _stocked(warehouse: Warehouse, client: TestClient[Any]) -> None:
    """Receive goods of both merchants."""
    caller = Caller(warehouse, client)
    caller.write(
        Clock(server=MORNING_MS, round_trip=0, ended=0),
        Receive(quantity=10, owner="ACME", item="A1", to="A-01", ended=1_000),
        Receive(quantity=4, owner="ACME", item="A1", to="D-1", ended=2_000),
        Receive(quantity=7, owner="BETA", item="B1", to="A-01", ended=3_000),
    )
    assert caller.push().status_code == 200


def test_merchant_sees_own_stock_and_how_fresh_it_is(acme: Desk, beta: Desk) -> None:
    told = acme.get("/stock")

    assert [(row["place"], row["sku"], row["available"]) for row in told["rows"]] == [
        ("A-01", "A1", 10),
        ("D-1", "A1", 4),
    ]
    assert [(row["owner"], row["sku"]) for row in beta.get("/stock")["rows"]] == [("BETA", "B1")]
    [fresh] = told["freshness"]
    assert (fresh["site"], fresh["devices"], fresh["silent"]) == (1, 1, 0)
    assert fresh["known_until"] == "2010-12-01T08:00:03.000Z"
    assert fresh["pushed_at"] == "2010-12-01T08:00:00.000Z"


@pytest.mark.parametrize(
    ("asked", "places"),
    [
        ({"site": 1, "place": "D-1"}, ["D-1"]),
        ({"item": "04000000000013"}, ["A-01", "D-1"]),
        ({"sku_from": "A"}, ["A-01", "D-1"]),
        ({"item": "B1"}, []),
        ({"condition": "damaged"}, []),
        ({"limit": 1}, ["A-01"]),
    ],
)
def test_stock_is_found_by_what_is_asked(
    acme: Desk, asked: dict[str, str | int], places: list[str]
) -> None:
    assert [row["place"] for row in acme.get("/stock", **asked)["rows"]] == places


def test_pages_follow_their_cursor(acme: Desk) -> None:
    first = acme.get("/stock", limit=1)
    rest = acme.get("/stock", limit=1, after=first["next"])

    assert [row["place"] for row in first["rows"] + rest["rows"]] == ["A-01", "D-1"]
    assert rest["next"] is None


def test_what_orders_have_is_not_available(acme: Desk, core: Core) -> None:
    acme.say("POST", "/orders", an_order())
    core.drain()

    [item] = acme.get("/stock/items", item="A1")["rows"]

    assert (item["on_hand"], item["promised"], item["available"]) == (14, 2, 12)
    assert acme.get("/stock/items", site=1)["freshness"][0]["site"] == 1


def test_unknown_site_is_not_found(acme: Desk) -> None:
    assert acme.refusal("GET", "/stock?site=77")[:2] == (404, "not_found")


def test_channels_have_spoken_for_units_of_one_pool(acme: Desk, beta: Desk, core: Core) -> None:
    acme.say("POST", "/orders", an_order())
    core.drain()

    [row] = acme.get("/stock/channels")["rows"]

    assert (row["site"], row["sku"], row["channel"], row["orders"]) == (1, "A1", "web", 1)
    assert row["ordered"] == 2
    assert acme.get("/stock/channels", item="A9")["rows"] == []
    assert beta.get("/stock/channels")["rows"] == []
