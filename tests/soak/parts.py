"""What `make soak` runs: parts, each with its nightly count, as commands of their own."""

import sys
from collections.abc import Callable, Mapping
from typing import NamedTuple

PYTHON = (sys.executable, "-m")
KINDS_OF_ORDER = 4
"""Orders in which each history arrives."""


class Command(NamedTuple):
    """Words of a command, and what the environment says to it."""

    words: tuple[str, ...]
    told: Mapping[str, str] = {}


class Part(NamedTuple):
    """One part: what it shows, and how it is run in a count, from a first seed on."""

    shows: str
    unit: str
    nightly: int
    command: Callable[[int, int], Command]


def tests(*words: str, **told: object) -> Command:
    """Tests, with what their module reads from the environment: TOTEBOOK_TEST_ and the name.

    What a test says of its own time it keeps; others may take as long as they need.
    """
    environment = {f"TOTEBOOK_TEST_{name.upper()}": str(value) for name, value in told.items()}
    return Command((*PYTHON, "pytest", "-q", "--timeout", "0", *words), environment)


def memory(database: str) -> Callable[[int, int], Command]:
    """The server's memory over so many minutes."""

    def command(minutes: int, _first: int) -> Command:
        asked = ("--minutes", str(minutes), "--database", database)
        return Command((*PYTHON, "tests.soak.memory", *asked))

    return command


def arrivals(count: int, first: int) -> Command:
    """Histories in so many orders of arrival."""
    histories = -(-count // KINDS_OF_ORDER)
    return Command((*PYTHON, "tests.soak.arrivals", str(first), str(histories)))


def days(count: int, first: int) -> Command:
    """Simulated days; they show how far they are to terminals alone."""
    asked = ("--first", str(first), "--seeds", str(count))
    return Command((*PYTHON, "server.cli", "simulate", *asked), {"FORCE_COLOR": "1"})


def kills(count: int, _first: int) -> Command:
    """Half of the kills on each database."""
    return tests("tests/faults/test_kill.py", kills=-(-count // 2))


def failovers(count: int, _first: int) -> Command:
    """Failovers, and that the test can fail."""
    return tests("-m", "", "tests/faults/test_failover.py", failovers=count)


def power(count: int, _first: int) -> Command:
    """Power cuts, and broken disks in a run ten times as long as at every change."""
    paths = ("tests/faults/test_power.py", "tests/faults/test_disk_faults.py")
    return tests(*paths, power_images=count, disk_operations=2_000)


def outage(seconds: int, _first: int) -> Command:
    """PostgreSQL is gone for so long."""
    return tests("tests/faults/test_outage.py", outage_s=seconds)


def torn(count: int, _first: int) -> Command:
    """Files damaged at random."""
    return tests("tests/db/test_damage.py", damaged=count)


def calls(count: int, first: int) -> Command:
    """Calls of each address, on both databases."""
    return tests("tests/badinput/test_fuzz_api.py", calls=count, first=first)


def tampering(operations: int, _first: int) -> Command:
    """Rows of two books of so many operations."""
    return tests("tests/tampering", tampered=operations, tampers=2)


def decoders(cases: int, _first: int) -> Command:
    """Cases over all decoders."""
    command = tests("tests/fuzz")
    return Command(command.words, {"TOTEBOOK_FUZZ_CASES": str(cases)})


def nightly(_count: int, _first: int) -> Command:
    """Real days, pages and processes that no change waits for."""
    folders = ("acceptance", "demo", "faults", "web")
    words = ("pytest", "-q", "-m", "nightly", *(f"tests/{folder}" for folder in folders))
    return Command((*PYTHON, *words))


def mutants(_count: int, _first: int) -> Command:
    """Every rule made wrong."""
    return Command((*PYTHON, "tests.mutation"))


PARTS = {
    "arrivals": Part("R6 any order of arrival gives the same", "arrivals", 50_000, arrivals),
    "days": Part("R1, R7 days in which everything goes wrong", "days", 100_000, days),
    "kills": Part("R2 the server is killed", "kills", 2_000, kills),
    "failovers": Part("R4 the primary dies", "failovers", 50, failovers),
    "power": Part("R3, R5 power cuts and broken disks", "cuts", 100_000, power),
    "outage": Part("PostgreSQL is gone", "seconds", 60, outage),
    "torn": Part("files that are torn", "files", 5_000, torn),
    "calls": Part("R8 every address, fuzzed", "calls of each", 5_000, calls),
    "tampering": Part("R10 rows that are changed", "operations", 10_000, tampering),
    "decoders": Part("R9 every decoder, fuzzed", "cases", 1_000_000, decoders),
    "nightly": Part("real days, pages, processes", "time", 1, nightly),
    "mutants": Part("R11 rules made wrong", "time", 1, mutants),
    "postgresql": Part("R12 memory at half load", "minutes", 60, memory("postgresql")),
    "sqlite": Part("R12 memory at half load", "minutes", 60, memory("sqlite")),
}
"""By name, in the order in which they run."""
