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


def unprotect(table: str) -> None:
    """Take the protection of a table away, to put another in its place."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(f"DROP TRIGGER {table}_no_{verb.lower()}")
        return
    op.execute(f"DROP TRIGGER {table}_append_only ON {table}")


KEPT = (
    *("site", "stream", "epoch", "seq", "number", "hash", "outcome", "occurred_at"),
    *("uncertainty", "quality", "first_movement", "movements"),
)
"""The columns of an operation that never change; its line may give way once it is archived."""
_HORIZON = (
    "EXISTS (SELECT 1 FROM archived_part AS a "
    "WHERE a.site = OLD.site AND a.last_operation >= OLD.number)"
)
_SHORTER = "length(NEW.line) < length(OLD.line)"


def protect_but_lines() -> None:
    """Refuse DELETE on operations, and every UPDATE but a shorter line before the horizon."""
    if op.get_bind().dialect.name == "sqlite":
        same = " AND ".join(f"NEW.{name} IS OLD.{name}" for name in KEPT)
        raised = "BEGIN SELECT RAISE(ABORT, 'operation is append-only'); END"
        op.execute(
            f"CREATE TRIGGER operation_no_update BEFORE UPDATE ON operation "
            f"WHEN NOT ({same} AND {_SHORTER} AND {_HORIZON}) {raised}"
        )
        op.execute(f"CREATE TRIGGER operation_no_delete BEFORE DELETE ON operation {raised}")
        return
    same = " AND ".join(f"NEW.{name} IS NOT DISTINCT FROM OLD.{name}" for name in KEPT)
    op.execute(
        "CREATE FUNCTION totebook_operation_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF TG_OP = 'UPDATE' THEN IF {same} AND {_SHORTER} AND {_HORIZON} THEN RETURN NEW; "
        "END IF; END IF; RAISE EXCEPTION 'operation is append-only'; END $$"
    )
    op.execute(
        "CREATE TRIGGER operation_append_only BEFORE UPDATE OR DELETE ON operation "
        "FOR EACH ROW EXECUTE FUNCTION totebook_operation_kept()"
    )
