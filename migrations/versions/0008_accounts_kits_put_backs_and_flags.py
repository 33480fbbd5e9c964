"""Accounts of merchants, parts promised to ordered kits, what was brought back, flagged lines."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


# Outcomes that begin with {"outcome":"flagged"
IS_FLAGGED = {
    "sqlite": "substr(outcome, 1, 20) = X'7b226f7574636f6d65223a22666c616767656422'",
    "postgresql": (
        "substr(outcome, 1, 20) = decode('7b226f7574636f6d65223a22666c616767656422', 'hex')"
    ),
}


def upgrade() -> None:
    """Make the tables and the index; merchants are owed what was taken for their shipments."""
    op.create_table(
        "brought_back",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("stream", sa.BigInteger(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("task", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("target", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint(
            "site", "stream", "epoch", "seq", "task", name=op.f("pk_brought_back")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "kit_promise",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("task", sa.BigInteger(), nullable=False),
        sa.Column("item", sa.BigInteger(), nullable=False),
        sa.Column("owner", sa.BigInteger(), nullable=False),
        sa.Column("each", sa.BigInteger(), nullable=False),
        sa.Column("promised", sa.BigInteger(), nullable=False),
        sa.Column("missing", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("site", "task", "item", name=op.f("pk_kit_promise")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "merchant_account",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("owner", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("collected", sa.BigInteger(), nullable=False),
        sa.Column("remitted", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("site", "owner", "currency", name=op.f("pk_merchant_account")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "remittance",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("owner", sa.BigInteger(), nullable=False),
        sa.Column("voucher", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("told_at", sa.BigInteger(), nullable=False),
        sa.Column("told_by", sa.Text(), nullable=False),
        sa.Column("movement", sa.BigInteger(), nullable=False),
        sa.Column("cancelled_at", sa.BigInteger(), nullable=True),
        sa.Column("cancelled_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site", "owner", "voucher", name=op.f("pk_remittance")),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO merchant_account (site, owner, currency, collected, remitted) "
        "SELECT site, owner, currency, sum(cash_taken), 0 FROM shipment "
        "WHERE cash_taken <> 0 GROUP BY site, owner, currency"
    )
    op.create_index(
        "ix_operation_flagged",
        "operation",
        ["site", "number"],
        unique=False,
        sqlite_where=sa.text(IS_FLAGGED["sqlite"]),
        postgresql_where=sa.text(IS_FLAGGED["postgresql"]),
    )


def downgrade() -> None:
    """Take all of it back."""
    op.drop_index(
        "ix_operation_flagged",
        table_name="operation",
        sqlite_where=sa.text(IS_FLAGGED["sqlite"]),
        postgresql_where=sa.text(IS_FLAGGED["postgresql"]),
    )
    op.drop_table("remittance")
    op.drop_table("merchant_account")
    op.drop_table("kit_promise")
    op.drop_table("brought_back")
