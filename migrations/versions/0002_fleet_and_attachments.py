"""Fleet and attachments."""

import sqlalchemy as sa
from alembic import op

from migrations.protection import protect

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


APPEND_ONLY = (
    "device_alarm_event",
    "erasure",
)


def upgrade() -> None:
    """Make the tables of the fleet, of attachments and of what was reconsidered."""
    op.create_table(
        "attachment",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("device", sa.BigInteger(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("have", sa.BigInteger(), nullable=False),
        sa.Column("began_at", sa.BigInteger(), nullable=False),
        sa.Column("kept_until", sa.BigInteger(), nullable=False),
        sa.Column("completed_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("site", "hash", name=op.f("pk_attachment")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_attachment_site_device"), "attachment", ["site", "device"], unique=False
    )
    make_privacy_tables()
    op.create_table(
        "device_alarm",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("device", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("raised_at", sa.BigInteger(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("cleared_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("site", "device", "kind", name=op.f("pk_device_alarm")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "device_alarm_event",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("device", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site", "number", name=op.f("pk_device_alarm_event")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "device_contact",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("device", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("app", sa.Text(), nullable=False),
        sa.Column("protocol", sa.BigInteger(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("stored", sa.BigInteger(), nullable=False),
        sa.Column("held", sa.BigInteger(), nullable=False),
        sa.Column("held_since", sa.BigInteger(), nullable=True),
        sa.Column("battery", sa.BigInteger(), nullable=True),
        sa.Column("uploads", sa.BigInteger(), nullable=False),
        sa.Column("alarms", sa.BigInteger(), nullable=False),
        sa.Column("drifted_at", sa.BigInteger(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site", "device", name=op.f("pk_device_contact")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "reconsidered",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("program", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("site", name=op.f("pk_reconsidered")),
        sqlite_with_rowid=False,
    )
    op.add_column("resolution", sa.Column("decision", sa.LargeBinary(), nullable=True))
    op.add_column("device", sa.Column("command", sa.Text(), nullable=False, server_default=""))
    for table in APPEND_ONLY:
        protect(table)


def make_privacy_tables() -> None:
    """Make what tells which operation names what, and what was erased."""
    op.create_table(
        "evidence",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("stream", sa.BigInteger(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("named_at", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("shipment", sa.BigInteger(), nullable=True),
        sa.Column("awaited", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("site", "stream", "epoch", "seq", "hash", name=op.f("pk_evidence")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_evidence_hash"), "evidence", ["hash"])
    for columns in (["unit"], ["site", "shipment"], ["site", "awaited", "named_at"]):
        present = sa.column(columns[min(1, len(columns) - 1)]).is_not(None)
        op.create_index(
            op.f(f"ix_evidence_{'_'.join(columns)}"),
            "evidence",
            columns,
            sqlite_where=present,
            postgresql_where=present,
        )
    op.create_table(
        "erased_record",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site", "hash", name=op.f("pk_erased_record")),
        sqlite_with_rowid=False,
    )
    counts = ("recipients", "names", "notes", "positions", "attachments", "awaited")
    op.create_table(
        "erasure",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in counts),
        sa.PrimaryKeyConstraint("site", "order_id", "at", name=op.f("pk_erasure")),
        sqlite_with_rowid=False,
    )
    op.add_column(
        "personal_record", sa.Column("kind", sa.Text(), nullable=False, server_default="")
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_column("device", "command")
    op.drop_column("personal_record", "kind")
    op.drop_table("erasure")
    op.drop_table("erased_record")
    op.drop_table("evidence")
    op.drop_column("resolution", "decision")
    op.drop_table("reconsidered")
    op.drop_table("device_contact")
    op.drop_table("device_alarm_event")
    op.drop_table("device_alarm")
    op.drop_index(op.f("ix_attachment_site_device"), table_name="attachment")
    op.drop_table("attachment")
