"""A restored server: devices notice, offer what it lacks, and what is lost is named."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar.testing import TestClient

from device_protocol.client import DeviceClient
from device_protocol.outbox import RETENTION_MS
from server.clock import FixedClock
from server.config import Settings
from server.core import Core
from server.db.engine import open_database
from server.identity.records import Incident
from server.ids import SeededRandomness
from server.lane.backup import backup, restore
from server.main import create_app
from server.sync.restoring import tell_restored
from tests.api.conftest import SESSION_KEY
from tests.protocol.shop import Shop, receive, work
from tests.protocol.test_scopes import equals_the_servers_view

pytestmark = pytest.mark.parametrize("dialect", ["sqlite"])


@contextlib.contextmanager
def brought_back(shop: Shop, url: str, saved: Path) -> Iterator[Shop]:
    """The shop with its server as it was saved; the devices stay as they are."""
    shop.core.close()
    restore(url, saved)
    core = Core.over(
        open_database(url),
        Settings(database=url, secret_key=SESSION_KEY),
        clock=shop.clock,
        randomness=SeededRandomness(9),
    )
    tell_restored(core.lanes, core.database)
    with TestClient(create_app(core)) as client:
        shop.core, shop.client = core, client
        yield shop


def moved_over(shop: Shop, *devices: DeviceClient) -> None:
    """Let devices speak to the server as it is now."""
    for device in devices:
        device._http = shop.client
        device.device.doubt()


def test_every_device_offers_what_the_server_lacks_and_each_act_counts_once(
    shop: Shop, database_url: str, tmp_path: Path
) -> None:
    first, second = (shop.signed_in(shop.handheld()) for _ in range(2))
    work(first, receive(1))
    work(second, receive(10))
    first.sync()
    second.sync()
    backup(database_url, tmp_path / "saved")
    work(first, receive(100))
    work(second, receive(1_000))
    first.sync()
    second.sync()
    work(first, receive(10_000))

    with brought_back(shop, database_url, tmp_path / "saved"):
        assert shop.received() == 11
        moved_over(shop, first, second)
        for _ in range(2):
            for device in (first, second):
                shop.signed_in(device)
                device.sync()

        assert shop.received() == 11_111
        assert equals_the_servers_view(shop, first)
        assert equals_the_servers_view(shop, second)
        assert shop.findings() == []


def test_epoch_that_was_opened_after_the_backup_is_offered_again(
    shop: Shop, database_url: str, tmp_path: Path
) -> None:
    device = shop.handheld()
    work(device, receive(1))
    device.sync()
    backup(database_url, tmp_path / "saved")
    device.device.outbox.need_epoch("fork", everything=False)
    work(device, receive(10))
    device.sync()
    work(device, receive(100))
    device.sync()
    assert device.device.outbox.identity.epoch == 2

    with brought_back(shop, database_url, tmp_path / "saved"):
        moved_over(shop, device)
        device.sync()
        work(device, receive(1_000))
        device.sync()

        assert shop.received() == 1_111
        assert shop.findings() == []


def test_lines_that_nobody_holds_any_more_are_named(
    shop: Shop, database_url: str, tmp_path: Path, clock: FixedClock
) -> None:
    device = shop.handheld()
    work(device, receive(1))
    device.sync()
    stored = device.device.outbox.tail().seq
    backup(database_url, tmp_path / "saved")
    work(device, receive(10), receive(20))
    device.sync()
    lost = device.device.outbox.tail().seq
    shop.pass_time(RETENTION_MS + 1)
    assert clock.now() == shop.clock.now()
    work(device, receive(100))
    device.sync()
    work(device, receive(1_000))
    device.sync()

    with brought_back(shop, database_url, tmp_path / "saved"):
        moved_over(shop, device)
        device.sync()
        device.sync()

        assert shop.received() == 1_101
        assert shop.incidents() == ["gap"]
        (incident,) = shop.rows(Incident)
        assert f"lines {stored + 1} to {lost} of epoch 1 are lost" in incident.note
        assert shop.findings() == []
