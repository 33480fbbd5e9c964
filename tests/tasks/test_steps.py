"""Steps of added value: asked for, done, missing, taken back, billed."""

from typing import Any

import msgspec
import pytest

from device_protocol.handling import WorkStep
from device_protocol.operations import Operation, Undo
from server.db.engine import Database
from server.orders.records import ShipmentStep
from server.planning.records import WorkDone
from server.tasks.steps import AskStep
from tests.floor import SITE
from tests.orders.channel import all_of, open_floor, order_of, place, shipment, stock
from tests.planning.test_cartons import shown
from tests.transport.road import ACME, FIRST, PACKED, PARCEL, Road, pack, seal, stocked

APPLIED = {"outcome": "applied"}


def did(step: str, ended: int, **said: Any) -> WorkStep:  # noqa: ANN401 - fields.
    """A step done for the first shipment."""
    return msgspec.structs.replace(WorkStep(step=step, shipment=FIRST, ended=ended), **said)


def asked(*steps: str) -> Road:
    """A road whose first shipment asks for steps once each."""
    road, _ = stocked()
    for step in steps:
        assert road.tell(AskStep(shipment=FIRST, step=step)) == APPLIED
    return road


def done(road: Road) -> list[tuple[str, int]]:
    """Steps as billing sums them."""
    units: dict[str, int] = {}
    for row in road.all(WorkDone):
        units[row.step] = units.get(row.step, 0) + row.quantity
    return sorted(units.items())


def test_packers_see_what_is_asked_for_and_what_is_done() -> None:
    road = asked("gift_wrap", "insert")
    road.tell(AskStep(shipment=FIRST, step="gift_message", note="note/abc"))

    road.floor.handheld(2).do(did("gift_wrap", 1_000))

    assert shown(road)["steps"] == [
        {"step": "gift_message", "asked": 1, "personal": "note/abc"},
        {"step": "gift_wrap", "asked": 1, "done": 1},
        {"step": "insert", "asked": 1},
    ]


def test_packers_see_a_shipment_until_its_steps_are_done() -> None:
    road = asked("gift_wrap")
    packer = road.floor.handheld(2)
    packer.do(*PACKED[:2])

    assert [line["packed"] for line in shown(road)["lines"]] == [2, 1]
    packer.do(did("gift_wrap", 1_150))
    assert shown(road) == {}


def test_seal_with_steps_undone_is_flagged_and_asked_for() -> None:
    road = asked("gift_wrap", "insert")
    packer = road.floor.handheld(2)
    packer.do(did("insert", 1_000))

    outcome = packer.do(*PACKED)[-1]

    assert (outcome["code"], outcome["actual"]) == ("steps_missing", "gift_wrap 1")
    assert road.tasks() == ["do_steps"]
    assert road.parcel().state == "sealed"


def test_seal_with_all_steps_done_says_nothing() -> None:
    road = asked("gift_wrap")
    packer = road.floor.handheld(2)

    assert packer.do(did("gift_wrap", 900), *PACKED) == [APPLIED] * 4


def test_work_is_a_row_for_billing_with_all_that_is_known() -> None:
    road = asked("gift_wrap")
    packer = road.floor.handheld(2)
    packer.do(pack("A1", 2, 1_000))

    outcomes = packer.do(
        WorkStep(step="gift_wrap", unit=PARCEL, quantity=2, task=7, ended=1_100),
        WorkStep(step="sweep", owner="ACME", ended=1_200),
        WorkStep(step="sweep", ended=1_300),
    )

    assert outcomes == [APPLIED] * 3
    wrapped, swept, nobodys = road.all(WorkDone)
    assert (wrapped.step, wrapped.quantity, wrapped.shipment) == ("gift_wrap", 2, FIRST)
    assert (wrapped.unit, wrapped.owner, wrapped.task) == (road.parcel().id, ACME, 7)
    assert (wrapped.stream, wrapped.epoch, wrapped.seq) == (packer.stream, 1, 3)
    assert wrapped.occurred_at == road.floor.now + 1_100
    assert (swept.owner, swept.unit, swept.shipment) == (ACME, None, None)
    assert nobodys.owner == 0


def test_undo_of_a_step_takes_work_and_count_back() -> None:
    road = asked("gift_wrap")
    packer = road.floor.handheld(2)
    packer.do(did("gift_wrap", 1_000, unit=PARCEL))

    outcomes = packer.do(Undo(seq=len(packer.lines), ended=1_100), *PACKED)

    assert outcomes[0] == APPLIED
    assert done(road) == [("gift_wrap", 0)]
    assert outcomes[-1]["code"] == "steps_missing"
    [step] = road.all(ShipmentStep)
    assert (step.asked, step.done) == (1, 0)


