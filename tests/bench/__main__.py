"""`make bench`: prints each figure beside its limit, and keeps them as JSON.

Absolute numbers depend on the machine; ratios to limits measured in the same run are what counts.
"""

import argparse
import gc
import json
import os
import platform
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec
import psycopg
from sqlalchemy import make_url

import migrations
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
from server.main import COLLECT_AFTER
from server.sync.batches import Batch
from tests.bench import catalog, limits, memory, planning, scans, serving, wire, world
from tests.bench.figures import Figures, out
from tests.databases import postgres_server_url, prepare_folder, remove_folder


def measure(
    figures: Figures, dialect: str, url: str, copied: Callable[[str], str], scale: int
) -> None:
    """Everything on one database."""
    database = open_database(url)
    migrations.upgrade(database)
    database.close()
    core = Core.open(world.settings_for(url))
    orders = 150 * scale
    built = world.build(core, items=2_000, orders=orders, lines_per_order=25)
    core.close()
    speed = built.lines / built.allocate_s
    figures.add(
        f"S8 {dialect} allocate and release",
        f"{speed:,.0f} lines/s",
        "≥ 5,000 lines/s",
        f"{built.lines:,} lines, intake included",
        speed >= 5_000,
    )
    day = packed(built)
    bare = lane_alone(figures, dialect, copied, day)
    if dialect == "sqlite":
        memory.measure(figures, copied("memory"), day.batches, day.handhelds)
    over_http(figures, dialect, copied("http"), day, bare)


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
    headers = {"Content-Type": "application/x-ndjson", "Content-Encoding": "zstd"}
    day = Day([], [], built.lines, built.handhelds)
    for handheld in built.handhelds:
        own = list(handheld.batches(world.BATCH))
        day.batches.append([batch for batch, _ in own])
        day.requests.append([("POST", "/device/v1/push", body, headers) for _, body in own])
    return day


def lane_alone(figures: Figures, dialect: str, copied: Callable[[str], str], day: Day) -> float:
    """S15 and the lane without HTTP; answers Lb, operations a second of the bare driver."""
    core = Core.open(world.settings_for(copied("lane")))
    elapsed = decide(core, day)
    core.close()
    # A second time, because keeping what is written takes time too.
    core = Core.open(world.settings_for(copied("kept")))
    with limits.captured(core.database) as transactions:
        decide(core, day)
    core.close()
    rows = sum(rows_of(dialect, parameters) for each in transactions for _, parameters in each)
    database = open_database(copied("bare"))
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
        f"{day.operations / elapsed:,.0f} operations/s",
        "",
        f"{day.operations / elapsed / bare:.2f} Lb",
    )
    figures.add(
        f"S15 {dialect} rows per picked line",
        f"{rows / day.lines:.2f}",
        "≤ 5",
        "everything written, batches of 200",
        rows / day.lines <= 5,
    )
    return bare


def decide(core: Core, day: Day) -> float:
    """Put the day through the lane, eight devices at a time; answer the seconds."""
    began = time.perf_counter()
    for group in zip(*day.batches, strict=False):
        for future in [core.lanes.submit(batch) for batch in group]:
            future.result(600)
    return time.perf_counter() - began


def rows_of(dialect: str, parameters: object) -> int:
    """How many rows a statement writes."""
    if dialect == "sqlite":
        return len(parameters) if isinstance(parameters, list) else 1
    # PostgreSQL takes a column at a time.
    many = isinstance(parameters, tuple) and parameters and isinstance(parameters[0], list)
    return len(parameters[0]) if many else 1  # type: ignore[index]


def over_http(figures: Figures, dialect: str, url: str, day: Day, bare: float) -> None:
    """S1, S13 and the latencies, with a real server process."""
    folder = Path(tempfile.mkdtemp())
    with serving.server(url, folder) as running:
        time.sleep(1)
        figures.add(
            f"S13 {dialect} ready after start",
            f"{running.ready_s:.2f} s",
            "≤ 1.5 s",
            "",
            running.ready_s <= 1.5,
        )
        memory = running.memory_mb()
        figures.add(f"S13 {dialect} memory idle", f"{memory:.0f} MB", "≤ 150 MB", "", memory <= 150)
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
        met = (
            speed >= 10_000 and speed >= 0.5 * bare if dialect == "sqlite" else speed >= 0.5 * bare
        )
        goal = "≥ 0.5 Lb and ≥ 10,000/s" if dialect == "sqlite" else "≥ 0.5 Lb"
        figures.add(
            f"S1 {dialect} push, 8 x 200",
            f"{speed:,.0f} operations/s",
            goal,
            f"{speed / bare:.2f} Lb",
            met,
        )
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
    shutil.rmtree(folder, ignore_errors=True)


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
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=int, default=5, help="days of 3,750 lines (default 5)")
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    parser.add_argument("--json", type=Path, default=Path("bench.json"))
    options = parser.parse_args()
    figures = Figures()
    # As the server does: what is measured here should not pay for collecting what has no cycles.
    gc.set_threshold(COLLECT_AFTER, 50, 50)
    if options.only != "postgresql":
        wire.measure(figures)
        planning.measure(figures)
        memory.simulate(figures)
        scans.measure(figures)
        with tempfile.TemporaryDirectory() as folder:
            first = Path(folder, "first.sqlite3")

            def copied(name: str) -> str:
                target = Path(folder, f"{name}.sqlite3")
                shutil.copyfile(first, target)
                return f"sqlite:///{target}"

            measure(figures, "sqlite", f"sqlite:///{first}", copied, options.scale)
            catalog.measure(figures, "sqlite", f"sqlite:///{Path(folder, 'catalog.sqlite3')}")
            scans.over_http(figures, "sqlite", f"sqlite:///{Path(folder, 'scans.sqlite3')}")
    if options.only != "sqlite":
        on_postgresql(figures, options.scale)
    out.print(figures.table())
    machine = {"python": platform.python_version(), "processors": os.cpu_count()}
    options.json.write_text(json.dumps({"machine": machine, "figures": figures.rows}, indent=1))
    out.print(f"kept in {options.json}")


def on_postgresql(figures: Figures, scale: int) -> None:
    """The same on a PostgreSQL of this session, durable as it comes."""
    prepare_folder()
    try:
        base = postgres_server_url()
        with psycopg.connect(base, autocommit=True) as connection:
            for name in ("fsync", "synchronous_commit", "full_page_writes"):
                connection.execute(f"ALTER SYSTEM SET {name} = on")
            connection.execute("SELECT pg_reload_conf()")
            connection.execute("CREATE DATABASE bench_first")
            connection.execute("CREATE DATABASE bench_catalog")
            connection.execute("CREATE DATABASE bench_scans")

        def named(name: str) -> str:
            return (
                make_url(base).set(database=f"bench_{name}").render_as_string(hide_password=False)
            )

        def copied(name: str) -> str:
            with psycopg.connect(base, autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE bench_{name} TEMPLATE bench_first")
            return named(name)

        measure(figures, "postgresql", named("first"), copied, scale)
        catalog.measure(figures, "postgresql", named("catalog"))
        scans.over_http(figures, "postgresql", named("scans"))
    finally:
        remove_folder()


if __name__ == "__main__":
    main()
