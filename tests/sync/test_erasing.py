"""Erasing from the order to the bytes, on both databases."""

import hashlib
from pathlib import Path

import msgspec
import pytest

from device_protocol.operations import Deliver, FailDelivery
from server.db.engine import Database
from server.identity.notes import note_record, reference
from server.identity.personal import (
    Recipient,
    erased_among,
    find_personal,
    hash_of,
    keep_personal,
    personal_record,
)
from server.identity.records import PersonalRecord
from server.lane.activity import DESK, NETWORK
from server.lane.records import StoredOperation
from server.ledger.records import Task
from server.orders.records import Cancellation, OrderConflict
from server.planning.records import Resolution
from server.reports.erasures import erasures
from server.reports.evidence import proof_of_order, proves_for
from server.reports.exceptions import exceptions
from server.sync.attachment_store import AttachmentStore
from server.sync.attachments import Attachments, Declared
from server.sync.erasing import clean, erase_order, found_about, orders_named
from server.sync.evidence import evidence_of
from tests.floor import SITE, START
from tests.sync.test_attachment_content import PDF
from tests.transport.road import ACME, FIRST, PACKED, PARCEL, VAN, Road, load, stocked

SALT = bytes(16)
SIGNED = hashlib.sha256(SALT + PDF).hexdigest()
LATE = "9" * 64
DAY = 24 * 3_600_000
NOW = START + 3 * DAY
TEXTS = {
    kind: PersonalRecord(
        NETWORK, hash_of(SALT, kind.encode()), SALT, kind.encode(), START + 90 * DAY, kind
    )
    for kind in ("name", "position", "note", "")
}


@pytest.fixture
def attachments(database: Database, tmp_path: Path) -> Attachments:
    """Give attachments with the signature of the first delivery."""
    store = AttachmentStore(str(tmp_path / "kept"))
    made = Attachments(database, store, lambda: START, bytes_per_day=10_000, kept_ms=180 * DAY)
    declared = Declared(SIGNED, SALT, len(PDF), "application/pdf")
    assert made.take(1_000_001, declared, 0, PDF).complete
    return made


def delivered(database: Database) -> Road:
    """A parcel that was handed over, with everything that people say about it."""
    road, packer = stocked(database)
    packer.do(*PACKED, load(2_000))
    courier = road.floor.handheld(2)
    kept = [record.hash for record in TEXTS.values()]
    courier.do(
        FailDelivery(unit=PARCEL, personal=(kept[2], LATE), ended=9_000),
        Deliver(
            unit=PARCEL,
            source=VAN,
            personal=(kept[0], kept[1], kept[3]),
            attachments=(SIGNED,),
            ended=9_500,
        ),
    )
    with database.writing() as connection:
        keep_personal(connection, list(TEXTS.values()))
    return road


def noted(road: Road, text: str) -> str:
    """Keep a note; answer what stands for it in the book."""
    record = note_record(text, SALT, START)
    assert road.database is not None
    with road.database.writing() as connection:
        keep_personal(connection, [record])
    return reference(record)


def test_everything_about_a_consumer_is_found_and_erased(
    database: Database, attachments: Attachments
) -> None:
    road = delivered(database)
    other = personal_record(Recipient("Max"), SALT, START + DAY)
    with database.writing() as connection:
        keep_personal(connection, [other])
    line = msgspec.json.encode({"kind": "place_order", "recipient": other.hash})
    road.seed(
        Cancellation(NETWORK, 1, "C-1", START, 1, noted(road, "rang twice"), "customer"),
        OrderConflict(NETWORK, 77, 1, "other", START, f"{DESK}/1/900"),
        StoredOperation(NETWORK, DESK, 1, 900, 900, b"", line, b"{}", 0, 0, "", 0, 0),
        Resolution(NETWORK, "conflict", "77", START, "1/1/1", noted(road, "asked Max")),
        Task(SITE, 78, "review", START, "", START, shipment=FIRST, note=noted(road, "Ana knows")),
        Task(SITE, 79, "review", START, "", START, shipment=FIRST, note="no note"),
    )
    with database.reading() as connection:
        [order] = orders_named(connection, ACME, "O-1", None)
        found = found_about(connection, order)

    told = erase_order(database, attachments, order, actor="person/7", now=NOW)

    assert found.recipients == {other.hash}
    assert len(found.notes) == 3
    assert found.evidence == {SIGNED, LATE, *(record.hash for record in TEXTS.values())}
    assert (told.recipients, told.names, told.notes, told.positions) == (1, 2, 4, 1)
    assert (told.attachments, told.awaited) == (1, 1)
    with database.reading() as connection:
        assert find_personal(connection, list(found.all)) == {}
        assert erased_among(connection, found.all) == found.all
        [row] = erasures(connection).rows
    assert (row.actor, row.number, row.awaited) == ("person/7", "O-1", 1)
    assert attachments.content(SIGNED) is None


