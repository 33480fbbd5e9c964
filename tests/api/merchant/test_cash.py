"""Cash on delivery and returns to be collected, as merchants announce them and people read them."""

from server.core import Core
from server.ledger.models import TASK
from server.orders.models import SHIPMENT
from tests.api.consumer.visits import visitor
from tests.api.desks import Desk, an_order


def test_amount_to_collect_goes_with_the_order_and_what_was_paid_comes_back(
    acme: Desk, core: Core
) -> None:
    told = acme.say("POST", "/orders", an_order(cash_due=4_990, currency="EUR"))
    order = told["grant"]["order"]
    core.drain()
    with core.database.writing() as connection:
        [shipment] = connection.execute(SHIPMENT.select()).all()
        connection.execute(SHIPMENT.update().values(cash_taken=4_000))

    assert (shipment.cash_due, shipment.currency, shipment.cash_taken) == (4_990, "EUR", 0)
    story = acme.get(f"/orders/{order}")
    money = {"cash_due": 4_990, "currency": "EUR"}
    assert {name: story["order"][name] for name in money} == money
    assert story["cash_taken"] == 4_000
    shown = visitor(acme, order).get("/order")
    assert {name: shown[name] for name in (*money, "cash_taken")} == money | {"cash_taken": 4_000}

    again = acme.say("POST", "/orders", an_order(cash_due=5_000, currency="EUR"))
    assert again["code"] == "order_conflict"


def test_amount_without_a_currency_is_refused(acme: Desk) -> None:
    for wrong in ({"cash_due": 1}, {"cash_due": -1, "currency": "EUR"}, {"currency": "euro"}):
        answer = acme.call("POST", "/orders", json=an_order(**wrong))
        assert answer.status_code in {400, 422}, wrong


def test_return_is_collected_where_the_order_went(supervisor: Desk, acme: Desk, core: Core) -> None:
    acme.say("POST", "/orders", an_order("N1"))
    core.drain()
    body = {"channel": "web", "number": "R-1", "lines": [{"sku": "A1", "quantity": 1}]}
    asked = {"owner": "ACME"}

    answers = [
        supervisor.call(
            "POST", "/returns", params=asked, json=body | {"number": number, "collect_from": order}
        ).json()
        for number, order in (("R-0", "N9"), ("R-1", "N1"))
    ]
    core.drain()

    assert (answers[0]["code"], answers[1]["outcome"]) == ("not_found", "applied")
    with core.database.reading() as connection:
        tasks = connection.execute(TASK.select().where(TASK.c.kind == "collect")).all()
    assert [(each.note, each.shipment is not None) for each in tasks] == [("R-1", True)]
