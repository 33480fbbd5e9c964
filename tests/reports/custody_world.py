"""A lot and a serial from the dock to the door, with a tote, a parcel, a van and an undo."""

from typing import Any

from device_protocol.operations import (
    Deliver,
    FailDelivery,
    Move,
    MoveUnit,
    Operation,
    PackItem,
    Receive,
    Undo,
)
from server.db.engine import Database
from server.identity.records import Grant, Person
from server.lane.activity import NETWORK
from tests.floor import SITE, START
from tests.transport.road import BENCH, FIRST, VAN, Road, load, seal

DEVICE = SITE * 1_000_000 + 1
BOX = "340123450000000017"
PICTURE = "ab" * 32
GRANT, PERSON = 900, 901
WHO = str(GRANT)


def goods(quantity: int, serial: str = "") -> dict[str, Any]:
    """Units of lot L-7 of A1."""
    return {"quantity": quantity, "owner": "ACME", "item": "A1", "lot": "L-7", "serial": serial}


def way() -> tuple[Operation, ...]:
    """What the device did; its second line, one too many, was undone."""
    return (
        Receive(**goods(1, "S-1"), to="D-1", actor=WHO, ended=1_000),
        Receive(**goods(4), to="D-1", actor=WHO, ended=2_000),
        Receive(**goods(1), to="D-1", actor=WHO, ended=2_500),
        Undo(seq=4, ended=2_600),
        MoveUnit(unit="T-7", to="D-1", ended=3_000),
        Move(**goods(1, "S-1"), source="D-1", to="T-7", ended=4_000),
        Move(**goods(2), source="D-1", to="T-7", ended=4_500),
        MoveUnit(unit="T-7", source="D-1", to="A-01", ended=5_000),
        MoveUnit(unit="T-7", source="A-01", to=BENCH, ended=6_000),
        PackItem(**goods(1, "S-1"), source="T-7", unit=BOX, shipment=FIRST, ended=7_000),
        PackItem(**goods(1), source="T-7", unit=BOX, shipment=FIRST, ended=7_500),
        MoveUnit(unit="T-7", source=BENCH, to="A-02", ended=8_000),
        seal(9_000, unit=BOX),
        load(10_000, unit=BOX),
        FailDelivery(unit=BOX, reason="nobody home", ended=11_000),
        Deliver(unit=BOX, source=VAN, to="person", attachments=(PICTURE,), actor="7", ended=12_000),
    )


def custody(database: Database) -> Road:
    """The world with all of it done."""
    road = Road(database)
    road.seed(
        Person(NETWORK, PERSON, "P-017", "operator", ""),
        Grant(SITE, GRANT, DEVICE, PERSON, START - 1_000, START + 10_000_000),
    )
    road.floor.handheld(1).do(*way())
    return road
