"""Sends jobs to the printers that Totebook reaches itself.

One thread looks every second who has something to print; each busy printer has a thread of its own,
so that one that is off keeps no other waiting, nor a server from stopping.
"""

import threading
from collections.abc import Callable

import structlog

from server.clock import Clock, is_due
from server.db.engine import Database
from server.errors import TotebookError
from server.labels.formats import DotsPerInch, Format, file_of
from server.printing import queue, rules
from server.printing.asked import label_of, read
from server.printing.printer import Send, Told, send
from server.printing.records import PrintJob, Workstation

log = structlog.get_logger()

LOOK_S = 1.0
WAIT_S_MAX = 30.0
"""Between two looks while every one of them fails."""
FORGET_MS = 3_600_000
BUSY_MAX = 32
STOP_S_MAX = 2.0
_DOTS: dict[int, DotsPerInch] = {203: 203, 300: 300}


class Sender:
    """The printers of all sites."""

    def __init__(self, database: Database, clock: Clock, deliver: Send = send) -> None:
        """Start nothing yet."""
        self._database = database
        self._clock = clock
        self._deliver = deliver
        self._woken = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._busy: dict[tuple[int, str], threading.Thread] = {}
        self._forgot_at = clock.now()

    def start(self) -> None:
        """Begin to look, with what an earlier process left behind."""
        self._thread = threading.Thread(target=self._run, name="printing", daemon=True)
        self._thread.start()

    def asked(self) -> None:
        """Look soon: something is to be printed."""
        self._woken.set()

    def stop(self) -> None:
        """Begin no more; a try under way is left alone after a while, and is then in doubt."""
        self._stopping.set()
        self._woken.set()
        if self._thread is not None:
            self._thread.join()
        for busy in list(self._busy.values()):
            busy.join(STOP_S_MAX)

    def pass_once(self) -> int:
        """Try one job of every printer that is due, one after the other; answer how many."""
        return sum(self._print_one(each) for each in queue.due(self._database, self._clock.now()))

    def _run(self) -> None:
        wait = LOOK_S
        while not self._stopping.is_set():
            self._woken.wait(wait)
            self._woken.clear()
            wait = LOOK_S if self._guarded(self._look) else min(2 * wait, WAIT_S_MAX)

    def _look(self) -> None:
        now = self._clock.now()
        if is_due(self._forgot_at, now, FORGET_MS):
            self._forgot_at = now
            queue.forget(self._database, now)
        self._busy = {key: each for key, each in self._busy.items() if each.is_alive()}
        for workstation in queue.due(self._database, now):
            key = (workstation.site, workstation.name)
            if key in self._busy or len(self._busy) >= BUSY_MAX or self._stopping.is_set():
                continue
            thread = threading.Thread(
                target=self._guarded,
                args=(lambda each=workstation: self._print_all(each),),
                name=f"printer {workstation.name}",
                daemon=True,
            )
            self._busy[key] = thread
            thread.start()

    def _guarded(self, work: Callable[[], object]) -> bool:
        """Do something of which no fault may end the printing: it is due again. Whether it went."""
        try:
            work()
        except Exception:
            if not self._stopping.is_set():
                log.exception("printing_waits")
            return False
        return True

    def _print_all(self, workstation: Workstation) -> None:
        """Print what waits at a workstation, until there is no more or its printer fails."""
        while not self._stopping.is_set() and self._print_one(workstation):
            pass

    def _print_one(self, workstation: Workstation) -> bool:
        """Try the next job; whether there was one and the printer took it."""
        taken = queue.take(self._database, workstation.site, workstation.name, self._clock.now())
        if taken is None:
            return False
        told = self._tried(taken.job, taken.workstation)
        queue.tell(self._database, taken.job, told.result, told.problem, self._clock.now())
        if told.result != "done":
            log.warning(
                "label_not_printed",
                site=workstation.site,
                workstation=workstation.name,
                job=taken.job.number,
                result=told.result,
                problem=told.problem,
            )
        return told.result in ("done", "failed")

    def _tried(self, job: PrintJob, workstation: Workstation) -> Told:
        try:
            label = drawn(self._database, job, "zpl", workstation.dots_per_inch)
            address = rules.read_address(workstation.printer)
        except TotebookError as error:
            return unprintable(error)
        return self._deliver(address, label, workstation.answers == "status")


def drawn(database: Database, job: PrintJob, fmt: Format, dots_per_inch: int) -> bytes:
    """A job's label as a file, marked where it may be there already."""
    with database.reading() as connection:
        label = label_of(connection, read(job.what))
    return file_of(
        label,
        fmt,
        copy=rules.is_copy(job),
        copies=job.copies,
        dots_per_inch=_DOTS[dots_per_inch],
    )


def unprintable(error: TotebookError) -> Told:
    """What a label that can't be drawn came to: a fault that passes is no reason to give up."""
    passes = error.status >= 500  # noqa: PLR2004 - HTTP's own.
    return Told("not_printed" if passes else "failed", error.detail)
