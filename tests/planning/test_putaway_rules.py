"""Rules of putting away: which places are meant for which goods, in which order."""

from math import inf

import pytest

from server.ledger.locations import PutLocation
from server.ledger.records import Place
from server.planning.putaway_rules import Goods, Held, PutPutawayRule, Slot
from server.planning.replenishing import PutPickFace
from server.planning.storage import PutawayRule
from server.sites.messages import PutZone
from tests.floor import SITE, Floor
from tests.tasks.storing import (
    all_of,
    arrive,
    goods,
    guided,
    open_house,
    put_item,
    rule,
    say,
    shelf,
)

CUPS = Goods(1, 10, "L1", "good", "", "", 4)


def places(floor: Floor) -> list[list[str]]:
    """All suggestions per task, the best first."""
    return [[to, *after] for _, _, to, after in guided(floor)]


def slot(mixing: str, *held: Held, units_max: int = 0, closed: bool = False) -> Slot:
    """A place with what is there."""
    place = Place(SITE, 5, "S-5", "bin", mixing=mixing, units_max=units_max)
    return Slot(place, held, closed)


@pytest.mark.parametrize(
    ("place", "takes"),
    [
        (slot("any"), True),
        (slot("any", Held(2, 20, "", 5)), True),
        (slot("item", Held(1, 10, "L2", 5)), True),
        (slot("item", Held(2, 10, "L1", 5)), False),
        (slot("item", Held(0, 0, "", 1)), False),
        (slot("lot", Held(1, 10, "L1", 5)), True),
        (slot("lot", Held(1, 10, "L2", 5)), False),
        (slot("lot", Held(2, 20, "L1", 5)), False),
        (slot("any", Held(1, 10, "L1", 5), units_max=6), True),
        (slot("any", Held(1, 10, "L1", 5), units_max=5), False),
        (slot("any", closed=True), False),
    ],
)
def test_place_takes_what_its_mixing_and_its_room_allow(place: Slot, takes: bool) -> None:
    assert place.takes(CUPS) is takes
    assert place.takes(CUPS, empty=True) is (takes and not place.held)


def test_room_is_what_stands_there_and_is_promised_less() -> None:
    assert slot("any").room == inf
    assert slot("any", Held(1, 10, "", 1), Held(2, 20, "", 2), units_max=4).room == 1


def test_fast_goods_dangerous_goods_and_damaged_goods_go_their_own_ways() -> None:
    floor = open_house()
    say(
        floor,
        PutZone(code="Q"),
        PutLocation(code="Q-1", place_kind="bin", zone="Q", use="quarantine"),
        PutLocation(code="H-1", place_kind="bin", zone="Q", use="reserve", size="cage"),
        rule("damaged", priority=1, condition="damaged", zone="Q", use="quarantine"),
        rule("hazard", priority=2, hazard="3", zone="Q", size="cage"),
        rule("fast", priority=3, velocity="A", strategy="fixed", zone="", place="S-4"),
        rule(
            "of ACME", priority=4, owner="ACME", item="A4", strategy="fixed", zone="", place="S-3"
        ),
        rule("all", priority=9),
    )
    put_item(floor, "A2", velocity="A")
    put_item(floor, "A3", hazard="3")

    arrivals = (
        goods(1, condition="damaged"),
        goods(1, "A2", ended=1_100),
        goods(1, "A3", ended=1_200),
        goods(1, "A4", ended=1_300),
        goods(1, ended=1_400),
    )
    for device, receipt in enumerate(arrivals, 1):
        arrive(floor, receipt, device=device)

    assert [each[0] for each in places(floor)] == ["Q-1", "S-4", "H-1", "S-3", "S-1"]


def test_goods_go_where_their_like_stands_the_same_lot_first() -> None:
    floor = open_house()
    say(floor, rule("same", priority=1, strategy="same_item"), rule("all", priority=2))
    arrive(
        floor,
        goods(1, to="S-2", lot="L2"),
        goods(1, to="S-3", lot="L1", ended=1_100),
        goods(1, to="S-4", condition="damaged", ended=1_200),
        goods(1, to="S-4", serial="S1", ended=1_300),
    )

    arrive(floor, goods(2, lot="L1"), goods(3, "A2", ended=1_500), device=2)

    assert places(floor) == [["S-3", "S-2", "S-1"], ["S-1"]]


