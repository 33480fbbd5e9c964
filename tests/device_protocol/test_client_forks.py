"""Forks, restored devices and servers over HTTP, and that each act counts once."""

import contextlib
import random

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device_protocol import problems
from device_protocol.client import CallError, UnreachableError
from device_protocol.store import MemoryStore
from tests.device_protocol.desk import Desk, as_it_was_enrolled


def test_restored_device_forks_and_sends_what_the_server_lacks(desk: Desk) -> None:
    desk.work(2)
    desk.client.push_all()
    twin = as_it_was_enrolled(desk)
    twin.work(3)
    twin.client.push_all()
    assert twin.device.outbox.identity.epoch == 2
    assert len(desk.bound()) == 5


def test_fork_that_the_push_finds_is_settled_by_hello(desk: Desk) -> None:
    desk.work(2)
    desk.client.hello()
    twin = as_it_was_enrolled(desk)
    twin.work(1)
    twin.client.push_all()
    desk.client.push_all()
    assert desk.device.outbox.identity.epoch == 2
    assert desk.device.pending() == 0


def test_gap_that_the_push_finds_is_filled(desk: Desk) -> None:
    desk.work(2)
    desk.client.push_all()
    backup = desk.server.backup()
    desk.work(2)
    desk.client.push_all()
    desk.server.restore(backup)
    desk.work(1)
    desk.client.push_all()
    assert desk.device.outbox.identity.epoch == 1
    assert len(desk.bound()) == 5


def test_restored_server_that_forgot_the_epoch_is_offered_everything(desk: Desk) -> None:
    backup = desk.server.backup()
    desk.work(2)
    desk.client.push_all()
    desk.device.on_fork()
    desk.work(1)
    desk.client.push_all()
    assert desk.device.outbox.identity.epoch == 2
    desk.server.restore(backup)
    desk.work(1)
    desk.client.push_all()
    assert len(desk.bound()) == 4


def test_epoch_that_is_closed_at_push_time_is_replaced(desk: Desk) -> None:
    desk.work(1)
    desk.client.hello()
    del desk.server.epochs[1]
    desk.server.epochs[7] = bytes(16)
    desk.client.push_all()
    assert desk.device.outbox.identity.epoch == 2
    assert len(desk.bound()) == 1


@pytest.mark.parametrize("extras", [{}, {"next": 1, "head": "ab"}, {"next": "one"}])
def test_fork_that_hello_names_opens_an_epoch(desk: Desk, extras: dict[str, object]) -> None:
    first = iter([True])

    def fork_once(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("hello") and next(first, False):
            problem = problems.Problem(code="sync.fork", extras=extras)
            return httpx.Response(409, content=problems.encode_problem(problem))
        return desk.server(request)

    desk.work(1)
    desk.over(fork_once).push_all()
    assert desk.device.outbox.identity.epoch == 2


def test_lost_epoch_answer_opens_one_epoch(desk: Desk) -> None:
    desk.device.on_fork()
    desk.work(1)
    desk.road.faults.extend(["lose answer"])
    desk.client.push_all()
    assert sorted(desk.server.epochs) == [1, 2]
    assert desk.server.calls[:3] == ["epoch", "epoch", "hello"]


def test_server_that_agrees_with_no_epoch_is_given_up(desk: Desk) -> None:
    def deny(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("hello"):
            problem = problems.Problem(code="sync.fork")
            return httpx.Response(409, content=problems.encode_problem(problem))
        return desk.server(request)

    with pytest.raises(UnreachableError, match="do not agree about any epoch"):
        desk.over(deny).hello()


def test_push_that_is_always_out_of_step_is_given_up(desk: Desk) -> None:
    def gap(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("push"):
            problem = problems.Problem(code="sync.gap", extras={"next": 1})
            return httpx.Response(409, content=problems.encode_problem(problem))
        return desk.server(request)

    desk.work(1)
    with pytest.raises(CallError, match=r"409 sync.gap"):
        desk.over(gap).push_all()


FAULTS = ["", "", "lose request", "lose answer", "garble answer", "truncate", "double", "503"]


@given(st.integers(min_value=0))
@settings(deadline=None, max_examples=60)
@pytest.mark.spec("DP-EPOCH-5")
def test_each_act_counts_once_whatever_the_road_does(seed: int) -> None:
    chance = random.Random(seed)
    desk = Desk(MemoryStore())
    recorded = 0
    backup = desk.server.backup()
    for _ in range(12):
        count = chance.randrange(4)
        desk.work(count)
        recorded += count
        desk.road.faults.extend(chance.choices(FAULTS, k=chance.randrange(5)))
        event = chance.randrange(12)
        if event == 0:
            desk.restart()
        elif event == 1:
            backup = desk.server.backup()
        elif event == 2:
            desk.server.restore(backup)
            backup = desk.server.backup()
        elif event == 3:
            desk.device.on_fork()
        elif chance.random() < 0.7:
            # Giving up after too many faults is an offline spell.
            with contextlib.suppress(UnreachableError):
                desk.client.push_all()
    desk.road.faults.clear()
    desk.client.hello()
    desk.client.push_all()
    assert len(desk.bound()) == recorded
    assert sorted(desk.server.units) == desk.bound()
    assert desk.device.pending() == 0
