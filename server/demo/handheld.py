"""A handheld in somebody's hands: a reference device, its store on disk, its bad network."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace

from device_protocol.client import DeviceClient, UnreachableError
from device_protocol.device import Device
from device_protocol.operations import Claim, Operation, Undo
from device_protocol.sqlite_store import SqliteStore
from device_protocol.store import StoredLine
from server.demo.plain import plain_client
from server.demo.seeds import stream
from server.demo.world import Person

TIMEOUT_S = 30.0
ATTEMPTS_MAX = 6
BACKOFF_S = 0.02
BACKOFF_S_MAX = 0.6
SETTLE_S_MAX = 60.0
PAUSE_S = 0.05

T = TypeVar("T")


class NotSettledError(RuntimeError):
    """A device could not bring its lines to the server in time."""


class OffsetClock:
    """The machine's time as one device reads it: counted from its own boot, its wall clock off."""

    def __init__(self, boot_ms: int, wall_off_ms: int) -> None:
        """Begin to count at `boot_ms`."""
        self._boot_ms = boot_ms
        self._wall_off_ms = wall_off_ms
        self._started = time.monotonic_ns() // 1_000_000

    def boot_id(self) -> str:
        """Return the name of the one boot of the day."""
        return "boot of the day"

    def monotonic_ms(self) -> int:
        """Return milliseconds since its boot."""
        return self._boot_ms + time.monotonic_ns() // 1_000_000 - self._started

    def wall_ms(self) -> int:
        """Return what it believes the time to be."""
        return time.time_ns() // 1_000_000 + self._wall_off_ms


@dataclass(frozen=True)
class Post:
    """Who works with which device, where."""

    name: str
    site: int
    role: str
    """floor or courier."""
    person: Person


class Handheld:
    """One device; used by one thread at a time."""

    def __init__(self, post: Post, folder: Path, url: str, seed: int) -> None:
        """Take it out of the box; `url` is its own way to the server."""
        self.post = post
        self.name = post.name
        self.site = post.site
        self.url = url
        self.offline = False
        """Whether it stands where no network is, so that it is not even tried."""
        self.crashes = 0
        self._path = folder / f"{post.name}.sqlite3"
        self._random = stream(seed, "device", post.name)
        draw = stream(seed, "clock", post.name)
        # One wall clock in four is years off; none is ever trusted.
        years = draw.choice((0, 0, 0, -6)) * 365 * 86_400_000
        self._clock = OffsetClock(draw.randrange(10_000_000), years + draw.randrange(90_000))
        self._recorded_ms = 0
        self._session = self._grant = ""
        self.recorded = 0
        """Acts written down, for the display."""
        self._open()

    @property
    def number(self) -> int:
        """The device's id."""
        return self.device.outbox.identity.device

    def enrol(self, code: str) -> None:
        """Become a device of the site that gave the code."""
        self._tried(lambda: self.client.enrol(code, self.name))

    def sign_in(self) -> None:
        """Sign the person of the post in."""
        person = self.post.person
        answer = self._tried(lambda: self.client.sign_in(person.code, person.pin))
        self._session, self._grant = self.client.session, answer.grant

    def record(self, operation: Operation) -> int:
        """Write down what was done, durably, and answer its number: now it beeps.

        A person needs a moment for every act, and times of one stream must not run ahead.
        """
        while self._clock.monotonic_ms() <= self._recorded_ms:
            time.sleep(0.000_5)
        seq = self.device.record(replace(operation, actor=self._grant))
        self._recorded_ms = self._clock.monotonic_ms()
        self.recorded += 1
        return seq

    def undo(self, seq: int) -> None:
        """Take an own operation back."""
        self.record(Undo(seq=seq))

    def claim(self, works: list[int]) -> None:
        """Ask for work packages; the answer comes with the next settling."""
        for work in works:
            self.record(Claim(work=work))

    def fence(self, work: int) -> int | None:
        """Return the fencing number of a lease, if it is held."""
        held = self.device.leases().get(work)
        return held.lease.fence if held else None

    def settle(self) -> None:
        """Bring device and server to the same knowledge, however long the network fails."""
        if self.offline:
            return

        def synced() -> None:
            self.client.sync()
            if self.device.pending():
                raise UnreachableError("lines are left")

        self._tried(synced)

    def documents(self, kind: str, scope_kind: str = "") -> Iterator[dict[str, Any]]:
        """Return the bodies of documents of a kind that the device follows, by scope and key."""
        for scope in sorted(self.store.scopes()):
            if scope_kind and scope.split("/")[1] != scope_kind:
                continue
            yield from self.scoped(scope, kind)

    def scoped(self, scope: str, kind: str) -> Iterator[dict[str, Any]]:
        """Return the bodies of the documents of a kind in one scope, by key."""
        for document in self.store.documents(scope, f"{kind}/"):
            body: dict[str, Any] = msgspec.json.decode(document.body)
            yield body

    def crash(self) -> None:
        """Lose everything in memory and come up again from the store."""
        self.crashes += 1
        self.close()
        self._open()
        self.client.session = self._session

    def lines(self) -> list[StoredLine]:
        """Return every line that is durable here."""
        return self.store.all_lines()

    def close(self) -> None:
        """Close store and network."""
        self._http.close()
        self.store.close()

    def _open(self) -> None:
        self.store = SqliteStore(self._path)
        self.device = Device(self.store, self._clock, self._random.randbytes)
        self._http = plain_client(self.url, TIMEOUT_S)
        self.client = DeviceClient(
            self.device,
            self._http,
            sleep=time.sleep,
            jitter=self._random.random,
            attempts_max=ATTEMPTS_MAX,
            backoff_s=BACKOFF_S,
            backoff_s_max=BACKOFF_S_MAX,
        )

    def _tried(self, call: Callable[[], T]) -> T:
        deadline = time.monotonic() + SETTLE_S_MAX
        while True:
            try:
                return call()
            except UnreachableError as error:
                if time.monotonic() > deadline:
                    message = f"{self.name} could not settle: {error}"
                    raise NotSettledError(message) from error
                time.sleep(PAUSE_S)
