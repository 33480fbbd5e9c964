"""S4: everybody works on ten balances, against the same work spread over a hundred thousand."""

import random

from device_protocol.operations import Move
from server.core import Core
from server.db.engine import open_database
from tests.bench import filling, world
from tests.bench.figures import Figures
from tests.bench.places import Place

BALANCES = 100_000
HOT = 10
GOAL = 1.2
ITEMS = 200
BATCHES = 4
"""Of each device, in each turn."""
TURNS = ("spread", "hot", "hot", "spread")


def measure(figures: Figures, place: Place, balances: int = BALANCES) -> None:
    """Fill a book, then move units in it; in turn, so that neither has the better half."""
    url = place.new("hot")
    core = Core.open(world.settings_for(url))
    world.masters(core, ITEMS)
    core.close()
    database = open_database(url)
    plan = filling.fill(database, movements=balances, balances=balances)
    database.close()
    core = Core.open(world.settings_for(url))
    handhelds = [world.enrol(core, number) for number in range(world.DEVICES)]
    source = random.Random(4)
    speeds: dict[str, list[float]] = {"hot": [], "spread": []}
    push(core, handhelds, plan, source, plan.balances)
    for turn in TURNS:
        range_of = HOT if turn == "hot" else plan.balances
        speeds[turn].append(push(core, handhelds, plan, source, range_of))
    core.close()
    place.drop("hot")
    hot, spread = (sum(speeds[turn]) / len(speeds[turn]) for turn in ("hot", "spread"))
    figures.add(
        f"S4 {place.dialect} ten balances",
        f"{hot:,.0f} operations/s",
        f"≥ {GOAL} of spread",
        f"{hot / spread:.2f}; spread over {plan.balances:,}: {spread:,.0f}/s",
        share=hot / spread / GOAL,
    )


def push(
    core: Core,
    handhelds: list[world.Handheld],
    plan: filling.Plan,
    source: random.Random,
    range_of: int,
) -> float:
    """Moves of one unit, in batches of 200 of all devices at once; answer operations a second."""
    for handheld in handhelds:
        for _ in range(BATCHES * world.BATCH):
            handheld.ended += world.COURSE_MS
            balance = source.randrange(range_of)
            item, lot = plan.lot(balance)
            handheld.write(
                Move(
                    quantity=1,
                    owner="ACME",
                    item=f"S{item:05d}",
                    lot=f"L{lot:05d}",
                    source=plan.code(balance),
                    to=plan.code(plan.next(balance)),
                    ended=handheld.ended,
                )
            )
    own = [[batch for batch, _ in handheld.batches(world.BATCH)] for handheld in handhelds]
    return world.pushed(core, own)
