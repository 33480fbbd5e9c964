"""A server restored from a backup: devices notice and send again what the backup lacks, once."""

from pathlib import Path

import httpx

from device_protocol.operations import Receive
from server.commands.book import tell_restored_book
from server.db.engine import open_database
from server.lane.backup import backup, restore
from tests.bench.serving import server
from tests.bench.world import settings_for
from tests.faults.test_kill import Worker, check, enrol, prepare


def work(worker: Worker, port: int, times: int) -> None:
    """Record some receipts and bring device and server together."""
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as http:
        for _ in range(times):
            worker.device.record(Receive(quantity=1, owner="ACME", item="A1", to="D-1"))
            worker.recorded += 1
        worker.client(http).sync()
    assert worker.device.pending() == 0


def test_devices_send_again_what_a_restored_book_lacks(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/book.sqlite3"
    prepare(url)
    workers = [Worker(number) for number in range(2)]
    with server(url, tmp_path) as running:
        enrol(workers, running.port)
        for worker in workers:
            work(worker, running.port, 10)
        size = backup(url, tmp_path / "backup.sqlite3")
        for worker in workers:
            work(worker, running.port, 7)
    assert size > 0

    restore(url, tmp_path / "backup.sqlite3")
    assert tell_restored_book(settings_for(url)) == [0, 1]

    with server(url, tmp_path) as running:
        for worker in workers:
            work(worker, running.port, 3)
    assert (tmp_path / "book.sqlite3.before-restore").exists()
    database = open_database(url, writes=False)
    try:
        check(database, workers)
    finally:
        database.close()
