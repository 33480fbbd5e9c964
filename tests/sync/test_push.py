"""Push: how the lines of a stream are taken, again, out of order, or not at all."""

import msgspec
import pytest

from device_protocol import chain
from device_protocol.operations import Clock, Count, CountLine, Move, Receive, Seen, Undo
from server.activities import ACTIVITIES
from server.catalog.messages import PutItem
from server.identity.messages import OpenEpoch
from server.identity.records import Device, Incident
from server.lane.activity import DESK, IMPORT, NETWORK, OUTBOX, Activity, Context
from server.lane.message import Message
from server.lane.picture import Picture
from server.lane.records import Commit, Lane, Outgoing, StoredOperation, Stream
from server.lane.want import Look, Want
from server.ledger.discrepancies import open_task
from server.ledger.records import Movement, Task
from server.sites.messages import PutSite, PutZone
from server.sync.batches import Batch
from server.sync.push import PushRules
from tests.desk import Desk
from tests.floor import SITE, START, Floor, Handheld
from tests.sayings import all_of, put

A1 = "1000001:A1|good"


def receive(quantity: int = 1, *, item: str = "A1", to: str = "D-1", ended: int = 1_000) -> Receive:
    """Units of an item of ACME."""
    return Receive(quantity=quantity, owner="ACME", item=item, to=to, ended=ended)


def written(floor: Floor, *quantities: int) -> Handheld:
    """A device that has written receipts of so many units and sent nothing."""
    handheld = floor.handheld()
    for quantity in quantities:
        handheld.write(receive(quantity))
    return handheld


def other_history(floor: Floor, *quantities: int) -> Handheld:
    """A copy of device 1 that went on alone."""
    return written(floor, *quantities)


def stored(floor: Floor) -> list[StoredOperation]:
    """Every stored operation in the order in which they were decided."""
    return sorted(all_of(floor, StoredOperation), key=lambda each: (each.site, each.number))


def stream_of(floor: Floor, handheld: Handheld) -> Stream:
    """A device's stream as the server has it."""
    (found,) = [each for each in all_of(floor, Stream) if each.stream == handheld.stream]
    return found


def deliver_outbox(floor: Floor) -> None:
    """Carry what the site says to itself into its lane."""
    for each in all_of(floor, Outgoing):
        lines = (each.line,)
        stream = OUTBOX + each.site
        floor.run(Batch(site=each.target, stream=stream, epoch=1, lines=lines, first=each.seq))


def desk_batch(*messages: Message, site: int = SITE, stream: int = DESK) -> Batch:
    """Messages that the lane is to number."""
    lines = tuple(msgspec.json.encode(message) for message in messages)
    return Batch(site=site, stream=stream, epoch=1, lines=lines)


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


def test_lines_beyond_the_next_are_a_gap_and_the_next_is_told() -> None:
    floor = Floor()
    handheld = written(floor, 2, 3, 4)
    floor.run(handheld.batch(1, 2))

    answer = floor.run(handheld.batch(4, 4))

    assert (answer.status, answer.next, answer.head) == ("gap", 3, handheld.hashes[2])
    assert answer.outcomes == ()
    assert floor.balances() == {("D-1", A1): 2}


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


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b'{"kind":"receive","quan', "undecodable"),
        (b"\xff\xfe", "undecodable"),
        (b'{"kind":"teleport","to":"D-1"}', "unknown_kind"),
        (b'{"kind":"receive","version":99,"quantity":1,"to":"D-1"}', "unknown_version"),
        (b'{"kind":"receive","quantity":0,"to":"D-1"}', "impossible_quantity"),
        (b'{"kind":"receive","quantity":-3,"to":"D-1"}', "impossible_quantity"),
        (b'{"kind":"receive","quantity":1.5,"to":"D-1"}', "impossible_quantity"),
        (b'{"kind":"receive","quantity":4006381333931,"to":"D-1"}', "impossible_quantity"),
        (b'{"kind":"receive","reason":"' + b"x" * 70_000 + b'"}', "too_long"),
    ],
)
def test_line_that_says_nothing_sensible_is_parked_and_the_stream_moves_on(
    line: bytes, code: str
) -> None:
    floor = Floor()
    handheld = floor.handheld()
    handheld.write_line(line)
    handheld.write(receive(2))

    _, parked, applied = handheld.push()

    assert (parked["outcome"], parked["code"]) == ("parked", code)
    assert parked["then"] == "kept until it can be read"
    assert applied == {"outcome": "applied"}
    assert [each.line for each in stored(floor)] == handheld.lines
    assert floor.balances() == {("D-1", A1): 2}


def test_lines_of_a_revoked_device_are_kept_and_parked() -> None:
    floor = Floor()
    handheld = floor.handheld()
    handheld.do(receive(2))
    put(floor, Device(SITE, handheld.stream, "handheld 1", "floor", state="revoked"))

    outcomes = handheld.do(receive(3), receive(4))

    assert [(each["outcome"], each["code"]) for each in outcomes] == [("parked", "revoked")] * 2
    assert [each.line for each in stored(floor)] == handheld.lines
    assert floor.balances() == {("D-1", A1): 2}


def test_facts_of_a_suspended_device_are_posted() -> None:
    floor = Floor()
    put(floor, Device(SITE, 1_000_001, "handheld 1", "floor", state="suspended"))

    assert floor.handheld().do(receive(3)) == [{"outcome": "applied"}]


