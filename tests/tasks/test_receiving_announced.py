"""Receiving against an announcement: posted as it comes, flagged where it differs."""

from typing import Any

import pytest
from msgspec.structs import replace

from device_protocol.operations import Receive
from server.inbound.messages import AnnouncedGoods
from server.inbound.records import ReceivedGoods
from server.ledger.records import Lot, Stock
from server.tasks.correcting import Reclassify
from tests.floor import START, Floor
from tests.inbound.deliveries import announce, came, captures_serials, got, stands
from tests.ledger.book import A1, discrepancies
from tests.sayings import all_of, say

SHARED = "4000000000013"


def outcome_of(floor: Floor, operation: Receive) -> tuple[str, str, str, str]:
    """Receive; answer outcome, code, what was expected and what came."""
    (told,) = floor.handheld(2).do(operation)
    return (
        told["outcome"],
        told.get("code", ""),
        told.get("expected", ""),
        told.get("actual", ""),
    )


def test_announced_goods_fill_their_line_and_nothing_is_said() -> None:
    floor = Floor()
    announce(floor)

    assert outcome_of(floor, came(4)) == ("applied", "", "", "")

    assert floor.balances() == {("D-1", A1): 4}
    assert got(floor) == {1: (10, 4)}
    (goods,) = all_of(floor, ReceivedGoods)
    assert (goods.first_at, goods.last_at) == (START + 1_000, START + 1_000)


@pytest.mark.parametrize(
    ("operation", "told"),
    [
        (came(10), ("applied", "", "", "")),
        (came(1, "A5", lot="L9"), ("applied", "", "", "")),
        (came(11), ("flagged", "over_announced", "10", "11")),
        (came(1, "A4"), ("flagged", "not_announced", "ASN-1", "A4")),
        (came(1, announced="ASN-9"), ("flagged", "unknown_announcement", "", "ASN-9")),
        (came(1, announced="x" * 70), ("flagged", "unknown_announcement", "", "x" * 64)),
        (came(1, "A2", lot="L9"), ("flagged", "other_lot", "L1, L2", "L9")),
        (came(1, "A2", lot="L1"), ("applied", "", "", "")),
        (came(1, "A2"), ("applied", "", "", "")),
        (came(1, "A3", serial="S2"), ("flagged", "not_announced", "ASN-1", "A3 S2")),
        (
            came(1, "A2", lot="L1", expiry="2027-06-02"),
            ("flagged", "other_expiry", "2027-06-01", "2027-06-02"),
        ),
        (came(1, "A2", lot="L1", expiry="2027-06-01"), ("applied", "", "", "")),
        (came(1, "A3", serial="S1"), ("applied", "", "", "")),
        (came(2, "A3", serial="S1"), ("flagged", "serial_over_one", "1", "2")),
        (came(1, condition="damaged"), ("applied", "", "", "")),
    ],
)
def test_what_differs_from_the_announcement_is_posted_and_flagged(
    operation: Receive, told: tuple[str, str, str, str]
) -> None:
    floor = captures_serials(Floor())
    announce(
        floor,
        AnnouncedGoods("A1", 10),
        AnnouncedGoods("A2", 3, "L1", expiry="2027-06-01"),
        AnnouncedGoods("A2", 3, "L2", expiry="2027-07-01"),
        AnnouncedGoods("A3", 1, serial="S1"),
        AnnouncedGoods("A5", 3, "L1"),
        AnnouncedGoods("A5", 3),
    )

    assert outcome_of(floor, operation) == told

    assert sum(floor.balances().values()) == operation.quantity


def test_announcer_tells_apart_two_owners_of_one_code() -> None:
    floor = Floor()
    announce(floor)

    assert outcome_of(floor, came(2, "", code=SHARED, owner=""))[0] == "applied"

    assert got(floor) == {1: (10, 2)}


def test_code_that_nobody_knows_is_received_under_the_number_too() -> None:
    floor = Floor()
    announce(floor)

    told = outcome_of(floor, came(2, "", code="X-77", owner=""))

    assert told[:2] == ("flagged", "unknown_code")
    assert discrepancies(floor) == [("coarse", "D-1", "open")]
    assert (stands(floor).came, [goods.quantity for goods in all_of(floor, ReceivedGoods)]) == (
        0,
        [2],
    )


def test_goods_that_are_named_later_fill_the_announcement() -> None:
    floor = Floor()
    announce(floor)
    unknown = {"code": "X-77", "owner": ""}
    floor.handheld().do(
        came(2, "", **unknown),
        came(3, "", **unknown, announced="ASN-0"),
        came(1, "", **unknown, announced=""),
    )

    def name(quantity: int, **what: str | int) -> None:
        """Say what units are."""
        about: dict[str, Any] = {
            "place": "D-1",
            "quantity": quantity,
            "owner": "ACME",
            "item": "A1",
        }
        (outcome,) = say(floor, Reclassify(**(about | what)))
        assert outcome["outcome"] == "applied", outcome

    name(4, raw="unidentified:X-77")

    assert got(floor) == {1: (10, 1)}
    assert sorted(
        (goods.number, goods.item != 0, goods.quantity, goods.first_at)
        for goods in all_of(floor, ReceivedGoods)
    ) == [
        ("ASN-0", True, 3, START + 1_001),
        ("ASN-1", False, 1, START + 1_000),
        ("ASN-1", True, 1, START + 1_000),
    ]
    stock = next(each for each in all_of(floor, Stock) if each.item)
    name(1, stock=stock.id, condition="damaged")
    assert got(floor) == {1: (10, 1)}
    name(2, raw="unidentified:X-77")
    assert got(floor) == {1: (10, 2)}


def test_date_of_a_lot_is_kept_with_the_lot() -> None:
    floor = Floor()

    floor.handheld().do(replace(came(2, lot="L1", expiry="2027-06-01"), announced=""))

    (lot,) = all_of(floor, Lot)
    assert (lot.lot, lot.expiry) == ("L1", "2027-06-01")


def test_when_it_was_unloaded_is_the_same_whoever_tells_it_first() -> None:
    for order in ((1, 2), (2, 1)):
        floor = Floor()
        for device in order:
            floor.handheld(device).do(came(1, ended=device * 2_000))

        (goods,) = all_of(floor, ReceivedGoods)
        assert (goods.first_at, goods.last_at) == (START + 2_000, START + 4_000)


def test_devices_in_any_order_fill_the_same_lines() -> None:
    books = []
    for order in ((1, 2), (2, 1)):
        floor = Floor()
        announce(floor, AnnouncedGoods("A1", 5, "L1"), AnnouncedGoods("A1", 5, "L2"))
        acts = {
            1: (came(5, lot="L1"), came(2, lot="L2", condition="damaged")),
            2: (came(4), came(1, lot="L3")),
        }
        for device in order:
            floor.handheld(device).do(*acts[device])
        kept = stands(floor)
        books.append((got(floor), kept.state, kept.left, kept.over, kept.came, floor.balances()))

    assert books[0] == books[1]
    assert books[0][1:5] == ("received", 0, 2, 12)
