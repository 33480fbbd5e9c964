"""Returns: what came back is kept as it came, and told to whoever expects it."""

from itertools import permutations
from typing import Any

import pytest
from msgspec.structs import replace

from device_protocol.handling import TakeReturn
from device_protocol.operations import MoveUnit, Operation, PackItem, Undo
from device_protocol.scan import sscc
from server.catalog.messages import PutDisposition
from server.lane.activity import NETWORK
from server.ledger.records import CONSUMER, Hold, Lot, Movement, Place, Task
from server.orders.messages import ExpectReturn, PlacedLine
from server.orders.records import ExpectedReturn, ReturnedUnits
from server.planning.records import Verdict
from server.tasks.numbers import DEFAULT_PREFIX
from server.tasks.resolving import LiftHold, ResolveTask
from tests.floor import SITE, Floor
from tests.ledger.book import A1, discrepancies, receive, tasks
from tests.orders.channel import ACME, drain, lines, open_floor, order_of, place, stock
from tests.sayings import all_of, say

BETA = 1_000_002
SHARED = "4000000000013"
OWN = sscc(DEFAULT_PREFIX, 0, SITE * 10**8 + 7)
ELSEWHERE = sscc(DEFAULT_PREFIX, 0, (SITE + 1) * 10**8 + 7)


def announce(floor: Floor, *units: tuple[str, int], owner: int = ACME, number: str = "R1") -> None:
    """Announce a return."""
    placed = tuple(PlacedLine(sku, quantity) for sku, quantity in units)
    told = ExpectReturn(owner=owner, channel="web", number=number, lines=placed)
    (outcome,) = say(floor, told, site=NETWORK)
    assert outcome["outcome"] == "applied"


def returned(quantity: int = 1, ended: int = 1_000, **said: str) -> TakeReturn:
    """Units of A1 that came back to the dock."""
    goods: dict[str, Any] = {"owner": "ACME", "item": "A1", "to": "D-1", "announced": "R1"} | said
    return TakeReturn(quantity=quantity, ended=ended, **goods)


def received(floor: Floor) -> list[int]:
    """Units that came of each announced line, once the network was told."""
    drain(floor)
    rows = sorted(all_of(floor, ExpectedReturn), key=lambda line: line.position)
    return [row.received for row in rows]


def test_announced_return_comes_from_the_consumer_and_is_told_to_the_network() -> None:
    floor = open_floor()
    announce(floor, ("A1", 2), ("A2", 1))

    outcomes = floor.handheld().do(returned(2, reason="too_small"))

    assert outcomes == [{"outcome": "applied"}]
    assert floor.balances() == {("D-1", A1): 2}
    assert all_of(floor, Movement)[0].source == CONSUMER
    assert received(floor) == [2, 0]
    (verdict,) = all_of(floor, Verdict)
    assert (verdict.kind, verdict.condition, verdict.reason) == ("returned", "good", "too_small")
    assert (verdict.announced, verdict.channel, verdict.quantity) == ("R1", "web", 2)


def test_return_that_nobody_announced_is_kept_and_flagged() -> None:
    floor = open_floor()

    unknown, silent = floor.handheld().do(returned(), returned(announced=""))

    assert (unknown["code"], silent["code"]) == ("not_announced", "not_announced")
    assert floor.balances() == {("D-1", A1): 2}
    assert received(floor) == []


def test_return_that_is_announced_only_later_is_counted_then() -> None:
    floor = open_floor()
    floor.handheld().do(returned(2, channel="web"))
    drain(floor)

    announce(floor, ("A1", 1), ("A1", 3), ("A2", 1))

    assert received(floor) == [1, 1, 0]


def test_more_than_was_announced_is_kept_and_asked_about() -> None:
    floor = open_floor()
    announce(floor, ("A1", 2))

    (outcome,) = floor.handheld().do(returned(3))

    assert (outcome["code"], outcome["expected"]) == ("more_than_announced", "2")
    assert received(floor) == [3]
    assert ("return_over", "", "return R1: 2 announced, 3 came") in tasks(floor)


def test_what_two_sites_took_is_asked_about_by_the_network() -> None:
    floor = open_floor()
    announce(floor, ("A1", 2))

    outcomes = floor.handheld().do(returned(2)) + floor.handheld(2).do(returned(1))

    assert outcomes == [{"outcome": "applied"}] * 2, "neither has heard of the other yet"
    assert received(floor) == [3]
    assert [kind for kind, *_ in tasks(floor)] == ["restock", "restock", "return_over"]


def test_item_that_is_not_of_the_return_is_asked_about() -> None:
    floor = open_floor()
    announce(floor, ("A2", 2))

    (outcome,) = floor.handheld().do(returned())

    assert outcome["code"] == "more_than_announced"
    assert received(floor) == [0]


