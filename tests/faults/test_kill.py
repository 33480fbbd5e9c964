"""R2: kill -9 of the server at random moments: nothing acknowledged is lost, nothing is doubled."""

import os
import random
import signal
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

import migrations
from device_protocol.client import DeviceClient, UnreachableError
from device_protocol.clock import SystemClock
from device_protocol.device import Device
from device_protocol.operations import Receive
from device_protocol.store import MemoryStore
from server.activities import ACTIVITIES
from server.catalog.messages import PutItem
from server.core import Core
from server.db.engine import Database, open_database
from server.identity.messages import InviteDevice
from server.identity.secrets import hash_code
from server.ids import normal_code
from server.lane.activity import DESK, NETWORK
from server.lane.message import Message
from server.lane.records import StoredOperation
from server.ledger.locations import PutLocation
from server.ledger.records import LAST_VIRTUAL, Balance
from server.merchants.messages import PutMerchant
from server.sites.messages import PutSite, PutZone
from server.sync.book_rows import rows
from server.sync.lanes import outcomes
from server.sync.push import PushRules
from server.sync.verify import verify
from tests.bench.serving import Server, children, server
from tests.bench.world import settings_for

KILLS = int(os.environ.get("TOTEBOOK_TEST_KILLS", "10"))
"""Per database, so that a run of all tests kills 20 times; the soak raises it."""
KILLS_OF_A_BOOK = 50
"""After so many another book begins, with other moments."""
DEVICES = 3
SITE = 1


class Worker:
    """A device that never stops working, and pushes whenever the server is there."""

    def __init__(self, number: int) -> None:
        self.store = MemoryStore()
        self.device = Device(self.store, SystemClock(), random.Random(number).randbytes)
        self.source = random.Random(f"work {number}")
        self.recorded = 0

    def client(self, http: httpx.Client) -> DeviceClient:
        return DeviceClient(
            self.device, http, sleep=lambda _s: None, jitter=lambda: 0.5, attempts_max=3
        )

    def work(self, port: int, stop: threading.Event) -> None:
        """Record and push until the server is gone."""
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=10) as http:
            client = self.client(http)
            while not stop.is_set():
                for _ in range(self.source.randint(1, 30)):
                    self.device.record(Receive(quantity=1, owner="ACME", item="A1", to="D-1"))
                    self.recorded += 1
                try:
                    client.push_all()
                except UnreachableError:
                    return


def prepare(database_url: str) -> None:
    """A migrated book with a site, an item, a dock and invited devices."""
    database = open_database(database_url)
    migrations.upgrade(database)
    database.close()
    core = Core.open(settings_for(database_url))
    say(core, NETWORK, PutSite(code="BER", name="Berlin", time_zone="Europe/Berlin", number=SITE))
    say(core, NETWORK, PutMerchant(code="ACME", name="Acme"))
    say(core, NETWORK, PutItem(owner="ACME", sku="A1"))
    say(core, SITE, PutZone(code="Z"), PutLocation(code="D-1", place_kind="dock", zone="Z"))
    until = core.clock.now() + 3_600_000
    for number in range(DEVICES):
        code = hash_code(normal_code(f"KILL{number}"))
        say(core, SITE, InviteDevice(name=f"H{number}", role="floor", code_hash=code, until=until))
    core.close()


def say(core: Core, site: int, *messages: Message) -> None:
    for outcome in outcomes(core.lanes.say(site, DESK, *messages).result(30)):
        assert outcome["outcome"] == "applied", outcome


def kill(running: Server) -> None:
    """Kill every process of the server at once."""
    for pid in [*children(running.process.pid), running.process.pid]:
        os.kill(pid, signal.SIGKILL)


@pytest.mark.timeout(1_200)
@pytest.mark.parametrize("first", range(0, KILLS, KILLS_OF_A_BOOK))
def test_nothing_acknowledged_is_lost_or_doubled_when_the_server_is_killed(
    bare_url: str, tmp_path: Path, first: int
) -> None:
    prepare(bare_url)
    workers = [Worker(first + number) for number in range(DEVICES)]
    source = random.Random(f"kills from {first}")
    kills = min(KILLS_OF_A_BOOK, KILLS - first)

    for round_number in range(kills):
        with ExitStack() as stack:
            running = stack.enter_context(server(bare_url, tmp_path))
            if round_number == 0:
                enrol(workers, running.port)
            stop = threading.Event()
            threads = [
                threading.Thread(target=worker.work, args=(running.port, stop))
                for worker in workers
            ]
            for thread in threads:
                thread.start()
            # The moment of the kill is the point of this test.
            time.sleep(source.uniform(0.05, 0.8))
            kill(running)
            for thread in threads:
                thread.join(60)

    with server(bare_url, tmp_path) as running:
        for worker in workers:
            with httpx.Client(base_url=f"http://127.0.0.1:{running.port}", timeout=30) as http:
                worker.client(http).push_all()
            assert worker.device.pending() == 0

    database = open_database(bare_url, writes=False)
    try:
        check(database, workers)
    finally:
        database.close()


def enrol(workers: Sequence[Worker], port: int) -> None:
    for number, worker in enumerate(workers):
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as http:
            worker.client(http).enrol(f"KILL{number}")


def check(database: Database, workers: Sequence[Worker]) -> None:
    """Every line of every device is stored once under its hash, and the book counts each once."""
    recorded = sum(worker.recorded for worker in workers)
    assert recorded > min(KILLS, KILLS_OF_A_BOOK)
    check_lines(database, workers)
    with database.reading() as connection:
        balances = list(rows(connection, Balance, "site, place, stock"))
    on_hand = [each.quantity for each in balances if each.place > LAST_VIRTUAL]
    assert on_hand == [recorded]


def check_lines(database: Database, workers: Sequence[Worker]) -> None:
    """Every line of every device is stored once under its hash, in a book that is whole."""
    with database.reading() as connection:
        stored = {
            (each.stream, each.epoch, each.seq): each.hash
            for each in rows(connection, StoredOperation, "site, stream, epoch, seq")
        }
    for worker in workers:
        device = worker.device.outbox.identity.device
        for line in worker.store.all_lines():
            assert stored[device, line.epoch, line.seq] == line.hash
    report = verify(database, PushRules(ACTIVITIES))
    assert report.clean, report.findings[:5]
