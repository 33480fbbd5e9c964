"""R12: a server under half of its load for a while, and whether its memory grows.

`python -m tests.soak.memory --minutes N`. What it can do is measured first, by the same devices
without a pause. Memory is what the server has for itself (RssAnon): what it maps of files (RssFile,
told beside) is the kernel's to take back, and grows with the book. Its growth is the slope of a
line after the first third, given with twice its standard error.

SQLite keeps pages that were written in memory of its own, up to the writer's `cache_size`. That
fills as fast as the book grows, and then stands still: so the load is kept up before anything is
judged, until the file is larger than that (and on both databases for WARM_BATCHES).
"""

import argparse
import http.client
import itertools
import math
import random
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from device_protocol.operations import Receive
from server.core import Core
from tests.bench import serving, world
from tests.bench.places import SqlitePlace, place_for

DEVICES, ITEMS, BATCH = 8, 200, 20
GROWTH_MAX = 1.0
"""MB an hour."""
HOUR_S = 3_600
EVERY_S = 2.0
FULL_S = 20.0
WARM_BATCHES = 10_000
"""The server collects what refers to itself once in 100,000 objects, some 2,000 batches (see
COLLECT_AFTER): until that has happened a few times, memory climbs in ramps of some MB.
"""
FILLED = 1.25
"""How many times as large as SQLite's cache the file is before growth is judged."""
STRETCHES = 12
"""Samples are averaged over so many stretches: neighbours hold much the same, so each by itself
would make the line look surer than it is.
"""
KIB = 1_024
MERCHANT = {"Authorization": f"Bearer {world.MERCHANT_KEY}"}


class Load:
    """Devices that receive goods by batches, and ask for the stock of one item after each."""

    def __init__(self, port: int, handhelds: list[world.Handheld]) -> None:
        """Know the server; nothing is sent yet."""
        self.port = port
        self.handhelds = handhelds
        self.failures: list[str] = []
        self.sent = 0

    def run(self, seconds: float, per_s: float | None) -> float:
        """Send for a while, evenly or as fast as it goes; answer batches a second."""
        self.sent, began = 0, time.monotonic()
        ends = began + seconds
        pause_s = DEVICES / per_s if per_s else 0.0
        own = [
            threading.Thread(target=self._work, args=(handheld, ends, pause_s))
            for handheld in self.handhelds
        ]
        for each in own:
            each.start()
        for each in own:
            each.join()
        if self.failures:
            raise RuntimeError(self.failures[0])
        return self.sent / (time.monotonic() - began)

    def _work(self, handheld: world.Handheld, ends: float, pause_s: float) -> None:
        source = random.Random(handheld.device + handheld.sent)
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        due = time.monotonic() + source.random() * pause_s
        while (now := time.monotonic()) < ends and not self.failures:
            if now < due:
                time.sleep(min(due, ends) - now)
                continue
            due += pause_s
            try:
                self._push(connection, handheld, source)
            except Exception as error:  # noqa: BLE001 - whatever ends a worker ends the load.
                self.failures.append(f"no answer: {error!r}")
        connection.close()

    def _push(
        self,
        connection: http.client.HTTPConnection,
        handheld: world.Handheld,
        source: random.Random,
    ) -> None:
        for _ in range(BATCH):
            handheld.ended += world.COURSE_MS // 1_000
            number = source.randrange(ITEMS)
            handheld.write(
                Receive(
                    quantity=source.randint(1, 9),
                    owner="ACME",
                    item=f"S{number:05d}",
                    to=world.bin_code(number),
                    ended=handheld.ended,
                )
            )
        # The first has the line of the clock, too.
        [(_, body)] = handheld.batches(len(handheld.lines))
        stock = f"/merchant/v1/stock?item=S{source.randrange(ITEMS):05d}"
        for method, path, sent, headers in (
            ("POST", "/device/v1/push", body, world.PACKED),
            ("GET", stock, b"", MERCHANT),
        ):
            connection.request(method, path, body=sent, headers=headers)
            answer = connection.getresponse()
            told = answer.read()
            if answer.status != http.client.OK:
                self.failures.append(f"{path}: {answer.status} {told[:300].decode()}")
        self.sent += 1


