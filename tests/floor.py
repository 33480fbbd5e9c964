"""A floor for tests: one site with bins, items and devices, under the real rules, on any store."""

from typing import Any

import msgspec

from device_protocol import chain
from device_protocol.codec import encode_line
from device_protocol.operations import Clock, Operation
from device_protocol.scan import check_digit
from server.activities import ACTIVITIES
from server.catalog.records import Item, ItemCode
from server.db.engine import Database
from server.identity.records import Device
from server.lane.activity import NETWORK
from server.lane.lane import run_group
from server.lane.records import Lane, Stream
from server.lane.store import MemoryStore, Store
from server.ledger.records import Balance, Place, Stock
from server.merchants.records import Merchant
from server.record import Record, shape
from server.sync.batches import Answer, Batch
from server.sync.push import PushRules
from tests.strict import StrictStore

SITE = 1
START = 1_800_000_000_000
"""Server time at which tests begin, ms."""


class Handheld:
    """A device's stream as a test writes it: lines, chain and sequence."""

    def __init__(
        self,
        floor: Any,  # noqa: ANN401 - whatever runs batches.
        number: int,
        *,
        anchored: bool = True,
        nonce: bytes = b"nonce",
    ) -> None:
        """Begin the stream; the first line anchors its clock, if it ever heard the server."""
        self.floor = floor
        self.stream = SITE * 1_000_000 + number
        self.next = 1
        self.head = chain.start(self.stream, 1, nonce)
        self.lines: list[bytes] = []
        self.hashes: list[bytes] = [self.head]
        self.sent = 0
        if anchored:
            self.write(Clock(server=START, round_trip=0, ended=0))

    def write(self, operation: Operation) -> int:
        """Store a line on the device; answer its number."""
        return self.write_line(encode_line(operation))

    def write_line(self, line: bytes) -> int:
        """Store bytes that may say nothing sensible; answer their number."""
        seq = len(self.lines) + 1
        self.lines.append(line)
        self.hashes.append(chain.step(self.hashes[-1], seq, line))
        return seq

    def batch(self, first: int, last: int) -> Batch:
        """Lines first … last as a batch."""
        return Batch(
            site=SITE,
            stream=self.stream,
            epoch=1,
            lines=tuple(self.lines[first - 1 : last]),
            first=first,
            prev=self.hashes[first - 1],
            hashes=tuple(self.hashes[first : last + 1]),
        )

    def push(self) -> list[dict[str, Any]]:
        """Send what was not sent yet and read the outcomes."""
        batch = self.batch(self.sent + 1, len(self.lines))
        self.sent = len(self.lines)
        answer = self.floor.run(batch)
        assert answer.status == "taken"
        return [msgspec.json.decode(outcome) for outcome in answer.outcomes]

    def do(self, *operations: Operation) -> list[dict[str, Any]]:
        """Write operations and push; answer their outcomes, without those of lines before."""
        for operation in operations:
            self.write(operation)
        return self.push()[-len(operations) :]


class Floor:
    """The rules over a store."""

    def __init__(self, store: Store | None = None) -> None:
        """Lay out bins A-01 … A-09, dock D-1, two owners that share a GTIN, and devices 1 … 8."""
        self.store = store or StrictStore()
        self.rules = PushRules(ACTIVITIES)
        self.now = START + 1_000_000
        self.seed()

    def seed(self) -> None:
        """Put master records straight into the store."""
        with self.store.session([NETWORK, SITE]) as session:
            picture = session.picture
            for record in master_records():
                picture.add(record)
            for site in (NETWORK, SITE):
                lane = picture.need(Lane, (site,))
                picture.put(msgspec.structs.replace(lane, last_id=2_000_000))
            session.write()

    def handheld(self, number: int = 1) -> Handheld:
        """A device."""
        return Handheld(self, number)

    def run(self, *batches: Batch) -> Any:  # noqa: ANN401 - one answer, or a list of them.
        """Run one group; answer the answer, or the answers."""
        result = run_group(self.store, self.rules, list(batches), lambda: self.now)
        answers: list[Answer] = result.answers
        return answers[0] if len(answers) == 1 else answers

    def balances(self) -> dict[tuple[str, str], int]:
        """Physical balances by place code and what is there: SKU, raw scan or unit, lot, serial."""
        assert isinstance(self.store, MemoryStore | StrictStore)
        picture = self.store.picture
        return named_balances(
            list(picture.all(Balance)),
            list(picture.all(Stock)),
            list(picture.all(Place)),
            list(picture.all(Item)),
        )


def named_balances(
    balances: list[Balance], stocks: list[Stock], places: list[Place], items: list[Item]
) -> dict[tuple[str, str], int]:
    """Balances under names that do not depend on ids."""
    place_names = {place.id: place.code for place in places}
    item_names = {item.id: f"{item.owner}:{item.sku}" for item in items}
    stock_names = {
        stock.id: "|".join(
            part
            for part in (
                item_names.get(stock.item, ""),
                stock.raw,
                stock.lot,
                stock.serial,
                stock.condition,
                f"unit {place_names[stock.unit]}" if stock.unit else "",
            )
            if part
        )
        for stock in stocks
    }
    return {
        (place_names[balance.place], stock_names[balance.stock]): balance.quantity
        for balance in balances
        if balance.place in place_names and balance.quantity
    }


def master_records() -> list[Any]:
    """Merchants ACME (1,000,001) and BETA share the GTIN of their first items."""
    records: list[Any] = [
        Merchant(NETWORK, 1_000_001, "ACME", "Acme"),
        Merchant(NETWORK, 1_000_002, "BETA", "Beta"),
    ]
    for number in range(1, 6):
        body = f"0400000000{number:03d}"
        gtin = body + check_digit(body)
        records.append(Item(NETWORK, 1_000_010 + number, 1_000_001, f"A{number}"))
        records.append(ItemCode(NETWORK, gtin, 1_000_010 + number, "each", 1_000_001))
    records.append(Item(NETWORK, 1_000_020, 1_000_002, "B1"))
    records.append(ItemCode(NETWORK, "04000000000013", 1_000_020, "each", 1_000_002))
    places = [("D-1", "dock", 0)] + [(f"A-{n:02d}", "bin", n) for n in range(1, 10)]
    for number, (code, kind, walk) in enumerate(places):
        records.append(Place(SITE, 1_000_100 + number, code, kind, zone=1_000_090, walk=walk))
    for number in range(1, 9):
        device = SITE * 1_000_000 + number
        records.append(
            Device(SITE, device, f"handheld {number}", "floor", state="active", last_epoch=1)
        )
        head = chain.start(device, 1, b"nonce")
        records.append(Stream(SITE, device, 1, 1, head, b"nonce", opened_at=START))
    return records


def sql_balances(database: Database) -> dict[tuple[str, str], int]:
    """The same balances, read from a database."""
    kinds: dict[type[Record], list[Any]] = {Balance: [], Stock: [], Place: [], Item: []}
    with database.reading() as connection:
        for kind, rows in kinds.items():
            names = ", ".join(shape(kind).fields)
            found = connection.exec_driver_sql(f"SELECT {names} FROM {kind.TABLE}")  # noqa: S608
            rows.extend(kind(*row) for row in found)
    return named_balances(kinds[Balance], kinds[Stock], kinds[Place], kinds[Item])
