"""The auditor of causes: what a supervisor gave as the cause, against what really happened.

Nothing that is really lost may be explained away, nothing may stay open, and nine causes in ten
must be the ones. Only here the demo's truth and the desk's words meet.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from server.demo.shift import Shift
from server.demo.truth import Spot
from server.demo.world import Key, Mishap

AGREED_PERCENT = 90
"""So many of a hundred causes given must be what really happened."""
FORGIVEN = 1
"""On a day of few differences one may be wrong."""
BY_MISHAP = {
    "lost": "lost",
    "strayed": "wrong_place",
    "miskeyed": "mis_scan",
    "broken": "damage",
    "miscounted": "miscount",
}
HONEST = frozenset({"lost", "unknown"})
"""Causes that do not say that lost goods are somewhere."""


class Given(NamedTuple):
    """How often a cause was given, and how often it was so."""

    cause: str
    times: int
    agreed: int


@dataclass
class Causes:
    """What came of all differences."""

    given: list[Given] = field(default_factory=list)
    by_itself: Counter[str] = field(default_factory=Counter)
    """Closed by the book itself, by the cause that it tells."""
    still_open: int = 0
    findings: list[str] = field(default_factory=list)


def judge(shift: Shift) -> Causes:
    """Hold every closing against the truth."""
    told = Causes()
    times: Counter[str] = Counter()
    agreed: Counter[str] = Counter()
    honest: Counter[tuple[Spot, Key]] = Counter()
    happened = by_spot(shift.floor.truth.mishaps)
    for site in shift.world.stocked():
        for row in shift.desk.discrepancies(site, status=None):
            spot, key = where(site, row)
            if row["state"] == "open":
                told.still_open += 1
                told.findings.append(f"site {site} {row['place']}: {row['kind']} is open")
            elif row["closed_kind"] != "resolve_discrepancy":
                told.by_itself[row["cause"]] += 1
            else:
                cause = row["cause"]
                times[cause] += 1
                agreed[cause] += cause in really(happened, spot, key)
                if cause in HONEST:
                    honest[spot, key] -= row["left"] or 0
    told.given = [Given(cause, count, agreed[cause]) for cause, count in times.most_common()]
    wrong = times.total() - agreed.total()
    if wrong > FORGIVEN and wrong * 100 > (100 - AGREED_PERCENT) * times.total():
        told.findings.append(f"{wrong} of {times.total()} causes are not what happened")
    told.findings += explained_away(shift.floor.truth.mishaps, honest)
    return told


def where(site: int, row: dict[str, Any]) -> tuple[Spot, Key]:
    """Return place and goods of a discrepancy."""
    key = Key(row["owner"], row["sku"], row["lot"], row["serial"])
    return Spot(site, row["place"]), key


def by_spot(mishaps: list[Mishap]) -> dict[tuple[Spot, Key | None], set[str]]:
    """Return the causes of what went wrong, by place and goods; goods None are all there."""
    happened: dict[tuple[Spot, Key | None], set[str]] = defaultdict(set)
    for each in mishaps:
        for place in {each.place, each.other} - {""}:
            happened[Spot(each.site, place), each.key].add(BY_MISHAP[each.kind])
    return happened


def really(happened: dict[tuple[Spot, Key | None], set[str]], spot: Spot, key: Key) -> set[str]:
    """Return the causes that are so; where nothing went wrong, something was only sent late."""
    causes = happened.get((spot, key), set()) | happened.get((spot, None), set())
    return causes or {"late_fact"}


def explained_away(mishaps: list[Mishap], honest: Counter[tuple[Spot, Key]]) -> list[str]:
    """Return the losses for which the desk says that all is somewhere."""
    lost: Counter[tuple[Spot, Key]] = Counter()
    for each in mishaps:
        if each.kind == "lost" and each.key is not None:
            lost[Spot(each.site, each.place), each.key] += each.units
    return [
        f"site {spot.site} {spot.code}: {units} of {key.sku} are lost, {honest[spot, key]} are said"
        for (spot, key), units in sorted(lost.items())
        if honest[spot, key] < units
    ]
