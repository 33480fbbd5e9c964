"""The lane: what waits while a transaction commits is taken together into the next one.

The lane is given its rules (what a batch needs, how it is decided, how a commit is closed) and
knows nothing of goods. A batch that cannot be written is retried alone, then cut into single
operations, then parked: it never wedges the site.
"""

import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any, Protocol

import structlog
from sqlalchemy.exc import DBAPIError, OperationalError

from server.db.faults import retryable
from server.errors import UnavailableError
from server.lane.observer import NOBODY, Observer
from server.lane.picture import Picture
from server.lane.store import Session, Store
from server.lane.want import Want

log = structlog.get_logger()

ROUNDS_MAX = 12
RETRIES_MAX = 50
"""Who waited for a lane that another process holds is told to begin anew, and waits again."""

TOO_LARGE = "54"
"""PostgreSQL's class of states for a value beyond its limits, as a code too long for an index."""


class Batch(Protocol):
    """Operations of one stream, for one site."""

    @property
    def site(self) -> int:
        """The site whose lane decides."""

    @property
    def size(self) -> int:
        """How many operations it holds."""

    def cut(self) -> Sequence["Batch"]:
        """The same operations one by one."""

    def parked(self) -> "Batch":
        """The same operations, to be stored and parked without being decided."""


Names = Callable[[Want], object]
"""Names what is to be loaded; asked again in rounds until it names nothing new."""
Load = Callable[[Names], None]


class Job(Protocol):
    """A batch in one transaction."""

    def needs(self, want: Want) -> None:
        """Ask for what deciding the batch will read."""

    def decide(self, picture: Picture, now: int, load: Load) -> Any:  # noqa: ANN401 - each rule set has its own answer.
        """Decide the batch and answer its sender; `load` looks again after a neighbour's change."""


class Rules(Protocol):
    """What the lane must be told; all of it pure."""

    def job(self, batch: Any) -> Job:  # noqa: ANN401 - each rule set has its own batch.
        """What is to be done with a batch in one transaction."""

    def joined(self, answers: list[Any]) -> Any:  # noqa: ANN401 - see Job.
        """One answer for a batch that was taken piece by piece."""

    def close(self, sites: list[int], picture: Picture, now: int, load: Load) -> None:
        """Number and chain the commit of each site that was changed, and project from it."""


class GroupResult:
    """What one group did: an answer per batch, and the rows it took."""

    def __init__(self, answers: list[Any], rows: int) -> None:
        """Keep both."""
        self.answers = answers
        self.rows = rows


def load(session: Session, names: Names) -> None:
    """Load in rounds until nothing new is named."""
    want = Want(session.picture)
    for _ in range(ROUNDS_MAX):
        names(want)
        if not want.rows and not want.listings:
            return
        session.load(want)
    message = f"batches still name new records after {ROUNDS_MAX} rounds"
    raise RuntimeError(message)


def run_group(  # noqa: PLR0917 - what a group is made of.
    store: Store,
    rules: Rules,
    batches: list[Any],
    now: Callable[[], int],
    observer: Observer = NOBODY,
    tickets: Sequence[Any] = (),
) -> GroupResult:
    """Load, decide and write a group in one transaction."""
    sites = sorted({batch.site for batch in batches})
    size = sum(batch.size for batch in batches)
    with observer.group(tickets, sites, size) as step, store.session(sites) as session:
        step("load")
        jobs = [rules.job(batch) for batch in batches]

        def named(want: Want) -> None:
            for job in jobs:
                job.needs(want)

        def again(names: Names) -> None:
            load(session, names)

        again(named)
        step("decide")
        moment = now()
        answers: list[Any] = [None] * len(jobs)
        # The network comes first, whose commit the sites' commits name: so a replay decides too.
        for place in sorted(range(len(jobs)), key=lambda place: batches[place].site):
            answers[place] = jobs[place].decide(session.picture, moment, again)
        rules.close(sites, session.picture, moment, again)
        step("write")
        rows = session.write()
        step("commit")
    observer.decided(jobs, answers)
    return GroupResult(answers, rows)


def run_again(  # noqa: PLR0917 - as run_group.
    store: Store,
    rules: Rules,
    batches: list[Any],
    now: Callable[[], int],
    observer: Observer = NOBODY,
    tickets: Sequence[Any] = (),
) -> GroupResult:
    """Run a group, again while the database says that another process came between."""
    for _ in range(RETRIES_MAX - 1):
        try:
            return run_group(store, rules, batches, now, observer, tickets)
        except DBAPIError as error:
            # After a serialization failure or a deadlock the whole group is decided again.
            if not retryable(error):
                raise
    return run_group(store, rules, batches, now, observer, tickets)


