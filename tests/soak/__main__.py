"""`make soak`: what the tests run in small, in nightly counts; a table at the end.

    python -m tests.soak [PART[=COUNT] …]

Without names all parts run, one after the other. What each prints stands in a file of its own; of
one that fails, the end is shown. Ctrl-C ends it with the table of what was run until then.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.table import Table
from rich.text import Text

from tests.soak.parts import PARTS, Part

LOOK_S = 1.0
TOLD_EACH_S = 60.0
"""Where nobody watches a terminal, it is told once a minute how far a part is."""
TAIL_BYTES = 4_096
SHOWN = 40
"""Lines shown of a part that failed."""
FIRST_SEED = 1_000_000
COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
STOP_S_MAX = 60


class Ran(NamedTuple):
    """How a part ended: its exit status, None where it was stopped, and its last words."""

    name: str
    times: int
    status: int | None
    seconds: float
    said: str


def last_lines(log: Path, count: int) -> list[str]:
    """The last lines of a file that say something."""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - TAIL_BYTES * max(1, count // 10)))
        text = file.read().decode(errors="replace")
    plain = COLOURS.sub("", text).replace("\r", "\n")
    lines = [line.strip("= \t") for line in plain.splitlines()]
    return [line for line in lines if line][-count:]


def took(seconds: float) -> str:
    """A time as people say it.

    >>> took(59.6), took(75), took(3_725)
    ('60 s', '1 min 15 s', '1 h 02 min')
    """
    whole = round(seconds)
    if whole < 3_600:
        return f"{whole} s" if whole <= 60 else f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3_600} h {whole % 3_600 // 60:02} min"


@contextmanager
def followed(out: Console, name: str) -> Iterator[Callable[[float, str], None]]:
    """Give a way to tell how far a part is: on one line of a terminal, else once a minute."""
    if out.is_terminal:
        with out.status(name) as status:
            yield lambda seconds, said: status.update(Text(f"{name}  {took(seconds)}  {said}"))
        return
    told_s = 0.0

    def tell(seconds: float, said: str) -> None:
        nonlocal told_s
        if seconds - told_s >= TOLD_EACH_S:
            told_s = seconds
            out.print(f"   {took(seconds)}  {said}", markup=False, highlight=False)

    yield tell


def run(out: Console, name: str, part: Part, count: int, first: int, folder: Path) -> Ran:  # noqa: PLR0917 - a part, and where it is told.
    """Run one part to its end, or to Ctrl-C."""
    words, told = part.command(count, first)
    log = folder / f"{name}.log"
    out.print(f"── {name}: {part.shows}, {count:,} {part.unit}", markup=False, highlight=False)
    began = time.monotonic()
    status: int | None = None
    with log.open("wb") as file, followed(out, name) as tell:
        environment = {**os.environ, "PYTHONUNBUFFERED": "1", **told}
        process = subprocess.Popen(
            words, env=environment, stdin=subprocess.DEVNULL, stdout=file, stderr=file
        )
        try:
            while status is None:
                try:
                    status = process.wait(LOOK_S)
                except subprocess.TimeoutExpired:
                    tell(time.monotonic() - began, " ".join(last_lines(log, 1)))
        except KeyboardInterrupt:
            # It had the same signal, and puts away what it began.
            try:
                process.wait(STOP_S_MAX)
            except subprocess.TimeoutExpired:
                process.kill()
    said = last_lines(log, SHOWN)
    ran = Ran(name, count, status, time.monotonic() - began, said[-1] if said else "")
    if status:
        out.print("\n".join(said), markup=False, highlight=False)
        out.print(f"   all of it: {log}", markup=False, highlight=False)
    return ran


def result(ran: Ran) -> str:
    """In a word."""
    return "stopped" if ran.status is None else "FAILED" if ran.status else "passed"


def table(done: list[Ran]) -> Table:
    """All parts that were run, with their last words."""
    told = Table("part", "shows", "count", "took", "result", "it said last")
    for ran in done:
        part = PARTS[ran.name]
        count = f"{ran.times:,} {part.unit}"
        told.add_row(*(ran.name, part.shows, count, took(ran.seconds), result(ran), Text(ran.said)))
    return told


def asked(word: str) -> tuple[str, int]:
    """A part and its count, as `kills=200` or `kills`."""
    name, _, count = word.partition("=")
    if name not in PARTS or (count and not count.isdecimal()):
        message = f"{word!r} is no part; there are {', '.join(PARTS)}"
        raise argparse.ArgumentTypeError(message)
    return name, int(count) if count else PARTS[name].nightly


def main(words: list[str], out: Console, folder: Path) -> int:
    """Run what is asked for, or all; answer 0 if all of it passed. What is printed goes there."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("parts", nargs="*", type=asked, metavar="PART[=COUNT]")
    parser.add_argument("--first", type=int, default=FIRST_SEED, help="first seed")
    options = parser.parse_args(words)
    wanted = options.parts or [(name, part.nightly) for name, part in PARTS.items()]
    done: list[Ran] = []
    for name, count in wanted:
        done.append(run(out, name, PARTS[name], count, options.first, folder))
        if done[-1].status is None:
            break
        out.print(f"   {result(done[-1])} after {took(done[-1].seconds)}", highlight=False)
    out.print(table(done))
    out.print(f"What each printed: {folder}", highlight=False)
    return 0 if all(ran.status == 0 for ran in done) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], Console(), Path(tempfile.mkdtemp(prefix="totebook-soak-"))))
