"""A warehouse for tests of the API.

A core with a site, merchants, people and devices, set up by messages.
"""

from typing import Any

import msgspec
from litestar.testing import TestClient

from device_protocol.client import DeviceClient
from device_protocol.device import Device
from device_protocol.store import MemoryStore
from server.catalog.messages import PutItem, PutItemCode
from server.core import Core
from server.identity.messages import InviteDevice, PutPerson
from server.identity.secrets import hash_code, hash_secret
from server.lane.activity import DESK, NETWORK
from server.lane.message import Message
from server.ledger.locations import PutLocation
from server.merchants.messages import PutMerchant
from server.sites.messages import PutSite, PutZone
from tests.device_protocol.doubles import ManualClock, seeded

SITE = 1
PIN = "4711"
HOUR_MS = 3_600_000


class Warehouse:
    """Site 1: bins A-01 … A-03 in zone A, dock D-1, bench P-1; merchants ACME, BETA; staff."""

    def __init__(self, core: Core) -> None:
        """Set it up; staff sign in by their role's name and PIN 4711."""
        self.core = core
        self.codes = 0
        self.clock = ManualClock()
        secret = hash_secret(PIN, core.randomness)
        self.tell(
            NETWORK,
            PutSite(code="BER", name="Berlin", time_zone="Europe/Berlin", number=SITE),
            PutMerchant(code="ACME", name="Acme"),
            PutMerchant(code="BETA", name="Beta"),
            PutItem(owner="ACME", sku="A1", description="Lamp"),
            PutItemCode(owner="ACME", sku="A1", code="04000000000013"),
            PutItem(owner="BETA", sku="B1", description="Rug"),
        )
        self.people = {
            role: self.tell(NETWORK, PutPerson(code=role, role=role, secret=secret, home=SITE))[0][
                "grant"
            ]["id"]
            for role in ("operator", "courier", "supervisor", "admin")
        }
        self.tell(
            SITE,
            PutZone(code="A", name="Aisle A"),
            *(PutLocation(code=f"A-0{n}", place_kind="bin", zone="A", walk=n) for n in (1, 2, 3)),
            PutLocation(code="D-1", place_kind="dock"),
            PutLocation(code="P-1", place_kind="bench"),
        )

    def tell(self, site: int, *messages: Message) -> list[dict[str, Any]]:
        """Say messages at a desk, one after the other; answer their outcomes."""
        answer = self.core.lanes.say(site, DESK, *messages).result()
        outcomes: list[dict[str, Any]] = [msgspec.json.decode(each) for each in answer.outcomes]
        assert all(each["outcome"] == "applied" for each in outcomes), outcomes
        return outcomes

    def invite(self, role: str = "floor", zones: tuple[int, ...] = ()) -> str:
        """Invite a device; answer its one-time code."""
        self.codes += 1
        code = f"7QX2-M0K{self.codes}"
        until = self.core.clock.now() + HOUR_MS
        message = InviteDevice(
            name=f"handheld {self.codes}",
            role=role,
            code_hash=hash_code(code),
            until=until,
            zones=zones,
        )
        self.tell(SITE, message)
        return code

    def device(self, client: TestClient[Any], role: str = "floor", name: int = 1) -> DeviceClient:
        """Enrol a device over HTTP; its randomness is its own by `name`."""
        device = Device(MemoryStore(), self.clock, seeded(name))
        made = DeviceClient(device, client, sleep=lambda _s: None, jitter=lambda: 0.5)
        made.enrol(self.invite(role))
        return made
