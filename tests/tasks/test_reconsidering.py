"""Parked lines that are decided later: once, at their own place, or not at all."""

from typing import Any

import msgspec
import pytest
from structlog.testing import capture_logs

from device_protocol.operations import (
    Claim,
    Count,
    CountLine,
    Operation,
    Origin,
    Receive,
    Seen,
    Undo,
)
from server.activities import ACTIVITIES
from server.identity.records import Device
from server.lane.activity import OUTBOX, Activity, Context
from server.lane.picture import NotLoadedError, Picture
from server.lane.records import StoredOperation
from server.ledger.locations import PutLocation
from server.ledger.records import Discrepancy, Movement, Place, Task
from server.planning.records import Resolution
from server.sync.batches import Batch
from server.sync.push import PushRules
from server.tasks.reconsidering import Reconsider
from server.tasks.resolving import ResolveParked
from tests.desk import Desk
from tests.floor import SITE, Floor, Handheld
from tests.older import older_program, program_of
from tests.sayings import all_of, put, say
from tests.sync.streams import A1, receive, stored

RECEIVE = next(each for each in ACTIVITIES if each.message is Receive)


def parked(floor: Floor, *operations: Operation) -> tuple[Handheld, list[int]]:
    """A device whose lines an older program could not read; answer their numbers."""
    handheld = floor.handheld()
    handheld.push()
    seqs = [handheld.write(operation) for operation in operations]
    with older_program("receive", "move", "count", "claim", "seen", "undo"):
        outcomes = handheld.push()
    assert {each["code"] for each in outcomes} == {"unknown_kind"}
    return handheld, seqs


def again(floor: Floor, handheld: Handheld, seq: int, **rest: Any) -> dict[str, Any]:  # noqa: ANN401 - fields.
    """Have a line of a device reconsidered."""
    return say(floor, Reconsider(stream=handheld.stream, epoch=1, seq=seq, **rest))[0]


def line_of(floor: Floor, handheld: Handheld, seq: int) -> StoredOperation:
    """A line of a device as it is stored."""
    key = (handheld.stream, 1, seq)
    (found,) = [each for each in stored(floor) if (each.stream, each.epoch, each.seq) == key]
    return found


def test_line_that_can_be_read_now_is_applied_once_and_keeps_its_outcome() -> None:
    floor = Floor()
    handheld, (seq,) = parked(floor, receive(3))
    before = line_of(floor, handheld, seq)

    first, second = again(floor, handheld, seq), again(floor, handheld, seq)

    assert first == {"outcome": "applied", "grant": {"outcome": "applied", "code": ""}}
    assert (second["outcome"], second["code"]) == ("refused", "already_closed")
    assert floor.balances() == {("D-1", A1): 3}
    assert line_of(floor, handheld, seq) == before
    (resolution,) = all_of(floor, Resolution)
    assert (resolution.name, resolution.resolved_by) == (f"{handheld.stream}/1/{seq}", "1/1/1")
    assert resolution.decision == b'{"outcome":"applied"}'


def test_movements_name_the_line_and_stand_at_its_point_of_the_floor_order() -> None:
    floor = Floor()
    handheld, (seq,) = parked(floor, receive(3))
    line = line_of(floor, handheld, seq)

    again(floor, handheld, seq)

    (movement,) = all_of(floor, Movement)
    assert (movement.stream, movement.epoch, movement.seq) == (handheld.stream, 1, seq)
    assert (movement.occurred_at, movement.uncertainty) == (line.occurred_at, line.uncertainty)


def test_count_after_the_line_has_seen_its_goods() -> None:
    floor = Floor()
    handheld, (seq,) = parked(floor, receive(3))
    counted = CountLine(owner="ACME", item="A1", quantity=3)
    handheld.do(Count(place="D-1", lines=(counted,), ended=50_000))

    again(floor, handheld, seq)

    assert floor.balances() == {("D-1", A1): 3}


def test_count_whose_time_nobody_could_read_asks_for_a_recount() -> None:
    floor = Floor()
    counted = CountLine(owner="ACME", item="A1", quantity=5)
    handheld, (seq,) = parked(floor, Count(place="D-1", lines=(counted,), ended=1_000))
    handheld.do(receive(2, ended=60_000))

    outcome = again(floor, handheld, seq)

    assert outcome["outcome"] == "flagged"
    assert floor.balances() == {("D-1", A1): 2}
    assert [task.kind for task in all_of(floor, Task)] == ["recount"]


def test_count_that_met_a_fault_speaks_as_of_when_it_was_made() -> None:
    floor = Floor()
    counted = CountLine(owner="ACME", item="A1", quantity=5)
    handheld = floor.handheld()
    handheld.push()
    seq = handheld.write(Count(place="D-1", lines=(counted,), ended=1_000))
    handheld.sent = seq
    floor.run(handheld.batch(seq, seq).parked())
    handheld.do(receive(2, ended=60_000))

    again(floor, handheld, seq)

    assert floor.balances() == {("D-1", A1): 7}