def test_number_that_two_channels_gave_out_is_told_apart_by_channel_or_owner() -> None:
    floor = open_floor()
    announce(floor, ("A1", 1))
    announce(floor, ("B1", 1), owner=BETA)

    both, named = floor.handheld().do(
        returned(owner="", item="", code=SHARED), returned(owner="ACME")
    )

    assert both["code"] == "unknown_code"
    assert named == {"outcome": "applied"}


def test_return_tells_whose_a_shared_code_is() -> None:
    floor = open_floor()
    announce(floor, ("B1", 1), owner=BETA)

    outcomes = floor.handheld().do(returned(owner="", item="", code=SHARED))

    assert outcomes == [{"outcome": "applied"}]
    assert floor.balances() == {("D-1", "1000002:B1|good"): 1}


def test_sku_is_of_the_returns_owner_also_at_a_place_that_nobody_knows() -> None:
    floor = open_floor()
    announce(floor, ("A1", 1))

    (outcome,) = floor.handheld().do(returned(owner="", to="T-9"))

    assert outcome["code"] == "unknown_place"
    assert floor.balances() == {("T-9", A1): 1}


def test_gibberish_is_kept_under_its_scan() -> None:
    floor = open_floor()
    announce(floor, ("A1", 1))

    (outcome,) = floor.handheld().do(returned(owner="", item="", code="\x1d??"))

    assert outcome["code"] == "unknown_code"
    assert discrepancies(floor) == [("coarse", "D-1", "open")]
    assert received(floor) == [0]


def test_units_out_of_our_own_parcel_leave_it() -> None:
    floor = open_floor()
    stock(floor, ("A-01", "A3", 1))
    serial: dict[str, Any] = {"owner": "ACME", "item": "A3", "serial": "S1"}
    floor.handheld().do(
        receive(1, "A-02", 1_000, **serial),
        PackItem(quantity=1, source="A-02", unit=OWN, shipment=1, ended=2_000, **serial),
        MoveUnit(unit=OWN, source="A-02", to="D-1", ended=3_000),
    )

    (outcome,) = floor.handheld(2).do(
        returned(ended=4_000, parcel=OWN, announced="", **{**serial, "to": "A-05"})
    )

    assert outcome["code"] == "not_announced"
    assert floor.balances()["A-05", "1000001:A3|S1|good"] == 1
    assert (OWN, "1000001:A3|S1|good") not in floor.balances()
    assert "two_places" not in [kind for kind, *_ in discrepancies(floor)]
    assert all_of(floor, Verdict)[0].parcel == OWN


def test_broken_units_leave_our_own_parcel_as_they_were_packed() -> None:
    floor = open_floor()
    stock(floor, ("A-01", "A1", 4))
    goods: dict[str, Any] = {"owner": "ACME", "item": "A1"}
    floor.handheld().do(
        PackItem(quantity=4, source="A-01", unit=OWN, shipment=1, ended=2_000, **goods),
    )
    back = floor.handheld(2)

    back.do(returned(4, ended=4_000, parcel=OWN, announced="", condition="damaged"))

    assert floor.balances()["D-1", "1000001:A1|damaged"] == 4
    assert [key for key in floor.balances() if key[0] == OWN and key[1].startswith("1000001")] == []
    assert "negative" not in [kind for kind, *_ in discrepancies(floor)]

    back.do(Undo(seq=2, ended=5_000))

    assert floor.balances()[OWN, "1000001:A1|good"] == 4
    assert ("D-1", "1000001:A1|damaged") not in floor.balances()


@pytest.mark.parametrize("parcel", [ELSEWHERE, OWN[:-1] + "0", OWN[:-1], "JJD-1", "x" * 300])
def test_other_parcels_are_a_mere_name(parcel: str) -> None:
    floor = open_floor()

    floor.handheld().do(returned(parcel=parcel, announced=""))

    assert floor.balances() == {("D-1", A1): 1}
    assert all_of(floor, Verdict)[0].parcel == parcel


def test_parcel_that_is_named_as_the_place_changes_nothing() -> None:
    floor = open_floor()

    (outcome,) = floor.handheld().do(returned(parcel=OWN, to=OWN))

    assert outcome["code"] == "unknown_place"
    assert floor.balances() == {}
    assert all_of(floor, Verdict) == []


def test_usually_good_goods_go_back_to_the_shelf_and_others_into_quarantine() -> None:
    floor = open_floor()

    floor.handheld().do(returned(announced=""), returned(announced="", condition="damaged"))

    assert [kind for kind, *_ in tasks(floor)] == ["restock", "quarantine"]
    assert all_of(floor, Hold) == []


