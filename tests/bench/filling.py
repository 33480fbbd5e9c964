"""Filling a book fast with a past that is consistent: streams, commits, movements, balances.

Every balance is received once; then units go round, one at a time, between the places of their
stock key, so that all balances stay above zero. Lines are chained as a device chains them, and
commits as the lane does, by its own code: `verify` finds nothing. Decisions are not made.
"""

import random
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import sqlalchemy as sa
from msgspec.structs import astuple, replace

from device_protocol import chain
from server.db.bulk import insert_records, select_records, statements, update_records
from server.db.engine import Database
from server.lane.records import Commit, Lane, StoredOperation, Stream
from server.ledger.records import SUPPLIER, Balance, Movement, Place, Stock
from server.ledger.stocks import StockKey
from server.record import Record, shape
from server.sync.push import commit_hash

SITE = 1
STANDS = 10
"""Places of each stock key."""
COMMIT = 200
"""Operations of one commit, all of one device."""
CHUNK = 50
"""Commits that are written together."""
DEVICES = 50
FIRST_DEVICE = 1_900_001
RECEIVED = 1_000
APPLIED = b'{"outcome":"applied"}'
LINE = (
    '{{"kind":"{kind}","quantity":{quantity},"owner":"ACME","item":"S{item:05d}","lot":"L{lot:05d}",'
    '"source":"{source}","to":"{to}","package":1004242,"fence":3,"ended":{ended}}}'
)

Progress = Callable[[int], None]


