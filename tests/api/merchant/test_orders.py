"""A merchant's orders and parcels over HTTP."""

from typing import Any

import pytest

from server.core import Core
from server.db.bulk import insert_records
from server.identity.models import PERSONAL_RECORD
from server.orders.models import ORDER, SHIPMENT
from server.transport.records import Parcel
from tests.api.desks import Desk, an_order


def placed(desk: Desk, number: str = "N1", **changed: Any) -> int:  # noqa: ANN401 - any JSON.
    """Place an order; answer its id."""
    told = desk.say("POST", "/orders", an_order(number, **changed))
    order: int = told["grant"]["order"]
    return order


def recipients(core: Core) -> list[Any]:
    """The personal records that are kept."""
    with core.database.reading() as connection:
        return list(connection.execute(PERSONAL_RECORD.select()).all())


def test_order_is_placed_and_followed(acme: Desk, core: Core) -> None:
    order = placed(acme)
    core.drain()

    [row] = acme.get("/orders")["rows"]
    story = acme.get(f"/orders/{order}")

    assert (row["order"], row["number"], row["units"], row["state"]) == (
        order,
        "N1",
        2,
        "exception",
    )
    assert row["placed_at"] == "2010-12-01T07:26:00.000Z"
    assert story["order"] == row
    assert [line["sku"] for line in story["lines"]] == ["A1"]
    assert acme.get("/orders", order_state="delivered")["rows"] == []


def test_name_and_address_stand_apart_from_the_book(acme: Desk, core: Core) -> None:
    placed(acme)
    core.drain()

    [record] = recipients(core)

    assert b"Erika" in record.body
    with core.database.reading() as connection:
        [order] = connection.execute(ORDER.select()).all()
        [shipment] = connection.execute(SHIPMENT.select()).all()
        lines = [
            bytes(line) for (line,) in connection.exec_driver_sql("SELECT line FROM operation")
        ]
    assert order.recipient == shipment.recipient == record.hash
    assert not any(b"Erika" in line or b"Heidestr" in line for line in lines)
    assert any(record.hash.encode() in line for line in lines)


def test_same_order_again_is_recognised_by_its_address_too(acme: Desk, core: Core) -> None:
    order = placed(acme)

    again = acme.say("POST", "/orders", an_order())
    elsewhere = an_order(recipient={"name": "Erika Mustermann", "lines": ["Gartenweg 1"]})
    moved = [acme.say("POST", "/orders", elsewhere) for _ in range(2)]

    assert again["grant"] == {"order": order, "duplicate": True}
    assert [(told["outcome"], told["code"]) for told in moved] == [
        ("flagged", "order_conflict")
    ] * 2
    # The address of the conflict is kept too, once, so that a person can read both.
    assert len(recipients(core)) == 2


def test_refused_order_leaves_no_personal_record(acme: Desk, core: Core) -> None:
    unknown = an_order(lines=[{"sku": "B1", "quantity": 1}])

    assert acme.refusal("POST", "/orders", unknown) == (422, "desk.invalid", "unknown_item")
    assert recipients(core) == []


@pytest.mark.parametrize(
    "changed",
    [
        {"lines": [{"sku": "A1", "quantity": 0}]},
        {"lines": [{"sku": "A1", "quantity": 1_000_001}]},
        {"lines": [{"sku": "", "quantity": 1}]},
        {"number": ""},
        {"number": "x" * 65},
        {"priority": 10},
        {"site": 0},
        {"owner": 1_000_002},
        {"recipient": {"name": "x" * 201}},
    ],
)
def test_order_of_an_impossible_shape_is_refused(acme: Desk, changed: dict[str, Any]) -> None:
    assert acme.refusal("POST", "/orders", an_order(**changed))[:2] == (400, "malformed")


@pytest.mark.parametrize("name", ["placed_at", "promised_at", "window_from"])
def test_time_without_an_offset_is_pointed_at(acme: Desk, name: str) -> None:
    answer = acme.call("POST", "/orders", json=an_order(**{name: "2010-12-01 08:26"}))

    assert answer.status_code == 422
    assert [each["pointer"] for each in answer.json()["errors"]] == [f"/{name}"]


def test_window_that_ends_before_it_begins_is_refused(acme: Desk) -> None:
    noon = {"window_from": "2010-12-02T12:00:00Z", "promised_at": "2010-12-02T12:00:00Z"}
    answer = acme.call("POST", "/orders", json=an_order(**noon))

    assert answer.status_code == 422
    assert [each["pointer"] for each in answer.json()["errors"]] == ["/window_from"]


def test_same_number_with_another_window_is_a_conflict(acme: Desk) -> None:
    order = an_order(window_from="2010-12-02T12:00:00Z")
    first = acme.say("POST", "/orders", order)
    number = first["grant"]["order"]

    assert acme.say("POST", "/orders", order)["grant"]["duplicate"]
    assert acme.get(f"/orders/{number}")["order"]["window_from"] == "2010-12-02T12:00:00.000Z"
    assert acme.say("POST", "/orders", an_order())["outcome"] == "flagged"


