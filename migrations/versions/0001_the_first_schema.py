"""The first schema."""

import sqlalchemy as sa
from alembic import op

from migrations.protection import protect

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


APPEND_ONLY = (
    "attempt",
    "book_commit",
    "movement",
    "operation",
    "order_cancellation",
    "promise",
    "resolution",
)
"""Tables whose rows are never changed nor deleted: the database itself refuses it."""


def upgrade() -> None:
    """Make every table, and protect those that are append-only."""
    op.create_table(
        "actor_grant",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("device", sa.BigInteger(), nullable=False),
        sa.Column("person", sa.BigInteger(), nullable=False),
        sa.Column("given_at", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("site", "id", name=op.f("pk_actor_grant")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_actor_grant_site_device_until"),
        "actor_grant",
        ["site", "device", "until"],
        unique=False,
    )
    op.create_index(
        op.f("ix_actor_grant_site_person_until"),
        "actor_grant",
        ["site", "person", "until"],
        unique=False,
    )
    op.create_table(
        "allocation",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("shipment", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("stock", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("package", sa.BigInteger(), nullable=True),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("pending_place", sa.BigInteger(), nullable=True),
        sa.Column("picked", sa.BigInteger(), nullable=False),
        sa.Column("short", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site", "id", name=op.f("pk_allocation")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_allocation_site_package"),
        "allocation",
        ["site", "package"],
        unique=False,
        sqlite_where=sa.text("package IS NOT NULL"),
        postgresql_where=sa.text("package IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_allocation_site_pending_place"),
        "allocation",
        ["site", "pending_place"],
        unique=False,
        sqlite_where=sa.text("pending_place IS NOT NULL"),
        postgresql_where=sa.text("pending_place IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_allocation_site_shipment"), "allocation", ["site", "shipment"], unique=False
    )
    op.create_table(
        "api_key",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("owner", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site", "id", name=op.f("pk_api_key")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_api_key_site_hash"), "api_key", ["site", "hash"], unique=False)
    op.create_table(
        "attempt",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("parcel", sa.BigInteger(), nullable=False),
        sa.Column("stop", sa.BigInteger(), nullable=True),
        sa.Column("occurred_at", sa.BigInteger(), nullable=False),
        sa.Column("stream", sa.BigInteger(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("arrived_at", sa.BigInteger(), nullable=True),
        sa.Column("handed_to", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("next_date", sa.Text(), nullable=False),
        sa.Column("code_ok", sa.Text(), nullable=False),
        sa.Column("personal", sa.Text(), nullable=False),
        sa.Column("mends", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("site", "id", name=op.f("pk_attempt")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_attempt_site_parcel"), "attempt", ["site", "parcel"], unique=False)
    op.create_index(
        op.f("ix_attempt_site_stop"),
        "attempt",
        ["site", "stop"],
        unique=False,
        sqlite_where=sa.text("stop IS NOT NULL"),
        postgresql_where=sa.text("stop IS NOT NULL"),
    )
    op.create_table(
        "balance",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("stock", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("adjusted", sa.BigInteger(), nullable=False),
        sa.Column("allocated", sa.BigInteger(), nullable=False),
        sa.Column("discrepancy", sa.BigInteger(), nullable=True),
        sa.Column("listed", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "quantity >= 0 OR place <= 1000000 OR discrepancy IS NOT NULL",
            name=op.f("ck_balance_negative_is_explained"),
        ),
        sa.PrimaryKeyConstraint("site", "place", "stock", name=op.f("pk_balance")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_balance_site_listed"),
        "balance",
        ["site", "listed"],
        unique=False,
        sqlite_where=sa.text("listed IS NOT NULL"),
        postgresql_where=sa.text("listed IS NOT NULL"),
    )
    op.create_table(
        "book_commit",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("first_movement", sa.BigInteger(), nullable=False),
        sa.Column("movements", sa.BigInteger(), nullable=False),
        sa.Column("first_operation", sa.BigInteger(), nullable=False),
        sa.Column("operations", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("latest", sa.BigInteger(), nullable=False),
        sa.Column("network", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("site", "number", name=op.f("pk_book_commit")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_book_commit_site_first_operation"),
        "book_commit",
        ["site", "first_operation"],
        unique=False,
    )
    op.create_index(
        op.f("ix_book_commit_site_latest"), "book_commit", ["site", "latest"], unique=False
    )
    op.create_table(
        "count_line",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("stock", sa.BigInteger(), nullable=False),
        sa.Column("occurred_at", sa.BigInteger(), nullable=False),
        sa.Column("stream", sa.BigInteger(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("latest", sa.BigInteger(), nullable=False),
        sa.Column("uncertainty", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("book", sa.BigInteger(), nullable=False),
        sa.Column("adjusted", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("recounts", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "site", "place", "stock", "occurred_at", "stream", "epoch", name=op.f("pk_count_line")
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_count_line_site_place_latest"),
        "count_line",
        ["site", "place", "latest"],
        unique=False,
    )
    op.create_table(
        "customer_order",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("owner", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("priority", sa.BigInteger(), nullable=False),
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("placed_at", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("promised_at", sa.BigInteger(), nullable=True),
        sa.Column("fulfilled_by", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("cancelled_at", sa.BigInteger(), nullable=True),
        sa.Column("cancel_reason", sa.Text(), nullable=False),
        sa.Column("cancel_party", sa.Text(), nullable=False),
        sa.Column("released_at", sa.BigInteger(), nullable=True),
        sa.Column("picked_at", sa.BigInteger(), nullable=True),
        sa.Column("packed_at", sa.BigInteger(), nullable=True),
        sa.Column("loaded_at", sa.BigInteger(), nullable=True),
        sa.Column("delivered_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("site", "id", name=op.f("pk_customer_order")),
        sa.UniqueConstraint("site", "owner", "channel", "number", name="order_number"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_customer_order_site_owner_channel_number"),
        "customer_order",
        ["site", "owner", "channel", "number"],
        unique=False,
    )
    op.create_table(
        "demand",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("owner", sa.BigInteger(), nullable=False),
        sa.Column("item", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("site", "owner", "item", name=op.f("pk_demand")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "device",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("enrolment", sa.Text(), nullable=True),
        sa.Column("enrolment_until", sa.BigInteger(), nullable=False),
        sa.Column("enrolled_at", sa.BigInteger(), nullable=True),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("zones", sa.Text(), nullable=False),
        sa.Column("app", sa.Text(), nullable=False),
        sa.Column("invited_at", sa.BigInteger(), nullable=False),
        sa.Column("person", sa.BigInteger(), nullable=True),
        sa.Column("last_epoch", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("site", "id", name=op.f("pk_device")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_device_site_enrolment"),
        "device",
        ["site", "enrolment"],
        unique=False,
        sqlite_where=sa.text("enrolment IS NOT NULL"),
        postgresql_where=sa.text("enrolment IS NOT NULL"),
    )
    op.create_table(
        "discrepancy",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("stock", sa.BigInteger(), nullable=False),
        sa.Column("expected", sa.Text(), nullable=False),
        sa.Column("actual", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("deadline", sa.BigInteger(), nullable=False),
        sa.Column("open", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site", "id", name=op.f("pk_discrepancy")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_discrepancy_site_open"),
        "discrepancy",
        ["site", "open"],
        unique=False,
        sqlite_where=sa.text("open IS NOT NULL"),
        postgresql_where=sa.text("open IS NOT NULL"),
    )
    op.create_table(
        "document",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("site", "scope", "key", name=op.f("pk_document")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_document_site_scope_version"),
        "document",
        ["site", "scope", "version"],
        unique=False,
    )
    op.create_index(
        op.f("ix_document_site_subject"),
        "document",
        ["site", "subject"],
        unique=False,
        sqlite_where=sa.text("subject IS NOT NULL"),
        postgresql_where=sa.text("subject IS NOT NULL"),
    )
    op.create_table(
        "expected_return",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("owner", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("item", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("customer", sa.Text(), nullable=False),
        sa.Column("expected_at", sa.BigInteger(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "site", "owner", "channel", "number", "position", name=op.f("pk_expected_return")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "hold",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("owner", sa.BigInteger(), nullable=True),
        sa.Column("item", sa.BigInteger(), nullable=True),
        sa.Column("lot", sa.Text(), nullable=True),
        sa.Column("serial", sa.Text(), nullable=True),
        sa.Column("place", sa.BigInteger(), nullable=True),
        sa.Column("unit", sa.BigInteger(), nullable=True),
        sa.Column("open", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site", "id", name=op.f("pk_hold")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_hold_site_open"),
        "hold",
        ["site", "open"],
        unique=False,
        sqlite_where=sa.text("open IS NOT NULL"),
        postgresql_where=sa.text("open IS NOT NULL"),
    )
    op.create_table(
        "incident",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("device", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("open", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("site", "id", name=op.f("pk_incident")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_incident_site_open"),
        "incident",
        ["site", "open"],
        unique=False,
        sqlite_where=sa.text("open IS NOT NULL"),
        postgresql_where=sa.text("open IS NOT NULL"),
    )
    op.create_table(
        "item",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("owner", sa.BigInteger(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("lot_capture", sa.Text(), nullable=False),
        sa.Column("serial_capture", sa.Text(), nullable=False),
        sa.Column("base_unit", sa.Text(), nullable=False),
        sa.Column("verify", sa.Text(), nullable=False),
        sa.Column("weight_g", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site", "id", name=op.f("pk_item")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_item_site_owner_sku"), "item", ["site", "owner", "sku"], unique=False)
    op.create_table(
        "item_code",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("item", sa.BigInteger(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("owner", sa.BigInteger(), nullable=False),
        sa.Column("factor", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("site", "code", "item", "level", name=op.f("pk_item_code")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_item_code_site_item"), "item_code", ["site", "item"], unique=False)
    op.create_table(
        "lane",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("generation", sa.BigInteger(), nullable=False),
        sa.Column("head", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("last_id", sa.BigInteger(), nullable=False),
        sa.Column("last_device", sa.BigInteger(), nullable=False),
        sa.Column("movements", sa.BigInteger(), nullable=False),
        sa.Column("operations", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("site", name=op.f("pk_lane")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "manifest",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("round", sa.BigInteger(), nullable=False),
        sa.Column("van", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("loaded", sa.BigInteger(), nullable=False),
        sa.Column("added", sa.BigInteger(), nullable=False),
        sa.Column("counted", sa.BigInteger(), nullable=True),
        sa.Column("opened_at", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("reopened_at", sa.BigInteger(), nullable=True),
        sa.Column("task", sa.BigInteger(), nullable=True),
        sa.Column("open_van", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("site", "id", name=op.f("pk_manifest")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_manifest_site_open_van"),
        "manifest",
        ["site", "open_van"],
        unique=False,
        sqlite_where=sa.text("open_van IS NOT NULL"),
        postgresql_where=sa.text("open_van IS NOT NULL"),
    )
    op.create_index(op.f("ix_manifest_site_round"), "manifest", ["site", "round"], unique=False)
    op.create_table(
        "merchant",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("company_prefix", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site", "id", name=op.f("pk_merchant")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_merchant_site_code"), "merchant", ["site", "code"], unique=False)
    op.create_table(
        "moved_line",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("stream", sa.BigInteger(), nullable=False),
        sa.Column("from_epoch", sa.BigInteger(), nullable=False),
        sa.Column("from_seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "site", "stream", "from_epoch", "from_seq", "hash", name=op.f("pk_moved_line")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "movement",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.BigInteger(), nullable=False),
        sa.Column("target", sa.BigInteger(), nullable=False),
        sa.Column("stock", sa.BigInteger(), nullable=False),
        sa.Column("stock_to", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("stream", sa.BigInteger(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("occurred_at", sa.BigInteger(), nullable=False),
        sa.Column("uncertainty", sa.BigInteger(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("mends", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_movement_quantity_positive")),
        sa.PrimaryKeyConstraint("site", "number", name=op.f("pk_movement")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "number_range",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("next", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("site", "prefix", name=op.f("pk_number_range")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "operation",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("stream", sa.BigInteger(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("line", sa.LargeBinary(), nullable=False),
        sa.Column("outcome", sa.LargeBinary(), nullable=False),
        sa.Column("occurred_at", sa.BigInteger(), nullable=False),
        sa.Column("uncertainty", sa.BigInteger(), nullable=False),
        sa.Column("quality", sa.Text(), nullable=False),
        sa.Column("first_movement", sa.BigInteger(), nullable=False),
        sa.Column("movements", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("site", "stream", "epoch", "seq", name=op.f("pk_operation")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_operation_parked",
        "operation",
        ["site", "stream", "epoch", "seq"],
        unique=False,
        sqlite_where=sa.text("substr(outcome, 1, 19) = X'7b226f7574636f6d65223a227061726b656422'"),
        postgresql_where=sa.text(
            "substr(outcome, 1, 19) = decode('7b226f7574636f6d65223a227061726b656422', 'hex')"
        ),
    )
    op.create_table(
        "order_cancellation",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("units", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint(
            "site", "order_id", "reference", name=op.f("pk_order_cancellation")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "order_conflict",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("came_at", sa.BigInteger(), nullable=False),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.Column("open", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("site", "id", name=op.f("pk_order_conflict")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_order_conflict_site_open"),
        "order_conflict",
        ["site", "open"],
        unique=False,
        sqlite_where=sa.text("open IS NOT NULL"),
        postgresql_where=sa.text("open IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_order_conflict_site_order_id"),
        "order_conflict",
        ["site", "order_id"],
        unique=False,
    )
    op.create_table(
        "order_line",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("item", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("cancelled", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("site", "order_id", "position", name=op.f("pk_order_line")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "outbox",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("target", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("site", "target", "seq", name=op.f("pk_outbox")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "outbox_head",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("target", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("site", "target", name=op.f("pk_outbox_head")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "package",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("wave", sa.BigInteger(), nullable=False),
        sa.Column("zone", sa.BigInteger(), nullable=False),
        sa.Column("priority", sa.BigInteger(), nullable=False),
        sa.Column("lines", sa.BigInteger(), nullable=False),
        sa.Column("left", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("holder", sa.BigInteger(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("leased_at", sa.BigInteger(), nullable=True),
        sa.Column("lease_until", sa.BigInteger(), nullable=True),
        sa.Column("open", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("site", "id", name=op.f("pk_package")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_package_site_open"),
        "package",
        ["site", "open"],
        unique=False,
        sqlite_where=sa.text("open IS NOT NULL"),
        postgresql_where=sa.text("open IS NOT NULL"),
    )
    op.create_table(
        "parcel",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("shipment", sa.BigInteger(), nullable=True),
        sa.Column("round", sa.BigInteger(), nullable=True),
        sa.Column("stop", sa.BigInteger(), nullable=True),
        sa.Column("manifest", sa.BigInteger(), nullable=True),
        sa.Column("origin", sa.BigInteger(), nullable=False),
        sa.Column("away", sa.BigInteger(), nullable=False),
        sa.Column("task", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("sealed_at", sa.BigInteger(), nullable=True),
        sa.Column("loaded_at", sa.BigInteger(), nullable=True),
        sa.Column("delivered_at", sa.BigInteger(), nullable=True),
        sa.Column("returned_at", sa.BigInteger(), nullable=True),
        sa.Column("measured_g", sa.BigInteger(), nullable=True),
        sa.Column("length_mm", sa.BigInteger(), nullable=True),
        sa.Column("width_mm", sa.BigInteger(), nullable=True),
        sa.Column("height_mm", sa.BigInteger(), nullable=True),
        sa.Column("packaging", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site", "id", name=op.f("pk_parcel")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_parcel_site_manifest"),
        "parcel",
        ["site", "manifest"],
        unique=False,
        sqlite_where=sa.text("manifest IS NOT NULL"),
        postgresql_where=sa.text("manifest IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_parcel_site_round"),
        "parcel",
        ["site", "round"],
        unique=False,
        sqlite_where=sa.text("round IS NOT NULL"),
        postgresql_where=sa.text("round IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_parcel_site_shipment"),
        "parcel",
        ["site", "shipment"],
        unique=False,
        sqlite_where=sa.text("shipment IS NOT NULL"),
        postgresql_where=sa.text("shipment IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_parcel_site_stop"),
        "parcel",
        ["site", "stop"],
        unique=False,
        sqlite_where=sa.text("stop IS NOT NULL"),
        postgresql_where=sa.text("stop IS NOT NULL"),
    )
    op.create_table(
        "person",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("home", sa.BigInteger(), nullable=False),
        sa.Column("owner", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("sessions_from", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("site", "id", name=op.f("pk_person")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_person_site_code"), "person", ["site", "code"], unique=False)
    op.create_table(
        "personal_record",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("kept_until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("site", "hash", name=op.f("pk_personal_record")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "place",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("zone", sa.BigInteger(), nullable=False),
        sa.Column("walk", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("owner", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("site", "id", name=op.f("pk_place")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_place_site_code"), "place", ["site", "code"], unique=False)
    op.create_table(
        "promise",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("given_at", sa.BigInteger(), nullable=False),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.Column("promised_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "site", "order_id", "given_at", "operation", name=op.f("pk_promise")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "recount",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("occurred_at", sa.BigInteger(), nullable=False),
        sa.Column("stream", sa.BigInteger(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("task", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "site", "place", "occurred_at", "stream", "epoch", name=op.f("pk_recount")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "resolution",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("resolved_at", sa.BigInteger(), nullable=False),
        sa.Column("resolved_by", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site", "subject", "name", name=op.f("pk_resolution")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "round",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("date", sa.Text(), nullable=False),
        sa.Column("van", sa.BigInteger(), nullable=False),
        sa.Column("device", sa.BigInteger(), nullable=True),
        sa.Column("person", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("stops", sa.BigInteger(), nullable=False),
        sa.Column("stops_open", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("started_at", sa.BigInteger(), nullable=True),
        sa.Column("done_at", sa.BigInteger(), nullable=True),
        sa.Column("open", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("site", "id", name=op.f("pk_round")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_round_site_device"),
        "round",
        ["site", "device"],
        unique=False,
        sqlite_where=sa.text("device IS NOT NULL"),
        postgresql_where=sa.text("device IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_round_site_open"),
        "round",
        ["site", "open"],
        unique=False,
        sqlite_where=sa.text("open IS NOT NULL"),
        postgresql_where=sa.text("open IS NOT NULL"),
    )
    op.create_table(
        "scope",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("sum", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("site", "scope", name=op.f("pk_scope")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_scope_site_kind"), "scope", ["site", "kind"], unique=False)
    op.create_table(
        "shipment",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("owner", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("priority", sa.BigInteger(), nullable=False),
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("waiting", sa.Text(), nullable=True),
        sa.Column("to_pick", sa.BigInteger(), nullable=False),
        sa.Column("parcels", sa.BigInteger(), nullable=False),
        sa.Column("parcels_open", sa.BigInteger(), nullable=False),
        sa.Column("one_time_code", sa.Text(), nullable=False),
        sa.Column("promised_at", sa.BigInteger(), nullable=True),
        sa.Column("released_at", sa.BigInteger(), nullable=True),
        sa.Column("picked_at", sa.BigInteger(), nullable=True),
        sa.Column("packed_at", sa.BigInteger(), nullable=True),
        sa.Column("loaded_at", sa.BigInteger(), nullable=True),
        sa.Column("delivered_at", sa.BigInteger(), nullable=True),
        sa.Column("cancelled_at", sa.BigInteger(), nullable=True),
        sa.Column("wave", sa.BigInteger(), nullable=True),
        sa.Column("lines", sa.BigInteger(), nullable=False),
        sa.Column("shortage", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("site", "id", name=op.f("pk_shipment")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_shipment_site_order_id"), "shipment", ["site", "order_id"], unique=False
    )
    op.create_index(
        op.f("ix_shipment_site_waiting"),
        "shipment",
        ["site", "waiting"],
        unique=False,
        sqlite_where=sa.text("waiting IS NOT NULL"),
        postgresql_where=sa.text("waiting IS NOT NULL"),
    )
    op.create_table(
        "shipment_line",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("shipment", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("item", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("promised", sa.BigInteger(), nullable=False),
        sa.Column("packed", sa.BigInteger(), nullable=False),
        sa.Column("cancelled", sa.BigInteger(), nullable=False),
        sa.Column("missing", sa.BigInteger(), nullable=False),
        sa.Column("put_back", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("site", "shipment", "position", name=op.f("pk_shipment_line")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "site",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("company_prefix", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site", "id", name=op.f("pk_site")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_site_site_code"), "site", ["site", "code"], unique=False)
    op.create_table(
        "stock",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("sign", sa.Text(), nullable=False),
        sa.Column("owner", sa.BigInteger(), nullable=False),
        sa.Column("item", sa.BigInteger(), nullable=False),
        sa.Column("lot", sa.Text(), nullable=False),
        sa.Column("serial", sa.Text(), nullable=False),
        sa.Column("condition", sa.Text(), nullable=False),
        sa.Column("customs", sa.Text(), nullable=False),
        sa.Column("unit", sa.BigInteger(), nullable=True),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.Column("discrepancy", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("site", "id", name=op.f("pk_stock")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_stock_site_owner_item"), "stock", ["site", "owner", "item"], unique=False
    )
    op.create_index(op.f("ix_stock_site_sign"), "stock", ["site", "sign"], unique=False)
    op.create_table(
        "stop",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("round", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("shipment", sa.BigInteger(), nullable=False),
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("arrived_at", sa.BigInteger(), nullable=True),
        sa.Column("done_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("site", "id", name=op.f("pk_stop")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_stop_site_round"), "stop", ["site", "round"], unique=False)
    op.create_index(op.f("ix_stop_site_shipment"), "stop", ["site", "shipment"], unique=False)
    op.create_table(
        "stream",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("stream", sa.BigInteger(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("next", sa.BigInteger(), nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("boot", sa.BigInteger(), nullable=True),
        sa.Column("mono", sa.BigInteger(), nullable=False),
        sa.Column("anchor", sa.BigInteger(), nullable=False),
        sa.Column("half", sa.BigInteger(), nullable=False),
        sa.Column("mid", sa.BigInteger(), nullable=False),
        sa.Column("wall_offset", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("site", "stream", "epoch", name=op.f("pk_stream")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "task",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=True),
        sa.Column("stock", sa.BigInteger(), nullable=True),
        sa.Column("quantity", sa.BigInteger(), nullable=True),
        sa.Column("shipment", sa.BigInteger(), nullable=True),
        sa.Column("unit", sa.BigInteger(), nullable=True),
        sa.Column("discrepancy", sa.BigInteger(), nullable=True),
        sa.Column("attempt", sa.BigInteger(), nullable=False),
        sa.Column("open", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site", "id", name=op.f("pk_task")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_task_site_open"),
        "task",
        ["site", "open"],
        unique=False,
        sqlite_where=sa.text("open IS NOT NULL"),
        postgresql_where=sa.text("open IS NOT NULL"),
    )
    op.create_table(
        "undone",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("stream", sa.BigInteger(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("by_epoch", sa.BigInteger(), nullable=False),
        sa.Column("by_seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("site", "stream", "epoch", "seq", name=op.f("pk_undone")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "unit",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("stock", sa.BigInteger(), nullable=False),
        sa.Column("seen_place", sa.BigInteger(), nullable=True),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_stream", sa.BigInteger(), nullable=False),
        sa.Column("seen_epoch", sa.BigInteger(), nullable=False),
        sa.Column("shipment", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("measured_g", sa.BigInteger(), nullable=True),
        sa.Column("round", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("site", "id", name=op.f("pk_unit")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_unit_site_shipment"),
        "unit",
        ["site", "shipment"],
        unique=False,
        sqlite_where=sa.text("shipment IS NOT NULL"),
        postgresql_where=sa.text("shipment IS NOT NULL"),
    )
    op.create_table(
        "voided_number",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site", "number", name=op.f("pk_voided_number")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "wave",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("released_at", sa.BigInteger(), nullable=False),
        sa.Column("released_by", sa.Text(), nullable=False),
        sa.Column("shipments", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("site", "id", name=op.f("pk_wave")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "zone",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site", "id", name=op.f("pk_zone")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_zone_site_code"), "zone", ["site", "code"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION totebook_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
        )
    for table in APPEND_ONLY:
        protect(table)


def downgrade() -> None:
    """Drop every table, and the triggers with them."""
    op.drop_index(op.f("ix_zone_site_code"), table_name="zone")
    op.drop_table("zone")
    op.drop_table("wave")
    op.drop_table("voided_number")
    op.drop_index(
        op.f("ix_unit_site_shipment"),
        table_name="unit",
        sqlite_where=sa.text("shipment IS NOT NULL"),
        postgresql_where=sa.text("shipment IS NOT NULL"),
    )
    op.drop_table("unit")
    op.drop_table("undone")
    op.drop_index(
        op.f("ix_task_site_open"),
        table_name="task",
        sqlite_where=sa.text("open IS NOT NULL"),
        postgresql_where=sa.text("open IS NOT NULL"),
    )
    op.drop_table("task")
    op.drop_table("stream")
    op.drop_index(op.f("ix_stop_site_shipment"), table_name="stop")
    op.drop_index(op.f("ix_stop_site_round"), table_name="stop")
    op.drop_table("stop")
    op.drop_index(op.f("ix_stock_site_sign"), table_name="stock")
    op.drop_index(op.f("ix_stock_site_owner_item"), table_name="stock")
    op.drop_table("stock")
    op.drop_index(op.f("ix_site_site_code"), table_name="site")
    op.drop_table("site")
    op.drop_table("shipment_line")
    op.drop_index(
        op.f("ix_shipment_site_waiting"),
        table_name="shipment",
        sqlite_where=sa.text("waiting IS NOT NULL"),
        postgresql_where=sa.text("waiting IS NOT NULL"),
    )
    op.drop_index(op.f("ix_shipment_site_order_id"), table_name="shipment")
    op.drop_table("shipment")
    op.drop_index(op.f("ix_scope_site_kind"), table_name="scope")
    op.drop_table("scope")
    op.drop_index(
        op.f("ix_round_site_open"),
        table_name="round",
        sqlite_where=sa.text("open IS NOT NULL"),
        postgresql_where=sa.text("open IS NOT NULL"),
    )
    op.drop_index(
        op.f("ix_round_site_device"),
        table_name="round",
        sqlite_where=sa.text("device IS NOT NULL"),
        postgresql_where=sa.text("device IS NOT NULL"),
    )
    op.drop_table("round")
    op.drop_table("resolution")
    op.drop_table("recount")
    op.drop_table("promise")
    op.drop_index(op.f("ix_place_site_code"), table_name="place")
    op.drop_table("place")
    op.drop_table("personal_record")
    op.drop_index(op.f("ix_person_site_code"), table_name="person")
    op.drop_table("person")
    op.drop_index(
        op.f("ix_parcel_site_stop"),
        table_name="parcel",
        sqlite_where=sa.text("stop IS NOT NULL"),
        postgresql_where=sa.text("stop IS NOT NULL"),
    )
    op.drop_index(
        op.f("ix_parcel_site_shipment"),
        table_name="parcel",
        sqlite_where=sa.text("shipment IS NOT NULL"),
        postgresql_where=sa.text("shipment IS NOT NULL"),
    )
    op.drop_index(
        op.f("ix_parcel_site_round"),
        table_name="parcel",
        sqlite_where=sa.text("round IS NOT NULL"),
        postgresql_where=sa.text("round IS NOT NULL"),
    )
    op.drop_index(
        op.f("ix_parcel_site_manifest"),
        table_name="parcel",
        sqlite_where=sa.text("manifest IS NOT NULL"),
        postgresql_where=sa.text("manifest IS NOT NULL"),
    )
    op.drop_table("parcel")
    op.drop_index(
        op.f("ix_package_site_open"),
        table_name="package",
        sqlite_where=sa.text("open IS NOT NULL"),
        postgresql_where=sa.text("open IS NOT NULL"),
    )
    op.drop_table("package")
    op.drop_table("outbox_head")
    op.drop_table("outbox")
    op.drop_table("order_line")
    op.drop_index(op.f("ix_order_conflict_site_order_id"), table_name="order_conflict")
    op.drop_index(
        op.f("ix_order_conflict_site_open"),
        table_name="order_conflict",
        sqlite_where=sa.text("open IS NOT NULL"),
        postgresql_where=sa.text("open IS NOT NULL"),
    )
    op.drop_table("order_conflict")
    op.drop_table("order_cancellation")
    op.drop_index(
        "ix_operation_parked",
        table_name="operation",
        sqlite_where=sa.text("substr(outcome, 1, 19) = X'7b226f7574636f6d65223a227061726b656422'"),
        postgresql_where=sa.text(
            "substr(outcome, 1, 19) = decode('7b226f7574636f6d65223a227061726b656422', 'hex')"
        ),
    )
    op.drop_table("operation")
    op.drop_table("number_range")
    op.drop_table("movement")
    op.drop_table("moved_line")
    op.drop_index(op.f("ix_merchant_site_code"), table_name="merchant")
    op.drop_table("merchant")
    op.drop_index(op.f("ix_manifest_site_round"), table_name="manifest")
    op.drop_index(
        op.f("ix_manifest_site_open_van"),
        table_name="manifest",
        sqlite_where=sa.text("open_van IS NOT NULL"),
        postgresql_where=sa.text("open_van IS NOT NULL"),
    )
    op.drop_table("manifest")
    op.drop_table("lane")
    op.drop_index(op.f("ix_item_code_site_item"), table_name="item_code")
    op.drop_table("item_code")
    op.drop_index(op.f("ix_item_site_owner_sku"), table_name="item")
    op.drop_table("item")
    op.drop_index(
        op.f("ix_incident_site_open"),
        table_name="incident",
        sqlite_where=sa.text("open IS NOT NULL"),
        postgresql_where=sa.text("open IS NOT NULL"),
    )
    op.drop_table("incident")
    op.drop_index(
        op.f("ix_hold_site_open"),
        table_name="hold",
        sqlite_where=sa.text("open IS NOT NULL"),
        postgresql_where=sa.text("open IS NOT NULL"),
    )
    op.drop_table("hold")
    op.drop_table("expected_return")
    op.drop_index(
        op.f("ix_document_site_subject"),
        table_name="document",
        sqlite_where=sa.text("subject IS NOT NULL"),
        postgresql_where=sa.text("subject IS NOT NULL"),
    )
    op.drop_index(op.f("ix_document_site_scope_version"), table_name="document")
    op.drop_table("document")
    op.drop_index(
        op.f("ix_discrepancy_site_open"),
        table_name="discrepancy",
        sqlite_where=sa.text("open IS NOT NULL"),
        postgresql_where=sa.text("open IS NOT NULL"),
    )
    op.drop_table("discrepancy")
    op.drop_index(
        op.f("ix_device_site_enrolment"),
        table_name="device",
        sqlite_where=sa.text("enrolment IS NOT NULL"),
        postgresql_where=sa.text("enrolment IS NOT NULL"),
    )
    op.drop_table("device")
    op.drop_table("demand")
    op.drop_index(op.f("ix_customer_order_site_owner_channel_number"), table_name="customer_order")
    op.drop_table("customer_order")
    op.drop_index(op.f("ix_count_line_site_place_latest"), table_name="count_line")
    op.drop_table("count_line")
    op.drop_index(op.f("ix_book_commit_site_latest"), table_name="book_commit")
    op.drop_index(op.f("ix_book_commit_site_first_operation"), table_name="book_commit")
    op.drop_table("book_commit")
    op.drop_index(
        op.f("ix_balance_site_listed"),
        table_name="balance",
        sqlite_where=sa.text("listed IS NOT NULL"),
        postgresql_where=sa.text("listed IS NOT NULL"),
    )
    op.drop_table("balance")
    op.drop_index(
        op.f("ix_attempt_site_stop"),
        table_name="attempt",
        sqlite_where=sa.text("stop IS NOT NULL"),
        postgresql_where=sa.text("stop IS NOT NULL"),
    )
    op.drop_index(op.f("ix_attempt_site_parcel"), table_name="attempt")
    op.drop_table("attempt")
    op.drop_index(op.f("ix_api_key_site_hash"), table_name="api_key")
    op.drop_table("api_key")
    op.drop_index(op.f("ix_allocation_site_shipment"), table_name="allocation")
    op.drop_index(
        op.f("ix_allocation_site_pending_place"),
        table_name="allocation",
        sqlite_where=sa.text("pending_place IS NOT NULL"),
        postgresql_where=sa.text("pending_place IS NOT NULL"),
    )
    op.drop_index(
        op.f("ix_allocation_site_package"),
        table_name="allocation",
        sqlite_where=sa.text("package IS NOT NULL"),
        postgresql_where=sa.text("package IS NOT NULL"),
    )
    op.drop_table("allocation")
    op.drop_index(op.f("ix_actor_grant_site_person_until"), table_name="actor_grant")
    op.drop_index(op.f("ix_actor_grant_site_device_until"), table_name="actor_grant")
    op.drop_table("actor_grant")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION totebook_append_only()")
