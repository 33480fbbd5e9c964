"""Who is let in by a link, and who is not."""

from typing import Any

import pytest
from litestar.testing import TestClient

from server.api.consumer.callers import CALLS_BURST
from server.clock import FixedClock
from server.core import Core
from server.main import put_core
from tests.api.consumer.visits import PREFIX, refused, token_of, visitor
from tests.api.desks import Desk, an_order

DAY_MS = 24 * 3_600_000


@pytest.fixture
def order(acme: Desk) -> int:
    """Give an order of ACME."""
    number: int = acme.say("POST", "/orders", an_order())["grant"]["order"]
    return number


def test_link_opens_its_order_and_nothing_else(acme: Desk, beta: Desk, order: int) -> None:
    other = beta.say("POST", "/orders", an_order("B-7", lines=[{"sku": "B1", "quantity": 1}]))

    page = visitor(acme, order)
    shown = page.call("GET", "/order")

    assert shown.headers["Cache-Control"] == "no-store"
    assert shown.json()["number"] == "N1"
    assert "Mustermann" not in shown.text
    assert "Heidestr" not in shown.text
    assert visitor(beta, other["grant"]["order"]).get("/order")["number"] == "B-7"


@pytest.mark.usefixtures("beta")
def test_links_are_made_for_own_orders_alone(acme: Desk, beta: Desk, order: int) -> None:
    for method, path in (("POST", "link"), ("DELETE", "link"), ("GET", "words")):
        told = beta.refusal(method, f"/orders/{order}/{path}")
        assert told[:2] == (404, "not_found")
    assert acme.refusal("POST", "/orders/77/link")[:2] == (404, "not_found")


def test_withdrawn_links_open_nothing_and_new_ones_do(
    acme: Desk, supervisor: Desk, order: int
) -> None:
    old = [token_of(acme, order), token_of(supervisor, order)]

    told = acme.say("DELETE", f"/orders/{order}/link")

    assert told["grant"] == {"number": 1}
    assert [refused(acme.client, each) for each in old] == [(401, "link.withdrawn")] * 2
    assert visitor(acme, order).get("/order")["number"] == "N1"
    assert supervisor.say("DELETE", f"/orders/{order}/link")["grant"] == {"number": 2}


def test_link_ends(acme: Desk, order: int, core: Core, clock: FixedClock) -> None:
    token = token_of(acme, order)

    clock.advance(core.settings.link_days * DAY_MS)

    assert refused(acme.client, token) == (401, "link.expired")


def test_link_to_an_order_that_is_not_there_opens_nothing(acme: Desk, core: Core) -> None:
    token, _ = core.links.issue(77, 1, 0, DAY_MS)

    assert refused(acme.client, token) == (401, "link.withdrawn")


def test_no_other_principal_is_let_in_and_links_open_no_desk(
    client: TestClient[Any], acme: Desk, supervisor: Desk, order: int
) -> None:
    token = token_of(acme, order)
    for strange in ("", "nonsense", acme.token, supervisor.token, f"{token}x"):
        assert refused(client, strange) == (401, "link.invalid")
    client.cookies.set("totebook_session", token)
    assert client.get(f"{PREFIX}/order").status_code == 401
    client.cookies.clear()
    for prefix in ("/ops/v1", "/merchant/v1"):
        assert Desk(client, prefix, token).refusal("GET", "/orders")[:2] == (401, "unauthorized")


def test_every_address_of_consumers_asks_for_a_link_and_is_described(
    client: TestClient[Any],
) -> None:
    paths = client.get("/schema/openapi.json").json()["paths"]
    found = [
        (method, path, told)
        for path, item in paths.items()
        if path.startswith("/consumer/")
        for method, told in item.items()
    ]

    assert len(found) == 6
    for method, path, told in found:
        assert client.request(method, path).json()["code"] == "link.invalid", path
        assert told["security"] == [{"link": []}]
        assert told["summary"]
        assert told["description"]
        assert "'example" in repr(told)


def test_page_that_calls_all_the_time_waits(
    client: TestClient[Any], core: Core, acme: Desk, order: int
) -> None:
    page, other = visitor(acme, order), acme.say("POST", "/orders", an_order("N2"))
    # In a moment that does not pass, nothing fills up again.
    put_core(client.app, core, lambda: 0.0)
    for _ in range(int(CALLS_BURST)):
        page.get("/order")

    flooded = page.call("GET", "/order")

    assert (flooded.status_code, flooded.json()["code"]) == (429, "limit.too_many")
    assert int(flooded.headers["Retry-After"]) >= 1
    assert visitor(acme, other["grant"]["order"]).get("/order")["number"] == "N2"
