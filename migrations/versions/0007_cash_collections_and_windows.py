"""Cash on delivery and its tills, collected returns, the start of delivery windows."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table, and what older ones gained."""
    op.create_table(
        "till",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("purse", sa.BigInteger(), nullable=False),
        sa.Column("round", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("taken", sa.BigInteger(), nullable=False),
        sa.Column("handed", sa.BigInteger(), nullable=False),
        sa.Column("hand_overs", sa.BigInteger(), nullable=False),
        sa.Column("question", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("site", "purse", "round", "currency", name=op.f("pk_till")),
        sqlite_with_rowid=False,
    )
    op.add_column(
        "customer_order", sa.Column("cash_due", sa.BigInteger(), nullable=False, server_default="0")
    )
    op.add_column(
        "customer_order", sa.Column("currency", sa.Text(), nullable=False, server_default="")
    )
    op.add_column("customer_order", sa.Column("window_from", sa.BigInteger(), nullable=True))
    op.add_column("parcel", sa.Column("cash", sa.Text(), nullable=False, server_default=""))
    op.add_column("parcel", sa.Column("cash_question", sa.BigInteger(), nullable=True))
    op.add_column("parcel", sa.Column("collected_at", sa.BigInteger(), nullable=True))
    op.add_column("parcel", sa.Column("announced", sa.Text(), nullable=False, server_default=""))
    op.add_column("promise", sa.Column("window_from", sa.BigInteger(), nullable=True))
    op.add_column(
        "round", sa.Column("cash_open", sa.BigInteger(), nullable=False, server_default="0")
    )
    op.add_column(
        "shipment", sa.Column("cash_due", sa.BigInteger(), nullable=False, server_default="0")
    )
    op.add_column("shipment", sa.Column("currency", sa.Text(), nullable=False, server_default=""))
    op.add_column(
        "shipment", sa.Column("cash_taken", sa.BigInteger(), nullable=False, server_default="0")
    )
    op.add_column("shipment", sa.Column("cash_question", sa.BigInteger(), nullable=True))
    op.add_column("shipment", sa.Column("window_from", sa.BigInteger(), nullable=True))
    op.add_column("stop", sa.Column("kind", sa.Text(), nullable=False, server_default="deliver"))
    op.add_column("stop", sa.Column("announced", sa.Text(), nullable=False, server_default=""))
    op.add_column("stop", sa.Column("task", sa.BigInteger(), nullable=True))
    op.add_column("stop", sa.Column("paid", sa.BigInteger(), nullable=False, server_default="0"))
    op.create_index(op.f("ix_stowed_site_done_at"), "stowed", ["site", "done_at"], unique=False)


def downgrade() -> None:
    """Take all of it back."""
    op.drop_index(op.f("ix_stowed_site_done_at"), table_name="stowed")
    op.drop_column("stop", "paid")
    op.drop_column("stop", "task")
    op.drop_column("stop", "announced")
    op.drop_column("stop", "kind")
    op.drop_column("shipment", "window_from")
    op.drop_column("shipment", "cash_question")
    op.drop_column("shipment", "cash_taken")
    op.drop_column("shipment", "currency")
    op.drop_column("shipment", "cash_due")
    op.drop_column("round", "cash_open")
    op.drop_column("promise", "window_from")
    op.drop_column("parcel", "announced")
    op.drop_column("parcel", "collected_at")
    op.drop_column("parcel", "cash_question")
    op.drop_column("parcel", "cash")
    op.drop_column("customer_order", "window_from")
    op.drop_column("customer_order", "currency")
    op.drop_column("customer_order", "cash_due")
    op.drop_table("till")
