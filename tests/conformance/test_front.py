"""The road before the server: what fails as planned, and what it leaves alone."""

import socket
from collections.abc import Iterator

import httpx
import pytest

from server.conformance.front import FAULTS, Front
from server.conformance.world import World


@pytest.fixture
def front(world: World) -> Iterator[Front]:
    """Give the front of a server."""
    yield world.front
    world.front.plan([])


def asked(front: Front) -> httpx.Response:
    return httpx.get(f"{front.url}/health?x=1", trust_env=False, timeout=10.0)


def test_nothing_fails_without_a_plan(front: Front) -> None:
    assert asked(front).json()["status"] == "ok"
    assert front.met.total() == 0
    assert front.calls["health"] == 1


@pytest.mark.parametrize("fault", ["lose_request", "lose_answer", "cut_answer"])
def test_answer_does_not_come_whole(front: Front, fault: str) -> None:
    front.plan([("health", fault)])
    with pytest.raises(httpx.RemoteProtocolError):
        asked(front)
    assert asked(front).is_success


@pytest.mark.parametrize(
    ("fault", "status", "says"),
    [
        ("error_500", 500, "Bad gateway"),
        ("busy_429", 429, "{}"),
        ("portal", 200, "hotel"),
        ("empty_200", 200, "{}"),
        ("proxy_403", 403, "Blocked"),
        ("redirect", 302, ""),
        ("gap_409", 409, "sync.gap"),
        ("fork_409", 409, "sync.fork"),
        ("double", 200, "ok"),
        ("late", 200, "ok"),
        ("slow", 200, "ok"),
        ("drift", 200, "ok"),
    ],
)
def test_somebody_else_answers_or_the_server_later(
    front: Front, fault: str, status: int, says: str
) -> None:
    front.plan([("any", fault)])
    answer = asked(front)
    assert (answer.status_code, says in answer.text) == (status, True)
    assert front.met == {fault: 1}


def test_every_fault_is_tried_here_or_above() -> None:
    assert len(FAULTS) == 3 + 12


def test_fault_waits_for_the_call_that_it_is_meant_for(front: Front) -> None:
    front.plan([("push", "portal"), ("health", "portal")])
    assert "hotel" not in asked(front).text
    assert front.faults == [("push", "portal"), ("health", "portal")]


def test_whoever_hangs_up_or_speaks_no_http_hurts_nobody(front: Front) -> None:
    for said in (b"", b"GET", b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nx", b"x" * 70_000):
        with socket.create_connection(("127.0.0.1", front.port)) as line:
            line.sendall(said)
    assert asked(front).is_success
