"""Several server processes on one PostgreSQL: any of them takes any call, and each may go.

They are real processes, started one after the other, so that the first has every duty.
"""

import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from litestar.testing import TestClient

import migrations
from device_protocol import signatures
from device_protocol.live import LIVE_HEADERS, live_target, read_hints
from device_protocol.operations import Receive
from server.core import Core
from server.db.engine import open_database
from server.front import STOPPED_HARD
from server.identity.messages import DisablePerson, PutPerson
from server.lane.activity import DESK, NETWORK
from server.main import app_over
from tests.api.device.callers import Caller, problem
from tests.api.device.terminals import Thin
from tests.api.warehouse import SITE, Warehouse
from tests.bench.world import settings_for
from tests.faults.cluster import wait_for
from tests.faults.servers import Served
from tests.faults.test_failover import Clerk, at_work
from tests.faults.test_kill import check_lines

LAMP = "04000000000013"
HASH = "argon2 hash"
TOLD = Receive(quantity=1, owner="ACME", item="A1", to="A-01")


@contextmanager
def set_up(url: str) -> Iterator[Warehouse]:
    """Give a warehouse on a fresh book, and a core that delivers nothing by itself."""
    database = open_database(url)
    migrations.upgrade(database)
    core = Core.over(database, settings_for(url), delivers=False)
    try:
        yield Warehouse(core)
    finally:
        core.close()


def line(served: Served) -> Any:  # noqa: ANN401 - called as the client of a test.
    """A connection to a server."""
    return httpx.Client(base_url=f"http://127.0.0.1:{served.port}", timeout=30)


def holders(url: str) -> set[str]:
    """The processes that have duties."""
    with psycopg.connect(url) as connection:
        return {row[0] for row in connection.execute("SELECT holder FROM server_duty")}


def processes(url: str) -> int:
    """How many processes are on the list."""
    with psycopg.connect(url) as connection:
        return len(connection.execute("SELECT name FROM server_process").fetchall())


def check_calls(warehouse: Warehouse, one: Any, other: Any) -> None:  # noqa: ANN401 - as line().
    """A session of one holds at the other, its steps go on there, guesses count together."""
    caller = Caller(warehouse, one)
    assert caller.sign_in().is_success
    thin = Thin(caller)
    thin.begin("receive")
    for client, given in ((other, "D-1"), (one, LAMP), (other, LAMP), (one, "#5")):
        caller.client = client
        thin.all(given)
    assert thin.outcomes == [{"outcome": "applied"}]

    for client in (one, other, one, other, one):
        caller.client = client
        assert problem(caller.sign_in("supervisor", "0000")) == (401, "sign_in.wrong")
    for client in (one, other):
        caller.client = client
        assert problem(caller.sign_in("supervisor")) == (429, "locked")


def check_hint(warehouse: Warehouse, one: Any, other: Any) -> None:  # noqa: ANN401 - as line().
    """Who listens at one is woken by what the other commits."""
    caller = Caller(warehouse, one)
    assert caller.sign_in().is_success
    target = live_target(2)
    signed = signatures.call_header(caller.device, caller.private, "GET", target, b"")
    headers = {
        **LIVE_HEADERS,
        signatures.SIGNATURE_HEADER: signed,
        "Authorization": f"Bearer {caller.token}",
    }
    with one.stream("GET", target, headers=headers) as response:
        hints = read_hints(response.iter_lines())
        assert next(hints) is None, "the stream has opened"
        caller.client = other
        caller.write(TOLD)
        assert caller.push().is_success
        hint = next(each for each in hints if each is not None)
    assert hint.scope.startswith(f"{SITE}/")


def disable_somebody(warehouse: Warehouse, code: str) -> None:
    """Have the network send a message to site 1, by a process that delivers nothing."""
    [outcome] = warehouse.tell(
        NETWORK, PutPerson(code=code, role="operator", secret=HASH, home=SITE)
    )
    warehouse.core.lanes.say(NETWORK, DESK, DisablePerson(person=outcome["grant"]["id"])).result()


def undelivered(warehouse: Warehouse) -> int:
    """How many messages wait between lanes."""
    return warehouse.core.relay.undelivered()


def check_takeover(warehouse: Warehouse, url: str, first: Served) -> None:
    """What the first had to do another does, once it has died."""
    before = holders(url)
    disable_somebody(warehouse, "P-1")
    wait_for(lambda: undelivered(warehouse) == 0)
    assert (len(before), holders(url)) == (1, before)

    first.kill()
    disable_somebody(warehouse, "P-2")
    wait_for(lambda: undelivered(warehouse) == 0)

    assert len(holders(url)) == 1
    assert holders(url) != before
    assert processes(url) == 1


def check_drained(clerk: Clerk, served: Served) -> None:
    """Who is told to stop says so, answers for a while, and loses nothing."""
    with at_work([clerk], [served]):
        wait_for(lambda: clerk.acknowledged > 0)
        served.process.send_signal(signal.SIGTERM)
        wait_for(lambda: not served.is_ready())
        before = clerk.acknowledged
        assert problem(served.get("/ready")) == (503, "server.draining")
        assert served.get("/health").is_success
        wait_for(lambda: clerk.acknowledged > before)
        assert served.process.wait(30) == 0
    assert clerk.problems == []


@pytest.mark.nightly
@pytest.mark.timeout(300)
@pytest.mark.parametrize("dialect", ["postgresql"])
def test_any_process_takes_any_call_and_the_duties_of_one_that_goes(
    bare_url: str, tmp_path: Path
) -> None:
    clerk = Clerk(1)
    with ExitStack() as stack:
        warehouse = stack.enter_context(set_up(bare_url))
        first = started(stack, bare_url, tmp_path)
        second = started(stack, bare_url, tmp_path, DRAIN_SECONDS="2")
        clients = [stack.enter_context(line(each)) for each in (first, second)]
        check_calls(warehouse, *clients)
        check_hint(warehouse, *clients)
        check_takeover(warehouse, bare_url, first)
        clerk.client(clients[1]).enrol(warehouse.invite())
        check_drained(clerk, second)
        assert processes(bare_url) == 0
        check_book(warehouse, clerk)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("dialect", ["postgresql"])
def test_a_process_that_is_told_twice_to_stop_ends_at_once(bare_url: str, tmp_path: Path) -> None:
    clerk = Clerk(1)
    with ExitStack() as stack:
        warehouse = stack.enter_context(set_up(bare_url))
        hurried = started(stack, bare_url, tmp_path, DRAIN_SECONDS="30")
        with line(hurried) as http:
            clerk.client(http).enrol(warehouse.invite())
        with at_work([clerk], [hurried]):
            wait_for(lambda: clerk.acknowledged > 0)
            hurried.process.send_signal(signal.SIGTERM)
            wait_for(lambda: not hurried.is_ready())
            hurried.process.send_signal(signal.SIGINT)
            assert hurried.process.wait(10) == STOPPED_HARD
        check_book(warehouse, clerk)


def check_book(warehouse: Warehouse, clerk: Clerk) -> None:
    """What is left comes over later, and every line is there once."""
    with TestClient(app_over(warehouse.core)) as client:
        clerk.client(client).push_all()
        assert clerk.device.pending() == 0
        check_lines(warehouse.core.database, [clerk])


def started(stack: ExitStack, url: str, folder: Path, **more: str) -> Served:
    """Start a server that is stopped in the end, and wait until it is ready."""
    served = Served(url, folder, **more)
    stack.callback(served.stop)
    wait_for(served.is_ready, 60)
    return served
