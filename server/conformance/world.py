"""A small warehouse for trying clients: one merchant, one item, a dozen bins, one person."""

import functools
import shutil
import tempfile
from pathlib import Path

import msgspec

import migrations
from device_protocol.messages import Outcome
from server.catalog.messages import PutItem
from server.config import Settings
from server.conformance.front import Front
from server.core import Core
from server.db.engine import open_database
from server.identity.messages import CommandDevice, InviteDevice, PutPerson
from server.identity.secrets import hash_code, hash_secret
from server.ids import random_code
from server.lane.activity import DESK, NETWORK
from server.lane.backup import backup, restore
from server.lane.message import Message
from server.ledger.locations import PutLocation
from server.main import app_over
from server.merchants.messages import PutMerchant
from server.sites.messages import PutSite, PutZone
from server.sync.restoring import tell_restored
from server.tasks.devices import SetDeviceState

BOOK = "book.sqlite3"
SITE = 1
PERSON = "P-1"
PIN = "4711"
BIN = "A-01"
DAY_MS = 24 * 3_600_000
BINS = 12


class World:
    """A server in this process on a book in a folder, with a front that can be told to fail."""

    def __init__(self, folder: Path) -> None:
        """Open a book in the morning."""
        self.folder = folder
        self.settings = settings_in(folder)
        book, self.person = morning()
        """The number is that of who signs in."""
        (folder / BOOK).write_bytes(book)
        self.core = Core.open(self.settings)
        self.front = Front(app_over(self.core))

    def invite(self, name: str) -> str:
        """Invite a device; answer its one-time code."""
        code = random_code(self.core.randomness)
        until = self.core.clock.now() + DAY_MS
        self.tell(
            SITE,
            InviteDevice(name=name, role="floor", code_hash=hash_code(code), until=until),
        )
        return code

    def command(self, device: int, command: str) -> None:
        """Ask a device for something at its next hello."""
        self.tell(SITE, CommandDevice(device=device, command=command))

    def set_state(self, device: int, state: str) -> None:
        """Suspend a device, or take it back."""
        self.tell(SITE, SetDeviceState(device=device, state=state))

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
        self.front.app = app_over(self.core)

    def restart(self) -> None:
        """Stop the server and start it again on the same book."""
        self.core.close()
        self.core = Core.open(self.settings)
        self.front.app = app_over(self.core)

    def close(self) -> None:
        """Stop, and throw the book away."""
        self.front.close()
        self.core.close()
        shutil.rmtree(self.folder)

    def tell(self, site: int, *messages: Message) -> list[Outcome]:
        """Say messages at a desk; they can't but be taken."""
        return tell(self.core, site, *messages)


def settings_in(folder: Path) -> Settings:
    """Return the settings of a server whose book is in a folder."""
    return Settings(
        database=f"sqlite:///{folder / BOOK}",
        secret_key="a key of sessions for a book that is thrown away",  # noqa: S106
    )


@functools.cache
def morning() -> tuple[bytes, int]:
    """Make the book as every world finds it, once; return its bytes, and who signs in."""
    with tempfile.TemporaryDirectory(prefix="totebook-conformance-") as name:
        settings = settings_in(Path(name))
        database = open_database(settings.database)
        migrations.upgrade(database)
        database.close()
        core = Core.open(settings)
        try:
            person = put_masters(core)
        finally:
            core.close()
        return (Path(name) / BOOK).read_bytes(), person


def tell(core: Core, site: int, *messages: Message) -> list[Outcome]:
    """Say messages at a desk of a server; RuntimeError where one is not taken."""
    told = core.lanes.say(site, DESK, *messages).result().outcomes
    outcomes = [msgspec.json.decode(outcome, type=Outcome) for outcome in told]
    if any(outcome.outcome != "applied" for outcome in outcomes):
        raise RuntimeError(b" ".join(told).decode())
    return outcomes


def put_masters(core: Core) -> int:
    """Put the site with all that is there; return the number of who signs in."""
    tell(
        core,
        NETWORK,
        PutSite(code="S-1", name="one", time_zone="Europe/Berlin", number=SITE),
        PutMerchant(code="ACME", name="Acme"),
        PutItem(owner="ACME", sku="A1", description='A lamp, 3/4" é \\ ß'),
    )
    tell(core, SITE, PutZone(code="A"), PutZone(code="B"))
    tell(core, SITE, *(_bin(number, "A") for number in range(1, BINS + 1)))
    secret = hash_secret(PIN, core.randomness)
    person = PutPerson(code=PERSON, role="operator", secret=secret, home=SITE)
    [granted] = tell(core, NETWORK, person)
    return int((granted.grant or {})["id"])


def _bin(number: int, zone: str) -> PutLocation:
    return PutLocation(code=f"A-{number:02}", place_kind="bin", zone=zone, walk=number)
