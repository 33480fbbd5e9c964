"""A delivered order with signature, name, position and notes: erased, and the book stays whole."""

import hashlib
import io
from pathlib import Path
from typing import Any

import msgspec
import pytest
from litestar.testing import TestClient
from PIL import Image

from device_protocol.attachments import MEDIA_TYPES
from device_protocol.client import DeviceClient
from device_protocol.operations import Deliver, FailDelivery, Load, PackItem, Receive, Seal
from device_protocol.personal import Position
from server.activities import ACTIVITIES
from server.clock import FixedClock
from server.identity.notes import ERASED
from server.ledger.locations import PutLocation
from server.orders.models import SHIPMENT
from server.sync.push import PushRules
from server.sync.verify import verify
from tests.api.desks import Desk, an_order
from tests.api.warehouse import SITE, Warehouse

PARCEL = "340400000000000017"
DAY_MS = 24 * 3_600_000
SECRETS = (b"Mustermann", b"Heidestr", b"Lovelace", b"525165000", b"behind the gate", b"rang twice")


def signature(colour: int = 9) -> bytes:
    """A picture of a signature."""
    buffer = io.BytesIO()
    Image.effect_noise((60, 40), colour).save(buffer, "PNG")
    return buffer.getvalue()


class Delivery:
    """An order of ACME, delivered to a person who signed."""

    def __init__(self, warehouse: Warehouse, client: TestClient[Any], acme: Desk) -> None:
        """Place it, pack it, take it to the door twice."""
        self.core = warehouse.core
        warehouse.tell(SITE, PutLocation(code="VAN-1", place_kind="van"))
        self.order: int = acme.say("POST", "/orders", an_order())["grant"]["order"]
        self.core.drain()
        with self.core.database.reading() as connection:
            shipment = connection.execute(SHIPMENT.select()).one().id
        self.device: DeviceClient = warehouse.device(client)
        kept = self.device.device
        self.picture = signature()
        self.signed = kept.attachments.keep(self.picture, MEDIA_TYPES[1])
        self.name = kept.personal.keep("A. Lovelace")
        self.position = kept.personal.keep_position(Position(525_165_000, 133_777_000, 8))
        self.note = kept.personal.keep("left it behind the gate", "note")
        for operation in (
            Receive(quantity=2, owner="ACME", item="A1", to="T-1"),
            PackItem(
                quantity=2, owner="ACME", item="A1", source="T-1", unit=PARCEL, shipment=shipment
            ),
            Seal(unit=PARCEL, shipment=shipment, at="P-1"),
            Load(unit=PARCEL, to="VAN-1", source="P-1"),
            FailDelivery(unit=PARCEL, reason="not at home", personal=(self.note,)),
            Deliver(
                unit=PARCEL,
                source="VAN-1",
                personal=(self.name, self.position),
                attachments=(self.signed,),
            ),
        ):
            self.last = kept.record(operation)
        self.device.sync()
        self.core.drain()

    @property
    def path(self) -> str:
        """Where the story of the delivery is told."""
        return f"/operations/{self.device.device.outbox.identity.device}/1/{self.last}"

    def files(self) -> bytes:
        """Every byte of every file beside the database and of it."""
        folder = Path(self.core.database.place).parent
        return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


@pytest.fixture
def delivery(warehouse: Warehouse, client: TestClient[Any], acme: Desk) -> Delivery:
    """Give a delivered order."""
    return Delivery(warehouse, client, acme)


ASKED = {"owner": "ACME", "number": "N1"}


def test_erased_order_leaves_nothing_but_the_book(
    delivery: Delivery, admin: Desk, acme: Desk, clock: FixedClock
) -> None:
    conflict = an_order(recipient={"name": "Max Mustermann", "lines": ["Heidestr. 99"]})
    assert acme.say("POST", "/orders", conflict)["outcome"] == "flagged"
    acme.say("POST", f"/orders/{delivery.order}/cancel", {"reason": "they rang twice"})
    delivery.core.drain()
    assert all(secret in delivery.files() for secret in (*SECRETS, delivery.picture))

    told = admin.say("POST", "/personal/erase", ASKED)

    assert told == {
        "erased_at": "2010-12-01T08:00:00.000Z",
        "actor": admin.get("/personal/erasures")["rows"][0]["actor"],
        "owner": "ACME",
        "number": "N1",
        "recipients": 2,
        "names": 1,
        "notes": 2,
        "positions": 1,
        "attachments": 1,
        "awaited": 0,
    }
    assert admin.get("/personal/erasures")["rows"] == [told]
    left = delivery.files()
    assert [secret for secret in (*SECRETS, delivery.picture) if secret in left] == []
    report = verify(delivery.core.database, PushRules(ACTIVITIES))
    assert report.findings == []
    clock.advance(1)
    again = admin.say("POST", "/personal/erase", ASKED)
    assert [again[name] for name in ("recipients", "names", "attachments")] == [0, 0, 0]


