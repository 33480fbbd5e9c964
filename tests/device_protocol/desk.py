"""A device with its server, for tests of the whole way."""

import itertools

import httpx

from device_protocol.client import DeviceClient
from device_protocol.device import Device
from device_protocol.operations import Bind
from device_protocol.store import MemoryStore, Store
from tests.device_protocol.doubles import FakeServer, Handler, ManualClock, Road, seeded


class Desk:
    """A device with its server, the road between, and what the client slept."""

    def __init__(self, store: Store, name: str = "T") -> None:
        """Enrol a device whose work is known by a name."""
        self.name = name
        self.server = FakeServer()
        self.road = Road(self.server)
        self.store = store
        self.clock = ManualClock()
        self.slept: list[float] = []
        self.units = itertools.count(1)
        self.restart()
        self.client.enrol("good", "handheld 7")
        self.server.calls.clear()

    def restart(self) -> None:
        """Start the process anew over the same store."""
        self.device = Device(self.store, self.clock, seeded(next(self.units)))
        self.client = self.over(self.road)

    def over(self, handler: Handler) -> DeviceClient:
        """Return a client over another road."""
        http = httpx.Client(base_url="http://server.test", transport=httpx.MockTransport(handler))
        return DeviceClient(self.device, http, sleep=self.slept.append, jitter=lambda: 0.5)

    def work(self, count: int) -> None:
        """Record so many facts."""
        for _ in range(count):
            self.device.record(Bind(unit=f"{self.name}{next(self.units)}", shipment=1))

    def bound(self) -> list[str]:
        """Return the units of all facts that took effect at the server, sorted."""
        operations = self.server.operations()
        return sorted({each.unit for each in operations if isinstance(each, Bind)})


def as_it_was_enrolled(desk: Desk) -> Desk:
    """Return the same device with a store from just after it was enrolled."""
    twin = Desk(MemoryStore(), "twin")
    twin.server = twin.road.server = desk.server
    twin.device.outbox.adopt(desk.device.outbox.identity)
    return twin
