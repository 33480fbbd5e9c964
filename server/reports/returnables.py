"""Returnable units: who was given how many of which type, gave back how many, and owes since when.

Counted from the movements between the house and those outside it: a partner's own place, the sides
of the book where nobody named a partner, and other sites, in transit or arrived. Movements have no
index by place, so that writing them stays cheap: the report goes once through those of the site.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec
import sqlalchemy as sa

from server.db.bulk import select_records
from server.ledger.records import (
    ARRIVED,
    CARRIER,
    CONSUMER,
    LAST_VIRTUAL,
    PARTNER,
    PARTNERS,
    SUPPLIER,
    TRANSIT,
    VIRTUAL_NAMES,
    Place,
)
from server.reports.reading import read_rows, time_of
from server.reports.trace_reading import as_json, listed

SIDES = frozenset({SUPPLIER, CONSUMER, CARRIER})


class PartnerRow(msgspec.Struct, frozen=True):
    """With whom a site exchanges units."""

    code: str
    partner_kind: str
    owner: str
    state: str


class UnitTypeRow(msgspec.Struct, frozen=True):
    """A type of units that come back."""

    code: str
    owner: str
    sku: str
    begins: str
    unit_kind: str
    state: str


class ReturnableRow(msgspec.Struct, frozen=True):
    """One type with one partner: `owed` below zero are units that we owe."""

    partner: str
    partner_kind: str
    """carrier, supplier, merchant, consumer, site; where no partner was named, side."""
    unit_type: str
    out: int
    """Given out, without what was undone."""
    back: int
    """Taken back, without what was undone."""
    owed: int
    open_since: str | None
    """When the oldest units were given that have not come back, if those that come are the oldest;
    likewise of units that we owe."""


class Account(NamedTuple):
    """Somebody outside the house."""

    partner: str
    kind: str


class Flow(msgspec.Struct):
    """Units that left the house for an account, or came from it if below zero."""

    account: Account
    unit_type: str
    at: int
    units: int


def partners(connection: sa.Connection, site: int) -> list[PartnerRow]:
    """The partners of a site by code."""
    sql = """SELECT p.code AS code, p."use" AS partner_kind, coalesce(m.code, '') AS owner,
      p.state AS state
    FROM place AS p LEFT JOIN merchant AS m ON m.site = 0 AND m.id = p.owner
    WHERE p.site = :site AND p.kind = :kind ORDER BY p.code"""
    found = read_rows(connection, sql, {"site": site, "kind": PARTNER})
    return [PartnerRow(**row) for row in found]


def unit_types(connection: sa.Connection) -> list[UnitTypeRow]:
    """The types of the network by code."""
    sql = """SELECT t.code AS code, coalesce(m.code, '') AS owner, coalesce(i.sku, '') AS sku,
      t.begins AS begins, t.unit_kind AS unit_kind, t.state AS state
    FROM unit_type AS t LEFT JOIN item AS i ON i.site = 0 AND i.id = t.item
    LEFT JOIN merchant AS m ON m.site = 0 AND m.id = t.owner
    WHERE t.site = 0 ORDER BY t.code"""
    return [UnitTypeRow(**row) for row in read_rows(connection, sql, {})]


def returnables(
    connection: sa.Connection, site: int, unit_type: str | None = None
) -> list[ReturnableRow]:
    """Every type with everyone who has, or had, units of it, by partner and type."""
    types = types_of_stock(connection, site)
    if unit_type is not None:
        types = {stock: code for stock, code in types.items() if code == unit_type}
    flows: dict[tuple[Account, str], list[Flow]] = {}
    for flow in flows_of(connection, site, types):
        flows.setdefault((flow.account, flow.unit_type), []).append(flow)
    return [row_of(*key, flows[key]) for key in sorted(flows)]


def types_of_stock(connection: sa.Connection, site: int) -> dict[int, str]:
    """The type of each stock key of the site that has one: by the longest beginning, else kind."""
    sql = """SELECT s.id AS stock, t.code AS code FROM unit_type AS t
      JOIN stock AS s ON s.site = :site AND s.owner = t.owner AND s.item = t.item
    WHERE t.site = 0 AND t.state = 'open' ORDER BY t.code DESC"""
    found = {row["stock"]: row["code"] for row in read_rows(connection, sql, {"site": site})}
    sql = """SELECT u.stock AS stock, t.code AS code FROM unit_type AS t JOIN unit AS u
      ON u.site = :site AND ((t.begins <> '' AND substr(u.code, 1, length(t.begins)) = t.begins)
        OR (t.begins = '' AND t.unit_kind = u.kind))
    WHERE t.site = 0 AND t.state = 'open' ORDER BY length(t.begins), t.code DESC"""
    return found | {row["stock"]: row["code"] for row in read_rows(connection, sql, {"site": site})}


def flows_of(connection: sa.Connection, site: int, types: Mapping[int, str]) -> Iterable[Flow]:
    """What went between the house and those outside, by the floor's time; undone units are none."""
    if not types:
        return []
    accounts = accounts_of(connection, site)
    sql = f"""SELECT v.number AS number, v.source AS source, v.target AS target, v.stock AS stock,
      v.quantity AS quantity, v.occurred_at AS at, v.mends AS mends
    FROM movement AS v WHERE v.site = :site
      AND (v.source < {LAST_VIRTUAL} OR v.target < {LAST_VIRTUAL})
      AND v.stock IN {listed(connection, "stocks", 1)}
    ORDER BY v.occurred_at, v.number"""  # noqa: S608 - our own parts.
    values = {"site": site, "stocks": as_json((stock,) for stock in types)}
    told: dict[tuple[int, Account], Flow] = {}
    for row in sorted(read_rows(connection, sql, values), key=lambda row: row["mends"] or 0):
        left, came = account_of(accounts, row["source"]), account_of(accounts, row["target"])
        if ARRIVED in {row["source"], row["target"]}:
            # What arrived at another site had gone to it before.
            continue
        for account, units in ((left, -row["quantity"]), (came, row["quantity"])):
            if account is None:
                continue
            known = told.get((row["mends"] or 0, account))
            if known is not None:
                known.units += units
            else:
                flow = Flow(account, types[row["stock"]], row["at"], units)
                told[row["number"], account] = flow
    return sorted((flow for flow in told.values() if flow.units), key=lambda flow: flow.at)


