"""A merchant's announced deliveries over HTTP: its own alone."""

from tests.api.desks import Desk
from tests.api.ops.test_receipts import an_asn


def test_merchant_announces_and_follows_own_deliveries_alone(acme: Desk, beta: Desk) -> None:
    told = acme.say("POST", "/announcements", an_asn(expected_on="2027-01-20", cross_dock=True))
    number = told["grant"]["announcement"]
    beta.say("POST", "/announcements", an_asn(lines=[{"sku": "B1", "quantity": 1}]))

    story = acme.get(f"/sites/1/announcements/{number}")

    assert (story["receipt"]["owner"], story["receipt"]["route"]) == ("ACME", "cross_dock")
    assert story["received"] == []
    assert [row["announced"] for row in acme.get("/announcements")["rows"]] == [10]
    assert [row["announced"] for row in beta.get("/announcements", number="ASN-1")["rows"]] == [1]
    assert beta.call("GET", f"/sites/1/announcements/{number}").status_code == 404
    assert acme.refusal("POST", "/announcements", an_asn(lines=[{"sku": "B1", "quantity": 1}])) == (
        422,
        "desk.invalid",
        "unknown_item",
    )
