"""Hello: where the server stands in a device's stream, and what the device may do."""

import sqlalchemy as sa

from device_protocol.messages import HelloAnswer, HelloRequest, Limits
from device_protocol.version import PROTOCOL, negotiate
from server.db.bulk import select_records
from server.identity.records import Device
from server.lane.activity import DEVICES
from server.lane.records import Stream
from server.sync.batches import Answer
from server.sync.pull import lanes_of, scopes_of
from server.sync.streams import EpochClosedError, ForkError, GapError, UnknownDeviceError

UPLOAD_THEN_WIPE = "upload_then_wipe"
"""What a revoked device is told: everything it holds first, then nothing."""
WIPE = "wipe"


def find_device(connection: sa.Connection, number: int) -> Device:
    """The device of this number; its home site is in it. UnknownDeviceError if there is none."""
    site = number // DEVICES
    found = select_records(connection, Device, Device.KEY, [(site, number)])
    if not found or not found[0].public_key:
        raise UnknownDeviceError(f"There is no device {number}; enrol it again.")
    return found[0]


def hello(
    connection: sa.Connection, device: Device, request: HelloRequest, limits: Limits, now: int
) -> HelloAnswer:
    """Say where the stream stands.

    What that means, fork or gap, the device finds by its own lines.
    """
    wanted = [(device.site, device.id, request.epoch)]
    found = select_records(connection, Stream, Stream.KEY, wanted)
    if not found:
        raise EpochClosedError(f"There is no epoch {request.epoch} of this device; open a new one.")
    stream = found[0]
    protocol = negotiate(request.protocol_min, request.protocol_max)
    scopes = scopes_of(connection, device, device.person) if device.state == "active" else []
    return HelloAnswer(
        protocol=protocol or PROTOCOL,
        next=stream.next,
        head=stream.head.hex(),
        durable=stream.next - 1,
        generation=lanes_of(connection, [device.site])[device.site].generation,
        limits=limits,
        server_time=now,
        scopes=tuple(scope.text for scope in scopes),
        upgrade="none" if protocol else "needed",
        commands=commands_of(device),
    )


def commands_of(device: Device) -> tuple[str, ...]:
    """What a device is to do besides: what a supervisor asked for, or because it is revoked."""
    if device.state == "revoked":
        return (WIPE if device.command == WIPE else UPLOAD_THEN_WIPE,)
    return (device.command,) if device.command else ()


def must_be_taken(answer: Answer) -> Answer:
    """The answer of a lane to a push, or the error that says why it took nothing."""
    where: dict[str, int | str] = {"next": answer.next, "head": answer.head.hex()}
    if answer.status == "gap":
        raise GapError(f"Lines from {answer.next} on are missing; send those first.", where)
    if answer.status == "fork":
        raise ForkError("The server holds other lines of this epoch; open a new one.", where)
    if answer.status == "unknown":
        raise EpochClosedError("There is no such epoch of this device; open a new one.")
    return answer
