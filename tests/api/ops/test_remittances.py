"""Money for merchants over HTTP: paid out by desks, read by desks and by whoever is owed it."""

from typing import Any

import pytest
from litestar.testing import TestClient

from server.core import Core
from server.db.bulk import upsert_records
from server.transport.records import Account
from tests.api.desks import Desk
from tests.api.warehouse import SITE

PAID = {"merchant": "ACME", "voucher": "V-1", "amount": 4_000, "currency": "EUR", "place": "P-1"}


@pytest.fixture(autouse=True)
def owed(core: Core, owners: dict[str, int]) -> None:
    """Have money collected for both merchants."""
    accounts = [
        Account(SITE, owners["ACME"], "EUR", 4_990),
        Account(SITE, owners["BETA"], "JPY", 1_200),
    ]
    with core.database.writing() as connection:
        upsert_records(connection, Account, accounts)


def test_payment_is_told_once_and_both_sides_read_it(supervisor: Desk, acme: Desk) -> None:
    told = supervisor.say("POST", "/sites/1/remittances", PAID)
    again = supervisor.say("POST", "/sites/1/remittances", PAID)

    # No courier of this book has brought any money yet.
    assert (told["outcome"], told["code"]) == ("flagged", "negative")
    assert again["grant"] == {"voucher": "V-1", "unchanged": True}
    assert acme.get("/accounts") == [
        {
            "site": 1,
            "owner": "ACME",
            "currency": "EUR",
            "collected": 4_990,
            "remitted": 4_000,
            "owed": 990,
        }
    ]
    [paid] = acme.get("/remittances")["rows"]
    assert (paid["voucher"], paid["amount"], paid["place"], paid["cancelled_at"]) == (
        *("V-1", 4_000, "P-1", None),
    )
    rows = supervisor.get("/sites/1/accounts")
    assert [(row["owner"], row["owed"]) for row in rows] == [("ACME", 990), ("BETA", 1_200)]

    supervisor.say("POST", "/sites/1/remittances/cancel", {"merchant": "ACME", "voucher": "V-1"})

    assert acme.get("/accounts")[0]["owed"] == 4_990
    [row] = supervisor.get("/sites/1/remittances", owner="ACME")["rows"]
    assert row["cancelled_at"] is not None


def test_payments_come_in_pages_the_latest_first(supervisor: Desk, acme: Desk) -> None:
    for number in (1, 2, 3):
        supervisor.say(
            "POST", "/sites/1/remittances", PAID | {"voucher": f"V-{number}", "place": ""}
        )

    first = acme.get("/remittances", limit=2)
    rest = acme.get("/remittances", limit=2, after=first["next"])

    vouchers = [row["voucher"] for row in (*first["rows"], *rest["rows"])]
    assert (sorted(vouchers), rest["next"]) == (["V-1", "V-2", "V-3"], None)
    assert {row["place"] for row in first["rows"]} == {"safe"}
    assert supervisor.get("/sites/1/remittances", owner="BETA")["rows"] == []


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"merchant": "NOBODY"}, (422, "desk.invalid", "unknown_merchant")),
        ({"place": "NOWHERE"}, (422, "desk.invalid", "unknown_place")),
        ({"currency": "euro"}, (400, "malformed", "")),
        ({"amount": 0}, (400, "malformed", "")),
        ({"voucher": ""}, (400, "malformed", "")),
    ],
)
def test_what_can_not_be_so_is_refused(
    supervisor: Desk, changed: dict[str, Any], told: tuple[int, str, str]
) -> None:
    assert supervisor.refusal("POST", "/sites/1/remittances", PAID | changed) == told
    assert supervisor.get("/sites/1/remittances")["rows"] == []


def test_other_figures_under_a_voucher_are_refused(supervisor: Desk, acme: Desk) -> None:
    supervisor.say("POST", "/sites/1/remittances", PAID)

    other = supervisor.refusal("POST", "/sites/1/remittances", PAID | {"amount": 1})
    unknown = supervisor.refusal(
        "POST", "/sites/1/remittances/cancel", {"merchant": "ACME", "voucher": "V-9"}
    )

    assert (other, unknown[:2]) == ((409, "desk.refused", "voucher_used"), (404, "not_found"))
    assert acme.get("/accounts")[0]["remitted"] == 4_000


def test_merchants_pay_nobody(acme: Desk, client: TestClient[Any]) -> None:
    headers = {"Authorization": f"Bearer {acme.token}"}
    answer = client.post("/ops/v1/sites/1/remittances", json=PAID, headers=headers)
    assert answer.status_code == 403
