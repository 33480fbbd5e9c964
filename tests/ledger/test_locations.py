"""Locations as desks and imports put them."""

import pytest

from device_protocol.operations import MoveUnit, Receive
from server.ledger.locations import PutLocation
from server.ledger.records import Balance, Place, Unit
from server.sites.messages import PutZone
from tests.desk import Desk
from tests.floor import SITE


def place(desk: Desk, code: str) -> Place:
    """The place with a code."""
    found: list[Place] = [each for each in desk.all(Place) if each.code == code]
    (only,) = found
    return only


def test_location_is_made_once_and_changed_in_place() -> None:
    desk = Desk()
    zone = desk.ask(SITE, PutZone(code="A"))["grant"]["id"]
    bin_a = PutLocation(code="B-01", place_kind="bin", zone="A", walk=7, owner="ACME")

    made, again, retired = desk.tell(
        SITE, bin_a, bin_a, PutLocation(code="B-01", place_kind="staging", state="retired")
    )

    number = made["grant"]["id"]
    assert again["grant"] == {"id": number, "unchanged": True}
    assert retired["grant"] == {"id": number}
    assert place(desk, "B-01") == Place(SITE, number, "B-01", "staging", state="retired")
    desk.ask(SITE, bin_a)
    assert place(desk, "B-01") == Place(
        SITE, number, "B-01", "bin", zone=zone, walk=7, owner=1_000_001
    )


def test_location_tells_what_it_is_for_and_what_it_has_room_for() -> None:
    desk = Desk()

    desk.ask(
        SITE,
        PutLocation(
            code="B-01", place_kind="bin", use="reserve", size="XL", units_max=40, mixing="lot"
        ),
    )

    kept = place(desk, "B-01")
    assert (kept.use, kept.size, kept.units_max, kept.mixing) == ("reserve", "XL", 40, "lot")


def test_goods_may_be_scanned_to_a_new_location_at_once() -> None:
    desk = Desk()
    desk.ask(SITE, PutLocation(code="B-01", place_kind="bin"))

    outcomes = desk.floor.handheld().do(
        Receive(quantity=2, owner="ACME", item="A1", to="B-01", ended=1_000)
    )

    assert outcomes == [{"outcome": "applied"}]


@pytest.mark.parametrize(
    ("site", "message", "code"),
    [
        (9, PutLocation(code="B-01", place_kind="bin"), "unknown_site"),
        (SITE, PutLocation(code="", place_kind="bin"), "bad_code"),
        (SITE, PutLocation(code="B-01", place_kind="tote"), "bad_place_kind"),
        (SITE, PutLocation(code="B-01", place_kind="bin", walk=-1), "bad_walk"),
        (SITE, PutLocation(code="B-01", place_kind="bin", state="gone"), "bad_state"),
        (SITE, PutLocation(code="B-01", place_kind="bin", use="attic"), "bad_use"),
        (SITE, PutLocation(code="B-01", place_kind="bin", size=" L"), "bad_size"),
        (SITE, PutLocation(code="B-01", place_kind="bin", units_max=-1), "bad_units_max"),
        (SITE, PutLocation(code="B-01", place_kind="bin", mixing="all"), "bad_mixing"),
        (SITE, PutLocation(code="B-01", place_kind="bin", zone="A"), "unknown_zone"),
        (SITE, PutLocation(code="B-01", place_kind="bin", owner="NONE"), "unknown_owner"),
    ],
)
def test_location_that_can_not_be_so_is_refused(site: int, message: PutLocation, code: str) -> None:
    desk = Desk()
    before = desk.all(Place)

    assert desk.code(site, message) == code
    assert desk.all(Place) == before


def test_code_that_was_scanned_first_becomes_the_location_with_what_is_there() -> None:
    desk = Desk()
    goods = Receive(quantity=2, owner="ACME", item="A1", to="B-01", ended=1_000)
    flagged = desk.floor.handheld().do(goods)
    number = place(desk, "B-01").id

    outcome = desk.ask(SITE, PutLocation(code="B-01", place_kind="bin"))

    assert flagged[0]["code"] == "unknown_place"
    assert outcome == {"outcome": "applied", "grant": {"id": number}}
    assert place(desk, "B-01").kind == "bin"
    assert desk.all(Unit) == []
    assert desk.floor.balances() == {("B-01", "1000001:A1|good"): 2}
    (balance,) = (each for each in desk.all(Balance) if each.place == number)
    assert balance.listed == balance.stock


def test_tote_that_was_moved_keeps_its_code() -> None:
    desk = Desk()
    desk.floor.handheld().do(MoveUnit(unit="B-01", source="D-1", to="A-01", ended=1_000))

    assert desk.code(SITE, PutLocation(code="B-01", place_kind="bin")) == "code_taken"
    assert place(desk, "B-01").kind == "tote"
