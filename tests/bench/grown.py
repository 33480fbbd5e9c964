"""S7 and S9, on a book of many movements and balances."""

import time

from server.db.engine import Database, open_database
from server.sync.findings import Finding
from server.sync.verify import check_balances, check_commits
from tests.bench import serving, world
from tests.bench.figures import Figures

QUERIES = 200
AT_ONCE = 4
REBUILT_MIN = 100_000
CHAINED_MIN = 500_000
SLOWER_MAX = 3.0
HEADERS = {"Authorization": f"Bearer {world.MERCHANT_KEY}"}
LEAST = "/merchant/v1/sites"
"""Of the bench's book one row, for whoever has a key."""


def queries(items: int) -> list[list[serving.Request]]:
    """Stock of one item after the other, by several merchants' programs at once."""
    return [
        [
            ("GET", f"/merchant/v1/stock?item=S{number % items:05d}", b"", HEADERS)
            for number in range(start * QUERIES, (start + 1) * QUERIES)
        ]
        for start in range(AT_ONCE)
    ]


def stock_queries(
    figures: Figures, dialect: str, running: serving.Server, balances: int, items: int
) -> None:
    """S7: beside an empty handler, and one that only finds out who asks and reads one row."""
    empty: list[list[serving.Request]] = [[("GET", "/health", b"", {})] * QUERIES] * AT_ONCE
    least: list[list[serving.Request]] = [[("GET", LEAST, b"", HEADERS)] * QUERIES] * AT_ONCE
    serving.load(running.port, queries(items))
    times, worked_ms = asked(running, queries(items))
    bare, bare_ms = asked(running, empty)
    _, least_ms = asked(running, least)
    p99, limit = serving.percentile(times, 0.99), serving.percentile(bare, 0.99)
    figures.series[f"S7 {dialect} stock query, ms"] = [1_000 * each for each in times]
    figures.add(
        f"S7 {dialect} stock of an item, p99",
        f"{p99:.1f} ms, {p99 / limit:.1f} Lh",
        f"≤ {SLOWER_MAX:.0f} of Lh",
        f"p50 {serving.percentile(times, 0.5):.1f} ms; Lh p99 {limit:.1f} ms; "
        f"{balances:,} balances, {AT_ONCE} at once",
        share=SLOWER_MAX * limit / p99,
    )
    figures.add(
        f"   {dialect} processor time of a stock query",
        f"{worked_ms:.2f} ms, {worked_ms / bare_ms:.1f} Lh",
        "",
        f"the server's alone; of one row for who is known {least_ms / bare_ms:.1f} Lh",
    )


def asked(
    running: serving.Server, requests: list[list[serving.Request]]
) -> tuple[list[float], float]:
    """The seconds of each request, and the milliseconds of processor time that one took."""
    before = running.worked_s()
    _, times = serving.load(running.port, requests)
    return times, 1_000 * (running.worked_s() - before) / len(times)


def verified(figures: Figures, dialect: str, url: str) -> None:
    """S9: both halves of verify that a book's size makes long."""
    database = open_database(url, writes=False)
    findings: list[Finding] = []
    rebuilt_s, movements = balances_rebuilt(database, findings)
    chained_s, chained = commits_checked(database, findings)
    database.close()
    if findings:
        raise RuntimeError(str(findings[:3]))
    for name, seconds, count, least in (
        ("rebuild balances", rebuilt_s, movements, REBUILT_MIN),
        ("check the chain", chained_s, chained, CHAINED_MIN),
    ):
        figures.add(
            f"S9 {dialect} {name}",
            f"{count / seconds:,.0f} movements/s",
            f"≥ {least:,}/s",
            f"{count:,} movements, one core, nothing found",
            share=count / seconds / least,
        )


def balances_rebuilt(database: Database, findings: list[Finding]) -> tuple[float, int]:
    """Seconds for all balances, and the movements that they are the sums of."""
    with database.reporting() as connection:
        movements = connection.exec_driver_sql("SELECT count(*) FROM movement").scalar_one()
        began = time.perf_counter()
        check_balances(connection, findings)
        return time.perf_counter() - began, int(movements)


def commits_checked(database: Database, findings: list[Finding]) -> tuple[float, int]:
    """Seconds for the chain, and its movements."""
    with database.reporting() as connection:
        began = time.perf_counter()
        _, _, movements = check_commits(connection, findings, lambda _step, _count: None)
        return time.perf_counter() - began, movements
