"""Calls straight into the application, many at once: an HTTP client costs more than a call does."""

import asyncio
from collections.abc import Sequence
from typing import Any, NamedTuple
from urllib.parse import quote, unquote, urlencode

import msgspec
from litestar.testing import TestClient

AT_ONCE = 12
"""Calls that run side by side: those that write then share a commit, as they do in earnest."""


CALL_S_MAX = 10


class Call(NamedTuple):
    """One call: what is sent, and where."""

    method: str
    template: str
    places: dict[str, Any]
    params: dict[str, Any]
    content: bytes

    @property
    def path(self) -> str:
        """The address with something in every place."""
        filled = self.template
        for name, value in self.places.items():
            filled = filled.replace(f"{{{name}}}", quote(str(value), safe="") or "1")
        return filled

    @property
    def query(self) -> str:
        """The parameters as they stand behind the address."""
        return urlencode({name: str(told) for name, told in self.params.items()})


class Answered(NamedTuple):
    """What came back."""

    call: Call
    status: int
    media: str
    content: bytes

    def must_be_clear(self) -> None:
        """It is of a right shape, or a problem that is the caller's."""
        told = (self.call.method, self.call.path, self.call.query, self.call.content, self.content)
        assert self.status < 500, told
        if self.status >= 400:
            assert self.media == "application/problem+json", told
            assert msgspec.json.decode(self.content)["detail"], told


def answers(client: TestClient[Any], token: str, calls: Sequence[Call]) -> list[Answered]:
    """Make calls in the name of a key, some at once; answer what each came to, in their order."""

    async def all_of_them() -> list[Answered]:
        room = asyncio.Semaphore(AT_ONCE)

        async def one(call: Call) -> Answered:
            async with room:
                async with asyncio.timeout(CALL_S_MAX):
                    return await answered(client.app, token, call)

        return await asyncio.gather(*map(one, calls))

    return client.blocking_portal.call(all_of_them)


async def answered(app: Any, token: str, call: Call) -> Answered:  # noqa: ANN401 - an ASGI application.
    """Make one call."""
    path, status, media, content = call.path, 0, "", bytearray()
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": call.method,
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": call.query.encode(),
        "headers": [
            (b"host", b"testserver.local"),
            (b"authorization", f"Bearer {token}".encode()),
            (b"content-type", b"application/json"),
            (b"content-length", str(len(call.content)).encode()),
        ],
        "client": ("127.0.0.1", 50_000),
        "server": ("testserver.local", 80),
        "extensions": {},
    }
    told = asyncio.Event()
    waiting = [{"type": "http.request", "body": call.content, "more_body": False}]

    async def receive() -> dict[str, Any]:
        if waiting:
            return waiting.pop()
        # Streams are over when who listens for a caller that hangs up has heard it.
        await told.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        nonlocal status, media
        if message["type"] == "http.response.start":
            status = message["status"]
            media = next((v.decode() for k, v in message["headers"] if k == b"content-type"), "")
        else:
            content.extend(message.get("body", b""))
            if not message.get("more_body"):
                told.set()

    await app(scope, receive, send)
    return Answered(call, status, media, bytes(content))
