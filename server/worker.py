"""Deliveries between lanes, and what happens by the clock.

A decision writes what it wants done elsewhere into the outbox, in its own commit. Here that is
carried to the target's lane, in order, as stream 10 + origin. The lane's own rule for repeats makes
it exactly once, so that a crash between delivering and forgetting does no harm, nor do two
processes that deliver the same. Of several processes one has that duty, so that they need not.
"""

import itertools
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import sqlalchemy as sa
import structlog

from server.clock import is_due
from server.config import program_version
from server.db.engine import Database
from server.errors import UnavailableError
from server.lane.activity import NETWORK, OUTBOX, TIMER
from server.lane.message import Message
from server.lane.models import LANE, STREAM
from server.lane.models import OUTBOX as MESSAGES
from server.sync.batches import Answer, Batch
from server.sync.feed import forget_tombstones
from server.sync.lanes import Lanes
from server.sync.reconsidering import reconsider_parked

log = structlog.get_logger()

TICK_MS = 60_000
TOMBSTONES_MS = 24 * 3_600_000
FIRST_CLEANING_MS = 10 * 60_000
PASS_MESSAGES_MAX = 2_000
BATCH_BYTES_MAX = 65_536
"""A message may hold a whole order: a batch of many must not keep a push waiting."""
RETRY_S = 1.0
IDLE_S = 1.0
SHARED_IDLE_S = 0.25
"""Between two looks where other processes commit, too, whose messages wake nobody here."""
ANSWER_S_MAX = 120.0

_NEXT = (
    sa.select(STREAM.c.next)
    .where(
        STREAM.c.site == MESSAGES.c.target,
        STREAM.c.stream == MESSAGES.c.site + OUTBOX,
        STREAM.c.epoch == 1,
    )
    .scalar_subquery()
)
_NEXT_OR_FIRST = sa.func.coalesce(_NEXT, 1)
_UNDELIVERED = (
    sa.select(MESSAGES.c.site, MESSAGES.c.target, MESSAGES.c.seq, MESSAGES.c.line)
    .where(MESSAGES.c.seq >= _NEXT_OR_FIRST)
    .order_by(MESSAGES.c.site, MESSAGES.c.target, MESSAGES.c.seq)
    .limit(PASS_MESSAGES_MAX)
)
_COUNT = sa.select(sa.func.count()).select_from(MESSAGES).where(MESSAGES.c.seq >= _NEXT_OR_FIRST)
_DELIVERED = sa.delete(MESSAGES).where(MESSAGES.c.seq < _NEXT_OR_FIRST)


