"""The supervisor's evening: where book and floor differ is looked into, explained and closed.

1. What is open is read as a desk shows it. Where nobody has counted, and where a count differs and
   nobody has counted after it, a count is asked for, by another person if there is one; also where
   the numbers alone suggest a cause, for a miscount may look just like goods in the wrong place.
2. The units are sought: where else the book has such goods, in the bins beside, and where they were
   brought from a dock or bench. Docks are counted too, if the book still has goods there in the
   evening.
3. When no look is left to take, each question is closed by its cause and the operation that shows
   it. What does not show is said to be unknown; what nobody has looked at twice stays open.

Whoever does this knows only what desks tell. What really happened is the auditor's alone.
"""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from server.demo import phases
from server.demo.desk import Desk
from server.demo.mishaps import neighbours
from server.demo.shift import Shift
from server.demo.world import World

ROUNDS_MAX = 5
VARIANCE = "count_variance"
BIN = "LOC-"
"""How the codes of bins begin."""
SHOWN = {
    "late_fact": "it had happened before, and was sent later",
    "miscount": "one of two counts was wrong",
    "undo": "whoever counted took it back",
    "mis_scan": "a movement was told with another quantity",
    "wrong_place": "they were found elsewhere",
    "damage": "they were thrown away, and taken out elsewhere",
}
"""What the record itself shows, and what is written beside it."""


class Verdict(NamedTuple):
    """How a question is closed."""

    cause: str
    explained_by: str
    note: str


@dataclass
class Evening:
    """What was asked for by now at one site."""

    site: int
    counted: set[str] = field(default_factory=set)
    """Places of which a first count was asked for."""
    again: set[int] = field(default_factory=set)
    """Discrepancies that somebody else was asked to count again."""
    sought: set[int] = field(default_factory=set)
    """Discrepancies whose units were sought elsewhere."""


def work(shift: Shift) -> None:
    """Look into everything that is open, and close what is explained."""
    evenings = [Evening(site) for site in shift.world.stocked()]
    for _ in range(ROUNDS_MAX):
        if not sum(look_into(shift, evening) for evening in evenings):
            break
        shift.meet("a supervisor asks for counts")
        phases.count(shift)
    shift.board.phase("differences are explained", len(evenings))
    for evening in evenings:
        close(shift.desk, evening.site)
        shift.board.done()


def look_into(shift: Shift, evening: Evening) -> int:
    """Ask for the counts that the open questions of a site want now; answer how many."""
    site, desk = evening.site, shift.desk
    counts: set[str] = set() if evening.counted else left_at_docks(shift, site)
    again: set[str] = set()
    for row in desk.discrepancies(site):
        if row["kind"] != VARIANCE:
            counts.add(row["place"])
        elif not is_shown(row):
            if not row["recounted_by"] and row["discrepancy"] not in evening.again:
                evening.again.add(row["discrepancy"])
                again.add(row["place"])
            if not row["cause"] and row["discrepancy"] not in evening.sought:
                evening.sought.add(row["discrepancy"])
                counts |= elsewhere(desk, shift.world, site, row)
    counts -= evening.counted | again
    evening.counted |= counts
    another = len(shift.hands(site)) > 1
    return sum(
        (
            desk.ask_counts(site, sorted(counts), another=False),
            desk.ask_counts(site, sorted(again), another=another),
        )
    )


def is_shown(row: dict[str, Any]) -> bool:
    """Whether the record shows the cause; what the numbers only suggest, once counted again."""
    suggested = row["cause"] in SHOWN and row["explained_by"]
    return bool(suggested and (row["certain"] or row["recounted_by"]))


def left_at_docks(shift: Shift, site: int) -> set[str]:
    """The docks where the book still has goods, or lacks them."""
    docks = shift.world.site(site).docks
    return {dock for dock in docks if any(row["on_hand"] for row in shift.desk.at(site, dock))}


def elsewhere(desk: Desk, world: World, site: int, row: dict[str, Any]) -> set[str]:
    """Bins where units that are missing, or too many, may be, or come from.

    Beside a bin others are looked into; from docks and benches the way of the goods is followed.
    """
    place, goods = row["place"], (row["owner"], row["sku"])
    found = set(neighbours(world, site, place))
    if row["sku"]:
        found |= {each["place"] for each in desk.held(site, *goods)}
        if not place.startswith(BIN):
            found |= desk.partners(site, place, *goods)
    return {each for each in found if each.startswith(BIN)} - {place}


def close(desk: Desk, site: int) -> None:
    """Close what is explained by now."""
    for row in desk.discrepancies(site):
        verdict = verdict_of(row)
        if verdict is not None:
            desk.resolve(site, row["discrepancy"], *verdict)


def verdict_of(row: dict[str, Any]) -> Verdict | None:
    """Say why book and floor differed, as far as the record shows it; None leaves it open."""
    cause, by = row["cause"], row["explained_by"]
    if is_shown(row):
        return Verdict("miscount" if cause == "undo" else cause, by, SHOWN[cause])
    left, recounted = row["left"], row["recounted"]
    if row["kind"] != VARIANCE or left is None or recounted is None:
        return None
    if left > 0 > recounted:
        return Verdict("miscount", row["recounted_by"], SHOWN["miscount"])
    if left < 0 and recounted < -left:
        note = f"{-left} are not there, a second count says so too, and they are nowhere else"
        return Verdict("lost", row["recounted_by"], note)
    return Verdict("unknown", row["recounted_by"], f"{left} differ, and nothing shows why")
