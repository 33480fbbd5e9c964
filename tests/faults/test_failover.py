"""R4: the primary dies while three servers push to it, and the standby takes its place.

Every operation that was acknowledged is there exactly once, and what was not comes again.
"""

import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import msgspec
import pytest

from device_protocol.client import CallError, UnreachableError
from device_protocol.messages import PUSH_PATH, PushAnswer
from device_protocol.operations import Receive
from device_protocol.problems import Problem
from server.db.engine import open_database
from tests.faults.cluster import Cluster, Node, cluster, wait_for
from tests.faults.servers import Served, serving
from tests.faults.test_kill import DEVICES, SITE, Worker, check, enrol, prepare

FAILOVERS = int(os.environ.get("TOTEBOOK_TEST_FAILOVERS", "1"))
"""One after the other, on clusters of their own; the soak raises it."""
WORK_S = 1.0
CUT_S = 0.3
"""How long the primary works on after the standby heard of it last."""


class Clerk(Worker):
    """A device that goes on pushing whatever it is told, and remembers that."""

    def __init__(self, number: int) -> None:
        """Nothing is told yet."""
        super().__init__(number)
        self.acknowledged = 0
        self.pause_s = 0.02
        self.problems: list[httpx.Response] = []

    def work_on(self, port: int, stop: threading.Event) -> None:
        """Record and push until told to stop."""
        with self.line(port) as http:
            client = self.client(http)
            while not stop.is_set():
                for _ in range(self.source.randint(1, 30)):
                    self.device.record(Receive(quantity=1, owner="ACME", item="A1", to="D-1"))
                    self.recorded += 1
                try:
                    client.push_all()
                except (CallError, UnreachableError):
                    stop.wait(self.pause_s)

    def line(self, port: int) -> httpx.Client:
        """A connection to a server that keeps what is answered."""
        url, hooks = f"http://127.0.0.1:{port}", {"response": [self.heard]}
        return httpx.Client(base_url=url, timeout=60, event_hooks=hooks)

    def heard(self, response: httpx.Response) -> None:
        """Keep what is acknowledged, and what else is said."""
        body = response.read()
        if not response.is_success:
            self.problems.append(response)
        elif response.url.path == PUSH_PATH:
            self.acknowledged = msgspec.json.decode(body, type=PushAnswer).durable


@contextmanager
def at_work(clerks: list[Clerk], servers: list[Served]) -> Iterator[None]:
    """Have each clerk push to a server of its own meanwhile."""
    stop = threading.Event()
    threads = [
        threading.Thread(target=clerk.work_on, args=(served.port, stop))
        for clerk, served in zip(clerks, servers, strict=True)
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(60)


def cut_off(primary: Node, seconds: float) -> None:
    """Let the primary work on for a while without a word to its standby, and kill it."""
    primary.tell(signal.SIGSTOP, "walsender")
    time.sleep(seconds)
    primary.kill()


def stored(node: Node) -> dict[int, int]:
    """How many lines of each device a database has."""
    with node.connect() as connection:
        rows = connection.execute(
            "SELECT stream, next - 1 FROM stream WHERE site = %s AND stream > 1000000", (SITE,)
        )
        return dict(rows.fetchall())


def acknowledged(clerks: list[Clerk]) -> dict[int, int]:
    """How many lines each device was told are durable."""
    return {clerk.device.outbox.identity.device: clerk.acknowledged for clerk in clerks}


def finished(clerks: list[Clerk], servers: list[Served]) -> None:
    """Bring over what is left, each by another server than before."""
    for clerk, served in zip(clerks, [*servers[1:], servers[0]], strict=True):
        with clerk.line(served.port) as http:
            clerk.client(http).push_all()
        assert clerk.device.pending() == 0


def check_problems(clerks: list[Clerk]) -> None:
    """Whatever was not an outcome said that the same is to be sent again, and when."""
    problems = [problem for clerk in clerks for problem in clerk.problems]
    for response in problems:
        told = msgspec.json.decode(response.content, type=Problem)
        assert (response.status_code, told.status) == (503, 503), response.text
        assert int(response.headers["Retry-After"]) > 0
        assert told.code in ("database.unreachable", "database.busy"), told
    assert problems


def lost(made: Cluster, folder: Path, seed: int) -> dict[int, int]:
    """One failover; answer how many acknowledged lines of each device the standby lacks."""
    clerks = [Clerk(seed * DEVICES + number) for number in range(DEVICES)]
    with serving(made.url, folder, len(clerks)) as servers:
        enrol(clerks, servers[0].port)
        with at_work(clerks, servers):
            wait_for(lambda: all(clerk.acknowledged for clerk in clerks))
            time.sleep(random.Random(seed).uniform(0, WORK_S))
            cut_off(made.first, CUT_S)
            wait_for(lambda: all(clerk.problems for clerk in clerks))
            assert servers[0].get("/health").is_success
            assert servers[0].get("/ready").status_code == 503
        made.second.promote()
        there, told = stored(made.second), acknowledged(clerks)
        missing = {device: lines - there.get(device, 0) for device, lines in told.items()}
        if any(lines > 0 for lines in missing.values()):
            return missing
        wait_for(servers[1].is_ready)
        with at_work(clerks, servers):
            wait_for(lambda: all(clerk.acknowledged > told_before(told, clerk) for clerk in clerks))
        finished(clerks, servers)
    check_problems(clerks)
    database = open_database(made.second.url, writes=False)
    try:
        check(database, clerks)
    finally:
        database.close()
    return {}


def told_before(told: dict[int, int], clerk: Clerk) -> int:
    """What a clerk had been told before."""
    return told[clerk.device.outbox.identity.device]


@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", range(FAILOVERS))
def test_nothing_acknowledged_is_lost_or_doubled_when_the_primary_dies(
    tmp_path: Path, seed: int
) -> None:
    with cluster() as made:
        prepare(made.first.url)
        made.follow()

        assert lost(made, tmp_path, seed) == {}


@pytest.mark.nightly
@pytest.mark.timeout(600)
def test_a_standby_that_nobody_waits_for_loses_what_was_acknowledged(tmp_path: Path) -> None:
    """That the test above can fail."""
    with cluster() as made:
        prepare(made.first.url)
        made.follow(synchronous=False)

        missing = lost(made, tmp_path, 0)

    assert sum(missing.values()) > 0
