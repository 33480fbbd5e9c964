"""The clocks of a device: one that only counts, per boot, and one on the wall, never trusted."""

import os
import time
from pathlib import Path
from typing import Protocol

_LINUX_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_NS_PER_MS = 1_000_000


class DeviceClock(Protocol):
    """What a device may know of time."""

    def boot_id(self) -> str:
        """Return a name of the present boot; another name says that `monotonic_ms` began again."""

    def monotonic_ms(self) -> int:
        """Return milliseconds that never go back within a boot, sleep included."""

    def wall_ms(self) -> int:
        """Return the device's own idea of the time since 1970 UTC."""


class SystemClock:
    """The clocks of the machine; where it does not name its boots, each process counts as one."""

    def __init__(self, boot_id_path: Path = _LINUX_BOOT_ID) -> None:
        """Find out the boot."""
        try:
            self._boot_id = boot_id_path.read_text(encoding="ascii").strip()
        except OSError:
            self._boot_id = f"process {os.getpid()} of {time.time_ns()}"

    def boot_id(self) -> str:
        """Return a name of the present boot."""
        return self._boot_id

    def monotonic_ms(self) -> int:
        """Return milliseconds that never go back within a boot, sleep included."""
        counting = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
        return time.clock_gettime_ns(counting) // _NS_PER_MS

    def wall_ms(self) -> int:
        """Return the device's own idea of the time since 1970 UTC."""
        return time.time_ns() // _NS_PER_MS
