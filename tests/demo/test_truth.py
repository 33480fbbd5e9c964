"""The real floor: conserved, and nobody takes what is not there."""

import pytest

from server.demo.truth import EmptyPlaceError, Parcel, Spot, Truth
from server.demo.world import Key, Mishap

LAMP = Key("ACME", "A1")
DOCK, BIN, TOTE = Spot(1, "DOCK-1"), Spot(1, "LOC-A-01-01"), Spot(1, "TOTE-1")


@pytest.fixture
def truth() -> Truth:
    """Five lamps in their bin."""
    floor = Truth()
    floor.arrive(DOCK, LAMP, 5)
    floor.put_away(DOCK, BIN, LAMP, 5)
    return floor


def test_goods_are_where_they_were_carried(truth: Truth) -> None:
    truth.move(BIN, TOTE, LAMP, 2)
    assert truth.stock() == {(BIN, LAMP): 3, (TOTE, LAMP): 2}
    assert truth.totes() == [TOTE]
    assert truth.homes[1, LAMP] == BIN.code


def test_nobody_takes_what_is_not_there(truth: Truth) -> None:
    with pytest.raises(EmptyPlaceError, match="6 of"):
        truth.move(BIN, TOTE, LAMP, 6)
    assert truth.units(BIN, LAMP) == 5


def test_what_vanishes_is_remembered(truth: Truth) -> None:
    assert truth.vanish(BIN, LAMP, 9) == 5
    assert truth.stock() == {}
    assert truth.lost[1, LAMP] == truth.received[1, LAMP] == 5


def test_goods_with_two_bins_go_back_to_the_first_by_code(truth: Truth) -> None:
    early = Spot(1, "LOC-A-01-00")
    truth.arrive(DOCK, LAMP, 1)
    truth.put_away(DOCK, early, LAMP, 1)
    assert truth.homes[1, LAMP] == early.code


def test_serials_are_read_off_on_the_way(truth: Truth) -> None:
    named = LAMP._replace(serial="SN-1")
    truth.move(BIN, TOTE, LAMP, 1, named=named)
    assert truth.contents(TOTE) == [(named, 1)]


def test_boxes_are_found_where_they_stand(truth: Truth) -> None:
    truth.seal(Parcel("00123", 1, 7, "N1", BIN))
    truth.carry("00123", DOCK)
    assert [box.number for box in truth.boxes(DOCK)] == ["N1"]
    assert truth.boxes(BIN) == []


def test_what_went_wrong_is_told_by_place() -> None:
    truth = Truth()
    for told in (
        Mishap("lost", 1, "A", None, 3),
        Mishap("strayed", 1, "B", None, 3, "A"),
        Mishap("lost", 1, "C", None, 3),
        Mishap("miscounted", 1, "A", None, 3),
    ):
        truth.went_wrong(told)
    assert [truth.gone_wrong(Spot(1, place)) for place in ("A", "B", "D")] == [6, 3, 0]
    assert truth.gone_wrong(Spot(2, "A")) == 0
