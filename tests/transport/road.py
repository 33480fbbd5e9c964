"""A floor with benches, vans, a second depot and shipments, for tests from pack to door."""

from collections import Counter
from contextlib import AbstractContextManager
from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace

from device_protocol.operations import Load, Operation, PackItem, Receive, Seal
from server.db.engine import Database
from server.lane.activity import DESK, NETWORK, OUTBOX
from server.lane.message import Message
from server.lane.records import Lane, Outgoing
from server.lane.store import Session, SqlStore
from server.ledger.listings import LISTINGS
from server.ledger.records import Balance, Hold, Place, Stock, Task, Unit
from server.ledger.stocks import StockKey
from server.orders.records import Order, Shipment, ShipmentLine
from server.record import Record, shape
from server.sites.records import Site
from server.sync.batches import Batch
from server.tasks.delivering import code_hash
from server.transport.messages import MakeRound
from server.transport.records import Attempt, Manifest, Parcel, Round, Stop
from tests.floor import SITE, START, Floor, Handheld
from tests.strict import StrictStore

R = TypeVar("R", bound=Record)

DEPOT = 2
ACME = 1_000_001
A1, A2, A3 = 1_000_011, 1_000_012, 1_000_013
FIRST, SECOND = 1_500_001, 1_500_002
"""Shipments: two of A1 and one of A2; one of A1."""
PARCEL, OTHER = "340400000000000017", "340400000000000024"
VAN, VAN_2, BENCH = "VAN-1", "VAN-2", "BENCH-1"


class Road:
    """The test floor with all that stands between the tote and the door."""

    def __init__(self, database: Database | None = None) -> None:
        """Lay out the second half of the day at the floor's site, and a depot with a bench."""
        self.database = database
        self.floor = Floor(SqlStore(database.writing, LISTINGS) if database else None)
        self.floor.now = START
        with self.session() as session:
            for record in records():
                session.picture.add(record)
            depot = session.picture.need(Lane, (DEPOT,))
            session.picture.put(replace(depot, last_id=5_000_000))
            session.write()

    def session(self) -> AbstractContextManager[Session]:
        """A transaction on all three books."""
        return self.floor.store.session([NETWORK, SITE, DEPOT])

    def seed(self, *found: Record) -> None:
        """Put records straight into the books."""
        with self.session() as session:
            for record in found:
                session.picture.add(record)
            session.write()

    def tell(self, message: Message) -> dict[str, Any]:
        """Say a desk's message at the site; answer its outcome."""
        line = msgspec.json.encode(message)
        answer = self.floor.run(Batch(site=SITE, stream=DESK, epoch=1, lines=(line,)))
        outcome: dict[str, Any] = msgspec.json.decode(answer.outcomes[0])
        return outcome

    def relay(self) -> None:
        """Carry the outboxes over until nothing new is said; what was carried before goes again."""
        carried = 0
        while carried < (carried := len(self.all(Outgoing))):
            for origin, target in sorted({(row.site, row.target) for row in self.all(Outgoing)}):
                rows = [
                    row for row in self.all(Outgoing) if (row.site, row.target) == (origin, target)
                ]
                lines = tuple(row.line for row in sorted(rows, key=lambda row: row.seq))
                stream = OUTBOX + origin
                self.floor.run(Batch(site=target, stream=stream, epoch=1, first=1, lines=lines))

    def all(self, kind: type[R]) -> list[R]:
        """Every record of a kind."""
        if self.database is not None:
            with self.database.reading() as connection:
                names = ", ".join(shape(kind).fields)
                sql = f"SELECT {names} FROM {kind.TABLE}"  # noqa: S608 - a record's own names
                return [kind(*row) for row in connection.exec_driver_sql(sql)]
        assert isinstance(self.floor.store, StrictStore)
        return list(self.floor.store.picture.all(kind))

    def get(self, kind: type[R], number: int, site: int = SITE) -> R:
        """The record with this id."""
        found = {shape(kind).key_of(each): each for each in self.all(kind)}
        return found[site, number]

    def parcel(self, code: str = PARCEL, site: int = SITE) -> Parcel:
        """The parcel with this code."""
        return next(each for each in self.all(Parcel) if (each.site, each.code) == (site, code))

    def shipment(self, number: int = FIRST) -> Shipment:
        """A shipment."""
        return self.get(Shipment, number)

    def line(self, position: int, shipment: int = FIRST) -> ShipmentLine:
        """A line of a shipment."""
        found = {shape(ShipmentLine).key_of(each): each for each in self.all(ShipmentLine)}
        return found[SITE, shipment, position]

    def tasks(self, site: int = SITE) -> list[str]:
        """Kinds of the open tasks."""
        return [task.kind for task in self.all(Task) if task.site == site and task.open]

    def stop(self) -> Stop:
        """The last stop that was planned."""
        return self.all(Stop)[-1]

    def round(self) -> Round:
        """The last round that was planned."""
        return self.all(Round)[-1]

    def manifest(self) -> Manifest:
        """The only manifest."""
        (manifest,) = self.all(Manifest)
        return manifest

    def attempts(self) -> list[Attempt]:
        """All attempts, in order."""
        return self.all(Attempt)

    def at(self, site: int = SITE) -> dict[str, int]:
        """Where parcels stand as pieces: by place code, or number of a virtual place."""
        codes = {place.id: place.code for place in self.all(Place) if place.site == site}
        pieces = {stock.id for stock in self.all(Stock) if stock.site == site and stock.unit}
        found: Counter[str] = Counter()
        for balance in self.all(Balance):
            if balance.site == site and balance.stock in pieces:
                found[codes.get(balance.place, str(balance.place))] += balance.quantity
        return {place: quantity for place, quantity in found.items() if quantity}

    def told(self) -> list[tuple[int, str]]:
        """Orders and states that the network heard."""
        lines = [
            msgspec.json.decode(row.line) for row in self.all(Outgoing) if row.target == NETWORK
        ]
        return [(line["order"], line["state"]) for line in lines]

    def cancel(self, shipment: int = FIRST) -> None:
        """Cancel a shipment as its site's lane does."""
        with self.session() as session:
            found = self.get(Shipment, shipment)
            session.picture.load(Shipment, {(SITE, shipment)}, [found])
            at = self.floor.now
            session.picture.put(replace(found, state="cancelled", cancelled_at=at))
            session.write()

    def hold(self, **selectors: int) -> None:
        """Put a hold."""
        self.seed(replace(Hold(SITE, 1_700_000, "recall", START, "test"), **selectors))


