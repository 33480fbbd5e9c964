"""Who listens to a stream of the application, without a network and without an end."""

import asyncio
from typing import Any

from litestar import Litestar

from device_protocol import signatures
from device_protocol.live import live_target, read_hints
from device_protocol.messages import Hint
from device_protocol.version import PROTOCOL
from tests.api.device.callers import Caller

WAIT_S = 20.0


class Ear:
    """One open stream of an application."""

    def __init__(self, app: Litestar, caller: Caller, protocol: int = PROTOCOL) -> None:
        """Call, in the loop that runs."""
        self._sent: asyncio.Queue[Any] = asyncio.Queue()
        self._gone = asyncio.Event()
        self._asked = False
        target = live_target(protocol)
        signature = signatures.call_header(caller.device, caller.private, "GET", target, b"")
        headers = {
            signatures.SIGNATURE_HEADER: signature,
            "Authorization": f"Bearer {caller.token}",
            "Accept-Encoding": "zstd",
            "Host": "server.test",
        }
        path, _, query = target.partition("?")
        scope: Any = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
            "client": ("127.0.0.1", 1),
            "server": ("server.test", 80),
            "state": {},
        }
        self.task = asyncio.create_task(app(scope, self._receive, self._send))

    async def started(self) -> tuple[int, dict[str, str]]:
        """Status and headers."""
        message = await self._next()
        headers = {name.decode(): value.decode() for name, value in message["headers"]}
        return message["status"], headers

    async def hint(self) -> Hint | None:
        """The next hint; None once the stream has ended."""
        while True:
            message = await self._next()
            if not message.get("more_body"):
                await asyncio.wait_for(self.task, WAIT_S)
                return None
            for hint in read_hints(message["body"].decode().split("\n")):
                if hint is not None:
                    return hint

    async def part(self) -> bytes:
        """The next bytes."""
        body: bytes = (await self._next())["body"]
        return body

    async def hang_up(self) -> None:
        """Go away."""
        self._gone.set()
        await asyncio.wait_for(self.task, WAIT_S)

    async def _next(self) -> Any:  # noqa: ANN401 - a message of ASGI.
        return await asyncio.wait_for(self._sent.get(), WAIT_S)

    async def _receive(self) -> Any:  # noqa: ANN401 - a message of ASGI.
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:  # noqa: ANN401 - a message of ASGI.
        await self._sent.put(message)
        if message["type"] == "http.response.body" and not message.get("more_body"):
            # A server says so to the application once the last of an answer is on its way.
            self._gone.set()
