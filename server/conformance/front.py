"""An HTTP server in this process: the real application, behind a road that fails as planned.

One thread with an event loop, on loopback; a connection carries one message. Faults are taken from
a plan, one per call that is meant by it; without a plan nothing fails.
"""

import asyncio
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

Application = Callable[[Any, Any, Any], Awaitable[None]]
"""An ASGI application."""

HOST = "127.0.0.1"
HEAD_BYTES_MAX = 65_536
SLOW_S = 0.4
REACHED_S_MAX = 20.0
_END = b"\r\n\r\n"
_PORTAL = b"<html><body>Welcome to the hotel. <a href='/accept'>Accept</a></body></html>"

FAULTS = {
    "lose_request": "the request never arrives",
    "lose_answer": "the server works, the answer is lost",
    "cut_answer": "two thirds of the answer arrive",
    "double": "the request arrives twice",
    "late": "the request arrives again behind the next one",
    "slow": "the answer takes its time",
    "error_500": "a server in front fails",
    "busy_429": "too many; Retry-After: 1",
    "portal": "a captive portal's page with status 200",
    "empty_200": "an empty object with status 200",
    "proxy_403": "a proxy's page with status 403",
    "redirect": "a captive portal leads elsewhere",
    "gap_409": "the server says that lines are missing",
    "fork_409": "the server says that it holds other lines",
    "drift": "a document arrives changed, so that a checkpoint is not equal",
}
"""Every fault and what it does."""