def test_lines_that_only_tell_the_clock_or_the_cursor_are_applied() -> None:
    floor = Floor()

    outcomes = floor.handheld().do(
        Clock(server=START + 5_000, round_trip=20, ended=5_000),
        Seen(scope="1/zone/1000090", cursor=3, ended=5_001),
    )

    assert outcomes == [{"outcome": "applied"}] * 2


def test_fact_from_the_far_future_is_posted_and_flagged() -> None:
    floor = Floor()
    ahead = floor.now - START + 300_001

    soon, late = floor.handheld().do(receive(1, ended=ahead - 1), receive(2, ended=ahead))

    assert soon == {"outcome": "applied"}
    assert (late["outcome"], late["code"]) == ("flagged", "impossible_time")
    assert (late["expected"], late["actual"]) == (str(floor.now), str(START + ahead))
    assert floor.balances() == {("D-1", A1): 3}


def test_refused_or_parked_decision_leaves_nothing_behind() -> None:
    desk = Desk()
    zones = desk.tell(SITE, PutZone(code="A"))

    outcome = desk.ask(SITE, PutZone(code=" A"))

    assert outcome["outcome"] == "refused"
    assert [zone["outcome"] for zone in zones] == ["applied"]


def test_message_that_cannot_be_read_is_parked() -> None:
    floor = Floor()
    lines = (b'{"kind":"teleport"}', b'{"kind":"put_zone","code":"A","colour":"red"}')

    answer = floor.run(Batch(site=SITE, stream=DESK, epoch=1, lines=lines))

    outcomes = [msgspec.json.decode(outcome) for outcome in answer.outcomes]
    assert [(each["outcome"], each["code"]) for each in outcomes] == [("parked", "undecodable")] * 2


def test_server_without_messages_of_its_own_parks_them() -> None:
    devices_only = tuple(each for each in ACTIVITIES if each.message is Receive)
    floor = Floor()
    floor.rules = PushRules(devices_only)

    answer = floor.run(desk_batch(PutZone(code="A")))

    outcome = msgspec.json.decode(answer.outcomes[0])
    assert (outcome["code"], outcome["actual"]) == (
        "undecodable",
        "this server takes no messages of its own",
    )


def test_time_of_the_book_never_goes_back() -> None:
    floor = Floor()
    handheld = floor.handheld()
    handheld.do(receive(1))
    floor.now -= 500_000

    handheld.do(receive(2))

    first, second = all_of(floor, Commit)
    assert second.recorded_at == first.recorded_at == floor.now + 500_000


def test_commits_are_numbered_and_chained() -> None:
    floor = Floor()
    handheld = floor.handheld()
    handheld.do(receive(1), receive(2))
    handheld.do(receive(3))

    first, second = all_of(floor, Commit)
    lane = next(each for each in all_of(floor, Lane) if each.site == SITE)

    assert (first.number, second.number, lane.head) == (1, 2, 2)
    assert (first.first_operation, first.operations) == (1, 3)
    assert (second.first_operation, second.operations) == (4, 1)
    assert (second.first_movement, second.movements, second.latest) == (3, 1, START + 1_002)
    assert lane.hash == second.hash != first.hash


def test_answers_of_pieces_are_joined_and_end_at_one_that_was_not_taken() -> None:
    floor = Floor()
    handheld = written(floor, 2, 3)
    pieces = handheld.batch(1, 3).cut()
    rules = floor.rules
    answers = [floor.run(piece) for piece in pieces]

    joined = rules.joined(answers)
    broken = rules.joined([answers[0], floor.run(Handheld(floor, 99).batch(1, 1))])

    assert (joined.first, joined.next, len(joined.outcomes)) == (1, 4, 3)
    assert joined.head == handheld.hashes[3]
    assert broken.status == "unknown"


def test_imports_and_desks_have_streams_of_their_own() -> None:
    floor = Floor()
    site = PutSite(code="BER", name="Berlin", time_zone="Europe/Berlin", number=SITE)

    by_desk = floor.run(desk_batch(site, site=NETWORK))
    by_import = floor.run(desk_batch(site, site=NETWORK, stream=IMPORT))

    assert (by_desk.next, by_import.next) == (2, 2)


def test_message_that_reads_what_its_neighbour_made_is_looked_at_again() -> None:
    read: list[Task | None] = []

    def newest(look: Look) -> Task | None:
        lane = look.row(Lane, (SITE,))
        return look.row(Task, (SITE, lane.last_id)) if lane else None

    def needs(_message: PutZone, want: Want, _context: Context) -> None:
        newest(want)

    def decide(_message: PutZone, picture: Picture, context: Context) -> None:
        read.append(newest(picture))
        open_task(context, "count")

    others = tuple(each for each in ACTIVITIES if each.message is not PutZone)
    floor = Floor()
    floor.rules = PushRules((*others, Activity(PutZone, needs, decide)))
    handheld = floor.handheld()
    handheld.write(receive(1, to="X-1"))

    _, answer = floor.run(handheld.batch(1, 2), desk_batch(PutZone(code="A"), PutZone(code="B")))

    assert answer.outcomes == (b'{"outcome":"applied"}',) * 2
    assert [task.kind if task else None for task in read] == [None, "count"]


def test_operation_may_refer_to_its_neighbour_of_the_same_group() -> None:
    floor = Floor()
    handheld = floor.handheld()
    handheld.push()
    line = CountLine(owner="ACME", item="A1", quantity=4)

    handheld.do(
        receive(9),
        Count(place="D-1", lines=(line,), ended=2_000),
        Undo(seq=3, ended=3_000),
    )

    assert floor.balances() == {("D-1", A1): 9}
