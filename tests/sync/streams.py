"""What tests of push write and read."""

import msgspec

from device_protocol.operations import Receive
from server.lane.activity import DESK, OUTBOX
from server.lane.message import Message
from server.lane.records import Outgoing, StoredOperation, Stream
from server.sync.batches import Batch
from tests.floor import SITE, Floor, Handheld
from tests.sayings import all_of

A1 = "1000001:A1|good"


def receive(quantity: int = 1, *, item: str = "A1", to: str = "D-1", ended: int = 1_000) -> Receive:
    """Units of an item of ACME."""
    return Receive(quantity=quantity, owner="ACME", item=item, to=to, ended=ended)


def written(floor: Floor, *quantities: int) -> Handheld:
    """A device that has written receipts of so many units and sent nothing."""
    handheld = floor.handheld()
    for quantity in quantities:
        handheld.write(receive(quantity))
    return handheld


def other_history(floor: Floor, *quantities: int) -> Handheld:
    """A copy of device 1 that went on alone."""
    return written(floor, *quantities)


def stored(floor: Floor) -> list[StoredOperation]:
    """Every stored operation in the order in which they were decided."""
    return sorted(all_of(floor, StoredOperation), key=lambda each: (each.site, each.number))


def stream_of(floor: Floor, handheld: Handheld) -> Stream:
    """A device's stream as the server has it."""
    (found,) = [each for each in all_of(floor, Stream) if each.stream == handheld.stream]
    return found


def deliver_outbox(floor: Floor) -> None:
    """Carry what the site says to itself into its lane."""
    for each in all_of(floor, Outgoing):
        lines = (each.line,)
        stream = OUTBOX + each.site
        floor.run(Batch(site=each.target, stream=stream, epoch=1, lines=lines, first=each.seq))


def desk_batch(*messages: Message, site: int = SITE, stream: int = DESK) -> Batch:
    """Messages that the lane is to number."""
    lines = tuple(msgspec.json.encode(message) for message in messages)
    return Batch(site=site, stream=stream, epoch=1, lines=lines)
