"""Picking in total and sorting at the put wall, what a shipment's document says of it."""

from typing import Any

import msgspec
import pytest

from device_protocol.bodies import ShipmentBody
from device_protocol.handling import Sort
from device_protocol.operations import MoveUnit, PackItem, Pick, Seal, ShortPick, StartTote, Undo
from server.ledger.locations import PutLocation
from server.ledger.records import Unit
from server.planning.records import Slot
from server.planning.waves import ReleaseWave
from server.sync.documents import Subject, shipment_drafts
from server.tasks.resolving import PutHold
from tests.floor import SITE, Floor
from tests.ledger.book import place_code
from tests.orders.channel import (
    all_of,
    bodies,
    cancel,
    drain,
    lines,
    open_floor,
    order_of,
    picks,
    place,
    say,
    shipment,
    stock,
    tasks,
    tell,
)
from tests.strict import StrictStore

A1, A2 = "1000001:A1|good", "1000001:A2|good"


def wall(*wanted: tuple[str, int, int], **more: Any) -> Floor:  # noqa: ANN401 - of a wave
    """Orders of so many A1 and A2, picked in total into BULK-1."""
    floor = open_floor()
    stock(floor, ("A-01", "A1", 20), ("A-02", "A2", 20))
    say(floor, PutLocation(code="WALL-1", place_kind="staging"))
    for number, some, others in wanted or (("1", 2, 1), ("2", 3, 0)):
        ordered = [each for each in (("A1", some), ("A2", others)) if each[1]]
        place(floor, order_of(number, *ordered))
    tell(floor, ReleaseWave(**({"mode": "bulk"} | more)))
    return floor


def picked(floor: Floor) -> Any:  # noqa: ANN401 - a device
    """The device that has picked everything into BULK-1."""
    device = floor.handheld()
    device.do(
        StartTote(unit="BULK-1", ended=2_000),
        *(
            Pick(
                quantity=line.quantity,
                source=line.place,
                to="BULK-1",
                tasks=(line.task,),
                ended=2_100,
            )
            for line in bodies(floor)[0].lines
        ),
    )
    return device


def put(floor: Floor, number: str, quantity: int, to: str, ended: int, **more: Any) -> Sort:  # noqa: ANN401
    """Units of A1 out of BULK-1 for an order."""
    told = {"owner": "ACME", "item": "A1", "source": "BULK-1"} | more
    return Sort(quantity=quantity, to=to, shipment=shipment(floor, number).id, ended=ended, **told)


def shown(floor: Floor, number: str) -> ShipmentBody:
    """A shipment's document as benches have it."""
    assert isinstance(floor.store, StrictStore)
    subject = Subject(SITE, "shipment", shipment(floor, number).id)
    [draft] = shipment_drafts(floor.store.picture, subject)
    return msgspec.json.decode(draft.body, type=ShipmentBody)


def sorted_units(floor: Floor, number: str) -> list[int]:
    """Units of each line that are sorted."""
    return [line.sorted for line in lines(floor, number)]


def test_totals_of_all_shipments_are_one_package() -> None:
    floor = wall()

    [body] = bodies(floor)

    assert body.mode == "bulk"
    assert [(line.place, line.quantity) for line in body.lines] == [
        ("A-01", 2),
        ("A-01", 3),
        ("A-02", 1),
    ]
    assert [shipment(floor, each).wall for each in "12"] == [1, 1]


def test_emergency_is_not_picked_in_bulk() -> None:
    floor = open_floor()
    stock(floor, ("A-01", "A1", 20))
    place(floor, order_of("1", ("A1", 2), priority=0), order_of("2", ("A1", 2)))

    tell(floor, ReleaseWave(mode="bulk"))

    assert [body.mode for body in bodies(floor)] == ["cluster", "bulk"]
    assert [shipment(floor, each).wall for each in "12"] == [0, 1]


def test_single_has_a_cart_for_each_shipment() -> None:
    floor = wall(mode="single")

    assert [(body.mode, len({line.shipment for line in body.lines})) for body in bodies(floor)] == [
        ("single", 1),
        ("single", 1),
    ]


def test_mode_that_is_none_is_refused() -> None:
    [outcome] = say(open_floor(), ReleaseWave(mode="sideways"))

    assert (outcome["outcome"], outcome["code"]) == ("refused", "bad_mode")


