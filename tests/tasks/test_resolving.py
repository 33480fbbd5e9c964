"""Tests of what people at desks decide: holds, and the end of what is open."""

import msgspec
import pytest

from device_protocol.operations import Move, MoveUnit, Receive, ShortPick
from server.identity.records import Incident
from server.lane.activity import NETWORK
from server.ledger.holds import held_by
from server.ledger.records import Balance, Discrepancy, Hold, Stock, Task
from server.orders.records import OrderConflict
from server.planning.records import Resolution
from server.tasks.resolving import (
    LiftHold,
    PutHold,
    ResolveConflict,
    ResolveDiscrepancy,
    ResolveIncident,
    ResolveParked,
    ResolveTask,
)
from tests.floor import SITE, Floor
from tests.sayings import all_of, put, say
from tests.strict import StrictStore

REFUSED = {"outcome": "refused"}
APPLIED = {"outcome": "applied"}


def refusal(outcome: dict[str, str]) -> str:
    """The code of a refusal."""
    assert outcome["outcome"] == "refused"
    return outcome["code"]


def taken_from_nowhere(floor: Floor) -> Discrepancy:
    """Goods moved out of a bin in which the book has none: a negative with its discrepancy."""
    floor.handheld().do(
        Move(quantity=3, owner="ACME", item="A1", source="A-01", to="A-02", ended=1_000)
    )
    return next(row for row in all_of(floor, Discrepancy) if row.kind == "negative")


def test_hold_selects_by_what_its_codes_name() -> None:
    floor = Floor()
    floor.handheld().do(
        Receive(quantity=5, owner="ACME", item="A1", lot="L1", to="A-01", ended=1_000),
        Receive(quantity=5, owner="ACME", item="A1", lot="L2", to="A-01", ended=2_000),
    )

    outcome = say(floor, PutHold(reason="recall", owner="ACME", item="A1", lot="L1"))[0]

    hold = all_of(floor, Hold)[0]
    assert outcome == APPLIED | {"grant": {"hold": hold.id}}
    assert isinstance(floor.store, StrictStore)
    picture = floor.store.picture
    held = {stock.lot: held_by(picture, SITE, stock, 1_000_101) for stock in all_of(floor, Stock)}
    assert held == {"L1": hold, "L2": None}


def test_hold_takes_place_unit_and_serial() -> None:
    floor = Floor()
    floor.handheld().do(MoveUnit(unit="T-1", to="A-01", ended=1_000))
    unit = all_of(floor, Stock)[0].unit

    say(floor, PutHold(reason="wet", place="A-01", unit="T-1", serial="S1"))

    hold = all_of(floor, Hold)[0]
    assert (hold.place, hold.unit, hold.serial) == (1_000_101, unit, "S1")
    assert (hold.owner, hold.item, hold.lot) == (None, None, None)


@pytest.mark.parametrize(
    ("request_", "code", "expected"),
    [
        (PutHold(reason="x"), "selects_everything", None),
        (PutHold(reason="x", owner="NOBODY"), "unknown", "owner"),
        (PutHold(reason="x", owner="BETA", item="A1"), "unknown", "item"),
        (PutHold(reason="x", item="A1"), "unknown", "item"),
        (PutHold(reason="x", place="Z-99"), "unknown", "place"),
        (PutHold(reason="x", unit="T-9"), "unknown", "unit"),
    ],
)
def test_hold_that_names_nothing_known_is_refused(
    request_: PutHold, code: str, expected: str | None
) -> None:
    floor = Floor()

    outcome = say(floor, request_)[0]

    assert refusal(outcome) == code
    assert outcome.get("expected") == expected
    assert all_of(floor, Hold) == []


def test_hold_is_lifted_once() -> None:
    floor = Floor()
    number = say(floor, PutHold(reason="recall", owner="ACME"))[0]["grant"]["hold"]

    outcomes = say(floor, LiftHold(hold=number), LiftHold(hold=number), LiftHold(hold=7))

    assert outcomes[0] == APPLIED
    assert [refusal(outcome) for outcome in outcomes[1:]] == ["already_closed", "not_found"]
    hold = all_of(floor, Hold)[0]
    assert (hold.open, hold.closed_at, hold.closed_by) == (None, floor.now, "1/1/2")


