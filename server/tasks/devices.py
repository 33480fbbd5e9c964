"""Devices in and out of work.

1. A supervisor suspends a device that is missing: it may send what it has, and gets nothing more.
2. One that is lost for good is revoked: its later lines are kept as parked, and its code and key
   open nothing.
3. Either way its work packages wait for another device.
"""

from msgspec.structs import replace

from server.identity.devices import live_device
from server.identity.records import Device
from server.lane.activity import Activity, Context
from server.lane.masters import among, put_record
from server.lane.message import Message
from server.lane.picture import Picture
from server.lane.want import Want
from server.planning.records import Package

STATES = ("active", "suspended", "revoked")


class SetDeviceState(Message, frozen=True, kw_only=True, tag="set_device_state"):
    """A device is to be active, suspended or revoked. For its home site's lane."""

    device: int
    state: str


def needs(operation: SetDeviceState, want: Want, context: Context) -> None:
    """The device, and the work it may hold."""
    want.row(Device, (context.site, operation.device))
    want.listing(Package, "by_state", (context.site, 1))


def set_state(operation: SetDeviceState, picture: Picture, context: Context) -> None:
    """Change the state; what is not active holds no work."""
    if not among(context, "state", operation.state, STATES):
        return
    device = picture.get(Device, (context.site, operation.device))
    if device is None or device.state != operation.state:
        device = live_device(picture, context, operation.device)
    if device is None:
        return
    if device.state == "invited" and operation.state != "revoked":
        context.refuse("not_enrolled", "an enrolled device", device.id, "revoke the invitation")
        return
    released = 0
    if operation.state != "active":
        released = release_leases(context, device.id)
    changed = replace(device, state=operation.state)
    put_record(context, device, changed, device=device.id, released=released)


def release_leases(context: Context, device: int) -> int:
    """Let the packages that a device holds wait for another; answer how many."""
    held = [
        package
        for package in context.picture.listing(Package, "by_state", (context.site, 1))
        if package.holder == device
    ]
    for package in held:
        context.picture.put(
            replace(package, state="ready", holder=None, actor="", lease_until=None)
        )
    return len(held)


SET_DEVICE_STATE = Activity(SetDeviceState, needs, set_state)