def test_unknown_goods_have_no_like() -> None:
    floor = open_house()
    say(floor, rule("same", strategy="same_item"))

    floor.handheld().do(goods(1, "", to="S-1", code="X-1"))
    floor.handheld(2).do(goods(1, "", code="X-1", owner=""))

    assert places(floor) == []


def test_goods_go_to_their_pick_faces() -> None:
    floor = open_house()
    say(
        floor,
        rule("faces", strategy="fixed", zone=""),
        PutPickFace(place="S-3", owner="ACME", item="A1", maximum=5),
    )

    arrive(floor, goods(2), goods(1, "A2", ended=1_100))

    assert places(floor) == [["S-3"], [""]]


def test_goods_are_not_led_to_where_they_are_nor_to_places_of_another_use() -> None:
    floor = open_house(None, shelf("S-1", 1, use="quarantine"), shelf("S-2", 2, use="pick"))
    say(floor, rule("dock", priority=1, strategy="fixed", zone="", place="IN"), rule("all"))

    arrive(floor, goods(2))

    assert places(floor) == [["S-2"]]


def test_place_of_one_owner_is_for_that_owner_alone() -> None:
    floor = open_house(None, shelf("S-1", 1, owner="BETA"), shelf("S-2", 2, owner="ACME"))
    say(floor, rule("all"))

    arrive(floor, goods(2))

    assert places(floor) == [["S-2"]]


def test_places_of_a_rule_without_a_zone_stand_in_none() -> None:
    floor = open_house()
    say(
        floor,
        PutLocation(code="N-1", place_kind="bin", walk=3),
        PutLocation(code="N-2", place_kind="bench", walk=1),
        rule("all", zone="", strategy="room"),
    )

    arrive(floor, goods(2))

    assert places(floor) == [["N-1"]]


def test_nearest_place_is_nearest_to_the_goods() -> None:
    floor = open_house()
    say(
        floor,
        PutLocation(code="RET", place_kind="staging", use="returns", walk=3),
        rule("all"),
    )

    arrive(floor, goods(2, to="RET"))

    assert places(floor) == [["S-3", "S-2", "S-4", "S-1"]]


def test_rule_is_put_changed_and_taken_away() -> None:
    floor = open_house()

    made, again, changed = say(
        floor, rule("all"), rule("all"), rule("all", strategy="room", priority=1)
    )

    assert made == {"outcome": "applied", "grant": {"name": "all"}}
    assert again["grant"] == {"name": "all", "unchanged": True}
    assert changed["grant"] == {"name": "all"}
    (kept,) = all_of(floor, PutawayRule)
    assert (kept.strategy, kept.priority) == ("room", 1)
    (gone, missing) = say(floor, rule("all", state="retired"), rule("all", state="retired"))
    assert gone == {"outcome": "applied"}
    assert missing["code"] == "not_found"
    assert all_of(floor, PutawayRule) == []


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (rule(""), "bad_name"),
        (rule("r", priority=-1), "bad_priority"),
        (rule("r", velocity="D"), "bad_velocity"),
        (rule("r", use="attic"), "bad_use"),
        (rule("r", strategy="any"), "bad_strategy"),
        (rule("r", state="gone"), "bad_state"),
        (rule("r", size=" "), "bad_size"),
        (rule("r", hazard="\x00"), "bad_hazard"),
        (rule("r", owner="NONE"), "unknown_owner"),
        (rule("r", item="A1"), "unknown_item"),
        (rule("r", owner="ACME", item="A9"), "unknown_item"),
        (rule("r", zone="Z"), "unknown_zone"),
        (rule("r", place="S-9"), "unknown_place"),
        (rule("r", place="T-1"), "unknown_place"),
    ],
)
def test_rule_that_can_not_be_so_is_refused(message: PutPutawayRule, code: str) -> None:
    floor = open_house()
    floor.handheld().do(goods(1, to="T-1"))

    (outcome,) = say(floor, message)

    assert (outcome["outcome"], outcome["code"]) == ("refused", code)
    assert all_of(floor, PutawayRule) == []
