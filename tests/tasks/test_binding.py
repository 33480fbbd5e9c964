"""Binding: whose a tote is, as a fact of its own."""

from device_protocol.operations import Bind, Pick, StartTote, Undo
from server.ledger.records import Unit
from tests.floor import Floor
from tests.orders.channel import open_floor, order_of, place, shipment, stock
from tests.sayings import all_of


def ordered() -> tuple[Floor, int]:
    """A floor with one shipment, and its id."""
    floor = open_floor()
    stock(floor, ("A-01", "A1", 4))
    place(floor, order_of("1", ("A1", 4)))
    return floor, shipment(floor, "1").id


def bound(floor: Floor, code: str = "T-1") -> int | None:
    """The shipment that a unit is bound to."""
    (unit,) = [each for each in all_of(floor, Unit) if each.code == code]
    return unit.shipment


def test_unit_is_bound_to_a_shipment_by_the_first_scan_of_it() -> None:
    floor, number = ordered()

    outcomes = floor.handheld().do(Bind(unit="T-1", shipment=number, ended=1_000))

    assert outcomes == [{"outcome": "applied"}]
    assert bound(floor) == number


def test_tote_is_bound_as_it_is_started_and_freed_by_the_next_start() -> None:
    floor, number = ordered()
    handheld = floor.handheld()

    handheld.do(StartTote(unit="T-1", shipment=number, ended=1_000))
    assert bound(floor) == number
    handheld.do(StartTote(unit="T-1", ended=2_000))

    assert bound(floor) is None


def test_unit_bound_to_a_shipment_that_nobody_knows_is_free_and_flagged() -> None:
    floor, number = ordered()
    handheld = floor.handheld()
    handheld.do(Bind(unit="T-1", shipment=number, ended=1_000))

    (outcome,) = handheld.do(Bind(unit="T-1", shipment=77, ended=2_000))

    assert (outcome["outcome"], outcome["code"], outcome["actual"]) == (
        "flagged",
        "unknown_shipment",
        "77",
    )
    assert bound(floor) is None


def test_undo_of_a_binding_frees_the_unit_unless_it_is_bound_anew() -> None:
    floor, number = ordered()
    place(floor, order_of("2", ("A1", 1)))
    other = shipment(floor, "2").id
    handheld = floor.handheld()
    first = handheld.write(Bind(unit="T-1", shipment=number, ended=1_000))
    second = handheld.write(Bind(unit="T-1", shipment=other, ended=2_000))
    handheld.push()

    handheld.do(Undo(seq=first, ended=3_000))
    assert bound(floor) == other
    handheld.do(Undo(seq=second, ended=4_000))
    assert bound(floor) is None


def test_undo_of_a_binding_leaves_a_unit_that_has_goods_from_another_zone() -> None:
    floor, number = ordered()
    handheld = floor.handheld()
    handheld.do(
        Bind(unit="T-1", shipment=number, ended=1_000),
        Pick(quantity=1, owner="ACME", item="A1", source="A-01", to="T-1", ended=1_100),
    )
    again = handheld.write(Bind(unit="T-1", shipment=number, ended=2_000))

    handheld.do(Undo(seq=again, ended=3_000))

    assert bound(floor) == number
