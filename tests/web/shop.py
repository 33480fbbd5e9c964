"""A site with a day's work, served by a process of its own, for people who use it in a browser.

Zone A with bins, a dock, a bench, staging and a van; lamps (also in cases), milk with lots and
phones with serials; two orders, released; people of every role, with PIN and password 4711.
"""

import contextlib
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import migrations
from device_protocol.operations import Receive
from server.catalog.messages import PutItem, PutItemCode
from server.config import Settings
from server.core import Core
from server.db.engine import open_database
from server.demo.child import Child
from server.identity.messages import EnrolDevice, InviteDevice, PutPerson
from server.identity.secrets import hash_code, hash_secret
from server.lane.activity import NETWORK
from server.ledger.locations import PutLocation
from server.merchants.messages import PutMerchant
from server.orders.messages import PlacedLine, PlaceOrder
from server.planning.waves import ReleaseWave
from server.sites.messages import PutZone
from server.sync.batches import Answer, Batch
from tests.api.warehouse import HOUR_MS, PIN, SITE, Warehouse
from tests.floor import Handheld

LAMP, CASE, MILK, PHONE = "04000000000013", "14000000000010", "04000000000020", "04000000000037"
ODD = "04000000000044"
SCRIPT = "<script>taken=1</script><img src=x onerror=taken=1>"
"""What a page must show as it is, wherever somebody may write something."""


def stamp(book: Path) -> None:
    """Say that a book has the newest schema, as the tables of tests do."""
    with contextlib.closing(sqlite3.connect(book)) as connection, connection:
        connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        rows = [(head,) for head in migrations.HEADS]
        connection.executemany("INSERT INTO alembic_version VALUES (?)", rows)


class Shop:
    """A seeded book, and `totebook serve` on it; each of `codes` enrols one device."""

    def __init__(self, folder: Path, template: Path | None = None, devices: int = 12) -> None:
        """Seed the book, over a copy of an empty one if there is one; nothing is served yet."""
        self.child = Child(folder)
        if template is None:
            database = open_database(self.child.database)
            migrations.upgrade(database)
            database.close()
        else:
            shutil.copyfile(template, folder / "book.sqlite3")
            stamp(folder / "book.sqlite3")
        self.core = Core.open(Settings.from_environment(self.child.environment()))
        self.warehouse = Warehouse(self.core)
        self._masters()
        self._stock()
        self.codes = [self.warehouse.invite() for _ in range(devices)]
        self.road_codes = [self.warehouse.invite("courier") for _ in range(devices // 3)]
        self.order("W-1", ("A1", 14), ("A2", 2))
        self.order("W-2", ("A1", 3))
        self.release()

    @property
    def url(self) -> str:
        """Where it is served."""
        return self.child.url

    def start(self) -> None:
        """Close the book here and serve it."""
        self.core.close()
        self.child.start()

    def stop(self) -> None:
        """End the server."""
        self.child.stop()

    def order(self, number: str, *lines: tuple[str, int]) -> None:
        """Place an order of ACME."""
        order = PlaceOrder(
            owner=self.merchant(),
            channel="web",
            number=number,
            placed_at=self.core.clock.now(),
            site=SITE,
            lines=tuple(PlacedLine(sku, quantity) for sku, quantity in lines),
            content=number,
        )
        self.warehouse.tell(NETWORK, order)
        self.core.drain()

    def release(self) -> None:
        """Release everything that can be picked."""
        self.warehouse.tell(SITE, ReleaseWave())
        self.core.drain()

    def write_markup(self) -> None:
        """Have markup in the names of things, in an order and on a device."""
        tell = self.warehouse.tell
        tell(
            NETWORK,
            PutItem(owner="ACME", sku="A4", description=SCRIPT),
            PutItemCode(owner="ACME", sku="A4", code=ODD),
        )
        tell(
            SITE,
            PutZone(code="M", name=SCRIPT),
            InviteDevice(
                name=SCRIPT,
                role="floor",
                code_hash=hash_code("odd"),
                until=self.core.clock.now() + HOUR_MS,
            ),
        )
        self.order(f"W-{SCRIPT}", ("A4", 1))

    def _masters(self) -> None:
        secret = hash_secret(PIN, self.core.randomness)
        tell = self.warehouse.tell
        tell(
            NETWORK,
            PutItemCode(owner="ACME", sku="A1", code=CASE, level="case", factor=12),
            PutItem(owner="ACME", sku="A2", description="Milk", lot_capture="receipt"),
            PutItemCode(owner="ACME", sku="A2", code=MILK),
            PutItem(owner="ACME", sku="A3", description="Phone", serial_capture="receipt"),
            PutItemCode(owner="ACME", sku="A3", code=PHONE),
            PutPerson(code="merchant", role="merchant", secret=secret, owner=self.merchant()),
            PutPerson(code="STAFF-07", role="operator", secret=secret, home=SITE),
        )
        tell(
            SITE,
            PutLocation(code="STAGE-1", place_kind="staging"),
            PutLocation(code="VAN-1", place_kind="van"),
        )

    def merchant(self) -> int:
        """The id of ACME: putting it again answers that."""
        [told] = self.warehouse.tell(NETWORK, PutMerchant(code="ACME", name="Acme"))
        return int(told["grant"]["id"])

    def _stock(self) -> None:
        """Receive goods by a device that is enrolled for it, whose clock nobody knows."""
        code = hash_code("stocking")
        until = self.core.clock.now() + HOUR_MS
        message = InviteDevice(name="stocking", role="floor", code_hash=code, until=until)
        self.warehouse.tell(SITE, message)
        nonce = bytes(16)
        public = (b"1" * 32).hex()
        self.warehouse.tell(SITE, EnrolDevice(code_hash=code, public_key=public, nonce=nonce.hex()))
        # The first device of a site has its number 1.
        self.stocking = Handheld(self, 1, anchored=False, nonce=nonce)
        goods: dict[str, Any] = {"owner": "ACME"}
        self.stocking.do(
            Receive(quantity=40, to="A-01", item="A1", ended=1_000, **goods),
            Receive(quantity=30, to="A-02", item="A1", ended=1_100, **goods),
            Receive(quantity=9, to="A-03", item="A2", lot="L1", ended=1_200, **goods),
        )

    def run(self, batch: Batch) -> Answer:
        """Take a device's batch."""
        return self.core.lanes.submit(batch).result(20)
