"""The server's clock is set while it runs: by an hour, forwards and back."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from litestar.testing import TestClient
from msgspec.structs import replace

from device_protocol.operations import Clock, Receive, TakeNumbers
from server import core as cores
from server.activities import ACTIVITIES
from server.clock import FixedClock, SteadyClock
from server.config import Settings
from server.core import Core
from server.db.engine import open_database
from server.fleet.watching import LOOK_MS, Watch
from server.identity.messages import PutPerson
from server.identity.secrets import hash_secret
from server.lane.activity import NETWORK, TIMER
from server.lane.models import COMMIT, OPERATION
from server.main import app_over, provide_core
from server.sync.push import PushRules
from server.sync.verify import verify
from server.worker import TICK_MS
from tests.api.conftest import SESSION_KEY
from tests.api.device.callers import Caller
from tests.api.warehouse import PIN, SITE, Warehouse
from tests.conftest import MORNING_MS

HOUR_MS = 3_600_000
NS = 1_000_000
JUMPS = (0, HOUR_MS, -HOUR_MS, -HOUR_MS, 1, HOUR_MS, -30_000)
TOLD = Receive(quantity=1, owner="ACME", item="A1", to="A-01")


def work(caller: Caller, ended: int = 1_000) -> list[dict[str, Any]]:
    """A device hears the server's time, books goods and asks for numbers; what came of it."""
    server = caller.warehouse.core.clock.now()
    asked = (Clock(server=server), TOLD, TakeNumbers(count=1))
    first = len(caller.lines) + 1
    caller.write(*(replace(each, ended=ended) for each in asked))
    answer = caller.push(first)
    assert answer.is_success, answer.text
    outcomes: list[dict[str, Any]] = answer.json()["outcomes"]
    return outcomes


def check_book(core: Core) -> None:
    """The times of site 1's commits never fall, and the book is whole."""
    with core.database.reading() as connection:
        wanted = sa.select(COMMIT.c.recorded_at).where(COMMIT.c.site == SITE)
        times = connection.scalars(wanted.order_by(COMMIT.c.number)).all()
    assert len(times) > len(JUMPS)
    assert all(before <= after for before, after in pairwise(times))
    report = verify(core.database, PushRules(ACTIVITIES))
    assert report.clean, report.findings[:5]


def test_a_lane_records_in_order_whatever_the_clock_says(
    warehouse: Warehouse, client: TestClient[Any], clock: FixedClock
) -> None:
    caller = Caller(warehouse, client)
    for jump_ms in JUMPS:
        clock.advance(jump_ms)
        assert work(caller)[1]["outcome"] == "applied"

    check_book(warehouse.core)


class Machine:
    """A machine whose clock is set by hand, and on which time passes."""

    def __init__(self) -> None:
        """Begin in the morning."""
        self.wall = MORNING_MS * NS
        self.passed = 0

    def clock(self) -> SteadyClock:
        """The clock of a process that starts now."""
        return SteadyClock(lambda: self.wall, lambda: self.passed)

    def pass_time(self, ms: int) -> None:
        """Let time pass."""
        self.wall += ms * NS
        self.passed += ms * NS

    def set_by(self, ms: int) -> None:
        """Set the clock."""
        self.wall += ms * NS


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    """Give a machine on which servers start."""
    made = Machine()
    monkeypatch.setattr(cores, "SteadyClock", made.clock)
    return made


Start = Callable[[], TestClient[Any]]


@pytest.fixture
def start(tmp_path: Path, sqlite_template: Path) -> Iterator[Start]:
    """Give what starts a server, in place of one that ran before."""
    path = tmp_path / "totebook.sqlite3"
    shutil.copyfile(sqlite_template, path)
    settings = Settings(database=f"sqlite:///{path}", secret_key=SESSION_KEY)
    with ExitStack() as running:

        def started() -> TestClient[Any]:
            running.close()
            core = Core.over(open_database(settings.database), settings)
            running.callback(core.close)
            client = TestClient(app_over(core), raise_server_exceptions=False)
            return running.enter_context(client)

        yield started


@pytest.mark.parametrize("restarts", [False, True])
def test_work_goes_on_after_the_clock_was_set_back(
    machine: Machine, start: Start, *, restarts: bool
) -> None:
    client = start()
    warehouse = Warehouse(provide_core(client.app.state))
    old = Caller(warehouse, client)

    for jump_ms in JUMPS:
        machine.set_by(jump_ms)
        if restarts and jump_ms < 0:
            client = old.client = start()
            warehouse.core = provide_core(client.app.state)
        # One that knows nothing of the time before, and one that does.
        for caller in (Caller(warehouse, client), old):
            for _ in range(3):
                machine.pass_time(60_000)
                for outcome in work(caller, machine.passed // NS):
                    # Neither too late, nor a time that can't be.
                    assert outcome["outcome"] == "applied", outcome
                    assert "flags" not in outcome, outcome

    check_book(warehouse.core)


def test_timers_and_alarms_go_on_after_the_clock_was_set_back(
    warehouse: Warehouse, core: Core, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert warehouse.people
    looks: list[int] = []
    monkeypatch.setattr(
        "server.fleet.watching.look", lambda _database, now, _limits: looks.append(now)
    )
    core.relay.stop()
    watch = Watch(core.database, clock, cores.thresholds_of(core.settings))
    monkeypatch.setattr(core.relay, "_watch", watch.by_the_clock)

    for jump_ms in (-HOUR_MS, LOOK_MS, TICK_MS):
        clock.advance(jump_ms)
        core.relay.by_the_clock()

    with core.database.reading() as connection:
        ticks = sa.select(sa.func.count()).where(
            OPERATION.c.site == SITE, OPERATION.c.stream == TIMER
        )
        assert connection.scalar(ticks) == 2
    assert len(looks) == 3


def test_who_signs_in_after_the_clock_was_set_back_is_signed_in(
    warehouse: Warehouse, client: TestClient[Any], clock: FixedClock
) -> None:
    caller = Caller(warehouse, client)
    secret = hash_secret(PIN, warehouse.core.randomness)
    warehouse.tell(NETWORK, PutPerson(code="operator", role="courier", secret=secret, home=SITE))
    clock.advance(-HOUR_MS)

    assert caller.sign_in().is_success

    assert work(caller)[1]["outcome"] == "applied"
    pull = caller.call("/device/v1/pull", {"device": caller.device})
    assert pull.is_success, pull.text
