"""Which carton is suggested, and what a site's cartons may be."""

from typing import Any

import msgspec
import pytest

from device_protocol.operations import PackItem
from server.catalog.records import Item
from server.lane.activity import NETWORK
from server.planning.cartons import CARTONS_MAX, Piece, PutCarton, choose, piece_of
from server.planning.records import Carton
from server.sync.documents import Subject, shipment_drafts
from tests.floor import SITE
from tests.strict import StrictStore
from tests.transport.road import (
    ACME,
    BENCH,
    FIRST,
    PACKED,
    PARCEL,
    Road,
    pack,
    seal,
    stocked,
)

SMALL = Carton(SITE, "S", 200, 150, 100, 5_000, 80)
MEDIUM = Carton(SITE, "M", 300, 200, 150, 10_000, 150)
LONG = Carton(SITE, "L", 1_000, 100, 100, 10_000, 200)
CARTONS = (LONG, MEDIUM, SMALL)
CUBE = (50, 50, 50)


@pytest.mark.parametrize(
    ("pieces", "codes"),
    [
        ([Piece(1, CUBE, 100)], ("S",)),
        ([Piece(20, CUBE, 100)], ("S",)),
        ([Piece(21, CUBE, 100)], ("M",)),
        ([Piece(1, CUBE, 6_000)], ("M",)),
        ([Piece(1, CUBE, 10_001)], ()),
        ([Piece(1, (20, 20, 900), 100)], ("L",)),
        ([Piece(1, (20, 150, 200), 100)], ("S",)),
        ([Piece(1, (20, 150, 201), 100)], ("M",)),
        ([Piece(1, (20, 20, 1_001), 100)], ()),
        ([], ()),
        ([Piece(61, CUBE, 0)], ("M",)),
        ([Piece(69, CUBE, 0)], ("L", "S")),
        ([Piece(1, (20, 20, 900), 100), Piece(1, (150, 150, 200), 100)], ()),
        ([Piece(12, CUBE, 2_000)], ("M", "M", "S")),
        ([Piece(1, CUBE, 9_000), Piece(4, (10, 10, 10), 500)], ("M", "S")),
        ([Piece(68 * CARTONS_MAX, CUBE, 0)], ("L",) * CARTONS_MAX),
        ([Piece(68 * CARTONS_MAX + 1, CUBE, 0)], ()),
        ([Piece(1_000_000, CUBE, 1)], ()),
    ],
)
def test_smallest_carton_or_several_hold_the_goods(
    pieces: list[Piece], codes: tuple[str, ...]
) -> None:
    assert choose(CARTONS, pieces) == codes


def test_piece_that_only_just_goes_in_but_would_fill_the_carton_is_left_out() -> None:
    assert choose([SMALL], [Piece(1, (100, 150, 200), 100)]) == ()


def test_retired_carton_is_not_suggested() -> None:
    retired = msgspec.structs.replace(SMALL, state="retired")

    assert choose([retired, MEDIUM], [Piece(1, CUBE, 100)]) == ("M",)


MEASURED: dict[str, Any] = {
    "weight_g": 100,
    "length_mm": 50,
    "width_mm": 70,
    "height_mm": 60,
}


def item(number: int, **said: Any) -> Item:  # noqa: ANN401 - fields.
    """An item of ACME's."""
    return Item(NETWORK, number, ACME, f"X{number}", **said)


@pytest.mark.parametrize("field", MEASURED)
def test_unknown_size_or_weight_gives_no_piece(field: str) -> None:
    assert piece_of(item(1, **MEASURED), 2) == Piece(2, (50, 60, 70), 100)
    assert piece_of(item(1, **(MEASURED | {field: None})), 2) is None


def test_weighed_goods_and_unknown_items_give_no_piece() -> None:
    assert piece_of(item(1, base_unit="gram", **MEASURED), 2) is None
    assert piece_of(None, 2) is None


def put_cartons(road: Road) -> None:
    """Put two cartons at the site."""
    for carton in (SMALL, MEDIUM):
        said = {name: getattr(carton, name) for name in PutCarton.__struct_fields__[1:]}
        assert road.tell(PutCarton(**said))["outcome"] == "applied"


def measure(road: Road, *numbers: int, **changes: Any) -> None:  # noqa: ANN401 - fields.
    """Know size and weight of items."""
    with road.session() as session:
        for number in numbers:
            found = road.get(Item, number, NETWORK)
            session.picture.load(Item, {(NETWORK, number)}, [found])
            session.picture.put(msgspec.structs.replace(found, **(MEASURED | changes)))
        session.write()


