"""What a decision says of its operation, and how that becomes its outcome."""

import msgspec
import pytest

from device_protocol.messages import Outcome
from server.lane.activity import Context, Stamp
from server.lane.message import Message
from server.lane.picture import Picture
from server.lane.records import Lane, OutboxHead, Outgoing
from server.lane.want import Want


class Hello(Message, frozen=True, kw_only=True, tag="hello"):
    """Something to send."""

    text: str


@pytest.fixture
def context() -> Context:
    picture = Picture()
    picture.load(Lane, {(1,)}, [Lane(1, last_id=500)])
    picture.load(OutboxHead, {(1, 0)}, [])
    stamp = Stamp(1_000, 50)
    return Context(picture, site=1, stream=1_000_001, epoch=2, seq=7, stamp=stamp, now=2_000)


def test_time_is_an_interval() -> None:
    assert (Stamp(1_000, 50).earliest, Stamp(1_000, 50).latest) == (950, 1_050)


def test_operation_has_a_name_and_a_point_of_the_floor_order(context: Context) -> None:
    assert context.name == "1000001/2/7"
    assert context.position == (1_000, 1_000_001, 2)


def test_ids_come_from_the_sites_counter(context: Context) -> None:
    assert [context.new_id(), context.new_id()] == [501, 502]
    assert context.picture.need(Lane, (1,)).last_id == 502


def test_decision_that_says_nothing_is_applied(context: Context) -> None:
    assert context.outcome() == Outcome("applied")


def test_grant_stands_in_the_outcome(context: Context) -> None:
    context.grant = {"id": 4}

    assert context.outcome() == Outcome("applied", grant={"id": 4})


def test_first_flag_is_told(context: Context) -> None:
    context.flag("negative", expected="at least 0", actual=-1, then="count")
    context.flag("on_hold")

    assert context.outcome() == Outcome("flagged", "negative", "at least 0", "-1", "count")


def test_parking_outweighs_refusing_which_outweighs_flags(context: Context) -> None:
    context.flag("negative")
    context.refuse("too_late", expected=60, actual=70, then="ask again")
    assert context.outcome() == Outcome("refused", "too_late", "60", "70", "ask again")

    context.park("unknown", expected=1, actual=2, then="wait")
    assert context.outcome() == Outcome("parked", "unknown", "1", "2", "wait")


def test_decision_that_begins_anew_has_said_nothing(context: Context) -> None:
    context.flag("negative")
    context.refuse("too_late")
    context.park("unknown")
    context.grant = {"id": 4}

    context.forget()

    assert context.outcome() == Outcome("applied")


def test_messages_are_numbered_per_target(context: Context) -> None:
    context.send(0, Hello(text="a"))
    context.send(0, Hello(text="b"))

    assert context.picture.get(OutboxHead, (1, 0)) == OutboxHead(1, 0, 2)
    assert [msgspec.json.decode(each.line)["text"] for each in context.picture.all(Outgoing)] == [
        "a",
        "b",
    ]


def test_sending_reads_only_the_head_of_the_targets_outbox(context: Context) -> None:
    want = Want(Picture())

    context.want_outbox(want, 3)

    assert want.take() == ({OutboxHead: {(1, 3)}}, {})


def test_numbers_go_on_where_the_outbox_stands(context: Context) -> None:
    context.picture.load(OutboxHead, {(1, 5)}, [OutboxHead(1, 5, 41)])

    context.send(5, Hello(text="a"))

    assert [each.seq for each in context.picture.all(Outgoing)] == [42]