def test_what_the_line_flags_is_told_and_names_the_line() -> None:
    floor = Floor()
    handheld, (seq,) = parked(floor, Receive(quantity=1, code="X-7", to="D-1", ended=1_000))

    outcome = again(floor, handheld, seq)

    assert (outcome["outcome"], outcome["grant"]["outcome"]) == ("flagged", "flagged")
    assert outcome["code"] == outcome["grant"]["code"]
    (opened,) = all_of(floor, Discrepancy)
    assert opened.opened_by == f"{handheld.stream}/1/{seq}"


def test_actor_that_nobody_knows_is_flagged_at_last() -> None:
    floor = Floor()
    handheld, (seq,) = parked(floor, msgspec.structs.replace(receive(1), actor="77"))

    assert again(floor, handheld, seq)["code"] == "unknown_actor"
    assert floor.balances() == {("D-1", A1): 1}


def test_line_that_still_says_nothing_stays_parked_and_changes_nothing() -> None:
    floor = Floor()
    handheld, (seq,) = parked(floor, receive(3))

    with older_program("receive"):
        outcome = again(floor, handheld, seq)

    assert (outcome["outcome"], outcome["code"]) == ("refused", "still_parked")
    assert outcome["actual"] == "unknown_kind"
    assert all_of(floor, Resolution) == []
    assert floor.balances() == {}


def test_line_at_which_a_fault_comes_again_stays_parked_and_changes_nothing() -> None:
    def buggy(operation: Receive, picture: Picture, context: Context) -> None:
        RECEIVE.decide(operation, picture, context)
        raise ZeroDivisionError

    floor = Floor()
    good = floor.rules.activities
    floor.rules.activities = {**good, Receive: Activity(Receive, RECEIVE.needs, buggy)}
    handheld = floor.handheld()
    with capture_logs():
        (outcome,) = handheld.do(receive(3))
    with capture_logs() as logs, program_of(Activity(Receive, RECEIVE.needs, buggy)):
        failed = again(floor, handheld, 2)
    mended = again(floor, handheld, 2)

    assert outcome["code"] == "internal_error"
    assert (failed["code"], failed["actual"]) == ("still_parked", "internal_error")
    assert logs[0]["event"] == "decision_failed"
    assert mended["outcome"] == "applied"
    assert floor.balances() == {("D-1", A1): 3}


def test_activity_that_parks_leaves_the_line_parked() -> None:
    def parking(operation: Receive, picture: Picture, context: Context) -> None:
        RECEIVE.decide(operation, picture, context)
        context.park("not_yet")

    floor = Floor()
    handheld, (seq,) = parked(floor, receive(3))
    with program_of(Activity(Receive, RECEIVE.needs, parking)):
        outcome = again(floor, handheld, seq)

    assert (outcome["code"], outcome["actual"]) == ("still_parked", "not_yet")
    assert floor.balances() == {}


def test_lines_that_only_tell_something_are_done_with() -> None:
    floor = Floor()
    handheld, (seq,) = parked(floor, Seen(scope="1/zone/1000090", cursor=3, ended=1_000))

    assert again(floor, handheld, seq)["outcome"] == "applied"


def test_intent_comes_too_late() -> None:
    floor = Floor()
    handheld, (seq,) = parked(floor, Claim(work=5, ended=1_000))

    outcome = again(floor, handheld, seq)

    assert outcome["grant"] == {"outcome": "refused", "code": "too_late"}
    assert len(all_of(floor, Resolution)) == 1


def test_line_of_a_revoked_device_is_applied_only_where_somebody_says_so() -> None:
    floor = Floor()
    handheld = floor.handheld()
    handheld.push()
    put(floor, Device(SITE, handheld.stream, "handheld 1", "floor", state="revoked"))
    handheld.do(receive(4))

    refused = again(floor, handheld, 2)
    applied = again(floor, handheld, 2, apply=True, note="the device was found")

    assert (refused["outcome"], refused["code"]) == ("refused", "revoked")
    assert applied["outcome"] == "applied"
    assert floor.balances() == {("D-1", A1): 4}
    (resolution,) = all_of(floor, Resolution)
    assert resolution.note == "the device was found"


def test_line_of_a_revoked_device_that_nobody_can_read_says_both() -> None:
    floor = Floor()
    handheld = floor.handheld()
    handheld.push()
    put(floor, Device(SITE, handheld.stream, "handheld 1", "floor", state="revoked"))
    handheld.write_line(b'{"kind":"teleport"}')

    (outcome,) = handheld.push()

    assert (outcome["code"], outcome["actual"]) == ("revoked", "unknown_kind")
    assert again(floor, handheld, 2, apply=True)["code"] == "still_parked"


@pytest.mark.parametrize("seq", [1, 99])
def test_only_parked_lines_are_reconsidered(seq: int) -> None:
    floor = Floor()
    handheld = floor.handheld()
    handheld.push()

    outcome = again(floor, handheld, seq)

    assert (outcome["outcome"], outcome["code"]) == ("refused", "not_parked")


def test_line_that_was_set_aside_stays_so() -> None:
    floor = Floor()
    handheld, (seq,) = parked(floor, receive(3))
    say(floor, ResolveParked(stream=handheld.stream, epoch=1, seq=seq, note="a test"))

    assert again(floor, handheld, seq)["code"] == "already_closed"
    assert floor.balances() == {}


