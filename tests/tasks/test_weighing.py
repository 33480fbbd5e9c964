"""Weighed goods: grams by the scale, and how far off they may be."""

import pytest
from msgspec.structs import replace

from device_protocol.operations import Undo
from server.catalog.records import Item
from server.lane.activity import NETWORK
from server.orders.records import ShipmentLine
from server.planning.cartons import PutCarton
from server.tasks.weighing import differs
from tests.floor import SITE, Floor, Handheld
from tests.orders.channel import all_of, open_floor
from tests.tasks.picks import allocated, line, package, pick, released
from tests.transport.road import A3, FIRST, OTHER, PARCEL, Road, pack, seal, stocked

APPLIED = {"outcome": "applied"}
CHEESE = "1000001:A3|good"


def counter() -> tuple[Road, Handheld]:
    """A road whose first shipment wants 500 g of cheese as well."""
    road, packer = stocked()
    with road.session() as session:
        found = road.get(Item, A3, NETWORK)
        session.picture.load(Item, {(NETWORK, A3)}, [found])
        session.picture.put(replace(found, base_unit="gram"))
        session.picture.add(ShipmentLine(SITE, FIRST, 3, A3, 500))
        session.write()
    packer.do(pack("A1", 2, 500), pack("A2", 1, 600))
    return road, packer


@pytest.mark.parametrize("grams", [475, 500, 525])
def test_what_the_scale_says_is_posted_and_makes_the_line_whole(grams: int) -> None:
    road, packer = counter()

    (outcome, _) = packer.do(pack("A3", 500, 1_000, measured_g=grams), seal(1_100))

    assert outcome["code"] == "negative"
    assert road.floor.balances()[PARCEL, CHEESE] == grams
    assert road.line(3).packed == grams
    assert (road.shipment().state, road.tasks()) == ("packed", [])


def test_much_less_leaves_the_line_open() -> None:
    road, packer = counter()

    packer.do(pack("A3", 474, 1_000, measured_g=474), seal(1_100))

    assert road.shipment().state == "picked"
    packer.do(pack("A3", 26, 1_050, measured_g=26))
    assert road.shipment().state == "packed"


def test_much_more_is_flagged_and_unpacked() -> None:
    road, packer = counter()

    (outcome,) = packer.do(pack("A3", 526, 1_000, measured_g=526))

    assert outcome["code"] == "more_than_ordered"
    assert road.tasks() == ["unpack"]


@pytest.mark.parametrize(
    ("measured_g", "posted", "code"),
    [
        (527, 527, "weight_differs"),
        (None, 500, "negative"),
        (0, 500, "negative"),
        (-3, 500, "negative"),
        (2_000_000_000, 500, "negative"),
    ],
)
def test_scale_that_differs_is_flagged_and_one_that_cannot_be_is_passed_over(
    measured_g: int | None, posted: int, code: str
) -> None:
    road, packer = counter()

    (outcome,) = packer.do(pack("A3", 500, 1_000, measured_g=measured_g))

    assert outcome["code"] == code
    assert road.line(3).packed == posted


def test_undo_takes_back_what_the_scale_said() -> None:
    road, packer = counter()
    packer.do(pack("A3", 500, 1_000, measured_g=510))

    packer.do(Undo(seq=len(packer.lines), ended=1_100))

    assert road.line(3).packed == 0
    assert (PARCEL, CHEESE) not in road.floor.balances()


def test_scale_says_nothing_of_how_many_pieces_there_are() -> None:
    road, packer = stocked()

    assert packer.do(pack("A1", 2, 1_000, measured_g=700)) == [APPLIED]

    assert road.line(1).packed == 2


@pytest.mark.parametrize(
    ("expected", "measured", "answer"),
    [(100, 150, False), (100, 151, True), (10_000, 9_500, False), (10_000, 9_499, True)],
)
def test_parcel_may_be_off_by_a_part_or_by_tape_and_label(
    expected: int, measured: int, answer: bool
) -> None:
    assert differs(expected, measured) is answer


def aisle() -> Floor:
    """A floor whose order 1 wants 500 g of A1 from a bin that holds 10 kg."""
    floor = open_floor()
    with floor.store.session([NETWORK]) as session:
        found = next(each for each in all_of(floor, Item) if each.sku == "A1")
        session.picture.load(Item, {(NETWORK, found.id)}, [found])
        session.picture.put(replace(found, base_unit="gram"))
        session.write()
    return released(("A1", 500), stands=(("A-01", "A1", 10_000),), floor=floor)


@pytest.mark.parametrize("grams", [475, 500, 525])
def test_picked_line_of_weighed_goods_is_whole_within_a_tolerance(grams: int) -> None:
    floor = aisle()

    outcomes = floor.handheld().do(pick(floor, 500, measured_g=grams))

    assert outcomes == [APPLIED]
    assert floor.balances() == {
        ("A-01", "1000001:A1|good"): 10_000 - grams,
        ("T-1", "1000001:A1|good"): grams,
    }
    assert (line(floor).state, allocated(floor, "A-01")) == ("settled", 0)
    assert package(floor).left == 0


def test_picked_line_that_lacks_much_stays_open_and_another_pick_ends_it() -> None:
    floor = aisle()
    picker = floor.handheld()

    picker.do(pick(floor, 300, measured_g=300))
    assert (line(floor).state, allocated(floor, "A-01")) == ("pending", 200)
    picker.do(pick(floor, 190, ended=2_100, measured_g=190))

    assert (line(floor).state, allocated(floor, "A-01")) == ("settled", 0)


def test_picking_much_too_much_of_weighed_goods_is_put_back() -> None:
    floor = aisle()

    (outcome,) = floor.handheld().do(pick(floor, 526, measured_g=526))

    assert (outcome["code"], outcome["expected"], outcome["actual"]) == (
        "over_picked",
        "500",
        "526",
    )


def test_undo_of_a_weighed_pick_opens_its_line_again() -> None:
    floor = aisle()
    picker = floor.handheld()
    picker.do(pick(floor, 500, measured_g=490))

    assert picker.do(Undo(seq=len(picker.lines), ended=2_100)) == [APPLIED]

    assert floor.balances() == {("A-01", "1000001:A1|good"): 10_000}
    assert (line(floor).state, line(floor).picked, allocated(floor, "A-01")) == ("pending", 0, 490)


def test_scanned_code_of_weighed_goods_is_weighed_as_well() -> None:
    floor = aisle()

    (outcome,) = floor.handheld().do(pick(floor, 500, owner="ACME", item="A1", measured_g=530))

    assert outcome["code"] == "weight_differs"
    assert floor.balances()["T-1", "1000001:A1|good"] == 530


def test_parcel_of_weighed_goods_weighs_its_grams_and_the_carton() -> None:
    road, packer = counter()
    road.tell(
        PutCarton(
            code="S", length_mm=200, width_mm=150, height_mm=100, weight_g_max=5_000, own_g=80
        )
    )

    packer.do(pack("A3", 500, 1_000, unit=OTHER), seal(1_100, unit=OTHER, packaging="S"))

    parcel = road.parcel(OTHER)
    assert (parcel.expected_g, parcel.suggested) == (580, "")
