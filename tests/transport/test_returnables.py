"""Who owes how many returnable units: counted from what was scanned, and from vouchers."""

from itertools import permutations
from typing import Any

import pytest

from device_protocol.operations import (
    Count,
    CountLine,
    Load,
    Move,
    MoveUnit,
    Operation,
    StartTote,
    Undo,
)
from server.lane.activity import NETWORK
from server.lane.message import Message
from server.ledger.records import (
    LAST_VIRTUAL,
    LOST,
    PARTNER,
    PARTNERS,
    SUPPLIER,
    Balance,
    Movement,
    Place,
    Stock,
)
from server.sites.messages import PutSite
from server.transport.exchanges import CancelExchange, ExchangeUnits
from server.transport.records import Exchange, UnitType
from server.transport.returnables import PutPartner, PutUnitType
from tests.floor import Floor
from tests.ledger.book import discrepancies
from tests.sayings import all_of, put, say

DHL, MILL = PARTNERS + 1, PARTNERS + 2


def ask(floor: Floor, message: Message, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - a site.
    """Say one message at the desk; answer its outcome."""
    return say(floor, message, **more)[0]


def opened() -> Floor:
    """A floor with a carrier, a supplier, and cages that are told by number as A5."""
    floor = Floor()
    site = PutSite(code="BER", name="Berlin", time_zone="UTC", number=1)
    assert ask(floor, site, site=NETWORK)["outcome"] == "applied"
    for message in (
        PutPartner(code="DHL", partner_kind="carrier"),
        PutPartner(code="MILL", partner_kind="supplier"),
    ):
        assert ask(floor, message)["outcome"] == "applied"
    cage = PutUnitType(code="CAGE", owner="ACME", sku="A5", begins="CART-")
    assert ask(floor, cage, site=NETWORK)["outcome"] == "applied"
    return floor


def exchange(floor: Floor, voucher: str = "V-1", **more: Any) -> dict[str, Any]:  # noqa: ANN401 - members.
    """Tell a voucher; answer its outcome."""
    about = {"partner": "DHL", "unit_type": "CAGE", "voucher": voucher} | more
    return ask(floor, ExchangeUnits(**about))


def owed(floor: Floor) -> dict[int, int]:
    """Units with each side of the book."""
    sides: dict[int, int] = {}
    for each in all_of(floor, Balance):
        if each.place < 1_000_000:
            sides[each.place] = sides.get(each.place, 0) + each.quantity
    return sides


def moved(quantity: int, source: str, to: str, ended: int = 2_000) -> Move:
    """Empties were moved, told by number."""
    return Move(quantity=quantity, owner="ACME", item="A5", source=source, to=to, ended=ended)


def cage(to: str, source: str = "", ended: int = 1_000) -> MoveUnit:
    """A cage that is told by its own code was moved."""
    return MoveUnit(unit="CART-7", to=to, source=source, ended=ended)


def test_what_was_moved_to_a_partner_is_owed_until_it_comes_home() -> None:
    floor = opened()
    handheld = floor.handheld()

    out = handheld.do(moved(12, "D-1", "DHL"), cage("DHL", "D-1"))
    assert owed(floor) == {DHL: 13}
    home = handheld.do(moved(10, "DHL", "D-1"), cage("D-1", "DHL", 3_000))

    assert owed(floor) == {DHL: 2}
    assert [each["outcome"] for each in home] == ["applied", "applied"]
    assert [each.get("code") for each in out] == ["negative", None]


def test_more_comes_home_than_was_given_and_that_is_what_we_owe() -> None:
    floor = opened()

    told = floor.handheld().do(moved(5, "DHL", "D-1"))

    assert (told[0]["outcome"], owed(floor), discrepancies(floor)) == ("applied", {DHL: -5}, [])


def test_devices_and_vouchers_in_any_order_end_the_same() -> None:
    ends = []
    for order in permutations(range(3)):
        floor = opened()
        acts: tuple[Any, ...] = (
            lambda: floor.handheld(1).do(moved(12, "D-1", "DHL")),  # noqa: B023 - called at once.
            lambda: floor.handheld(2).do(cage("DHL"), moved(3, "DHL", "D-1", 2_500)),  # noqa: B023
            lambda: exchange(floor, gave=4, took=6, at="D-1"),  # noqa: B023
        )
        for act in order:
            acts[act]()
        ends.append((owed(floor), floor.balances()))

    assert all(end == ends[0] for end in ends)
    assert ends[0][0] == {DHL: 12 - 3 + 1 + 4 - 6, LOST: -1}


def test_undo_brings_them_back() -> None:
    floor = opened()
    handheld = floor.handheld()
    handheld.do(moved(12, "D-1", "DHL"), cage("DHL", "D-1"))
    last = len(handheld.lines)

    handheld.do(Undo(seq=last, ended=9_000), Undo(seq=last - 1, ended=9_001))

    assert (owed(floor), floor.balances()) == ({}, {})


def test_voucher_counts_once_and_is_refused_with_other_figures() -> None:
    floor = opened()

    first = exchange(floor, gave=12, took=3)
    again = exchange(floor, gave=12, took=3)
    other = exchange(floor, gave=13, took=3)
    elsewhere = exchange(floor, partner="MILL", gave=1)

    assert (first["grant"], again["grant"]) == (
        {"voucher": "V-1"},
        {"voucher": "V-1", "unchanged": True},
    )
    assert (other["outcome"], other["code"]) == ("refused", "voucher_used")
    assert other["expected"] == "gave 12, took 3 of CAGE"
    assert elsewhere["outcome"] == "applied"
    assert owed(floor) == {DHL: 9, MILL: 1, LOST: -10}


def test_pallets_that_stand_with_suppliers_are_put_down_to_one() -> None:
    floor = opened()
    exchange(floor, took=5, at="supplier")

    assert owed(floor) == {DHL: -5, SUPPLIER: 5}


def test_cancelled_voucher_is_taken_back_once_and_may_be_told_again() -> None:
    floor = opened()
    exchange(floor, gave=12, took=3, at="D-1")

    first = ask(floor, CancelExchange(partner="DHL", voucher="V-1"))
    again = ask(floor, CancelExchange(partner="DHL", voucher="V-1"))

    assert (first["grant"], again["grant"].get("unchanged")) == ({"voucher": "V-1"}, True)
    assert (owed(floor), floor.balances()) == ({}, {})
    mended = {each.mends for each in all_of(floor, Movement) if each.cause == "undo"}
    assert mended == {1, 2}
    exchange(floor, gave=7, at="D-1")
    [kept] = all_of(floor, Exchange)
    assert (kept.gave, kept.cancelled_at, owed(floor)) == (7, None, {DHL: 7})


def test_count_in_between_saw_neither_the_exchange_nor_that_it_was_cancelled() -> None:
    floor = opened()
    exchange(floor, gave=2, at="A-01")
    floor.now += 10_000_000
    line = CountLine(quantity=8, owner="ACME", item="A5")
    handheld = floor.handheld()
    handheld.do(Count(place="A-01", lines=(line,), ended=9_000_000))

    ask(floor, CancelExchange(partner="DHL", voucher="V-1"))

    assert floor.balances() == {("A-01", "1000001:A5|good"): 8}


def test_partner_is_not_counted() -> None:
    floor = opened()
    line = CountLine(quantity=8, owner="ACME", item="A5")

    (told,) = floor.handheld().do(Count(place="DHL", lines=(line,), ended=1_000))

    assert (told["outcome"], told["code"], owed(floor)) == ("flagged", "not_counted", {})


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        (moved(1, "DHL", "MILL"), None),
        (Load(unit="CART-7", to="DHL", source="D-1", ended=1), "unknown_parcel"),
        (StartTote(unit="DHL", ended=1), "not_a_unit"),
        (moved(1, "DHL", "DHL"), "same_place"),
        (MoveUnit(unit="DHL", to="D-1", ended=1), "not_a_unit"),
        (MoveUnit(unit="CART-9", to="", ended=1), "unknown_place"),
    ],
)
def test_odd_moves_with_partners_are_posted_or_said(operation: Operation, code: str | None) -> None:
    (told,) = opened().handheld().do(operation)

    assert told.get("code") == code


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (PutPartner(code="", partner_kind="carrier"), "bad_code"),
        (PutPartner(code="X", partner_kind="friend"), "bad_partner_kind"),
        (PutPartner(code="X", partner_kind="site", state="gone"), "bad_state"),
        (PutPartner(code="X", partner_kind="merchant", owner="NONE"), "unknown_owner"),
        (PutPartner(code="A-01", partner_kind="carrier"), "code_taken"),
        (ExchangeUnits(partner="DHL", unit_type="CAGE", voucher=""), "bad_voucher"),
        (ExchangeUnits(partner="DHL", unit_type="CAGE", voucher="V"), "bad_units"),
        (ExchangeUnits(partner="DHL", unit_type="CAGE", voucher="V", gave=-1), "bad_gave"),
        (ExchangeUnits(partner="DHL", unit_type="CAGE", voucher="V", took=10**6), "bad_took"),
        (ExchangeUnits(partner="A-01", unit_type="CAGE", voucher="V", gave=1), "unknown_partner"),
        (ExchangeUnits(partner="DHL", unit_type="BOX", voucher="V", gave=1), "unknown_unit_type"),
        (
            ExchangeUnits(partner="DHL", unit_type="CAGE", voucher="V", gave=1, at="NO"),
            "unknown_place",
        ),
        (CancelExchange(partner="DHL", voucher="V"), "not_found"),
        (CancelExchange(partner="NONE", voucher="V"), "not_found"),
    ],
)
def test_what_cannot_be_is_refused(message: Message, code: str) -> None:
    floor = opened()

    told = ask(floor, message)

    assert (told["outcome"], told["code"], owed(floor)) == ("refused", code, {})


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"code": ""}, "bad_code"),
        ({"begins": " X"}, "bad_begins"),
        ({"unit_kind": "bag"}, "bad_unit_kind"),
        ({"state": "gone"}, "bad_state"),
        ({"owner": "NONE"}, "unknown_owner"),
        ({"sku": "NONE"}, "unknown_item"),
    ],
)
def test_type_that_cannot_be_is_refused(changed: dict[str, str], code: str) -> None:
    message = PutUnitType(**({"code": "X", "owner": "ACME", "sku": "A1"} | changed))

    assert ask(Floor(), message, site=NETWORK)["code"] == code


def test_partners_and_types_are_changed_by_their_code() -> None:
    floor = opened()

    again = ask(floor, PutPartner(code="DHL", partner_kind="carrier"))
    ask(floor, PutPartner(code="DHL", partner_kind="merchant", owner="BETA", state="retired"))
    ask(floor, PutUnitType(code="CAGE", owner="ACME", sku="A4", unit_kind="cage"), site=NETWORK)

    assert again["grant"] == {"id": DHL, "unchanged": True}
    [place] = [each for each in all_of(floor, Place) if each.code == "DHL"]
    assert (place.id, place.owner, place.use, place.state) == (
        DHL,
        1_000_002,
        "merchant",
        "retired",
    )
    [unit_type] = all_of(floor, UnitType)
    assert (unit_type.item, unit_type.begins, unit_type.unit_kind) == (1_000_014, "", "cage")
    assert not all_of(floor, Stock)


def test_there_is_an_end_to_partners() -> None:
    floor = opened()
    put(floor, Place(1, LAST_VIRTUAL - 1, "LAST", PARTNER))

    told = ask(floor, PutPartner(code="X", partner_kind="site"))

    assert (told["outcome"], told["code"]) == ("refused", "too_many_partners")
