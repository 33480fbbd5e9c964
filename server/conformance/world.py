"""A small warehouse of its own for trying clients: one merchant, one item, two bins, one person."""

import shutil
from pathlib import Path

import msgspec

import migrations
from device_protocol.messages import Outcome
from server.catalog.messages import PutItem
from server.config import Settings
from server.conformance.front import Front
from server.core import Core
from server.db.engine import open_database
from server.identity.messages import InviteDevice, PutPerson
from server.identity.secrets import hash_code, hash_secret
from server.ids import random_code
from server.lane.activity import DESK, NETWORK
from server.lane.backup import backup, restore
from server.lane.message import Message
from server.ledger.locations import PutLocation
from server.main import create_app
from server.merchants.messages import PutMerchant
from server.sites.messages import PutSite, PutZone
from server.sync.restoring import tell_restored

SITE = 1
PERSON = "P-1"
PIN = "4711"
BIN = "A-01"
DAY_MS = 24 * 3_600_000
BINS = 12


class World:
    """A server in this process on a book in a folder, with a front that can be told to fail."""

    def __init__(self, folder: Path) -> None:
        """Make the book and open it; a template of the empty book is kept for the next world."""
        self.folder = folder
        self.settings = Settings(
            database=f"sqlite:///{folder / 'book.sqlite3'}",
            secret_key="a key of sessions for a book that is thrown away",  # noqa: S106
        )
        database = open_database(self.settings.database)
        migrations.upgrade(database)
        database.close()
        self.core = Core.open(self.settings)
        self.person = self._put_masters()
        """Number of who signs in."""
        self.front = Front(create_app(self.core))

    def invite(self, name: str) -> str:
        """Invite a device; answer its one-time code."""
        code = random_code(self.core.randomness)
        until = self.core.clock.now() + DAY_MS
        self.tell(
            SITE,
            InviteDevice(name=name, role="floor", code_hash=hash_code(code), until=until),
        )
        return code

    def move_bin(self, number: int, zone: str) -> None:
        """Move a bin into another zone: its document leaves a scope and comes into another."""
        self.tell(SITE, _bin(number, zone))

    def backup(self) -> None:
        """Keep a copy of the book as it is."""
        target = self.folder / "backup.sqlite3"
        target.unlink(missing_ok=True)
        backup(self.settings.database, target)

    def restore(self) -> None:
        """Go back to the copy, as after a burnt disk."""
        self.core.close()
        restore(self.settings.database, self.folder / "backup.sqlite3")
        self.core = Core.open(self.settings)
        tell_restored(self.core.lanes, self.core.database)
        self.front.app = create_app(self.core)

    def restart(self) -> None:
        """Stop the server and start it again on the same book."""
        self.core.close()
        self.core = Core.open(self.settings)
        self.front.app = create_app(self.core)

    def close(self) -> None:
        """Stop, and throw the book away."""
        self.front.close()
        self.core.close()
        shutil.rmtree(self.folder)

    def tell(self, site: int, *messages: Message) -> list[Outcome]:
        """Say messages at a desk; they can't but be taken."""
        told = self.core.lanes.say(site, DESK, *messages).result().outcomes
        outcomes = [msgspec.json.decode(outcome, type=Outcome) for outcome in told]
        if any(outcome.outcome != "applied" for outcome in outcomes):
            raise RuntimeError(b" ".join(told).decode())
        return outcomes

    def _put_masters(self) -> int:
        secret = hash_secret(PIN, self.core.randomness)
        self.tell(
            NETWORK,
            PutSite(code="S-1", name="one", time_zone="Europe/Berlin", number=SITE),
            PutMerchant(code="ACME", name="Acme"),
            PutItem(owner="ACME", sku="A1", description='A lamp, 3/4" é \\ \u00df'),
        )
        person = PutPerson(code=PERSON, role="operator", secret=secret, home=SITE)
        [granted] = self.tell(NETWORK, person)
        self.tell(SITE, PutZone(code="A"), PutZone(code="B"))
        self.tell(SITE, *(_bin(number, "A") for number in range(1, BINS + 1)))
        return int((granted.grant or {})["id"])


def _bin(number: int, zone: str) -> PutLocation:
    return PutLocation(code=f"A-{number:02}", place_kind="bin", zone=zone, walk=number)
