"""Two sites of one network for tests, with a transfer between them and devices at both."""

from collections import Counter
from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace

from device_protocol import chain
from device_protocol.handling import SendTransfer, TakeTransfer
from server.activities import ACTIVITIES
from server.db.engine import Database
from server.identity.records import Device
from server.lane.activity import DESK, NETWORK, OUTBOX
from server.lane.message import Message
from server.lane.records import Lane, Outgoing, Stream
from server.lane.store import SqlStore
from server.ledger.listings import LISTINGS
from server.ledger.records import ARRIVED, LAST_VIRTUAL, LOST, TRANSIT, Balance, Place, Task
from server.record import Record, shape
from server.sites.records import Site
from server.sync.batches import Batch
from server.sync.feed import project
from server.sync.push import PushRules
from server.transfers.messages import CloseTransfer, OrderTransfer, TransferGoods
from server.transfers.records import Transfer, TransferLine
from tests.floor import SITE, START, Floor, Handheld
from tests.strict import StrictStore

R = TypeVar("R", bound=Record)

HUB, SHOP = SITE, 2
ACME = 1_000_001
A1 = 1_000_011
NUMBER = "TR-1"


class Scanner(Handheld):
    """A device whose home is the shop."""

    def __init__(self, floor: Floor, number: int) -> None:
        """Begin the stream."""
        super().__init__(floor, number)
        self.stream = SHOP * 1_000_000 + number
        self.hashes = [chain.start(self.stream, 1, b"nonce")]
        lines, self.lines = self.lines, []
        for line in lines:
            self.write_line(line)

    def batch(self, first: int, last: int) -> Batch:
        """Lines first … last as a batch of the shop."""
        return replace(super().batch(first, last), site=SHOP)


class Network:
    """The test floor as hub, and a shop with a dock and two devices."""

    def __init__(self, database: Database | None = None) -> None:
        """Lay both out."""
        self.database = database
        self.floor = Floor(SqlStore(database.writing, LISTINGS) if database else None)
        self.floor.rules = PushRules(ACTIVITIES, project)
        with self.floor.store.session([NETWORK, HUB, SHOP]) as session:
            for record in records():
                session.picture.add(record)
            lane = session.picture.need(Lane, (SHOP,))
            session.picture.put(replace(lane, last_id=5_000_000))
            session.write()

    def tell(self, message: Message, site: int = HUB) -> dict[str, Any]:
        """Say a desk's message; answer its outcome."""
        line = msgspec.json.encode(message)
        answer = self.floor.run(Batch(site=site, stream=DESK, epoch=1, lines=(line,)))
        outcome: dict[str, Any] = msgspec.json.decode(answer.outcomes[0])
        return outcome

    def order(self, *lines: TransferGoods, **more: Any) -> int:  # noqa: ANN401 - members.
        """Order a transfer from the hub to the shop: ten of A1, or these lines; answer its id."""
        outcome = self.tell(order(*lines, **more))
        assert outcome["outcome"] == "applied", outcome
        number: int = outcome["grant"]["transfer"]
        return number

    def close(self, number: int) -> dict[str, Any]:
        """Close a transfer at its origin."""
        return self.tell(CloseTransfer(transfer=number))

    def relay(self) -> list[dict[str, Any]]:
        """Carry the outboxes over until nothing new is said; what was carried goes again."""
        carried = 0
        heard: list[dict[str, Any]] = []
        while carried < (carried := len(self.all(Outgoing))):
            heard = []
            for origin, target in sorted({(row.site, row.target) for row in self.all(Outgoing)}):
                rows = [
                    row for row in self.all(Outgoing) if (row.site, row.target) == (origin, target)
                ]
                lines = tuple(row.line for row in sorted(rows, key=lambda row: row.seq))
                batch = Batch(site=target, stream=OUTBOX + origin, epoch=1, first=1, lines=lines)
                heard += map(msgspec.json.decode, self.floor.run(batch).outcomes)
        assert all(each["outcome"] not in {"parked", "refused"} for each in heard), heard
        return heard

    def all(self, kind: type[R]) -> list[R]:
        """Every record of a kind."""
        if self.database is not None:
            with self.database.reading() as connection:
                names = ", ".join(shape(kind).fields)
                sql = f"SELECT {names} FROM {kind.TABLE}"  # noqa: S608 - a record's own names
                return [kind(*row) for row in connection.exec_driver_sql(sql)]
        assert isinstance(self.floor.store, StrictStore)
        return list(self.floor.store.picture.all(kind))

    def transfer(self, site: int) -> Transfer:
        """The only transfer, as a site has it."""
        return next(each for each in self.all(Transfer) if each.site == site)

    def all_lines(self, site: int) -> list[TransferLine]:
        """The lines of transfers, as a site has them."""
        return [each for each in self.all(TransferLine) if each.site == site]

    def tasks(self, site: int = HUB) -> list[tuple[str, int | None]]:
        """Open tasks: kind and quantity."""
        found = [each for each in self.all(Task) if each.site == site and each.open]
        return [(each.kind, each.quantity) for each in found]

    def at(self, site: int) -> dict[str, int]:
        """Units at a site: by code of the place, `road`, `arrived`, `lost`, or number."""
        codes = {place.id: place.code for place in self.all(Place) if place.site == site}
        codes |= {TRANSIT + HUB: "road", TRANSIT + SHOP: "road", LOST: "lost", ARRIVED: "arrived"}
        found: Counter[str] = Counter()
        for balance in self.all(Balance):
            if balance.site == site:
                found[codes.get(balance.place, str(balance.place))] += balance.quantity
        return {place: quantity for place, quantity in found.items() if quantity}

    def on_the_road(self) -> int:
        """What the rule says is in transit over the network."""
        return sum(
            balance.quantity
            for balance in self.all(Balance)
            if TRANSIT <= balance.place < LAST_VIRTUAL or balance.place == ARRIVED
        )

    def on_the_floors(self) -> int:
        """Units at the places of both sites."""
        return sum(each.quantity for each in self.all(Balance) if each.place > LAST_VIRTUAL)


