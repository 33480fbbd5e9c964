"""Undo of an own operation: once, at the moment of what it takes back."""

import msgspec
import pytest

from device_protocol.operations import (
    Bind,
    Clock,
    Count,
    CountLine,
    Operation,
    StartTote,
    Undo,
)
from server.identity.records import Device
from server.ledger.records import Allocation, Movement, Unit
from server.planning.records import Resolution, Undone
from tests.floor import SITE, START, Floor, Handheld
from tests.ledger.book import (
    A1,
    S1,
    SERIAL,
    count,
    discrepancies,
    move,
    move_unit,
    movements,
    place_code,
    receive,
)
from tests.orders.channel import cancel, shipment
from tests.sayings import all_of, put
from tests.tasks.archived import archive_lines
from tests.tasks.picks import allocated, claim_of, line, package, pick, released, short


def undone(handheld: Handheld, seq: int, ended: int = 90_000) -> tuple[str, str]:
    """Undo a line; answer the outcome and its code."""
    (outcome,) = handheld.do(Undo(seq=seq, ended=ended))
    return outcome["outcome"], outcome.get("code", "")


def done(floor: Floor, *operations: Operation) -> tuple[Handheld, int]:
    """A device that has done something, and the number of the last line."""
    handheld = floor.handheld()
    handheld.do(*operations)
    return handheld, len(handheld.lines)


def test_undo_takes_goods_back_once() -> None:
    floor = Floor()
    handheld, seq = done(floor, receive(4, "D-1", 1_000))

    first, second = undone(handheld, seq), undone(handheld, seq, 91_000)

    assert first == ("applied", "")
    assert second == ("flagged", "already_undone")
    assert floor.balances() == {}
    assert movements(floor) == [("fact", 4), ("undo", 4)]


def test_compensating_movement_names_what_it_mends_and_stands_at_its_moment() -> None:
    floor = Floor()
    handheld, seq = done(floor, receive(4, "D-1", 1_000))

    undone(handheld, seq)

    original, back = all_of(floor, Movement)
    assert (back.mends, back.seq) == (original.number, seq + 1)
    assert (back.source, back.target) == (original.target, original.source)
    assert (back.occurred_at, back.uncertainty) == (START + 1_000, original.uncertainty)
    (row,) = all_of(floor, Undone)
    assert (row.seq, row.by_epoch, row.by_seq) == (seq, 1, seq + 1)


def test_undo_of_a_fact_that_a_count_had_seen_changes_no_goods() -> None:
    floor = Floor()
    handheld, seq = done(floor, receive(4, "A-01", 1_000))
    floor.handheld(2).do(count("A-01", 50_000, 4))

    undone(handheld, seq)

    assert floor.balances() == {("A-01", A1): 4}


def test_undo_of_a_move_whose_goods_went_on_leaves_a_question() -> None:
    floor = Floor()
    handheld, seq = done(floor, receive(4, "D-1", 1_000), move(4, "D-1", "A-01", 2_000))
    floor.handheld(2).do(move(3, "A-01", "A-02", 3_000))

    outcome = undone(handheld, seq)

    assert outcome == ("flagged", "goods_gone_on")
    assert floor.balances() == {("D-1", A1): 4, ("A-01", A1): -3, ("A-02", A1): 3}
    assert discrepancies(floor) == [("negative", "A-01", "open")]


def test_undo_of_a_units_move_takes_the_unit_back() -> None:
    floor = Floor()
    handheld, seq = done(
        floor, move_unit("T-1", "D-1", "A-01", 1_000), move_unit("T-1", "A-01", "A-02", 2_000)
    )

    assert undone(handheld, seq) == ("applied", "")
    assert floor.balances() == {("D-1", "good|unit T-1"): -1, ("A-01", "good|unit T-1"): 1}
    (unit,) = all_of(floor, Unit)
    assert place_code(floor, unit.seen_place) == "A-01"


def test_undo_of_a_units_move_from_nowhere_leaves_it_unseen() -> None:
    floor = Floor()
    handheld, seq = done(floor, move_unit("T-1", "", "A-01", 1_000))

    undone(handheld, seq)

    assert floor.balances() == {}
    (unit,) = all_of(floor, Unit)
    assert unit.seen_place is None


