"""What a call costs: processor time of the server, and of PostgreSQL's own processes beside it.

`python -m tests.bench.costs` prints it for both databases. Processor time hardly depends on what
else the machine does, so this is what docs/scale.md reckons with.
"""

import argparse
import gc
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import psycopg

from device_protocol.messages import Cursor
from server.core import Core
from server.front import COLLECT_AFTER
from tests.bench import catalog, serving, singles, world
from tests.bench.figures import Figures, out
from tests.bench.places import Place, PostgresqlPlace, place_for

DEVICES = 16
ITEMS = 200
PUSHES = {1: 60, 20: 30, 200: 6}
"""Calls of each device, by the operations of one."""
CALLS = 400
Clock = Callable[[], float]


def measure(figures: Figures, place: Place) -> None:
    """Pushes of several sizes, pulls with nothing new, a merchant's query, the empty handler."""
    url = place.new("costs")
    core = Core.open(world.settings_for(url))
    world.masters(core, ITEMS)
    handhelds = [world.enrol(core, number) for number in range(DEVICES)]
    core.close()
    database = backends_clock(url) if isinstance(place, PostgresqlPlace) else None
    with tempfile.TemporaryDirectory() as folder, serving.server(url, Path(folder)) as running:
        told = Told(figures, place.dialect, running, database)
        empty: list[list[serving.Request]] = [[("GET", "/health", b"", {})] * CALLS]
        serving.load(running.port, empty)
        told.cost("empty handler", empty)
        for size, count in PUSHES.items():
            bodies = [pushes(each, size, count) for each in handhelds]
            told.cost(f"push of {size}", bodies, size)
        told.cost("merchant stock query", [stock_queries()])
        client = catalog.Client(running.port, handhelds[0])
        cursors = client.pull({}, "zstd")[1]
        told.cost_of("pull, nothing new", lambda: repeated(client, cursors), CALLS)
        figures.add(
            f"   {place.dialect} memory after that",
            f"{running.memory_mb():,.0f} MB",
            "",
            "a process",
        )
    place.drop("costs")


class Told:
    """Says what calls cost."""

    def __init__(
        self, figures: Figures, dialect: str, running: serving.Server, database: Clock | None
    ) -> None:
        """Read the processor times of a server, and of its database if that has processes."""
        self.figures = figures
        self.dialect = dialect
        self.running = running
        self.database = database

    def cost(self, name: str, requests: list[list[serving.Request]], size: int = 0) -> None:
        """Send all, and say what one took."""
        calls = sum(map(len, requests))
        self.cost_of(name, lambda: serving.load(self.running.port, requests), calls, size)

    def cost_of(self, name: str, done: Callable[[], object], calls: int, size: int = 0) -> None:
        """Do something that makes so many calls, and say what one took."""
        clocks = [self.running.worked_s, *([self.database] if self.database else [])]
        before = [clock() for clock in clocks]
        done()
        spent = [clock() - began for clock, began in zip(clocks, before, strict=True)]
        parts = [f"{1e6 * each / calls:,.0f} µs" for each in spent]
        note = f"{calls:,} calls"
        if size > 1:
            note += f"; {1e6 * sum(spent) / calls / size:,.0f} µs an operation"
        value = parts[0] + (f" + {parts[1]} of PostgreSQL" if len(parts) > 1 else "")
        self.figures.add(f"   {self.dialect} {name}", value, "", note)


def pushes(handheld: world.Handheld, size: int, count: int) -> list[serving.Request]:
    """Receipts as requests of so many operations each."""
    singles.written_receipts(handheld, size * count, ITEMS)
    return singles.posts(list(handheld.batches(size)))


def stock_queries() -> list[serving.Request]:
    """A merchant's program asks for one item after the other."""
    headers = {"Authorization": f"Bearer {world.MERCHANT_KEY}"}
    return [
        ("GET", f"/merchant/v1/stock?item=S{number % ITEMS:05d}", b"", headers)
        for number in range(CALLS)
    ]


def repeated(client: catalog.Client, cursors: dict[str, Cursor]) -> None:
    """Pull again and again what is known already."""
    for _ in range(CALLS):
        client.pull(cursors, "zstd")


def backends_clock(url: str) -> Clock:
    """Processor seconds of a PostgreSQL on this machine, of processes that ended too."""
    with psycopg.connect(url) as connection:
        backend = connection.info.backend_pid
    status = Path(f"/proc/{backend}/status").read_text()
    postmaster = int(status.partition("PPid:")[2].split()[0])

    def seconds() -> float:
        ticks = 0
        for pid in (postmaster, *serving.children(postmaster)):
            stat = Path(f"/proc/{pid}/stat")
            if not stat.exists():
                # It ended just now, and the first process has its time.
                continue
            fields = stat.read_text().rpartition(")")[2].split()
            # User and system time; for the first process also that of children that ended.
            ticks += sum(int(field) for field in fields[11 : 15 if pid == postmaster else 13])
        return ticks / os.sysconf("SC_CLK_TCK")

    return seconds


def main() -> None:
    """Measure on both databases."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.costs", description=__doc__)
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    options = parser.parse_args()
    gc.set_threshold(COLLECT_AFTER, 50, 50)
    figures = Figures()
    for dialect in (options.only,) if options.only else ("sqlite", "postgresql"):
        with place_for(dialect) as place:
            measure(figures, place)
    out.print(figures.table())


if __name__ == "__main__":
    main()
