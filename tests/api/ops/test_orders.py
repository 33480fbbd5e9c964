"""Orders at desks over HTTP."""

from server.core import Core
from tests.api.desks import Desk, an_order


def placed(desk: Desk, number: str = "N1", owner: str = "ACME", **changed: object) -> int:
    """Place an order in a merchant's name; answer its id."""
    told = desk.say("POST", f"/orders?owner={owner}", an_order(number, **changed))
    order: int = told["grant"]["order"]
    return order


def test_order_is_placed_read_and_cancelled(supervisor: Desk, core: Core) -> None:
    order = placed(supervisor)
    core.drain()

    story = supervisor.get(f"/orders/{order}")
    told = supervisor.say("POST", f"/orders/{order}/cancel", {"reason": "sold twice"})
    core.drain()

    assert story["order"]["number"] == "N1"
    assert [(line["sku"], line["quantity"]) for line in story["lines"]] == [("A1", 2)]
    assert told["grant"]["units"] == 2
    cancelled = supervisor.get(f"/orders/{order}")["order"]
    assert (cancelled["state"], cancelled["cancelled_units"]) == ("cancelled", 2)
    assert cancelled["cancel_reason"] == "sold twice"


def test_orders_of_all_merchants_are_found(supervisor: Desk) -> None:
    placed(supervisor, "N1")
    placed(supervisor, "N2", lines=[])
    placed(supervisor, "N1", "BETA", lines=[{"sku": "B1", "quantity": 1}])

    rows = supervisor.get("/orders")["rows"]

    assert [(row["owner"], row["number"]) for row in rows] == [
        ("ACME", "N1"),
        ("ACME", "N2"),
        ("BETA", "N1"),
    ]
    assert len(supervisor.get("/orders", owner="BETA", site=1)["rows"]) == 1
    assert len(supervisor.get("/orders", order_state="closed")["rows"]) == 1
    assert supervisor.get("/orders", placed_from="2010-12-02T00:00:00+01:00")["rows"] == []
    assert supervisor.get("/parcels")["rows"] == []


def test_order_of_nobody_or_of_nothing_known_is_refused(supervisor: Desk) -> None:
    unknown = an_order(lines=[{"sku": "B1", "quantity": 1}])

    assert supervisor.refusal("POST", "/orders?owner=NONE", an_order())[:2] == (404, "not_found")
    assert supervisor.refusal("POST", "/orders?owner=ACME", unknown) == (
        422,
        "desk.invalid",
        "unknown_item",
    )
    assert supervisor.refusal("POST", "/orders?owner=ACME", an_order(site=7))[0] == 404
    assert supervisor.refusal("POST", "/orders/77/cancel", {"reason": "x"})[0] == 404
