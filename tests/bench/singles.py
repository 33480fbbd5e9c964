"""S2: many devices that each send one operation at a time, as over a good network."""

import tempfile
import threading
import time
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from device_protocol.operations import Receive
from server.core import Core
from server.sync.batches import Batch
from tests.bench import serving, world
from tests.bench.figures import Figures

DEVICES = 64
EACH = 40
"""Operations of a device in each of the three measurements."""
P99_MS_MAX = 25.0
ITEMS = 200
Sent = list[tuple[Batch, bytes]]


def measure(figures: Figures, dialect: str, url: str, single_rows: float) -> None:
    """The lane alone against Lf, over HTTP against Lh, and how long one waits at half of that."""
    core = Core.open(world.settings_for(url))
    world.masters(core, ITEMS)
    handhelds = [world.enrol(core, number) for number in range(DEVICES)]
    alone, full, half = ([written(each) for each in handhelds] for _ in range(3))
    elapsed, waits = in_turn(core, [[batch for batch, _ in own] for own in alone])
    core.close()
    speed = DEVICES * EACH / elapsed
    figures.add(
        f"S2 {dialect} lane alone, 64 x 1",
        f"{speed:,.0f} operations/s",
        "≥ 2 Lf" if dialect == "sqlite" else "",
        f"{speed / single_rows:.1f} Lf; p99 {serving.percentile(waits, 0.99):.0f} ms",
        share=speed / single_rows / 2 if dialect == "sqlite" else None,
    )
    with tempfile.TemporaryDirectory() as folder, serving.server(url, Path(folder)) as running:
        over_http(figures, dialect, running, full, half)


def over_http(
    figures: Figures, dialect: str, running: serving.Server, full: list[Sent], half: list[Sent]
) -> None:
    """As fast as it goes, and then at half of that pace."""
    empty: list[list[serving.Request]] = [[("GET", "/health", b"", {})] * EACH] * DEVICES
    serving.load(running.port, empty)
    bare = DEVICES * EACH / serving.load(running.port, empty)[0]
    speed = DEVICES * EACH / serving.load(running.port, [posts(own) for own in full])[0]
    judged = dialect == "sqlite"
    figures.add(
        f"S2 {dialect} over HTTP, 64 x 1",
        f"{speed:,.0f} operations/s",
        "≥ 0.3 Lh" if judged else "",
        f"{speed / bare:.2f} Lh; Lh {bare:,.0f}/s with {DEVICES} connections",
        share=speed / bare / 0.3 if judged else None,
    )
    times = serving.paced(running.port, [posts(own) for own in half], speed / 2)
    p99 = serving.percentile(times, 0.99)
    figures.series[f"S2 {dialect} push of one at half load, ms"] = [1_000 * t for t in times]
    figures.add(
        f"S2 {dialect} p99 at half of that",
        f"{p99:.1f} ms",
        f"≤ {P99_MS_MAX:.0f} ms" if judged else "",
        f"p50 {serving.percentile(times, 0.5):.1f} ms at {speed / 2:,.0f} operations/s",
        share=P99_MS_MAX / p99 if judged else None,
    )


def written(handheld: world.Handheld) -> Sent:
    """Receipts of one line each, as batches and as request bodies."""
    written_receipts(handheld, EACH, ITEMS)
    return list(handheld.batches(1))


def written_receipts(handheld: world.Handheld, count: int, items: int) -> None:
    """Have a handheld receive into one bin after the other."""
    for number in range(count):
        handheld.ended += world.COURSE_MS
        place = (handheld.device * 7 + number) % items
        handheld.write(
            Receive(
                quantity=1,
                owner="ACME",
                item=f"S{place:05d}",
                to=world.bin_code(place),
                ended=handheld.ended,
            )
        )


def posts(own: Sent) -> list[serving.Request]:
    """The same as requests."""
    return [("POST", "/device/v1/push", body, world.PACKED) for _, body in own]


def in_turn(core: Core, own: list[list[Batch]]) -> tuple[float, list[float]]:
    """Every device sends its next when its last is answered; all seconds, and those of each."""
    left = sum(map(len, own))
    waits: list[float] = []
    done = threading.Event()
    lock = threading.Lock()

    def send(device: int, place: int) -> None:
        began = time.perf_counter()

        def answered(future: Future[Any]) -> None:
            nonlocal left
            if future.result().status != "taken":
                raise RuntimeError(future.result().status)
            with lock:
                waits.append(time.perf_counter() - began)
                left -= 1
                ended = not left
            if ended:
                done.set()
            elif place + 1 < len(own[device]):
                send(device, place + 1)

        core.lanes.submit(own[device][place]).add_done_callback(answered)

    began = time.perf_counter()
    for device in range(len(own)):
        send(device, 0)
    if not done.wait(world.ANSWER_S_MAX):
        raise TimeoutError
    return time.perf_counter() - began, waits
