"""What runs behind the API.

The database, the rules, the lanes, the relay; opened once, closed once.
"""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import migrations
from server.activities import ACTIVITIES
from server.clock import Clock, SteadyClock
from server.config import Settings, attachments_place, program_version, secret_key
from server.db.engine import Database, open_database
from server.db.limits import S_MS, Limits
from server.db.replica import Replica
from server.fleet.rules import Thresholds
from server.fleet.watching import Watch
from server.identity.personal import kept_ms
from server.identity.sessions import Sessions
from server.ids import Randomness, SystemRandomness, random_token
from server.lane.activity import NETWORK
from server.observing.observing import UNOBSERVED, Unobserved, observing_for
from server.planning.timers import Tick
from server.printing.sending import Sender
from server.processes.presence import Presence
from server.processes.records import Peer
from server.service.links import Links
from server.sync import feed
from server.sync.attachment_store import AttachmentStore
from server.sync.attachments import Attachments
from server.sync.erasing import clean
from server.sync.lanes import Heard, Lanes
from server.sync.live import Live
from server.sync.push import PushRules
from server.sync.segments import Segments
from server.terminals.terminals import Terminals
from server.worker import Relay

MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True)
class Core:
    """Everything that a server, a command or a test needs to work the book."""

    settings: Settings
    database: Database
    clock: Clock
    randomness: Randomness
    sessions: Sessions
    links: Links
    rules: PushRules
    lanes: Lanes
    relay: Relay
    live: Live
    watch: Watch
    attachments: Attachments
    printers: Sender
    terminals: Terminals
    replica: Replica
    presence: Presence
    exports: asyncio.Semaphore
    """Turns of exports, each of which holds a connection while its reader takes what it sends."""
    observing: Unobserved = UNOBSERVED
    segments: Segments = field(default_factory=Segments)
    draining: threading.Event = field(default_factory=threading.Event)
    """Set once the server is told to stop: it is ready for nobody new."""
    _closed: threading.Event = field(default_factory=threading.Event)

    @classmethod
    def open(
        cls,
        settings: Settings,
        *,
        clock: Clock | None = None,
        randomness: Randomness | None = None,
        observed: bool = False,
    ) -> "Core":
        """Open the database that the settings name, see that its schema is ours, and start."""
        database = open_database(settings.database, limits=Limits.of(settings))
        try:
            migrations.check(database)
            database.check_standby()
            return cls.over(
                database, settings, clock=clock, randomness=randomness, observed=observed
            )
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
        observed: bool = False,
    ) -> "Core":
        """Start on a database that is open; closing the core closes it.

        Without `delivers` the outboxes are emptied by `drain` alone, and nothing is printed: a run
        that repeats to the byte. What is `observed` keeps figures of itself.
        """
        clock, heard = kept_steady(clock)
        observing = observing_for(database, settings, clock.now) if observed else UNOBSERVED
        sessions = Sessions(secret_key(settings), clock)
        rules = PushRules(ACTIVITIES, project=feed.project)
        presence = presence_of(database, heard)
        holds = presence.holds if delivers else alone
        watch = Watch(database, clock, thresholds_of(settings), holds=partial(holds, "fleet"))
        attachments = attachments_of(settings, database, clock)
        relay = Relay(
            database,
            clock.now,
            Tick,
            watch.by_the_clock,
            partial(clean, database, attachments, kept_ms(settings, "attachment")),
            holds=holds,
        )
        live = Live(database)
        lanes = Lanes(
            database,
            rules,
            clock.now,
            group_operations_max=settings.group_operations_max,
            on_commit=heard_by(relay.heard, live.heard),
            observer=observing,
        )
        if delivers:
            presence.start()
        relay.start(lanes, delivers=delivers)
        printers = Sender(database, clock)
        terminals = Terminals(lanes, clock.now)
        if delivers:
            printers.start()
            terminals.finish_all()
        return cls(
            settings=settings,
            database=database,
            clock=clock,
            randomness=randomness or SystemRandomness(),
            sessions=sessions,
            links=Links(secret_key(settings), clock),
            rules=rules,
            lanes=lanes,
            relay=relay,
            live=live,
            watch=watch,
            attachments=attachments,
            printers=printers,
            terminals=terminals,
            replica=replica_of(settings, database, clock),
            presence=presence,
            exports=asyncio.Semaphore(database.limits.exports_at_once),
            observing=observing,
        )

    def drain(self) -> None:
        """Wait until every outbox is empty: all follow-up work is decided."""
        self.relay.drain()

    @property
    def closed(self) -> bool:
        """Whether it was closed."""
        return self._closed.is_set()

    def stop(self) -> None:
        """Finish what waits; the database stays open for its owner."""
        self.live.stop()
        self.printers.stop()
        self.relay.stop()
        self.watch.close()
        self.lanes.close()
        self.replica.close()
        # Last: what was begun in a duty's name is over.
        self.presence.stop()

    def close(self) -> None:
        """Stop, then close the database; it can be called again."""
        if self.closed:
            return
        self._closed.set()
        self.stop()
        self.observing.stop()
        self.database.close()


def heard_by(*listeners: Heard) -> Heard:
    """Tell several of each commit."""

    def heard(sites: list[int], operations: int, rows: int) -> None:
        for listener in listeners:
            listener(sites, operations, rows)

    return heard


def alone(_duty: str) -> bool:
    """Say that every duty is one's own: of who does them only when told to."""
    return True


def kept_steady(given: Clock | None) -> tuple[Clock, Callable[[int], None]]:
    """The clock that is to be used, and what hears the latest time in the book."""
    if given is not None:
        return given, lambda _ms: None
    steady = SteadyClock()
    return steady, steady.hear


def presence_of(database: Database, heard: Callable[[int], None]) -> Presence:
    """This process among those that serve a database; no decision depends on its name."""
    name = random_token(SystemRandomness(), 12)
    return Presence(
        database,
        Peer(NETWORK, name, 0, program_version(), migrations.NUMBER),
        heard=heard,
    )


def replica_of(settings: Settings, database: Database, clock: Clock) -> Replica:
    """Where merchants read."""
    lag_ms_max = settings.replica_lag_s * S_MS
    return Replica(database, settings.replica_url, clock.now, lag_ms_max=lag_ms_max)


def thresholds_of(settings: Settings) -> Thresholds:
    """When alarms about devices are raised."""
    return Thresholds(
        silent_ms=settings.silent_minutes * MINUTE_MS,
        stuck_ms=settings.stuck_minutes * MINUTE_MS,
        battery_percent=settings.battery_percent,
    )


def attachments_of(settings: Settings, database: Database, clock: Clock) -> Attachments:
    """The attachments, in the place that the settings name."""
    place = attachments_place(settings)
    return Attachments(
        database,
        AttachmentStore(place) if place else None,
        clock.now,
        bytes_per_day=settings.attachment_bytes_per_day,
        kept_ms=kept_ms(settings, "attachment"),
    )