def test_undo_of_a_line_that_was_archived_takes_its_goods_back_and_says_so() -> None:
    floor = Floor()
    handheld, seq = done(floor, receive(4, "D-1", 1_000))
    archive_lines(floor)

    assert undone(handheld, seq) == ("flagged", "line_archived")
    assert floor.balances() == {}


def test_undo_of_a_serial_takes_that_piece_back() -> None:
    floor = Floor()
    handheld, seq = done(
        floor, receive(1, "D-1", 1_000, **SERIAL), move(1, "D-1", "A-01", 2_000, **SERIAL)
    )

    undone(handheld, seq)

    assert floor.balances() == {("D-1", S1): 1}


def test_undo_of_a_pick_opens_its_line_again() -> None:
    floor = released()
    handheld, seq = done(floor, pick(floor, 4))

    outcome = undone(handheld, seq)

    assert outcome == ("applied", "")
    assert floor.balances() == {("A-01", A1): 10}
    reopened = line(floor)
    assert (reopened.picked, reopened.state) == (0, "pending")
    assert reopened.pending_place == reopened.place
    assert allocated(floor, "A-01") == 4
    assert (package(floor).left, package(floor).state, package(floor).open) == (1, "ready", 1)
    assert (shipment(floor, "1").state, shipment(floor, "1").to_pick) == ("released", 1)


def test_undo_of_a_part_of_a_line_gives_back_that_part() -> None:
    floor = released()
    handheld, seq = done(floor, pick(floor, 1), pick(floor, 2, ended=2_500))

    undone(handheld, seq)

    assert (line(floor).picked, line(floor).state, allocated(floor, "A-01")) == (1, "pending", 3)
    assert package(floor).left == 1


def test_undone_pick_of_a_held_package_leaves_it_leased() -> None:
    floor = released()
    handheld = floor.handheld()
    handheld.do(claim_of(floor))
    handheld.do(pick(floor, 4, ended=1_000_001))

    undone(handheld, len(handheld.lines), 1_000_002)

    assert (package(floor).state, package(floor).open) == ("leased", 1)


@pytest.mark.parametrize(("picked", "state"), [((1,), "voided"), ((1, 2), "settled")])
def test_undo_of_a_pick_for_a_shipment_that_was_cancelled_opens_no_line(
    picked: tuple[int, ...], state: str
) -> None:
    floor = released()
    picks = [pick(floor, units, ended=2_000 + units) for units in picked]
    handheld, seq = done(floor, *picks)
    cancel(floor, "1")

    outcome = undone(handheld, seq)

    assert outcome == ("applied", "")
    (left,) = all_of(floor, Allocation)
    assert (left.picked, left.quantity) == (sum(picked[:-1]), sum(picked[:-1]))
    assert (left.state, left.pending_place) == (state, None)
    assert floor.balances()["A-01", A1] == 10 - sum(picked[:-1])
    assert allocated(floor, "A-01") == 0


def test_undo_of_a_pick_of_a_voided_line_leaves_it_voided() -> None:
    floor = released()
    picking = pick(floor, 2)
    cancel(floor, "1")
    handheld, seq = done(floor, picking)

    assert undone(handheld, seq) == ("applied", "")
    assert [each.state for each in all_of(floor, Allocation)] == ["voided"]
    assert floor.balances() == {("A-01", A1): 10}


def test_undo_of_a_pick_for_a_line_that_nobody_knows_takes_the_goods_back() -> None:
    floor = released()
    handheld, seq = done(floor, pick(floor, 1, tasks=(77,), owner="ACME", item="A1"))

    assert undone(handheld, seq) == ("applied", "")
    assert floor.balances() == {("A-01", A1): 10}


def test_undo_of_what_was_never_stored_is_flagged() -> None:
    floor = Floor()

    assert undone(floor.handheld(), 77) == ("flagged", "nothing_to_undo")


def test_undo_of_an_undo_changes_nothing() -> None:
    floor = Floor()
    handheld, seq = done(floor, receive(4, "D-1", 1_000))
    undone(handheld, seq)

    assert undone(handheld, seq + 1, 91_000) == ("flagged", "already_undone")
    assert floor.balances() == {}


def test_undo_names_only_lines_of_its_own_device() -> None:
    floor = Floor()
    _, seq = done(floor, receive(4, "D-1", 1_000))
    other = floor.handheld(2)

    assert undone(other, seq) == ("flagged", "nothing_to_undo")
    assert floor.balances() == {("D-1", A1): 4}


