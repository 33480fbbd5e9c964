"""A book made by operations alone: masters by messages, devices enrolled, a day on the floor."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

from device_protocol.operations import (
    Count,
    Move,
    MoveUnit,
    Pick,
    Receive,
    ShortPick,
    StartTote,
    Undo,
)
from device_protocol.operations import CountLine as Counted
from server.catalog.messages import PutItem, PutItemCode
from server.clock import FixedClock
from server.config import Settings
from server.core import Core
from server.db.bulk import statements
from server.db.engine import Database
from server.identity.messages import EnrolDevice, InviteDevice
from server.identity.secrets import hash_code
from server.lane.activity import DESK, NETWORK
from server.lane.message import Message
from server.ledger.locations import PutLocation
from server.ledger.records import Allocation, Place
from server.merchants.messages import PutMerchant
from server.orders.messages import PlacedLine, PlaceOrder
from server.planning.waves import ReleaseWave
from server.record import Record
from server.sites.messages import PutSite, PutZone
from server.sync.batches import Answer, Batch
from server.sync.findings import Finding
from server.sync.push import PushRules
from server.sync.verify import verify
from server.tasks.devices import SetDeviceState
from tests.floor import SITE, START, Handheld

NONCE = bytes(16)
SECRET = "k" * 43
BINS = tuple(f"A-{number:02d}" for number in range(1, 6))


class Yard:
    """A running core over an empty database, and the people who use it."""

    def __init__(self, database: Database) -> None:
        """Start on a database."""
        self.database = database
        self.clock = FixedClock(START + 1_000_000)
        settings = Settings(secret_key=SECRET)
        self.core = Core.over(database, settings, clock=self.clock)
        self.handhelds: list[Handheld] = []
        self.prepare()

    def prepare(self) -> None:
        """Put the masters, and enrol two devices."""
        self.tell(NETWORK, PutSite(code="B", name="Berlin", time_zone="Europe/Berlin", number=SITE))
        self.tell(NETWORK, PutMerchant(code="ACME", name="Acme"))
        for number in (1, 2, 3):
            sku = f"A{number}"
            self.tell(NETWORK, PutItem(owner="ACME", sku=sku))
        self.tell(NETWORK, PutItemCode(owner="ACME", sku="A1", code="04000000000013"))
        self.tell(SITE, PutZone(code="A"), PutLocation(code="D-1", place_kind="dock"))
        bins = (PutLocation(code=code, place_kind="bin", zone="A") for code in BINS)
        self.tell(SITE, *bins)
        self.handhelds = [self.enrolled(number) for number in (1, 2)]

    def tell(self, site: int, *messages: Message) -> list[dict[str, Any]]:
        """Say messages at the desk; answer their outcomes, none of which is refused."""
        answer = self.core.lanes.say(site, DESK, *messages).result(20)
        outcomes: list[dict[str, Any]] = [msgspec.json.decode(each) for each in answer.outcomes]
        assert {each["outcome"] for each in outcomes} <= {"applied", "flagged"}, outcomes
        return outcomes

    def run(self, batch: Batch) -> Answer:
        """Send a device's batch."""
        return self.core.lanes.submit(batch).result(20)

    def enrolled(self, number: int) -> Handheld:
        """Invite a device and let it enrol."""
        code = hash_code(f"7QX2-M0K{number}")
        until = self.clock.now() + 1_000
        self.tell(
            SITE, InviteDevice(name=f"handheld {number}", role="floor", code_hash=code, until=until)
        )
        public = (bytes([number]) * 32).hex()
        self.tell(SITE, EnrolDevice(code_hash=code, public_key=public, nonce=NONCE.hex()))
        return Handheld(self, number, nonce=NONCE)

    def work(self) -> None:
        """A day with all that changes the book: goods, units, counts, orders, undone and parked."""
        first, second = self.handhelds
        goods: dict[str, Any] = {"owner": "ACME", "item": "A1"}
        first.do(
            Receive(quantity=20, to="D-1", ended=1_000, **goods),
            Receive(quantity=5, owner="ACME", item="A2", lot="L1", to="A-02", ended=1_100),
            Receive(quantity=1, owner="ACME", item="A3", serial="S1", to="A-03", ended=1_200),
            Receive(quantity=2, code="nobody-knows", to="D-1", ended=1_300),
            Move(quantity=12, source="D-1", to="A-01", ended=2_000, **goods),
            MoveUnit(unit="T-9", source="D-1", to="A-01", ended=2_500),
        )
        second.write_line(b'{"kind":"teleport"}')
        second.do(
            Receive(quantity=1, owner="ACME", item="A3", serial="S1", to="A-04", ended=1_250),
            Move(quantity=3, source="A-05", to="A-04", ended=2_100, **goods),
            Count(
                place="A-02",
                ended=3_000,
                lines=(Counted(owner="ACME", item="A2", lot="L1", quantity=4),),
            ),
        )
        self.order_and_pick(first, second)
        late = second.do(
            Receive(quantity=1, to="A-05", ended=3_100, **goods), Undo(seq=5, ended=4_000)
        )
        assert late[0]["outcome"] == "applied"

    def order_and_pick(self, first: Handheld, second: Handheld) -> None:
        """Two orders of A1: one picked short, one half picked."""
        for number, quantity in (("1", 4), ("2", 5)):
            self.tell(
                NETWORK,
                PlaceOrder(
                    owner=self.merchant(),
                    channel="web",
                    number=number,
                    placed_at=1,
                    site=SITE,
                    lines=(PlacedLine("A1", quantity),),
                    content=number,
                ),
            )
        self.core.drain()
        self.tell(SITE, ReleaseWave())
        self.core.drain()
        places = {place.id: place.code for place in self.rows(Place)}
        lines = [
            (line.id, places[line.place], line.quantity)
            for line in sorted(self.rows(Allocation), key=lambda line: line.id)
        ]
        (one, bin_one, units), (two, bin_two, _) = lines
        first.do(
            StartTote(unit="T-1", ended=10_000),
            Pick(quantity=units - 1, source=bin_one, to="T-1", tasks=(one,), ended=11_000),
            ShortPick(quantity=1, source=bin_one, tasks=(one,), ended=12_000),
        )
        second.do(Pick(quantity=2, source=bin_two, to="T-2", tasks=(two,), ended=11_500))
        self.core.drain()

    def merchant(self) -> int:
        """The id of ACME."""
        (outcome,) = self.tell(NETWORK, PutMerchant(code="ACME", name="Acme"))
        number: int = outcome["grant"]["id"]
        return number

    def revoke(self, handheld: Handheld) -> None:
        """Take a device's rights away."""
        self.tell(SITE, SetDeviceState(device=handheld.stream, state="revoked"))

    def rows(self, kind: type[Record]) -> list[Any]:
        """Every row of a kind."""
        return rows_of(self.database, kind)

    def findings(self, rules: PushRules | None = None) -> list[Finding]:
        """What verify finds, deciding again too."""
        return verify(self.database, rules or self.core.rules).findings

    def close(self) -> None:
        """Finish what waits; the database stays open for its owner."""
        self.core.stop()


def rows_of(database: Database, kind: type[Record]) -> list[Any]:
    """Every row of a kind in a database."""
    columns = statements(kind, database.dialect).columns
    with database.reading() as connection:
        found = connection.exec_driver_sql(f"SELECT {columns} FROM {kind.TABLE} AS t")  # noqa: S608
        return [kind(*row) for row in found]


@contextmanager
def yard_on(database: Database, kind: type[Yard] = Yard) -> Iterator[Yard]:
    """A yard that is closed at the end."""
    yard = kind(database)
    try:
        yield yard
    finally:
        yard.close()
