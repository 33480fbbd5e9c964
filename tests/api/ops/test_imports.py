"""Imports over HTTP: master files with a dry run, order files with their mapping."""

from typing import Any

import pytest

from server.core import Core
from server.identity.models import PERSONAL_RECORD
from tests.api.desks import Desk
from tests.integrations.order_files import HEADER, RETAIL_MAPPING, row

MERCHANTS = b"code,name\nGAMMA,Gamma\n,Nobody\nACME,Acme\n"
MAPPING = RETAIL_MAPPING.read_text().replace('owner = "retail"', 'owner = "ACME"')


def imported(desk: Desk, kind: str, content: bytes, **asked: bool) -> Any:  # noqa: ANN401 - JSON.
    """Import a file."""
    answer = desk.call("POST", f"/imports/{kind}", content=content, params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_good_lines_are_taken_and_bad_ones_told(supervisor: Desk) -> None:
    told = imported(supervisor, "merchants", MERCHANTS)

    assert (told["total"], told["applied"], told["unchanged"]) == (3, 1, 1)
    assert [(each["line"], each["reason"]) for each in told["refused"]] == [
        (3, "code must not be empty")
    ]
    assert imported(supervisor, "merchants", MERCHANTS)["unchanged"] == 2


def test_dry_run_keeps_nothing(supervisor: Desk) -> None:
    told = imported(supervisor, "merchants", MERCHANTS, dry_run=True)

    assert told["applied"] == 1
    assert [each["code"] for each in supervisor.get("/merchants")] == ["ACME", "BETA"]


def test_only_admins_import_people(supervisor: Desk, admin: Desk) -> None:
    content = b"code,role,pin\nanna,admin,4711\n"

    refused = supervisor.call("POST", "/imports/people", content=content)

    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert imported(admin, "people", content)["applied"] == 1


def test_file_without_its_columns_is_told(supervisor: Desk) -> None:
    told = imported(supervisor, "merchants", b"name\nAcme\n")

    assert [(each["line"], each["reason"]) for each in told["refused"]] == [
        (1, "lacks the columns code; it has name")
    ]


def test_kind_that_is_none_is_refused(supervisor: Desk) -> None:
    assert supervisor.refusal("POST", "/imports/weather")[:2] == (400, "malformed")


def order_upload(desk: Desk, *rows: str, mapping: str = MAPPING, site: int = 1) -> Any:  # noqa: ANN401
    """Import one order file."""
    content = "\n".join((HEADER, *rows, "")).encode()
    files = [
        ("mapping", ("mapping.toml", mapping.encode())),
        ("orders", ("../orders.csv", content)),
    ]
    return desk.call("POST", f"/sites/{site}/orders/import", files=files)


def catalog(desk: Desk) -> None:
    """Put the items of the order file."""
    for sku in ("85123A", "71053"):
        desk.say("PUT", "/items", {"owner": "ACME", "sku": sku})


ROWS = (
    row("1001", "85123a", 6),
    row("1002", "71053", 1, country="France"),
    row("1003", "84029G", 2),
    row("1004", "POST", 1),
    row("C1005", "85123A", -6),
    row("1006", "85123A", "many"),
)


def test_order_file_is_placed_once(supervisor: Desk, core: Core) -> None:
    catalog(supervisor)

    told = order_upload(supervisor, *ROWS).json()
    again = order_upload(supervisor, *ROWS).json()

    assert {name: told[name] for name in ("read", "taken", "duplicates", "returns")} == {
        "read": 6,
        "taken": 3,
        "duplicates": 0,
        "returns": 1,
    }
    assert told["refused"] == ["1003: unknown item 84029G"]
    assert len(told["unreadable"]) == 1
    assert told["unreadable"][0].startswith("0/orders.csv:7: ")
    assert (again["taken"], again["duplicates"], again["conflicts"]) == (0, 3, 0)
    core.drain()
    rows = supervisor.get("/orders", owner="ACME")["rows"]
    # Nothing was received, so they wait for stock.
    assert [(each["number"], each["state"], each["units"]) for each in rows] == [
        ("1001", "exception", 6),
        ("1002", "exception", 1),
        ("1004", "closed", 0),
    ]
    with core.database.reading() as connection:
        assert len(connection.execute(PERSONAL_RECORD.select()).all()) == 3


def test_changed_order_is_a_conflict_that_is_listed_once(supervisor: Desk) -> None:
    catalog(supervisor)
    order_upload(supervisor, row("1001", "85123A", 6))

    changed = row("1001", "85123A", 7, customer="999.0")
    told = [order_upload(supervisor, changed).json() for _ in range(2)]

    assert [each["conflicts"] for each in told] == [1, 1]
    [conflict] = supervisor.get("/exceptions", subject="conflict")["rows"]
    assert conflict["actual"] == "web 1001"
    supervisor.say("POST", f"/conflicts/{conflict['name']}/resolve", {"note": "six it is"})
    assert supervisor.get("/exceptions", subject="conflict")["rows"] == []


@pytest.mark.parametrize(
    ("mapping", "site", "status", "code"),
    [
        (MAPPING.replace("ACME", "NONE"), 1, 404, "not_found"),
        (MAPPING, 77, 404, "not_found"),
        ("no toml", 1, 422, "integrations.mapping"),
    ],
)
def test_orders_that_nobody_could_place_are_refused(
    supervisor: Desk, mapping: str, site: int, status: int, code: str
) -> None:
    answer = order_upload(supervisor, *ROWS, mapping=mapping, site=site)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert "totebook-import" not in answer.text


def test_document_that_takes_goods_back_cancels_what_is_in_the_house(
    supervisor: Desk, core: Core
) -> None:
    catalog(supervisor)
    rows = (
        row("1001", "85123A", 6, placed_at="2010-12-01 08:26:00"),
        row("C1002", "85123a", -2, placed_at="2010-12-01 09:00:00"),
        row("C1003", "71053", -1, placed_at="2010-12-01 09:30:00"),
    )

    told = order_upload(supervisor, *rows).json()
    again = order_upload(supervisor, *rows).json()

    core.drain()
    assert (told["cancelled"], told["expected"]) == (1, 0)
    assert told["unmatched"] == ["C1003 line 1: 1 of 71053, no earlier order"]
    assert told["refused"] == again["refused"] == []
    [order] = supervisor.get("/orders", owner="ACME")["rows"]
    assert (order["units"], order["cancelled_units"]) == (6, 2)
