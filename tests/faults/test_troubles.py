"""Troubles of a PostgreSQL that goes on: what is held, used up, broken off or slow.

Callers hear that the same is to be sent again; nothing is lost or taken twice, and other sites
notice nothing.
"""

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import httpx
import psycopg
import pytest
import sqlalchemy as sa
from litestar.testing import TestClient

from device_protocol.operations import Receive
from server.clock import FixedClock
from server.config import Settings
from server.core import Core
from server.db.engine import Database, open_database
from server.db.limits import Limits
from server.ids import SeededRandomness
from server.lane.activity import DESK, NETWORK
from server.lane.models import COMMIT, OPERATION
from server.ledger.locations import PutLocation
from server.main import app_over
from server.sites.messages import PutSite, PutZone
from server.sync.lanes import outcomes
from server.transfers.messages import OrderTransfer, TransferGoods
from tests.api.device.callers import Caller, problem
from tests.api.warehouse import SITE, Warehouse
from tests.faults.cluster import wait_for

TOLD = Receive(quantity=1, owner="ACME", item="A1", to="A-01")
SHORT = Limits(pool_size=3, pool_wait_ms=50, lock_timeout_ms=200)
KEY = "a key of sessions for tests alone"
HOLD = "SELECT 1 FROM lane WHERE site = 1 FOR UPDATE"
SITES = (1, 2, 3, 4)
pytestmark = pytest.mark.parametrize("dialect", ["postgresql"])


@contextmanager
def core_on(url: str, clock: FixedClock, seed: int = 1, limits: Limits = SHORT) -> Iterator[Core]:
    """Give a server's core that delivers only when told to."""
    opened = Core.over(
        open_database(url, limits=limits),
        Settings(database=url, secret_key=KEY),
        clock=clock,
        randomness=SeededRandomness(seed),
        delivers=False,
    )
    try:
        yield opened
    finally:
        opened.close()


@pytest.fixture
def caller(database_url: str, clock: FixedClock) -> Iterator[Caller]:
    """Give a device of site 1, at a server that waits for nothing long."""
    with core_on(database_url, clock) as core:
        warehouse = Warehouse(core)
        with TestClient(app_over(core), raise_server_exceptions=False) as client:
            yield Caller(warehouse, client)


def core_of(caller: Caller) -> Core:
    """The core that serves a device."""
    return caller.warehouse.core


def pushed_once(caller: Caller, refused: list[httpx.Response], code: str) -> None:
    """All were told when to send again; then it is taken, and a second time it is the same."""
    for response in refused:
        assert problem(response) == (503, code)
        assert int(response.headers["Retry-After"]) > 0
    taken = caller.push()
    assert taken.is_success
    assert caller.push().json()["outcomes"] == taken.json()["outcomes"]
    mine = sa.select(sa.func.count()).where(OPERATION.c.stream == caller.device)
    with core_of(caller).database.reading() as connection:
        assert connection.scalar(mine) == len(caller.lines)


def test_a_transaction_that_holds_a_site_keeps_only_that_site_waiting(
    caller: Caller, database_url: str
) -> None:
    caller.write(TOLD)
    caller.warehouse.tell(NETWORK, PutSite(code="S2", name="-", time_zone="UTC", number=2))
    with psycopg.connect(database_url) as stuck:
        stuck.execute(HOLD)
        refused = [caller.push(), caller.push()]
        other = core_of(caller).lanes.say(2, DESK, PutZone(code="Z")).result(30)
        assert outcomes(other)[0]["outcome"] == "applied"

    pushed_once(caller, refused, "database.busy")


def test_a_connection_that_is_broken_off_in_a_transaction_is_replaced(
    caller: Caller, database_url: str
) -> None:
    caller.write(TOLD)
    waiting = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    )
    with psycopg.connect(database_url) as stuck, ThreadPoolExecutor(1) as pool:
        stuck.execute(HOLD)
        push = pool.submit(caller.push)
        with psycopg.connect(database_url, autocommit=True) as operator:
            wait_for(lambda: operator.execute(waiting).fetchall() == [(True,)])
        refused = push.result(30)

    pushed_once(caller, [refused], "database.unreachable")


