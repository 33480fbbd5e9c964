"""Discarding: goods that left for good."""

from typing import Any

from device_protocol.handling import Discard
from device_protocol.operations import Undo
from server.ledger.records import SCRAP, Balance
from server.planning.records import Verdict
from tests.floor import Floor
from tests.ledger.book import A1, SERIAL, discrepancies, receive
from tests.sayings import all_of


def discarded(quantity: int, source: str = "A-01", **said: str) -> Discard:
    """Units of A1 left for good."""
    goods: dict[str, Any] = {"owner": "ACME", "item": "A1"} | said
    return Discard(quantity=quantity, source=source, ended=5_000, **goods)


def test_scrapped_and_recycled_units_leave_the_house_and_are_kept_with_the_reason() -> None:
    floor = Floor()
    floor.handheld().do(receive(5, "A-01", 1_000))

    outcomes = floor.handheld(2).do(
        discarded(2, reason="broken"), discarded(1, way="recycle", reason="expired")
    )

    assert outcomes == [{"outcome": "applied"}] * 2
    assert floor.balances() == {("A-01", A1): 2}
    scrap = [row.quantity for row in all_of(floor, Balance) if row.place == SCRAP]
    assert scrap == [3]
    told = {(row.kind, row.disposition, row.reason, row.quantity) for row in all_of(floor, Verdict)}
    assert told == {("discarded", "scrap", "broken", 2), ("discarded", "recycle", "expired", 1)}


def test_wrong_way_unknown_place_and_too_many_are_posted_and_flagged() -> None:
    floor = Floor()
    floor.handheld().do(receive(1, "A-01", 1_000))

    outcomes = floor.handheld(2).do(
        discarded(1, way="burn"),
        discarded(1),
        discarded(1, "T-9", owner="", item="", code="X-77"),
    )

    assert [each["code"] for each in outcomes] == ["unknown_way", "negative", "unknown_place"]
    assert ("coarse", "T-9", "open") in discrepancies(floor)


def test_undo_brings_the_piece_back() -> None:
    floor = Floor()
    handheld = floor.handheld()
    handheld.do(receive(1, "A-01", 1_000, **SERIAL), discarded(1, **SERIAL))
    assert floor.balances() == {}

    (outcome,) = handheld.do(Undo(seq=3, ended=9_000))

    assert outcome == {"outcome": "applied"}
    assert floor.balances() == {("A-01", "1000001:A3|S1|good"): 1}
    assert all_of(floor, Verdict)[0].state == "void"


def test_discarded_before_its_receipt_comes_in_is_the_same_book() -> None:
    floor = Floor()

    floor.handheld().do(discarded(2))
    floor.handheld(2).do(receive(5, "A-01", 1_000))

    assert floor.balances() == {("A-01", A1): 3}
    assert [state for *_, state in discrepancies(floor)] == ["closed"]
