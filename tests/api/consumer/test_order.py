"""What the page of an order shows: its own way, and nobody's name."""

from typing import Any

import pytest
from litestar.testing import TestClient

from server.core import Core
from server.db.bulk import insert_records
from server.ledger.records import Place
from server.orders.models import SHIPMENT
from server.transport.records import Attempt, Parcel, Round, Stop
from tests.api.consumer.visits import visitor
from tests.api.desks import Desk, an_order
from tests.api.ops.test_privacy import SECRETS, Delivery
from tests.api.warehouse import SITE, Warehouse

SHOP = 2
WINDOW = {"window_from": "2010-12-03T10:00:00Z", "promised_at": "2010-12-03T12:00:00Z"}
AT = 1_291_190_400_000
"""2010-12-01T08:00:00Z."""


@pytest.fixture
def placed(acme: Desk, core: Core) -> tuple[Desk, int]:
    """Give the page of an order of two lamps, and its shipment."""
    order = acme.say("POST", "/orders", an_order(**WINDOW))
    core.drain()
    with core.database.reading() as connection:
        shipment = connection.execute(SHIPMENT.select()).one().id
    return visitor(acme, order["grant"]["order"]), shipment


def seed(core: Core, *records: Any) -> None:  # noqa: ANN401 - any record.
    """Put records straight into the book."""
    with core.database.writing() as connection:
        for record in records:
            insert_records(connection, type(record), [record])


def a_round(site: int, *, started_at: int | None = None) -> tuple[Round, Stop, Stop]:
    """A round with two stops; the shipment's is the second."""
    first = Stop(site, 8_000_011, 8_000_010, 1, 1, "Berlin", AT)
    second = Stop(site, 8_000_012, 8_000_010, 2, 2, "Berlin", AT)
    driven = Round(site, 8_000_010, "North", "2010-12-02", 1, started_at=started_at)
    return driven, first, second


def test_order_that_waits_shows_what_was_promised(placed: tuple[Desk, int]) -> None:
    page, _ = placed

    shown = page.get("/order")

    # Stock is missing: that is ours to mend, and not to tell.
    assert (shown["state"], shown["sender"]) == ("placed", "Acme")
    assert shown["window_from"] == "2010-12-03T10:00:00.000Z"
    assert shown["promised_at"] == "2010-12-03T12:00:00.000Z"
    assert [step["step"] for step in shown["steps"] if step["at"]] == ["placed"]
    assert shown["lines"] == [{"position": 1, "description": "Lamp", "quantity": 2, "left": 2}]
    assert (shown["parcels"], shown["may"]) == ([], ["wish", "complaint"])


def test_planned_parcel_shows_its_day_and_how_many_stops_are_before(
    placed: tuple[Desk, int], core: Core
) -> None:
    page, shipment = placed
    parcel = Parcel(SITE, 8_000_001, "340400000000000017", shipment, stop=8_000_012)
    spoiled = Parcel(SITE, 8_000_002, "340400000000000024", shipment, state="void")
    seed(core, *a_round(SITE, started_at=AT), parcel, spoiled)

    [shown] = page.get("/order")["parcels"]

    assert (shown["ends"], shown["state"], shown["day"]) == ("0017", "packing", "2010-12-02")
    # Nobody is on the way with it yet.
    assert shown["stops_before"] is None


@pytest.mark.parametrize(("started_at", "before"), [(None, None), (AT, 1)])
def test_parcel_at_another_depot_is_looked_at_there(
    placed: tuple[Desk, int], core: Core, started_at: int | None, before: int | None
) -> None:
    page, shipment = placed
    code = "340400000000000017"
    seed(
        core,
        Parcel(SITE, 8_000_001, code, shipment, state="loaded", away=SHOP),
        Place(SHOP, 9_000_001, code, "parcel"),
        Parcel(SHOP, 9_000_001, code, stop=8_000_012, origin=SITE, state="loaded"),
        *a_round(SHOP, started_at=started_at),
        Attempt(SHOP, 1, 9_000_001, None, AT, 1, 1, "failed", next_date="2010-12-04"),
        Attempt(SHOP, 2, 9_000_001, None, AT + 1, 1, 1, "failed", reason="absent"),
        Attempt(SHOP, 3, 9_000_001, None, AT + 1, 1, 1, "undone", mends=2),
    )

    [shown] = page.get("/order")["parcels"]

    assert (shown["state"], shown["day"], shown["stops_before"]) == (
        "on_the_way",
        "2010-12-02",
        before,
    )
    # The try that was taken back was none.
    assert shown["tries"] == [{"at": "2010-12-01T08:00:00.000Z", "next_date": "2010-12-04"}]


def test_delivered_parcel_shows_who_has_it_only_in_outline(
    warehouse: Warehouse, client: TestClient[Any], acme: Desk
) -> None:
    delivery = Delivery(warehouse, client, acme)
    page = visitor(acme, delivery.order)

    answer = page.call("GET", "/order")
    shown = answer.json()

    [parcel] = shown["parcels"]
    assert (shown["state"], parcel["state"], parcel["handed_to"]) == (
        *("delivered", "delivered"),
        "person",
    )
    assert parcel["delivered_at"]
    assert (parcel["day"], parcel["stops_before"], len(parcel["tries"])) == ("", None, 1)
    assert shown["may"] == ["receipt", "complaint", "return"]
    for secret in (*SECRETS, delivery.signed.encode(), b"attachments"):
        assert secret not in answer.content


def test_parcels_of_desks_come_with_links_that_open(
    placed: tuple[Desk, int], acme: Desk, supervisor: Desk, core: Core
) -> None:
    page, shipment = placed
    seed(core, Parcel(SITE, 8_000_001, "340400000000000017", shipment, state="loaded"))
    [row] = acme.get("/parcels")["rows"]
    story = supervisor.get(f"/orders/{row['order']}")

    for link in (row["link"], story["parcels"][0]["link"]):
        token = link.removeprefix("/parcel/#")
        assert Desk(page.client, page.prefix, token).get("/order")["number"] == "N1"
    acme.say("DELETE", f"/orders/{row['order']}/link")
    [renewed] = supervisor.get("/parcels")["rows"]
    token = renewed["link"].removeprefix("/parcel/#")
    assert Desk(page.client, page.prefix, token).get("/order")["number"] == "N1"
