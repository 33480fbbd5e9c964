"""Push: how the lines of a stream are taken, again, out of order, or not at all."""

import msgspec
import pytest

from device_protocol import chain
from device_protocol.operations import Move
from server.catalog.messages import PutItem
from server.identity.messages import OpenEpoch
from server.identity.records import Incident
from server.lane.activity import NETWORK
from server.lane.records import Commit, Lane
from server.ledger.records import Movement
from server.sites.messages import PutZone
from server.sync.batches import Batch
from tests.desk import Desk
from tests.floor import SITE, Floor, Handheld
from tests.sayings import all_of
from tests.sync.streams import (
    A1,
    deliver_outbox,
    desk_batch,
    other_history,
    receive,
    stored,
    stream_of,
    written,
)


def test_next_lines_are_taken_together_with_their_effects() -> None:
    floor = Floor()
    handheld = written(floor, 2, 3)

    answer = floor.run(handheld.batch(1, 3))

    assert (answer.status, answer.first, answer.next, answer.commit) == ("taken", 1, 4, 1)
    assert answer.head == handheld.hashes[3]
    assert answer.outcomes == (b'{"outcome":"applied"}',) * 3
    assert floor.balances() == {("D-1", A1): 5}
    assert [each.line for each in stored(floor)] == handheld.lines
    assert [(each.first_movement, each.movements) for each in stored(floor)] == [
        (1, 0),
        (1, 1),
        (2, 1),
    ]


@pytest.mark.spec("DP-PUSH-1")
def test_lines_that_are_known_get_the_stored_outcomes_byte_for_byte() -> None:
    floor = Floor()
    handheld = written(floor, 2)
    handheld.write(Move(quantity=9, owner="ACME", item="A1", source="D-1", to="A-01", ended=2_000))
    first = floor.run(handheld.batch(1, 3))
    before = floor.balances()
    rows = (stored(floor), all_of(floor, Movement), all_of(floor, Commit), all_of(floor, Lane))
    floor.now += 50_000

    again = floor.run(handheld.batch(1, 3))

    assert again.outcomes == first.outcomes
    assert b"negative" in again.outcomes[2]
    assert (again.status, again.next, again.commit) == ("taken", 4, first.commit)
    assert floor.balances() == before
    assert rows == (
        stored(floor),
        all_of(floor, Movement),
        all_of(floor, Commit),
        all_of(floor, Lane),
    )


@pytest.mark.parametrize("cut", range(1, 6))
@pytest.mark.parametrize("overlap", range(1, 6))
@pytest.mark.spec("DP-PUSH-2")
def test_where_a_batch_is_cut_and_repeated_changes_nothing(cut: int, overlap: int) -> None:
    whole, pieces = Floor(), Floor()
    quantities = (2, 3, 4, 5)
    expected = whole.run(written(whole, *quantities).batch(1, 5))
    handheld = written(pieces, *quantities)

    first = pieces.run(handheld.batch(1, cut))
    second = pieces.run(handheld.batch(min(overlap, cut + 1), 5))

    assert first.outcomes == expected.outcomes[:cut]
    assert second.outcomes == expected.outcomes[min(overlap, cut + 1) - 1 :]
    assert pieces.balances() == whole.balances()
    assert [each.hash for each in stored(pieces)] == [each.hash for each in stored(whole)]
    assert [each.occurred_at for each in stored(pieces)] == [
        each.occurred_at for each in stored(whole)
    ]


@pytest.mark.spec("DP-PUSH-4")
def test_lines_beyond_the_next_are_a_gap_and_the_next_is_told() -> None:
    floor = Floor()
    handheld = written(floor, 2, 3, 4)
    floor.run(handheld.batch(1, 2))

    answer = floor.run(handheld.batch(4, 4))

    assert (answer.status, answer.next, answer.head) == ("gap", 3, handheld.hashes[2])
    assert answer.outcomes == ()
    assert floor.balances() == {("D-1", A1): 2}


@pytest.mark.spec("DP-PUSH-3")
def test_known_number_with_another_line_is_a_fork_and_nothing_is_applied() -> None:
    floor = Floor()
    original = written(floor, 2, 3)
    floor.run(original.batch(1, 3))
    twin = other_history(floor, 2, 7, 8)
    before = (stored(floor), all_of(floor, Movement), all_of(floor, Commit))

    answer = floor.run(twin.batch(3, 4))

    assert (answer.status, answer.next, answer.head) == ("fork", 4, original.hashes[3])
    assert answer.outcomes == ()
    assert floor.balances() == {("D-1", A1): 5}
    assert (stored(floor), all_of(floor, Movement), all_of(floor, Commit)) == before


def test_next_line_after_another_history_is_a_fork() -> None:
    floor = Floor()
    floor.run(written(floor, 2).batch(1, 2))
    twin = other_history(floor, 9, 3)

    answer = floor.run(twin.batch(3, 3))

    assert answer.status == "fork"
    assert floor.balances() == {("D-1", A1): 2}


