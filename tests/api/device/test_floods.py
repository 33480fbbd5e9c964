"""A device that floods is answered 429 with Retry-After, and nobody else notices."""

import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from litestar.testing import TestClient
from msgspec.structs import replace

from device_protocol import keys
from device_protocol.client import DeviceClient
from device_protocol.messages import ENROL_PATH, EPOCH_PATH, HELLO_PATH
from device_protocol.operations import Clock, Receive
from server.api.floods import Floods
from server.config import Settings
from server.core import Core
from server.main import create_app
from tests.api.device.callers import Caller, problem
from tests.api.test_floods import Seconds
from tests.api.warehouse import Warehouse
from tests.conftest import MORNING_MS
from tests.device_protocol.doubles import seeded

LIMIT = (429, "limit.too_many")
CLOCK = Clock(server=MORNING_MS, ended=1)


@pytest.fixture
def seconds() -> Seconds:
    """Give the clock of floods."""
    return Seconds()


@pytest.fixture
def client(core: Core, seconds: Seconds) -> Iterator[TestClient[Any]]:
    """Give a client of an application that takes 20 calls of a device, and 10 of a stranger."""
    app = create_app(core)
    settings = Settings(
        device_calls_per_s=2,
        device_calls_burst=20,
        device_operations_burst=1_000,
        device_operations_per_s=100,
        stranger_calls_per_s=1,
        stranger_calls_burst=10,
    )
    app.state.floods = Floods(settings, seconds)
    with TestClient(app, raise_server_exceptions=False) as opened:
        yield opened


def hello(caller: Caller, **bent: Any) -> httpx.Response:  # noqa: ANN401 - of Caller.call.
    """Say hello."""
    return caller.call(HELLO_PATH, caller.hello(), **bent)


@pytest.mark.spec("DP-CALL-7")
def test_flooding_device_waits_while_another_pushes_on(
    warehouse: Warehouse, client: TestClient[Any], seconds: Seconds
) -> None:
    flooding, working = Caller(warehouse, client), Caller(warehouse, client)
    answers = [hello(flooding) for _ in range(30)]
    working.write(*[CLOCK] * 15)
    pushed = [working.push(n, n).status_code for n in range(1, 16)]

    assert [answer.status_code for answer in answers] == [200] * 20 + [429] * 10
    assert problem(answers[-1]) == LIMIT
    assert answers[-1].headers["Retry-After"] == "1"
    assert pushed == [200] * 15
    seconds.now += 1
    assert [hello(flooding).status_code for _ in range(3)] == [200, 200, 429]


def test_flood_of_pushes_at_once_hinders_nobody_else(
    warehouse: Warehouse, client: TestClient[Any]
) -> None:
    flooding, working = Caller(warehouse, client), Caller(warehouse, client)
    flooding.write(CLOCK)
    working.write(*[CLOCK] * 10)
    statuses: list[int] = []

    def flood() -> None:
        statuses.extend(flooding.push(1, 1).status_code for _ in range(40))

    threads = [threading.Thread(target=flood) for _ in range(3)]
    for thread in threads:
        thread.start()
    pushed = [working.push(n, n).status_code for n in range(1, 11)]
    for thread in threads:
        thread.join()

    assert pushed == [200] * 10
    assert (statuses.count(200), statuses.count(429)) == (20, 100)


@pytest.mark.spec("DP-CALL-7")
def test_too_many_operations_are_delayed_and_not_refused(caller: Caller, seconds: Seconds) -> None:
    caller.write(CLOCK, *[Receive(quantity=1, owner="ACME", item="A1", to="D-1", ended=2)] * 1_100)
    assert [caller.push(1, 500).status_code, caller.push(501, 1_000).status_code] == [200, 200]

    late = caller.push(1_001, 1_101)
    assert (problem(late), late.headers["Retry-After"]) == (LIMIT, "2")
    seconds.now += 2
    assert caller.push(1_001, 1_101).json()["next"] == 1_102


def test_wrong_signatures_are_stopped_and_known_devices_go_on(
    warehouse: Warehouse, client: TestClient[Any], seconds: Seconds
) -> None:
    seconds.now += 100
    known, other = Caller(warehouse, client), Caller(warehouse, client)
    assert hello(known).status_code == 200
    wrong = [hello(other, private=keys.generate(seeded(98))) for _ in range(9)]

    assert [answer.status_code for answer in wrong] == [401] * 8 + [429]
    assert problem(wrong[-1]) == LIMIT
    assert hello(known).status_code == 200
    # Their own next call waits as well, because nobody knows that it is theirs.
    assert hello(other).status_code == 429
    seconds.now += 1
    assert hello(other).status_code == 200


def test_guesses_at_codes_are_slowed_down(client: TestClient[Any], warehouse: Warehouse) -> None:
    assert warehouse.people
    answers = [client.post(ENROL_PATH, content=b"{}") for _ in range(12)]

    assert [answer.status_code for answer in answers] == [400] * 10 + [429] * 2
    assert problem(answers[-1]) == LIMIT
    assert problem(client.post(EPOCH_PATH, content=b"{}")) == LIMIT


def test_garbage_pushed_is_counted_against_its_address(
    client: TestClient[Any], caller: Caller
) -> None:
    for _ in range(12):
        assert caller.send(b"no batch").status_code == 400

    assert problem(client.post(ENROL_PATH, content=b"{}")) == LIMIT


def test_reference_client_waits_as_long_as_it_is_told(
    warehouse: Warehouse, client: TestClient[Any], seconds: Seconds
) -> None:
    made = warehouse.device(client)
    waits: list[float] = []

    def sleep(wait_s: float) -> None:
        waits.append(wait_s)
        seconds.now += wait_s

    patient = DeviceClient(made.device, client, sleep=sleep, jitter=lambda: 0.5)
    for _ in range(25):
        patient.hello()

    assert waits
    assert {wait >= 1 for wait in waits} == {True}


def test_signature_that_names_a_huge_number_is_no_fault_of_ours(caller: Caller) -> None:
    asked = replace(caller.hello(), device=10**14)

    assert hello(caller, device=10**14).status_code == 404
    assert caller.call(HELLO_PATH, asked, device=10**14).status_code == 404
