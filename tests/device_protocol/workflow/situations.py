"""A piece of work for every workflow, and everything that may be scanned in it."""

from typing import NamedTuple

from msgspec.structs import replace

from device_protocol.scan import COMMANDS
from device_protocol.workflow.checking import adjusted
from device_protocol.workflow.definition import Adjustment, Definition
from device_protocol.workflow.definitions import DEFINITIONS
from device_protocol.workflow.view import Line, PlaceSeen, Stood, UnitSeen, Work
from tests.device_protocol.workflow.world import PICK_LINES, PLACES, UNITS, Person, World, site

CUP, CASE, OTHER_CUP = "5901234123457", "15901234123454", "4012345678901"
PEN, MILK, PHONE, WATCH = "4006381333931", "9506000134352", "9780201379624", "5012345678900"
SSCC = "340123450000000017"

RECEIVE_LINES = (
    Line(task=21, quantity=24, owner="ACME", item="CUP"),
    Line(task=22, quantity=10, owner="ACME", item="MILK"),
)
MOVE_LINES = (
    Line(task=31, quantity=12, owner="ACME", item="CUP", to="A-1", next=("A-2",)),
    Line(task=32, unit=SSCC, to="A-2"),
)
REPLENISH_LINES = (
    Line(task=35, quantity=12, place="A-1", owner="ACME", item="CUP", to="A-2"),
    Line(task=36, quantity=2, place="A-2", owner="ACME", item="PHONE", to="A-1"),
)
CLUSTER_LINES = tuple(
    replace(line, leaves=0, spans=line.shipment == 5, then="DOCK-1") for line in PICK_LINES
)
PACK_LINES = (
    Line(task=51, quantity=3, owner="ACME", item="CUP", shipment=5, number="O-5"),
    Line(task=52, quantity=1, owner="ACME", item="WATCH", shipment=5, number="O-5"),
    Line(task=53, quantity=2, owner="ACME", item="MILK", shipment=6, number="O-6"),
)
SORT_LINES = (
    Line(task=91, quantity=3, owner="ACME", item="CUP", shipment=5, number="O-5"),
    Line(task=92, quantity=2, owner="ACME", item="CUP", shipment=6, number="O-6", to="TOTE-2"),
    Line(task=93, quantity=1, owner="ACME", item="MILK", shipment=6, number="O-6", to="TOTE-2"),
)
PARCELS = (
    Line(task=61, unit="P-1", shipment=5, stop=71, number="O-5", asks_code=True),
    Line(task=62, unit="P-2", shipment=6, stop=72, number="O-6"),
)
ADULT = Line(task=63, unit="P-3", shipment=7, stop=73, number="O-7", check="age_18")
PAID = Line(task=64, unit="P-4", shipment=8, stop=74, number="O-8", due=4990, currency="EUR")
PURSES = (Line(task=811, currency="EUR"), Line(task=812, currency="JPY"))
PARCELS_SEEN = (
    UnitSeen(code="P-1", kind="parcel", shipment=5, place="DOCK-1"),
    UnitSeen(code="P-2", kind="parcel", shipment=6),
    UnitSeen(code="P-9", kind="parcel", shipment=9),
)


class Situation(NamedTuple):
    """A workflow with its work."""

    definition: Definition
    world: World
    work: Work

    def person(self) -> Person:
        """Someone who begins this work."""
        return Person(self.definition, self.world, self.work)


