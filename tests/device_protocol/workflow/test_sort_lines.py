"""What a device makes of documents for sorting, for zones and for what may come in place."""

from collections.abc import Sequence
from typing import Any

import msgspec

from device_protocol.bodies import Code, PackLine, ShipmentBody
from device_protocol.workflow.view import Instead, Line, Work
from device_protocol.workflow.work_lines import LINES

PACKAGE = {
    "id": 7,
    "package": {
        "mode": "cluster",
        "lines": [
            {
                "task": 11,
                "quantity": 2,
                "spans": 1,
                "instead": [{"item": "PEN", "codes": ["4006381333931"], "place": "A-2"}],
            },
            {"task": 12, "quantity": 1},
        ],
    },
    "wave": 1,
    "priority": 5,
    "state": "ready",
    "fence": 0,
}


class Documents:
    """Documents as a plain mapping."""

    def __init__(self, **bodies: object) -> None:
        """Encode them."""
        self.bodies = {
            name.replace("_", "/"): msgspec.json.encode(body) for name, body in bodies.items()
        }

    def body(self, key: str) -> bytes | None:
        return self.bodies.get(key)

    def coded(self, kind: str, code: str) -> Sequence[bytes]:
        assert kind != code
        return ()

    def listed(self, kind: str, parent: str) -> Sequence[bytes]:
        assert parent == ""
        return [body for key, body in self.bodies.items() if key.startswith(f"{kind}/")]


def shipment(number: int, *lines: PackLine, priority: int = 5, wall: int = 1) -> ShipmentBody:
    """A shipment of ACME with a slot."""
    return ShipmentBody(
        id=number,
        number=f"O-{number}",
        owner=1,
        priority=priority,
        state="picked",
        lines=lines,
        totes=("TOTE-1", "WALL-1") if number == 5 else (),
        merchant="ACME",
        wall=wall,
    )


def cups(quantity: int, **more: Any) -> PackLine:  # noqa: ANN401 - fields of a line.
    """So many cups."""
    codes = (Code("05901234123457", "each"),)
    return PackLine(position=2, item=9, sku="CUP", quantity=quantity, packed=0, codes=codes, **more)


def test_shipments_of_the_wall_are_sorted_the_most_urgent_first() -> None:
    documents = Documents(
        shipment_5=shipment(5, cups(3, sorted=1, task=91)),
        shipment_6=shipment(6, cups(2), priority=0),
        shipment_7=shipment(7, cups(9), wall=0),
    )

    first, second = LINES["sort"](documents, Work())

    # Without a pick line the line has a number of its own.
    assert (first.task, first.quantity, first.shipment, first.to) == (60_002, 2, 6, "")
    assert second == Line(
        task=91,
        quantity=2,
        to="WALL-1",
        owner="ACME",
        item="CUP",
        codes=("05901234123457",),
        shipment=5,
        number="O-5",
    )


def test_what_is_sorted_or_packed_is_not_asked_for_again() -> None:
    documents = Documents(shipment_5=shipment(5, cups(3, sorted=4, task=91)))

    assert [line.quantity for line in LINES["sort"](documents, Work())] == [0]


def test_pick_lines_say_what_may_come_in_place_and_whose_tote_may_go_on() -> None:
    first, second = LINES["pick"](Documents(package_7=PACKAGE), Work(package=7))

    assert first.instead == (Instead("PEN", codes=("4006381333931",), place="A-2"),)
    assert (first.spans, second.spans, second.instead) == (True, False, ())