def test_undo_may_name_the_epoch() -> None:
    floor = Floor()
    handheld, seq = done(floor, receive(4, "D-1", 1_000))

    (other,) = handheld.do(Undo(epoch=7, seq=seq, ended=2_000))
    (same,) = handheld.do(Undo(epoch=1, seq=seq, ended=3_000))

    assert (other["code"], same) == ("nothing_to_undo", {"outcome": "applied"})


@pytest.mark.parametrize(
    "parked",
    [b'{"kind":"teleport"}', b'{"kind":"receive","quantity":0,"to":"D-1"}', b"\xff"],
)
def test_parked_original_is_withdrawn(parked: bytes) -> None:
    floor = Floor()
    handheld = floor.handheld()
    seq = handheld.write_line(parked)
    handheld.push()

    assert undone(handheld, seq) == ("applied", "")
    assert movements(floor) == []
    (resolution,) = all_of(floor, Resolution)
    assert (resolution.subject, resolution.name) == ("parked", f"{handheld.stream}/1/{seq}")
    assert undone(handheld, seq, 91_000) == ("flagged", "already_undone")


def test_parked_original_that_a_desk_has_set_aside_stays_so() -> None:
    floor = Floor()
    handheld = floor.handheld()
    seq = handheld.write_line(b"\xff")
    handheld.push()
    by_desk = Resolution(SITE, "parked", f"{handheld.stream}/1/{seq}", 5, "1/1/1", "read")
    put(floor, by_desk)

    assert undone(handheld, seq) == ("applied", "")
    assert all_of(floor, Resolution) == [by_desk]


def test_undo_of_a_pick_that_was_parked_opens_no_line() -> None:
    floor = released()
    active = Device(SITE, 1_000_001, "handheld 1", "floor", state="active", last_epoch=1)
    put(floor, msgspec.structs.replace(active, state="revoked"))
    handheld, seq = done(floor, pick(floor, 4))
    put(floor, active)
    floor.handheld(2).do(pick(floor, 4, ended=2_500))

    assert undone(handheld, seq) == ("applied", "")
    assert (line(floor).picked, line(floor).state) == (4, "settled")


def test_undo_of_a_short_pick_changes_nothing_of_it() -> None:
    floor = released()
    handheld, seq = done(floor, short(floor, 4))

    assert undone(handheld, seq) == ("flagged", "short_stands")
    assert (line(floor).short, line(floor).state) == (4, "settled")


def test_undo_of_a_line_without_effect_is_applied() -> None:
    floor = Floor()
    handheld, seq = done(floor, Clock(server=START + 9, round_trip=0, ended=9))

    assert undone(handheld, seq) == ("applied", "")


def test_undo_of_a_bound_tote_s_start_frees_it_for_others() -> None:
    floor = released()
    number = shipment(floor, "1").id
    handheld, seq = done(
        floor,
        StartTote(unit="T-1", shipment=number, ended=1_000),
    )

    undone(handheld, seq)

    (unit,) = all_of(floor, Unit)
    assert unit.shipment is None
    assert handheld.do(Bind(unit="T-1", shipment=number, ended=95_000)) == [{"outcome": "applied"}]


def test_undone_count_lets_one_that_came_late_find_a_serial_at_a_second_place() -> None:
    floor = Floor()
    floor.handheld(1).do(receive(1, "A-02", 1_000, **SERIAL))
    counting, seq = floor.handheld(2), 2
    counting.do(count("A-01", 3_000))
    late = Count(place="A-01", ended=2_000, lines=(CountLine(quantity=1, **SERIAL),))
    floor.handheld(3).do(late)
    assert floor.balances() == {("A-02", S1): 1}

    outcome, _ = undone(counting, seq)

    assert outcome == "flagged"
    assert floor.balances() == {("A-01", S1): 1, ("A-02", S1): 1}
    assert ("two_places", "A-01", "open") in discrepancies(floor)


def test_undo_of_a_count_of_a_place_that_is_gone_by_then_changes_nothing() -> None:
    floor = Floor()
    handheld, seq = done(floor, count("X-99", 1_000))

    assert undone(handheld, seq)[0] in ("applied", "flagged")
    assert floor.balances() == {}