def slope(times: Sequence[float], values: Sequence[float]) -> tuple[float, float]:
    """The slope of the line through some values, and twice its standard error."""
    line = statistics.linear_regression(times, values)
    off = [
        value - line.slope * moment - line.intercept
        for moment, value in zip(times, values, strict=True)
    ]
    spread = sum((moment - statistics.fmean(times)) ** 2 for moment in times)
    error = math.sqrt(sum(each * each for each in off) / (len(off) - 2) / spread)
    return line.slope, 2 * error


def averaged(values: Sequence[float]) -> tuple[list[float], list[float]]:
    """The middle, s, and the mean of each stretch of samples."""
    ends = [len(values) * number // STRETCHES for number in range(STRETCHES + 1)]
    stretches = [*itertools.pairwise(ends)]
    middles = [EVERY_S * (start + end - 1) / 2 for start, end in stretches]
    return middles, [statistics.fmean(values[start:end]) for start, end in stretches]


def held_mb(running: serving.Server) -> tuple[float, float]:
    """What the server's processes have for themselves, and what they map of files."""
    found = {"RssAnon": 0, "RssFile": 0}
    for pid in [running.process.pid, *serving.children(running.process.pid)]:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            name, _, value = line.partition(":")
            if name in found:
                found[name] += int(value.split()[0])
    return found["RssAnon"] / KIB, found["RssFile"] / KIB


def cache_bytes(core: Core) -> int:
    """How much SQLite's writer keeps in memory of its own; PostgreSQL keeps nothing in ours."""
    if core.database.dialect != "sqlite":
        return 0
    with core.database.writing() as connection:
        return -KIB * int(connection.exec_driver_sql("PRAGMA cache_size").scalar_one())


def warmed(load: Load, file: Path | None, size: float) -> float:
    """Send as fast as it goes until memory is in use and the file so large; answer batches/s."""
    full = load.run(FULL_S, None)
    sent = load.sent
    while sent < WARM_BATCHES or (file is not None and file.stat().st_size < size):
        load.run(FULL_S, None)
        sent += load.sent
    return full


def sampled(
    running: serving.Server, load: Load, seconds: float, per_s: float
) -> list[tuple[float, float]]:
    """What the server held every two seconds of the load."""
    worker = threading.Thread(target=load.run, args=(seconds, per_s))
    worker.start()
    held = []
    while worker.is_alive():
        held.append(held_mb(running))
        worker.join(EVERY_S)
    return held


def main() -> None:
    """Measure, print, and fail where memory surely grows by more than it may."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak.memory", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60, help="default 60")
    parser.add_argument("--database", choices=("postgresql", "sqlite"), default="postgresql")
    options = parser.parse_args()
    with place_for(options.database) as place:
        url = place.new("soak")
        core = Core.open(world.settings_for(url))
        world.masters(core, ITEMS)
        handhelds = [world.enrol(core, number) for number in range(DEVICES)]
        cache = cache_bytes(core)
        core.close()
        file = place.path("soak") if isinstance(place, SqlitePlace) else None
        with tempfile.TemporaryDirectory() as folder, serving.server(url, Path(folder)) as running:
            load = Load(running.port, handhelds)
            full = warmed(load, file, FILLED * cache)
            held = sampled(running, load, options.minutes * 60, full / 2)
            if load.failures:
                sys.exit(load.failures[0])
    own = [each for each, _ in held]
    first = len(held) // 3
    growth, error = slope(*averaged(own[first:]))
    sys.stdout.write(
        f"R12 {options.database}: {growth * HOUR_S:+.2f} ± {error * HOUR_S:.2f} MB/h at half load "
        f"({full / 2:.0f} of {full:.0f} batches of {BATCH} a second, {load.sent:,} sent); "
        f"{own[0]:.1f} MB at first, {own[first]:.1f} after a third, {own[-1]:.1f} at the end, "
        f"{max(own):.1f} at most, in {options.minutes:g} minutes; files mapped "
        f"{held[0][1]:.1f} MB at first, {held[-1][1]:.1f} at the end\n"
    )
    sys.exit((growth - error) * HOUR_S > GROWTH_MAX)


if __name__ == "__main__":
    main()
