"""What a merchant looks after over HTTP: items, what runs low or expires, goods given away."""

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
    """Receive ten of ACME's lamps, of a lot."""
    caller = Caller(warehouse, client)
    lot: dict[str, Any] = {"lot": "L1", "expiry": "2010-12-24"}
    caller.write(
        Clock(server=MORNING_MS, round_trip=0, ended=0),
        Receive(quantity=10, owner="ACME", item="A1", to="A-01", ended=1_000, **lot),
    )
    assert caller.push().status_code == 200


def test_own_items_are_found(acme: Desk) -> None:
    known = ("lam", "LAMP", "a1", "4000000000013")

    assert [acme.get("/items", search=word)["rows"][0]["sku"] for word in known] == ["A1"] * 4
    assert [row["sku"] for row in acme.get("/items", sku="A1")["rows"]] == ["A1"]
    assert [acme.get("/items", search=word)["rows"] for word in ("%", "rug", "B1")] == [[]] * 3


def test_sites_are_told_by_name_alone(acme: Desk) -> None:
    assert acme.get("/sites") == [{"site": 1, "code": "BER", "name": "Berlin"}]


def test_own_goods_that_run_low_or_expire_are_told(acme: Desk, beta: Desk, core: Core) -> None:
    acme.say("POST", "/orders", an_order(lines=[{"sku": "A1", "quantity": 28}]))
    acme.say("POST", "/orders", an_order("WHOLE", lines=[]))
    core.drain()

    [low] = acme.get("/stock/low")
    [lot] = acme.get("/stock/expiring", site=1)

    assert (low["sku"], low["ordered"], low["lacking"], low["days_left"]) == ("A1", 28, 18, 0)
    assert (lot["lot"], lot["on_hand"], lot["days_left"]) == ("L1", 10, 23)
    assert [row["number"] for row in acme.get("/orders", lacking=True)["rows"]] == ["N1"]
    assert acme.get("/stock/expiring", days=22) == []
    assert beta.get("/stock/low") == beta.get("/stock/expiring") == []
    assert acme.refusal("GET", "/stock/low?site=77")[:2] == (404, "not_found")


def test_goods_are_given_to_another_merchant_and_never_anothers(acme: Desk, beta: Desk) -> None:
    [row] = acme.get("/stock")["rows"]
    body = {"place": "A-01", "stock": row["stock"], "quantity": 4, "owner": "BETA", "item": "B1"}

    assert acme.say("POST", "/sites/1/stock/give", body)["outcome"] == "applied"
    assert [each["on_hand"] for each in acme.get("/stock")["rows"]] == [6]
    assert [(each["sku"], each["lot"]) for each in beta.get("/stock")["rows"]] == [("B1", "L1")]
    theirs = body | {"owner": "BETA"}
    told = beta.refusal("POST", "/sites/1/stock/give", theirs)
    assert told == (422, "desk.invalid", "unknown")
    assert acme.refusal("POST", "/sites/77/stock/give", body)[:2] == (404, "not_found")
    much = acme.refusal("POST", "/sites/1/stock/give", body | {"quantity": 7})
    assert much == (409, "desk.refused", "not_free")
