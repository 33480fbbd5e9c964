"""Announced receipts at desks over HTTP."""

from typing import Any

from tests.api.desks import Desk


def an_asn(number: str = "ASN-1", **changed: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON.
    """The body of an announcement of ten lamps."""
    return {"number": number, "site": 1, "lines": [{"sku": "A1", "quantity": 10}]} | changed


def test_receipt_is_announced_arrives_and_is_closed(supervisor: Desk) -> None:
    told = supervisor.say("POST", "/announcements?owner=ACME", an_asn(supplier="Mill"))
    number = told["grant"]["announcement"]
    again = supervisor.say("POST", "/announcements?owner=ACME", an_asn(supplier="Mill"))
    changed = supervisor.say("POST", "/announcements?owner=ACME", an_asn())
    at = "/sites/1/announcements"

    supervisor.say("POST", f"{at}/{number}/arrive", {"dock": "D-1"})
    closed = supervisor.say("POST", f"{at}/{number}/close")

    assert (again["grant"]["unchanged"], changed["grant"]["changed"]) == (True, True)
    assert (closed["outcome"], closed["code"]) == ("flagged", "receipt_differs")
    assert closed["grant"] == {"announcement": number, "missing": 10, "over": 0}
    story = supervisor.get(f"{at}/{number}")
    assert (story["receipt"]["state"], story["receipt"]["dock"]) == ("closed", "D-1")
    assert [(line["sku"], line["missing"]) for line in story["lines"]] == [("A1", 10)]
    assert [row["number"] for row in supervisor.get("/announcements", owner="ACME")["rows"]] == [
        "ASN-1"
    ]
    waiting = supervisor.get("/exceptions", site=1, subject="task")["rows"]
    assert [(task["kind"], task["note"]) for task in waiting] == [("receipt_difference", "ASN-1")]


def test_receipt_that_can_not_be_is_refused(supervisor: Desk) -> None:
    made = supervisor.say("POST", "/announcements?owner=ACME", an_asn())
    number = made["grant"]["announcement"]
    supervisor.say("POST", f"/sites/1/announcements/{number}/arrive", {})
    other = an_asn(lines=[{"sku": "A1", "quantity": 11}])
    unknown = an_asn("ASN-2", lines=[{"sku": "B1", "quantity": 1}])

    def refusal(path: str, body: Any = None) -> tuple[int, str, str]:  # noqa: ANN401 - any JSON.
        """Status, code and reason of a problem."""
        return supervisor.refusal("POST", path, body)

    assert refusal("/announcements?owner=ACME", other) == (
        409,
        "desk.refused",
        "announcement_fixed",
    )
    assert refusal("/announcements?owner=ACME", unknown) == (422, "desk.invalid", "unknown_item")
    assert refusal("/announcements?owner=NONE", an_asn())[0] == 404
    assert refusal("/announcements?owner=ACME", an_asn(site=7))[0] == 404
    assert refusal("/announcements?owner=ACME", an_asn(lines=[]))[0] == 400
    assert refusal("/sites/1/announcements/77/close")[0] == 404
    assert refusal("/sites/1/announcements/77/arrive", {})[0] == 404
    assert refusal(f"/sites/1/announcements/{number}/arrive", {"dock": "NONE"})[0] == 422
    assert refusal(f"/sites/1/announcements/{number}/arrive", {"arrived_at": "now"})[0] == 422
    assert supervisor.call("GET", "/sites/1/announcements/77").status_code == 404
