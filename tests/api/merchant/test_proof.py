"""A merchant sees what proves its own deliveries, and nobody else's."""

from typing import Any

from litestar.testing import TestClient

from tests.api.desks import Desk
from tests.api.ops.test_privacy import PARCEL, Delivery
from tests.api.warehouse import Warehouse


def test_proof_is_told_to_the_merchant_alone(
    warehouse: Warehouse, client: TestClient[Any], acme: Desk, beta: Desk, supervisor: Desk
) -> None:
    delivery = Delivery(warehouse, client, acme)

    proof = acme.get(f"/orders/{delivery.order}/proof")
    picture = acme.call("GET", f"/attachments/{delivery.signed}")

    assert [(row["sscc"], row["did"]) for row in proof] == [
        (PARCEL, "fail_delivery"),
        (PARCEL, "deliver"),
    ]
    assert [row["text"] for row in proof[0]["evidence"]] == ["left it behind the gate"]
    assert {row["kind"]: row["state"] for row in proof[1]["evidence"]} == {
        "attachment": "arrived",
        "name": "arrived",
        "position": "arrived",
    }
    assert picture.content == delivery.picture
    assert beta.refusal("GET", f"/orders/{delivery.order}/proof")[:2] == (404, "not_found")
    assert beta.refusal("GET", f"/attachments/{delivery.signed}")[:2] == (404, "not_found")
    assert supervisor.get(f"/orders/{delivery.order}/proof") == proof
    assert supervisor.refusal("GET", "/orders/77/proof")[:2] == (404, "not_found")


def test_picture_is_answered_as_a_file_that_runs_nothing(
    warehouse: Warehouse, client: TestClient[Any], acme: Desk, supervisor: Desk
) -> None:
    delivery = Delivery(warehouse, client, acme)

    answer = supervisor.call("GET", f"/attachments/{delivery.signed}")

    assert answer.content == delivery.picture
    told = {
        name: answer.headers[name]
        for name in (
            "Content-Type",
            "Content-Disposition",
            "X-Content-Type-Options",
            "Content-Security-Policy",
            "Cache-Control",
        )
    }
    assert told == {
        "Content-Type": "image/png",
        "Content-Disposition": f'attachment; filename="{delivery.signed[:12]}.png"',
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "private, no-store",
    }
