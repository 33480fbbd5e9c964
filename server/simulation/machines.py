"""What a simulated device is made of: clocks that jump, and a store that fails."""

from typing import Any, TypeVar

from device_protocol.store import MemoryStore, StoredLine
from server.simulation.schedule import Schedule

Key = TypeVar("Key")
Row = TypeVar("Row")


class CrashError(BaseException):
    """The app died; no code of the app may catch this, as none would run."""


class DiskFullError(OSError):
    """There is no room on the device."""


class Machine:
    """The clocks of one piece of hardware."""

    def __init__(self, schedule: Schedule, name: str, *, drift_ppm: int = 0) -> None:
        """Switch it on."""
        self._schedule = schedule
        self._name = name
        self._drift_ppm = drift_ppm
        self._boots = 1
        self._on_since = schedule.now - 60_000
        self.wall_offset = 0

    def boot_id(self) -> str:
        """Return the present boot."""
        return f"{self._name}/{self._boots}"

    def monotonic_ms(self) -> int:
        """Return how long the machine has been on, by its own quartz."""
        elapsed = self._schedule.now - self._on_since
        return elapsed + elapsed * self._drift_ppm // 1_000_000

    def wall_ms(self) -> int:
        """Return what stands on its display."""
        return max(0, self._schedule.now + self.wall_offset)

    def reboot(self) -> None:
        """Switch it off and on."""
        self._boots += 1
        self._on_since = self._schedule.now - 20_000


class FragileStore(MemoryStore):
    """A store that dies at a write when it is told to, or takes no more lines.

    After it died the process that held it is dead too: whatever that still tries fails. The next
    process takes the same memory up by `reborn`.
    """

    def __init__(self) -> None:
        """Start empty and sound."""
        super().__init__()
        self.dead = False
        self.full = False
        self.writes_left: int | None = None
        """How many writes still succeed before the app dies."""

    def reborn(self) -> "FragileStore":
        """The same memory for the next process; this one is dead from now on."""
        self.dead = True
        return self._made(dict(self._tables()))

    def copied(self) -> "FragileStore":
        """A copy that goes its own way."""
        return self._made({name: _copied(table) for name, table in self._tables()})

    def append_line(self, line: StoredLine) -> None:
        """Add a line, if there is room."""
        if self.full:
            message = "no space left on device"
            raise DiskFullError(message)
        super().append_line(line)

    def _tables(self) -> list[tuple[str, dict[Any, Any]]]:
        """Everything that is durable, whatever a store comes to keep."""
        return [(name, held) for name, held in vars(self).items() if isinstance(held, dict)]

    @staticmethod
    def _made(tables: dict[str, dict[Any, Any]]) -> "FragileStore":
        store = FragileStore()
        for name, table in tables.items():
            setattr(store, name, table)
        return store

    def _write(self, table: dict[Key, Row], key: Key, row: Row | None) -> None:
        if self.dead:
            raise CrashError
        if self.writes_left is not None:
            self.writes_left -= 1
            if self.writes_left < 0:
                self.dead = True
                raise CrashError
        super()._write(table, key, row)


def _copied(table: dict[Any, Any]) -> dict[Any, Any]:
    """A copy of a table whose rows are values or tables themselves."""
    return {key: dict(row) if isinstance(row, dict) else row for key, row in table.items()}
