"""How much of PostgreSQL a process takes, and how long it waits for it.

Every wait ends: for a connection, for a lock, for a statement, for a client that holds a
transaction and says nothing more. SQLite has one file and one writer, and takes the number of its
readers alone.
"""

from dataclasses import dataclass

from server.config import Settings

S_MS = 1_000
EXPORTS_MAX = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Connections, and times in milliseconds; 0 is no limit."""

    pool_size: int = 10
    """Connections of lanes, and as many again of reads: neither takes the other's."""
    pool_wait_ms: int = 10_000
    connect_wait_s: int = 10
    lane_timeout_ms: int = 60_000
    """For one statement of a transaction that writes, its commit among them."""
    read_timeout_ms: int = 60_000
    report_timeout_ms: int = 900_000
    lock_timeout_ms: int = 30_000
    idle_timeout_ms: int = 60_000
    durable: str = "local"
    """local, or standby: then a commit counts once a synchronous standby has it, too."""

    @property
    def exports_at_once(self) -> int:
        """How many readers may hold a connection for as long as they like: never all there are."""
        return max(1, min(EXPORTS_MAX, self.pool_size - 1))

    @classmethod
    def of(cls, settings: Settings) -> "Limits":
        """What the settings say."""
        return cls(
            pool_size=settings.pool_size,
            pool_wait_ms=settings.pool_wait_s * S_MS,
            lane_timeout_ms=settings.lane_timeout_s * S_MS,
            read_timeout_ms=settings.read_timeout_s * S_MS,
            report_timeout_ms=settings.report_timeout_s * S_MS,
            lock_timeout_ms=settings.lock_timeout_s * S_MS,
            idle_timeout_ms=settings.idle_timeout_s * S_MS,
            durable=settings.durable,
        )
