"""Which lines stand in an archive, and the one change that a stored operation may undergo."""

import sqlalchemy as sa
from alembic import op

from migrations.protection import protect, protect_but_lines, unprotect

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

APPEND_ONLY = [
    "archived_part",
]


def upgrade() -> None:
    """Make the table of parts; a line under their horizon may give way to its remainder."""
    op.create_table(
        "archived_part",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("last_commit", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("last_operation", sa.BigInteger(), nullable=False),
        sa.Column("manifest", sa.LargeBinary(), nullable=False),
        sa.Column("archived_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("site", "number", name=op.f("pk_archived_part")),
        sqlite_with_rowid=False,
    )
    for table in APPEND_ONLY:
        protect(table)
    unprotect("operation")
    protect_but_lines()


def downgrade() -> None:
    """Drop the table; what was archived stays archived, and no line changes any more."""
    unprotect("operation")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION totebook_operation_kept()")
    protect("operation")
    op.drop_table("archived_part")
