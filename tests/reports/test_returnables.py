"""Who has how many returnable units, on each database."""

from typing import Any

from device_protocol.handling import SendTransfer
from device_protocol.operations import MoveUnit, Receive, Undo
from device_protocol.scan import sscc
from server.db.engine import Database
from server.lane.activity import NETWORK
from server.reports.reading import time_of
from server.reports.returnables import Account, Flow, returnables, row_of
from server.sites.messages import PutSite
from server.transport.exchanges import CancelExchange, ExchangeUnits
from server.transport.returnables import PutPartner, PutUnitType
from tests.floor import SITE, START
from tests.reports.books import floor_on
from tests.sayings import say
from tests.transport.test_returnables import moved

PALLET = sscc("4012345", 3, 1)
SENT = 2_000_000_001
"""A transfer of another site's, which nobody here has heard of yet."""
GRAI = "800304012345123456"


def test_report_counts_what_was_scanned_told_and_undone(database: Database) -> None:
    floor = floor_on(database)
    say(
        floor,
        PutSite(code="BER", name="Berlin", time_zone="UTC", number=SITE),
        PutSite(code="SHOP", name="Shop", time_zone="UTC", number=2),
        PutUnitType(code="CAGE", owner="ACME", sku="A5", begins="CART-"),
        PutUnitType(code="STEEL", owner="ACME", sku="A4", begins=GRAI),
        PutUnitType(code="PALLET", owner="ACME", sku="A3", unit_kind="pallet"),
        site=NETWORK,
    )
    say(floor, PutPartner(code="DHL", partner_kind="carrier"))
    handheld = floor.handheld()

    handheld.do(
        moved(12, "D-1", "DHL", 1_000),
        MoveUnit(unit="CART-7", to="DHL", source="D-1", ended=2_000),
        moved(10, "DHL", "D-1", 3_000),
        MoveUnit(unit=f"{GRAI}C-1", to="DHL", source="D-1", ended=4_000),
        MoveUnit(unit="CART-8", to="DHL", source="D-1", ended=5_000),
        Receive(quantity=1, code=PALLET, to="D-1", ended=6_000),
        MoveUnit(unit="TOTE-1", to="DHL", source="D-1", ended=7_000),
        SendTransfer(quantity=4, owner="ACME", item="A3", source="D-1", transfer=SENT, ended=8_000),
    )
    handheld.do(Undo(seq=6, ended=9_000))
    say(
        floor,
        ExchangeUnits(partner="DHL", unit_type="PALLET", voucher="V", took=5),
        ExchangeUnits(partner="DHL", unit_type="PALLET", voucher="W", gave=9),
        CancelExchange(partner="DHL", voucher="W"),
    )

    with database.reading() as connection:
        told = returnables(connection, SITE)
        only = returnables(connection, SITE, "STEEL")
        none = returnables(connection, 2)

    rows = [
        (row.partner, row.unit_type, row.out, row.back, row.owed, row.open_since) for row in told
    ]
    assert rows == [
        ("DHL", "CAGE", 13, 10, 3, time_of(START + 1_000)),
        ("DHL", "PALLET", 0, 5, -5, time_of(floor.now + 1)),
        ("DHL", "STEEL", 1, 0, 1, time_of(START + 4_000)),
        ("site 2", "PALLET", 4, 0, 4, time_of(START + 8_000)),
        ("supplier", "PALLET", 0, 1, -1, time_of(START + 6_000)),
    ]
    assert [row.partner_kind for row in told] == [*["carrier"] * 3, "site", "side"]
    assert ([row.unit_type for row in only], none) == (["STEEL"], [])


def flows(*units: int) -> list[Flow]:
    """Units to and fro, one after the other."""
    return [Flow(ACCOUNT, "CAGE", at, each) for at, each in enumerate(units, 1)]


ACCOUNT = Account("DHL", "carrier")


def test_what_comes_back_is_the_oldest_that_was_given() -> None:
    told: dict[tuple[int, ...], Any] = {
        given: row_of(ACCOUNT, "CAGE", flows(*given))
        for given in ((), (5, -5), (5, 3, -5), (5, 3, -6), (5, -7), (-7, 5), (2, -3, 4))
    }

    assert [(row.out, row.back, row.owed, row.open_since) for row in told.values()] == [
        (0, 0, 0, None),
        (5, 5, 0, None),
        (8, 5, 3, time_of(2)),
        (8, 6, 2, time_of(2)),
        (5, 7, -2, time_of(2)),
        (5, 7, -2, time_of(1)),
        (6, 3, 3, time_of(3)),
    ]
