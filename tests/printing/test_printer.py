"""Conversations with a printer."""

from collections.abc import Iterator

import pytest

from server.printing import printer
from server.printing.printer import send
from tests.printing.printers import Mood, Printer

LABEL = b"^XA\n^FO1,1^A0N,20,18^FH^FDA^FS\n^PQ1\n^XZ\n"


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for printers that say nothing only as long as loopback takes."""
    for name in ("CONNECT_S_MAX", "STATUS_S_MAX", "TAKEN_S_MAX"):
        monkeypatch.setattr(printer, name, 0.3)


@pytest.fixture
def machine(mood: Mood) -> Iterator[Printer]:
    """Give a printer."""
    made = Printer(mood)
    yield made
    made.off()


@pytest.mark.parametrize(
    ("mood", "result", "problem", "papers"),
    [
        ("ready", "done", "", 1),
        ("paper_out", "not_printed", "the printer says that paper is out", 0),
        ("paused", "not_printed", "the printer says that it is paused", 0),
        ("head_open", "not_printed", "the printer says that its head is open", 0),
        (
            "silent",
            "not_printed",
            "the printer does not answer: see to its paper, ribbon and head",
            0,
        ),
        ("mute", "doubtful", "the connection broke: timed out", 1),
        ("breaks", "doubtful", None, 0),
        ("stays", "done", "", 1),
        ("drops", "doubtful", None, 0),
    ],
)
def test_printer_that_answers_tells_what_became_of_a_label(
    machine: Printer, result: str, problem: str | None, papers: int
) -> None:
    told = send(machine.address, LABEL, answers=True)

    assert told.result == result
    assert problem is None or told.problem == problem
    assert bool(told.problem) == (result != "done")
    assert machine.papers == [LABEL] * papers


@pytest.mark.parametrize(
    ("mood", "result", "papers"),
    [("ready", "done", [LABEL]), ("stays", "done", [LABEL]), ("drops", "doubtful", [])],
)
def test_printer_that_never_answers_is_believed_when_it_hangs_up_in_good_order(
    machine: Printer, result: str, papers: list[bytes]
) -> None:
    told = send(machine.address, LABEL, answers=False)

    assert told.result == result
    assert machine.papers == papers


def test_printer_that_is_off_has_surely_printed_nothing() -> None:
    machine = Printer()
    machine.off()

    told = send(machine.address, LABEL, answers=True)

    assert told == ("not_printed", "the printer can't be reached: Connection refused")
