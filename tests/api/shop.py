"""A second site for tests of the API, with a dock, and devices whose home it is."""

from typing import Any

from litestar.testing import TestClient

from server.core import Core
from server.identity.messages import InviteDevice
from server.identity.secrets import hash_code
from server.lane.activity import NETWORK
from server.ledger.locations import PutLocation
from server.sites.messages import PutSite
from tests.api.device.callers import Caller
from tests.api.warehouse import HOUR_MS, Warehouse

SHOP = 2


class Shop(Warehouse):
    """Site 2 with dock S-1; its masters are the warehouse's."""

    def __init__(self, warehouse: Warehouse) -> None:  # the warehouse has set the network up.
        """Set it up."""
        self.core: Core = warehouse.core
        self.codes = 50
        self.tell(
            NETWORK, PutSite(code="SHOP", name="Shop", time_zone="Europe/Berlin", number=SHOP)
        )
        self.tell(SHOP, PutLocation(code="S-1", place_kind="dock"))

    def invite(self, role: str = "floor", zones: tuple[int, ...] = ()) -> str:
        """Invite a device to the shop; answer its one-time code."""
        self.codes += 1
        code = f"7QX2-M{self.codes}K"
        until = self.core.clock.now() + HOUR_MS
        message = InviteDevice(
            name=f"scanner {self.codes}",
            role=role,
            code_hash=hash_code(code),
            until=until,
            zones=zones,
        )
        self.tell(SHOP, message)
        return code

    def caller(self, client: TestClient[Any]) -> Caller:
        """A device of the shop."""
        return Caller(self, client)
