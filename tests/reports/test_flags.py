"""Tests of what facts were flagged with, on both databases."""

from device_protocol.operations import Move, Receive, Undo
from server.db.engine import Database
from server.reports.flags import flags
from tests.floor import SITE
from tests.reports.books import floor_on


def test_flagged_facts_are_read_in_pages_the_latest_first(database: Database) -> None:
    floor = floor_on(database)
    device = floor.handheld()
    device.do(
        Receive(quantity=3, owner="ACME", item="A1", to="A-01", ended=1),
        Move(quantity=5, owner="ACME", item="A1", source="A-01", to="A-02", ended=2),
        Receive(quantity=1, code="X-77", to="A-01", actor="9", ended=3),
    )
    device.do(Undo(seq=4, ended=4))

    with database.reading() as connection:
        odd, negative = flags(connection, SITE).rows
        first = flags(connection, SITE, limit=1)
        second = flags(connection, SITE, limit=1, after=first.next)
        named = flags(connection, SITE, code="negative").rows
        beginning = flags(connection, SITE, code="neg").rows

    assert (odd.operation, odd.kind, odd.code) == ("1000001/1/4", "receive", "unknown_code")
    assert (odd.device, odd.person, odd.undone) == ("handheld 1", "9", True)
    assert (negative.code, negative.expected, negative.actual) == ("negative", "at least 0", "-2")
    assert (negative.person, negative.undone) == ("", False)
    assert (first.rows, second.rows, second.next) == ([odd], [negative], None)
    assert (named, beginning) == ([negative], [])
