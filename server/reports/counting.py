"""What a site asks to be counted every day."""

import msgspec
import sqlalchemy as sa

from server.reports.reading import read_rows, told


class CountRuleRow(msgspec.Struct, frozen=True):
    """One daily plan."""

    name: str
    zone: str
    owner: str
    sku: str
    rank: str
    days: int
    places_max: int
    sight: str
    """blind, or empty."""
    next_at: str
    state: str
    """active, or resting."""


RULES = """SELECT r.name AS name, r.zone AS zone, r.owner AS owner, r.item AS sku, r.rank AS rank,
    r.days AS days, r.places_max AS places_max, r.sight AS sight, r.next_at AS next_at,
    CASE WHEN r.open IS NULL THEN 'resting' ELSE 'active' END AS state
    FROM count_rule AS r WHERE r.site = :site ORDER BY r.name"""


def rules(connection: sa.Connection, site: int) -> list[CountRuleRow]:
    """The daily plans of a site, by name."""
    rows = read_rows(connection, RULES, {"site": site})
    return [told(CountRuleRow, row, "next_at") for row in rows]
