"""Fleet and attachments."""

import sqlalchemy as sa
from alembic import op

from migrations.protection import protect

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


APPEND_ONLY = ("device_alarm_event",)


def upgrade() -> None:
    """Make the tables of the fleet and of attachments."""
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
        sa.Column("problem", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site", "device", name=op.f("pk_device_contact")),
        sqlite_with_rowid=False,
    )
    for table in APPEND_ONLY:
        protect(table)


def downgrade() -> None:
    """Drop them."""
    op.drop_table("device_contact")
    op.drop_table("device_alarm_event")
    op.drop_table("device_alarm")
    op.drop_index(op.f("ix_attachment_site_device"), table_name="attachment")
    op.drop_table("attachment")
