"""A round of three doors for a courier of the shop, packed and planned before it is served."""

import sqlite3
from contextlib import closing
from typing import Any, NamedTuple

from device_protocol.operations import PackItem, Seal
from server.identity.personal import Recipient, kept_ms
from server.identity.secrets import hash_code
from server.integrations.order_intake import Intake, WantedOrder
from server.lane.activity import DESK
from server.ledger.locations import PutLocation
from server.orders.messages import CollectReturn, PlacedLine
from server.tasks.delivering import code_hash
from server.transport.messages import MakeRound
from tests.api.warehouse import HOUR_MS, SITE
from tests.web.shop import Shop

PARCELS = tuple(f"3404000000000010{n:02}" for n in (17, 24, 31, 48))
SAID = "731482"
DOORS = (
    Recipient("Ada Ahorn", ("Ringstraße 5 & 7", "12345 Berlin"), "Bell is broken: call"),
    Recipient("Bo <b>Buche</b>", ("Hauptstraße 1", "12345 Berlin")),
    Recipient(),
)
"""Who lives there; nobody was named for the last."""
CASH_DOOR, CASH_PARCELS = 9, ("340400000000001055", "340400000000001079")
"""A door at which 49.90 EUR are to be collected, and what is brought there."""
UNPLANNED, UNPLANNED_PARCEL = 11, "340400000000001062"
"""An order whose parcel stands on no round."""
PROMISED = 1_803_913_200_000


class Tour(NamedTuple):
    """What a test must know of the round."""

    code: str
    """Enrols the device that drives it."""
    number: int


def lay_tour(shop: Shop) -> Tour:
    """Order, pack and plan: two parcels to the first door, one to each other."""
    numbers = [_order(shop, at, door) for at, door in enumerate(DOORS)]
    for at, parcel in enumerate(PARCELS):
        told: dict[str, Any] = {"unit": parcel, "shipment": numbers[max(0, at - 1)]}
        ended = 2_000 + 10 * at
        packed = PackItem(quantity=1, owner="ACME", item="A1", source="A-01", ended=ended, **told)
        shop.stocking.do(packed, Seal(at="P-1", ended=ended + 1, **told))
    shop.core.drain()
    shop.warehouse.tell(SITE, PutLocation(code="D-9", place_kind="dock"))
    code = shop.road_codes.pop()
    device = _one(shop, "SELECT id FROM device WHERE enrolment = ?", hash_code(code))
    made = MakeRound(
        name="North", date="2027-03-01", van="VAN-1", shipments=tuple(numbers), device=device
    )
    [outcome] = shop.warehouse.tell(SITE, made)
    shop.core.drain()
    return Tour(code, outcome["grant"]["rounds"][0])


def lay_cash_tour(shop: Shop) -> Tour:
    """Plan a door at which money is to be collected, and one at which a return is."""
    number = _order(shop, CASH_DOOR, Recipient("Cy Ceder", ("Am Tor 2", "12345 Berlin")))
    for at, parcel in enumerate(CASH_PARCELS):
        told: dict[str, Any] = {"unit": parcel, "shipment": number}
        ended = 2_100 + 10 * at
        packed = PackItem(quantity=1, owner="ACME", item="A1", source="A-01", ended=ended, **told)
        shop.stocking.do(packed, Seal(at="P-1", ended=ended + 1, **told))
    shop.core.drain()
    order = _one(shop, "SELECT order_id FROM shipment WHERE number = ?", f"R-{CASH_DOOR}")
    shop.warehouse.tell(SITE, PutLocation(code="VAN-2", place_kind="van"))
    shop.warehouse.tell(SITE, CollectReturn(order=order, number="RET-1"))
    task = _one(shop, "SELECT id FROM task WHERE kind = ?", "collect")
    code = shop.road_codes.pop()
    device = _one(shop, "SELECT id FROM device WHERE enrolment = ?", hash_code(code))
    made = MakeRound(
        name="South",
        date="2027-03-01",
        van="VAN-2",
        shipments=(number,),
        collections=(task,),
        device=device,
    )
    [outcome] = shop.warehouse.tell(SITE, made)
    shop.core.drain()
    return Tour(code, outcome["grant"]["rounds"][0])


def lay_returns(shop: Shop) -> None:
    """Have a packed parcel and three returns wait for a round."""
    number = _order(shop, UNPLANNED, Recipient("Di Distel", ("Feldweg 8", "12345 Berlin")))
    told: dict[str, Any] = {"unit": UNPLANNED_PARCEL, "shipment": number}
    packed = PackItem(quantity=1, owner="ACME", item="A1", source="A-01", ended=2_200, **told)
    shop.stocking.do(packed, Seal(at="P-1", ended=2_201, **told))
    shop.core.drain()
    order = _one(shop, "SELECT order_id FROM shipment WHERE number = ?", f"R-{UNPLANNED}")
    asked = [CollectReturn(order=order, number=f"RET-{at}") for at in (11, 12, 13)]
    shop.warehouse.tell(SITE, *asked)


def _order(shop: Shop, at: int, door: Recipient) -> int:
    core, number = shop.core, f"R-{at}"
    order = WantedOrder(
        owner=shop.merchant(),
        channel="web",
        number=number,
        placed_at=core.clock.now(),
        site=SITE,
        lines=(PlacedLine("A1", 2 if at in {0, CASH_DOOR} else 1),),
        recipient=door,
        destination="North",
        promised_at=PROMISED,
        window_from=PROMISED - 2 * HOUR_MS if at == 0 else None,
        one_time_code=code_hash(number, SAID) if at == 0 else "",
        door_check="age_18" if at == len(DOORS) - 1 else "",
        cash_due=4_990 if at == CASH_DOOR else 0,
        currency="EUR" if at == CASH_DOOR else "",
    )
    kept = kept_ms(core.settings, "recipient")
    intake = Intake(core.lanes, core.database, core.randomness, stream=DESK, actor="", kept_ms=kept)
    intake.take([order], core.clock.now())
    core.drain()
    return _one(shop, "SELECT id FROM shipment WHERE number = ?", number)


def _one(shop: Shop, sql: str, value: str) -> int:
    with shop.core.database.reading() as connection:
        [[found]] = connection.exec_driver_sql(sql, (value,)).fetchall()
    return int(found)


def rows(shop: Shop, sql: str, *values: object) -> list[tuple[Any, ...]]:
    """What the book of a shop that is served says."""
    with closing(sqlite3.connect(shop.child.folder / "book.sqlite3")) as connection:
        return connection.execute(sql, values).fetchall()
