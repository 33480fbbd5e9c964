"""What facts were flagged with, over HTTP."""

from typing import Any

from litestar.testing import TestClient

from device_protocol.operations import Move
from tests.api.desks import Desk
from tests.api.device.callers import Caller
from tests.api.warehouse import Warehouse


def test_supervisor_reads_what_was_posted_and_is_odd(
    client: TestClient[Any], warehouse: Warehouse, supervisor: Desk
) -> None:
    caller = Caller(warehouse, client)
    caller.write(Move(quantity=5, owner="ACME", item="A1", source="A-01", to="A-02", ended=2))
    caller.push()

    [told] = supervisor.get("/sites/1/flags", code="negative")["rows"]

    assert (told["operation"], told["kind"]) == (f"{caller.device}/1/1", "move")
    assert (told["expected"], told["actual"]) == ("at least 0", "-5")
    assert supervisor.refusal("GET", "/sites/9/flags")[:2] == (404, "not_found")
