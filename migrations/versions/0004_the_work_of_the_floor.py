"""The work of the floor: receipts, storage, lots, kits, returns, counts, planning, terminals."""

import sqlalchemy as sa
from alembic import op

from migrations.protection import protect

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

APPEND_ONLY = (
    "stowed",
    "work_done",
)


def upgrade() -> None:
    """Make the tables of the floor's work, and what older ones gained."""
    op.create_table(
        "announced_line",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("announcement", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("item", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("lot", sa.Text(), nullable=False),
        sa.Column("serial", sa.Text(), nullable=False),
        sa.Column("expiry", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("shared", sa.BigInteger(), nullable=True),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("site", "announcement", "position", name=op.f("pk_announced_line")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_announced_line_site_announcement_item_serial"),
        "announced_line",
        ["site", "announcement", "item", "serial"],
        unique=False,
    )
    op.create_index(
        op.f("ix_announced_line_site_announcement_shared"),
        "announced_line",
        ["site", "announcement", "shared"],
        unique=False,
        sqlite_where=sa.text("shared IS NOT NULL"),
        postgresql_where=sa.text("shared IS NOT NULL"),
    )
    op.create_table(
        "announcement",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("owner", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("supplier", sa.Text(), nullable=False),
        sa.Column("expected_on", sa.Text(), nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("announced_at", sa.BigInteger(), nullable=False),
        sa.Column("announced_by", sa.Text(), nullable=False),
        sa.Column("units", sa.BigInteger(), nullable=False),
        sa.Column("left", sa.BigInteger(), nullable=False),
        sa.Column("over", sa.BigInteger(), nullable=False),
        sa.Column("came", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("arrived_at", sa.BigInteger(), nullable=True),
        sa.Column("dock", sa.BigInteger(), nullable=True),
        sa.Column("task", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site", "id", name=op.f("pk_announcement")),
        sa.UniqueConstraint("site", "owner", "number", name="announcement_number"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_announcement_site_number"), "announcement", ["site", "number"], unique=False
    )
    op.create_table(
        "carton",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("length_mm", sa.BigInteger(), nullable=False),
        sa.Column("width_mm", sa.BigInteger(), nullable=False),
        sa.Column("height_mm", sa.BigInteger(), nullable=False),
        sa.Column("weight_g_max", sa.BigInteger(), nullable=False),
        sa.Column("own_g", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site", "code", name=op.f("pk_carton")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "count_policy",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("zero_check", sa.Text(), nullable=False),
        sa.Column("units_off_max", sa.BigInteger(), nullable=True),
        sa.Column("minor_off_max", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("site", name=op.f("pk_count_policy")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "count_rule",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("rank", sa.Text(), nullable=False),
        sa.Column("days", sa.BigInteger(), nullable=False),
        sa.Column("places_max", sa.BigInteger(), nullable=False),
        sa.Column("sight", sa.Text(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.Column("open", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("site", "name", name=op.f("pk_count_rule")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_count_rule_site_open"),
        "count_rule",
        ["site", "open"],
        unique=False,
        sqlite_where=sa.text("open IS NOT NULL"),
        postgresql_where=sa.text("open IS NOT NULL"),
    )
    op.create_table(
        "disposition",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("owner", sa.BigInteger(), nullable=False),
        sa.Column("condition", sa.Text(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site", "owner", "condition", name=op.f("pk_disposition")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "full_place",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", sa.BigInteger(), nullable=False),
        sa.Column("closed_by", sa.Text(), nullable=False),
        sa.Column("task", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("site", "place", name=op.f("pk_full_place")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "guide",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("task", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("source", sa.BigInteger(), nullable=False),
        sa.Column("stock", sa.BigInteger(), nullable=False),
        sa.Column("goods", sa.Text(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("target", sa.BigInteger(), nullable=True),
        sa.Column("next", sa.Text(), nullable=False),
        sa.Column("waits", sa.BigInteger(), nullable=True),
        sa.Column("sought_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("site", "task", name=op.f("pk_guide")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_guide_site_source"), "guide", ["site", "source"], unique=False)
    op.create_index(
        op.f("ix_guide_site_target"),
        "guide",
        ["site", "target"],
        unique=False,
        sqlite_where=sa.text("target IS NOT NULL"),
        postgresql_where=sa.text("target IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_guide_site_waits"),
        "guide",
        ["site", "waits"],
        unique=False,
        sqlite_where=sa.text("waits IS NOT NULL"),
        postgresql_where=sa.text("waits IS NOT NULL"),
    )
    op.create_table(
        "intake",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("marked_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("site", "place", name=op.f("pk_intake")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "item_class",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("item", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("owner", sa.BigInteger(), nullable=False),
        sa.Column("rank", sa.Text(), nullable=False),
        sa.Column("value_minor", sa.BigInteger(), nullable=True),
        sa.Column("current", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("site", "item", "since", name=op.f("pk_item_class")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_item_class_site_current"),
        "item_class",
        ["site", "current"],
        unique=False,
        sqlite_where=sa.text("current IS NOT NULL"),
        postgresql_where=sa.text("current IS NOT NULL"),
    )
    op.create_table(
        "kit_part",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("kit", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.BigInteger(), nullable=False),
        sa.Column("item", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("site", "kit", "valid_from", "item", name=op.f("pk_kit_part")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "lacking",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("owner", sa.BigInteger(), nullable=False),
        sa.Column("item", sa.BigInteger(), nullable=False),
        sa.Column("sought", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("site", "owner", "item", name=op.f("pk_lacking")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "lot",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("owner", sa.BigInteger(), nullable=False),
        sa.Column("item", sa.BigInteger(), nullable=False),
        sa.Column("lot", sa.Text(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("expiry", sa.Text(), nullable=False),
        sa.Column("said_at", sa.BigInteger(), nullable=False),
        sa.Column("said_stream", sa.BigInteger(), nullable=False),
        sa.Column("said_epoch", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("site", "owner", "item", "lot", name=op.f("pk_lot")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "pick_face",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("item", sa.BigInteger(), nullable=False),
        sa.Column("owner", sa.BigInteger(), nullable=False),
        sa.Column("minimum", sa.BigInteger(), nullable=False),
        sa.Column("maximum", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("site", "place", "item", name=op.f("pk_pick_face")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_pick_face_site_owner_item"), "pick_face", ["site", "owner", "item"], unique=False
    )
    op.create_table(
        "place_count",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("counted_at", sa.BigInteger(), nullable=False),
        sa.Column("emptied_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("site", "place", name=op.f("pk_place_count")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "putaway_rule",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("priority", sa.BigInteger(), nullable=False),
        sa.Column("owner", sa.BigInteger(), nullable=False),
        sa.Column("item", sa.BigInteger(), nullable=False),
        sa.Column("velocity", sa.Text(), nullable=False),
        sa.Column("condition", sa.Text(), nullable=False),
        sa.Column("hazard", sa.Text(), nullable=False),
        sa.Column("zone", sa.BigInteger(), nullable=False),
        sa.Column("use", sa.Text(), nullable=False),
        sa.Column("size", sa.Text(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("strategy", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site", "name", name=op.f("pk_putaway_rule")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "received_goods",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("owner", sa.BigInteger(), nullable=False),
        sa.Column("item", sa.BigInteger(), nullable=False),
        sa.Column("lot", sa.Text(), nullable=False),
        sa.Column("condition", sa.Text(), nullable=False),
        sa.Column("serial", sa.Text(), nullable=False),
        sa.Column("unnamed", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("first_at", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.Column("summed", sa.BigInteger(), nullable=True),
        sa.Column("apart", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "site",
            "number",
            "owner",
            "item",
            "lot",
            "condition",
            "serial",
            "unnamed",
            name=op.f("pk_received_goods"),
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_received_goods_site_number_owner_item_serial"),
        "received_goods",
        ["site", "number", "owner", "item", "serial"],
        unique=False,
    )
    op.create_index(
        op.f("ix_received_goods_site_number_owner_summed"),
        "received_goods",
        ["site", "number", "owner", "summed"],
        unique=False,
        sqlite_where=sa.text("summed IS NOT NULL"),
        postgresql_where=sa.text("summed IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_received_goods_site_unnamed"), "received_goods", ["site", "unnamed"], unique=False
    )
    op.create_table(
        "replenished",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("site", name=op.f("pk_replenished")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "returned_units",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("owner", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("item", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "site", "owner", "channel", "number", "item", name=op.f("pk_returned_units")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "shipment_step",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("shipment", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("asked", sa.BigInteger(), nullable=False),
        sa.Column("done", sa.BigInteger(), nullable=False),
        sa.Column("personal", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site", "shipment", "step", name=op.f("pk_shipment_step")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "stowed",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("stream", sa.BigInteger(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.BigInteger(), nullable=False),
        sa.Column("stock", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("used", sa.BigInteger(), nullable=False),
        sa.Column("done_at", sa.BigInteger(), nullable=False),
        sa.Column("suggested", sa.BigInteger(), nullable=True),
        sa.Column("since", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site", "stream", "epoch", "seq", name=op.f("pk_stowed")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "substitute",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("item", sa.BigInteger(), nullable=False),
        sa.Column("rank", sa.BigInteger(), nullable=False),
        sa.Column("substitute", sa.BigInteger(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site", "item", "rank", name=op.f("pk_substitute")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "substituted",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("task", sa.BigInteger(), nullable=False),
        sa.Column("item", sa.BigInteger(), nullable=False),
        sa.Column("shipment", sa.BigInteger(), nullable=False),
        sa.Column("wanted", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.BigInteger(), nullable=False),
        sa.Column("allocation", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("approval", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("site", "task", "item", name=op.f("pk_substituted")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_substituted_site_approval"),
        "substituted",
        ["site", "approval"],
        unique=False,
        sqlite_where=sa.text("approval IS NOT NULL"),
        postgresql_where=sa.text("approval IS NOT NULL"),
    )
    op.create_table(
        "terminal",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("device", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.BigInteger(), nullable=False),
        sa.Column("given", sa.LargeBinary(), nullable=False),
        sa.Column("workflow", sa.Text(), nullable=False),
        sa.Column("session", sa.LargeBinary(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.Column("deliveries", sa.LargeBinary(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.Column("lines", sa.LargeBinary(), nullable=False),
        sa.Column("told", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("site", "device", name=op.f("pk_terminal")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "transfer",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("origin", sa.BigInteger(), nullable=False),
        sa.Column("target", sa.BigInteger(), nullable=False),
        sa.Column("owner", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("ordered_at", sa.BigInteger(), nullable=False),
        sa.Column("ordered_by", sa.Text(), nullable=False),
        sa.Column("units", sa.BigInteger(), nullable=False),
        sa.Column("task", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site", "id", name=op.f("pk_transfer")),
        sa.UniqueConstraint("site", "origin", "owner", "number", name="transfer_number"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_transfer_site_owner_number"), "transfer", ["site", "owner", "number"], unique=False
    )
    op.create_table(
        "transfer_line",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("transfer", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("item", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("lot", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site", "transfer", "position", name=op.f("pk_transfer_line")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "transfer_units",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("transfer", sa.BigInteger(), nullable=False),
        sa.Column("stock", sa.BigInteger(), nullable=False),
        sa.Column("item", sa.BigInteger(), nullable=False),
        sa.Column("lot", sa.Text(), nullable=False),
        sa.Column("sent", sa.BigInteger(), nullable=False),
        sa.Column("taken", sa.BigInteger(), nullable=False),
        sa.Column("lost", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("site", "transfer", "stock", name=op.f("pk_transfer_units")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "verdict",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("occurred_at", sa.BigInteger(), nullable=False),
        sa.Column("uncertainty", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("stock", sa.BigInteger(), nullable=False),
        sa.Column("owner", sa.BigInteger(), nullable=False),
        sa.Column("item", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("condition", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("disposition", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("liable", sa.Text(), nullable=False),
        sa.Column("announced", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("parcel", sa.Text(), nullable=False),
        sa.Column("task", sa.BigInteger(), nullable=True),
        sa.Column("hold", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site", "operation", name=op.f("pk_verdict")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_verdict_site_occurred_at"), "verdict", ["site", "occurred_at"], unique=False
    )
    op.create_table(
        "wall_slot",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("shipment", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("site", "place", name=op.f("pk_wall_slot")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_wall_slot_site_shipment"),
        "wall_slot",
        ["site", "shipment"],
        unique=False,
        sqlite_where=sa.text("shipment IS NOT NULL"),
        postgresql_where=sa.text("shipment IS NOT NULL"),
    )
    op.create_table(
        "wave_rule",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("cut_off", sa.Text(), nullable=False),
        sa.Column("lead_min", sa.BigInteger(), nullable=False),
        sa.Column("days", sa.Text(), nullable=False),
        sa.Column("destinations", sa.Text(), nullable=False),
        sa.Column("channels", sa.Text(), nullable=False),
        sa.Column("owners", sa.Text(), nullable=False),
        sa.Column("shipments_max", sa.BigInteger(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("reached", sa.BigInteger(), nullable=False),
        sa.Column("open", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("site", "name", name=op.f("pk_wave_rule")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_wave_rule_site_open"),
        "wave_rule",
        ["site", "open"],
        unique=False,
        sqlite_where=sa.text("open IS NOT NULL"),
        postgresql_where=sa.text("open IS NOT NULL"),
    )
    op.create_table(
        "work_done",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("shipment", sa.BigInteger(), nullable=True),
        sa.Column("unit", sa.BigInteger(), nullable=True),
        sa.Column("owner", sa.BigInteger(), nullable=False),
        sa.Column("task", sa.BigInteger(), nullable=True),
        sa.Column("stream", sa.BigInteger(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("occurred_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("site", "id", name=op.f("pk_work_done")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "work_rule",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("zone", sa.BigInteger(), nullable=False),
        sa.Column("pickers", sa.BigInteger(), nullable=False),
        sa.Column("step_ms", sa.BigInteger(), nullable=False),
        sa.Column("line_ms", sa.BigInteger(), nullable=False),
        sa.Column("unit_ms", sa.BigInteger(), nullable=False),
        sa.Column("package_ms_min", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("site", "zone", name=op.f("pk_work_rule")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "workflow",
        sa.Column("site", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("builtin", sa.BigInteger(), nullable=False),
        sa.Column("definition", sa.LargeBinary(), nullable=False),
        sa.Column("adjusted", sa.BigInteger(), nullable=False),
        sa.Column("adjustment", sa.LargeBinary(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("site", "name", name=op.f("pk_workflow")),
        sqlite_with_rowid=False,
    )
    op.add_column("count_line", sa.Column("told", sa.Text(), nullable=False, server_default=""))
    op.add_column("count_line", sa.Column("occasion", sa.Text(), nullable=False, server_default=""))
    op.add_column(
        "count_line", sa.Column("attempt", sa.BigInteger(), nullable=False, server_default="1")
    )
    op.add_column("count_line", sa.Column("sight", sa.Text(), nullable=False, server_default=""))
    op.add_column("count_line", sa.Column("actor", sa.BigInteger(), nullable=True))
    op.add_column("count_line", sa.Column("task", sa.BigInteger(), nullable=True))
    op.create_index(
        op.f("ix_expected_return_site_number"), "expected_return", ["site", "number"], unique=False
    )
    op.add_column("item", sa.Column("length_mm", sa.BigInteger(), nullable=True))
    op.add_column("item", sa.Column("width_mm", sa.BigInteger(), nullable=True))
    op.add_column("item", sa.Column("height_mm", sa.BigInteger(), nullable=True))
    op.add_column(
        "item", sa.Column("expiry_capture", sa.Text(), nullable=False, server_default="never")
    )
    op.add_column("item", sa.Column("rotation", sa.Text(), nullable=False, server_default="none"))
    op.add_column(
        "item", sa.Column("min_days", sa.BigInteger(), nullable=False, server_default="0")
    )
    op.add_column("item", sa.Column("velocity", sa.Text(), nullable=False, server_default=""))
    op.add_column("item", sa.Column("hazard", sa.Text(), nullable=False, server_default=""))
    op.add_column("manifest", sa.Column("full_at", sa.BigInteger(), nullable=True))
    op.add_column(
        "manifest", sa.Column("left_behind", sa.BigInteger(), nullable=False, server_default="0")
    )
    op.add_column("manifest", sa.Column("left_task", sa.BigInteger(), nullable=True))
    op.add_column("parcel", sa.Column("unsealed_at", sa.BigInteger(), nullable=True))
    op.add_column("parcel", sa.Column("voided_at", sa.BigInteger(), nullable=True))
    op.add_column("parcel", sa.Column("expected_g", sa.BigInteger(), nullable=True))
    op.add_column("parcel", sa.Column("suggested", sa.Text(), nullable=False, server_default=""))
    op.add_column("place", sa.Column("use", sa.Text(), nullable=False, server_default=""))
    op.add_column("place", sa.Column("size", sa.Text(), nullable=False, server_default=""))
    op.add_column(
        "place", sa.Column("units_max", sa.BigInteger(), nullable=False, server_default="0")
    )
    op.add_column("place", sa.Column("mixing", sa.Text(), nullable=False, server_default="any"))
    op.create_index(op.f("ix_place_site_kind"), "place", ["site", "kind"], unique=False)
    op.create_index(op.f("ix_place_site_zone"), "place", ["site", "zone"], unique=False)
    op.add_column(
        "shipment", sa.Column("wall", sa.BigInteger(), nullable=False, server_default="0")
    )
    op.add_column(
        "shipment_line", sa.Column("sorted", sa.BigInteger(), nullable=False, server_default="0")
    )
    op.add_column(
        "shipment_line", sa.Column("instead", sa.BigInteger(), nullable=False, server_default="0")
    )
    op.add_column(
        "shipment_line", sa.Column("slack", sa.BigInteger(), nullable=False, server_default="0")
    )
    op.add_column("task", sa.Column("occasion", sa.Text(), nullable=False, server_default=""))
    op.add_column("task", sa.Column("sight", sa.Text(), nullable=False, server_default=""))
    op.add_column("task", sa.Column("not_by", sa.BigInteger(), nullable=True))
    op.add_column("wave", sa.Column("cut_off", sa.BigInteger(), nullable=True))
    for table in APPEND_ONLY:
        protect(table)


def downgrade() -> None:
    """Take them away again; what they held is lost."""
    op.drop_column("wave", "cut_off")
    op.drop_column("task", "not_by")
    op.drop_column("task", "sight")
    op.drop_column("task", "occasion")
    op.drop_column("shipment_line", "slack")
    op.drop_column("shipment_line", "instead")
    op.drop_column("shipment_line", "sorted")
    op.drop_column("shipment", "wall")
    op.drop_index(op.f("ix_place_site_zone"), table_name="place")
    op.drop_index(op.f("ix_place_site_kind"), table_name="place")
    op.drop_column("place", "mixing")
    op.drop_column("place", "units_max")
    op.drop_column("place", "size")
    op.drop_column("place", "use")
    op.drop_column("parcel", "suggested")
    op.drop_column("parcel", "expected_g")
    op.drop_column("parcel", "voided_at")
    op.drop_column("parcel", "unsealed_at")
    op.drop_column("manifest", "left_task")
    op.drop_column("manifest", "left_behind")
    op.drop_column("manifest", "full_at")
    op.drop_column("item", "hazard")
    op.drop_column("item", "velocity")
    op.drop_column("item", "min_days")
    op.drop_column("item", "rotation")
    op.drop_column("item", "expiry_capture")
    op.drop_column("item", "height_mm")
    op.drop_column("item", "width_mm")
    op.drop_column("item", "length_mm")
    op.drop_index(op.f("ix_expected_return_site_number"), table_name="expected_return")
    op.drop_column("count_line", "task")
    op.drop_column("count_line", "actor")
    op.drop_column("count_line", "sight")
    op.drop_column("count_line", "attempt")
    op.drop_column("count_line", "occasion")
    op.drop_column("count_line", "told")
    op.drop_table("workflow")
    op.drop_table("work_rule")
    op.drop_table("work_done")
    op.drop_index(
        op.f("ix_wave_rule_site_open"),
        table_name="wave_rule",
        sqlite_where=sa.text("open IS NOT NULL"),
        postgresql_where=sa.text("open IS NOT NULL"),
    )
    op.drop_table("wave_rule")
    op.drop_index(
        op.f("ix_wall_slot_site_shipment"),
        table_name="wall_slot",
        sqlite_where=sa.text("shipment IS NOT NULL"),
        postgresql_where=sa.text("shipment IS NOT NULL"),
    )
    op.drop_table("wall_slot")
    op.drop_index(op.f("ix_verdict_site_occurred_at"), table_name="verdict")
    op.drop_table("verdict")
    op.drop_table("transfer_units")
    op.drop_table("transfer_line")
    op.drop_index(op.f("ix_transfer_site_owner_number"), table_name="transfer")
    op.drop_table("transfer")
    op.drop_table("terminal")
    op.drop_index(
        op.f("ix_substituted_site_approval"),
        table_name="substituted",
        sqlite_where=sa.text("approval IS NOT NULL"),
        postgresql_where=sa.text("approval IS NOT NULL"),
    )
    op.drop_table("substituted")
    op.drop_table("substitute")
    op.drop_table("stowed")
    op.drop_table("shipment_step")
    op.drop_table("returned_units")
    op.drop_table("replenished")
    op.drop_index(op.f("ix_received_goods_site_unnamed"), table_name="received_goods")
    op.drop_index(
        op.f("ix_received_goods_site_number_owner_summed"),
        table_name="received_goods",
        sqlite_where=sa.text("summed IS NOT NULL"),
        postgresql_where=sa.text("summed IS NOT NULL"),
    )
    op.drop_index(
        op.f("ix_received_goods_site_number_owner_item_serial"), table_name="received_goods"
    )
    op.drop_table("received_goods")
    op.drop_table("putaway_rule")
    op.drop_table("place_count")
    op.drop_index(op.f("ix_pick_face_site_owner_item"), table_name="pick_face")
    op.drop_table("pick_face")
    op.drop_table("lot")
    op.drop_table("lacking")
    op.drop_table("kit_part")
    op.drop_index(
        op.f("ix_item_class_site_current"),
        table_name="item_class",
        sqlite_where=sa.text("current IS NOT NULL"),
        postgresql_where=sa.text("current IS NOT NULL"),
    )
    op.drop_table("item_class")
    op.drop_table("intake")
    op.drop_index(
        op.f("ix_guide_site_waits"),
        table_name="guide",
        sqlite_where=sa.text("waits IS NOT NULL"),
        postgresql_where=sa.text("waits IS NOT NULL"),
    )
    op.drop_index(
        op.f("ix_guide_site_target"),
        table_name="guide",
        sqlite_where=sa.text("target IS NOT NULL"),
        postgresql_where=sa.text("target IS NOT NULL"),
    )
    op.drop_index(op.f("ix_guide_site_source"), table_name="guide")
    op.drop_table("guide")
    op.drop_table("full_place")
    op.drop_table("disposition")
    op.drop_index(
        op.f("ix_count_rule_site_open"),
        table_name="count_rule",
        sqlite_where=sa.text("open IS NOT NULL"),
        postgresql_where=sa.text("open IS NOT NULL"),
    )
    op.drop_table("count_rule")
    op.drop_table("count_policy")
    op.drop_table("carton")
    op.drop_index(op.f("ix_announcement_site_number"), table_name="announcement")
    op.drop_table("announcement")
    op.drop_index(
        op.f("ix_announced_line_site_announcement_shared"),
        table_name="announced_line",
        sqlite_where=sa.text("shared IS NOT NULL"),
        postgresql_where=sa.text("shared IS NOT NULL"),
    )
    op.drop_index(
        op.f("ix_announced_line_site_announcement_item_serial"), table_name="announced_line"
    )
    op.drop_table("announced_line")
