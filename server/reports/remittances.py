"""Money for merchants: what was collected at doors, what was paid out, and by which vouchers."""

import msgspec
import sqlalchemy as sa

from server.clock import to_rfc3339
from server.ledger.records import SAFE, VIRTUAL_NAMES
from server.reports.reading import (
    LIMIT,
    Conditions,
    Page,
    as_page,
    read_cursor,
    read_rows,
    time_of,
    within_limit,
)


class AccountRow(msgspec.Struct, frozen=True):
    """What is owed to a merchant at a site, in the smallest unit of a currency."""

    site: int
    owner: str
    currency: str
    collected: int
    remitted: int
    owed: int
    """Collected and not paid out; below zero, more was paid out than was collected."""


class RemittanceRow(msgspec.Struct, frozen=True):
    """Money that was paid out."""

    site: int
    owner: str
    voucher: str
    currency: str
    amount: int
    place: str
    """The cash desk, or the safe."""
    told_at: str
    cancelled_at: str | None
    """When it was said that it was not paid after all."""


def accounts(
    connection: sa.Connection, *, site: int | None = None, owner: int | None = None
) -> list[AccountRow]:
    """Accounts of a site or of a merchant; one per site, merchant and currency."""
    conditions = Conditions()
    conditions.ask("a.site = :site", site=site)
    conditions.ask("a.owner = :owner", owner=owner)
    sql = f"""SELECT a.site AS site, coalesce(m.code, '') AS owner, a.currency AS currency,
      a.collected AS collected, a.remitted AS remitted, a.collected - a.remitted AS owed
    FROM merchant_account AS a LEFT JOIN merchant AS m ON m.site = 0 AND m.id = a.owner
    {conditions.where} ORDER BY a.site, a.owner, a.currency"""  # noqa: S608 - our own parts.
    return [AccountRow(**row) for row in read_rows(connection, sql, conditions.values)]


def remittances(
    connection: sa.Connection,
    *,
    site: int | None = None,
    owner: int | None = None,
    after: str | None = None,
    limit: int = LIMIT,
) -> Page[RemittanceRow]:
    """What was paid out at a site or to a merchant, the latest first."""
    limit = within_limit(limit)
    conditions = Conditions()
    conditions.ask("r.site = :site", site=site)
    conditions.ask("r.owner = :owner", owner=owner)
    at, whose, voucher = read_cursor(after, (int, int, str)) or (None, None, None)
    beyond = "(r.told_at, r.owner, r.voucher) < (:at, :whose, :voucher)"
    conditions.ask(beyond, at=at, whose=whose, voucher=voucher)
    sql = f"""SELECT r.site AS site, coalesce(m.code, '') AS owner, r.voucher AS voucher,
      r.currency AS currency, r.amount AS amount, coalesce(p.code, :safe) AS place,
      r.owner AS number, r.told_at AS told_at, r.cancelled_at AS cancelled_at
    FROM remittance AS r LEFT JOIN merchant AS m ON m.site = 0 AND m.id = r.owner
    LEFT JOIN place AS p ON p.site = r.site AND p.id = r.place
    {conditions.where}
    ORDER BY r.told_at DESC, r.owner DESC, r.voucher DESC LIMIT :limit"""  # noqa: S608 - as above.
    more = {"limit": limit + 1, "safe": VIRTUAL_NAMES[SAFE]}
    found = read_rows(connection, sql, conditions.values | more)
    keys = [(row["told_at"], row["number"], row["voucher"]) for row in found]
    return as_page([row_of(row) for row in found], keys, limit)


def row_of(row: sa.RowMapping) -> RemittanceRow:
    """A payment as it is told."""
    return RemittanceRow(
        site=row["site"],
        owner=row["owner"],
        voucher=row["voucher"],
        currency=row["currency"],
        amount=row["amount"],
        place=row["place"],
        told_at=to_rfc3339(row["told_at"]),
        cancelled_at=time_of(row["cancelled_at"]),
    )
