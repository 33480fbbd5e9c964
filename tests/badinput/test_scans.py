"""What hurried people scan: everything is posted or kept, and a person can read what is open."""

import csv
import io
from typing import Any

import msgspec

from device_protocol.messages import PushAnswer
from device_protocol.operations import Clock, Load, Move, Receive, Scan
from server.core import Core
from tests.api.desks import Desk
from tests.api.device.callers import Caller
from tests.api.warehouse import Warehouse
from tests.badinput.books import book_is_clean, on_hand
from tests.conftest import MORNING_MS

SHARED = "04000000000013"
"""A GTIN of ACME's lamp, which BETA gives its rug, too."""


def outcomes_of(content: bytes) -> list[tuple[str, str]]:
    """Outcomes and codes of an answer, without that of the clock."""
    told = msgspec.json.decode(content, type=PushAnswer)
    each = [msgspec.json.decode(outcome) for outcome in told.outcomes[1:]]
    return [(outcome["outcome"], outcome.get("code", "")) for outcome in each]


def receive(quantity: int, code: str, **more: Any) -> Receive:  # noqa: ANN401 - its fields.
    """Units of what a barcode says, at the dock."""
    return Receive(quantity=quantity, code=code, to="D-1", scans=(Scan(code),), **more)


def test_whatever_is_scanned_is_kept_and_open_to_a_person(
    core: Core, caller: Caller, admin: Desk
) -> None:
    admin.say("PUT", "/item_codes", {"owner": "BETA", "sku": "B1", "code": SHARED})
    caller.write(
        Clock(server=MORNING_MS, ended=1),
        receive(5, "9999999999994"),
        receive(4, SHARED),
        receive(3, SHARED, owner="BETA"),
        receive(2, "=1+1|cmd"),
        b'{"kind":"receive","code":"4000000000013","quantity":4006381333931,"to":"D-1"}',
        Move(quantity=1, item="B1", owner="BETA", source="A-01", to="NOWHERE"),
        Load(unit="000000", to="VAN-9", source="NOWHERE"),
    )

    told = outcomes_of(caller.push().content)

    assert told == [
        ("flagged", "unknown_code"),
        ("flagged", "unknown_code"),
        ("applied", ""),
        ("flagged", "unknown_code"),
        ("parked", "impossible_quantity"),
        ("flagged", "unknown_place"),
        ("flagged", "unknown_place"),
    ]
    held = {name: quantity for (place, name), quantity in on_hand(core).items() if place == "D-1"}
    assert held == {
        "9999999999994": 5,
        SHARED: 4,
        "B1": 3,
        "=1+1": 2,
    }
    waiting = admin.get("/exceptions", site=1)["rows"]
    assert {"coarse", "negative", "impossible_quantity"} <= {row["kind"] for row in waiting}
    assert book_is_clean(core)


def test_formula_in_a_code_is_no_formula_in_an_export(
    warehouse: Warehouse, caller: Caller, admin: Desk
) -> None:
    assert warehouse.people
    caller.write(
        receive(2, "x"), b'{"kind":"receive","quantity":1,"to":"=HYPERLINK(1)","item":"-9"}'
    )
    caller.push()

    for path in ("/export/stock.csv", "/export/exceptions.csv"):
        lines = list(csv.reader(io.StringIO(admin.call("GET", path).text)))
        assert len(lines) > 1
        assert not [cell for line in lines for cell in line if cell[:1] in tuple("=+-@")]
    assert "'=HYPERLINK(1)" in admin.call("GET", "/export/stock.csv").text
