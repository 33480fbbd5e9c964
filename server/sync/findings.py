"""What verify answers: differences, each with the row that shows it."""

from collections.abc import Iterator
from typing import NamedTuple

LISTED_MAX = 100
"""Rows that are missing side by side and still named one by one: a commit may claim any number."""


class Finding(NamedTuple):
    """One difference: what kind, at which site, in which row, and what was expected and found."""

    kind: str
    site: int
    row: str
    detail: str


def missing(site: int, numbers: list[int], first: int, count: int) -> Iterator[Finding]:
    """What a commit names of `count` rows from `first` on and what is not among these, in order."""
    expected = first
    for number in (*numbers, first + count):
        names = [f"number {each}" for each in range(expected, min(number, expected + LISTED_MAX))]
        if number - expected > LISTED_MAX:
            names = [f"numbers {expected} to {number - 1}"]
        for name in names:
            yield Finding("row_missing", site, name, "a commit names it")
        expected = number + 1