def records() -> list[Record]:
    """Benches, vans, a depot, an order with two kinds of goods and one with one."""
    found: list[Record] = [
        Site(NETWORK, SITE, "BER", "Berlin", "Europe/Berlin"),
        Site(NETWORK, DEPOT, "POZ", "Poznan", "Europe/Warsaw"),
        Place(DEPOT, 4_000_001, BENCH, "bench"),
    ]
    for number, (code, kind) in enumerate(
        ((BENCH, "bench"), ("STAGE-1", "staging"), (VAN, "van"), (VAN_2, "van"))
    ):
        found.append(Place(SITE, 1_600_000 + number, code, kind))
    for number, shipment in enumerate((FIRST, SECOND), 1):
        found.append(order_of(number))
        found.append(shipment_of(shipment, number))
    found += [
        ShipmentLine(SITE, FIRST, 1, A1, 2),
        ShipmentLine(SITE, FIRST, 2, A2, 1),
        ShipmentLine(SITE, SECOND, 1, A1, 1),
    ]
    return found


def order_of(number: int) -> Order:
    """An order at the network."""
    return Order(
        site=NETWORK,
        id=number,
        owner=ACME,
        channel="web",
        number=f"O-{number}",
        content="",
        priority=5,
        destination="Berlin",
        recipient="",
        placed_at=START,
        received_at=START,
        promised_at=None,
        fulfilled_by=SITE,
    )


def shipment_of(shipment: int, number: int, site: int = SITE) -> Shipment:
    """A shipment that was picked."""
    return Shipment(
        site=site,
        id=shipment,
        order_id=number,
        owner=ACME,
        channel="web",
        number=f"O-{number}",
        priority=5,
        destination="Berlin",
        recipient="",
        received_at=START,
        state="picked",
        one_time_code=code_hash(f"O-{number}", "4711"),
        released_at=START + 1,
        picked_at=START + 2,
    )


def depot_parcel(code: str = PARCEL) -> list[Record]:
    """A sealed parcel of a packed shipment at the depot's bench, with the order it is for."""
    unit, stock = 4_000_010, 4_000_011
    key = StockKey(unit=unit)
    shipment = shipment_of(4_000_020, 3, DEPOT)
    packed = replace(shipment, state="packed", packed_at=START, parcels=1)
    return [
        order_of(3),
        Stock(DEPOT, stock, key.sign, unit=unit),
        Place(DEPOT, unit, code, "parcel"),
        Unit(DEPOT, unit, code, "parcel", stock, shipment=4_000_020),
        Balance(DEPOT, 4_000_001, stock, 1, listed=stock),
        packed,
        ShipmentLine(DEPOT, 4_000_020, 1, A1, 1, packed=1),
        Parcel(DEPOT, unit, code, shipment=4_000_020, state="sealed", sealed_at=START),
    ]


def stocked(database: Database | None = None) -> tuple[Road, Handheld]:
    """A road whose tote holds what both shipments need, and a packer."""
    road = Road(database)
    packer = road.floor.handheld(1)
    packer.do(
        Receive(quantity=5, owner="ACME", item="A1", to="T-1", ended=100),
        Receive(quantity=5, owner="ACME", item="A2", to="T-1", ended=200),
    )
    return road, packer


def pack(item: str, quantity: int, ended: int, **other: object) -> PackItem:
    """Pack from the tote into the first parcel of the first shipment."""
    told = PackItem(
        source="T-1",
        unit=PARCEL,
        shipment=FIRST,
        owner="ACME",
        item=item,
        quantity=quantity,
        ended=ended,
    )
    return replace(told, **other)


def seal(ended: int, **other: object) -> Seal:
    """Seal the first parcel of the first shipment at the bench."""
    return replace(Seal(unit=PARCEL, shipment=FIRST, at=BENCH, ended=ended), **other)


def load(ended: int, **other: object) -> Load:
    """Load the first parcel from the bench into the first van."""
    return replace(Load(unit=PARCEL, to=VAN, source=BENCH, ended=ended), **other)


PACKED: tuple[Operation, ...] = (pack("A1", 2, 1_000), pack("A2", 1, 1_100), seal(1_200))
"""All of the first shipment, in one parcel."""


def planned(database: Database | None = None) -> tuple[Road, Handheld, int]:
    """A road with the first shipment packed and on a round of the first van; answer that too."""
    road, packer = stocked(database)
    packer.do(*PACKED)
    made = road.tell(MakeRound(name="R1", date="2026-11-22", van=VAN, shipments=(FIRST,)))
    return road, packer, made["grant"]["rounds"][0]


def on_the_road(database: Database | None = None) -> tuple[Road, Handheld, int]:
    """The same with the parcel loaded."""
    road, packer, number = planned(database)
    assert packer.do(load(2_000, round=number)) == [{"outcome": "applied"}]
    return road, packer, number
