"""S10: what deciding alone costs, one core, by kind of operation; and the simulator's speed.

The book lies in memory, so there is neither loading nor writing. Times are those of the thread's
own processor time, so that neighbours on the machine don't count.
"""

import itertools
import random
import time
from collections.abc import Iterable

from device_protocol.operations import Count, CountLine, Move, Operation, Receive, Scan
from server.activities import ACTIVITIES
from server.db.bulk import statements
from server.db.engine import open_database
from server.db.tables import KINDS
from server.lane.lane import run_group
from server.lane.store import MemoryStore
from server.simulation.seeds import run_seed
from server.sync import feed
from server.sync.batches import Batch
from server.sync.push import PushRules
from tests.bench import world
from tests.bench.figures import Figures

DECIDED_MIN, SIMULATED_MIN = 100_000, 20_000
"""Operations a second."""
GROUP_BATCHES = 4
SEEDS = 50
EACH = 500
"""Operations of a kind for each device."""


def measure(
    figures: Figures, url: str, picks: list[list[Batch]], handhelds: list[world.Handheld]
) -> None:
    """Decide the day's picks, then operations of other kinds by the same devices."""
    store = loaded(url)
    rules = PushRules(ACTIVITIES, project=feed.project)
    source = random.Random(3)
    say(figures, "picks", *decide(store, rules, picks))
    for name, written in (("receives", receive), ("moves", move), ("counts", count)):
        batches = []
        for handheld in handhelds:
            for _ in range(EACH):
                handheld.ended += source.randint(2_000, 12_000)
                handheld.write(written(source, handheld.ended))
            batches.append([batch for batch, _ in handheld.batches(world.BATCH)])
        say(figures, name, *decide(store, rules, batches))


def simulate(figures: Figures) -> None:
    """Run seeds of the simulator, devices and the audit included."""
    results = [run_seed(seed) for seed in range(1, SEEDS + 1)]
    for result in results:
        if result.breaches:
            raise RuntimeError(str(result.breaches[0]))
    operations = sum(result.operations for result in results)
    seconds = sum(result.seconds for result in results)
    speed = operations / seconds
    figures.add(
        "S10 simulate in memory",
        f"{speed:,.0f} operations/s",
        f"≥ {SIMULATED_MIN:,}/s",
        f"{SEEDS} seeds, {operations:,} operations, one core",
        share=speed / SIMULATED_MIN,
    )


def say(figures: Figures, name: str, operations: int, seconds: float) -> None:
    """Print one kind."""
    speed = operations / seconds
    figures.add(
        f"S10 decide in memory, {name}",
        f"{speed:,.0f} operations/s",
        f"≥ {DECIDED_MIN:,}/s" if name == "picks" else "",
        f"{1e6 * seconds / operations:.1f} µs each, one core",
        share=speed / DECIDED_MIN if name == "picks" else None,
    )


def loaded(url: str) -> MemoryStore:
    """A database's book, in memory."""
    database = open_database(url, writes=False)
    store = MemoryStore()
    with database.reading() as connection:
        for kind in KINDS:
            columns = statements(kind, database.dialect).columns
            rows = connection.exec_driver_sql(f"SELECT {columns} FROM {kind.TABLE} AS t")  # noqa: S608 - our own names.
            for row in rows:
                store.picture.add(kind(*row))
    store.picture.settle()
    database.close()
    return store


def decide(
    store: MemoryStore, rules: PushRules, batches: Iterable[list[Batch]]
) -> tuple[int, float]:
    """Put batches through the lane's own code in groups; answer how many, and the seconds."""
    turns = [batch for turn in itertools.zip_longest(*batches) for batch in turn if batch]
    groups = [turns[n : n + GROUP_BATCHES] for n in range(0, len(turns), GROUP_BATCHES)]
    began = time.thread_time()
    for group in groups:
        for answer in run_group(store, rules, group, now).answers:
            if answer.status != "taken":
                raise RuntimeError(answer.status)
    return sum(batch.size for batch in turns), time.thread_time() - began


def now() -> int:
    """The present, ms."""
    return int(time.time() * 1_000)


def receive(source: random.Random, ended: int) -> Operation:
    """Goods into a bin."""
    number = source.randrange(2_000)
    return Receive(
        quantity=source.randint(1, 48),
        owner="ACME",
        item=f"S{number:05d}",
        to=world.bin_code(number),
        ended=ended,
    )


def move(source: random.Random, ended: int) -> Operation:
    """Goods from bin to bin."""
    number = source.randrange(2_000)
    return Move(
        quantity=source.randint(1, 12),
        owner="ACME",
        item=f"S{number:05d}",
        source=world.bin_code(number),
        to=world.bin_code((number + 1) % 2_000),
        scans=(Scan(world.bin_code(number)),),
        ended=ended,
    )


def count(source: random.Random, ended: int) -> Operation:
    """What a bin holds."""
    number = source.randrange(2_000)
    line = CountLine(quantity=source.randint(99_000, 100_000), owner="ACME", item=f"S{number:05d}")
    return Count(place=world.bin_code(number), lines=(line,), ended=ended)
