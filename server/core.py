"""What runs behind the API.

The database, the rules, the lanes, the relay; opened once, closed once.
"""

import threading
from dataclasses import dataclass, field

import migrations
from server.activities import ACTIVITIES
from server.clock import Clock, SystemClock
from server.config import Settings, secret_key
from server.db.engine import Database, open_database
from server.identity.sessions import Sessions
from server.ids import Randomness, SystemRandomness
from server.sync import feed
from server.sync.lanes import Lanes
from server.sync.push import PushRules
from server.tasks.timers import Tick
from server.worker import Relay


@dataclass(frozen=True, slots=True)
class Core:
    """Everything that a server, a command or a test needs to work the book."""

    settings: Settings
    database: Database
    clock: Clock
    randomness: Randomness
    sessions: Sessions
    rules: PushRules
    lanes: Lanes
    relay: Relay
    _closed: threading.Event = field(default_factory=threading.Event)

    @classmethod
    def open(
        cls,
        settings: Settings,
        *,
        clock: Clock | None = None,
        randomness: Randomness | None = None,
    ) -> "Core":
        """Open the database that the settings name, see that its schema is ours, and start."""
        database = open_database(settings.database)
        try:
            database.check_schema(schema_heads())
            return cls.over(database, settings, clock=clock, randomness=randomness)
        except BaseException:
            database.close()
            raise

    @classmethod
    def over(
        cls,
        database: Database,
        settings: Settings,
        *,
        clock: Clock | None = None,
        randomness: Randomness | None = None,
        delivers: bool = True,
    ) -> "Core":
        """Start on a database that is open; closing the core closes it.

        Without `delivers` the outboxes are emptied by `drain` alone: a run that repeats to the
        byte.
        """
        clock = clock or SystemClock()
        sessions = Sessions(secret_key(settings), clock)
        rules = PushRules(ACTIVITIES, project=feed.project)
        relay = Relay(database, clock.now, Tick)
        lanes = Lanes(
            database,
            rules,
            clock.now,
            group_operations_max=settings.group_operations_max,
            on_commit=relay.heard,
        )
        relay.start(lanes, delivers=delivers)
        return cls(
            settings=settings,
            database=database,
            clock=clock,
            randomness=randomness or SystemRandomness(),
            sessions=sessions,
            rules=rules,
            lanes=lanes,
            relay=relay,
        )

    def drain(self) -> None:
        """Wait until every outbox is empty: all follow-up work is decided."""
        self.relay.drain()

    def close(self) -> None:
        """Finish what waits, then close the database; it can be called again."""
        if self._closed.is_set():
            return
        self._closed.set()
        self.relay.stop()
        self.lanes.close()
        self.database.close()


def schema_heads() -> frozenset[str]:
    """The schema revisions that this program was written for."""
    return migrations.HEADS