def is_outage(error: DBAPIError) -> bool:
    """Whether the database failed, and not the rows that it was to take."""
    if error.connection_invalidated:
        return True
    state = str(getattr(error.orig, "sqlstate", None))
    return isinstance(error, OperationalError) and not state.startswith(TOO_LARGE)


Waiting = tuple[Any, Future[Any], Any]
"""A batch that waits, what its sender waits for, and its ticket."""


class Lane:
    """One thread that runs groups for one site, or for all sites of a single-writer database."""

    def __init__(
        self,
        store: Store,
        rules: Rules,
        now: Callable[[], int],
        *,
        group_operations_max: int = 800,
        on_commit: Callable[[list[int], int, int], None] = lambda _sites, _operations, _rows: None,
        observer: Observer = NOBODY,
    ) -> None:
        """Start the thread; `on_commit` hears the sites, operations and rows of each group."""
        self.store = store
        self.rules = rules
        self.now = now
        self.group_operations_max = group_operations_max
        self.on_commit = on_commit
        self.observer = observer
        self._waiting: queue.SimpleQueue[Waiting | None] = queue.SimpleQueue()
        self._closed = False
        self._gate = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="lane", daemon=True)
        self._thread.start()

    def submit(self, batch: Batch) -> "Future[Any]":
        """Queue a batch; the future gives its answer once it is durable."""
        future: Future[Any] = Future()
        with self._gate:
            if not self._closed:
                self._waiting.put((batch, future, self.observer.submitted(batch.size)))
                return future
        future.set_exception(UnavailableError("the server is stopping; send again shortly"))
        return future

    def close(self) -> None:
        """Finish what waits, then stop."""
        with self._gate:
            # The last that is put: nobody waits behind it for an answer that never comes.
            self._closed = True
            self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        going = True
        while going:
            first = self._waiting.get()
            if first is None:
                break
            group = [first]
            size = first[0].size
            while size < self.group_operations_max and not self._waiting.empty():
                waiting = self._waiting.get()
                if waiting is None:
                    going = False
                    break
                group.append(waiting)
                size += waiting[0].size
            self._commit(group, size)

    def _commit(self, group: list[Waiting], size: int) -> None:
        tickets = [ticket for _, _, ticket in group]
        self.observer.taken(tickets, size)
        try:
            result = self._attempt([batch for batch, _, _ in group], tickets)
        except UnavailableError as error:
            for _, future, _ in group:
                future.set_exception(error)
        except Exception:
            log.exception("group_failed", batches=len(group))
            for batch, future, _ in group:
                self._commit_alone(batch, future)
        else:
            for (_, future, _), answer in zip(group, result.answers, strict=True):
                future.set_result(answer)

    def _commit_alone(self, batch: Any, future: "Future[Any]") -> None:  # noqa: ANN401 - see Rules.
        """Find the operation that cannot be written, park it, and let its neighbours pass."""
        try:
            future.set_result(self._attempt([batch]).answers[0])
        except UnavailableError as error:
            future.set_exception(error)
        except Exception:
            log.exception("batch_failed", site=batch.site, operations=batch.size)
            try:
                future.set_result(self._commit_pieces(batch))
            except Exception as error:  # noqa: BLE001 - the sender must hear of it, whatever it is.
                future.set_exception(error)

    def _commit_pieces(self, batch: Any) -> Any:  # noqa: ANN401 - see Rules.
        answers = []
        for piece in batch.cut():
            try:
                answers += self._attempt([piece]).answers
            except UnavailableError:
                raise
            except Exception:
                log.exception("operation_parked", site=piece.site)
                answers += self._attempt([piece.parked()]).answers
        return self.rules.joined(answers)

    def _attempt(self, batches: list[Any], tickets: Sequence[Any] = ()) -> GroupResult:
        try:
            result = run_again(self.store, self.rules, batches, self.now, self.observer, tickets)
        except DBAPIError as error:
            if is_outage(error):
                detail = f"the database cannot be written now ({error.orig}); send again"
                raise UnavailableError(detail) from error
            raise
        self.on_commit(
            sorted({batch.site for batch in batches}),
            sum(batch.size for batch in batches),
            result.rows,
        )
        return result
