"""Attachments on the device: kept before the line, sent as far as the server takes them."""

from collections import deque
from pathlib import Path

import httpx
import pytest

from device_protocol.attachments import AttachmentBox, send_pending
from device_protocol.messages import AttachmentAnswer, Limits
from device_protocol.personal import hash_of
from device_protocol.problems import Problem
from device_protocol.sqlite_store import SqliteStore
from device_protocol.store import MemoryStore, Store
from device_protocol.version import LIMITS
from tests.device_protocol.desk import Desk
from tests.device_protocol.doubles import seeded

SMALL = Limits(1, 1, 1, 1, attachment_bytes=100, chunk_bytes=4)
CONTENT = b"0123456789"


class Server:
    """Answers calls as a test says, else as a server that keeps everything."""

    def __init__(self) -> None:
        """Have nothing."""
        self.have: dict[str, bytes] = {}
        self.answers: deque[AttachmentAnswer | Problem | None] = deque()
        self.asked: list[str] = []

    def __call__(self, method: str, target: str, body: bytes) -> AttachmentAnswer | Problem:
        """Answer one call."""
        path, _, query = target.partition("?")
        name = path.rpartition("/")[2]
        self.asked.append(f"{method} {query}")
        answer = self.answers.popleft() if self.answers else None
        if answer is not None:
            return answer
        if method == "PUT":
            self.have[name] = self.have.get(name, b"") + body
        have = len(self.have.get(name, b""))
        return AttachmentAnswer(name, have, complete=have == len(CONTENT))


@pytest.fixture
def box(store: Store) -> AttachmentBox:
    """Give a box over each store."""
    return AttachmentBox(store, seeded())


def test_content_is_kept_until_it_is_sent(store: Store, box: AttachmentBox) -> None:
    name = box.keep(CONTENT, "image/png")

    [held] = AttachmentBox(store, seeded()).pending()

    assert held.hash == name == hash_of(bytes.fromhex(held.salt), CONTENT)
    assert (held.size, held.media_type, box.content(held)) == (10, "image/png", CONTENT)
    other = box.keep(b"other", "application/pdf")
    box.sent(held)
    assert [each.hash for each in box.held()] == [other]
    assert box.content(held) == b""


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"", "image/png"),
        (bytes(LIMITS.attachment_bytes + 1), "image/png"),
        (b"<svg/>", "image/svg+xml"),
    ],
)
def test_what_no_server_takes_is_not_kept(
    box: AttachmentBox, content: bytes, media_type: str
) -> None:
    with pytest.raises(ValueError, match="attachment"):
        box.keep(content, media_type)

    assert box.held() == []


def test_pieces_go_from_where_the_server_stands(box: AttachmentBox) -> None:
    name = box.keep(CONTENT, "image/png")
    [held] = box.pending()
    server = Server()
    server.have[name] = CONTENT[:3]

    assert send_pending(box, server, SMALL) == 1

    rest = f"size=10&salt={held.salt}&type=image%2Fpng"
    assert server.asked == ["GET ", f"PUT offset=3&{rest}", f"PUT offset=7&{rest}"]
    assert server.have[name] == CONTENT
    assert box.held() == []


def test_problem_that_may_pass_ends_it_until_the_next_time(box: AttachmentBox) -> None:
    names = [box.keep(CONTENT, "image/png") for _ in range(2)]
    server = Server()
    server.answers.extend([None, Problem(status=429)])

    assert send_pending(box, server, SMALL) == 0
    assert [held.hash for held in box.pending()] == names
    assert send_pending(box, server, SMALL) == 2


def test_gap_is_gone_on_from_where_the_server_stands(box: AttachmentBox) -> None:
    name = box.keep(CONTENT, "image/png")
    server = Server()
    server.have[name] = CONTENT[:2]
    gap = Problem(status=409, code="attachments.gap", extras={"have": 2})
    server.answers.extend([AttachmentAnswer(name, 6), gap])

    assert send_pending(box, server, SMALL) == 1

    assert [asked.partition("&")[0] for asked in server.asked[1:]] == [
        f"PUT offset={offset}" for offset in (6, 2, 6)
    ]
    assert server.have[name] == CONTENT


def test_what_the_server_will_not_have_is_set_aside(store: Store, box: AttachmentBox) -> None:
    first, second = (box.keep(CONTENT, "image/png") for _ in range(2))
    server = Server()
    server.answers.extend([None, Problem(status=422, code="attachments.mismatch")])

    assert send_pending(box, server, SMALL) == 1

    [held] = AttachmentBox(store, seeded()).held()
    assert (held.hash, held.refused) == (first, "attachments.mismatch")
    assert box.content(held) == CONTENT
    assert second in server.have
    assert box.pending() == []


def test_problem_without_a_code_is_named_by_its_status(box: AttachmentBox) -> None:
    box.keep(CONTENT, "image/png")
    server = Server()
    server.answers.append(Problem(status=413))

    send_pending(box, server, SMALL)

    assert [held.refused for held in box.held()] == ["413"]


def test_another_devices_lie_is_not_held_against_this_one(box: AttachmentBox) -> None:
    name = box.keep(CONTENT, "image/png")
    server = Server()
    server.answers.extend([AttachmentAnswer(name, 9), Problem(status=422)])

    assert send_pending(box, server, SMALL) == 0
    assert send_pending(box, server, SMALL) == 1


def test_server_that_does_not_get_on_is_left(box: AttachmentBox) -> None:
    name = box.keep(CONTENT, "image/png")
    server = Server()
    server.answers.extend([AttachmentAnswer(name, 0)] * 99)

    assert send_pending(box, server, SMALL) == 0
    assert len(server.asked) == 9
    assert len(box.pending()) == 1


@pytest.mark.parametrize("fault", ["lost", "garbled", "500", "404"])
def test_failing_attachments_hold_up_neither_push_nor_pull(fault: str) -> None:
    desk = Desk(MemoryStore())
    desk.device.attachments.keep(CONTENT, "image/png")
    desk.work(1)
    calls: list[str] = []

    def faulty(request: httpx.Request) -> httpx.Response:
        if "attachments" not in request.url.path:
            return desk.server(request)
        calls.append(request.method)
        if fault == "lost":
            raise httpx.ConnectError("lost", request=request)
        return httpx.Response(int(fault) if fault.isdigit() else 200, content=b"{")

    client = desk.over(faulty)
    client.session = "t"
    report = client.sync()

    assert report.pushed > 0
    assert calls == ["GET"]
    assert desk.device.uploads() == 1
    assert "pull" in desk.server.calls
    assert desk.slept == []


def test_server_that_takes_none_is_not_asked() -> None:
    desk = Desk(MemoryStore())
    desk.device.attachments.keep(CONTENT, "image/png")
    desk.server.limits = Limits(65_536, 500, 1 << 20, 4 << 20)

    desk.client.sync()

    assert desk.server.calls == ["hello", "push"]


def test_sqlite_store_keeps_pictures(tmp_path: Path) -> None:
    path = tmp_path / "device.db"
    AttachmentBox(SqliteStore(path), seeded()).keep(bytes(1 << 20), "image/jpeg")

    again = AttachmentBox(SqliteStore(path), seeded())

    assert len(again.content(again.pending()[0])) == 1 << 20
