"""Sending to printers that are on, off, and off for a while."""

import threading
from collections.abc import Iterator

import pytest
from structlog.testing import capture_logs

from server.clock import FixedClock
from server.db.engine import Database
from server.errors import UnavailableError
from server.labels.documents import LocationLabel
from server.printing import queue, reading, sending
from server.printing.asked import AskedParcel
from server.printing.printer import Told
from server.printing.queue import Request
from server.printing.reading import PrintRow
from server.printing.records import Workstation
from server.printing.rules import Address
from server.printing.sending import Sender
from tests.labels.zpl_reader import read_zpl
from tests.printing.printers import Printer

WAIT_S = 20


class Deliveries:
    """Printers that do as they are told; `sent` is what came where."""

    def __init__(self, *answers: Told) -> None:
        """Answer so, then that all is well."""
        self.answers = list(answers)
        self.sent: list[tuple[str, bytes]] = []

    def __call__(self, address: Address, label: bytes, answers: bool) -> Told:
        """Take a label."""
        assert answers
        self.sent.append((address.host, label))
        return self.answers.pop(0) if self.answers else Told("done")

    @property
    def texts(self) -> list[str]:
        """The texts of each label."""
        return [" ".join(read_zpl(label)[0].texts) for _, label in self.sent]


def put(database: Database, name: str, printer: str) -> None:
    """Set up a workstation."""
    queue.put_workstation(database, Workstation(1, name, printer, 203, "status", 0, "person/1"))


def ask(database: Database, code: str, name: str = "pack-1") -> None:
    """Ask for the label of a bin."""
    queue.ask(database, Request(1, name, LocationLabel(code, "bin"), 1, "person/1"), 0)


def rows(database: Database, name: str = "pack-1") -> list[PrintRow]:
    """The jobs of a workstation, the oldest first."""
    with database.reading() as connection:
        return reading.prints(connection, 1, name).rows[::-1]


@pytest.fixture
def dialect() -> str:
    """Try it on SQLite alone: the queue's own tests know both."""
    return "sqlite"


def test_labels_wait_until_the_printer_is_on_again(database: Database, clock: FixedClock) -> None:
    put(database, "pack-1", "p1:9100")
    ask(database, "A-1")
    ask(database, "A-2")
    printers = Deliveries(Told("not_printed", "off"))
    sender = Sender(database, clock, printers)

    assert sender.pass_once() == 0
    assert sender.pass_once() == 0
    assert [(row.state, row.problem) for row in rows(database)] == [
        ("waiting", "off"),
        ("waiting", ""),
    ]
    clock.advance(2_000)
    assert [sender.pass_once() for _ in range(3)] == [1, 1, 0]

    assert printers.texts == ["bin A-1", "bin A-1", "bin A-2"]
    assert [row.state for row in rows(database)] == ["done", "done"]


def test_label_in_doubt_is_printed_again_with_a_mark(database: Database, clock: FixedClock) -> None:
    put(database, "pack-1", "p1:9100")
    ask(database, "A-1")
    printers = Deliveries(Told("doubtful", "the line broke"))
    sender = Sender(database, clock, printers)

    sender.pass_once()
    clock.advance(2_000)
    sender.pass_once()

    assert printers.texts == ["bin A-1", "bin A-1 COPY"]
    assert [(row.state, row.doubts, row.copy) for row in rows(database)] == [("done", 1, True)]


def test_label_that_can_never_be_drawn_holds_up_no_other(
    database: Database, clock: FixedClock
) -> None:
    put(database, "pack-1", "p1:9100")
    parcel = AskedParcel("340063810000000017")
    queue.ask(database, Request(1, "pack-1", parcel, 1, "person/1"), 0)
    ask(database, "A-2")
    printers = Deliveries()
    sender = Sender(database, clock, printers)

    assert [sender.pass_once() for _ in range(3)] == [1, 1, 0]

    assert printers.texts == ["bin A-2"]
    assert [(row.state, row.problem) for row in rows(database)] == [
        ("failed", "There is no such parcel."),
        ("done", ""),
    ]


def test_fault_that_passes_is_no_reason_to_give_up() -> None:
    assert sending.unprintable(UnavailableError("Busy.")) == ("not_printed", "Busy.")


def test_printer_that_hangs_keeps_no_other_waiting(database: Database, clock: FixedClock) -> None:
    put(database, "pack-1", "hangs:9100")
    put(database, "pack-2", "works:9100")
    ask(database, "A-1", "pack-1")
    ask(database, "A-2", "pack-2")
    ask(database, "A-3", "pack-2")
    printed, goes_on, begun = threading.Event(), threading.Event(), threading.Event()
    hosts: list[str] = []

    def deliver(address: Address, _label: bytes, _answers: bool) -> Told:
        hosts.append(address.host)
        if address.host == "hangs":
            begun.set()
            assert goes_on.wait(WAIT_S)
        elif hosts.count("works") == 2:
            printed.set()
        return Told("done")

    sender = Sender(database, clock, deliver)
    sender.start()
    try:
        assert begun.wait(WAIT_S)
        assert printed.wait(WAIT_S)
        assert rows(database, "pack-1")[0].state == "sent"
    finally:
        goes_on.set()
        sender.stop()
    assert hosts.count("hangs") == 1
    assert rows(database, "pack-1")[0].state == "done"


def test_fault_of_ours_does_not_end_the_printing(
    database: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(database, "pack-1", "p1:9100")
    ask(database, "A-1")
    done, failed = threading.Event(), threading.Event()
    due = queue.due

    def faulty(*given: Database | int) -> list[Workstation]:
        if not failed.is_set():
            failed.set()
            raise RuntimeError
        return due(*given)  # type: ignore[arg-type]

    def deliver(*_given: object) -> Told:
        done.set()
        return Told("done")

    monkeypatch.setattr(queue, "due", faulty)
    sender = Sender(database, clock, deliver)
    sender.start()
    assert failed.wait(WAIT_S)
    sender.asked()
    assert done.wait(WAIT_S)
    sender.stop()


def test_looks_that_fail_grow_rarer(
    database: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    sender = Sender(database, clock, Deliveries())
    waits: list[float] = []

    def wait(seconds: float) -> bool:
        waits.append(seconds)
        if len(waits) == 8:
            sender._stopping.set()
        return False

    def faulty(*_given: object) -> list[Workstation]:
        raise RuntimeError

    monkeypatch.setattr(sender._woken, "wait", wait)
    monkeypatch.setattr(queue, "due", faulty)
    with capture_logs() as logs:
        sender._run()

    assert waits == [1, 2, 4, 8, 16, 30, 30, 30]
    assert {each["event"] for each in logs} == {"printing_waits"}


def test_old_jobs_are_forgotten_every_hour(
    database: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    sender = Sender(database, clock, Deliveries())
    forgot: list[int] = []
    monkeypatch.setattr(queue, "forget", lambda _database, now: forgot.append(now))

    for _ in range(3):
        sender._look()
        clock.advance(sending.FORGET_MS // 2)
    sender._look()

    assert len(forgot) == 1


@pytest.fixture
def machine() -> Iterator[Printer]:
    """Give a printer on loopback."""
    made = Printer()
    yield made
    made.off()


def test_job_goes_all_the_way_to_a_printer(
    database: Database, clock: FixedClock, machine: Printer
) -> None:
    put(database, "pack-1", machine.text)
    ask(database, "A-1")

    assert Sender(database, clock).pass_once() == 1

    [paper] = machine.papers
    assert read_zpl(paper)[0].texts == ["bin", "A-1"]
