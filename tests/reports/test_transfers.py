"""Transfers as reports show them, on both databases."""

from server.db.engine import Database
from server.reports.trace import trace
from server.reports.trace_subjects import Asked
from server.reports.transfers import TransferFilter, transfer_story, transfers
from server.transfers.messages import TransferGoods
from tests.transfers.sites import ACME, HUB, NUMBER, SHOP, Network, Scanner, send, take


def test_both_books_tell_what_left_what_arrived_and_what_differs(database: Database) -> None:
    network = Network(database)
    number = network.order(TransferGoods("A1", 4), TransferGoods("A2", 2, "L1"))
    network.floor.handheld().do(
        send(number, 3), send(number, 2, item="A2", lot="L1"), send(number, 1, item="NONE")
    )
    Scanner(network.floor, 1).do(
        take(number, 1), take(number, 2, item="A2"), take(number, 1, item="A3", serial="S-9")
    )
    network.relay()

    with database.reading() as connection:
        here, there = (transfers(connection, TransferFilter(site)).rows[0] for site in (HUB, SHOP))
        story = transfer_story(connection, HUB, number)
        assert transfer_story(connection, HUB, 7) is None
        asked = TransferFilter(HUB, ACME, NUMBER, open_only=True)
        assert len(transfers(connection, asked).rows) == 1
        assert transfers(connection, TransferFilter(HUB, ACME, "TR-2")).rows == []

    assert here == there
    assert (here.ordered, here.sent, here.arrived, here.missing, here.over) == (6, 6, 4, 3, 1)
    assert (here.transfer, here.owner, here.number, here.closed_at) == (
        number,
        "ACME",
        NUMBER,
        None,
    )
    assert story is not None
    assert [(line.sku, line.lot, line.sent, line.arrived) for line in story.lines] == [
        ("A1", "", 3, 1),
        ("A2", "L1", 2, 2),
    ]
    assert [(row.sku, row.lot, row.serial, row.sent, row.arrived) for row in story.goods] == [
        ("A1", "", "", 3, 1),
        ("A2", "", "", 0, 2),
        ("A2", "L1", "", 2, 0),
        ("A3", "", "S-9", 0, 1),
        ("unidentified:NONE", "", "", 1, 0),
    ]


def test_serial_is_traced_from_one_site_to_the_other(database: Database) -> None:
    network = Network(database)
    number = network.order()
    network.floor.handheld().do(send(number, 1, serial="S-1"))
    Scanner(network.floor, 1).do(take(number, 1, serial="S-1"))
    network.relay()

    with database.reading() as connection:
        found = trace(connection, Asked("S-1"))

    assert found is not None
    assert [(step.did, step.site, step.source, step.target) for step in found.steps] == [
        ("send_transfer", HUB, "D-1", "in transit, site 2"),
        ("take_transfer", SHOP, "in transit, site 1", "S-1"),
        ("transfer_came", HUB, "in transit, site 2", "arrived elsewhere"),
    ]
