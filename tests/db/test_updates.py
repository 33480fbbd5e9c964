"""Replacing rows that are there: only what changed is set, and every index follows."""

from msgspec.structs import replace

from server.db.bulk import insert_records, select_records, update_records
from server.db.engine import Database
from server.ledger.records import Place
from tests.sync.statements import counted

PLACES = [Place(1, 10 + number, f"A-{number:02d}", "bin", walk=number) for number in range(5)]
FOREIGN = replace(PLACES[0], site=2)


def stored(database: Database, names: tuple[str, ...], *keys: tuple[int | str, ...]) -> list[Place]:
    """Places by some of their fields."""
    with database.reading() as connection:
        found = select_records(connection, Place, names, keys)
    return sorted(found, key=lambda place: (place.site, place.id))


def test_changed_rows_take_their_new_values_and_others_stay(database: Database) -> None:
    moved = replace(PLACES[0], walk=9, zone=2)
    closed = replace(PLACES[1], state="retired")
    with database.writing() as connection:
        insert_records(connection, Place, [*PLACES, FOREIGN])
        update_records(connection, Place, [(PLACES[0], moved), (PLACES[1], closed)])

    keys = [(1, place.id) for place in PLACES]
    assert stored(database, Place.KEY, *keys) == [moved, closed, *PLACES[2:]]
    assert stored(database, Place.KEY, (2, 10)) == [FOREIGN]


def test_row_with_a_new_code_is_found_by_it_alone(database: Database) -> None:
    with database.writing() as connection:
        insert_records(connection, Place, PLACES)
        update_records(connection, Place, [(PLACES[0], replace(PLACES[0], code="Z-01"))])

    found = stored(database, ("site", "code"), (1, "A-00"), (1, "Z-01"))
    assert [place.code for place in found] == ["Z-01"]


def test_rows_of_several_sites_are_read_by_one_statement(database: Database) -> None:
    with database.writing() as connection:
        insert_records(connection, Place, [*PLACES, FOREIGN])

    with counted(database) as asked:
        found = stored(database, Place.KEY, (1, 10), (2, 10), (2, 11))
    assert found == [PLACES[0], FOREIGN]
    assert len({each for each in asked if each.startswith("SELECT")}) == 1


def test_rows_that_stay_as_they_are_cost_sqlite_nothing(database: Database) -> None:
    with database.writing() as connection:
        insert_records(connection, Place, PLACES)

    with database.writing() as connection, counted(database) as asked:
        update_records(connection, Place, [(place, place) for place in PLACES])
    assert len(asked) == (0 if database.dialect == "sqlite" else 1)
