"""What a server says to a device, without a server."""

import msgspec

from device_protocol import chain, codec
from device_protocol.device import Device
from device_protocol.messages import (
    Document,
    Grant,
    HelloAnswer,
    Lease,
    NumberBlock,
    Outcome,
    PushAnswer,
)
from device_protocol.operations import Bind, Operation
from device_protocol.store import Store
from device_protocol.version import LIMITS
from tests.device_protocol.doubles import DEVICE, NONCE, ManualClock, document, seeded

BIND = Bind(unit="TOTE-1", shipment=5)
NUMBERS = Grant(numbers=NumberBlock(epoch=1, prefix="4012345", first=7, count=2, extension=3))
LEASE = Grant(lease=Lease(work=5, package=9, fence=2, duration_ms=1_000))


def reopened(store: Store, clock: ManualClock) -> Device:
    """Return the device as a restarted process finds it."""
    return Device(store, clock, seeded(2))


def said(device: Device, seq: int) -> Operation:
    """Return what a line of the present stream says."""
    line = device.outbox.line(seq)
    assert line is not None
    decoded = codec.decode_line(line.line)
    assert isinstance(decoded, Operation)
    return decoded


def greet(device: Device, *, next_seq: int = 1, sent_ms: int = 1_000, head: str = "") -> bool:
    """Answer a hello of the device at once."""
    line = device.outbox.line(next_seq - 1)
    before = line.hash if line else chain.start(DEVICE, 1, NONCE)
    return device.on_hello(
        HelloAnswer(
            protocol=1,
            next=next_seq,
            head=head or before.hex(),
            durable=next_seq - 1,
            generation=1,
            limits=LIMITS,
            server_time=50_000,
            upgrade="advised",
            commands=("wipe",),
        ),
        sent_ms,
    )


def settle(device: Device, outcome: bytes, sent_ms: int = 0) -> None:
    """Send what is pending and answer every line with the same outcome."""
    batch = device.next_batch(LIMITS)
    assert batch is not None
    last = device.outbox.line(batch.first + batch.count - 1)
    assert last is not None
    device.settle(
        PushAnswer(
            next=last.seq + 1,
            head=last.hash.hex(),
            durable=last.seq,
            commit=1,
            server_time=60_000,
            outcomes=(msgspec.Raw(outcome),) * batch.count,
        ),
        sent_ms,
    )


def granted(grant: Grant) -> bytes:
    """Return an outcome with a grant."""
    return msgspec.json.encode(Outcome(outcome="applied", grant=msgspec.to_builtins(grant)))


def grant_document(operation: str, grant: Grant, version: int = 3) -> Document:
    """Return the document of a grant."""
    return document(f"grant/{operation}", version, msgspec.json.encode(grant).decode())
