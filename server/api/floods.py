"""Floods: who calls too much waits, before anything expensive is done, and nobody else does.

1. Every call takes from a bucket of the device that it names, as called from its address; a push
   takes its operations from another. Who is not let in is answered 429 with Retry-After: a fact is
   delayed so, and never refused.
2. The device is only claimed at that moment. Whoever forges its calls from elsewhere empties a
   bucket of their own, because the address is part of its name.
3. What turns out not to be signed well, and calls that can't be (enrol, epoch), take from a bucket
   of the address. While that is empty, only devices that were recognised at this address before are
   let in: they don't suffer from a neighbour behind the same router.

Kept in memory, the least recently used are forgotten: then a bucket is full again.

Several processes on one database share the limits: each takes its part, by how many there are at
the moment. Whoever speaks to one of them alone has that part alone.
"""

import math
import threading
from collections import OrderedDict
from collections.abc import Callable

from litestar import Litestar
from litestar.datastructures import Headers
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from device_protocol.messages import ENROL_PATH, EPOCH_PATH
from device_protocol.signatures import SIGNATURE_HEADER, read_call_header
from server.api.problem import TooManyError
from server.config import Settings

REMEMBERED_MAX = 20_000
STRANGE = frozenset({400, 401, 404, 413, 415})
"""Statuses of calls that did not prove who made them."""
_OK = range(200, 300)
_UNSIGNED = (ENROL_PATH, EPOCH_PATH)

Caller = tuple[str, int]
"""Address and number of a device."""


class FloodError(TooManyError):
    """A device or an address calls more than is taken; its facts are only delayed."""

    code = "limit.too_many"
    title = "Too many calls at once"

    def __init__(self, whose: str, wait_s: float) -> None:
        """Say whose calls these are and when there is room again."""
        self.retry_after_s = max(1, math.ceil(wait_s))
        super().__init__(f"{whose} calls too much; go on in {self.retry_after_s} s.")


class Buckets:
    """Token buckets by name: each holds `burst` at most and fills by `per_s`; 0 is no limit."""

    def __init__(
        self,
        per_s: float,
        burst: float,
        now_s: Callable[[], float],
        sharing: Callable[[], int] = lambda: 1,
    ) -> None:
        """Begin with every bucket full; as many as `sharing` says have such buckets."""
        self._whole_per_s = per_s
        self._whole_burst = burst
        self._now_s = now_s
        self._sharing = sharing
        self._buckets: OrderedDict[object, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._buckets)

    def take(self, name: object, count: float = 1) -> float:
        """Take from a bucket; answer 0, or the seconds to wait if there was not enough in it.

        More than a bucket can hold is let in when it is full, and leaves a debt.
        """
        with self._lock:
            now = self._now_s()
            held = self._held(name, now)
            wait_s = self._wait(held, count)
            self._buckets[name] = (held if wait_s else held - count, now)
            self._buckets.move_to_end(name)
            if len(self._buckets) > REMEMBERED_MAX:
                self._buckets.popitem(last=False)
        return wait_s

    def wait(self, name: object) -> float:
        """The seconds until there is one in a bucket, which is left as it is."""
        with self._lock:
            return self._wait(self._held(name, self._now_s()), 1)

    @property
    def _per_s(self) -> float:
        return self._whole_per_s / self._sharing()

    @property
    def _burst(self) -> float:
        # Less than one would let nobody in, ever.
        return max(1.0, self._whole_burst / self._sharing())

    def _held(self, name: object, now: float) -> float:
        held, at = self._buckets.get(name, (self._burst, now))
        return min(self._burst, held + max(0.0, now - at) * self._per_s)

    def _wait(self, held: float, count: float) -> float:
        if not self._per_s:
            return 0.0
        return max(0.0, min(count, self._burst) - held) / self._per_s


class Floods:
    """The buckets of one server process."""

    def __init__(
        self,
        settings: Settings,
        now_s: Callable[[], float],
        sharing: Callable[[], int] = lambda: 1,
    ) -> None:
        """Begin with all buckets full; `now_s` is a clock that never jumps."""
        self._calls = Buckets(
            settings.device_calls_per_s, settings.device_calls_burst, now_s, sharing
        )
        self._operations = Buckets(
            settings.device_operations_per_s, settings.device_operations_burst, now_s, sharing
        )
        self._strangers = Buckets(
            settings.stranger_calls_per_s, settings.stranger_calls_burst, now_s, sharing
        )
        self._recognised: OrderedDict[Caller, None] = OrderedDict()
        self._lock = threading.Lock()

    def admit(self, caller: Caller, operations: int = 0) -> None:
        """Let a call in that names a device, with the operations that it brings."""
        address, device = caller
        if not self.knows(caller):
            let_in(f"The address {address}", self._strangers.wait(address))
        let_in(f"Device {device}", self._calls.take(caller))
        if operations:
            let_in(f"Device {device}", self._operations.take(caller, operations))

    def admit_stranger(self, address: str) -> None:
        """Let a call in that names nobody who could be known."""
        let_in(f"The address {address}", self._strangers.take(address))

    def knows(self, caller: Caller) -> bool:
        """Whether a device was recognised at this address."""
        return caller in self._recognised

    def recognised(self, caller: Caller) -> None:
        """Note that a call was signed by the device that it named."""
        with self._lock:
            self._recognised[caller] = None
            self._recognised.move_to_end(caller)
            if len(self._recognised) > REMEMBERED_MAX:
                self._recognised.popitem(last=False)

    def note(self, address: str, caller: Caller | None, status: int) -> None:
        """Note what came of a call.

        What a device does wrong that is known here is counted by its own calls alone.
        """
        if caller is not None and status in _OK:
            self.recognised(caller)
        elif status in STRANGE and (caller is None or not self.knows(caller)):
            self._strangers.take(address)


def let_in(whose: str, wait_s: float) -> None:
    """Raise FloodError unless there is nothing to wait for."""
    if wait_s:
        raise FloodError(whose, wait_s)


def address_of(scope: Scope) -> str:
    """Where a call comes from; behind a proxy, the proxy."""
    client = scope.get("client")
    return client[0] if client else ""


def floods_of(scope: Scope) -> Floods:
    """The buckets of the application that serves a call."""
    floods: Floods = Litestar.from_scope(scope).state.floods
    return floods


def guarded(app: ASGIApp) -> ASGIApp:
    """Keep floods of device calls away before their bodies are read.

    A push names its device in its body: it is let in where that is read (`device/push.py`).
    """

    async def guard(scope: Scope, receive: Receive, send: Send) -> None:
        floods, address = floods_of(scope), address_of(scope)
        named = read_call_header(Headers.from_scope(scope).get(SIGNATURE_HEADER, ""))
        caller = (address, named[0]) if named else None
        if caller is not None:
            floods.admit(caller)
        elif scope["path"] in _UNSIGNED:
            floods.admit_stranger(address)

        async def send_noted(message: Message) -> None:
            if message["type"] == "http.response.start" and scope["path"] not in _UNSIGNED:
                floods.note(address, caller, message["status"])
            await send(message)

        await app(scope, receive, send_noted)

    return guard
