"""Books for tests of reports: a floor on a database, and orders put straight into it."""

from typing import Any

import msgspec

from server.db.bulk import insert_records
from server.db.engine import Database
from server.lane.activity import NETWORK
from server.lane.store import SqlStore
from server.ledger.listings import LISTINGS
from server.orders.records import Order, OrderLine, Shipment, ShipmentLine
from server.record import Record
from server.transport.records import Attempt, Parcel
from tests.floor import SITE, START, Floor

ACME = 1_000_001
BETA = 1_000_002
HOUR = 3_600_000


def floor_on(database: Database) -> Floor:
    """A floor whose book is in a database."""
    return Floor(SqlStore(database.writing, LISTINGS))


def put(database: Database, *records: Record) -> None:
    """Put records straight into their tables."""
    with database.writing() as connection:
        for record in records:
            insert_records(connection, type(record), [record])


def an_order(number: int, owner: int = ACME, **changes: Any) -> Order:  # noqa: ANN401 - fields.
    """An order of two units that was placed at START."""
    order = Order(
        site=NETWORK,
        id=number,
        owner=owner,
        channel="web",
        number=f"N{number}",
        content=f"c{number}",
        priority=5,
        destination="North",
        recipient="hash",
        placed_at=START,
        received_at=START + HOUR,
        promised_at=None,
        fulfilled_by=SITE,
    )
    return msgspec.structs.replace(order, **changes)


def delivered_order(database: Database, number: int = 50, owner: int = ACME) -> None:
    """An order with one line, delivered by its second attempt, with all its rows."""
    times = {
        "released_at": START + 2 * HOUR,
        "picked_at": START + 3 * HOUR,
        "packed_at": START + 4 * HOUR,
        "loaded_at": START + 5 * HOUR,
        "delivered_at": START + 9 * HOUR,
    }
    order = an_order(number, owner, state="delivered", **times)
    shipment = Shipment(
        SITE, number + 1, number, owner, "web", order.number, 5, "North", "hash", START, "delivered"
    )
    parcel = Parcel(
        SITE,
        number + 2,
        "340123450000000017",
        shipment.id,
        state="delivered",
        sealed_at=START + 4 * HOUR,
        loaded_at=START + 5 * HOUR,
        delivered_at=START + 9 * HOUR,
        measured_g=850,
    )
    put(
        database,
        order,
        OrderLine(NETWORK, number, 1, 1_000_011, 2),
        shipment,
        ShipmentLine(SITE, shipment.id, 1, 1_000_011, 2, packed=2),
        parcel,
        Attempt(SITE, number + 3, parcel.id, None, START + 6 * HOUR, 1_000_001, 1, "delivered"),
        Attempt(
            SITE,
            number + 4,
            parcel.id,
            None,
            START + 7 * HOUR,
            1_000_001,
            1,
            "undone",
            mends=number + 3,
        ),
        Attempt(
            SITE,
            number + 5,
            parcel.id,
            None,
            START + 8 * HOUR,
            1_000_001,
            1,
            "failed",
            reason="not at home",
        ),
        Attempt(SITE, number + 6, parcel.id, None, START + 9 * HOUR, 1_000_001, 1, "delivered"),
    )