def test_orders_of_other_merchants_and_channels_are_not_found(database: Database) -> None:
    Road(database)
    with database.reading() as connection:
        assert orders_named(connection, ACME + 1, "O-1", None) == []
        assert orders_named(connection, ACME, "O-1", "shop") == []
        assert [order.id for order in orders_named(connection, ACME, "O-1", "web")] == [1]


def test_pages_of_erasures_follow_each_other(database: Database, attachments: Attachments) -> None:
    Road(database)
    with database.reading() as connection:
        [order] = orders_named(connection, ACME, "O-1", None)
    for at in (1, 2, 3):
        erase_order(database, attachments, order, actor="a", now=at)

    with database.reading() as connection:
        first = erasures(connection, limit=2)
        rest = erasures(connection, after=first.next)

    assert [row.erased_at for row in (*first.rows, *rest.rows)] == [
        f"1970-01-01T00:00:00.00{at}Z" for at in (3, 2, 1)
    ]


def test_proof_is_told_by_parcel_and_time(database: Database, attachments: Attachments) -> None:
    del attachments
    delivered(database)
    with database.reading() as connection:
        proof = proof_of_order(connection, 1)
        mine, others = (proves_for(connection, owner, SIGNED) for owner in (ACME, ACME + 1))

    assert [(row.sscc, row.did, len(row.evidence)) for row in proof] == [
        (PARCEL, "fail_delivery", 2),
        (PARCEL, "deliver", 4),
    ]
    states = {each.hash: each.state for row in proof for each in row.evidence}
    assert (states[SIGNED], states[LATE]) == ("arrived", "missing")
    assert (mine, others) == (True, False)


def test_missing_evidence_is_an_exception_after_a_day(
    database: Database, attachments: Attachments
) -> None:
    del attachments
    delivered(database)
    with database.reading() as connection:
        fresh = exceptions(connection, START + DAY, subject="evidence").rows
        [row] = exceptions(connection, NOW, subject="evidence").rows

    assert fresh == []
    assert (row.kind, row.unit, row.expected, row.overdue) == (
        "missing_personal",
        PARCEL,
        LATE,
        True,
    )


def test_what_is_over_goes_by_its_own_time(database: Database, attachments: Attachments) -> None:
    road = delivered(database)
    note = noted(road, "stays")
    erased: list[set[str]] = []
    for day in (1, 91, 181):
        for _ in range(2):
            clean(database, attachments, 180 * DAY, START + day * DAY)
        with database.reading() as connection:
            names = [SIGNED, LATE, *(record.hash for record in TEXTS.values())]
            erased.append(erased_among(connection, names))

    texts = {record.hash for record in TEXTS.values()}
    assert erased == [set(), texts, {SIGNED, LATE, *texts}]
    assert attachments.content(SIGNED) is None
    with database.reading() as connection:
        assert find_personal(connection, [note.removeprefix("note/")]) != {}
        assert exceptions(connection, START + 182 * DAY, subject="evidence").rows == []


def test_parked_line_is_missed_too(database: Database) -> None:
    line = f'{{"kind":"teleport","unit":"P","personal":["{LATE}"]}}'.encode()
    road = Road(database)
    device = road.floor.handheld(3)
    device.write_line(line)

    assert device.push()[-1]["outcome"] == "parked"

    stored = StoredOperation(SITE, device.stream, 1, 2, 9, b"", line, b"", 0, 0, "", 0, 0)
    [named] = evidence_of([stored], START)
    with database.reading() as connection:
        [row] = exceptions(connection, NOW, subject="evidence").rows
    assert row.name == f"{device.stream}/1/2/{named.hash}"
