"""Live: hints that something changed, as server-sent events; never data.

The stream opens with a comment, so that the device knows from when on it is told; what changed
before, it pulls. It ends when the session or the device's work ends, which is looked at with every
heartbeat, when the device opens another, and when the server stops.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import suppress

from litestar import get
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromQuery
from litestar.response import Stream

from device_protocol.live import HEARTBEAT_S, write_hint
from device_protocol.messages import Hint
from server.api.device.callers import Call, must_be_active, must_speak, read_call
from server.api.device.pull import must_be_here
from server.api.guards import bearer, principal_for
from server.api.handles import CoreHere
from server.api.limits import AnyRequest
from server.api.packing import PACKS
from server.errors import TotebookError
from server.sync.live import Listener
from server.sync.pull import lanes_of, scopes_of

OPENED = b": listening\n\n"
ALIVE = b": alive\n\n"
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
"""Nobody on the way may keep the stream, or hold it back until there is more of it."""


@get(
    "/live",
    summary="Be told when to pull",
    responses={
        200: ResponseSpec(
            Hint, description="Events `hint`, with this as data.", media_type="text/event-stream"
        )
    },
    opt={PACKS: True},
)
async def open_stream(request: AnyRequest, core: CoreHere, protocol: FromQuery[int] = 1) -> Stream:
    """Tell of changes in the scopes that the device and the person on it follow."""
    must_speak(protocol)
    call = await read_call(request, core)
    ear = await asyncio.to_thread(Ear, call, bearer(request), asyncio.get_running_loop())
    return Stream(ear.events(), media_type="text/event-stream", headers=HEADERS)


class Ear:
    """One stream: who listens, and what they are told."""

    def __init__(self, call: Call, token: str, loop: asyncio.AbstractEventLoop) -> None:
        """Check device, person and session, and listen from here on."""
        self._core = call.core
        self._call = call
        self._token = token
        self._loop = loop
        self._woken = asyncio.Event()
        self._listener = Listener(call.device().id, self._wake)
        self._follow()
        self._core.live.listen(self._listener)

    async def events(self) -> AsyncIterator[bytes]:
        """The bytes of the stream."""
        try:
            yield OPENED
            looked = time.monotonic()
            while not self._listener.ended.is_set():
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._woken.wait(), HEARTBEAT_S)
                self._woken.clear()
                if self._listener.ended.is_set():
                    return
                if time.monotonic() - looked >= HEARTBEAT_S:
                    looked = time.monotonic()
                    if not await asyncio.to_thread(self._goes_on):
                        return
                    yield ALIVE
                for hint in self._listener.take():
                    yield write_hint(hint)
        finally:
            self._core.live.leave(self._listener)

    def _follow(self) -> None:
        """See that they may still listen, and what they follow now."""
        device = self._call.device()
        principal = principal_for(self._core, self._token)
        must_be_here(principal, device)
        must_be_active(device)
        with self._core.database.reading() as connection:
            scopes = scopes_of(connection, device, principal.id)
            lanes = lanes_of(connection, {scope.site for scope in scopes})
        self._listener.follow(scopes, {site: lane.head for site, lane in lanes.items()})

    def _goes_on(self) -> bool:
        try:
            self._follow()
        except TotebookError:
            return False
        return True

    def _wake(self) -> None:
        # The loop of a server that stops may be closed before the last listener hears of it.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._woken.set)
