"""S12: pushes that a synchronous standby confirms, against the same that one disk confirms.

Both are measured on one primary whose standby follows all the time, in turn: what is compared is
the waiting. The standby shares the machine, so that its own work is in both figures.
"""

import time

import migrations
from device_protocol.operations import Receive
from server.core import Core
from server.db.engine import open_database
from tests.bench import world
from tests.bench.figures import Figures
from tests.faults.cluster import Cluster, cluster, wait_for

ITEMS = 200
TURNS = ("local", "standby", "standby", "local")
GOAL = 0.75


def measure(figures: Figures, batches: int = 5) -> None:
    """Push so many batches of each device in each turn."""
    with cluster() as made:
        database = open_database(made.first.url)
        migrations.upgrade(database)
        database.close()
        made.follow()
        core = Core.open(world.settings_for(made.first.url))
        try:
            built = world.build(core, items=ITEMS, orders=1, lines_per_order=1)
            pushed(core, built.handhelds, 1)
            speeds: dict[str, list[float]] = {"local": [], "standby": []}
            for turn in TURNS:
                wait_for_standby(made, waits=turn == "standby")
                speeds[turn].append(pushed(core, built.handhelds, batches))
        finally:
            core.close()
    local, standby = (sum(speeds[turn]) / len(speeds[turn]) for turn in ("local", "standby"))
    figures.add("   local commit, standby following", f"{local:,.0f} operations/s")
    figures.add(
        "S12 synchronous standby",
        f"{standby:,.0f} operations/s",
        f"≥ {GOAL} of local",
        f"{standby / local:.2f}",
        share=standby / local / GOAL,
    )


def wait_for_standby(made: Cluster, *, waits: bool) -> None:
    """Have every commit wait for the standby from now on, or none."""
    with made.first.connect() as connection:
        names = "second" if waits else ""
        connection.execute(f"ALTER SYSTEM SET synchronous_standby_names = '{names}'")
        connection.execute("SELECT pg_reload_conf()")
        wanted = "sync" if waits else "async"
        states = "SELECT sync_state FROM pg_stat_replication"
        wait_for(lambda: connection.execute(states).fetchall() == [(wanted,)])


def pushed(core: Core, handhelds: list[world.Handheld], batches: int) -> float:
    """All devices push at once, a batch each at a time; answer operations a second."""
    for handheld in handhelds:
        for number in range(batches * world.BATCH):
            handheld.ended += world.COURSE_MS
            place = number % ITEMS
            handheld.write(
                Receive(
                    quantity=1,
                    owner="ACME",
                    item=f"S{place:05d}",
                    to=world.bin_code(place),
                    ended=handheld.ended,
                )
            )
    own = [[batch for batch, _ in handheld.batches(world.BATCH)] for handheld in handhelds]
    operations = sum(batch.size for each in own for batch in each)
    began = time.perf_counter()
    for group in zip(*own, strict=False):
        for future in [core.lanes.submit(batch) for batch in group]:
            future.result(world.ANSWER_S_MAX)
    return operations / (time.perf_counter() - began)


def main() -> None:
    """Measure this alone."""
    measure(Figures())


if __name__ == "__main__":
    main()