class Front:
    """Where clients connect."""

    def __init__(self, app: Application) -> None:
        """Listen on a free port."""
        self.app = app
        self.faults: list[tuple[str, str]] = []
        """What is still to fail: call and fault, in order; a call `any` is whichever comes next."""
        self.met: Counter[str] = Counter()
        self.calls: Counter[str] = Counter()
        self._lingering: list[tuple[dict[str, Any], bytes]] = []
        self._called = threading.Condition()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="front", daemon=True)
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result()
        self.port: int = self._server.sockets[0].getsockname()[1]

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{HOST}:{self.port}"

    def plan(self, faults: Iterable[tuple[str, str]]) -> None:
        """Let calls fail from now on; an empty plan heals the road."""
        self.faults = list(faults)

    def reached(self, call: str) -> Callable[[], None]:
        """Return what waits until the next call of a kind has come, as counted from now."""
        before = self.calls[call]

        def wait() -> None:
            with self._called:
                self._called.wait_for(lambda: self.calls[call] > before, REACHED_S_MAX)

        return wait

    def close(self) -> None:
        """Stop listening, and end what is still open."""

        async def closed() -> None:
            self._server.close()
            mine = asyncio.current_task()
            waiting = [task for task in asyncio.all_tasks() if task is not mine]
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(closed(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _listen(self) -> asyncio.Server:
        return await asyncio.start_server(self._served, HOST, 0, limit=HEAD_BYTES_MAX)

    async def _served(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(_END)).removesuffix(_END)
            scope = scope_of(head)
            length = int(dict(scope["headers"]).get(b"content-length", b"0"))
            body = await reader.readexactly(length)
            await self._carried(scope, body, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            # The client hung up, perhaps because it was killed.
            pass
        finally:
            writer.close()

    async def _carried(
        self, scope: dict[str, Any], body: bytes, writer: asyncio.StreamWriter
    ) -> None:
        fault = self._next_fault(scope["path"].rpartition("/")[2])
        ready = _READY.get(fault)
        if fault == "lose_request":
            return
        if ready is not None:
            writer.write(ready)
            return
        if fault == "double":
            await self._asked(scope, body)
        if fault in ("", "double", "late"):
            await self._answered(scope, body, writer)
            lingering, self._lingering = self._lingering, []
            for late_scope, late_body in lingering:
                await self._asked(late_scope, late_body)
            if fault == "late":
                self._lingering.append((scope, body))
            return
        answer = await self._asked(scope, body)
        if fault == "drift":
            writer.write(answer.replace(b'"kind":"bin"', b'"kind":"bun"', 1))
        if fault == "slow":
            await asyncio.sleep(SLOW_S)
            writer.write(answer)
        if fault == "cut_answer":
            writer.write(answer[: len(answer) * 2 // 3])

    def _next_fault(self, call: str) -> str:
        with self._called:
            self.calls[call] += 1
            self._called.notify_all()
        if not self.faults or self.faults[0][0] not in ("any", call):
            return ""
        _, fault = self.faults.pop(0)
        self.met[fault] += 1
        return fault

    async def _asked(self, scope: dict[str, Any], body: bytes) -> bytes:
        """Let the application answer into memory."""
        written = _Written()
        await self._answered(scope, body, written)
        return bytes(written.bytes)

    async def _answered(self, scope: dict[str, Any], body: bytes, writer: Any) -> None:  # noqa: ANN401 - a stream, or memory.
        """Let the application answer as it goes, so that events are heard as they come."""
        told = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> Any:  # noqa: ANN401 - as ASGI has it.
            if told:
                return told.pop()
            await asyncio.Event().wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:  # noqa: ANN401 - as ASGI has it.
            if message["type"] == "http.response.start":
                lines = [b"HTTP/1.1 %d OK" % message["status"], b"connection: close"]
                lines += [b"%b: %b" % (name, value) for name, value in message["headers"]]
                writer.write(b"\r\n".join(lines) + _END)
            elif message["type"] == "http.response.body":
                writer.write(message.get("body", b""))
            await writer.drain()

        await self.app(dict(scope), receive, send)


class _Written:
    """An answer in memory, written as to a stream."""

    def __init__(self) -> None:
        self.bytes = bytearray()

    def write(self, part: bytes) -> None:
        self.bytes += part

    async def drain(self) -> None:
        return


def scope_of(head: bytes) -> dict[str, Any]:
    """Read the head of a request as ASGI has it."""
    first, *lines = head.split(b"\r\n")
    method, target, _ = first.split(b" ")
    path, _, query = target.partition(b"?")
    headers = [
        (name.strip().lower(), value.strip())
        for name, _, value in (line.partition(b":") for line in lines)
        # Answers stay plain, so that a fault can change what they say.
        if name.strip().lower() != b"accept-encoding"
    ]
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method.decode("ascii"),
        "scheme": "http",
        "path": path.decode("ascii"),
        "raw_path": path,
        "query_string": query,
        "root_path": "",
        "headers": headers,
        "client": (HOST, 0),
        "server": (HOST, 0),
        "state": {},
        "extensions": {},
    }


def _ready(status: int, kind: bytes, body: bytes, extra: bytes = b"") -> bytes:
    head = b"HTTP/1.1 %d OK\r\ncontent-type: %b\r\ncontent-length: %d\r\nconnection: close" % (
        status,
        kind,
        len(body),
    )
    return head + extra + _END + body


_PROBLEM = (
    b'{"type":"about:blank","title":"No","status":409,"detail":"","code":"sync.%b","next":1,"head":"'
    + b"0" * 64
    + b'"}'
)
_READY = {
    "gap_409": _ready(409, b"application/problem+json", _PROBLEM % b"gap"),
    "fork_409": _ready(409, b"application/problem+json", _PROBLEM % b"fork"),
    "error_500": _ready(500, b"text/html", b"<h1>Bad gateway</h1>"),
    "busy_429": _ready(429, b"application/json", b"{}", b"\r\nretry-after: 1"),
    "portal": _ready(200, b"text/html", _PORTAL),
    "empty_200": _ready(200, b"application/json", b"{}"),
    "proxy_403": _ready(403, b"text/html", b"<h1>Blocked</h1>"),
    "redirect": _ready(302, b"text/html", b"", b"\r\nlocation: http://127.0.0.1:1/accept"),
}
