"""Labels of parcels over HTTP."""

from typing import Any

import pytest

from server.core import Core
from server.db.bulk import insert_records
from server.identity.models import PERSONAL_RECORD
from server.ledger.records import Place
from server.orders.models import SHIPMENT
from server.record import Record
from server.transport.records import Parcel
from tests.api.desks import Desk, an_order

SSCC = "340063810000000018"


@pytest.fixture(name="parcel")
def make_parcel(supervisor: Desk, core: Core) -> Parcel:
    """Give the second of two parcels of an order."""
    supervisor.say("POST", "/orders?owner=ACME", an_order(priority=0))
    core.drain()
    with core.database.writing() as connection:
        [shipment] = connection.execute(SHIPMENT.select()).all()
        connection.execute(SHIPMENT.update().values(parcels=2))
        records: list[Record] = [
            Parcel(1, 8_000_000, "other", shipment.id),
            Place(1, 8_000_001, SSCC, "parcel"),
            Parcel(1, 8_000_001, SSCC, shipment.id, measured_g=850),
        ]
        for record in records:
            insert_records(connection, type(record), [record])
    parcel = records[-1]
    assert isinstance(parcel, Parcel)
    return parcel


@pytest.mark.parametrize(
    ("fmt", "media_type", "begins"),
    [
        ("svg", "image/svg+xml", b"<svg"),
        ("png", "image/png", b"\x89PNG"),
        ("pdf", "application/pdf", b"%PDF"),
    ],
)
@pytest.mark.usefixtures("parcel")
def test_label_is_drawn(supervisor: Desk, fmt: str, media_type: str, begins: bytes) -> None:
    answer = supervisor.call("GET", f"/parcels/{SSCC}/label.{fmt}")

    assert answer.headers["Content-Type"].split(";")[0] == media_type
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.content.startswith(begins)


@pytest.mark.usefixtures("parcel")
def test_label_names_the_recipient_until_that_is_deleted(supervisor: Desk, core: Core) -> None:
    before: Any = supervisor.call("GET", f"/parcels/{SSCC}/label.svg").text
    with core.database.writing() as connection:
        connection.execute(PERSONAL_RECORD.delete())

    after = supervisor.call("GET", f"/parcels/{SSCC}/label.svg").text

    for text in ("Erika Mustermann", "51147 Köln"):
        assert text in before
        assert text not in after
    for text in ("EXPRESS", "Germany", "From Acme", "Shipment N1", "Parcel 2/2"):
        assert text in before
        assert text in after


def test_address_without_a_format_is_not_found(supervisor: Desk) -> None:
    assert supervisor.refusal("GET", f"/parcels/{SSCC}/label.gif")[:2] == (404, "not_found")
    assert supervisor.refusal("GET", "/parcels/1/label.svg")[:2] == (400, "malformed")
