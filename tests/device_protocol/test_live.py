"""Hints: read line by line, told where they are news, and never needed."""

import httpx
import pytest

from device_protocol.client import CallError
from device_protocol.live import is_news, read_hints, write_hint
from device_protocol.messages import Cursor, Hint
from tests.device_protocol.desk import Desk
from tests.device_protocol.doubles import PERSON_SCOPE, checkpoint, document

HINT = Hint(PERSON_SCOPE, 9)


def test_hints_are_read_as_they_are_written() -> None:
    stream = b": listening\n\n" + write_hint(HINT) + b": alive\n\n" + write_hint(Hint("s", 2))
    assert list(read_hints(stream.decode().split("\n"))) == [None, HINT, None, Hint("s", 2)]


@pytest.mark.parametrize(
    "lines",
    [
        ["event: hint", "data: {"],
        ["event: hint", "data: {", ""],
        ["event: other", 'data: {"scope":"s","n":2}', ""],
        ['data: {"scope":"s","n":2}', ""],
        ["event: hint", "", 'data: {"scope":"s","n":2}', ""],
        ["retry: 3", "id", ""],
        [""],
    ],
)
def test_anything_else_is_skipped(lines: list[str]) -> None:
    assert list(read_hints(lines)) == []


def test_data_in_several_lines_is_joined() -> None:
    lines = ["event:hint", 'data:{"scope":"s",', 'data: "n":2}', ""]
    assert list(read_hints(lines)) == [Hint("s", 2)]


@pytest.mark.parametrize(("n", "news"), [(8, True), (9, False)])
@pytest.mark.spec("DP-LIVE-1")
def test_hint_of_what_was_pulled_is_no_news(n: int, news: bool) -> None:
    assert is_news(HINT, {PERSON_SCOPE: Cursor(n, 1, "")}) is news
    assert is_news(HINT, {})


def test_who_follows_is_told_when_to_pull(desk: Desk) -> None:
    desk.client.hello()
    desk.client.sign_in("ada", "1234")
    desk.server.pulls.append(checkpoint(PERSON_SCOPE, [document("task/1", 3)], n=9))
    desk.server.stream = ": listening\n\n" + 2 * write_hint(HINT).decode() + ": alive\n\n"
    heard: list[Hint | None] = []

    def hear(hint: Hint | None) -> bool:
        heard.append(hint)
        if hint is not None:
            desk.client.pull_all()
        return True

    assert desk.client.follow(hear)
    assert heard == [None, HINT, None]


def test_who_has_heard_enough_ends_the_stream(desk: Desk) -> None:
    desk.client.hello()
    desk.server.stream = ": listening\n\n" + write_hint(HINT).decode()
    heard: list[Hint | None] = []

    def hear(hint: Hint | None) -> bool:
        heard.append(hint)
        return False

    assert desk.client.follow(hear)
    assert heard == [None]


def unheard(_hint: Hint | None) -> bool:
    """Hear what must not be told."""
    pytest.fail("nothing was to be told")


@pytest.mark.spec("DP-VER-4")
def test_server_of_the_first_protocol_has_no_hints(desk: Desk) -> None:
    desk.server.protocol = 1
    desk.client.hello()
    desk.server.calls.clear()
    assert not desk.client.follow(unheard)
    assert desk.server.calls == []


@pytest.mark.parametrize("fault", ["lose request", "503"])
@pytest.mark.spec("DP-LIVE-1")
def test_server_that_is_away_leaves_polling(desk: Desk, fault: str) -> None:
    desk.client.hello()
    desk.road.faults.append(fault)
    assert not desk.client.follow(unheard)


def test_session_that_ended_is_told(desk: Desk) -> None:
    desk.client.hello()
    with pytest.raises(CallError, match="401 unauthorized"):
        desk.client.follow(unheard)


def test_stream_that_breaks_off_was_one(desk: Desk) -> None:
    desk.client.hello()

    def broken() -> object:
        yield b": listening\n"
        raise httpx.ReadTimeout("silent")

    client = desk.over(lambda _request: httpx.Response(200, content=broken()))  # type: ignore[arg-type]
    heard: list[Hint | None] = []

    def hear(hint: Hint | None) -> bool:
        heard.append(hint)
        return True

    assert client.follow(hear)
    assert heard == [None]
