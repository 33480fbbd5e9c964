"""Set-based statements: one per table, however many rows, on both databases."""

import random

import pytest
from sqlalchemy.exc import IntegrityError

from server.db.bulk import (
    delete_records,
    ensure_records,
    insert_records,
    select_records,
    statements,
    upsert_records,
)
from server.db.engine import Database
from server.identity.records import ApiKey
from server.lane.records import StoredOperation
from server.ledger.records import Balance, CountLine, Hold, Place
from server.record import Record
from tests.sync.statements import counted

PLACES = [Place(1, 10 + number, f"A-{number:02d}", "bin", walk=number) for number in range(5)]
ODD = Place(1, 99, "ü' \\ \" {,} [\u2028] 数", "bin", state="")


class Ended(Record, frozen=True):
    """A row that is all key."""

    TABLE = "ended"
    KEY = ("site", "id")

    site: int
    id: int


def places(database: Database, *keys: tuple[int, int]) -> list[Place]:
    """Places by key."""
    with database.reading() as connection:
        found = select_records(connection, Place, Place.KEY, keys)
    return sorted(found, key=lambda place: place.id)


def test_rows_come_back_as_they_were_put(database: Database) -> None:
    operation = StoredOperation(
        1, 1, 1, 1, 1, bytes(range(32)), b"\x00\xff{", b"{}", 2**62, 0, "anchored", 1, 0
    )
    hold = Hold(1, 5, "recall", 1, "1/1/1", lot="L", place=None)
    with database.writing() as connection:
        insert_records(connection, Place, [*PLACES, ODD])
        insert_records(connection, StoredOperation, [operation])
        insert_records(connection, Hold, [hold])

    with database.reading() as connection:
        kept = select_records(connection, StoredOperation, StoredOperation.KEY, [(1, 1, 1, 1)])
        held = select_records(connection, Hold, Hold.KEY, [(1, 5)])
    assert places(database, *((1, each.id) for each in [*PLACES, ODD])) == [*PLACES, ODD]
    assert kept == [operation]
    assert held == [hold]


def test_rows_are_found_by_any_text(database: Database) -> None:
    with database.writing() as connection:
        insert_records(connection, Place, [ODD, *PLACES])
        found = select_records(connection, Place, ("site", "code"), [(1, ODD.code), (1, "none")])

    assert found == [ODD]


def test_nothing_wanted_asks_nothing(database: Database) -> None:
    with database.writing() as connection, counted(database) as asked:
        assert select_records(connection, Place, Place.KEY, []) == []
        insert_records(connection, Place, [])
        upsert_records(connection, Place, [])
        ensure_records(connection, Place, [])
        delete_records(connection, Place, [])

    assert asked == []


def test_bound_reads_rows_from_there_on(database: Database) -> None:
    lines = [
        CountLine(1, place, 0, at, 1, 1, 1, at, 0, 0, 0, 0)
        for place in (11, 12)
        for at in (10, 20, 30)
    ]
    with database.writing() as connection:
        insert_records(connection, CountLine, lines)
        wanted = [(1, 11, 20), (1, 12, 30)]
        found = select_records(connection, CountLine, ("site", "place"), wanted, "latest")

    assert sorted((line.place, line.latest) for line in found) == [(11, 20), (11, 30), (12, 30)]


def test_new_rows_under_a_known_key_are_refused(database: Database) -> None:
    with database.writing() as connection:
        insert_records(connection, Place, PLACES)

    with pytest.raises(IntegrityError), database.writing() as connection:
        insert_records(connection, Place, PLACES[:1])


def test_replaced_rows_take_every_new_value(database: Database) -> None:
    changed = Place(1, 10, "Z-99", "dock", zone=4, walk=8, state="retired", owner=3)
    with database.writing() as connection:
        insert_records(connection, Place, PLACES)
        upsert_records(connection, Place, [changed, ODD])

    assert places(database, (1, 10), (1, 11), (1, 99)) == [changed, PLACES[1], ODD]


def test_ensured_rows_are_added_and_others_left_alone(database: Database) -> None:
    with database.writing() as connection:
        insert_records(connection, Place, PLACES[:1])
        ensure_records(connection, Place, [Place(1, 10, "other", "dock"), ODD])

    assert places(database, (1, 10), (1, 99)) == [PLACES[0], ODD]


def test_deleted_rows_are_gone_and_others_stay(database: Database) -> None:
    with database.writing() as connection:
        insert_records(connection, Place, PLACES)
        delete_records(connection, Place, [(1, 10), (1, 12), (1, 77)])

    assert [place.id for place in places(database, *((1, n) for n in range(10, 20)))] == [
        11,
        13,
        14,
    ]


def test_one_statement_serves_any_number_of_rows(database: Database) -> None:
    many = [Place(1, 1_000 + number, f"B-{number}", "bin") for number in range(1_000)]
    with database.writing() as connection, counted(database) as asked:
        insert_records(connection, Place, many)
        upsert_records(connection, Place, many)
        select_records(connection, Place, Place.KEY, [(1, each.id) for each in many])
        delete_records(connection, Place, [(1, each.id) for each in many])

    assert len(asked) == 4


def test_record_without_anything_but_its_key_is_put_once() -> None:
    for dialect in ("sqlite", "postgresql"):
        assert statements(Ended, dialect).upsert.endswith("ON CONFLICT (site, id) DO NOTHING")


def test_words_that_are_sqls_too_are_quoted() -> None:
    assert '"hash"' in statements(ApiKey, "sqlite").insert


def test_reading_by_a_listing_uses_its_index(database: Database) -> None:
    source = random.Random(1)
    rows = [
        Balance(1, 1_000_000 + number, source.randint(1, 50), 1, listed=number % 50)
        for number in range(500)
    ]
    with database.writing() as connection:
        insert_records(connection, Balance, rows)
        if database.dialect == "sqlite":
            sql = statements(Balance, "sqlite").select(("site", "listed"))
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", ("[[1,7]]",))
            assert "ix_balance_site_listed" in str(plan.fetchall())
        found = select_records(connection, Balance, ("site", "listed"), [(1, 7)])

    assert {each.place for each in found} == {each.place for each in rows if each.listed == 7}
