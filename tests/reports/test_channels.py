"""Units that each channel has spoken for, on both databases."""

from server.catalog.records import Item
from server.db.bulk import insert_records
from server.db.engine import Database
from server.lane.activity import NETWORK
from server.orders.records import Order, OrderLine
from server.reports.channels import ChannelStock, channel_stock

OWNER, OTHER = 11, 12


def order(number: int, owner: int, channel: str, state: str) -> Order:
    """An order of one merchant by one channel, fulfilled by site 1."""
    return Order(
        NETWORK, number, owner, channel, str(number), "", 5, "", "", 0, 0, None, 1, state=state
    )


def test_units_are_counted_by_channel_until_they_leave(database: Database) -> None:
    orders = [
        order(1, OWNER, "web", "open"),
        order(2, OWNER, "web", "packed"),
        order(3, OWNER, "shop", "released"),
        order(4, OWNER, "web", "delivered"),
        order(5, OTHER, "web", "open"),
    ]
    lines = [OrderLine(NETWORK, each.id, 1, 21, 5, cancelled=each.id % 2) for each in orders]
    with database.writing() as connection:
        insert_records(connection, Item, [Item(NETWORK, 21, OWNER, "A1")])
        insert_records(connection, Order, orders)
        insert_records(connection, OrderLine, lines)

    with database.reading() as connection:
        assert channel_stock(connection, OWNER, [1, 2]) == [
            ChannelStock(1, "A1", "shop", 1, 4),
            ChannelStock(1, "A1", "web", 2, 9),
        ]
        assert channel_stock(connection, OWNER, [2]) == []
        assert channel_stock(connection, OWNER, []) == []
