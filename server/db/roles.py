"""Roles of PostgreSQL with least rights: who works on the book, and who reads it.

The owner makes and changes the schema, and archives. `totebook_app` is what servers are: it may
insert everywhere, change and delete what really changes, and no row of what is append-only, which
triggers refuse as well. `totebook_read` is for reports and replicas: it reads everything but the
secrets by which people and keys sign in. Neither can sign in by itself: logins are made its
members (docs/operations.md).
"""

import dataclasses
from collections.abc import Iterator

import sqlalchemy as sa

from server.db.engine import Database
from server.db.postgresql import take_turn

SECRETS = {"api_key": "hash", "person": "secret"}
"""A column of a table that nobody needs who only reads."""
MIGRATED = "alembic_version"
"""Written by migrations alone."""
_PROTECTED = """SELECT relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
  WHERE tgname = relname || '_append_only'"""


@dataclasses.dataclass(frozen=True, slots=True)
class Roles:
    """What the roles are called; they belong to the whole server, and their rights to a book."""

    app: str = "totebook_app"
    read: str = "totebook_read"

    @property
    def both(self) -> tuple[str, str]:
        """Their names."""
        return (self.app, self.read)


ROLES = Roles()


def make_roles(database: Database, roles: Roles = ROLES) -> None:
    """Make the roles where they are missing, and grant."""
    with database.writing() as connection:
        take_turn(connection)
        for role in roles.both:
            if not exists(connection, role):
                connection.exec_driver_sql(f"CREATE ROLE {role} NOLOGIN")
        grant(connection, roles)


def grant_again(database: Database, roles: Roles = ROLES) -> None:
    """Grant anew after the schema changed, where the roles are used."""
    if database.dialect == "postgresql":
        with database.writing() as connection:
            take_turn(connection)
            if all(exists(connection, role) for role in roles.both):
                grant(connection, roles)


def grant(connection: sa.Connection, roles: Roles) -> None:
    """Take every right away, and grant those that each is to have on the tables there are."""
    for role in roles.both:
        connection.exec_driver_sql(f"GRANT USAGE ON SCHEMA public TO {role}")
        connection.exec_driver_sql(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}")
    protected = frozenset(connection.exec_driver_sql(_PROTECTED).scalars())
    inspector = sa.inspect(connection)
    for table in inspector.get_table_names():
        columns = [column["name"] for column in inspector.get_columns(table)]
        for statement in granted(table, columns, roles, append_only=table in protected):
            connection.exec_driver_sql(statement)


def granted(table: str, columns: list[str], roles: Roles, *, append_only: bool) -> Iterator[str]:
    """What each role may do with one table."""
    rights = "SELECT"
    if table != MIGRATED:
        rights = "SELECT, INSERT" if append_only else "SELECT, INSERT, UPDATE, DELETE"
    yield f'GRANT {rights} ON "{table}" TO {roles.app}'
    hidden = SECRETS.get(table)
    shown = ", ".join(f'"{name}"' for name in columns if name != hidden)
    yield f'GRANT SELECT {f"({shown}) " if hidden else ""}ON "{table}" TO {roles.read}'


def exists(connection: sa.Connection, role: str) -> bool:
    """Whether the server knows a role."""
    found = connection.exec_driver_sql("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,))
    return found.first() is not None
