"""Fixtures of the device: both stores, a clock that is moved by hand, a device that is enrolled."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from device_protocol import keys
from device_protocol.device import Device
from device_protocol.messages import EnrolAnswer
from device_protocol.outbox import Identity, Outbox
from device_protocol.sqlite_store import SqliteStore
from device_protocol.store import MemoryStore, Store
from tests.device_protocol.desk import Desk
from tests.device_protocol.doubles import DEVICE, NONCE, SITE, ManualClock, seeded


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """Give an empty store of each kind."""
    opened = MemoryStore() if request.param == "memory" else SqliteStore(tmp_path / "device.db")
    yield opened
    opened.close()


@pytest.fixture
def device_clock() -> ManualClock:
    """Give a clock that stands until it is moved."""
    return ManualClock()


@pytest.fixture
def device(store: Store, device_clock: ManualClock) -> Device:
    """Give a device that is enrolled and has an empty stream."""
    made = Device(store, device_clock, seeded())
    made.enrol_request("good", "test/1")
    made.enrolled(EnrolAnswer(device=DEVICE, site=SITE, epoch=1, nonce=NONCE.hex(), server_time=0))
    return made


@pytest.fixture
def outbox(store: Store) -> Outbox:
    """Give an enrolled outbox with nothing in it."""
    made = Outbox(store, seeded())
    made.adopt(
        Identity(device=DEVICE, site=SITE, private=keys.generate(seeded()), epoch=1, nonce=NONCE)
    )
    return made


@pytest.fixture
def desk(store: Store) -> Desk:
    """Give a device that is enrolled at a server in memory."""
    return Desk(store)
