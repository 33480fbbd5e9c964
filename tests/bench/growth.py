"""`make bench-growth`: the same work on an empty book and on one with 10 million movements.

Both books are made from one, so that the very same pushes go to both, in turns: what is compared is
only what lies in the book.
"""

import argparse
import gc
import statistics
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from server.core import Core
from server.db.engine import open_database
from server.front import COLLECT_AFTER
from server.sync.verify import verify
from tests.bench import filling, grown, pictures, serving, world
from tests.bench.figures import Figures, out
from tests.bench.places import Place, place_for

MOVEMENTS = 10_000_000
BALANCES = 1_000_000
GOAL = 0.9
ITEMS = 2_000
ORDERS = 1_800
LINES = 25
WARM_UP = 2
"""Turns that are not counted: connections, caches and statements are made in them."""
SAMPLE_MAX = 2_000_000
"""Larger books are not verified before they are measured: it is the same program that fills."""


def measure(figures: Figures, place: Place, movements: int, balances: int) -> None:
    """Build, copy, fill, then push to both and look at the full one."""
    core = Core.open(world.settings_for(place.new("empty")))
    built = world.build(core, items=ITEMS, orders=ORDERS, lines_per_order=LINES)
    core.close()
    empty, full = place.copied("empty", "copy"), place.copied("empty", "full")
    filled(figures, place.dialect, full, movements, balances)
    throughput(figures, place.dialect, {"empty": empty, "full": full}, built, movements)
    with tempfile.TemporaryDirectory() as folder, serving.server(full, Path(folder)) as running:
        grown.stock_queries(figures, place.dialect, running, balances, ITEMS)
    grown.verified(figures, place.dialect, full)


def filled(figures: Figures, dialect: str, url: str, movements: int, balances: int) -> None:
    """Fill a book, with a bar, and see that it is consistent."""
    database = open_database(url)
    began = time.perf_counter()
    columns = ("[progress.description]{task.description}", BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeRemainingColumn(), console=out) as progress:
        task = progress.add_task(f"filling {dialect}", total=movements)
        filling.fill(
            database,
            movements=movements,
            balances=balances,
            progress=lambda count: progress.update(task, completed=count),
        )
    elapsed = time.perf_counter() - began
    if movements <= SAMPLE_MAX:
        report = verify(database, None)
        if not report.clean:
            raise RuntimeError(str(report.findings[:3]))
    database.close()
    figures.add(
        f"   {dialect} filled",
        f"{movements:,} movements, {balances:,} balances",
        "",
        f"{elapsed:.0f} s, {movements / elapsed:,.0f} movements/s",
    )


def throughput(
    figures: Figures, dialect: str, urls: dict[str, str], built: world.World, movements: int
) -> None:
    """S5: a batch of each device to one server, the same to the other, and so on."""
    own = [[body for _, body in each.batches(world.BATCH)] for each in built.handhelds]
    walls: dict[str, list[float]] = {name: [] for name in urls}
    worked: dict[str, list[float]] = {name: [] for name in urls}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        running = {
            name: stack.enter_context(serving.server(url, folder)) for name, url in urls.items()
        }
        for turn, bodies in enumerate(zip(*own, strict=False)):
            requests = [[("POST", "/device/v1/push", body, world.PACKED)] for body in bodies]
            for name in sorted(urls, reverse=turn % 2 == 1):
                before = running[name].worked_s()
                elapsed, times = serving.load(running[name].port, requests)
                if turn < WARM_UP:
                    continue
                walls[name].append(elapsed)
                worked[name].append(running[name].worked_s() - before)
                kept = figures.series.setdefault(f"{dialect} push of 200, {name}, ms", [])
                kept += [1_000 * each for each in times]
    speeds = {name: len(own) * world.BATCH / statistics.median(walls[name]) for name in urls}
    ratio, spread = compared(walls["empty"], walls["full"])
    figures.add(
        f"S5 {dialect} push at {movements:,} movements",
        f"{speeds['full']:,.0f} operations/s",
        f"≥ {GOAL} of empty",
        f"median {ratio:.2f}, half of them {spread}, of {len(walls['full'])} turns; "
        f"empty {speeds['empty']:,.0f}/s",
        share=ratio / GOAL,
    )
    ratio = sum(worked["empty"]) / sum(worked["full"])
    cost = 1e6 * sum(worked["full"]) / len(worked["full"]) / len(own) / world.BATCH
    figures.add(
        f"   {dialect} the server's processor time",
        f"{cost:.0f} µs an operation",
        "",
        f"{ratio:.2f} of empty, all turns together; the database's own processes not counted",
    )


def compared(empty: list[float], full: list[float]) -> tuple[float, str]:
    """How fast the full book is for the empty one: median of the turns, and their middle half."""
    ratios = [one / other for one, other in zip(empty, full, strict=True)]
    low, middle, high = statistics.quantiles(ratios, n=4)
    return middle, f"{low:.2f} to {high:.2f}"


def main() -> None:
    """Measure on both databases."""
    parser = argparse.ArgumentParser(prog="make bench-growth", description=__doc__)
    parser.add_argument("--movements", type=int, default=MOVEMENTS, help="default 10,000,000")
    parser.add_argument("--balances", type=int, help="a tenth of the movements unless given")
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    parser.add_argument("--folder", type=Path, default=Path("bench-results", "growth"))
    options = parser.parse_args()
    balances = options.balances or options.movements // 10
    gc.set_threshold(COLLECT_AFTER, 50, 50)
    figures = Figures()
    try:
        for dialect in (options.only,) if options.only else ("sqlite", "postgresql"):
            with place_for(dialect) as place:
                measure(figures, place, options.movements, balances)
    finally:
        out.print(figures.table())
        out.print(figures.summary())
        figures.keep(options.folder)
        pictures.draw(figures, options.folder)


if __name__ == "__main__":
    main()
