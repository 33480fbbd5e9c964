"""Transfers between sites in the EPCIS export, on both databases."""

from server.db.engine import Database
from tests.integrations.test_epcis import events_of
from tests.transfers.sites import HUB, Network, Scanner, send, take


def test_goods_are_shipped_received_lost_and_found(database: Database) -> None:
    network = Network(database)
    number = network.order()
    network.floor.handheld().do(send(number, 3))
    taker = Scanner(network.floor, 1)
    taker.do(take(number, 2))
    network.relay()
    network.close(number)
    taker.do(take(number, 1))
    network.relay()

    told = [(event.action, event.bizStep, event.disposition) for event in events_of(database)]

    assert network.at(HUB) == {"D-1": -3, "arrived": 3}
    assert sorted(told) == [
        ("ADD", "other", "in_progress"),
        ("DELETE", "other", "unknown"),
        ("OBSERVE", "receiving", "in_progress"),
        ("OBSERVE", "receiving", "in_progress"),
        ("OBSERVE", "shipping", "in_transit"),
    ]
