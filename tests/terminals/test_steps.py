"""Steps of a terminal: lost answers, repeats, two at once, crashes, and who is at it."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec
import pytest

from device_protocol.operations import Receive
from device_protocol.terminal import ScanRead, ScanRequest
from server.config import Settings
from server.core import Core
from server.errors import UnavailableError
from server.lane.records import StoredOperation
from server.sync.streams import EpochClosedError
from server.terminals.faults import (
    NothingBegunError,
    StepError,
)
from server.terminals.keeping import Keeping
from server.terminals.records import Terminal
from tests.sync.yard import SECRET
from tests.terminals.depot import CASE, LAMP, TERMINAL, Depot, Terminals

APPLIED = [b'{"outcome":"applied"}']


def kinds(depot: Depot) -> list[str]:
    """What the terminal wrote, by kind."""
    return [line["kind"] for line in depot.written()]


@pytest.mark.spec("DP-SCAN-1", "DP-SCAN-3")
def test_repeated_step_gets_the_same_answer_and_writes_once(thin: Terminals) -> None:
    request = thin.request(quantity=2)

    answers = [thin.send(request) for _ in range(3)]

    assert answers[0] == answers[1] == answers[2]
    assert [bytes(each) for each in answers[0].outcomes] == APPLIED
    assert [(line["kind"], line["quantity"]) for line in thin.depot.written()] == [("receive", 24)]


@pytest.mark.spec("DP-SCAN-1")
def test_two_at_once_are_one_step(thin: Terminals) -> None:
    request, gate = thin.request(quantity=2), threading.Barrier(4)

    def send(_number: int) -> Any:  # noqa: ANN401 - an answer.
        gate.wait(10)
        return thin.send(request)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(send, range(4)))

    assert all(answer == answers[0] for answer in answers)
    assert kinds(thin.depot) == ["receive"]


def test_who_loses_the_race_for_a_step_is_answered_by_the_one_that_won(
    thin: Terminals, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = thin.request(quantity=2)
    keep, others = Keeping.keep, [request]

    def late(self: Keeping, before: Terminal, after: Terminal) -> bool:
        if others:
            thin.send(others.pop())
        return keep(self, before, after)

    monkeypatch.setattr(Keeping, "keep", late)

    assert [bytes(each) for each in thin.send(request).outcomes] == APPLIED
    assert kinds(thin.depot) == ["receive"]


def test_terminal_that_is_always_overtaken_is_told_to_try_again(
    depot: Depot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Keeping, "keep", lambda _self, _before, _after: False)

    for workflow in ("receive", "pick"):
        with pytest.raises(UnavailableError):
            Terminals(depot).begin(workflow)


@pytest.mark.spec("DP-SCAN-2")
@pytest.mark.parametrize("step", [0, 2, 3, 5, 2**40])
def test_other_input_or_number_is_out_of_step(thin: Terminals, step: int) -> None:
    with pytest.raises(StepError) as told:
        thin.take(step=step, quantity=3)

    assert told.value.extras == {"step": 3}
    assert thin.depot.row().step == 3


def test_language_may_change_between_repeats(thin: Terminals) -> None:
    first = thin.send(thin.request(quantity=2))

    assert thin.send(thin.request(quantity=2, language="de", protocol=2)) == first


@pytest.mark.spec("DP-SCAN-3")
def test_crash_before_the_lane_heard_is_finished_by_the_next_step(thin: Terminals) -> None:
    thin.stored(thin.request(quantity=2))
    assert kinds(thin.depot) == []
    thin.step += 1

    thin.take(key="help")

    assert kinds(thin.depot) == ["receive"]


def test_crash_before_the_lane_heard_is_finished_by_a_repeat(thin: Terminals) -> None:
    request = thin.request(quantity=2)
    thin.stored(request)

    assert [bytes(each) for each in thin.send(request).outcomes] == APPLIED
    assert kinds(thin.depot) == ["receive"]


def test_crash_before_the_lane_heard_is_finished_at_the_next_start(thin: Terminals) -> None:
    depot = thin.depot
    thin.stored(thin.request(quantity=2))
    depot.core.stop()

    again = Core.over(depot.database, Settings(secret_key=SECRET), clock=depot.clock)
    try:
        assert kinds(depot) == ["receive"]
        assert again.terminals.finish_all() == 0
    finally:
        again.stop()


def test_start_does_not_wait_for_a_terminal_whose_lines_cannot_be_handed_over(
    thin: Terminals, monkeypatch: pytest.MonkeyPatch
) -> None:
    thin.stored(thin.request(quantity=2))

    def fails(_self: Keeping, _row: Terminal) -> None:
        raise EpochClosedError("there is no such epoch")

    monkeypatch.setattr(Keeping, "hand_over", fails)

    assert thin.depot.core.terminals.finish_all() == 0
    monkeypatch.undo()
    assert thin.depot.core.terminals.finish_all() == 1


@pytest.mark.spec("DP-SCAN-4")
def test_screen_is_shown_again_at_the_very_step(thin: Terminals) -> None:
    depot, screen = thin.depot, thin.last.screen
    depot.core.stop()
    again = Core.over(depot.database, Settings(secret_key=SECRET), clock=depot.clock)
    try:
        asked = ScanRequest(device=TERMINAL, language="de")
        shown = again.terminals.take(depot.device, thin.person, asked).told(None)
    finally:
        again.stop()

    assert shown.screen is not None
    assert screen is not None
    assert (shown.step, shown.workflow, shown.said) == (3, "receive", None)
    assert (shown.screen.key, shown.screen.quantity) == (screen.key, screen.quantity)
    assert shown.screen.text != screen.text


def test_terminal_at_which_nothing_was_begun_shows_nothing(depot: Depot) -> None:
    thin = Terminals(depot)

    assert thin.send(thin.request(step=0)).screen is None
    with pytest.raises(NothingBegunError):
        thin.all(LAMP)


@pytest.mark.spec("DP-SCAN-5")
def test_scan_that_is_delivered_twice_counts_once_and_like_ones_count_each(
    thin: Terminals,
) -> None:
    read = ScanRead(LAMP, source="intent", at=5_000)
    echo = ScanRead(LAMP, source="keystrokes", at=5_040)
    like = ScanRead(LAMP, source="intent", at=5_090)

    counted = [thin.take(scan=each) for each in (read, echo, like, ScanRead(LAMP))]

    assert [each.said is None for each in counted] == [False, True, False, False]
    assert [each.screen and each.screen.quantity for each in counted] == [13, 13, 14, 15]


def test_undo_takes_back_what_the_book_has(thin: Terminals) -> None:
    thin.all("#1", "/undo", "#2")

    written = thin.depot.written()
    assert [line["kind"] for line in written] == ["receive", "undo", "receive"]
    assert thin.depot.rows(StoredOperation)[-2].seq == written[1]["seq"] + 1


def test_lines_of_the_device_itself_move_those_of_the_terminal(thin: Terminals) -> None:
    depot = thin.depot
    taken = thin.stored(thin.request(quantity=2))
    thin.step += 1
    own = depot.handhelds[0]
    own.do(Receive(quantity=1, code=LAMP, to="D-1", owner="ACME", ended=9))
    assert taken.batch is not None
    answer = depot.core.lanes.submit(taken.batch).result(20)
    assert answer.status == "fork"

    told = depot.core.terminals.finish(taken, answer)
    thin.all("/undo")

    assert [bytes(each) for each in told.outcomes] == APPLIED
    lines = depot.written()
    assert [line["kind"] for line in lines] == ["receive", "receive", "undo"]
    taken_back = next(
        each
        for each in depot.rows(StoredOperation)
        if (each.stream, each.seq) == (TERMINAL, lines[2]["seq"])
    )
    assert msgspec.json.decode(taken_back.line)["quantity"] == 24


def test_lines_stand_in_the_servers_time_after_one_clock_line_an_hour(thin: Terminals) -> None:
    depot = thin.depot
    thin.all("#1", CASE, "#1")
    depot.clock.advance(3_700_000)
    thin.all(CASE, "#1")

    lines = [each for each in depot.rows(StoredOperation) if each.stream == TERMINAL]
    told = [msgspec.json.decode(each.line)["kind"] for each in lines]
    # The first is the device's own, which anchored a boot of another clock.
    assert told == ["clock", "receive", "receive", "clock", "receive"]
    assert {each.quality for each in lines} == {"anchored"}
    assert lines[-1].occurred_at - depot.clock.now() in (0, 1)


def test_step_whose_database_failed_is_taken_when_it_is_sent_again(
    thin: Terminals, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_self: Keeping, _before: Terminal, _after: Terminal) -> bool:
        raise UnavailableError("the disk is full")

    monkeypatch.setattr(Keeping, "keep", fails)
    request = thin.request(quantity=2)
    with pytest.raises(UnavailableError):
        thin.send(request)
    monkeypatch.undo()

    assert [bytes(each) for each in thin.send(request).outcomes] == APPLIED


WRONG = (
    *("", " ", "\x00", "\x1d", "\u4f60\u597d", "x" * 300, "y" * 10_240, "]C1", "?"),
    *("A-99", "TOTE-77", "STAFF-NOBODY", "TASK-9", "ENROL-1", "CMD-NOSUCH", "4006381333930"),
    *("04006381333931", "]C1010400000000002010L-7" + "\x1d17260101", "VAN-1", "LOC-1"),
)


@pytest.mark.spec("DP-SCAN-6")
@pytest.mark.parametrize(
    "workflow", ["receive", "move", "pick", "count", "pack", "load", "deliver"]
)
def test_whatever_is_scanned_is_answered_and_leaves_a_way_on(depot: Depot, workflow: str) -> None:
    thin = Terminals(depot)
    thin.begin(workflow)
    for text in (*WRONG, "#-5", "#0", "#4000000000000", "/9", "/damaged"):
        thin.all(text)
        assert thin.last.said is not None
        assert thin.last.screen is not None
        assert thin.last.screen.text
        assert thin.last.screen.ways

    assert [line for line in depot.written() if line["kind"] != "claim"] == []
