"""`make bench`: prints each figure beside its limit, and keeps them as a table, JSON and pictures.

Absolute numbers depend on the machine; ratios to limits measured in the same run are what counts.
"""

import argparse
import copy
import gc
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import msgspec

from device_protocol.messages import (
    PULL_PATH,
    SIGN_IN_PATH,
    PullRequest,
    SignInAnswer,
    SignInRequest,
)
from device_protocol.signatures import SIGNATURE_HEADER, call_header
from server.core import Core
from server.db.engine import open_database
from server.front import COLLECT_AFTER
from server.sync.batches import Batch
from tests.bench import (
    browser,
    catalog,
    costs,
    filling,
    grown,
    hot,
    limits,
    memory,
    observed,
    pauses,
    pictures,
    planning,
    scans,
    serving,
    singles,
    sites,
    standby,
    wire,
    world,
)
from tests.bench.figures import Figures, out
from tests.bench.places import Place, PostgresqlPlace, place_for

ITEMS = 2_000
WAITING = 160
"""Orders of 25 lines that are released while pushes are measured for pauses."""
GROWN = 1_000_000
"""Movements and balances of the book on which S7 and S9 are measured."""


def measure(figures: Figures, place: Place, scale: int, *, quick: bool) -> None:
    """Everything on one database."""
    dialect = place.dialect
    core = Core.open(world.settings_for(place.new("first")))
    orders = 150 * scale
    built = world.build(core, items=ITEMS, orders=orders, lines_per_order=25, waiting=WAITING)
    core.close()
    speed = built.lines / built.allocate_s
    figures.add(
        f"S8 {dialect} allocate and release",
        f"{speed:,.0f} lines/s",
        "≥ 5,000 lines/s",
        f"{built.lines:,} lines, intake included",
        share=speed / 5_000,
    )
    later = copy.deepcopy(built.handhelds)
    day = packed(built)
    bare, single = lane_alone(figures, place, day)
    if dialect == "sqlite":
        memory.measure(figures, place.copied("first", "memory"), day.batches, day.handhelds)
    lp = sites.pgbench(figures, place) if isinstance(place, PostgresqlPlace) else None
    url = place.copied("first", "http")
    speed = over_http(figures, dialect, url, day, Limits(bare, lp))
    url = place.copied("first", "pause")
    pauses.measure(figures, dialect, url, later, waiting=WAITING, speed=speed)
    singles.measure(figures, dialect, place.new("singles"), single)
    hot.measure(figures, place)
    observed.measure(figures, place)
    costs.measure(figures, place)
    if isinstance(place, PostgresqlPlace):
        sites.measure(figures, place, batches=5 * scale)
        standby.measure(figures)
    on_a_grown_book(figures, place, GROWN // 10 if quick else GROWN)
    catalog.measure(figures, dialect, place.empty("catalog"))
    scans.over_http(figures, dialect, place.empty("scans"))


@dataclass(frozen=True)
class Limits:
    """What was measured of the database alone."""

    lb: float
    """Operations a second of the bare driver that writes the same rows."""
    lp: float | None = None
    """Transactions a second of pgbench."""


def on_a_grown_book(figures: Figures, place: Place, count: int) -> None:
    """S7 and S9."""
    url = place.new("grown")
    core = Core.open(world.settings_for(url))
    world.masters(core, ITEMS)
    core.close()
    database = open_database(url)
    filling.fill(database, movements=count, balances=count)
    database.close()
    with tempfile.TemporaryDirectory() as folder, serving.server(url, Path(folder)) as running:
        grown.stock_queries(figures, place.dialect, running, count, ITEMS)
    grown.verified(figures, place.dialect, url)
    place.drop("grown")


@dataclass
class Day:
    """The picks of all devices, as batches for the lane and as requests."""

    batches: list[list[Batch]]
    requests: list[list[serving.Request]]
    lines: int
    handhelds: list[world.Handheld]

    @property
    def operations(self) -> int:
        """How many operations there are."""
        return sum(batch.size for own in self.batches for batch in own)


def packed(built: world.World) -> Day:
    """Cut, sign and pack what the devices wrote."""
    day = Day([], [], built.lines, built.handhelds)
    for handheld in built.handhelds:
        own = list(handheld.batches(world.BATCH))
        day.batches.append([batch for batch, _ in own])
        day.requests.append([("POST", "/device/v1/push", body, world.PACKED) for _, body in own])
    return day


def lane_alone(figures: Figures, place: Place, day: Day) -> tuple[float, float]:
    """S15 and the lane without HTTP; answers Lb, operations a second of the bare driver, and Lf."""
    dialect = place.dialect
    core = Core.open(world.settings_for(place.copied("first", "lane")))
    alone = world.pushed(core, day.batches)
    core.close()
    # A second time, because keeping what is written takes time too.
    core = Core.open(world.settings_for(place.copied("first", "kept")))
    with limits.captured(core.database) as transactions:
        world.pushed(core, day.batches)
    core.close()
    rows = sum(rows_of(dialect, parameters) for each in transactions for _, parameters in each)
    database = open_database(place.copied("first", "bare"))
    bare = day.operations / limits.written_again(database, transactions)
    single = limits.single_rows(database, 2.0)
    database.close()
    figures.add(
        f"Lf {dialect} single durable rows",
        f"{single:,.0f} /s",
        "",
        "the limit of one row a transaction",
    )
    figures.add(
        f"Lb {dialect} bare driver, same rows",
        f"{bare:,.0f} operations/s",
        "",
        f"{len(transactions)} groups",
    )
    figures.add(
        f"   {dialect} lane without HTTP",
        f"{alone:,.0f} operations/s",
        "",
        f"{alone / bare:.2f} Lb",
    )
    figures.add(
        f"S15 {dialect} rows per picked line",
        f"{rows / day.lines:.2f}",
        "≤ 5",
        "everything written, batches of 200",
        share=5 * day.lines / rows,
    )
    return bare, single


def rows_of(dialect: str, parameters: object) -> int:
    """How many rows a statement writes."""
    if dialect == "sqlite":
        return len(parameters) if isinstance(parameters, list) else 1
    # PostgreSQL takes a column at a time, as the text of an array; the first are the sites.
    first = parameters[0] if isinstance(parameters, tuple) and parameters else None
    many = isinstance(first, str) and first.startswith("{")
    return first.count(",") + 1 if many else 1  # type: ignore[union-attr]


def over_http(figures: Figures, dialect: str, url: str, day: Day, limit: Limits) -> float:
    """S1, S13 and the latencies, with a real server process."""
    with tempfile.TemporaryDirectory() as folder, serving.server(url, Path(folder)) as running:
        time.sleep(1)
        figures.add(
            f"S13 {dialect} ready after start",
            f"{running.ready_s:.2f} s",
            "≤ 1.5 s",
            share=1.5 / running.ready_s,
        )
        used = running.memory_mb()
        figures.add(f"S13 {dialect} memory idle", f"{used:.0f} MB", "≤ 150 MB", share=150 / used)
        empty: list[list[serving.Request]] = [[("GET", "/health", b"", {})] * 500 for _ in range(8)]
        elapsed, times = serving.load(running.port, empty)
        figures.add(
            f"Lh {dialect} empty handler",
            f"{4_000 / elapsed:,.0f} /s",
            "",
            f"p99 {serving.percentile(times, 0.99):.1f} ms",
        )
        elapsed, times = serving.load(running.port, day.requests)
        speed = day.operations / elapsed
        pushed_at(figures, speed, limit)
        figures.series[f"S1 {dialect} push of 200, ms"] = [1_000 * each for each in times]
        figures.add(f"   {dialect} push of 200", quantiles(times), "", "8 devices at once")
        _, times = serving.load(running.port, pulls(running.port, day.handhelds[0]))
        figures.add(f"   {dialect} pull, first page", quantiles(times), "", "4 at once")
        merchant = {"Authorization": f"Bearer {world.MERCHANT_KEY}"}
        queries = [
            [
                ("GET", f"/merchant/v1/stock?item=S{number:05d}", b"", merchant)
                for number in range(start, start + 100)
            ]
            for start in range(0, 400, 100)
        ]
        _, times = serving.load(running.port, queries)
        figures.add(f"   {dialect} merchant stock query", quantiles(times), "", "4 at once")
    return speed


def pushed_at(figures: Figures, speed: float, limit: Limits) -> None:
    """S1, or S3 for one site: against what the database alone does."""
    share, note = speed / limit.lb / 0.5, f"{speed / limit.lb:.2f} Lb"
    if limit.lp is None:
        name, goal = "S1 sqlite push, 8 x 200", "≥ 0.5 Lb and ≥ 10,000/s"
        share = min(share, speed / 10_000)
    else:
        name, goal = "S3 postgresql push, 8 x 200, one site", "≥ 0.5 Lb and ≥ 1.5 Lp"
        share, note = min(share, speed / limit.lp / 1.5), f"{note}, {speed / limit.lp:.1f} Lp"
    figures.add(name, f"{speed:,.0f} operations/s", goal, note, share=share)


def pulls(port: int, handheld: world.Handheld) -> list[list[serving.Request]]:
    """First pulls of a device on which somebody is signed in."""
    device, private = handheld.device, handheld.private
    asked = msgspec.json.encode(SignInRequest(device, "ana", world.PIN))
    signed = {SIGNATURE_HEADER: call_header(device, private, "POST", SIGN_IN_PATH, asked)}
    told = serving.call(port, ("POST", SIGN_IN_PATH, asked, signed))
    body = msgspec.json.encode(PullRequest(device))
    headers = {
        SIGNATURE_HEADER: call_header(device, private, "POST", PULL_PATH, body),
        "Authorization": f"Bearer {msgspec.json.decode(told, type=SignInAnswer).token}",
    }
    return [[("POST", PULL_PATH, body, headers)] * 25 for _ in range(4)]


def quantiles(times: list[float]) -> str:
    """p50, p95 and p99."""
    shown = [f"{serving.percentile(times, share):.1f}" for share in (0.5, 0.95, 0.99)]
    return f"p50/95/99 {'/'.join(shown)} ms"


def main() -> None:
    """Measure on both databases."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--scale", type=int, default=5, help="days of 3,750 lines (default 5)")
    parser.add_argument("--quick", action="store_true", help="a fifth of everything")
    parser.add_argument("--only", choices=("sqlite", "postgresql", "browser"))
    parser.add_argument("--folder", type=Path, default=Path("bench-results"))
    options = parser.parse_args()
    scale = 1 if options.quick else options.scale
    figures = Figures()
    # As the server does: what is measured here should not pay for collecting what has no cycles.
    gc.set_threshold(COLLECT_AFTER, 50, 50)
    try:
        if options.only in {None, "sqlite"}:
            wire.measure(figures)
            planning.measure(figures)
            memory.simulate(figures)
            scans.measure(figures)
        if options.only != "postgresql":
            browser.measure(figures)
        for dialect in ("sqlite", "postgresql"):
            if options.only not in {None, dialect}:
                continue
            with place_for(dialect) as place:
                measure(figures, place, scale, quick=options.quick)
    finally:
        # What was measured before something failed, or somebody had enough, is kept too.
        out.print(figures.table())
        out.print(figures.summary())
        figures.keep(options.folder)
        pictures.draw(figures, options.folder)


if __name__ == "__main__":
    main()