def order(*lines: TransferGoods, **more: Any) -> OrderTransfer:  # noqa: ANN401 - members.
    """A transfer from the hub to the shop: ten of A1, or these lines."""
    about: dict[str, Any] = {
        "owner": ACME,
        "number": NUMBER,
        "target": SHOP,
        "lines": lines or (TransferGoods("A1", 10),),
    }
    return OrderTransfer(**(about | more))


def send(number: int, quantity: int, **more: Any) -> SendTransfer:  # noqa: ANN401 - members.
    """Units of A1 that left the hub's dock."""
    goods: dict[str, Any] = {"owner": "ACME", "item": "A1", "source": "D-1", "ended": 1_000}
    return SendTransfer(transfer=number, quantity=quantity, **(goods | more))


def take(number: int, quantity: int, **more: Any) -> TakeTransfer:  # noqa: ANN401 - members.
    """Units of A1 that arrived at the shop's dock."""
    goods: dict[str, Any] = {"owner": "ACME", "item": "A1", "to": "S-1", "ended": 2_000}
    return TakeTransfer(transfer=number, quantity=quantity, **(goods | more))


def records() -> list[Record]:
    """Both sites, the shop's dock and its devices."""
    found: list[Record] = [
        Site(NETWORK, HUB, "HUB", "Hub", "Europe/Berlin"),
        Site(NETWORK, SHOP, "SHOP", "Shop", "Europe/Berlin"),
        Place(SHOP, 4_000_001, "S-1", "dock"),
    ]
    for number in (SHOP * 1_000_000 + 1, SHOP * 1_000_000 + 2):
        found.append(Device(SHOP, number, "scanner", "floor", state="active", last_epoch=1))
        head = chain.start(number, 1, b"nonce")
        found.append(Stream(SHOP, number, 1, 1, head, b"nonce", opened_at=START))
    return found
