"""Tests of the EPCIS export, on both databases."""

import json
import re
from typing import Any

import msgspec
import pytest

from device_protocol.operations import BringBack, Count, CountLine, Deliver, Load, Receive, Undo
from server.db.engine import Database
from server.integrations.epcis import EVER, Window, document, exported
from server.ledger.records import Stock
from server.tasks.correcting import Correct, Reclassify
from tests.floor import START
from tests.integrations.epcis_schema import (
    AggregationEvent,
    EpcisEvent,
    ObjectEvent,
    TransformationEvent,
    read_document,
)
from tests.reports.custody_world import BOX, GRANT, PICTURE, custody, goods
from tests.transport.road import BENCH, DEPOT, PARCEL, VAN, Road, depot_parcel

LINK = "https://id.gs1.org"
PIECE = f"{LINK}/01/04000000000013/21/S-1"
LOT = f"{LINK}/01/04000000000013/10/L-7"
SSCC = f"{LINK}/00/{BOX}"
TOTE = "urn:totebook:unit:BER:T-7"
VAN_NAME = f"urn:totebook:place:BER:{VAN}"
ORDER = "urn:totebook:order:ACME:web:O-1"


def text_of(database: Database, window: Window | None = None) -> bytes:
    """An export as it is sent."""
    with database.reading() as connection:
        return b"".join(document(exported(connection, window or Window()), START))


def events_of(database: Database, window: Window | None = None) -> list[EpcisEvent]:
    """The events of an export, checked against the schema, but for transformations."""
    found = read_document(text_of(database, window))
    return [event for event in found if not isinstance(event, TransformationEvent)]


def short(event: EpcisEvent) -> tuple[str, str, str, str]:
    """Kind, action, business step and disposition."""
    kind = "parent" if isinstance(event, AggregationEvent) else "object"
    return (kind, event.action, event.bizStep, event.disposition)


def about(events: list[EpcisEvent], name: str) -> list[EpcisEvent]:
    """The events in which a piece is named."""
    found = []
    for event in events:
        names = event.epcList if isinstance(event, ObjectEvent) else event.childEPCs
        if name in (names or []):
            found.append(event)
    return found


def test_piece_is_told_from_receipt_to_parcel_and_parcel_to_the_door(database: Database) -> None:
    custody(database)

    events = events_of(database)

    assert [short(event) for event in about(events, PIECE)] == [
        ("object", "OBSERVE", "receiving", "in_progress"),
        ("parent", "ADD", "packing", "in_progress"),
        ("parent", "DELETE", "unpacking", "in_progress"),
        ("parent", "ADD", "packing", "in_progress"),
    ]
    assert [short(event) for event in about(events, SSCC)] == [
        ("object", "ADD", "commissioning", "active"),
        ("parent", "ADD", "loading", "in_transit"),
        ("parent", "DELETE", "unloading", "in_progress"),
        ("object", "OBSERVE", "accepting", "retail_sold"),
    ]
    parents = [
        event.parentID for event in about(events, PIECE) if isinstance(event, AggregationEvent)
    ]
    assert parents == [TOTE, TOTE, SSCC]
    loaded = about(events, SSCC)[1]
    assert isinstance(loaded, AggregationEvent)
    assert loaded.parentID == VAN_NAME
    assert [each.bizTransaction for each in loaded.bizTransactionList] == [ORDER]
    assert loaded.readPoint.id == f"urn:totebook:place:BER:{BENCH}"
    assert loaded.eventTime == "2027-01-15T09:00:10.000+01:00"
    assert loaded.eventTimeZoneOffset == "+01:00"


def test_lots_have_quantities_and_places(database: Database) -> None:
    custody(database)

    received = events_of(database)[1]

    assert isinstance(received, ObjectEvent)
    assert received.epcList is None
    assert [(each.epcClass, each.quantity) for each in received.quantityList or []] == [(LOT, 4)]
    assert received.bizLocation is not None
    assert received.bizLocation.id == received.readPoint.id == "urn:totebook:place:BER:D-1"


def test_undo_declares_the_event_an_error_by_its_own_name(database: Database) -> None:
    custody(database)

    original, declared = events_of(database)[2:4]

    assert declared.eventID == original.eventID
    assert original.errorDeclaration is None
    assert declared.errorDeclaration is not None
    assert declared.errorDeclaration.reason == "did_not_occur"
    plain = msgspec.structs.replace(declared, errorDeclaration=None, recordTime="")
    assert plain == msgspec.structs.replace(original, recordTime="")


def test_exporting_twice_gives_the_same_and_names_are_unique(database: Database) -> None:
    custody(database)

    once = text_of(database)

    assert once == text_of(database)
    events = [each for each in read_document(once) if each.errorDeclaration is None]
    assert len({each.eventID for each in events}) == len(events)


def test_nothing_personal_is_in_it(database: Database) -> None:
    custody(database)

    text = text_of(database).decode()

    for told in (PICTURE, "P-017", f'"{GRANT}"', "recipient", "actor", "nobody home"):
        assert told not in text


def test_windows_are_of_the_time_of_recording_and_lose_nothing(database: Database) -> None:
    road = custody(database)
    road.floor.now += 60_000
    road.floor.handheld(2).do(Receive(**goods(1), to="D-1", ended=500))
    early, late = Window(until=START + 60_000), Window(since=START + 60_000)

    first, second = events_of(database, early), events_of(database, late)

    assert [*first, *second] == events_of(database, Window(until=EVER))
    assert [each.bizStep for each in second] == ["receiving"]
    assert events_of(database, Window(site=DEPOT)) == []
    assert events_of(database, Window(site=1)) == [*first, *second]