def test_task_is_closed_with_its_note_and_only_once() -> None:
    floor = Floor()
    floor.handheld().do(ShortPick(source="A-01", quantity=1, ended=1_000))
    task = all_of(floor, Task)[0]

    outcomes = say(
        floor,
        ResolveTask(task=task.id, note="bin is empty"),
        ResolveTask(task=task.id, note="again"),
        ResolveTask(task=9, note="which"),
    )

    assert outcomes[0] == APPLIED
    assert [refusal(outcome) for outcome in outcomes[1:]] == ["already_closed", "not_found"]
    closed = all_of(floor, Task)[0]
    assert (closed.open, closed.note, closed.closed_at) == (None, "bin is empty", floor.now)


def test_discrepancy_is_closed_with_its_note() -> None:
    floor = Floor()
    floor.handheld().do(ShortPick(source="A-01", quantity=1, ended=1_000))
    short = all_of(floor, Discrepancy)[0]

    outcome = say(floor, ResolveDiscrepancy(discrepancy=short.id, note="found behind the rack"))[0]

    assert outcome == APPLIED
    closed = all_of(floor, Discrepancy)[0]
    assert (closed.open, closed.note, closed.closed_by) == (None, "found behind the rack", "1/1/1")


def test_cause_is_kept_with_the_operation_that_shows_it() -> None:
    floor = Floor()
    floor.handheld().do(ShortPick(source="A-01", quantity=1, ended=1_000))
    short = all_of(floor, Discrepancy)[0]
    name = short.opened_by

    refused = say(
        floor,
        *(
            ResolveDiscrepancy(discrepancy=short.id, note="n", cause=cause, explained_by=by)
            for cause, by in (
                ("bad luck", name),
                ("lost", ""),
                ("lost", "1000001/1/99"),
                ("unknown", "1000001/1"),
                ("", "1000001/1/x"),
                ("", f"{name}/1"),
            )
        ),
    )
    assert [refusal(outcome) for outcome in refused] == [
        "bad_cause",
        "not_shown",
        *("unknown",) * 4,
    ]
    assert all_of(floor, Discrepancy)[0].open == 1

    kept = ResolveDiscrepancy(discrepancy=short.id, note="gone", cause="lost", explained_by=name)
    assert say(floor, kept) == [APPLIED]
    closed = all_of(floor, Discrepancy)[0]
    assert (closed.open, closed.cause, closed.explained_by) == (None, "lost", name)


def test_what_nobody_can_explain_needs_no_operation() -> None:
    floor = Floor()
    floor.handheld().do(ShortPick(source="A-01", quantity=1, ended=1_000))
    number = all_of(floor, Discrepancy)[0].id

    said = say(floor, ResolveDiscrepancy(discrepancy=number, note="no idea", cause="unknown"))

    assert said == [APPLIED]
    assert all_of(floor, Discrepancy)[0].cause == "unknown"


def test_negative_is_not_talked_away() -> None:
    floor = Floor()
    negative = taken_from_nowhere(floor)

    outcome = say(floor, ResolveDiscrepancy(discrepancy=negative.id, note="never mind"))[0]

    assert refusal(outcome) == "still_negative"
    assert outcome["actual"] == "-3"
    assert "count" in outcome["then"]
    assert all_of(floor, Discrepancy)[0].open == 1
    balance = next(row for row in all_of(floor, Balance) if row.quantity == -3 and row.place > SITE)
    assert balance.discrepancy == negative.id


def test_piece_at_two_places_is_not_talked_away() -> None:
    floor = Floor()
    floor.handheld().do(
        Receive(quantity=1, owner="ACME", item="A1", serial="S1", to="A-01", ended=1_000),
        Receive(quantity=1, owner="ACME", item="A1", serial="S1", to="A-02", ended=2_000),
    )
    number = all_of(floor, Discrepancy)[0].id

    outcome = say(floor, ResolveDiscrepancy(discrepancy=number, note="never mind"))[0]

    assert (refusal(outcome), outcome["actual"]) == ("still_twice", "2")


