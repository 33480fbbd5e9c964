"""Returns and conversions in the EPCIS export, on both databases."""

from typing import Any

from device_protocol.handling import Assemble, Discard, Grade, Part, Relabel, TakeReturn
from device_protocol.operations import Undo
from server.db.engine import Database
from tests.integrations.epcis_schema import ObjectEvent, TransformationEvent, read_document
from tests.integrations.test_epcis import LINK, events_of, text_of
from tests.reports.custody_world import custody

A2 = f"{LINK}/01/04000000000020"
A3 = f"{LINK}/01/04000000000037"


def test_returns_name_their_number_and_what_left_for_good_is_ended(database: Database) -> None:
    road = custody(database)
    goods: dict[str, Any] = {"owner": "ACME", "item": "A2"}
    road.floor.handheld(2).do(
        TakeReturn(quantity=3, to="D-1", announced="R 1", ended=20_000, **goods),
        Grade(quantity=2, at="D-1", graded="damaged", ended=21_000, **goods),
        Discard(quantity=1, source="D-1", condition="damaged", ended=22_000, **goods),
        Discard(quantity=1, source="D-1", way="recycle", ended=23_000, **goods),
        Relabel(quantity=1, at="D-1", to_item="A3", ended=24_000, **goods),
    )

    back, *changed = events_of(database)[-7:]

    assert [(each.type, each.bizTransaction) for each in back.bizTransactionList] == [
        ("rma", "urn:totebook:return:R%201")
    ]
    assert (back.bizStep, back.disposition) == ("receiving", "returned")
    told = [
        (event.action, event.bizStep, event.disposition, event.quantityList[0].epcClass)
        for event in changed
        if isinstance(event, ObjectEvent) and event.quantityList
    ]
    assert told == [
        ("DELETE", "inspecting", "damaged", A2),
        ("ADD", "inspecting", "damaged", A2),
        ("DELETE", "destroying", "destroyed", A2),
        ("DELETE", "destroying", "disposed", A2),
        ("DELETE", "inspecting", "in_progress", A2),
        ("ADD", "inspecting", "in_progress", A3),
    ]


def test_parts_and_kit_are_transformations_of_one_name(database: Database) -> None:
    road = custody(database)
    kit = Assemble(
        quantity=2,
        owner="ACME",
        item="A3",
        at="D-1",
        parts=(Part(quantity=4, item="A2"), Part(quantity=1, item="A2", serial="S-9")),
        ended=20_000,
    )
    other = road.floor.handheld(2)
    other.do(kit, Undo(seq=2, ended=30_000))
    other.do(Assemble(quantity=1, owner="ACME", item="A3", at="D-1", apart=True, ended=31_000))

    *made, apart = [
        event
        for event in read_document(text_of(database))
        if isinstance(event, TransformationEvent)
    ]

    parts, piece, whole = made[:3]
    assert {event.transformationID for event in made} == {"urn:totebook:work:BER:1000002%2F1%2F2"}
    assert [(each.epcClass, each.quantity) for each in parts.inputQuantityList or []] == [(A2, 4)]
    assert piece.inputEPCList == [f"{A2}/21/S-9"]
    assert [(each.epcClass, each.quantity) for each in whole.outputQuantityList or []] == [(A3, 2)]
    assert {event.bizStep for event in made} == {"assembling"}
    assert [event.errorDeclaration is not None for event in made] == [False] * 3 + [True] * 3
    assert {event.eventID for event in made[:3]} == {event.eventID for event in made[3:]}
    assert (apart.bizStep, apart.inputQuantityList is not None) == ("disassembling", True)
