"""S8 on real days: pick path and totes of each wave against lower bounds, and even packages.

The orders are real, two waves a day: placed before and after noon. Bins are made up: one item each,
in the order of their codes, which knows nothing of what is ordered together or often; four zones.
The bounds are those of `server/planning/path.py` and `server/planning/balance.py`: what no plan can
do without, given what a cart holds and that a shipment's lines of a zone stay together. A shipment
needs a tote in each zone where it has lines.
"""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from server.integrations.mapping import read_mapping
from server.integrations.order_documents import Order
from server.integrations.orders_csv import read_orders
from server.ledger.records import Place, Stock
from server.orders.records import Shipment
from server.planning.balance import Crew, Crews, finish, finish_bound
from server.planning.packages import LINES_MAX, TOTES_MAX, Cut, PickLine, cut
from server.planning.path import Limits, length, lower_bound
from server.planning.records import WorkRule
from server.planning.waves import pieces
from tests.bench.figures import Figures
from tests.integrations.order_files import RETAIL_MAPPING

DATA = Path(__file__).parents[3] / "shared" / "data" / "retail"
SITE = 1
ZONES = 4
PICKERS = 3
"""In each zone, where packages are to be even."""
NOON = 12
RATIO_MAX = 1.15
CART = Limits(LINES_MAX, TOTES_MAX)
STOCK = Stock(SITE, 1, "good")


class Wave(NamedTuple):
    """A wave as it was planned."""

    cuts: list[Cut]
    lines: list[PickLine]


class Sums(NamedTuple):
    """Something planned, and its bound."""

    planned: int
    bound: int

    @property
    def ratio(self) -> float:
        """How many times the bound."""
        return self.planned / self.bound if self.bound else 1.0


def measure(figures: Figures) -> None:
    """Plan all days and print the figures; without the data say so."""
    if not DATA.exists():
        figures.add("S8 real days", "not measured", "", "there is no ../shared/data/retail")
        return
    days = [orders_of(day) for day in sorted(DATA.glob("*.csv"))]
    began = time.perf_counter()
    waves = [planned(wave, Crews()) for day in days for wave in waves_of(day)]
    took = time.perf_counter() - began
    lines = sum(len(wave.lines) for wave in waves)
    add(figures, "S8 pick path", [path_of(wave) for wave in waves], f"{len(waves)} waves")
    note = f"{len(days)} days, {lines:,} lines, {lines / took:,.0f} lines/s cut"
    add(figures, "S8 totes", [totes_of(wave) for wave in waves], note)
    crew = WorkRule(SITE, 0, PICKERS, *Crew()[1:])
    even = [planned(wave, Crews([crew])) for day in days for wave in waves_of(day)]
    note = f"{PICKERS} pickers a zone; until the last is done"
    found = [sums for wave in even for sums in ends_of(wave, Crew(PICKERS))]
    add(figures, "   even packages", found, note, goal=False)
    note = "what even packages cost"
    add(figures, "   path of even packages", [path_of(wave) for wave in even], note, goal=False)


def add(figures: Figures, name: str, found: list[Sums], note: str, *, goal: bool = True) -> None:
    """Print the ratio of all together, and the worst."""
    whole = Sums(sum(each.planned for each in found), sum(each.bound for each in found))
    worst = max(each.ratio for each in found)
    figures.add(
        name,
        f"{whole.ratio:.3f} of the lower bound",
        f"≤ {RATIO_MAX}" if goal else "",
        f"worst {worst:.2f}; {note}",
        share=RATIO_MAX / whole.ratio if goal else None,
    )


def orders_of(day: Path) -> list[Order]:
    """The orders of a day by the time they were placed."""
    found = read_orders([day], read_mapping(RETAIL_MAPPING)).orders
    return sorted(found, key=lambda order: (order.placed_at, order.number))


def waves_of(day: list[Order]) -> Iterator[list[list[PickLine]]]:
    """The pick lines of a day's waves by shipment, each at the bin of its item."""
    codes = sorted({line.item_code for order in day for line in order.lines})
    bins = {
        code: Place(SITE, walk, code, "bin", zone=1 + walk * ZONES // len(codes), walk=walk + 1)
        for walk, code in enumerate(codes)
    }
    for morning in (True, False):
        shipments = [
            lines_of(number, order, bins)
            for number, order in enumerate(day)
            if (datetime.fromtimestamp(order.placed_at / 1_000, UTC).hour < NOON) is morning
        ]
        if shipments:
            yield shipments


def lines_of(number: int, order: Order, bins: dict[str, Place]) -> list[PickLine]:
    """The pick lines of an order."""
    shipment = Shipment(
        SITE, number, 1, 1, "web", order.number, 5, "", "", number, lines=len(order.lines)
    )
    return [
        PickLine(shipment, line.position, 1, bins[line.item_code], STOCK, line.quantity)
        for line in order.lines
    ]


def planned(shipments: list[list[PickLine]], crews: Crews) -> Wave:
    """Cut a wave as the lane does, piece by piece."""
    by_id = {lines[0].shipment.id: lines for lines in shipments}
    cuts = [
        each
        for piece in pieces([lines[0].shipment for lines in shipments])
        for each in cut((line for number in piece for line in by_id[number]), crews=crews)
    ]
    return Wave(cuts, [line for lines in shipments for line in lines])


def stands(lines: list[PickLine]) -> list[list[list[int]]]:
    """Positions by zone and shipment."""
    zones: dict[int, dict[int, list[int]]] = {}
    for line in lines:
        shipments = zones.setdefault(line.place.zone, {})
        shipments.setdefault(line.shipment.id, []).append(line.place.walk)
    return [list(shipments.values()) for shipments in zones.values()]


def path_of(wave: Wave) -> Sums:
    """Steps walked."""
    walked = sum(length([line.place.walk for line in each.lines]) for each in wave.cuts)
    return Sums(walked, sum(lower_bound(zone, CART) for zone in stands(wave.lines)))


def totes_of(wave: Wave) -> Sums:
    """Totes used; where single units are picked together, as many as that cart could hold."""
    used = needed = 0
    for each in wave.cuts:
        shipments = len({line.shipment.id for line in each.lines})
        used += min(shipments, TOTES_MAX) if each.mode == "batch" else shipments
        needed -= max(0, shipments - TOTES_MAX) if each.mode == "batch" else 0
    needed += sum(len(zone) for zone in stands(wave.lines))
    return Sums(used, needed)


def ends_of(wave: Wave, crew: Crew) -> Iterator[Sums]:
    """When the last of a zone's pickers is done, ms."""
    for zone in sorted({each.zone for each in wave.cuts}):
        works = [
            crew.work_ms(each.lines[-1].place.walk, len(each.lines), units(each.lines))
            for each in wave.cuts
            if each.zone == zone
        ]
        shipments: dict[int, list[PickLine]] = {}
        for line in wave.lines:
            if line.place.zone == zone:
                shipments.setdefault(line.shipment.id, []).append(line)
        loads = [
            crew.load(max(line.place.walk for line in lines), [line.quantity for line in lines])
            for lines in shipments.values()
            # A longer one may be shared out, so it does not hold the last one up.
            if len(lines) <= LINES_MAX
        ]
        steps = lower_bound(
            [[line.place.walk for line in each] for each in shipments.values()], CART
        )
        yield Sums(finish(works, crew.pickers), finish_bound(loads, steps, crew))


def units(lines: list[PickLine]) -> int:
    """Units of some lines."""
    return sum(line.quantity for line in lines)