def test_counts_corrections_and_names_add_and_delete(database: Database) -> None:
    road = custody(database)
    other = road.floor.handheld(2)
    other.do(
        Receive(quantity=3, code="X-77", to="A-04", ended=1_000),
        Count(
            place="A-05",
            lines=(CountLine(quantity=2, owner="ACME", item="A2"),),
            ended=20_000,
        ),
        Count(place="D-1", complete=True, ended=21_000),
    )
    a2 = next(each.id for each in road.all(Stock) if each.item == 1_000_012)
    road.floor.now += 60_000
    raw = "unidentified:X-77"
    road.tell(Reclassify(place="A-04", quantity=1, raw=raw, owner="ACME", item="A2"))
    road.tell(Correct(place="A-05", stock=a2, quantity=-1, reason="miscounted"))

    told = [
        (event.action, event.bizStep, event.disposition, element.epcClass, element.quantity)
        for event in events_of(database)
        if isinstance(event, ObjectEvent) and event.action != "OBSERVE"
        for element in event.quantityList or []
    ]

    a2_name = f"{LINK}/01/04000000000020"
    assert told == [
        ("ADD", "stock_taking", "in_progress", a2_name, 2),
        ("DELETE", "stock_taking", "unknown", LOT, 2),
        ("DELETE", "inspecting", "in_progress", "urn:totebook:scan:unidentified%3AX-77", 1),
        ("ADD", "inspecting", "in_progress", a2_name, 1),
        ("DELETE", "other", "unknown", a2_name, 1),
    ]


def test_parcel_between_sites_is_shipped_loaded_and_given_back(database: Database) -> None:
    road = Road(database)
    road.seed(*depot_parcel())
    courier = road.floor.handheld(1)
    courier.do(Load(unit=PARCEL, to=VAN, source=BENCH, site=DEPOT, ended=1_000))
    courier.do(BringBack(unit=PARCEL, source=VAN, to=BENCH, site=DEPOT, ended=2_000))
    road.relay()

    told = [(event.operation[0], short(event)) for event in events_of(database)]

    assert told == [
        ("1", ("parent", "ADD", "loading", "in_transit")),
        ("1", ("object", "OBSERVE", "loading", "in_transit")),
        ("1", ("parent", "DELETE", "unloading", "in_progress")),
        ("1", ("object", "OBSERVE", "unloading", "in_progress")),
        ("2", ("object", "OBSERVE", "shipping", "in_transit")),
        ("2", ("object", "OBSERVE", "receiving", "returned")),
    ]
    warsaw = events_of(database, Window(site=DEPOT))
    assert {event.readPoint.id for event in warsaw} == {f"urn:totebook:place:POZ:{BENCH}"}


def test_what_came_back_and_what_is_damaged_is_told_so(database: Database) -> None:
    road = custody(database)
    road.floor.handheld(1)
    other = road.floor.handheld(2)
    other.do(
        Receive(quantity=1, owner="ACME", item="A2", condition="damaged", to="D-1", ended=1_000),
        BringBack(unit=BOX, source="", to="D-1", ended=30_000),
        Receive(quantity=1, owner="ACME", item="A3", to="D-1", announced="ASN 5", ended=31_000),
    )

    damaged, back, announced = events_of(database)[-3:]

    assert (damaged.bizStep, damaged.disposition) == ("receiving", "damaged")
    assert (back.bizStep, back.disposition) == ("receiving", "returned")
    assert [(each.type, each.bizTransaction) for each in announced.bizTransactionList] == [
        ("desadv", "urn:totebook:asn:ASN%205")
    ]


def test_undo_of_a_delivery_is_declared_for_both_of_its_events(database: Database) -> None:
    road = custody(database)
    with database.writing() as connection:
        connection.exec_driver_sql("UPDATE item SET base_unit = 'gram' WHERE sku = 'A3'")
    other = road.floor.handheld(2)
    other.do(
        Receive(quantity=250, owner="ACME", item="A3", to="D-1", ended=1_000),
        Deliver(unit=BOX, source=VAN, ended=20_000),
        Undo(seq=3, ended=21_000),
    )

    weighed, *events = events_of(database)[-5:]

    assert isinstance(weighed, ObjectEvent)
    assert [(each.quantity, each.uom) for each in weighed.quantityList or []] == [(250, "GRM")]
    names = [event.eventID for event in events]
    assert names[:2] == names[2:]
    assert [event.errorDeclaration is not None for event in events] == [False, False, True, True]


def test_empty_export_is_a_document(database: Database) -> None:
    Road(database)

    found: dict[str, Any] = json.loads(text_of(database))

    assert found["epcisBody"] == {"eventList": []}
    assert found["creationDate"] == "2027-01-15T08:00:00.000Z"


SPOILED = (
    ('"action":"OBSERVE",', ""),
    ('"bizStep":"receiving"', '"bizStep":"shuffling"'),
    (r'"eventTimeZoneOffset":"\+01:00"', '"eventTimeZoneOffset":"+1"'),
    ('"disposition"', '"who":"me","disposition"'),
    (r'"quantityList":\[[^]]*\],', ""),
    (r'"childEPCs":\[[^]]*\],', ""),
    ("]}}", "]}"),
)


def test_schema_refuses_what_is_not_epcis(database: Database) -> None:
    custody(database)
    text = text_of(database).decode()

    for pattern, instead in SPOILED:
        spoiled = re.sub(pattern, instead, text)
        assert spoiled != text
        with pytest.raises(msgspec.DecodeError):
            read_document(spoiled.encode())