class Plan(NamedTuple):
    """What is filled in."""

    owner: int
    items: list[int]
    movements: int
    balances: int
    first_place: int
    first_stock: int

    @property
    def stocks(self) -> int:
        """How many stock keys there are, each at as many places."""
        return self.balances // STANDS

    def stock(self, balance: int) -> int:
        """The stock key of a balance."""
        return self.first_stock + balance // STANDS

    def place(self, balance: int) -> int:
        """The place of a balance: each holds about as many keys as a key has places."""
        key, stand = divmod(balance, STANDS)
        return self.first_place + (key + stand * 9_973) % self.places

    @property
    def places(self) -> int:
        """How many places there are."""
        return max(STANDS * STANDS, self.stocks)

    def next(self, balance: int) -> int:
        """Where a unit of a balance goes."""
        key, stand = divmod(balance, STANDS)
        return key * STANDS + (stand + 1) % STANDS

    def quantity(self, balance: int) -> int:
        """What a balance comes to in the end."""
        rounds, rest = divmod(self.movements - self.balances, self.balances)
        before = balance // STANDS * STANDS + (balance % STANDS - 1) % STANDS
        return RECEIVED + rounds + (before < rest) - rounds - (balance < rest)

    def lot(self, balance: int) -> tuple[int, int]:
        """Item (by position) and lot of a balance."""
        lot, item = divmod(balance // STANDS, len(self.items))
        return item, lot

    def code(self, balance: int) -> str:
        """The code of a balance's place."""
        return f"F-{self.place(balance) - self.first_place:06d}"


def fill(
    database: Database,
    *,
    movements: int,
    balances: int,
    progress: Progress = lambda _count: None,
) -> Plan:
    """Add so many movements and balances to site 1 of a book that has items; nobody else writes."""
    balances = min(balances, movements) // STANDS * STANDS
    connection: sa.Connection
    with database.writing() as connection:
        lane = select_records(connection, Lane, Lane.KEY, [(SITE,)])[0]
        found = connection.exec_driver_sql("SELECT owner, id FROM item ORDER BY id").fetchall()
        owner = found[0][0]
        items = [item for of, item in found if of == owner]
        plan = Plan(owner, items, movements, balances, lane.last_id + 1, 0)
        plan = plan._replace(first_stock=plan.first_place + plan.places)
        put(connection, Place, places(plan))
        put(connection, Stock, stocks(plan))
        put(connection, Balance, stands(plan))
        last_id = plan.first_stock + plan.stocks
        update_records(connection, Lane, [(lane, replace(lane, last_id=last_id))])
    past = Past(plan, replace(lane, last_id=last_id))
    while past.done < movements:
        with database.writing() as connection:
            before = past.lane
            written = past.write(movements)
            for kind, rows in written:
                put(connection, kind, rows)
            update_records(connection, Lane, [(before, past.lane)])
            # A device's stream begins with its first lines and goes on with each of its commits.
            insert_records(connection, Stream, [new for old, new in past.streamed if old is None])
            update_records(connection, Stream, [(old, new) for old, new in past.streamed if old])
        progress(past.done)
    settle(database)
    return plan


def settle(database: Database) -> None:
    """Leave the database as it would be after a quiet night."""
    if database.dialect == "sqlite":
        database.flush_log()
        return
    engine = database._writer
    if engine is None:
        raise RuntimeError
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("SET statement_timeout = 0")
        connection.exec_driver_sql("VACUUM ANALYZE")
        connection.exec_driver_sql("CHECKPOINT")
        connection.invalidate()


def places(plan: Plan) -> Iterator[Place]:
    """The bins."""
    for number in range(plan.places):
        ident = plan.first_place + number
        yield Place(SITE, ident, f"F-{number:06d}", "bin", walk=10_000 + number)


def stocks(plan: Plan) -> Iterator[Stock]:
    """Lots of the items that there are."""
    for number in range(plan.stocks):
        item, lot = plan.lot(number * STANDS)
        key = StockKey(owner=plan.owner, item=plan.items[item], lot=f"L{lot:05d}")
        ident = plan.first_stock + number
        yield Stock(SITE, ident, key.sign, plan.owner, key.item, key.lot)


def stands(plan: Plan) -> Iterator[Balance]:
    """What each balance comes to, and what the supplier gave."""
    for number in range(plan.stocks):
        stock = plan.first_stock + number
        yield Balance(SITE, SUPPLIER, stock, -RECEIVED * STANDS)
    for balance in range(plan.balances):
        stock = plan.stock(balance)
        yield Balance(SITE, plan.place(balance), stock, plan.quantity(balance), listed=stock)


class Past:
    """Streams and the chain of commits, written chunk by chunk."""

    def __init__(self, plan: Plan, lane: Lane) -> None:
        """Go on where the lane stands."""
        self.plan = plan
        self.lane = lane
        self.done = 0
        self.began = lane.recorded_at - plan.movements
        self.streams: dict[int, Stream] = {}
        self.streamed: list[tuple[Stream | None, Stream]] = []
        self._source = random.Random(5)

    def write(self, upto: int) -> list[tuple[type[Record], list[Record]]]:
        """The rows of the next commits."""
        operations: list[Record] = []
        movements: list[Record] = []
        commits: list[Record] = []
        touched: dict[int, Stream | None] = {}
        for _ in range(CHUNK):
            size = min(COMMIT, upto - self.done)
            if not size:
                break
            device = FIRST_DEVICE + self.lane.head % DEVICES
            touched.setdefault(device, self.streams.get(device))
            said, moved, commit = self._commit(device, size)
            operations += said
            movements += moved
            commits.append(commit)
        self.streamed = [(old, self.streams[device]) for device, old in touched.items()]
        return [(StoredOperation, operations), (Movement, movements), (Commit, commits)]

    def _commit(
        self, device: int, size: int
    ) -> tuple[list[StoredOperation], list[Movement], Commit]:
        stream = self.streams.get(device) or Stream(
            SITE, device, 1, 1, chain.start(device, 1, b""), opened_at=self.began
        )
        lane, head = self.lane, stream.head
        said, moved = [], []
        at = 0
        for place in range(size):
            seq, at = stream.next + place, self.began + self.done
            movement, line = self._act(device, seq, lane.movements + place + 1, at)
            head = chain.step(head, seq, line)
            number = lane.operations + place + 1
            said.append(
                StoredOperation(
                    *(SITE, device, 1, seq, number, head, line, APPLIED),
                    *(at, 20, "anchored", movement.number, 1),
                )
            )
            moved.append(movement)
            self.done += 1
        self.streams[device] = replace(stream, next=stream.next + size, head=head, mid=at)
        commit = Commit(
            site=SITE,
            number=lane.head + 1,
            hash=b"",
            first_movement=lane.movements + 1,
            movements=size,
            first_operation=lane.operations + 1,
            operations=size,
            recorded_at=lane.recorded_at,
            latest=at,
            network=0,
        )
        commit = replace(commit, hash=commit_hash(lane.hash, commit, said, moved))
        self.lane = replace(
            lane,
            head=commit.number,
            hash=commit.hash,
            movements=lane.movements + size,
            operations=lane.operations + size,
        )
        return said, moved, commit

    def _act(self, device: int, seq: int, number: int, at: int) -> tuple[Movement, bytes]:
        """One movement, and the line that reported it."""
        plan = self.plan
        balance = self.done % plan.balances
        stock = plan.stock(balance)
        if self.done < plan.balances:
            kind, quantity, source, target = "receive", RECEIVED, SUPPLIER, plan.place(balance)
            codes = ("", plan.code(balance))
        else:
            other = plan.next(balance)
            kind, quantity = "move", 1
            source, target = plan.place(balance), plan.place(other)
            codes = (plan.code(balance), plan.code(other))
        item, lot = plan.lot(balance)
        line = LINE.format(
            kind=kind,
            quantity=quantity,
            item=item,
            lot=lot,
            source=codes[0],
            to=codes[1],
            ended=self.done,
        )
        moved = Movement(
            *(SITE, number, source, target, stock, stock, quantity, device, 1, seq, at, 20)
        )
        return moved, line.encode()


def put(connection: sa.Connection, kind: type[Record], rows: Iterable[Record]) -> None:
    """Insert rows as fast as the driver can: in pieces, or by COPY."""
    if connection.dialect.name == "sqlite":
        sql = statements(kind, "sqlite").insert
        cursor = connection.connection.cursor()
        cursor.executemany(sql, [astuple(row) for row in rows])
        cursor.close()
        return
    driver = connection.connection.driver_connection
    if driver is None:
        raise RuntimeError
    names = ", ".join(f'"{name}"' for name in shape(kind).fields)
    with driver.cursor() as cursor, cursor.copy(f"COPY {kind.TABLE} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(astuple(row))
