"""That a process lives, who else does, and which duties are this one's.

1. A process has a row whose beat it raises every second. Whoever sees a beat stand still for
   `SILENT_S` of its own monotonic time takes that process for dead and removes its row.
2. A duty has a row that names its holder. A process takes it where there is none, or where the
   holder has no row any more; the row's key lets one of several win.
3. A holder whose own beat did not get through for `SURE_S`, which is shorter, does nothing more: it
   may be taken for dead. So two never hold a duty together, whatever clocks say, unless a process
   is stopped in the middle of its work and goes on later. For that no duty does harm if done twice.
4. Who stops gives its duties back and removes its row, and the next has them within a second.

On SQLite there is one process, which has every duty and writes nothing.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

import sqlalchemy as sa
import structlog

from server.db.bulk import ensure_records
from server.db.engine import Database
from server.errors import TotebookError
from server.lane.activity import NETWORK
from server.lane.models import LANE
from server.processes.models import DUTY, PROCESS, SCHEMA_RULE
from server.processes.records import Duty, Peer

log = structlog.get_logger()

BEAT_S = 1.0
SURE_S = 3.0
SILENT_S = 5.0
DUTIES = ("deliveries", "timers", "fleet", "cleaning")
_QUICK = (
    "SELECT set_config('synchronous_commit', 'off', true), "
    "set_config('statement_timeout', '2000', true)"
)


class Seen(NamedTuple):
    """The beat of another process, and since when it stands there."""

    beat: int
    since: float


class Beat(NamedTuple):
    """What one beat read: who else has a row, who holds what, and what the schema asks."""

    others: dict[str, int]
    duties: dict[str, str]
    compatible_from: int


class Presence:
    """One process among those that serve a database."""

    def __init__(
        self,
        database: Database,
        me: Peer,
        now_s: Callable[[], float] = time.monotonic,
        heard: Callable[[int], None] = lambda _ms: None,
    ) -> None:
        """Begin alone, with nothing held; `now_s` is a clock that never jumps.

        The latest time that any lane has recorded is `heard`: so processes agree on the time.
        """
        self.me = me
        self.outdated = False
        """Whether the schema has left this program behind: it must not write any more."""
        self._database = database
        self._now_s = now_s
        self._heard = heard
        self._alone = database.dialect == "sqlite"
        self._held: frozenset[str] = frozenset(DUTIES) if self._alone else frozenset()
        self._sure_at = now_s()
        self._seen: dict[str, Seen] = {}
        self._beats = me.beat
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def living(self) -> int:
        """How many processes serve the database, this one among them."""
        return 1 + len(self._seen)

    def holds(self, duty: str) -> bool:
        """Whether a duty is this process's, surely."""
        if self._alone:
            return True
        sure = self._now_s() - self._sure_at < SURE_S and not self.outdated
        return sure and duty in self._held

    def start(self) -> None:
        """Be there from now on; a database that is away for the moment is waited for."""
        if self._alone:
            with self._database.reading() as connection:
                self._hear(connection)
            return
        self._guarded()
        self._thread = threading.Thread(target=self._run, name="presence", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Give everything back."""
        self._stopping.set()
        if self._thread is None:
            return
        self._thread.join()
        held, self._held = self._held, frozenset[str]()
        try:
            with self._quick() as connection:
                # In the order in which others take what is left, so that nobody waits in a circle.
                connection.execute(sa.delete(PROCESS).where(PROCESS.c.name == self.me.name))
                for duty in sorted(held):
                    connection.execute(_duty_of(duty, self.me.name))
        except TotebookError as error:
            log.warning("presence_left", reason=error.detail)

    def beat(self) -> None:
        """Raise the own beat, look at the others', and take what nobody does."""
        began = self._now_s()
        read = self._read()
        dead = self._dead(read.others, began)
        holders = {self.me.name, *read.others} - dead
        free = [duty for duty in DUTIES if read.duties.get(duty) not in holders]
        held = {duty for duty, holder in read.duties.items() if holder == self.me.name}
        if dead or free:
            held |= self._succeed(dead, {duty: read.duties.get(duty) for duty in free})
        self.outdated = read.compatible_from > self.me.schema
        self._held = frozenset(held)
        # Counted from before the beat was written: others may have seen it since.
        self._sure_at = began

    def _read(self) -> Beat:
        me = self.me
        with self._quick() as connection:
            self._beats += 1
            risen = sa.update(PROCESS).where(PROCESS.c.name == me.name).values(beat=self._beats)
            if not connection.execute(risen).rowcount:
                # The first beat, or others took this process for dead.
                mine = Peer(NETWORK, me.name, self._beats, me.version, me.schema)
                ensure_records(connection, Peer, [mine])
            rows = connection.execute(sa.select(PROCESS.c.name, PROCESS.c.beat))
            others = {row.name: row.beat for row in rows if row.name != me.name}
            rows = connection.execute(sa.select(DUTY.c.name, DUTY.c.holder))
            duties = {row.name: row.holder for row in rows}
            rule = connection.scalar(sa.select(SCHEMA_RULE.c.compatible_from))
            self._hear(connection)
        return Beat(others, duties, rule or 0)

    def _hear(self, connection: sa.Connection) -> None:
        latest = connection.scalar(sa.select(sa.func.max(LANE.c.recorded_at)))
        self._heard(int(latest or 0))

    def _dead(self, others: dict[str, int], now: float) -> set[str]:
        """Those whose beat has stood still for too long."""
        seen = {}
        for name, beat in others.items():
            before = self._seen.get(name)
            risen = before is None or before.beat != beat
            seen[name] = Seen(beat, now) if before is None or risen else before
        dead = {name for name, each in seen.items() if now - each.since >= SILENT_S}
        self._seen = {name: each for name, each in seen.items() if name not in dead}
        return dead

    def _succeed(self, dead: set[str], free: dict[str, str | None]) -> set[str]:
        """Remove the dead, and take the duties that nobody alive has; answer which were got."""
        got = set()
        with self._quick() as connection:
            for name in sorted(dead):
                # One that beats again after all keeps its row.
                connection.execute(sa.delete(PROCESS).where(PROCESS.c.name == name))
                log.warning("process_gone", process=name)
            for duty, before in sorted(free.items()):
                connection.execute(_duty_of(duty, before))
                ensure_records(connection, Duty, [Duty(NETWORK, duty, self.me.name)])
                holder = connection.scalar(sa.select(DUTY.c.holder).where(DUTY.c.name == duty))
                if holder == self.me.name:
                    got.add(duty)
        return got

    @contextmanager
    def _quick(self) -> Iterator[sa.Connection]:
        """A transaction that is worth nothing late, and is no loss if it is lost."""
        with self._database.writing() as connection:
            connection.exec_driver_sql(_QUICK)
            yield connection

    def _run(self) -> None:
        while not self._stopping.wait(BEAT_S):
            self._guarded()

    def _guarded(self) -> None:
        try:
            self.beat()
        except TotebookError as error:
            log.warning("presence_waits", reason=error.detail)
        except Exception:
            log.exception("presence_failed")


def _duty_of(duty: str, holder: str | None) -> sa.Delete:
    """Taking a duty from its holder, if it is still theirs."""
    return sa.delete(DUTY).where(DUTY.c.name == duty, DUTY.c.holder == holder)
