"""A device in the simulator: hardware, an app on it that may die at any write, and its person."""

import random
from collections.abc import Callable
from typing import Any, NamedTuple, cast

import httpx
import msgspec

from device_protocol.client import CallError, DeviceClient, UnreachableError
from device_protocol.device import Device
from device_protocol.messages import HelloRequest, PullRequest
from device_protocol.operations import Operation
from device_protocol.version import PROTOCOL, PROTOCOL_MIN
from server.simulation.calls import Counter
from server.simulation.faults import Faults
from server.simulation.machines import CrashError, DiskFullError, FragileStore, Machine
from server.simulation.road import Road
from server.simulation.schedule import Schedule

PIN = "4711"
ATTEMPTS_MAX = 3
WRITES_MAX = 12
UNAUTHORIZED = 401
FORBIDDEN = 403
FUTURE_PROTOCOL = 99


class Maker(NamedTuple):
    """What an app is made of: the seams at which wrong designs are planted."""

    device: type[Device] = Device
    client: type[DeviceClient] = DeviceClient
    road: type[Road] = Road


class Speaks(NamedTuple):
    """Which protocols an app speaks."""

    least: int
    most: int


TODAY = Speaks(PROTOCOL_MIN, PROTOCOL)
OLD = Speaks(1, 1)
FUTURE = Speaks(FUTURE_PROTOCOL, FUTURE_PROTOCOL)


class Handset:
    """One piece of hardware with an app and a person."""

    def __init__(  # noqa: PLR0917 - everything that the world passes in.
        self,
        name: str,
        store: FragileStore,
        counter: Counter,
        schedule: Schedule,
        faults: Faults,
        maker: Maker,
    ) -> None:
        """Switch it on, with what its store holds."""
        self.name = name
        self.counter = counter
        self.schedule = schedule
        self.faults = faults
        self.maker = maker
        self.chance = random.Random(faults.chance.getrandbits(64))  # noqa: S311 - to be repeated.
        drift = self.chance.randint(-40, 40)
        self.machine = Machine(schedule, f"{name}/{self.chance.getrandbits(32)}", drift_ppm=drift)
        self.person = ""
        self.actor = ""
        self.session = ""
        self.speaks = TODAY
        self.syncing = False
        self.cut = False
        self.trouble = ""
        """What ended the last synchronisation before its end."""
        self.rotted = False
        """Whether a document of its replica ever rotted."""
        self.done_tasks: set[int] = set()
        self.started = 0
        self.store = store
        self._start()
        self.number = self.device.outbox.identity.device
        self.site = self.device.outbox.identity.site

    def restart(self) -> None:
        """The process died: the next one takes up the store."""
        self.store = self.store.reborn()
        self._start()

    def die(self) -> None:
        """The app dies, and is started anew."""
        self.faults.note("device_crash")
        self.restart()

    def reboot(self) -> None:
        """Switch the hardware off and on."""
        self.machine.reboot()
        self.restart()

    def put_back(self, store: FragileStore) -> None:
        """Put the device back to an old copy of itself."""
        self.store.dead = True
        self.store = store
        self._start()

    def record(self, operation: Operation) -> int | None:
        """Write an act down; None where that was not possible, and so nothing happened."""
        self._arm()
        return self._written(lambda: self.device.record(operation))

    def write_line(self, line: bytes) -> int | None:
        """Write what only a newer app would."""
        return self._written(lambda: self.device.outbox.append(line))

    def _written(self, write: Callable[[], int]) -> int | None:
        """Write a line; if the app dies after it is durable, it counts, beep or not."""
        tail = self.device.outbox.tail().seq
        stream = self.device.outbox.identity.stream
        try:
            seq = write()
        except DiskFullError:
            return None
        except CrashError:
            self.die()
            last = self.store.last_line(stream)
            return last.seq if last is not None and last.seq > tail else None
        self._disarm()
        return seq

    def sync(self) -> bool:
        """Talk to the server; answer whether that went through to the end."""
        if self.syncing or not self.device.outbox.enrolled:
            return False
        self.syncing, self.trouble = True, ""
        self._road.cut = self.cut
        self._arm()
        store = self.store
        try:
            self._talk()
        except CrashError:
            self.trouble = "crash"
            if store is self.store:
                self.die()
        except DiskFullError:
            self.trouble = "disk full"
            self.device.doubt()
        except UnreachableError as error:
            self.trouble = f"unreachable: {error}"
        except CallError as error:
            self.trouble = str(error)
            if error.problem.status in (UNAUTHORIZED, FORBIDDEN):
                self.session = ""
        finally:
            self.syncing = False
            self._disarm()
        return not self.trouble

    def check_replica(self) -> None:
        """Hold what is kept against what it once added up to."""
        replica = self.device.replica
        for scope in replica.cursors():
            replica.check(scope)

    def say(self, intent: Operation) -> None:
        """Ask for something, which makes sense only while online."""
        if not self.device.outbox.enrolled:
            return
        self.record(msgspec.structs.replace(intent, actor=self.actor))
        self.sync()

    def documents(self, kind: str) -> list[Any]:
        """Return what the replica holds of a kind, decoded."""
        found = []
        for scope in sorted(self.store.scopes()):
            found += [
                msgspec.json.decode(document.body)
                for document in self.store.documents(scope, f"{kind}/")
            ]
        return found

    def _start(self) -> None:
        self.started += 1
        app = app_of(self.maker.device, self.speaks)
        self.device = app(self.store, self.machine, self.chance.randbytes)
        self._road = self.maker.road(self.counter, self.schedule, self.faults, self.store)
        self.client = self.maker.client(
            self.device,
            cast("httpx.Client", self._road),
            sleep=lambda seconds: self.schedule.spend(int(seconds * 1_000)),
            jitter=self.chance.random,
            attempts_max=ATTEMPTS_MAX,
        )
        self.client.session = self.session

    def _talk(self) -> None:
        self.client.session = self.session
        self.client.sync()
        if not self.device.outbox.enrolled:
            # It was told to wipe itself.
            self.session = ""
        elif self.person and not self.session:
            answer = self.client.sign_in(self.person, PIN)
            self.session, self.actor = answer.token, answer.grant
            self.client.sync()

    def _arm(self) -> None:
        """Maybe let the app die at one of its next writes."""
        likely = self.faults.rates.of("device_crash")
        if likely and self.store.writes_left is None and self.chance.random() < likely:
            self.store.writes_left = self.chance.randrange(WRITES_MAX)

    def _disarm(self) -> None:
        if not self.syncing:
            self.store.writes_left = None


