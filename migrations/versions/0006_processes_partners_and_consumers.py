"""Server processes and duties, partners and returnable units, carriers, words of consumers."""

import sqlalchemy as sa
from alembic import op

from migrations.protection import protect

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

APPEND_ONLY = ("consumer_word",)


def upgrade() -> None:
    """Make the tables, and what older ones gained."""
    op.create_table(
        "consumer_link",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn_at", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site", "order_id", name=op.f("pk_consumer_link")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "consumer_word",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.Column("date", sa.Text(), nullable=False),
        sa.Column("handed_to", sa.Text(), nullable=False),
        sa.Column("rating", sa.BigInteger(), nullable=True),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("units", sa.Text(), nullable=False),
        sa.Column("pictures", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site", "order_id", "name", name=op.f("pk_consumer_word")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "schema_rule",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("compatible_from", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("site", name=op.f("pk_schema_rule")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "server_duty",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site", "name", name=op.f("pk_server_duty")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "server_process",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("beat", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("schema", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("site", "name", name=op.f("pk_server_process")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "unit_exchange",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("partner", sa.BigInteger(), nullable=False),
        sa.Column("voucher", sa.Text(), nullable=False),
        sa.Column("unit_type", sa.Text(), nullable=False),
        sa.Column("stock", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("gave", sa.BigInteger(), nullable=False),
        sa.Column("took", sa.BigInteger(), nullable=False),
        sa.Column("told_at", sa.BigInteger(), nullable=False),
        sa.Column("told_by", sa.Text(), nullable=False),
        sa.Column("given", sa.BigInteger(), nullable=True),
        sa.Column("taken", sa.BigInteger(), nullable=True),
        sa.Column("cancelled_at", sa.BigInteger(), nullable=True),
        sa.Column("cancelled_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site", "partner", "voucher", name=op.f("pk_unit_exchange")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "unit_type",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("item", sa.BigInteger(), nullable=False),
        sa.Column("owner", sa.BigInteger(), nullable=False),
        sa.Column("begins", sa.Text(), nullable=False),
        sa.Column("unit_kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site", "code", name=op.f("pk_unit_type")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "wrong_guesses",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("site", "name", name=op.f("pk_wrong_guesses")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_announced_line_site_announcement_unit"),
        "announced_line",
        ["site", "announcement", "unit"],
        unique=False,
    )
    op.add_column(
        "customer_order", sa.Column("carrier", sa.Text(), nullable=False, server_default="")
    )
    op.add_column("discrepancy", sa.Column("cause", sa.Text(), nullable=False, server_default=""))
    op.add_column(
        "discrepancy", sa.Column("explained_by", sa.Text(), nullable=False, server_default="")
    )
    op.add_column("place_count", sa.Column("asked", sa.BigInteger(), nullable=True))
    op.add_column("shipment", sa.Column("carrier", sa.Text(), nullable=False, server_default=""))
    op.add_column("shipment", sa.Column("door_check", sa.Text(), nullable=False, server_default=""))
    op.add_column("wave_rule", sa.Column("carriers", sa.Text(), nullable=False, server_default=""))
    for table in APPEND_ONLY:
        protect(table)


def downgrade() -> None:
    """Take them away again; what they held is lost."""
    op.drop_column("wave_rule", "carriers")
    op.drop_column("shipment", "door_check")
    op.drop_column("shipment", "carrier")
    op.drop_column("place_count", "asked")
    op.drop_column("discrepancy", "explained_by")
    op.drop_column("discrepancy", "cause")
    op.drop_column("customer_order", "carrier")
    op.drop_index(op.f("ix_announced_line_site_announcement_unit"), table_name="announced_line")
    op.drop_table("wrong_guesses")
    op.drop_table("unit_type")
    op.drop_table("unit_exchange")
    op.drop_table("server_process")
    op.drop_table("server_duty")
    op.drop_table("schema_rule")
    op.drop_table("consumer_word")
    op.drop_table("consumer_link")
