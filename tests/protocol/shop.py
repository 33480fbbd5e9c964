"""A warehouse with reference devices at the whole server, on either database."""

import copy
from typing import Any

import msgspec
from litestar.testing import TestClient

from device_protocol.client import DeviceClient
from device_protocol.device import Device
from device_protocol.operations import Operation, Receive
from device_protocol.store import MemoryStore, Store, StoredLine
from server.clock import FixedClock
from server.core import Core
from server.identity.records import Incident
from server.lane.records import StoredOperation
from server.record import Record
from server.sync.verify import verify
from tests.api.warehouse import PIN, Warehouse
from tests.device_protocol.doubles import ManualClock, seeded
from tests.floor import sql_balances
from tests.sync.yard import rows_of

SERVER_MS = 60_000
"""So long a device works before it hears the server again, where a test says nothing else."""


class CrashError(Exception):
    """The device lost its power."""


class CrashingStore(MemoryStore):
    """A store whose device loses power at one of its writes; what was not committed is gone."""

    def __init__(self) -> None:
        """Hold out."""
        super().__init__()
        self.writes_left: int | None = None

    def _write(self, table: Any, key: Any, row: Any) -> None:  # noqa: ANN401 - as in MemoryStore.
        if self.writes_left is not None:
            if self.writes_left == 0:
                raise CrashError
            self.writes_left -= 1
        super()._write(table, key, row)


class Shop:
    """A running server, its devices, and what the book says."""

    def __init__(self, core: Core, client: TestClient[Any], clock: FixedClock) -> None:
        """Set the warehouse up."""
        self.core = core
        self.client = client
        self.clock = clock
        self.warehouse = Warehouse(core)
        self.clocks: list[ManualClock] = []
        self.made = 0

    def pass_time(self, ms: int = SERVER_MS) -> None:
        """Let time pass for everybody."""
        self.clock.advance(ms)
        for each in self.clocks:
            each.monotonic += ms
            each.wall += ms

    def handheld(
        self, store: Store | None = None, *, role: str = "floor", zones: tuple[int, ...] = ()
    ) -> DeviceClient:
        """A device that is enrolled."""
        made = self.started(store or MemoryStore())
        made.enrol(self.warehouse.invite(role, zones))
        return made

    def started(self, store: Store, clock: ManualClock | None = None) -> DeviceClient:
        """A device as a process finds it that starts over a store."""
        self.made += 1
        if clock is None:
            clock = ManualClock()
            self.clocks.append(clock)
        device = Device(store, clock, seeded(self.made))
        return DeviceClient(
            device, self.client, sleep=lambda _s: None, jitter=lambda: 0.5, attempts_max=4
        )

    def restarted(self, device: DeviceClient) -> DeviceClient:
        """The same device after its process was started again."""
        return self.started(store_of(device), device.device._clock)  # type: ignore[arg-type]

    def copied(self, device: DeviceClient) -> DeviceClient:
        """A clone: a second device with a copy of the store, keys and all."""
        clock = copy.deepcopy(device.device._clock)
        self.clocks.append(clock)  # type: ignore[arg-type]
        return self.started(copy.deepcopy(store_of(device)), clock)  # type: ignore[arg-type]

    def signed_in(self, device: DeviceClient, person: str = "operator") -> DeviceClient:
        """The device with a person at it."""
        device.sign_in(person, PIN)
        return device

    def balances(self) -> dict[tuple[str, str], int]:
        """What stands where, by place and item."""
        return {
            (place, stock.split("|")[0].split(":")[-1]): quantity
            for (place, stock), quantity in sql_balances(self.core.database).items()
        }

    def received(self) -> int:
        """Units of A1 on the floor."""
        return sum(quantity for (_, item), quantity in self.balances().items() if item == "A1")

    def rows(self, kind: type[Record]) -> list[Any]:
        """Every row of a kind."""
        return rows_of(self.core.database, kind)

    def incidents(self) -> list[str]:
        """The kinds of open incidents, in the order in which they were opened."""
        self.core.drain()
        found = sorted(self.rows(Incident), key=lambda each: int(each.id))
        return [each.kind for each in found if each.open is not None]

    def outcomes(self, device: DeviceClient) -> list[dict[str, Any]]:
        """The stored outcomes of a device's lines, in the order in which they were decided."""
        number = device.device.outbox.identity.device
        found = sorted(self.rows(StoredOperation), key=lambda each: int(each.number))
        return [msgspec.json.decode(each.outcome) for each in found if each.stream == number]

    def findings(self) -> list[Any]:
        """What verify finds, deciding again too."""
        self.core.drain()
        return verify(self.core.database, self.core.rules).findings


def store_of(device: DeviceClient) -> Store:
    """The store of a device."""
    return device.device._store


def lines_of(device: DeviceClient) -> list[StoredLine]:
    """All lines that a device holds."""
    return store_of(device).all_lines()


def receive(quantity: int = 1, *, item: str = "A1", to: str = "D-1") -> Receive:
    """Units of an item of ACME."""
    return Receive(quantity=quantity, owner="ACME", item=item, to=to)


def work(device: DeviceClient, *operations: Operation) -> None:
    """Have a device write down what people did."""
    for operation in operations:
        device.device.record(operation)
