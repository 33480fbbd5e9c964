"""What stands on the label and on the packing list of a parcel."""

import sqlalchemy as sa

from server.identity.personal import find_personal, read_recipient
from server.labels.documents import PackingLine, PackingList, ShippingLabel
from server.reports.reading import read_rows

SERVICES = {0: "EXPRESS"}


def parcel_label(connection: sa.Connection, sscc: str) -> ShippingLabel | None:
    """The label of a parcel by its SSCC; None where no shipment has such a parcel."""
    sql = """SELECT r.id AS id, r.site AS site, r.shipment AS shipment, r.measured_g AS weight_g,
      h.number AS number, h.recipient AS recipient, h.destination AS destination,
      h.priority AS priority, m.name AS sender, h.parcels AS parcels,
      (SELECT count(*) FROM parcel AS b WHERE b.site = r.site AND b.shipment = r.shipment
        AND b.id <= r.id) AS place
    FROM site AS t JOIN place AS p ON p.site = t.id AND p.code = :sscc
    JOIN parcel AS r ON r.site = p.site AND r.id = p.id
    JOIN shipment AS h ON h.site = r.site AND h.id = r.shipment
    LEFT JOIN merchant AS m ON m.site = 0 AND m.id = h.owner
    WHERE t.site = 0 ORDER BY r.site LIMIT 1"""
    found = read_rows(connection, sql, {"sscc": sscc})
    if not found:
        return None
    row = found[0]
    personal = find_personal(connection, [row["recipient"]])
    recipient = read_recipient(personal.get(row["recipient"]))
    return ShippingLabel(
        sscc=sscc,
        shipment_number=row["number"],
        sender=row["sender"] or "",
        recipient_lines=recipient.label_lines,
        destination=row["destination"],
        service=SERVICES.get(row["priority"], "STANDARD"),
        weight_g=row["weight_g"],
        parcel_of=f"{row['place']}/{max(row['parcels'], row['place'])}",
    )


def packing_list(connection: sa.Connection, sscc: str) -> PackingList | None:
    """What is in a parcel by its SSCC, as the book has it; None where there is no such parcel."""
    label = parcel_label(connection, sscc)
    if label is None:
        return None
    sql = """SELECT coalesce(i.sku, s.raw) AS sku, coalesce(i.description, '') AS description,
      sum(b.quantity) AS quantity
    FROM site AS t JOIN place AS p ON p.site = t.id AND p.code = :sscc
    JOIN parcel AS r ON r.site = p.site AND r.id = p.id AND r.shipment IS NOT NULL
    JOIN balance AS b ON b.site = p.site AND b.place = p.id
    JOIN stock AS s ON s.site = b.site AND s.id = b.stock
    LEFT JOIN item AS i ON i.site = 0 AND i.id = s.item
    WHERE t.site = 0 AND b.quantity > 0
    GROUP BY p.site, coalesce(i.sku, s.raw), coalesce(i.description, '')
    ORDER BY p.site, sku, description"""
    return PackingList(
        shipment_number=label.shipment_number,
        sender=label.sender,
        recipient_lines=label.recipient_lines,
        parcel_of=label.parcel_of,
        lines=tuple(
            PackingLine(row["sku"], row["description"], int(row["quantity"]))
            for row in read_rows(connection, sql, {"sscc": sscc})
        ),
    )
