"""How often items are picked at a site, and the classes (A, B, C) that follow from it."""

import msgspec
import sqlalchemy as sa

from server.reports.reading import read_rows

A_SHARE, B_SHARE = 80, 95
"""Percent of all picks that the items of class A have, and those of A and B together (Pareto)."""


class Turnover(msgspec.Struct, frozen=True):
    """How often one item was picked, its class by that, and what it is worth as far as known."""

    owner: str
    sku: str
    picks: int
    rank: str
    value_minor: int | None


PICKED = """SELECT m.code AS owner, i.sku AS sku, coalesce(sum(t.picks), 0) AS picks,
    (SELECT c.value_minor FROM item_class AS c WHERE c.site = :site AND c.item = i.id
      ORDER BY c.since DESC LIMIT 1) AS value_minor
    FROM stock AS s
    JOIN item AS i ON i.site = 0 AND i.id = s.item
    JOIN merchant AS m ON m.site = 0 AND m.id = i.owner
    LEFT JOIN (
      SELECT v.stock AS stock, count(*) AS picks FROM movement AS v
      JOIN place AS f ON f.site = v.site AND f.id = v.source AND f.kind = 'bin'
      JOIN place AS p ON p.site = v.site AND p.id = v.target AND p.kind = 'tote'
      WHERE v.site = :site AND v.cause = 'fact' AND v.occurred_at >= :since
      GROUP BY v.stock
    ) AS t ON t.stock = s.id
    WHERE s.site = :site AND s.item <> 0
    GROUP BY m.code, i.sku, i.id ORDER BY picks DESC, m.code, i.sku"""


def turnover(connection: sa.Connection, site: int, since: int) -> list[Turnover]:
    """Every item that a site ever had, the most picked first."""
    rows = read_rows(connection, PICKED, {"site": site, "since": since})
    whole = sum(int(row["picks"]) for row in rows)
    before, told = 0, []
    for row in rows:
        picks = int(row["picks"])
        rank = rank_of(before, whole) if picks else "C"
        told.append(Turnover(row["owner"], row["sku"], picks, rank, row["value_minor"]))
        before += picks
    return told


def rank_of(before: int, whole: int) -> str:
    """The class of an item before which so many of all picks are others'.

    >>> [rank_of(before, 100) for before in (0, 79, 80, 94, 95)]
    ['A', 'A', 'B', 'B', 'C']
    """
    if before * 100 < A_SHARE * whole:
        return "A"
    return "B" if before * 100 < B_SHARE * whole else "C"
