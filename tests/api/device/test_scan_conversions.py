"""Returns and conversions at a thin terminal: every step over HTTP, undo too."""

import pytest

from device_protocol.terminal import ScanRead
from server.catalog.messages import KitUnits, PutItem, PutItemCode, PutKit
from server.lane.activity import NETWORK
from tests.api.desks import Desk
from tests.api.device.callers import Caller
from tests.api.device.terminals import Thin

LAMP, SET, SHADE = "04000000000013", "04000000000020", "04000000000037"


@pytest.fixture(name="thin")
def make_thin(caller: Caller) -> Thin:
    """Give a terminal, and a set of two lamps."""
    items = [PutItem(owner="ACME", sku="SET"), PutItem(owner="ACME", sku="SHADE")]
    caller.warehouse.tell(
        NETWORK,
        *items,
        PutItemCode(owner="ACME", sku="SET", code=SET),
        PutItemCode(owner="ACME", sku="SHADE", code=SHADE),
        PutKit(owner="ACME", sku="SET", parts=(KitUnits("A1", 2),)),
    )
    assert caller.sign_in().is_success
    return Thin(caller)


def stood(supervisor: Desk, place: str) -> dict[str, int]:
    """What the book has at a place, by SKU and condition."""
    rows = supervisor.get("/stock", place=place)["rows"]
    return {f"{row['sku']} {row['condition']}": row["on_hand"] for row in rows if row["on_hand"]}


def test_return_graded_relabelled_and_discarded(thin: Thin, supervisor: Desk) -> None:
    thin.begin("return")
    thin.all("D-1", "/skip", "/skip", LAMP, "#3", "/1", "/1")
    assert [outcome["code"] for outcome in thin.outcomes] == ["not_announced"]
    thin.all("/done", "/done")
    assert thin.shows == "ended"
    thin.begin("grade")
    thin.all("D-1", LAMP, "#2", "/2", "/1", "/1", "/1")
    assert thin.outcomes == [{"outcome": "applied"}]
    thin.all("/done")
    thin.begin("relabel")
    thin.all("D-1", LAMP, "#1", "/1", SHADE)
    assert thin.outcomes == [{"outcome": "applied"}]
    thin.all("/done")
    thin.begin("discard")
    thin.all("D-1", LAMP, "/damaged", "#1", "/1", "/1")
    assert thin.outcomes == [{"outcome": "applied"}]

    assert stood(supervisor, "D-1") == {"A1 damaged": 1, "SHADE good": 1}
    thin.all("/undo")
    assert stood(supervisor, "D-1") == {"A1 damaged": 2, "SHADE good": 1}


def test_kit_is_made_by_its_recipe_and_taken_apart(thin: Thin, supervisor: Desk) -> None:
    thin.begin("receive")
    thin.all("P-1", LAMP, "#5", "/done")
    thin.begin("kit")
    thin.all("P-1", "/1", SET, "#2", "/done")
    assert thin.outcomes == [{"outcome": "applied"}]
    assert stood(supervisor, "P-1") == {"A1 good": 1, "SET good": 2}

    thin.all("/undo")
    assert stood(supervisor, "P-1") == {"A1 good": 5}
    thin.all("/done", "/done")
    thin.begin("kit")
    thin.all("P-1", "/2", SET, "#1", LAMP, "#2", "/done")

    assert stood(supervisor, "P-1") == {"A1 good": 3, "SET good": 1}


def test_return_number_is_keyed(thin: Thin, supervisor: Desk) -> None:
    body = {"channel": "web", "number": "R-1", "lines": [{"sku": "A1", "quantity": 1}]}
    answer = supervisor.call("POST", "/returns", params={"owner": "ACME"}, json=body)
    assert answer.status_code == 201
    thin.begin("return")
    thin.all("D-1", "/skip")
    thin.take(scan=ScanRead("R-1", entry="keyed"))
    thin.all(LAMP, "#1", "/1", "/skip")

    assert thin.outcomes == [{"outcome": "applied"}]
    thin.caller.warehouse.core.drain()
    [row] = supervisor.get("/returns")["rows"]
    assert (row["number"], row["received"]) == ("R-1", 1)
