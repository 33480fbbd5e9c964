"""Hints over HTTP: from whichever process the change came, to whom it concerns, while they may."""

import asyncio
import signal
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from litestar.testing import TestClient

from device_protocol import signatures
from device_protocol.live import live_target
from device_protocol.messages import Hint
from server.api.device import live
from server.api.device.callers import Call
from server.core import Core
from server.ledger.locations import PutLocation
from server.main import create_app, ends_streams
from server.tasks.devices import SetDeviceState
from tests.api.device.callers import Caller, problem
from tests.api.device.streams import Ear
from tests.api.device.test_way import serving
from tests.api.warehouse import SITE, Warehouse


def shelf(code: str = "A-09") -> PutLocation:
    """A new bin in zone A."""
    return PutLocation(code=code, place_kind="bin", zone="A", walk=9)


@pytest.fixture
def two(database_url: str, dialect: str) -> Iterator[tuple[Warehouse, Caller, Core]]:
    """Give a device of one server, and another server of the same book where there may be one."""
    with ExitStack() as open_servers:
        core, client = open_servers.enter_context(serving(database_url))
        warehouse = Warehouse(core)
        caller = Caller(warehouse, client)
        caller.sign_in()
        other = core
        if dialect == "postgresql":
            other, _ = open_servers.enter_context(serving(database_url, seed=2))
        yield warehouse, caller, other


def test_change_in_one_process_is_hinted_to_who_listens_at_another(
    two: tuple[Warehouse, Caller, Core],
) -> None:
    warehouse, caller, other = two

    async def listen() -> Hint | None:
        ear = Ear(create_app(other), caller)
        await ear.started()
        await ear.part()
        await asyncio.to_thread(warehouse.tell, SITE, shelf())
        told = await ear.hint()
        await ear.hang_up()
        return told

    told = asyncio.run(listen())

    assert told is not None
    assert told.scope.startswith(f"{SITE}/zone/")
    assert other.live.listening == 0


@pytest.mark.spec("DP-LIVE-2")
def test_stream_says_what_it_is_and_that_it_lives(
    caller: Caller, core: Core, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "HEARTBEAT_S", 0.01)
    caller.sign_in()

    async def listen() -> tuple[tuple[int, dict[str, str]], list[bytes]]:
        ear = Ear(create_app(core), caller)
        started = await ear.started()
        parts = [await ear.part() for _ in range(3)]
        await ear.hang_up()
        return started, parts

    (status, headers), parts = asyncio.run(listen())

    assert status == 200
    assert headers["content-type"].startswith("text/event-stream")
    assert headers["cache-control"] == "no-store"
    assert "content-encoding" not in headers
    assert parts == [b": listening\n\n", b": alive\n\n", b": alive\n\n"]
    assert core.live.listening == 0


def test_stream_ends_when_the_device_is_out_of_work(
    caller: Caller, core: Core, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "HEARTBEAT_S", 0.01)
    caller.sign_in()

    async def listen() -> Hint | None:
        ear = Ear(create_app(core), caller)
        await ear.started()
        state = SetDeviceState(device=caller.device, state="suspended")
        await asyncio.to_thread(warehouse.tell, SITE, state)
        return await ear.hint()

    assert asyncio.run(listen()) is None
    assert core.live.listening == 0


def test_stream_ends_when_the_server_stops(caller: Caller, core: Core) -> None:
    caller.sign_in()

    async def listen() -> Hint | None:
        ear = Ear(create_app(core), caller)
        await ear.started()
        await ear.part()
        await asyncio.to_thread(core.close)
        return await ear.hint()

    assert asyncio.run(listen()) is None


def test_stream_that_opens_after_the_stop_ends_at_once(caller: Caller, core: Core) -> None:
    caller.sign_in()
    core.live.stop()

    async def listen() -> Hint | None:
        ear = Ear(create_app(core), caller)
        await ear.started()
        return await ear.hint()

    assert asyncio.run(listen()) is None


def ask(caller: Caller, *, token: str | None = None, protocol: int = 2) -> tuple[int, str]:
    """Status and code with which a stream is refused."""
    target = live_target(protocol)
    signature = signatures.call_header(caller.device, caller.private, "GET", target, b"")
    headers = {signatures.SIGNATURE_HEADER: signature}
    bearer = caller.token if token is None else token
    if bearer:
        headers["Authorization"] = f"Bearer {bearer}"
    return problem(caller.client.get(target, headers=headers))


def test_who_may_not_pull_may_not_listen(
    caller: Caller, warehouse: Warehouse, client: TestClient[Any]
) -> None:
    assert ask(caller) == (401, "unauthorized")
    other = Caller(warehouse, client)
    other.sign_in()
    assert ask(caller, token=other.token) == (403, "forbidden")
    caller.sign_in()
    assert ask(caller, protocol=9) == (426, "protocol.upgrade_needed")
    other.device, key = caller.device, caller.private
    caller.private = other.private
    assert ask(caller) == (401, "unauthorized")
    caller.private = key
    warehouse.tell(SITE, SetDeviceState(device=caller.device, state="suspended"))
    assert ask(caller) == (403, "forbidden")


@pytest.mark.spec("DP-CALL-1")
def test_query_is_signed(caller: Caller) -> None:
    caller.sign_in()
    signature = signatures.call_header(caller.device, caller.private, "GET", live_target(1), b"")
    headers = {
        signatures.SIGNATURE_HEADER: signature,
        "Authorization": f"Bearer {caller.token}",
    }

    answer = caller.client.get(live_target(2), headers=headers)

    assert problem(answer) == (401, "unauthorized")


def test_listener_whose_loop_has_ended_is_passed_over(caller: Caller, core: Core) -> None:
    caller.sign_in()

    async def leave_open() -> live.Ear:
        target = live_target(2)
        signature = signatures.call_header(caller.device, caller.private, "GET", target, b"")
        call = Call(core, signature, "GET", target, b"", b"")
        return live.Ear(call, caller.token, asyncio.get_running_loop())

    ear = asyncio.run(leave_open())

    ear._wake()
    core.live.stop()
    assert ear._listener.ended.is_set()


@pytest.fixture
def signals() -> Iterator[list[int]]:
    """Give the signals that were heard by whoever listened before."""
    heard: list[int] = []
    numbers = (signal.SIGTERM, signal.SIGINT)
    before = [signal.getsignal(number) for number in numbers]
    signal.signal(signal.SIGTERM, lambda number, _frame: heard.append(number))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    yield heard
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


@pytest.mark.parametrize(
    ("number", "passed_on"), [(signal.SIGTERM, [signal.SIGTERM]), (signal.SIGINT, [])]
)
def test_streams_end_as_soon_as_the_process_is_told_to_stop(
    caller: Caller, core: Core, signals: list[int], number: int, passed_on: list[int]
) -> None:
    caller.sign_in()

    async def listen() -> Hint | None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        ends_streams(core)()
        ear = Ear(create_app(core), caller)
        await ear.started()
        await ear.part()
        signal.raise_signal(number)
        return await ear.hint()

    assert asyncio.run(listen()) is None
    assert signals == passed_on


def test_thread_that_hears_no_signals_is_left_as_it_is(core: Core) -> None:
    before = signal.getsignal(signal.SIGTERM)
    other = threading.Thread(target=ends_streams(core))
    other.start()
    other.join()
    assert signal.getsignal(signal.SIGTERM) is before