class Relay:
    """One thread that empties the outboxes after commits and lets the timers tick."""

    def __init__(
        self,
        database: Database,
        now: Callable[[], int],
        tick: Callable[[], Message] | None = None,
        watch: Callable[[], None] = lambda: None,
        clean: Callable[[int], None] = lambda _now: None,
        *,
        holds: Callable[[str], bool] = lambda _duty: True,
    ) -> None:
        """Start nothing yet; `tick` makes the message that timers hear every minute.

        `watch` looks after the fleet; it is called about every second and knows what is due.
        `clean` erases once a day what is kept for a time only. Of several processes one delivers,
        one ticks and one cleans: the one that `holds` the duty.
        """
        self.database = database
        self.now = now
        self._tick = tick
        self._watch = watch
        self._clean = clean
        self._holds = holds
        self.idle_s = IDLE_S if database.dialect == "sqlite" else SHARED_IDLE_S
        self._reconsidered = False
        self._ticked_at = now()
        # Soon after the start, too: a server that is started anew every night cleans as well.
        self._cleared_at = now() - TOMBSTONES_MS + FIRST_CLEANING_MS
        self._woken = threading.Event()
        self._stopping = threading.Event()
        self._delivering = threading.Lock()
        self._lanes: Lanes | None = None
        self._thread: threading.Thread | None = None

    def heard(self, _sites: list[int], _operations: int, _rows: int) -> None:
        """Look soon: something was committed."""
        self._woken.set()

    def start(self, lanes: Lanes, *, delivers: bool = True) -> None:
        """Begin to deliver, with what an earlier process left behind; else only when told to."""
        self._lanes = lanes
        if not delivers:
            return
        self._woken.set()
        self._thread = threading.Thread(target=self._run, name="relay", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish the delivery that is under way; what is left waits for the next start."""
        self._stopping.set()
        self._woken.set()
        if self._thread is not None:
            self._thread.join()

    def drain(self) -> None:
        """Deliver until every outbox is empty, and what that causes too."""
        while self.deliver():
            pass

    def deliver(self) -> int:
        """Carry over what waits now, all targets at once, and forget it; answer how much it was."""
        lanes = self._lanes
        if lanes is None:
            return 0
        with self._delivering:
            batches = self._waiting()
            if not batches:
                return 0
            futures = [lanes.submit(batch) for batch in batches]
            taken = sum(
                batch.size
                for batch, future in zip(batches, futures, strict=True)
                if self._was_taken(batch, future)
            )
            lanes.errand(lambda connection: connection.execute(_DELIVERED))
        return taken

    def undelivered(self) -> int:
        """Answer how many messages wait to be decided by the lanes they are for."""
        with self.database.reading() as connection:
            return int(connection.execute(_COUNT).scalar_one())

    def tick(self) -> None:
        """Let the timers of every site hear what time it is."""
        if self._tick is None or self._lanes is None:
            return
        with self.database.reading() as connection:
            sites = connection.scalars(sa.select(LANE.c.site).where(LANE.c.site != NETWORK))
            futures = [self._lanes.say(site, TIMER, self._tick()) for site in sites]
        for future in futures:
            future.result(ANSWER_S_MAX)

    def _waiting(self) -> list[Batch]:
        with self.database.reading() as connection:
            rows = connection.execute(_UNDELIVERED).all()
        batches = []
        for (site, target), group in itertools.groupby(rows, lambda row: (row.site, row.target)):
            messages = few_enough(list(group))
            batches.append(
                Batch(
                    site=target,
                    stream=OUTBOX + site,
                    epoch=1,
                    lines=tuple(bytes(message.line) for message in messages),
                    first=messages[0].seq,
                )
            )
        return batches

    def _was_taken(self, batch: Batch, future: "Future[Answer]") -> bool:
        answer = future.result(ANSWER_S_MAX)
        if answer.status != "taken":
            log.error(
                "delivery_refused", site=batch.site, stream=batch.stream, status=answer.status
            )
        return answer.status == "taken"

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._woken.wait(self.idle_s)
            self._woken.clear()
            try:
                while self._may_deliver() and self.deliver():
                    pass
                self.by_the_clock()
            except UnavailableError as error:
                self._wait_for_better_times("relay_waits", error)
            except Exception as error:  # noqa: BLE001 - deliveries go on, whatever it was.
                self._wait_for_better_times("relay_failed", error)

    def by_the_clock(self) -> None:
        """Do what is due: the timers each minute, the cleaning each day, and the fleet.

        At first, what an older program parked is tried again.
        """
        now = self.now()
        ticks, cleans = self._holds("timers"), self._holds("cleaning")
        if ticks and not self._reconsidered and self._lanes is not None:
            reconsider_parked(self._lanes, self.database, program_version(), now)
            self._reconsidered = True
        if ticks and is_due(self._ticked_at, now, TICK_MS):
            self._ticked_at = now
            self.tick()
        if cleans and is_due(self._cleared_at, now, TOMBSTONES_MS) and self._lanes is not None:
            self._cleared_at = now
            self._lanes.errand(lambda connection: forget_tombstones(connection, now))
            self._clean(now)
        self._watch()

    def _may_deliver(self) -> bool:
        return not self._stopping.is_set() and self._holds("deliveries")

    def _wait_for_better_times(self, event: str, error: Exception) -> None:
        if self._stopping.is_set():
            return
        log.error(event, exc_info=error)
        self._stopping.wait(RETRY_S)
        self._woken.set()


def few_enough(messages: list[Any]) -> list[Any]:
    """The first messages, as many as one transaction should take."""
    total = 0
    for place, message in enumerate(messages):
        total += len(message.line)
        if total > BATCH_BYTES_MAX and place:
            return messages[:place]
    return messages
