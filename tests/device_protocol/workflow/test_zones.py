"""Totes that go on from zone to zone, and documents that change while somebody picks."""

from msgspec.structs import replace

from device_protocol.workflow.definitions import DEFINITIONS
from device_protocol.workflow.view import Instead, UnitSeen, Work
from tests.device_protocol.workflow.situations import CUP
from tests.device_protocol.workflow.world import PICK_LINES, UNITS, Person, site

ONE = replace(PICK_LINES[0], quantity=1, next=())
PENS = Instead("PEN", "Pen", ("04006381333931",), "A-2")


def test_tote_that_is_known_to_be_the_shipments_is_not_begun_anew() -> None:
    units = (*UNITS, UnitSeen(code="TOTE-5", kind="tote", shipment=5))
    world = site(work_lines=(replace(ONE, spans=True),), units=units)
    person = Person(DEFINITIONS["pick"], world, Work(package=7, mode="cluster"))

    person.all("A-1", CUP, "TOTE-5")

    assert [operation["kind"] for operation in person.operations] == ["pick"]


def test_other_item_that_is_not_offered_any_more_leaves_what_was_wanted() -> None:
    world = site(work_lines=(replace(ONE, instead=(PENS,)),))
    person = Person(DEFINITIONS["pick"], world, Work(package=7, mode="cluster"))
    person.all("A-1", "/short", "/1", "/yes")
    assert person.prompt.fields["item"] == "PEN"

    better = replace(PENS, item="STIFT")
    person.world = site(work_lines=(replace(ONE, instead=(better, PENS)),))
    person.all("/skip")
    assert person.prompt.fields["item"] == "PEN"
    person.world = site(work_lines=(ONE, replace(ONE, task=12)))
    person.all("/skip", "/skip")

    assert person.prompt.fields["item"] == "CUP"
