"""Tests of taking orders in: names and addresses stand apart, and repeats are recognised."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from server.clock import FixedClock
from server.config import Settings
from server.core import Core
from server.db.engine import open_database
from server.identity.models import PERSONAL_RECORD
from server.identity.personal import KEPT_MS, Recipient
from server.ids import SeededRandomness
from server.integrations.order_intake import (
    ORDERS_MAX,
    Intake,
    WantedOrder,
    content_of,
    orders_of,
)
from server.integrations.orders_csv import read_orders
from server.lane.activity import DESK
from server.orders.messages import PlacedLine
from tests.api.warehouse import SITE, Warehouse
from tests.conftest import MORNING_MS
from tests.integrations.order_files import HEADER, retail, row, write

ERIKA = Recipient("Erika Mustermann", ("Heidestr. 17",))
MAX = Recipient("Max Mustermann", ("Heidestr. 17",))


@pytest.fixture(name="core")
def make_core(database_url: str, clock: FixedClock, randomness: SeededRandomness) -> Iterator[Core]:
    """Give a core with a warehouse."""
    settings = Settings(secret_key="a key of sessions for tests alone")  # noqa: S106 - of tests.
    opened = Core.over(open_database(database_url), settings, clock=clock, randomness=randomness)
    Warehouse(opened)
    yield opened
    opened.close()


def taken(core: Core, *orders: WantedOrder) -> list[tuple[str, str]]:
    """Take orders in; answer outcome and code, or that it was a duplicate."""
    intake = Intake(core.lanes, core.database, core.randomness, stream=DESK, actor="test")
    return [
        (outcome.outcome, "duplicate" if (outcome.grant or {}).get("duplicate") else outcome.code)
        for outcome in intake.take(orders, core.clock.now())
    ]


def wanted(core: Core, number: str = "N1", recipient: Recipient = ERIKA) -> WantedOrder:
    """An order of ACME."""
    with core.database.reading() as connection:
        owner = connection.exec_driver_sql("SELECT min(id) FROM merchant").scalar_one()
    return WantedOrder(
        owner=owner,
        channel="web",
        number=number,
        placed_at=MORNING_MS,
        site=SITE,
        lines=(PlacedLine("A1", 2),),
        recipient=recipient,
    )


def kept(core: Core) -> list[int]:
    """Until when each personal record is kept."""
    with core.database.reading() as connection:
        return list(
            connection.scalars(
                PERSONAL_RECORD.select().with_only_columns(PERSONAL_RECORD.c.kept_until)
            )
        )


def test_order_sent_again_is_recognised_by_its_recipient_too(core: Core) -> None:
    assert taken(core, wanted(core)) == [("applied", "")]

    assert taken(core, wanted(core)) == [("applied", "duplicate")]
    assert taken(core, wanted(core, recipient=MAX)) == [("flagged", "order_conflict")]
    assert taken(core, wanted(core, recipient=MAX)) == [("flagged", "order_conflict")]
    assert kept(core) == [MORNING_MS + KEPT_MS] * 2


def test_repeats_within_one_call_are_recognised(core: Core) -> None:
    told = taken(core, wanted(core), wanted(core), wanted(core, recipient=MAX))

    assert told == [("applied", ""), ("applied", "duplicate"), ("flagged", "order_conflict")]
    assert len(kept(core)) == 2


def test_order_for_nobody_keeps_nothing(core: Core) -> None:
    assert taken(core, wanted(core, recipient=Recipient())) == [("applied", "")]

    assert kept(core) == []


def test_order_whose_record_was_erased_is_recognised_and_keeps_nothing(core: Core) -> None:
    taken(core, wanted(core))
    with core.database.writing() as connection:
        connection.execute(PERSONAL_RECORD.delete())

    assert taken(core, wanted(core), wanted(core, recipient=MAX)) == [("applied", "duplicate")] * 2
    assert kept(core) == []
    other = replace(wanted(core), lines=(PlacedLine("A1", 3),))
    assert taken(core, other) == [("flagged", "order_conflict")]


def test_many_orders_are_taken_in_pieces(core: Core) -> None:
    orders = [wanted(core, f"N{number}") for number in range(ORDERS_MAX + 1)]

    assert taken(core, *orders) == [("applied", "")] * (ORDERS_MAX + 1)
    with core.database.reading() as connection:
        heads = connection.exec_driver_sql("SELECT count(*) FROM customer_order").scalar_one()
    assert heads == ORDERS_MAX + 1


def test_another_carrier_is_another_order_and_none_is_what_it_always_was(core: Core) -> None:
    plain = wanted(core)
    named = replace(plain, carrier="DHL")

    assert content_of(plain, "") == (
        "27dc19989e149aca8da54ff5a9dfec08af84fc0a864c0c82222b347951e0df2e"
    )
    assert taken(core, named, named, plain) == [
        ("applied", ""),
        ("applied", "duplicate"),
        ("flagged", "order_conflict"),
    ]


def test_carrier_of_a_file_goes_with_its_order(tmp_path: Path) -> None:
    columns = replace(retail().columns, carrier="Carrier")
    mapping = replace(retail(), columns=columns)
    path = write(tmp_path, f"{row()},DHL", header=f"{HEADER},Carrier")

    [order] = orders_of(read_orders([path], mapping), 1, 1)

    assert order.carrier == "DHL"