def test_reports_say_what_was_erased(delivery: Delivery, admin: Desk, acme: Desk) -> None:
    acme.say("POST", f"/orders/{delivery.order}/cancel", {"reason": "they rang twice"})
    before = admin.get(delivery.path)["evidence"]
    assert [(row["kind"], row["state"]) for row in before] == [
        ("name", "arrived"),
        ("position", "arrived"),
        ("attachment", "arrived"),
    ]
    assert before[0]["text"] == "A. Lovelace"
    assert msgspec.json.decode(before[1]["text"])["latitude_e7"] == 525_165_000

    admin.say("POST", "/personal/erase", ASKED)

    after = admin.get(delivery.path)["evidence"]
    assert [(row["state"], row["text"]) for row in after] == [
        ("erased", ERASED),
        ("erased", ERASED),
        ("erased", ""),
    ]
    proof = acme.get(f"/orders/{delivery.order}/proof")
    assert {row["state"] for each in proof for row in each["evidence"]} == {"erased"}
    assert acme.get(f"/orders/{delivery.order}")["order"]["cancel_reason"] == ERASED
    assert admin.refusal("GET", f"/attachments/{delivery.signed}")[:2] == (404, "not_found")


def test_same_order_sent_after_its_erasure_brings_nothing_back(
    delivery: Delivery, admin: Desk, acme: Desk
) -> None:
    admin.say("POST", "/personal/erase", ASKED)

    again = acme.say("POST", "/orders", an_order())

    assert again["grant"] == {"order": delivery.order, "duplicate": True}
    assert b"Mustermann" not in delivery.files()


def test_what_a_device_still_holds_is_not_taken_any_more(
    warehouse: Warehouse, client: TestClient[Any], acme: Desk, admin: Desk
) -> None:
    delivery = Delivery(warehouse, client, acme)
    kept = delivery.device.device
    late = kept.attachments.keep(signature(30), "image/png")
    name = kept.personal.keep("Someone Else")
    kept.record(FailDelivery(unit=PARCEL, reason="closed", personal=(name,), attachments=(late,)))
    delivery.device.hello()
    delivery.device.push_all()

    assert admin.say("POST", "/personal/erase", ASKED)["awaited"] == 2
    assert kept.uploads() == 2
    delivery.device.sync()

    # The device forgets them, because the server says that it has them.
    assert kept.uploads() == 0
    assert delivery.core.attachments.content(late) is None
    assert b"Someone Else" not in delivery.files()


def test_what_has_had_its_time_is_erased_daily(
    delivery: Delivery, admin: Desk, clock: FixedClock
) -> None:
    # Its thread would do the same beside us.
    delivery.core.relay.stop()
    clock.advance(91 * DAY_MS)
    delivery.core.relay.by_the_clock()
    assert b"525165000" not in delivery.files()
    assert all(
        secret in delivery.files() for secret in (b"Mustermann", b"Lovelace", delivery.picture)
    )

    clock.advance(90 * DAY_MS)
    delivery.core.relay.by_the_clock()

    left = delivery.files()
    assert [each for each in (b"Mustermann", b"Lovelace", delivery.picture) if each in left] == []
    assert b"behind the gate" in left
    admin.token = renewed(admin)
    states = [row["state"] for row in admin.get(delivery.path)["evidence"]]
    assert states == ["erased"] * 3


def test_what_never_came_is_missed_after_a_day_and_given_up_in_time(
    warehouse: Warehouse, client: TestClient[Any], admin: Desk, clock: FixedClock
) -> None:
    device = warehouse.device(client)
    picture, name = "1" * 64, hashlib.sha256(b"x").hexdigest()
    device.device.record(
        Receive(quantity=1, code="X", to="D-1", attachments=(picture,), personal=(name,))
    )
    device.sync()
    warehouse.core.relay.stop()

    def missed() -> list[tuple[str, str]]:
        rows = admin.get("/exceptions", subject="evidence")["rows"]
        return sorted((row["kind"], row["expected"]) for row in rows)

    clock.advance(DAY_MS // 2)
    admin.token = renewed(admin)
    assert missed() == []
    clock.advance(DAY_MS)
    admin.token = renewed(admin)
    assert missed() == [("missing_attachment", picture), ("missing_personal", name)]
    clock.advance(180 * DAY_MS)
    warehouse.core.relay.by_the_clock()
    admin.token = renewed(admin)
    assert missed() == []


def renewed(desk: Desk) -> str:
    """A session of today."""
    answer = desk.client.post("/ops/v1/sign_in", json={"person": "admin", "password": "4711"})
    token: str = answer.json()["token"]
    return token


def test_order_that_does_not_exist_is_not_found(admin: Desk, acme: Desk) -> None:
    assert acme.token
    for asked in (
        {"owner": "ACME", "number": "N7"},
        {"owner": "NOBODY", "number": "N1"},
        {"owner": "BETA", "number": "N1"},
    ):
        assert admin.refusal("POST", "/personal/erase", asked)[:2] == (404, "not_found")


def test_number_of_several_channels_has_to_be_said_with_one(admin: Desk, acme: Desk) -> None:
    for channel in ("web", "shop"):
        acme.say("POST", "/orders", an_order(channel=channel))

    assert admin.refusal("POST", "/personal/erase", ASKED)[:2] == (409, "personal.several")
    told = admin.say("POST", "/personal/erase", ASKED | {"channel": "shop"})
    assert (told["recipients"], told["number"]) == (1, "N1")
