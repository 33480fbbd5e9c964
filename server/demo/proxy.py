"""A proxy between devices and server that loses, cuts, repeats and delays messages as planned.

One thread with an event loop, on loopback. Each device has a port of its own, by which it is known;
every message travels on a connection of its own, so a fault never touches a neighbour. Attempts are
counted per device and kind, and only while the server can be reached.
"""

import asyncio
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from device_protocol import codec
from server.demo.faults import Fault, FaultPlan

HOST = "127.0.0.1"
HEAD_BYTES_MAX = 65_536
UNPACKED_BYTES_MAX = 16 << 20
_END = b"\r\n\r\n"


@dataclass
class Tally:
    """What went through, for the summary."""

    messages: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    pushed_bytes: int = 0
    pushed_lines: int = 0
    """Operations that reached the server, each as often as it did."""
    repeated: int = 0
    """Messages that reached the server once more than they were meant."""


@dataclass(frozen=True)
class Request:
    """A whole message of a device."""

    device: str
    kind: str
    head: bytes
    body: bytes

    @property
    def wire(self) -> bytes:
        """The bytes for the server, on a connection that ends with the answer."""
        lines = [
            line
            for line in self.head.split(b"\r\n")
            if not line.lower().startswith((b"connection:", b"keep-alive:"))
        ]
        return b"\r\n".join([*lines, b"Connection: close"]) + _END + self.body


class Proxy:
    """The network of the demo."""

    def __init__(self, plan: FaultPlan, server_port: int) -> None:
        """Carry messages to the server."""
        self.tally = Tally()
        self.on_push: Callable[[str], bool] = lambda _device: False
        """Hears of each push on its way, and tells whether it strikes the server down."""
        self._plan = plan
        self._server_port = server_port
        self._attempts: Counter[tuple[str, str]] = Counter()
        self._echoes: dict[str, Request] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)
        self._servers: list[asyncio.Server] = []
        self._thread.start()

    def listen(self, device: str) -> int:
        """Open the port of a device and return it."""

        async def opened() -> int:
            async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                await self._served(device, reader, writer)

            server = await asyncio.start_server(serve, HOST, 0, limit=HEAD_BYTES_MAX)
            self._servers.append(server)
            port: int = server.sockets[0].getsockname()[1]
            return port

        return asyncio.run_coroutine_threadsafe(opened(), self._loop).result()

    def close(self) -> None:
        """Close every port and stop the thread."""

        async def closed() -> None:
            for server in self._servers:
                server.close()
            mine = asyncio.current_task()
            waiting = [task for task in asyncio.all_tasks() if task is not mine]
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(closed(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _served(
        self, device: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            request = await read_request(device, reader)
            if request is not None:
                answer = await self._carried(request)
                writer.write(answer)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            # The device hung up; it will come again.
            pass
        finally:
            writer.close()

    async def _carried(self, request: Request) -> bytes:
        """Carry one message; an empty answer is a connection that broke."""
        device, kind = request.device, request.kind
        self._attempts[device, kind] += 1
        attempt = self._attempts[device, kind]
        fault = self._plan.fault(device, kind, attempt)
        self.tally.messages[kind] += 1
        if fault != "none":
            self.tally.faults[fault] += 1
        if fault in {"lost_request", "offline"}:
            return b""
        if fault == "delay":
            await asyncio.sleep(self._plan.delay_ms(device, kind, attempt) / 1_000)
        if kind == "push" and self.on_push(device):
            self.tally.faults["server_killed"] += 1
        answer = await self._forwarded(request, fault)
        if not answer:
            self._attempts[device, kind] -= 1
            return b""
        await self._echoed(request, fault)
        return damaged(answer, fault)

    async def _forwarded(self, request: Request, fault: Fault) -> bytes:
        if fault != "duplicate":
            return await self._answer_of(request)
        self.tally.repeated += 1
        first, _ = await asyncio.gather(self._answer_of(request), self._answer_of(request))
        return first

    async def _echoed(self, request: Request, fault: Fault) -> None:
        """Let a message that lingered arrive again, behind the one that has just been answered."""
        lingering = self._echoes.pop(request.device, None)
        if lingering is not None:
            self.tally.repeated += 1
            await self._answer_of(lingering)
        if fault == "echo":
            self._echoes[request.device] = request

    async def _answer_of(self, request: Request) -> bytes:
        try:
            reader, writer = await asyncio.open_connection(HOST, self._server_port)
        except OSError:
            return b""
        try:
            writer.write(request.wire)
            await writer.drain()
            answer = await reader.read(-1)
        except OSError:
            return b""
        finally:
            writer.close()
        if answer and request.kind == "push":
            self.tally.pushed_bytes += len(request.body)
            self.tally.pushed_lines += lines_in(request)
        return answer


async def read_request(device: str, reader: asyncio.StreamReader) -> Request | None:
    """Read a whole message; None where the connection ended before it began."""
    try:
        head = (await reader.readuntil(_END)).removesuffix(_END)
    except asyncio.IncompleteReadError:
        return None
    first, *fields = head.split(b"\r\n")
    length = 0
    for line in fields:
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            length = int(value)
    body = await reader.readexactly(length)
    path = first.split(b" ")[1].decode("ascii", "replace")
    return Request(device, path.rpartition("/")[2].partition("?")[0], head, body)


def damaged(answer: bytes, fault: Fault) -> bytes:
    """Return what of an answer comes through."""
    if fault == "lost_answer":
        return b""
    return answer[: len(answer) * 2 // 3] if fault == "cut_answer" else answer


def lines_in(request: Request) -> int:
    """Return how many operations a push carries."""
    packed = b"content-encoding: zstd" in request.head.lower()
    room = len(request.body) if not packed else UNPACKED_BYTES_MAX
    body = codec.unpack(request.body, "zstd" if packed else "", room, room)
    return max(0, body.count(b"\n") - 1)
