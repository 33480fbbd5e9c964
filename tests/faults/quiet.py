"""A yard in which nothing happens by itself, on a disk of a test."""

from concurrent.futures import Future
from typing import Any

from device_protocol.operations import Move, Receive
from server.clock import FixedClock
from server.config import Settings
from server.core import Core
from server.db.engine import Database
from server.lane.message import Message
from server.sync.batches import Answer, Batch
from tests.faults.disk import Disk
from tests.floor import START, Handheld
from tests.sync.yard import SECRET, Yard


class QuietYard(Yard):
    """Who is answered is noted on the disk; messages between lanes are carried only when told."""

    def __init__(self, database: Database, disk: Disk) -> None:
        """Start on a database that lies on the disk."""
        self.disk = disk
        self.database = database
        self.clock = FixedClock(START + 1_000_000)
        settings = Settings(secret_key=SECRET)
        self.core = Core.over(database, settings, clock=self.clock, delivers=False)
        self.handhelds = []
        self.acknowledged: dict[int, int] = {}
        """How many lines of each device are durable, as it was told."""
        self.prepare()

    def tell(self, site: int, *messages: Message) -> list[dict[str, Any]]:
        """Say messages at the desk, and note that they were answered."""
        told = super().tell(site, *messages)
        self.disk.tell(sum(self.acknowledged.values()))
        return told

    def run(self, batch: Batch) -> Answer:
        """Send a device's batch, and note that it was answered."""
        return self.answered(batch, super().run(batch))

    def answered(self, batch: Batch, answer: Answer) -> Answer:
        """Note what a device was told."""
        assert answer.status == "taken"
        self.acknowledged[batch.stream] = answer.next - 1
        self.disk.tell(sum(self.acknowledged.values()))
        return answer

    def run_together(self, *batches: Batch) -> list[Answer]:
        """Send batches that may be taken in one transaction."""
        futures: list[Future[Any]] = [self.core.lanes.submit(batch) for batch in batches]
        return [
            self.answered(batch, future.result(20))
            for batch, future in zip(batches, futures, strict=True)
        ]


def carry(device: Handheld, count: int) -> Batch:
    """Operations on goods that a device has not sent yet, as a batch."""
    begun = len(device.lines) * 1_000 + 100_000
    goods: dict[str, Any] = {"owner": "ACME", "item": "A1"}
    for number in range(begun, begun + count):
        if number % 2:
            device.write(Move(quantity=1, source="D-1", to="A-01", ended=number, **goods))
        else:
            device.write(Receive(quantity=2, to="D-1", ended=number, **goods))
    batch = device.batch(device.sent + 1, len(device.lines))
    device.sent = len(device.lines)
    return batch