def test_owners_rule_says_what_becomes_of_goods_unless_the_operator_does() -> None:
    floor = open_floor()
    rule = PutDisposition(owner="ACME", condition="damaged", way="repair", place="REPAIR")
    say(floor, rule, site=NETWORK)

    floor.handheld().do(
        returned(announced="", condition="damaged"),
        returned(announced="", condition="damaged", disposition="scrap"),
        returned(announced="", condition="damaged", disposition="nonsense"),
    )

    assert tasks(floor) == [
        ("repair", "D-1", "REPAIR"),
        ("scrap", "D-1", ""),
        ("repair", "D-1", "REPAIR"),
    ]


def test_damaged_goods_are_not_promised_and_good_ones_in_quarantine_are_held() -> None:
    floor = open_floor()
    floor.handheld().do(
        returned(3, announced="", condition="damaged"),
        returned(3, announced="", disposition="quarantine"),
    )

    place(floor, order_of("N1", ("A1", 2)))

    assert [line.promised for line in lines(floor, "N1")] == [0]
    (hold,) = all_of(floor, Hold)
    assert (hold.reason, hold.open) == ("quarantine", 1)


def test_undo_takes_goods_task_hold_and_what_the_network_knows_back() -> None:
    floor = open_floor()
    announce(floor, ("A1", 2))
    handheld = floor.handheld()
    handheld.do(returned(2, disposition="quarantine"))

    (outcome,) = handheld.do(Undo(seq=2, ended=9_000))

    assert outcome == {"outcome": "applied"}
    assert floor.balances() == {}
    assert received(floor) == [0]
    assert all_of(floor, ReturnedUnits)[0].quantity == 0
    assert [task.open for task in all_of(floor, Task)] == [None]
    assert [hold.open for hold in all_of(floor, Hold)] == [None]
    assert all_of(floor, Verdict)[0].state == "void"


def test_late_undo_of_what_a_desk_has_closed_leaves_that() -> None:
    floor = open_floor()
    handheld = floor.handheld()
    handheld.do(returned(announced="", disposition="scrap"))
    (hold,), (task,) = all_of(floor, Hold), all_of(floor, Task)
    say(floor, LiftHold(hold=hold.id), ResolveTask(task=task.id, note="done"))
    closed = (all_of(floor, Hold), all_of(floor, Task))

    handheld.do(Undo(seq=2, ended=9_000))

    assert (all_of(floor, Hold), all_of(floor, Task)) == closed


def test_undo_of_a_return_without_a_verdict_changes_nothing_more() -> None:
    floor = open_floor()
    handheld = floor.handheld()
    handheld.do(returned(parcel=OWN, to=OWN))

    (outcome,) = handheld.do(Undo(seq=2, ended=9_000))

    assert outcome == {"outcome": "applied"}


def test_facts_give_the_same_book_in_any_order() -> None:
    serial: dict[str, Any] = {"owner": "ACME", "item": "A3", "serial": "S1"}
    books = []
    for order in permutations(range(3)):
        floor = open_floor()
        announce(floor, ("A1", 2))
        batches: list[list[Operation]] = [
            [PackItem(quantity=1, source="A-02", unit=OWN, shipment=1, ended=2_000, **serial)],
            [
                returned(ended=3_000, parcel=OWN, **serial),
                returned(2, ended=4_000, to="A-05"),
            ],
            [returned(1, ended=5_000, condition="damaged"), Undo(seq=2, ended=6_000)],
        ]
        for each in order:
            floor.handheld(each + 1).do(*batches[each])
        books.append((floor.balances(), received(floor)))

    assert all(book == books[0] for book in books)


def test_from_an_intake_putting_away_leads_what_is_restocked_or_quarantined() -> None:
    floor = open_floor()
    (dock,) = [row for row in all_of(floor, Place) if row.code == "D-1"]
    floor.store.picture.put(replace(dock, use="returns"))  # type: ignore[attr-defined]

    floor.handheld().do(
        returned(announced=""),
        returned(announced="", condition="damaged"),
        returned(announced="", condition="damaged", disposition="scrap"),
    )

    assert [kind for kind, *_ in tasks(floor)] == ["scrap"]
    assert [row.disposition for row in all_of(floor, Verdict)] == ["restock", "quarantine", "scrap"]


def test_date_on_the_label_is_the_lots() -> None:
    floor = open_floor()

    floor.handheld().do(returned(announced="", lot="L1", expiry="2027-03-31"))

    assert [(lot.lot, lot.expiry) for lot in all_of(floor, Lot)] == [("L1", "2027-03-31")]