def test_discrepancy_that_a_late_fact_closed_is_not_closed_again() -> None:
    floor = Floor()
    negative = taken_from_nowhere(floor)
    floor.handheld(2).do(Receive(quantity=3, owner="ACME", item="A1", to="A-01", ended=500))

    outcome = say(floor, ResolveDiscrepancy(discrepancy=negative.id, note="late"))[0]

    assert refusal(outcome) == "already_closed"


def parked_operation(floor: Floor) -> tuple[int, int, int]:
    """A line that nobody can read, as stored."""
    handheld = floor.handheld()
    handheld.write(Receive(quantity=1, owner="ACME", item="A1", to="D-1", ended=1_000))
    handheld.lines.append(b'{"kind":"teleport"}')
    from device_protocol import chain  # noqa: PLC0415 - only here a line is written by hand.

    handheld.hashes.append(chain.step(handheld.hashes[-1], len(handheld.lines), handheld.lines[-1]))
    assert handheld.push()[-1]["outcome"] == "parked"
    return (handheld.stream, 1, len(handheld.lines))


def test_parked_operation_is_set_aside_once_and_stays_as_it_was_stored() -> None:
    floor = Floor()
    stream, epoch, seq = parked_operation(floor)

    request = ResolveParked(stream=stream, epoch=epoch, seq=seq, note="test line", actor="p7")
    outcomes = say(floor, request, request)

    assert outcomes[0] == APPLIED
    assert refusal(outcomes[1]) == "already_closed"
    assert all_of(floor, Resolution) == [
        Resolution(SITE, "parked", f"{stream}/1/{seq}", floor.now, "1/1/1", "test line")
    ]


def test_operation_that_was_applied_cannot_be_set_aside() -> None:
    floor = Floor()
    stream, epoch, seq = parked_operation(floor)

    outcomes = say(
        floor,
        ResolveParked(stream=stream, epoch=epoch, seq=seq - 1, note="x"),
        ResolveParked(stream=stream, epoch=epoch, seq=seq + 1, note="x"),
    )

    assert [refusal(outcome) for outcome in outcomes] == ["not_parked", "not_parked"]
    assert all_of(floor, Resolution) == []


def test_conflict_is_closed_in_the_network() -> None:
    floor = Floor()
    put(floor, OrderConflict(NETWORK, 5, 4, "hash", floor.now, "2/1/1"))

    outcomes = say(
        floor,
        ResolveConflict(conflict=5, note="the first is right"),
        ResolveConflict(conflict=5, note="again"),
        ResolveConflict(conflict=6, note="which"),
        site=NETWORK,
    )

    assert outcomes[0] == APPLIED
    assert [refusal(outcome) for outcome in outcomes[1:]] == ["already_closed", "not_found"]
    assert all_of(floor, OrderConflict)[0].open is None
    assert all_of(floor, Resolution)[0].note == "the first is right"


def test_conflict_is_no_business_of_a_site() -> None:
    floor = Floor()
    put(floor, OrderConflict(NETWORK, 5, 4, "hash", floor.now, "2/1/1"))

    outcome = say(floor, ResolveConflict(conflict=5, note="x"))[0]

    assert refusal(outcome) == "wrong_site"


def test_incident_is_closed_with_who_and_why() -> None:
    floor = Floor()
    put(floor, Incident(SITE, 8, 1_000_001, "fork", floor.now))

    outcomes = say(
        floor,
        ResolveIncident(incident=8, note="enrolled again"),
        ResolveIncident(incident=8, note="x"),
    )

    assert outcomes[0] == APPLIED
    assert refusal(outcomes[1]) == "already_closed"
    assert all_of(floor, Incident)[0].open is None
    assert msgspec.structs.asdict(all_of(floor, Resolution)[0])["name"] == "8"
