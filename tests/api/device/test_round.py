"""The doors of a round: for whoever drives it, on that very device, and for nobody else."""

from typing import Any, NamedTuple

import httpx
import pytest
from litestar.testing import TestClient

from device_protocol.messages import PULL_PATH, PullRequest
from server.ledger.locations import PutLocation
from server.orders.models import SHIPMENT
from server.tasks.devices import SetDeviceState
from server.transport.messages import AssignRound, MakeRound
from tests.api.desks import Desk, an_order, sign_in
from tests.api.device.callers import Caller, problem
from tests.api.warehouse import SITE, Warehouse

ADDRESS = {"name": "Ada Ahorn", "lines": ["Ringstr. 5", "12345 Berlin"], "note": "No bell"}


FROM, UNTIL = "2027-03-01T13:00:00Z", "2027-03-01T15:00:00Z"
WINDOW = {"promised_at": 1_803_913_200_000, "window_from": 1_803_906_000_000}


class Driven(NamedTuple):
    """A round of one door, and the device that drives it."""

    courier: Caller
    round: int
    stop: int

    def ask(self, caller: Caller | None = None, round_: int = 0) -> httpx.Response:
        """Ask for the doors."""
        asking = caller or self.courier
        headers = {"Authorization": f"Bearer {asking.token}"} if asking.token else {}
        return asking.client.get(f"/app/round/{round_ or self.round}", headers=headers)


@pytest.fixture
def driven(warehouse: Warehouse, client: TestClient[Any], acme: Desk) -> Driven:
    """Give an order on a round of a courier who signed in."""
    courier = Caller(warehouse, client, role="courier")
    courier.sign_in("courier")
    window = {"window_from": FROM, "promised_at": UNTIL}
    acme.say("POST", "/orders", an_order(recipient=ADDRESS, door_check="age_18", **window))
    warehouse.core.drain()
    with warehouse.core.database.reading() as connection:
        shipment = connection.execute(SHIPMENT.select()).one().id
    warehouse.tell(SITE, PutLocation(code="VAN-1", place_kind="van"))
    planned = MakeRound(
        name="North", date="2027-03-01", van="VAN-1", shipments=(shipment,), device=courier.device
    )
    [outcome] = warehouse.tell(SITE, planned)
    [number] = outcome["grant"]["rounds"]
    with warehouse.core.database.reading() as connection:
        [[stop]] = connection.exec_driver_sql("SELECT id FROM stop").fetchall()
    return Driven(courier, number, stop)


def test_whoever_drives_a_round_reads_its_doors(driven: Driven) -> None:
    answer = driven.ask()

    assert answer.json() == {"doors": [{"stop": driven.stop, **ADDRESS, **WINDOW}]}
    assert answer.headers["Cache-Control"] == "no-store"


def test_device_is_told_what_to_check_at_the_door(driven: Driven) -> None:
    told = driven.courier.call(PULL_PATH, PullRequest(driven.courier.device)).json()

    documents = [each for page in told["pages"] for each in page.get("documents", ())]
    [stop] = [each["body"] for each in documents if each["key"].startswith("stop/")]
    assert stop["check"] == "age_18"
    assert "Ahorn" not in str(documents)


def test_doors_are_for_nobody_else(
    driven: Driven, warehouse: Warehouse, client: TestClient[Any]
) -> None:
    other = Caller(warehouse, client, role="courier")
    assert problem(driven.ask(other)) == (401, "unauthorized")
    other.sign_in("courier")
    assert problem(driven.ask(other)) == (404, "not_found")
    assert problem(driven.ask(round_=driven.round + 1)) == (404, "not_found")
    other.token = sign_in(client, "admin").token
    assert problem(driven.ask(other)) == (403, "forbidden")


def test_doors_of_a_round_that_is_another_device_s_now_are_not_told(
    driven: Driven, warehouse: Warehouse, client: TestClient[Any]
) -> None:
    other = Caller(warehouse, client, role="courier")
    other.sign_in("courier")
    warehouse.tell(SITE, AssignRound(round=driven.round, device=other.device))

    assert problem(driven.ask()) == (404, "not_found")
    assert driven.ask(other).json()["doors"][0]["name"] == "Ada Ahorn"


def test_suspended_device_reads_no_doors(driven: Driven, warehouse: Warehouse) -> None:
    warehouse.tell(SITE, SetDeviceState(device=driven.courier.device, state="suspended"))

    assert problem(driven.ask()) == (404, "not_found")


def test_door_whose_recipient_was_erased_has_no_name(driven: Driven, warehouse: Warehouse) -> None:
    with warehouse.core.database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM personal_record")

    [door] = driven.ask().json()["doors"]
    assert door == {"stop": driven.stop, **WINDOW}
