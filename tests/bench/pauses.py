"""S14: the longest that any push waits, while waves are planned and the log is written back."""

import tempfile
import threading
from pathlib import Path

import msgspec

from tests.bench import serving, world
from tests.bench.figures import Figures

GOAL_MS = 250
LINES = 20
"""Operations of a push: what a handheld has after a minute or two."""
PER_S_MAX = 40
"""Pushes a second of all handhelds together: 800 operations a second, ten times a busy house."""
SHARE = 4
"""A slower machine is asked no more than one part in four of what it can."""
PUSHES = 60
"""Of each handheld."""
WAVES = 2


def measure(
    figures: Figures,
    dialect: str,
    url: str,
    handhelds: list[world.Handheld],
    *,
    waiting: int,
    speed: float,
) -> None:
    """Push at an even pace, and release the orders that wait in two waves meanwhile.

    `speed` is how many operations a second the server can take.
    """
    per_s = min(PER_S_MAX, speed / SHARE / LINES)
    requests = [
        [("POST", "/device/v1/push", body, world.PACKED) for _, body in own][:PUSHES]
        for own in ([*handheld.batches(LINES)] for handheld in handhelds)
    ]
    key = {"Authorization": f"Bearer {world.OPS_KEY}"}
    body = msgspec.json.encode({"name": "pause", "limit": waiting // WAVES})
    release = ("POST", f"/ops/v1/sites/{world.SITE}/waves", body, key)
    seconds = sum(map(len, requests)) / per_s
    with tempfile.TemporaryDirectory() as folder, serving.server(url, Path(folder)) as running:

        def released() -> None:
            serving.call(running.port, release, ok=(200, 201))

        timers = [
            threading.Timer(seconds * (wave + 1) / (WAVES + 1), released) for wave in range(WAVES)
        ]
        for timer in timers:
            timer.start()
        times = serving.paced(running.port, requests, per_s)
        for timer in timers:
            timer.join()
    longest = 1_000 * max(times)
    figures.series[f"S14 {dialect} push of {LINES} under load, ms"] = [1_000 * t for t in times]
    figures.add(
        f"S14 {dialect} longest pause of a push",
        f"{longest:.0f} ms",
        f"≤ {GOAL_MS} ms",
        f"p50 {serving.percentile(times, 0.5):.0f} ms, p99 {serving.percentile(times, 0.99):.0f} "
        f"ms; {per_s:.0f} pushes of {LINES} a second, {WAVES} waves of {waiting // WAVES} orders",
        share=GOAL_MS / longest,
    )
