"""Push: lines that are parked, flagged or refused, and how commits are closed."""

import msgspec
import pytest

from device_protocol.operations import Clock, Count, CountLine, Receive, Seen, Undo
from server.activities import ACTIVITIES
from server.identity.records import Device
from server.lane.activity import DESK, IMPORT, NETWORK, Activity, Context
from server.lane.picture import Picture
from server.lane.records import Commit, Lane
from server.lane.want import Look, Want
from server.ledger.discrepancies import open_task
from server.ledger.records import Task
from server.sites.messages import PutSite, PutZone
from server.sync.batches import Batch
from server.sync.push import PushRules
from tests.desk import Desk
from tests.floor import SITE, START, Floor, Handheld
from tests.sayings import all_of, put
from tests.sync.streams import (
    A1,
    desk_batch,
    receive,
    stored,
    written,
)


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


@pytest.mark.spec("DP-LOST-1")
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


@pytest.mark.spec("DP-CLOCK-4")
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
