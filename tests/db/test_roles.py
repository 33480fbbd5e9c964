"""Roles with least rights: a server works as one that can't touch what is append-only."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from psycopg import sql

import migrations
from server.config import ConfigError
from server.db.engine import Database, open_database
from server.db.roles import Roles, grant_again, make_roles
from server.db.tables import KINDS
from server.ledger.records import Movement
from tests.databases import postgres_database
from tests.sync.yard import rows_of, yard_on

PROTECTION = """CREATE FUNCTION totebook_append_only() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$;
  CREATE TABLE alembic_version (version_num text PRIMARY KEY);
  INSERT INTO alembic_version VALUES ('0004')"""
PROTECTED = """CREATE TRIGGER {0}_append_only BEFORE UPDATE OR DELETE ON {0}
  FOR EACH ROW EXECUTE FUNCTION totebook_append_only()"""


@pytest.fixture(scope="module")
def roles(worker_id: str) -> Roles:
    return Roles(f"totebook_app_{worker_id}", f"totebook_read_{worker_id}")


@pytest.fixture(scope="module")
def owned(postgres_url: str, metadata: sa.MetaData, worker_id: str) -> Iterator[str]:
    """Give a database with all tables, protected as migrations do."""
    with postgres_database(postgres_url, f"roles_{worker_id}") as url:
        database = open_database(url)
        with database.writing() as connection:
            metadata.create_all(connection)
            connection.execute(sa.text(PROTECTION))
            for kind in KINDS:
                if kind.APPEND_ONLY:
                    connection.exec_driver_sql(PROTECTED.format(kind.TABLE))
        database.close()
        yield url


@pytest.fixture(scope="module")
def members(owned: str, roles: Roles) -> Iterator[dict[str, str]]:
    """Give the addresses of the database for a member of each role."""
    database = open_database(owned)
    make_roles(database, roles)
    # Again, as after every migration.
    grant_again(database, roles)
    url = sa.make_url(owned)
    logins = {role: f"{role}_login" for role in roles.both}
    with database.writing() as connection:
        for role, login in logins.items():
            connection.exec_driver_sql(f"CREATE ROLE {login} LOGIN IN ROLE {role}")
    yield {
        role: url.set(username=login).render_as_string(hide_password=False)
        for role, login in logins.items()
    }
    with database.writing() as connection:
        for role in (*logins.values(), *roles.both):
            connection.exec_driver_sql(f"DROP OWNED BY {role}")
            connection.exec_driver_sql(f"DROP ROLE {role}")
    database.close()


@pytest.fixture
def app(members: dict[str, str], roles: Roles) -> Iterator[Database]:
    opened = open_database(members[roles.app])
    yield opened
    opened.close()


@pytest.fixture
def reader(members: dict[str, str], roles: Roles) -> Iterator[Database]:
    opened = open_database(members[roles.read])
    yield opened
    opened.close()


def refused(database: Database, statement: str) -> str | None:
    """The state with which PostgreSQL refuses a statement, if it does."""
    try:
        with database.writing() as connection:
            connection.exec_driver_sql(statement)
            connection.rollback()
    except sa.exc.DBAPIError as error:
        return str(getattr(error.orig, "sqlstate", None))
    return None


def changes(table: str) -> tuple[str, str]:
    """What is never done to append-only rows."""
    return (f"UPDATE {table} SET site = site", f"DELETE FROM {table}")  # noqa: S608


def test_a_whole_day_is_worked_by_the_role_of_servers(app: Database) -> None:
    with yard_on(app) as yard:
        yard.work()

        assert yard.findings() == []


def test_append_only_rows_are_guarded_by_grant_and_by_trigger(app: Database, owned: str) -> None:
    if not rows_of(app, Movement):
        with yard_on(app) as yard:
            yard.work()
    owner = open_database(owned)
    append_only = [kind for kind in KINDS if kind.APPEND_ONLY]
    assert {"movement", "book_commit", "operation"} <= {kind.TABLE for kind in append_only}
    for kind in append_only:
        for verb in changes(kind.TABLE):
            assert refused(app, verb) == migrations.FORBIDDEN, verb
    for table in ("movement", "book_commit", "operation"):
        for verb in changes(table):
            # The owner may, and the trigger says no.
            assert refused(owner, verb) == "P0001", verb
    owner.close()


@pytest.mark.parametrize(
    "statement",
    [
        "TRUNCATE movement",
        "DROP TABLE movement",
        "ALTER TABLE movement DISABLE TRIGGER ALL",
        "CREATE TABLE more (site bigint)",
        "SET session_replication_role = replica",
        "UPDATE alembic_version SET version_num = '0001'",
    ],
)
def test_the_role_of_servers_changes_no_schema(app: Database, statement: str) -> None:
    assert refused(app, statement) == migrations.FORBIDDEN


def test_what_really_changes_may_change(app: Database) -> None:
    changing = [kind.TABLE for kind in KINDS if not kind.APPEND_ONLY]
    assert "balance" in changing
    with app.writing() as connection:
        for table in changing:
            connection.exec_driver_sql(f'DELETE FROM "{table}" WHERE false')  # noqa: S608
            connection.exec_driver_sql(f'UPDATE "{table}" SET site = site WHERE false')  # noqa: S608


def test_readers_write_nothing_and_see_no_secrets(reader: Database) -> None:
    assert refused(reader, "INSERT INTO hold (site, id) VALUES (1, 1)") == migrations.FORBIDDEN
    assert refused(reader, "SELECT * FROM movement LIMIT 1") is None
    assert refused(reader, "SELECT secret FROM person") == migrations.FORBIDDEN
    assert refused(reader, "SELECT hash FROM api_key") == migrations.FORBIDDEN
    assert refused(reader, "SELECT code, role FROM person") is None


def test_a_server_that_may_not_migrate_says_who_may(app: Database) -> None:
    with pytest.raises(ConfigError, match="TOTEBOOK_OWNER_DATABASE"):
        migrations.upgrade(app)


def test_without_roles_nothing_is_granted(owned: str) -> None:
    database = open_database(owned)
    grant_again(database, Roles("nobody_made", "nobody_made_either"))
    with psycopg.connect(owned) as connection:
        query = sql.SQL("SELECT count(*) FROM pg_roles WHERE rolname LIKE 'nobody_made%'")
        assert connection.execute(query).fetchall() == [(0,)]
    database.close()


def test_a_file_has_no_roles(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/book.sqlite3")
    grant_again(database)
    database.close()