def test_order_is_cancelled_once_per_reference(acme: Desk, core: Core) -> None:
    order = placed(acme)
    body = {
        "reason": "too late",
        "lines": [{"position": 1, "quantity": 1}],
        "reference": "C1",
    }

    told = [acme.say("POST", f"/orders/{order}/cancel", body) for _ in range(2)]
    core.drain()

    assert [each["grant"]["units"] for each in told] == [1, 0]
    row = acme.get(f"/orders/{order}")["order"]
    assert (row["state"], row["cancelled_units"]) == ("exception", 1)
    with core.database.reading() as connection:
        parties = connection.exec_driver_sql("SELECT party FROM order_cancellation").scalars().all()
    assert list(parties) == ["merchant"]


def test_another_merchants_order_does_not_exist(acme: Desk, beta: Desk) -> None:
    order = placed(acme)

    assert beta.get("/orders")["rows"] == []
    assert beta.refusal("GET", f"/orders/{order}")[:2] == (404, "not_found")
    cancelled = beta.refusal("POST", f"/orders/{order}/cancel", {"reason": "mine now"})
    assert cancelled[:2] == (404, "not_found")
    assert acme.get(f"/orders/{order}")["order"]["cancelled_units"] == 0


def test_same_number_of_two_merchants_are_two_orders(acme: Desk, beta: Desk) -> None:
    first = placed(acme)

    second = placed(beta, lines=[{"sku": "B1", "quantity": 1}])

    assert second != first
    assert [row["owner"] for row in beta.get("/orders")["rows"]] == ["BETA"]


def test_parcels_on_their_way_are_the_merchants_own(acme: Desk, beta: Desk, core: Core) -> None:
    placed(acme)
    core.drain()
    with core.database.writing() as connection:
        [shipment] = connection.execute(SHIPMENT.select()).all()
        parcels = [
            Parcel(1, 8_000_001, "1", shipment.id, state="loaded"),
            Parcel(1, 8_000_002, "2", shipment.id, state="delivered"),
        ]
        insert_records(connection, Parcel, parcels)

    assert [row["sscc"] for row in acme.get("/parcels")["rows"]] == ["1"]
    assert [row["sscc"] for row in acme.get("/parcels", every=True)["rows"]] == ["1", "2"]
    assert beta.get("/parcels", every=True)["rows"] == []


def test_order_is_made_an_emergency_and_anothers_is_not_there(
    acme: Desk, beta: Desk, core: Core
) -> None:
    order = placed(acme)

    told = acme.say("POST", f"/orders/{order}/priority", {"priority": 0})
    core.drain()

    assert told["grant"] == {"order": order}
    assert acme.get(f"/orders/{order}")["order"]["priority"] == 0
    with core.database.reading() as connection:
        [shipment] = connection.execute(SHIPMENT.select()).all()
    assert shipment.priority == 0
    refused = beta.refusal("POST", f"/orders/{order}/priority", {"priority": 0})
    assert refused[:2] == (404, "not_found")
    acme.say("POST", f"/orders/{order}/cancel", {"reason": "too late"})
    late = acme.refusal("POST", f"/orders/{order}/priority", {})
    assert late == (409, "desk.refused", "too_late")


def test_latest_orders_come_first_page_by_page_and_are_counted_by_state(
    acme: Desk, beta: Desk, core: Core
) -> None:
    for number in ("A", "C", "B"):
        placed(acme, number)
    core.drain()

    first = acme.get("/orders", latest=True, limit=2)
    rest = acme.get("/orders", latest=True, limit=2, after=first["next"])

    assert [row["number"] for row in (*first["rows"], *rest["rows"])] == ["B", "C", "A"]
    assert rest["next"] is None
    assert acme.get("/orders/states") == {"exception": 3}
    assert acme.get("/orders/states", placed_from="2010-12-02T00:00:00Z") == {}
    assert beta.get("/orders/states") == {}


def test_conflict_shows_both_and_is_answered_by_its_merchant_alone(acme: Desk, beta: Desk) -> None:
    order = placed(acme)
    placed(acme, lines=[{"sku": "A1", "quantity": 3}])

    [conflict] = acme.get("/conflicts")
    path = f"/conflicts/{conflict['conflict']}/resolve"

    assert (conflict["order"], conflict["number"]) == (order, "N1")
    assert conflict["kept"] == [{"sku": "A1", "quantity": 2}]
    assert conflict["came"] == [{"sku": "A1", "quantity": 3}]
    assert beta.get("/conflicts") == []
    assert beta.refusal("POST", path, {"note": "mine now"})[:2] == (404, "not_found")
    assert acme.say("POST", path, {"note": "the first is right"})["outcome"] == "applied"
    assert acme.get("/conflicts") == []
    assert acme.refusal("POST", path, {"note": "again"})[:2] == (404, "not_found")