def test_cartons_are_put_changed_and_said_again() -> None:
    road = Road()
    put_cartons(road)
    changed = PutCarton(
        code="S", length_mm=210, width_mm=150, height_mm=100, weight_g_max=5_000, own_g=80
    )

    assert "unchanged" not in road.tell(changed)["grant"]
    assert road.tell(changed)["grant"] == {"code": "S", "unchanged": True}
    assert [(each.code, each.length_mm) for each in road.all(Carton)] == [("S", 210), ("M", 300)]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"code": ""}, "bad_code"),
        ({"length_mm": 0}, "bad_length_mm"),
        ({"height_mm": 100_001}, "bad_height_mm"),
        ({"weight_g_max": 0}, "bad_weight_g_max"),
        ({"own_g": -1}, "bad_own_g"),
        ({"state": "lost"}, "bad_state"),
    ],
)
def test_carton_that_cannot_be_is_refused(changes: dict[str, Any], code: str) -> None:
    road = Road()
    said = PutCarton(code="S", length_mm=1, width_mm=1, height_mm=1, weight_g_max=1)

    outcome = road.tell(msgspec.structs.replace(said, **changes))

    assert (outcome["outcome"], outcome["code"]) == ("refused", code)
    assert road.all(Carton) == []


def shown(road: Road, shipment: int = FIRST) -> dict[str, Any]:
    """What packers see of a shipment; empty where they see nothing."""
    assert isinstance(road.floor.store, StrictStore)
    drafts = shipment_drafts(road.floor.store.picture, Subject(SITE, "shipment", shipment))
    return msgspec.json.decode(drafts[0].body) if drafts else {}


def test_packers_are_told_the_carton_for_what_is_left() -> None:
    road, packer = stocked()
    put_cartons(road)
    measure(road, 1_000_011, length_mm=160)
    measure(road, 1_000_012)

    assert shown(road)["cartons"] == ["S"]
    measure(road, 1_000_011, length_mm=210)
    assert shown(road)["cartons"] == ["M"]
    packer.do(pack("A1", 2, 1_000))
    assert shown(road)["cartons"] == ["S"]


def test_packers_are_told_none_where_an_item_was_never_measured() -> None:
    road, _ = stocked()
    put_cartons(road)
    measure(road, 1_000_011)

    assert "cartons" not in shown(road)


@pytest.mark.parametrize(
    ("measured_g", "code"), [(380, None), (430, None), (431, "weight_differs"), (None, None)]
)
def test_seal_keeps_the_suggestion_and_flags_another_weight(
    measured_g: int | None, code: str | None
) -> None:
    road, packer = stocked()
    put_cartons(road)
    measure(road, 1_000_011, 1_000_012)
    packing: tuple[PackItem, ...] = PACKED[:2]  # type: ignore[assignment]

    outcome = packer.do(*packing, seal(1_200, packaging="S", measured_g=measured_g))[-1]

    assert outcome.get("code") == code
    parcel = road.parcel()
    assert (parcel.suggested, parcel.packaging, parcel.expected_g) == ("S", "S", 380)
    assert parcel.measured_g == measured_g
    assert road.tasks() == (["check_parcel"] if code else [])


def test_another_carton_than_suggested_is_recorded_and_not_refused() -> None:
    road, packer = stocked()
    put_cartons(road)
    measure(road, 1_000_011, 1_000_012)

    outcomes = packer.do(*PACKED[:2], seal(1_200, packaging="M", suggested="S"))

    assert outcomes[-1] == {"outcome": "applied"}
    assert (road.parcel().suggested, road.parcel().packaging) == ("S", "M")
    assert road.parcel().expected_g == 450


@pytest.mark.parametrize("packaging", ["", "a bag", "?" * 300])
def test_carton_that_nobody_knows_has_no_weight_to_expect(packaging: str) -> None:
    road, packer = stocked()
    put_cartons(road)
    measure(road, 1_000_011, 1_000_012)

    outcome = packer.do(*PACKED[:2], seal(1_200, packaging=packaging, measured_g=1))[-1]

    assert outcome == {"outcome": "applied"}
    assert road.parcel().expected_g is None


@pytest.mark.parametrize("unit", ["A-01", "T-9", PARCEL])
def test_seal_of_what_is_none_or_at_itself_is_answered(unit: str) -> None:
    road, packer = stocked()
    put_cartons(road)

    for at in (BENCH, unit):
        (outcome,) = packer.do(seal(1_200, unit=unit, at=at, packaging="S", measured_g=5))
        assert outcome["outcome"] in {"applied", "flagged"}
