"""Lines offered again after a fork or a restore are taken once; an undo finds them."""

import msgspec

from device_protocol import chain
from device_protocol.codec import encode_line
from device_protocol.operations import Clock, Operation, Origin, Receive, Undo
from server.identity.messages import OpenEpoch
from server.identity.records import Incident
from server.lane.records import StoredOperation
from server.sync.batches import Batch
from server.tasks.origins import TAKEN_BEFORE
from server.tasks.reconsidering import Reconsider
from tests.desk import Desk
from tests.floor import SITE, START, Floor, Handheld
from tests.older import older_program
from tests.sayings import all_of
from tests.sync.streams import deliver_outbox, desk_batch

NONCE = bytes(16)


def epoch_two(desk: Desk, handheld: Handheld, *operations: Operation) -> list[dict[str, str]]:
    """Open a second epoch and push operations into it."""
    opened = desk.ask(
        SITE,
        OpenEpoch(device=handheld.stream, attempt="a", reason="fork", nonce=NONCE.hex()),
    )
    epoch = opened["grant"]["epoch"]
    lines = tuple(
        encode_line(operation)
        for operation in (Clock(server=START, round_trip=0, ended=0), *operations)
    )
    prev = chain.start(handheld.stream, epoch, NONCE)
    hashes = tuple(chain.walk(prev, 1, lines))
    batch = Batch(
        site=SITE,
        stream=handheld.stream,
        epoch=epoch,
        lines=lines,
        first=1,
        prev=prev,
        hashes=hashes,
    )
    answer = desk.floor.run(batch)
    assert answer.status == "taken"
    return [msgspec.json.decode(outcome) for outcome in answer.outcomes[1:]]


def received(again: Origin | None = None) -> Receive:
    return Receive(quantity=3, owner="ACME", item="A1", to="D-1", ended=1_000, again=again)


def test_a_line_that_the_server_has_in_the_old_epoch_has_no_effect() -> None:
    desk = Desk(Floor())
    handheld = desk.floor.handheld()
    seq = handheld.write(received())
    handheld.push()

    again = Origin(1, seq, handheld.hashes[seq].hex())
    outcomes = epoch_two(desk, handheld, received(again))

    assert outcomes == [{"outcome": "applied", "code": "taken_before"}]
    assert desk.floor.balances() == {("D-1", "1000001:A1|good"): 3}


def test_a_line_that_the_server_lacks_is_taken_once_however_often_it_is_offered() -> None:
    desk = Desk(Floor())
    handheld = desk.floor.handheld()
    handheld.push()
    again = Origin(1, 2, "ab" * 32)

    outcomes = epoch_two(desk, handheld, received(again), received(again))

    assert outcomes == [
        {"outcome": "applied"},
        {"outcome": "applied", "code": "taken_before"},
    ]
    assert desk.floor.balances() == {("D-1", "1000001:A1|good"): 3}


def test_another_line_under_the_same_number_is_not_the_same_line() -> None:
    desk = Desk(Floor())
    handheld = desk.floor.handheld()
    seq = handheld.write(received())
    handheld.push()

    outcomes = epoch_two(desk, handheld, received(Origin(1, seq, "cd" * 32)))

    assert outcomes == [{"outcome": "applied"}]
    assert desk.floor.balances() == {("D-1", "1000001:A1|good"): 6}


def test_an_undo_finds_a_line_that_was_moved() -> None:
    desk = Desk(Floor())
    handheld = desk.floor.handheld()
    handheld.push()

    outcomes = epoch_two(
        desk, handheld, received(Origin(1, 2, "ab" * 32)), Undo(epoch=1, seq=2, ended=2_000)
    )

    assert outcomes == [{"outcome": "applied"}, {"outcome": "applied"}]
    assert desk.floor.balances() == {}


def test_an_undo_of_a_repeat_undoes_the_line_that_was_taken() -> None:
    desk = Desk(Floor())
    handheld = desk.floor.handheld()
    seq = handheld.write(received())
    handheld.push()
    again = Origin(1, seq, handheld.hashes[seq].hex())

    outcomes = epoch_two(
        desk,
        handheld,
        received(again),
        Undo(seq=2, ended=2_000),
        Undo(epoch=1, seq=seq, ended=3_000),
    )

    assert [each["outcome"] for each in outcomes] == ["applied", "applied", "flagged"]
    assert outcomes[2]["code"] == "already_undone"
    assert desk.floor.balances() == {}


def test_an_undo_of_a_repeat_finds_a_line_that_was_moved() -> None:
    desk = Desk(Floor())
    handheld = desk.floor.handheld()
    handheld.push()
    again = Origin(1, 2, "ab" * 32)

    epoch_two(desk, handheld, received(again), received(again), Undo(seq=3, ended=2_000))

    assert desk.floor.balances() == {}


def test_line_that_comes_after_its_repeat_has_no_effect_though_it_was_parked_meanwhile() -> None:
    desk = Desk(Floor())
    handheld = desk.floor.handheld()
    handheld.push()
    seq = handheld.write(received())
    again = Origin(1, seq, handheld.hashes[seq].hex())
    epoch_two(desk, handheld, received(again))
    with older_program("receive"):
        (parked,) = handheld.push()

    outcome = desk.ask(SITE, Reconsider(stream=handheld.stream, epoch=1, seq=seq))

    assert parked["outcome"] == "parked"
    assert outcome["grant"] == {"outcome": "applied", "code": "taken_before"}
    assert desk.floor.balances() == {("D-1", "1000001:A1|good"): 3}


def test_line_that_comes_after_its_repeat_was_taken_has_no_effect() -> None:
    desk = Desk(Floor())
    handheld = desk.floor.handheld()
    handheld.push()
    seq = handheld.write(received())
    epoch_two(desk, handheld, received(Origin(1, seq, handheld.hashes[seq].hex())))

    outcomes = handheld.do(received())

    assert handheld.sent == seq + 1
    assert [each["outcome"] for each in outcomes] == ["applied"]
    late = all_of(desk.floor, StoredOperation)
    assert [each.outcome for each in late if (each.epoch, each.seq) == (1, seq)] == [TAKEN_BEFORE]
    assert desk.floor.balances() == {("D-1", "1000001:A1|good"): 6}


def test_lines_of_an_epoch_that_ends_in_the_same_group_are_taken() -> None:
    desk = Desk(Floor())
    handheld = desk.floor.handheld()
    handheld.push()
    handheld.write(received())
    opening = OpenEpoch(device=handheld.stream, attempt="a", reason="fork", nonce=NONCE.hex())

    _, answer = desk.floor.run(desk_batch(opening), handheld.batch(2, 2))

    assert answer.outcomes == (b'{"outcome":"applied"}',)
    assert desk.floor.balances() == {("D-1", "1000001:A1|good"): 3}


def test_lines_written_after_the_next_epoch_opened_are_taken_and_told_of_once() -> None:
    desk = Desk(Floor())
    handheld = desk.floor.handheld()
    handheld.push()
    epoch_two(desk, handheld)
    opened = desk.floor.now - START
    for ended in (opened - 1, opened + 500, opened + 600):
        desk.floor.now += 1_000
        handheld.do(msgspec.structs.replace(received(), ended=ended))
        deliver_outbox(desk.floor)

    assert desk.floor.balances() == {("D-1", "1000001:A1|good"): 9}
    assert [each.kind for each in desk.all(Incident)] == ["reopened", "clone"]