_apps: dict[tuple[type[Device], Speaks], type[Device]] = {}


def app_of(kind: type[Device], speaks: Speaks) -> type[Device]:
    """The reference device, as an app of another version would speak."""
    if speaks == TODAY:
        return kind
    if (kind, speaks) not in _apps:
        _apps[kind, speaks] = _made_app(kind, speaks)
    return _apps[kind, speaks]


def _made_app(kind: type[Device], speaks: Speaks) -> type[Device]:
    class App(kind):  # type: ignore[valid-type, misc]
        """Says which protocols it speaks."""

        def hello_request(self, app: str) -> HelloRequest:
            """Open a conversation as this app can."""
            return as_spoken(super().hello_request(app), speaks)

        def pull_request(self, documents_max: int = 0) -> PullRequest:
            """Ask by the protocol that this app speaks."""
            request: PullRequest = super().pull_request(documents_max)
            return msgspec.structs.replace(request, protocol=speaks.most)

    return App


def as_spoken(request: HelloRequest, speaks: Speaks) -> HelloRequest:
    """The same hello from another app; an old one does not know what was added since."""
    request = msgspec.structs.replace(
        request, protocol_min=speaks.least, protocol_max=speaks.most, app="another-app/1"
    )
    if speaks.most > 1:
        return request
    return msgspec.structs.replace(request, held=0, battery=None, uploads=0, alarms=0, problem="")
