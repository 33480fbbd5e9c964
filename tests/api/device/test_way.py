"""A reference device's whole way over HTTP, on both databases.

Enrol, sign in, push, pull, and a restored server.
"""

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from litestar.testing import TestClient

from device_protocol.client import DeviceClient
from device_protocol.device import Device
from device_protocol.operations import Move, Receive
from server.clock import FixedClock
from server.config import Settings
from server.core import Core
from server.db.engine import open_database
from server.ids import SeededRandomness
from server.lane.backup import backup, restore
from server.ledger.models import BALANCE, PLACE
from server.main import app_over
from server.sync.restoring import tell_restored
from tests.api.conftest import SESSION_KEY
from tests.api.warehouse import PIN, SITE, Warehouse
from tests.conftest import MORNING_MS
from tests.device_protocol.doubles import ManualClock, seeded

RECEIVED = Receive(quantity=10, owner="ACME", item="A1", to="D-1")
MOVED = Move(quantity=12, owner="ACME", item="A1", source="D-1", to="A-01")


@contextmanager
def serving(url: str, seed: int = 1) -> Iterator[tuple[Core, TestClient[Any]]]:
    """Run a server on a database until the block ends."""
    core = Core.over(
        open_database(url),
        Settings(database=url, secret_key=SESSION_KEY),
        clock=FixedClock(1_291_190_400_000),
        randomness=SeededRandomness(seed),
    )
    with TestClient(app_over(core)) as client:
        yield core, client


def over(device: DeviceClient, client: TestClient[Any]) -> DeviceClient:
    """The same device, speaking to another server."""
    device._http = client
    device.device.doubt()
    return device


def copied(device: DeviceClient, client: TestClient[Any]) -> DeviceClient:
    """A clone: another device with the same store and key."""
    store = copy.deepcopy(device.device._store)
    clone = Device(store, ManualClock(), seeded(77))
    return DeviceClient(clone, client, sleep=lambda _s: None, jitter=lambda: 0.5)


def balances(core: Core) -> dict[str, int]:
    """Units by the code of their place."""
    joined = sa.and_(PLACE.c.site == BALANCE.c.site, PLACE.c.id == BALANCE.c.place)
    wanted = sa.select(PLACE.c.code, BALANCE.c.quantity).join(BALANCE, joined)
    with core.database.reading() as connection:
        return {code: quantity for code, quantity in connection.execute(wanted) if quantity}


def live_documents(core: Core, scope: str) -> dict[str, bytes]:
    """The server's view of a scope."""
    with core.database.reading() as connection:
        rows = connection.execute(
            sa.text("SELECT key, body FROM document WHERE scope = :scope AND body IS NOT NULL"),
            {"scope": scope},
        )
        return {key: bytes(body) for key, body in rows}


def test_device_goes_the_whole_way(database_url: str) -> None:
    with serving(database_url) as (core, client):
        handheld = Warehouse(core).device(client)
        handheld.sign_in("operator", PIN)
        handheld.device.record(RECEIVED)
        handheld.device.record(MOVED)

        report = handheld.sync()
        handheld.sync()

        assert report.pulled > 0
        assert balances(core) == {"D-1": -2, "A-01": 12}
        assert handheld.device.pending() == 0
        assert handheld.device.replica.alarms() == 0
        scopes = handheld.device.replica.cursors()
        assert f"{SITE}/device/{handheld.device.outbox.identity.device}" in scopes
        for scope in scopes:
            held = {each.key: each.body for each in handheld.device._store.documents(scope)}
            assert held == live_documents(core, scope)
        flagged = [
            msgspec.json.decode(body)
            for scope in scopes
            for key, body in live_documents(core, scope).items()
            if key.startswith("outcome/")
        ]
        assert [each["code"] for each in flagged] == ["negative"]


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_restored_server_gets_every_line_that_it_lacks(database_url: str, tmp_path: Path) -> None:
    saved = tmp_path / "backup.sqlite3"
    with serving(database_url) as (core, client):
        handheld = Warehouse(core).device(client)
        handheld.sign_in("operator", PIN)
        handheld.device.record(RECEIVED)
        handheld.sync()
        backup(database_url, saved)
        handheld.device.record(MOVED)
        handheld.sync()
        before = balances(core)
    restore(database_url, saved)

    with serving(database_url, seed=2) as (core, client):
        tell_restored(core.lanes, core.database)
        assert balances(core) == {"D-1": 10}
        over(handheld, client).sync()
        handheld.sync()

        assert balances(core) == before
        cursors = handheld.device.replica.cursors().values()
        assert {cursor.generation for cursor in cursors} == {MORNING_MS // 1_000}
        assert handheld.device.replica.alarms() == 0


def test_copied_device_forks_and_nothing_is_counted_twice(database_url: str) -> None:
    with serving(database_url) as (core, client):
        handheld = Warehouse(core).device(client)
        handheld.device.record(RECEIVED)
        handheld.sync()
        twin = copied(handheld, client)
        handheld.device.record(MOVED)
        handheld.sync()

        twin.device.record(RECEIVED)
        twin.sync()

        assert twin.device.outbox.identity.epoch == 2
        assert balances(core) == {"D-1": 8, "A-01": 12}
