"""The network of the demo: what is lost, cut, repeated and late, message by message."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from server.demo.child import free_port
from server.demo.faults import Fault, FaultPlan
from server.demo.proxy import Proxy


class Planned(FaultPlan):
    """Faults by the number of the attempt."""

    def __init__(self, *faults: Fault) -> None:
        """The first attempt gets the first, and so on; then none."""
        super().__init__(1)
        self.faults = faults

    def fault(self, device: str, kind: str, attempt: int) -> Fault:
        """Answer the fault of an attempt."""
        assert (device, kind) == ("D01", "push")
        return self.faults[attempt - 1] if attempt <= len(self.faults) else "none"


class Upstream:
    """A server that keeps what reaches it."""

    def __init__(self) -> None:
        """Listen."""
        self.bodies: list[bytes] = []
        bodies = self.bodies

        class Keeper(BaseHTTPRequestHandler):
            """Keeps bodies and answers each with its length."""

            def do_POST(self) -> None:
                """Keep one."""
                body = self.rfile.read(int(self.headers["Content-Length"]))
                bodies.append(body)
                answer = b"%d bytes" % len(body)
                self.send_response(200)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_words: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Keeper)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,))
        self.thread.start()

    def close(self) -> None:
        """Stop."""
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    """Give a server."""
    server = Upstream()
    yield server
    server.close()


class Line:
    """A device's way through a proxy with planned faults."""

    def __init__(self, port: int, *faults: Fault) -> None:
        """Open it."""
        self.proxy = Proxy(Planned(*faults), port)
        self.url = f"http://127.0.0.1:{self.proxy.listen('D01')}/device/v1/push"

    def push(self, body: bytes) -> str:
        """Push, and answer what came back; empty where the connection broke."""
        try:
            return httpx.post(self.url, content=body, timeout=5).text
        except httpx.RequestError:
            return ""

    def close(self) -> None:
        """Close it."""
        self.proxy.close()


def test_lost_request_never_arrives_and_the_next_does(upstream: Upstream) -> None:
    line = Line(upstream.port, "lost_request")
    assert (line.push(b"one"), line.push(b"two")) == ("", "3 bytes")
    line.close()
    assert upstream.bodies == [b"two"]


@pytest.mark.parametrize("fault", ["lost_answer", "cut_answer"])
def test_answer_is_lost_though_the_request_arrived(upstream: Upstream, fault: Fault) -> None:
    line = Line(upstream.port, fault)
    assert (line.push(b"one"), line.push(b"two")) == ("", "3 bytes")
    line.close()
    assert upstream.bodies == [b"one", b"two"]


def test_duplicate_arrives_twice_and_is_answered_once(upstream: Upstream) -> None:
    line = Line(upstream.port, "duplicate")
    assert line.push(b"one") == "3 bytes"
    line.close()
    assert upstream.bodies == [b"one", b"one"]
    assert line.proxy.tally.repeated == 1


def test_echo_arrives_again_behind_the_next(upstream: Upstream) -> None:
    line = Line(upstream.port, "echo")
    assert (line.push(b"one"), line.push(b"two")) == ("3 bytes", "3 bytes")
    line.close()
    assert upstream.bodies == [b"one", b"two", b"one"]


def test_delayed_message_arrives(upstream: Upstream) -> None:
    line = Line(upstream.port, "delay")
    assert line.push(b"one") == "3 bytes"
    line.close()


def test_attempts_count_only_while_the_server_can_be_reached() -> None:
    line = Line(free_port(), "duplicate")
    assert (line.push(b"one"), line.push(b"one")) == ("", "")
    line.close()
    assert line.proxy.tally.faults["duplicate"] == 2
    assert line.proxy.tally.pushed_bytes == 0


def test_operations_on_the_way_are_counted(upstream: Upstream) -> None:
    line = Line(upstream.port, "duplicate")
    line.push(b"header\nfirst\nsecond\n")
    line.close()
    assert line.proxy.tally.pushed_lines == 4


def test_push_of_a_device_can_strike_the_server(upstream: Upstream) -> None:
    line = Line(upstream.port)
    heard: list[str] = []

    def strikes(device: str) -> bool:
        heard.append(device)
        return True

    line.proxy.on_push = strikes
    line.push(b"one")
    line.close()
    assert heard == ["D01"]
    assert line.proxy.tally.faults["server_killed"] == 1