def test_goods_go_from_the_tote_to_the_shipments_slots_and_bind_them() -> None:
    floor = wall()
    device = picked(floor)

    outcomes = device.do(
        put(floor, "1", 2, "TOTE-1", 3_000),
        put(floor, "2", 3, "WALL-1", 3_100),
        put(floor, "1", 1, "TOTE-1", 3_200, item="A2"),
    )

    assert outcomes == [{"outcome": "applied"}] * 3
    held = floor.balances()
    assert (held["TOTE-1", A1], held["TOTE-1", A2], held["WALL-1", A1]) == (2, 1, 3)
    assert not any(code == "BULK-1" for code, _ in held)
    assert (sorted_units(floor, "1"), sorted_units(floor, "2")) == ([2, 1], [3])
    assert (shown(floor, "1").totes, shown(floor, "2").totes) == (("TOTE-1",), ("WALL-1",))


def test_document_says_what_is_to_be_sorted() -> None:
    floor = wall()
    device = picked(floor)
    device.do(put(floor, "1", 1, "TOTE-1", 3_000))

    body = shown(floor, "1")

    assert (body.wall, [(line.quantity, line.sorted) for line in body.lines]) == (
        1,
        [(2, 1), (1, 0)],
    )
    assert [line.task for line in body.lines] == [line.id for line in picks(floor, "1")]
    assert shown(wall(mode=""), "1").wall == 0


@pytest.mark.parametrize("slot", ["TOTE-1", "WALL-1"])
def test_slot_of_another_shipment_stays_its_own_until_that_is_packed(slot: str) -> None:
    floor = wall()
    device = picked(floor)

    _, other = device.do(put(floor, "1", 2, slot, 3_000), put(floor, "2", 1, slot, 3_100))

    assert (other["code"], other["actual"]) == ("other_shipment", str(shipment(floor, "2").id))
    assert tasks(floor) == [("put_back", 1)]
    assert slot in shown(floor, "1").totes
    assert floor.balances()[slot, A1] == 3
    cancel(floor, "1")
    [free] = device.do(put(floor, "2", 2, slot, 3_200))
    assert free == {"outcome": "applied"}
    assert slot in shown(floor, "2").totes


def test_what_a_shipment_does_not_want_is_posted_and_put_back() -> None:
    floor = wall()
    device = picked(floor)

    more, none = device.do(
        put(floor, "2", 5, "TOTE-2", 3_000), put(floor, "2", 1, "TOTE-2", 3_100, item="A2")
    )

    assert (more["code"], more["expected"], more["actual"]) == ("more_than_ordered", "3", "5")
    assert (none["code"], none["actual"]) == ("not_ordered", "1")
    assert tasks(floor) == [("put_back", 2), ("put_back", 1)]
    assert sorted_units(floor, "2") == [5]


def test_what_was_cancelled_meanwhile_is_put_back() -> None:
    floor = wall()
    device = picked(floor)
    cancel(floor, "2")
    before = len(tasks(floor))

    [outcome] = device.do(put(floor, "2", 3, "TOTE-2", 3_000))

    assert outcome["code"] == "cancelled_meanwhile"
    assert tasks(floor)[before:] == [("put_back", 3)]


def test_every_wrong_thing_is_posted_and_said() -> None:
    floor = wall()
    device = picked(floor)
    say(floor, PutHold(reason="recall", owner="ACME", item="A2"))

    outcomes = device.do(
        put(floor, "1", 1, "BULK-1", 3_000),
        Sort(quantity=1, source="BULK-1", to="TOTE-7", shipment=77, item="A1", owner="ACME"),
        put(floor, "1", 1, "TOTE-1", 3_200, owner="", item="", code="gibberish"),
        put(floor, "1", 1, "TOTE-1", 3_300, item="A2"),
        put(floor, "1", 1, "TOTE-1", 3_400, source="NOWHERE"),
        put(floor, "1", 9, "TOTE-1", 3_500, owner="", item="", code="04000000000013"),
    )

    codes = [outcome["code"] for outcome in outcomes]
    assert codes == [
        "same_place",
        "unknown_shipment",
        "not_ordered",
        "on_hold",
        "unknown_place",
        "more_than_ordered",
    ]
    assert floor.balances()["TOTE-1", "unidentified:gibberish|good"] == 1


def test_order_of_batches_changes_nothing() -> None:
    first, second = wall(), wall()
    for floor, before in ((first, True), (second, False)):
        sorts = [put(floor, "1", 2, "TOTE-1", 3_000), put(floor, "2", 3, "WALL-1", 3_100)]
        if before:
            picked(floor)
        floor.handheld(2).do(*sorts)
        if not before:
            picked(floor)

    assert first.balances() == second.balances()
    assert [sorted_units(first, each) for each in "12"] == [
        sorted_units(second, each) for each in "12"
    ]


