"""What consumers said of their orders, as merchants and ops read it."""

import msgspec
import sqlalchemy as sa

from server.reports.reading import in_words, read_rows, time_of


class WordRow(msgspec.Struct, frozen=True):
    """Something that was said by the page of an order."""

    about: str
    """wish, receipt, complaint or return."""
    said_at: str | None
    date: str
    """Wished day."""
    handed_to: str
    """Wished place: neighbour, place, depot."""
    rating: int | None
    """1 to 5."""
    cause: str
    note: str
    """In their own words; `(erased)` once that is so."""
    return_units: str
    """Units that are to go back, positionxquantity."""
    return_number: str
    pictures: list[str]
    """Hashes of attachments."""


def words_of_order(connection: sa.Connection, order: int) -> list[WordRow]:
    """What was said of an order, as it came."""
    sql = """SELECT w.about AS about, w.at AS at, w.date AS date, w.handed_to AS handed_to,
      w.rating AS rating, w.cause AS cause, w.words AS note, w.units AS return_units,
      w.number AS return_number, w.pictures AS pictures
    FROM consumer_word AS w WHERE w.site = 0 AND w.order_id = :order ORDER BY w.at, w.name"""
    rows = [
        WordRow(
            **{name: row[name] for name in row if name not in {"at", "pictures"}},
            said_at=time_of(row["at"]),
            pictures=row["pictures"].split(),
        )
        for row in read_rows(connection, sql, {"order": order})
    ]
    return in_words(connection, rows, "note")