def test_a_pool_that_is_used_up_is_told_and_is_full_again_later(caller: Caller) -> None:
    caller.write(TOLD)
    database = core_of(caller).database
    with database.reading(), database.reading(), database.reading():
        refused = [caller.push(), caller.client.get("/ready")]

    pushed_once(caller, refused, "database.exhausted")


def test_what_comes_while_a_slow_disk_commits_is_taken_together_next(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    core, slow, begun = core_of(caller), threading.Event(), threading.Event()
    lane = core.lanes._lane(SITE)
    session = lane.store.session

    @contextmanager
    def delayed(sites: list[int]) -> Iterator[Any]:
        with session(sites) as opened:
            yield opened
            begun.set()
            assert slow.wait(30)

    before = head(core.database)
    monkeypatch.setattr(lane.store, "session", delayed)
    told = [PutLocation(code=f"B-{n}", place_kind="bin", zone="A", walk=n) for n in range(8)]
    first = core.lanes.say(SITE, DESK, told[0])
    assert begun.wait(30)
    others = [core.lanes.say(SITE, DESK, each) for each in told[1:]]
    assert caller.client.get("/ready").is_success
    assert not any(future.done() for future in (first, *others))
    slow.set()

    for future in (first, *others):
        assert outcomes(future.result(30))[0]["outcome"] == "applied"
    assert head(core.database) == before + 2


def head(database: Database) -> int:
    """How many commits site 1 has."""
    with database.reading() as connection:
        mine = sa.select(sa.func.max(COMMIT.c.number)).where(COMMIT.c.site == SITE)
        return int(connection.scalar(mine) or 0)


def deadlocks(url: str) -> int:
    """How many PostgreSQL has seen in this database."""
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        ).fetchone()
    return int(row[0]) if row else -1


def orders(core: Core, owner: int, half: int) -> list["Future[Any]"]:
    """Half of the transfers from each site to each other, both ways at once."""
    goods = (TransferGoods("A1", 2),)
    return [
        core.lanes.say(
            origin,
            DESK,
            OrderTransfer(owner=owner, number=f"{half}-{n}-{target}", target=target, lines=goods),
        )
        for n in range(5)
        for origin in SITES
        for target in SITES
        if origin != target
    ]


def test_lanes_never_wait_for_each_other_in_a_circle(database_url: str, clock: FixedClock) -> None:
    """A transaction holds the row of one lane; other rows of a site are written under it alone."""
    before = deadlocks(database_url)
    usual = Limits()
    with (
        core_on(database_url, clock, 1, usual) as one,
        core_on(database_url, clock, 2, usual) as other,
    ):
        warehouse = Warehouse(one)
        put = [PutSite(code=f"S{n}", name="-", time_zone="UTC", number=n) for n in SITES[1:]]
        warehouse.tell(NETWORK, *put)
        owner = owner_of(one)
        futures = orders(one, owner, 1) + orders(other, owner, 2)
        with ThreadPoolExecutor(2) as pool:
            # Both deliver the same messages at once, to every lane.
            list(pool.map(lambda core: core.drain(), (one, other)))
        told = [outcomes(future.result(60))[0] for future in futures]
        one.drain()
        assert [each for each in told if each["outcome"] != "applied"] == []
        assert one.relay.undelivered() == 0
        with one.database.reading() as connection:
            expected = sa.text("SELECT count(*) FROM transfer")
            assert connection.scalar(expected) == 2 * len(futures)

    assert deadlocks(database_url) == before


def owner_of(core: Core) -> int:
    """The number of the merchant ACME."""
    with core.database.reading() as connection:
        return int(connection.scalar(sa.text("SELECT id FROM merchant WHERE code = 'ACME'")) or 0)