@pytest.mark.parametrize("slot", ["TOTE-1", "WALL-1"])
def test_undone_the_goods_are_in_the_tote_and_an_empty_slot_is_nobodys(slot: str) -> None:
    floor = wall()
    device = picked(floor)
    one = device.write(put(floor, "1", 1, slot, 3_000))
    other = device.write(put(floor, "1", 1, slot, 3_100))
    device.push()

    device.do(Undo(seq=other, ended=3_200))
    assert (sorted_units(floor, "1"), shown(floor, "1").totes) == ([1, 0], (slot,))
    device.do(Undo(seq=one, ended=3_300))

    assert (sorted_units(floor, "1"), shown(floor, "1").totes) == ([0, 0], ())
    assert floor.balances()["BULK-1", A1] == 5
    assert [each.shipment for each in all_of(floor, Slot)] == ([None] if slot == "WALL-1" else [])
    again = device.write(put(floor, "1", 1, "BULK-1", 3_400))
    device.push()
    assert device.do(Undo(seq=again, ended=3_500)) == [{"outcome": "applied"}]


def test_undo_leaves_a_slot_that_another_shipment_has_since() -> None:
    floor = wall()
    device = picked(floor)
    late = device.write(put(floor, "2", 1, "WALL-1", 3_000))
    device.push()
    cancel(floor, "2")
    device.do(put(floor, "1", 1, "WALL-1", 3_100))

    device.do(Undo(seq=late, ended=3_200))

    assert [each.shipment for each in all_of(floor, Slot)] == [shipment(floor, "1").id]


def test_short_at_the_wall_is_sought_again_and_the_tote_is_counted() -> None:
    floor = wall()
    device = picked(floor)
    task = shown(floor, "2").lines[0].task

    [outcome] = device.do(
        ShortPick(quantity=2, source="BULK-1", owner="ACME", item="A1", tasks=(task,), ended=3_000)
    )
    drain(floor)

    assert outcome["code"] == "short"
    assert ("count", None) in tasks(floor)
    assert [line.quantity for line in bodies(floor)[1].lines] == [2]
    assert [(line.picked, line.short) for line in picks(floor, "2")] == [(1, 2), (0, 0)]
    assert shipment(floor, "2").state == "released"


def test_short_at_the_wall_finds_nothing_that_was_not_picked() -> None:
    floor = wall()
    device = floor.handheld()
    device.do(StartTote(unit="BULK-1", ended=2_000))
    [line] = picks(floor, "2")

    device.do(ShortPick(quantity=9, source="BULK-1", tasks=(line.id,), ended=3_000))

    [line] = picks(floor, "2")
    assert (line.picked, line.short) == (0, 3)


def test_emptied_tote_names_what_the_book_still_has_in_it() -> None:
    floor = wall()
    device = picked(floor)
    device.do(put(floor, "1", 2, "TOTE-1", 3_000))

    [emptied] = device.do(StartTote(unit="BULK-1", ended=900_000))

    assert (emptied["code"], emptied["expected"]) == ("count_variance", "3")

    assert not any(code == "BULK-1" for code, _ in floor.balances())


def test_document_says_which_totes_are_still_to_come_and_sealing_before_is_flagged() -> None:
    floor = open_floor()
    stock(floor, ("A-01", "A1", 20), ("A-02", "A2", 20))
    say(floor, PutLocation(code="BENCH-1", place_kind="bench"))
    place(floor, order_of("1", ("A1", 2), ("A2", 1)))
    tell(floor, ReleaseWave())
    number = shipment(floor, "1").id
    device = floor.handheld()
    device.do(*(StartTote(unit=code, shipment=number, ended=2_000) for code in ("T-1", "T-2")))
    assert shown(floor, "1").coming == ("T-1", "T-2")

    device.do(MoveUnit(unit="T-1", to="BENCH-1", ended=3_000))

    assert [place_code(floor, unit.seen_place) for unit in all_of(floor, Unit)][:1] == ["BENCH-1"]
    assert shown(floor, "1").coming == ("T-2",)
    device.do(
        Pick(quantity=2, source="A-01", to="T-1", tasks=(picks(floor, "1")[0].id,), ended=3_500),
        PackItem(quantity=2, item="A1", source="T-1", unit="P-1", shipment=number, ended=3_600),
    )
    [sealed] = device.do(Seal(unit="P-1", shipment=number, ended=4_000))
    assert (sealed["code"], sealed["actual"]) == ("incomplete", "1 lines to pick")
