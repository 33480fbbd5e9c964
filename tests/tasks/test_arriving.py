"""What arrives by its SSCC: a pallet with all that was announced in it, in whatever order."""

from itertools import permutations
from typing import Any

import pytest

from device_protocol.operations import Operation, Receive, Undo
from device_protocol.scan import sscc
from server.inbound.messages import AnnouncedGoods
from server.inbound.records import AnnouncedLine
from server.ledger.records import SUPPLIER, Balance, Unit
from tests.floor import Floor
from tests.inbound.deliveries import NUMBER, announce, came, close, got, stands
from tests.ledger.book import A1, discrepancies, move_unit
from tests.sayings import all_of
from tests.tasks.test_undoing import undone

P1, P2, P3 = (sscc("4012345", 3, number) for number in (1, 2, 3))
A2 = A1.replace("A1", "A2")
ON_P1 = (AnnouncedGoods("A1", 10, unit=P1), AnnouncedGoods("A2", 3, "L1", unit=f"00{P1}"))
ON_P2 = (AnnouncedGoods("A1", 5, unit=P2),)


def pallet(code: str = P1, **more: Any) -> Receive:  # noqa: ANN401 - members of the operation.
    """A pallet came."""
    about: dict[str, Any] = {"to": "D-1", "announced": NUMBER, "ended": 1_000} | more
    return Receive(quantity=1, code=code, **about)


def whole() -> tuple[Operation, ...]:
    """What one scan of the first pallet writes."""
    return (pallet(), came(10, to=P1), came(3, "A2", lot="L1", to=P1))


def supplied(floor: Floor) -> int:
    """Units of all keys that came from the supplier."""
    found = [each for each in all_of(floor, Balance) if each.place == SUPPLIER]
    return -sum(each.quantity for each in found)


def test_pallet_stands_at_the_dock_with_all_that_was_announced_in_it() -> None:
    floor = Floor()
    announce(floor, *ON_P1, *ON_P2)

    outcomes = floor.handheld().do(*whole())

    assert [each["outcome"] for each in outcomes] == ["applied"] * 3
    assert floor.balances() == {
        ("D-1", f"good|unit {P1}"): 1,
        (P1, A1): 10,
        (P1, "1000001:A2|L1|good"): 3,
    }
    [unit] = all_of(floor, Unit)
    assert (unit.code, unit.kind, unit.seen_place) == (P1, "pallet", 1_000_100)
    assert {line.unit for line in all_of(floor, AnnouncedLine)} == {P1, P2}
    assert (stands(floor).came, stands(floor).left) == (13, 5)
    floor.handheld(2).do(move_unit(P1, "D-1", "A-02", 5_000))
    assert floor.balances()["A-02", f"good|unit {P1}"] == 1


def test_any_order_of_batches_and_announcement_ends_the_same() -> None:
    ends = []
    for order in permutations(range(4)):
        floor = Floor()
        acts: tuple[Any, ...] = (
            lambda: announce(floor, *ON_P1, *ON_P2),  # noqa: B023 - called at once.
            lambda: floor.handheld(1).do(*whole()),  # noqa: B023
            lambda: floor.handheld(2).do(pallet(P2, ended=2_000), came(5, to=P2, ended=2_001)),  # noqa: B023
            lambda: floor.handheld(3).do(move_unit(P1, "D-1", "A-01", 3_000)),  # noqa: B023
        )
        for act in order:
            acts[act]()
        kinds = {unit.code: unit.kind for unit in all_of(floor, Unit)}
        ends.append((floor.balances(), kinds, got(floor), stands(floor).left, supplied(floor)))

    assert all(end == ends[0] for end in ends)
    assert ends[0][1:] == (
        {P1: "pallet", P2: "pallet"},
        {1: (10, 10), 2: (3, 3), 3: (5, 5)},
        0,
        20,
    )


def test_undo_takes_all_of_it_back() -> None:
    floor = Floor()
    announce(floor, *ON_P1)
    handheld = floor.handheld()
    handheld.do(*whole())
    last = len(handheld.lines)

    for seq in (last, last - 1, last - 2):
        handheld.do(Undo(seq=seq, ended=9_000))

    assert floor.balances() == {}
    assert (got(floor), supplied(floor), stands(floor).came) == ({1: (10, 0), 2: (3, 0)}, 0, 0)
    assert undone(handheld, last)[1] == "already_undone"


def test_pallet_received_twice_is_an_open_question_and_its_goods_are_over() -> None:
    floor = Floor()
    announce(floor, *ON_P1)
    floor.handheld(1).do(*whole())

    told = floor.handheld(2).do(*whole())

    assert [each.get("code") for each in told] == [
        "serial_over_one",
        "over_announced",
        "over_announced",
    ]
    assert discrepancies(floor) == [("serial_over_one", "D-1", "open")]
    assert (stands(floor).over, floor.balances()[P1, A1]) == (13, 20)


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        (pallet(P3), "not_announced"),
        (pallet(P1, announced="ASN-9"), "unknown_announcement"),
        (pallet(P3, announced="ASN-2"), ""),
        (pallet(P1, announced=""), ""),
        (pallet(f"]C100{P1}"), ""),
        (pallet(P1, to="NOWHERE"), "unknown_place"),
        (pallet("A-01", to="D-1"), "unknown_code"),
        (pallet(P1[:-1] + "0"), "unknown_code"),
        (pallet(""), "unknown_code"),
    ],
)
def test_whatever_comes_is_posted_and_what_is_odd_is_flagged(operation: Receive, code: str) -> None:
    floor = Floor()
    announce(floor, *ON_P1)
    announce(floor, AnnouncedGoods("A1", 1, unit=P3), number="ASN-2")

    (told,) = floor.handheld().do(operation)

    assert (told["outcome"], told.get("code", "")) == ("flagged" if code else "applied", code)
    assert supplied(floor) == 1


def test_unit_that_was_not_announced_has_unknown_contents_until_they_are_scanned() -> None:
    floor = Floor()
    floor.handheld().do(pallet(announced=""), came(4, to=P1, announced=""))

    assert floor.balances() == {("D-1", f"good|unit {P1}"): 1, (P1, A1): 4}


def test_location_with_the_digits_of_a_pallet_is_not_mistaken_for_it() -> None:
    floor = Floor()
    handheld = floor.handheld()
    handheld.do(came(2, to=P1, announced=""))

    (told,) = handheld.do(pallet(announced=""))

    [unit] = all_of(floor, Unit)
    assert (told["outcome"], unit.kind) == ("applied", "pallet")


def test_closed_receipt_names_what_a_pallet_lacked() -> None:
    floor = Floor()
    number = announce(floor, *ON_P1)
    floor.handheld().do(pallet(), came(9, to=P1))

    told = close(floor, number)

    assert (told["outcome"], told["grant"]["missing"]) == ("flagged", 4)
