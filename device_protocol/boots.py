"""Boots: times of one boot can be compared, those of two can't, so each has a number."""

import msgspec

from device_protocol.clock import DeviceClock
from device_protocol.store import Store

_NOTE = "boot"


class Boot(msgspec.Struct, frozen=True):
    """A boot by the name that the clock gives it, and by its number on this device."""

    id: str
    number: int


def present_boot(store: Store, clock: DeviceClock) -> Boot:
    """Return the present boot; its number is one more than that of the boot before."""
    note = store.note(_NOTE)
    before = msgspec.json.decode(note, type=Boot) if note else Boot("", 0)
    present = clock.boot_id()
    if before.id == present:
        return before
    boot = Boot(present, before.number + 1)
    keep_boot(store, boot)
    return boot


def keep_boot(store: Store, boot: Boot) -> None:
    """Keep the number of the present boot."""
    store.set_note(_NOTE, msgspec.json.encode(boot))