def test_line_that_was_decided_later_is_undone_like_any_other() -> None:
    floor = Floor()
    handheld, (seq,) = parked(floor, receive(3))
    again(floor, handheld, seq)

    undone, twice = handheld.do(Undo(seq=seq, ended=9_000), Undo(seq=seq, ended=9_001))

    assert undone == {"outcome": "applied"}
    assert twice["code"] == "already_undone"
    assert floor.balances() == {}


def test_line_that_was_undone_first_never_takes_effect() -> None:
    floor = Floor()
    handheld, (seq,) = parked(floor, receive(3))
    handheld.do(Undo(seq=seq, ended=9_000))

    assert again(floor, handheld, seq)["code"] == "already_closed"
    assert floor.balances() == {}


def test_parked_undo_takes_back_what_it_names() -> None:
    floor = Floor()
    handheld = floor.handheld()
    handheld.do(receive(3))
    seq = handheld.write(Undo(epoch=1, seq=2, ended=2_000))
    with older_program("undo"):
        handheld.push()

    assert again(floor, handheld, seq)["outcome"] == "applied"
    assert floor.balances() == {}


def test_request_is_no_subject_of_another() -> None:
    floor = Floor()
    handheld, (seq,) = parked(floor, receive(3))
    line = msgspec.json.encode(Reconsider(stream=handheld.stream, epoch=1, seq=seq))
    batch = Batch(site=SITE, stream=1, epoch=1, lines=(line,), park=b'{"outcome":"parked"}')
    floor.run(batch)

    (outcome,) = say(floor, Reconsider(stream=1, epoch=1, seq=1))

    assert (outcome["code"], outcome["actual"]) == ("still_parked", "no_fact")


def test_message_of_another_lane_is_applied_or_refused_at_last() -> None:
    floor = Desk().floor
    lines = tuple(
        msgspec.json.encode(PutLocation(code=code, place_kind="dock", zone=zone))
        for code, zone in (("Z-01", ""), ("Z-02", "nowhere"))
    )
    stream = OUTBOX
    floor.run(Batch(SITE, stream, 1, (*lines, b"?"), 1, park=b'{"outcome":"parked"}'))

    outcomes = say(floor, *(Reconsider(stream=stream, epoch=1, seq=seq) for seq in (1, 2, 3)))

    assert outcomes[0]["grant"]["outcome"] == "applied"
    assert outcomes[1]["grant"]["outcome"] == "refused"
    assert outcomes[2]["code"] == "still_parked"
    codes = {place.code for place in all_of(floor, Place)}
    assert "Z-01" in codes
    assert "Z-02" not in codes


def test_line_whose_repeat_was_parked_too_is_applied_once() -> None:
    floor = Floor()
    handheld, (seq,) = parked(floor, receive(3))
    repeat = msgspec.structs.replace(receive(3), again=Origin(1, seq, handheld.hashes[seq].hex()))
    handheld.write(repeat)
    with older_program("receive"):
        handheld.push()

    by_repeat, first = again(floor, handheld, seq + 1), again(floor, handheld, seq)

    assert by_repeat["grant"]["code"] == "taken_before"
    assert first["grant"] == {"outcome": "applied", "code": ""}
    assert floor.balances() == {("D-1", A1): 3}


def test_undo_of_a_repeat_that_was_decided_later_undoes_the_line() -> None:
    floor = Floor()
    handheld, (seq,) = parked(floor, receive(3))
    repeat = msgspec.structs.replace(receive(3), again=Origin(1, seq, handheld.hashes[seq].hex()))
    handheld.write(repeat)
    with older_program("receive"):
        handheld.push()
    for number in (seq + 1, seq):
        again(floor, handheld, number)

    handheld.do(Undo(seq=seq + 1, ended=9_000))

    assert floor.balances() == {}


def test_neighbour_of_the_same_group_may_change_what_the_line_reads() -> None:
    floor = Floor()
    handheld, (seq,) = parked(floor, receive(3, to="X-1"))
    other = Handheld(floor, 2)
    other.write(receive(1, to="X-1"))
    message = msgspec.json.encode(Reconsider(stream=handheld.stream, epoch=1, seq=seq))

    floor.run(other.batch(1, 2), Batch(site=SITE, stream=1, epoch=1, lines=(message,)))

    assert floor.balances() == {("X-1", A1): 4}


def test_decision_that_names_too_little_is_a_fault_of_the_request() -> None:
    def forgetful(_operation: Receive, picture: Picture, context: Context) -> None:
        picture.need(Movement, (context.site, 7_777))

    floor = Floor()
    handheld, (seq,) = parked(floor, receive(3))
    with capture_logs() as logs, program_of(Activity(Receive, RECEIVE.needs, forgetful)):
        outcome = again(floor, handheld, seq)

    assert outcome["code"] == "internal_error"
    assert logs[0]["event"] == "decision_unloaded"
    assert issubclass(NotLoadedError, LookupError)
    assert PushRules(ACTIVITIES).activities[Receive] is RECEIVE