def accounts_of(connection: sa.Connection, site: int) -> dict[int, Account]:
    """The partners of a site by their places, and the sides of the book."""
    found = select_records(connection, Place, ("site", "kind"), [(site, PARTNER)])
    return {side: Account(VIRTUAL_NAMES[side], "side") for side in SIDES} | {
        place.id: Account(place.code, place.use) for place in found
    }


def account_of(accounts: Mapping[int, Account], place: int) -> Account | None:
    """Whose a place is, if it is outside the house."""
    if TRANSIT <= place < PARTNERS:
        return Account(f"site {place - TRANSIT}", "site")
    return accounts.get(place)


def row_of(account: Account, unit_type: str, flows: Iterable[Flow]) -> ReturnableRow:
    """Add up what went to and fro: what comes back is the oldest that was given."""
    out = back = 0
    left: deque[tuple[int, int]] = deque()
    for flow in flows:
        out, back = out + max(0, flow.units), back - min(0, flow.units)
        units = flow.units
        while left and units and (left[0][1] > 0) != (units > 0):
            at, first = left.popleft()
            rest = first + units
            if rest and (rest > 0) == (first > 0):
                left.appendleft((at, rest))
                units = 0
            else:
                units = rest
        if units:
            left.append((flow.at, units))
    return ReturnableRow(
        partner=account.partner,
        partner_kind=account.kind,
        unit_type=unit_type,
        out=out,
        back=back,
        owed=out - back,
        open_since=time_of(left[0][0]) if left else None,
    )
