"""What stands on the manifest of a round: the parcels that its vans carry, without any address."""

import sqlalchemy as sa

from server.labels.documents import ManifestLine, ManifestList
from server.reports.reading import read_rows


def manifest_list(connection: sa.Connection, site: int, round_: int) -> ManifestList | None:
    """The manifest of a round by the loads that have come in; None where there is no such round.

    A manifest whose count differs from them is marked: it is provisional.
    """
    values = {"site": site, "round": round_}
    sql = """SELECT g.name AS round, g.date AS date, p.code AS van, g.state AS state
    FROM round AS g JOIN place AS p ON p.site = g.site AND p.id = g.van
    WHERE g.site = :site AND g.id = :round"""
    rounds = read_rows(connection, sql, values)
    if not rounds:
        return None
    sql = """SELECT count(*) FROM manifest AS f WHERE f.site = :site AND f.round = :round
      AND f.counted IS NOT NULL AND f.counted <> f.loaded"""
    provisional = connection.execute(sa.text(sql), values).scalar_one()
    sql = """SELECT r.code AS sscc, coalesce(h.number, '') AS number,
      coalesce(h.destination, '') AS destination
    FROM manifest AS f JOIN parcel AS r ON r.site = f.site AND r.manifest = f.id
    LEFT JOIN shipment AS h ON h.site = r.site AND h.id = r.shipment
    LEFT JOIN stop AS s ON s.site = r.site AND s.id = r.stop
    WHERE f.site = :site AND f.round = :round
    ORDER BY coalesce(s.sequence, 1000000), r.code"""
    lines = tuple(ManifestLine(**row) for row in read_rows(connection, sql, values))
    state = rounds[0]["state"] + (", provisional" if provisional else "")
    return ManifestList(**(dict(rounds[0]) | {"state": state}), lines=lines)
