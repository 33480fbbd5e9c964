"""Tables whose rows are never changed nor deleted: the database itself refuses it."""

from alembic import op


def protect(table: str) -> None:
    """Refuse UPDATE and DELETE on a table; on PostgreSQL by the function that 0001 makes."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        return
    op.execute(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION totebook_append_only()"
    )
