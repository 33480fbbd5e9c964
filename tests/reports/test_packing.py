"""What packing leaves for billing, page by page, on both databases."""

from device_protocol.handling import WorkStep
from device_protocol.operations import Undo
from server.db.engine import Database
from server.planning.cartons import PutCarton
from server.reports import packing
from tests.floor import SITE
from tests.transport.road import FIRST, OTHER, PACKED, PARCEL, SECOND, pack, seal, stocked


def test_cartons_parcels_and_work_are_listed(database: Database) -> None:
    road, packer = stocked(database)
    for code in ("S", "M"):
        road.tell(
            PutCarton(code=code, length_mm=300, width_mm=200, height_mm=100, weight_g_max=9_000)
        )
    packer.do(*PACKED[:2], seal(1_200, packaging="M"))
    packer.do(pack("A1", 1, 1_300, unit=OTHER, shipment=SECOND))
    packer.do(seal(1_400, unit=OTHER, shipment=SECOND), WorkStep(step="sweep", ended=1_500))
    packer.do(WorkStep(step="gift_wrap", quantity=2, shipment=FIRST, ended=1_600))
    packer.do(Undo(seq=len(packer.lines), ended=1_700))

    with database.reading() as connection:
        cartons = packing.cartons(connection, SITE)
        first = packing.packed(connection, SITE, limit=1)
        second = packing.packed(connection, SITE, after=first.next, limit=1)
        work = packing.work_done(connection, SITE, limit=2)
        rest = packing.work_done(connection, SITE, after=work.next)

    assert [carton.code for carton in cartons] == ["M", "S"]
    assert [(row.sscc, row.packaging) for row in first.rows] == [(PARCEL, "M")]
    assert [(row.sscc, row.number) for row in second.rows] == [(OTHER, "O-2")]
    assert second.next is None
    assert [(row.step, row.quantity, row.owner) for row in work.rows + rest.rows] == [
        ("sweep", 1, ""),
        ("gift_wrap", 2, "ACME"),
        ("gift_wrap", -2, "ACME"),
    ]
