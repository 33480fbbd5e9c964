"""What jobs ask for, read from the book on both databases."""

import pytest

from server.catalog.records import Item
from server.db.bulk import insert_records
from server.db.engine import Database
from server.errors import NotFoundError
from server.labels.documents import PackingLine, PackingList, ToteLabel
from server.ledger.records import Balance, Place, Stock
from server.orders.records import Shipment
from server.printing.asked import AskedPackingList, AskedParcel, label_of, read, written
from server.record import Record
from server.sites.records import Site
from server.transport.records import Parcel

SSCC = "340063810000000018"


def test_packing_list_sums_what_is_in_the_parcel(database: Database) -> None:
    records: list[Record] = [
        Site(0, 1, "BER", "Berlin", "Europe/Berlin"),
        Place(1, 50, SSCC, "parcel"),
        Parcel(1, 50, SSCC, 60),
        Shipment(1, 60, 61, 7, "web", "N1", 5, "Germany", "", 0, parcels=1),
        Item(0, 70, 7, "A1", "Lamp"),
        Stock(1, 80, "lot 1", owner=7, item=70, lot="1"),
        Stock(1, 81, "lot 2", owner=7, item=70, lot="2"),
        Stock(1, 82, "unknown", raw="4000000000020"),
        Stock(1, 83, "gone", raw="gone"),
        *(Balance(1, 50, stock, n) for stock, n in ((80, 2), (81, 3), (82, 1), (83, 0))),
    ]
    with database.writing() as connection:
        for record in records:
            insert_records(connection, type(record), [record])

    with database.reading() as connection:
        label = label_of(connection, AskedPackingList(SSCC))

    assert isinstance(label, PackingList)
    assert (label.shipment_number, label.parcel_of) == ("N1", "1/1")
    assert label.lines == (PackingLine("4000000000020", "", 1), PackingLine("A1", "Lamp", 5))


def test_parcel_that_is_not_there_is_not_found(database: Database) -> None:
    with database.reading() as connection:
        for asked in (AskedPackingList(SSCC), AskedParcel(SSCC)):
            with pytest.raises(NotFoundError):
                label_of(connection, asked)


def test_what_is_asked_is_kept_as_json() -> None:
    asked = ToteLabel("T-7")

    kind, what = written(asked)

    assert (kind, what) == ("tote", '{"kind":"tote","code":"T-7"}')
    assert read(what) == asked