def test_step_without_being_asked_for_is_work_all_the_same() -> None:
    road = asked()
    packer = road.floor.handheld(2)

    assert packer.do(did("engraving", 1_000)) == [APPLIED]

    assert done(road) == [("engraving", 1)]
    assert "steps" not in shown(road)


@pytest.mark.parametrize(
    ("operation", "code", "kept"),
    [
        (WorkStep(step="", ended=1), "unknown_step", "unknown"),
        (WorkStep(step="x" * 3_000, ended=1), "unknown_step", "x" * 64),
        (WorkStep(step="wrap", shipment=99, ended=1), "unknown_shipment", "wrap"),
        (WorkStep(step="wrap", owner="NOBODY", ended=1), "unknown_owner", "wrap"),
        (WorkStep(step="wrap", unit="A-01", ended=1), "not_a_unit", "wrap"),
    ],
)
def test_odd_step_is_flagged_and_kept(operation: Operation, code: str, kept: str) -> None:
    road = asked()
    worker = road.floor.handheld(2)

    (outcome,) = worker.do(operation)

    assert (outcome["outcome"], outcome["code"]) == ("flagged", code)
    assert done(road) == [(kept, 1)]
    (undone,) = worker.do(Undo(seq=len(worker.lines), ended=2))
    assert undone == APPLIED
    assert done(road) == [(kept, 0)]


def test_impossible_quantity_is_parked() -> None:
    road = asked()

    (outcome,) = road.floor.handheld(2).do(WorkStep(step="wrap", quantity=0, ended=1))

    assert outcome["outcome"] == "parked"
    assert road.all(WorkDone) == []


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (AskStep(shipment=99, step="wrap"), "not_found"),
        (AskStep(shipment=FIRST, step=" "), "bad_step"),
        (AskStep(shipment=FIRST, step="wrap", quantity=-1), "bad_quantity"),
    ],
)
def test_step_that_cannot_be_asked_for_is_refused(message: AskStep, code: str) -> None:
    road = asked()

    assert road.tell(message)["code"] == code
    assert road.all(ShipmentStep) == []


def test_step_is_asked_for_no_more_once_all_is_packed() -> None:
    road = asked()
    road.floor.handheld(2).do(*PACKED)

    assert road.tell(AskStep(shipment=FIRST, step="wrap"))["code"] == "already_packed"


def test_step_that_is_taken_back_is_not_missing() -> None:
    road = asked("gift_wrap")
    road.tell(AskStep(shipment=FIRST, step="gift_wrap", quantity=0))

    assert road.floor.handheld(2).do(*PACKED)[-1] == APPLIED


def test_order_may_ask_for_steps() -> None:
    floor = open_floor()
    stock(floor, ("A-01", "A1", 10))

    (outcome,) = place(floor, order_of("N1", ("A1", 2), steps=("insert", "gift_wrap", "insert")))

    assert outcome["outcome"] == "applied"
    number = shipment(floor, "N1").id
    steps = [(each.shipment, each.step, each.asked) for each in all_of(floor, ShipmentStep)]
    assert sorted(steps) == [(number, "gift_wrap", 1), (number, "insert", 2)]


def test_order_with_a_step_that_cannot_be_is_refused() -> None:
    floor = open_floor()

    (outcome,) = place(floor, order_of("N1", ("A1", 2), steps=("",)))

    assert outcome["code"] == "bad_step"


def test_steps_end_the_same_on_a_database(database: Database) -> None:
    road, packer = stocked(database)
    road.tell(AskStep(shipment=FIRST, step="gift_wrap", quantity=2))
    seq = packer.write(did("gift_wrap", 1_000, quantity=3))
    packer.push()
    packer.do(Undo(seq=seq, ended=1_050), did("gift_wrap", 1_060, unit="T-1", quantity=1))

    outcome = packer.do(*PACKED[:2], seal(1_200))[-1]

    assert (outcome["code"], outcome["actual"]) == ("steps_missing", "gift_wrap 1")
    [step] = road.all(ShipmentStep)
    assert (step.site, step.asked, step.done) == (SITE, 2, 1)
    assert done(road) == [("gift_wrap", 1)]