def test_fork_opens_one_incident_however_often_it_is_sent() -> None:
    floor = Floor()
    floor.run(written(floor, 2).batch(1, 2))
    twin = other_history(floor, 9, 3)

    for _ in range(2):
        floor.run(twin.batch(2, 3))
    deliver_outbox(floor)

    (incident,) = all_of(floor, Incident)
    assert (incident.device, incident.kind, incident.open) == (twin.stream, "fork", 1)
    assert incident.note == "epoch 1: from line 2 on the device's history differs from the server's"


def test_fork_takes_no_number_from_the_book() -> None:
    forked, plain = Floor(), Floor()
    for floor in (forked, plain):
        floor.run(written(floor, 2).batch(1, 2))
    forked.run(other_history(forked, 9).batch(1, 2))

    for floor in (forked, plain):
        floor.handheld(2).do(receive(1, to="T-1"))

    assert forked.balances() == plain.balances()
    assert all_of(forked, Commit)[-1].hash == all_of(plain, Commit)[-1].hash


def test_two_batches_of_one_stream_in_one_group_are_taken_after_one_another() -> None:
    floor = Floor()
    handheld = written(floor, 2, 3, 4)

    first, second = floor.run(handheld.batch(1, 3), handheld.batch(2, 4))

    assert (first.next, second.next) == (4, 5)
    assert second.outcomes[:2] == first.outcomes[1:]
    assert floor.balances() == {("D-1", A1): 9}
    assert stream_of(floor, handheld).head == handheld.hashes[4]


def test_later_batch_before_the_earlier_in_one_group_is_a_gap() -> None:
    floor = Floor()
    handheld = written(floor, 2, 3, 4)

    later, earlier = floor.run(handheld.batch(4, 4), handheld.batch(1, 3))

    assert (later.status, earlier.status) == ("gap", "taken")
    assert floor.balances() == {("D-1", A1): 5}


def test_same_batch_twice_in_one_group_counts_once() -> None:
    floor = Floor()
    handheld = written(floor, 2)

    first, again = floor.run(handheld.batch(1, 2), handheld.batch(1, 2))

    assert first.outcomes == again.outcomes
    assert floor.balances() == {("D-1", A1): 2}


def test_desk_batches_in_one_group_are_numbered_one_after_the_other() -> None:
    desk = Desk()

    first, second = desk.floor.run(
        desk_batch(PutZone(code="A"), PutZone(code="B")),
        desk_batch(PutZone(code="C"), PutZone(code="D"), PutZone(code="E")),
    )

    assert (first.first, second.first) == (1, 3)
    decided = [
        (msgspec.json.decode(each.line)["code"], msgspec.json.decode(each.outcome)["grant"]["id"])
        for each in stored(desk.floor)
        if each.site == SITE
    ]
    assert [code for code, _ in decided] == ["A", "B", "C", "D", "E"]
    ids = [number for _, number in decided]
    assert ids == sorted(set(ids))


def test_network_is_decided_first_in_a_group_as_its_commits_number_says() -> None:
    floor = Floor()
    handheld = floor.handheld()
    handheld.write(receive(1, item="NEW"))

    answer, _ = floor.run(
        handheld.batch(1, 2), desk_batch(PutItem(owner="ACME", sku="NEW"), site=NETWORK)
    )

    site = next(each for each in all_of(floor, Commit) if each.site == SITE)
    network = next(each for each in all_of(floor, Lane) if each.site == NETWORK)
    assert msgspec.json.decode(answer.outcomes[1]) == {"outcome": "applied"}
    assert site.network == network.head == 1


def test_device_that_nobody_enrolled_is_unknown() -> None:
    floor = Floor()
    stranger = Handheld(floor, 99)

    answer = floor.run(stranger.batch(1, 1))

    assert (answer.status, answer.next, answer.outcomes) == ("unknown", 0, ())
    assert stored(floor) == []


def test_epoch_that_was_not_opened_is_unknown() -> None:
    floor = Floor()
    handheld = floor.handheld()

    answer = floor.run(msgspec.structs.replace(handheld.batch(1, 1), epoch=2))

    assert answer.status == "unknown"


def test_lines_of_an_epoch_that_is_opened_in_the_same_group_are_taken() -> None:
    desk = Desk()
    floor, nonce = desk.floor, bytes(16)
    handheld = floor.handheld()
    handheld.push()
    lines = (msgspec.json.encode(receive(4)),)
    prev = chain.start(handheld.stream, 2, nonce)
    batch = Batch(
        site=SITE,
        stream=handheld.stream,
        epoch=2,
        lines=lines,
        first=1,
        prev=prev,
        hashes=tuple(chain.walk(prev, 1, lines)),
    )
    opening = OpenEpoch(device=handheld.stream, attempt="a", reason="wipe", nonce=nonce.hex())

    _, answer = floor.run(desk_batch(opening), batch)

    assert answer.outcomes == (b'{"outcome":"applied"}',)
    assert floor.balances() == {("D-1", A1): 4}
