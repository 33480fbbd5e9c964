"""Returnable assets by their GRAI: one with a serial is a unit, one without is counted."""

from device_protocol.workflow.definitions import DEFINITIONS
from device_protocol.workflow.view import Meaning, PlaceSeen
from tests.device_protocol.workflow.world import PLACES, Person, site

ASSET = "4012345123456"
PARTNER = PlaceSeen(code="PARCELS", kind="partner")
EMPTY = Meaning(code=ASSET, owner="ACME", item="CAGE")


def test_cage_goes_to_a_partner_by_its_own_code_and_empties_by_number() -> None:
    world = site(places=(*PLACES, PARTNER), items=(EMPTY,))
    person = Person(DEFINITIONS["move"], world)

    person.all("DOCK-1", f"]C180030{ASSET}C-1", "PARCELS")
    person.all("DOCK-1", f"]C180030{ASSET}", "#12", "PARCELS")

    cage, empties = person.operations
    assert cage == {
        "kind": "move_unit",
        "unit": f"80030{ASSET}C-1",
        "source": "DOCK-1",
        "to": "PARCELS",
    }
    assert (empties["item"], empties["quantity"], empties["to"]) == ("CAGE", 12, "PARCELS")