SITUATIONS: dict[str, Situation] = {
    "receive": Situation(
        DEFINITIONS["receive"],
        site(work_lines=RECEIVE_LINES, serials=("ACME/PHONE/SN-OLD",)),
        Work(announced="ASN-1"),
    ),
    "move": Situation(DEFINITIONS["move"], site(work_lines=MOVE_LINES), Work()),
    "putaway": Situation(DEFINITIONS["putaway"], site(work_lines=MOVE_LINES), Work()),
    "replenish": Situation(DEFINITIONS["replenish"], site(work_lines=REPLENISH_LINES), Work()),
    "pick": Situation(
        adjusted(DEFINITIONS["pick"], Adjustment(workflow="pick", options={"zero_check": True})),
        site(work_lines=CLUSTER_LINES, counts=("A-1",)),
        Work(package=7, fence=2, mode="cluster"),
    ),
    "count": Situation(
        DEFINITIONS["count"],
        site(
            work_lines=(Line(task=41, place="A-1"),),
            stocks={"A-1": (Stood(owner="ACME", item="CUP", quantity=5),), "A-2": ()},
        ),
        Work(),
    ),
    "pack": Situation(
        DEFINITIONS["pack"],
        site(
            work_lines=PACK_LINES,
            units=(
                *UNITS,
                *PARCELS_SEEN,
                UnitSeen(code="TOTE-5", kind="tote", shipment=5),
                UnitSeen(code="BOX-1", kind="parcel"),
                UnitSeen(code="BOX-2", kind="parcel"),
            ),
        ),
        Work(bench="BENCH-1"),
    ),
    "sort": Situation(
        DEFINITIONS["sort"],
        site(
            work_lines=SORT_LINES,
            places=(*PLACES, PlaceSeen(code="WALL-1", kind="staging")),
            units=(
                *UNITS,
                UnitSeen(code="BULK-1", kind="tote"),
                UnitSeen(code="TOTE-5", kind="tote"),
                UnitSeen(code="LEFT-1", kind="tote"),
            ),
        ),
        Work(),
    ),
    "load": Situation(
        DEFINITIONS["load"],
        site(work_lines=PARCELS, units=(*UNITS, *PARCELS_SEEN)),
        Work(round=81, van="VAN-1"),
    ),
    "repack": Situation(
        DEFINITIONS["repack"],
        site(units=(*UNITS, *PARCELS_SEEN, UnitSeen(code="BOX-2", kind="parcel"))),
        Work(bench="BENCH-1", shipment=5),
    ),
    "unseal": Situation(
        DEFINITIONS["unseal"],
        site(units=(*UNITS, *PARCELS_SEEN)),
        Work(bench="BENCH-1"),
    ),
    "work_step": Situation(
        DEFINITIONS["work_step"], site(units=(*UNITS, *PARCELS_SEEN)), Work(bench="BENCH-1")
    ),
    "deliver": Situation(
        DEFINITIONS["deliver"],
        site(work_lines=(*PARCELS, ADULT, PAID), units=PARCELS_SEEN),
        Work(van="VAN-1"),
    ),
    "collect": Situation(
        DEFINITIONS["collect"],
        site(units=PARCELS_SEEN),
        Work(van="VAN-1", round=81, stop=75, announced="R-1"),
    ),
    "hand_over_cash": Situation(
        DEFINITIONS["hand_over_cash"], site(work_lines=PURSES), Work(round=81, van="VAN-1")
    ),
    "bring_back": Situation(DEFINITIONS["bring_back"], site(units=PARCELS_SEEN), Work(van="VAN-1")),
    "return": Situation(DEFINITIONS["return"], site(), Work()),
    "grade": Situation(DEFINITIONS["grade"], site(), Work()),
    "discard": Situation(DEFINITIONS["discard"], site(), Work()),
    "relabel": Situation(DEFINITIONS["relabel"], site(serials=("ACME/PHONE/SN-OLD",)), Work()),
    "kit": Situation(DEFINITIONS["kit"], site(), Work()),
    "send_transfer": Situation(
        DEFINITIONS["send_transfer"], site(work_lines=RECEIVE_LINES), Work(announced="1002000001")
    ),
    "take_transfer": Situation(
        DEFINITIONS["take_transfer"], site(work_lines=RECEIVE_LINES), Work(announced="1002000001")
    ),
}

TEXTS = (
    *("A-1", "A-2", "A-9", "DOCK-1", "VAN-1", "VAN-2", "LOC-77", "BENCH-1"),
    *("TOTE-1", "TOTE-2", "TOTE-5", "TOTE-8", "TOTE-9", "BOX-1", "BOX-2", "WALL-1", SSCC),
    *(CUP, CASE, OTHER_CUP, PEN, MILK, PHONE, WATCH, "P-1", "P-2", "P-9"),
    "]C1010950600013435210L-7",
    "]C1010950600013435210L-8\x1d17260101",
    "]C1010978020137962421SN-1",
    "]C1010978020137962421SN-OLD",
    "01095060001343521717261231" + "10L-717261231",
    *("STAFF-ANA", "STAFF-BO", "STAFF-EVE", "STAFF-X", "TASK-9", "ENROL-1"),
    *("CMD-UNDO", "CMD-SHORT", "CMD-NOSUCH", "LOT-X", "SN-1", "2026-12-31", "2026-02-30"),
    *(
        "",
        " ",
        "?",
        "\x00",
        "\x1d",
        "\u4f60\u597d",
        "x" * 300,
        "y" * 10_240,
        "]C1",
        "4006381333930",
    ),
)
KEYS = COMMANDS
NUMBERS = (-1, 0, 1, 2, 5, 12, 25, 300, 5_000, 2_000_000, 4_006_381_333_931)
