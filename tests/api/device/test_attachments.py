"""Attachments over HTTP: a device's whole way, pieces, and lies."""

import hashlib
import io
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from litestar.testing import TestClient
from PIL import Image

from device_protocol import signatures
from device_protocol.messages import ATTACHMENTS_PATH
from device_protocol.operations import Receive
from device_protocol.version import LIMITS
from server.clock import FixedClock
from server.core import Core
from server.sync.models import EVIDENCE
from server.tasks.devices import SetDeviceState
from tests.api.device.callers import Caller, problem
from tests.api.warehouse import HOUR_MS, SITE, Warehouse

SALT = bytes(range(16))


def picture(kind: str = "PNG", colour: int = 7) -> bytes:
    """A small picture."""
    buffer = io.BytesIO()
    Image.new("RGB", (40, 30), (colour, 2, 3)).save(buffer, kind)
    return buffer.getvalue()


def named(content: bytes, salt: bytes = SALT) -> str:
    """How a line names content."""
    return hashlib.sha256(salt + content).hexdigest()


class Sender:
    """A device that says of an attachment what a test wants."""

    def __init__(self, caller: Caller, content: bytes) -> None:
        """Say the truth until told otherwise."""
        self.caller = caller
        self.content = content
        self.said: dict[str, Any] = {"size": len(content), "salt": SALT.hex(), "type": "image/png"}
        self.hash = named(content)

    def call(self, method: str, target: str, body: bytes = b"") -> httpx.Response:
        """Make a signed call."""
        caller = self.caller
        header = signatures.call_header(caller.device, caller.private, method, target, body)
        headers = {signatures.SIGNATURE_HEADER: header}
        return caller.client.request(method, target, content=body, headers=headers)

    def have(self) -> dict[str, Any]:
        """What the server says it has."""
        answer = self.call("GET", f"{ATTACHMENTS_PATH}/{self.hash}")
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    def put(self, first: int, last: int, **said: Any) -> httpx.Response:  # noqa: ANN401 - any JSON.
        """Send bytes first … last."""
        asked = urlencode({"offset": first, **self.said, **said})
        return self.call("PUT", f"{ATTACHMENTS_PATH}/{self.hash}?{asked}", self.content[first:last])


@pytest.fixture
def sender(caller: Caller) -> Sender:
    """Give a device with a picture."""
    return Sender(caller, picture())


def test_pieces_become_a_whole(sender: Sender, core: Core) -> None:
    assert sender.have() == {"hash": sender.hash, "have": 0}

    first = sender.put(0, 30)
    assert first.json() == {"hash": sender.hash, "have": 30}
    assert sender.have()["have"] == 30
    last = sender.put(30, 999)

    assert last.json() == {"hash": sender.hash, "have": len(sender.content), "complete": True}
    assert sender.have()["complete"]
    found = core.attachments.content(sender.hash)
    assert found is not None
    assert found[1] == sender.content


def test_pieces_that_repeat_change_nothing(sender: Sender) -> None:
    sender.put(0, 40)

    again = sender.put(0, 40)
    overlapping = sender.put(20, 60)
    empty = sender.put(60, 60)

    assert [each.json()["have"] for each in (again, overlapping, empty)] == [40, 60, 60]
    assert sender.put(10, 999).json()["complete"]
    # What is whole is answered the same, whatever comes again.
    assert sender.put(0, 40).json()["complete"]


@pytest.mark.spec("DP-ATT-2")
def test_gap_is_told_with_what_has_come(sender: Sender) -> None:
    sender.put(0, 20)

    answer = sender.put(30, 40)

    assert problem(answer) == (409, "attachments.gap")
    assert answer.json()["have"] == 20


def test_devices_may_send_the_same_together(
    sender: Sender, warehouse: Warehouse, client: TestClient[Any]
) -> None:
    other = Sender(Caller(warehouse, client), sender.content)

    sender.put(0, 50)
    told = other.put(50, 999)

    assert told.json()["complete"]
    assert sender.have()["complete"]


@pytest.mark.parametrize("state", ["suspended", "revoked"])
@pytest.mark.spec("DP-LOST-1")
def test_device_may_send_what_it_holds_in_any_state(
    sender: Sender, warehouse: Warehouse, state: str
) -> None:
    warehouse.tell(SITE, SetDeviceState(device=sender.caller.device, state=state))

    assert sender.put(0, 999).json()["complete"]


def test_wrong_signature_is_refused_before_anything(sender: Sender) -> None:
    target = f"{ATTACHMENTS_PATH}/{sender.hash}"
    caller = sender.caller
    header = signatures.call_header(caller.device, caller.private, "GET", target, b"")

    # The signature covers the query, so nobody adds to it.
    answer = caller.client.get(f"{target}?a=b", headers={signatures.SIGNATURE_HEADER: header})

    assert problem(answer) == (401, "unauthorized")
    assert problem(caller.client.get(target)) == (401, "unauthorized")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"size": LIMITS.attachment_bytes + 1}, (413, "attachments.too_large")),
        ({"size": 10}, (422, "attachments.mismatch")),
        ({"size": 0}, (422, "attachments.mismatch")),
        ({"type": "image/svg+xml"}, (422, "attachments.type")),
        ({"type": "text/html"}, (422, "attachments.type")),
        ({"salt": "00"}, (422, "invalid")),
        ({"salt": "no salt"}, (422, "invalid")),
        ({"offset": -1}, (400, "malformed")),
        ({"size": "many"}, (400, "malformed")),
        ({"offset": 9}, (422, "attachments.mismatch")),
    ],
)
def test_what_can_not_be_is_refused(
    sender: Sender, said: dict[str, Any], told: tuple[int, str]
) -> None:
    answer = sender.put(0, 999, **said)

    assert problem(answer) == told
    assert sender.have() == {"hash": sender.hash, "have": 0}


def test_name_that_is_no_hash_is_refused(sender: Sender) -> None:
    sender.hash = "logo.png"

    assert problem(sender.put(0, 999)) == (422, "invalid")


def test_piece_that_is_too_large_is_refused(caller: Caller) -> None:
    sender = Sender(caller, bytes(LIMITS.chunk_bytes + 1))

    answer = sender.put(0, LIMITS.chunk_bytes + 1)

    assert problem(answer) == (413, "attachments.piece_too_large")
    assert sender.put(0, LIMITS.chunk_bytes).json()["have"] == LIMITS.chunk_bytes


@pytest.mark.parametrize(
    "lie", [{"salt": bytes(16).hex()}, {"type": "image/jpeg"}, {"size": 9_999, "last": True}]
)
@pytest.mark.spec("DP-ATT-3")
def test_right_upload_follows_a_lie(sender: Sender, lie: dict[str, Any]) -> None:
    padded = dict(lie)
    if padded.pop("last", False):
        # Some bytes more than there are, with a size to fit.
        right, sender.content = sender.content, sender.content.ljust(9_999, b"x")
        answer = sender.put(0, 9_999, **padded)
        sender.content = right
    else:
        answer = sender.put(0, 999, **padded)

    assert problem(answer) == (422, "attachments.mismatch")
    assert sender.have() == {"hash": sender.hash, "have": 0}
    assert sender.put(0, 999).json()["complete"]


def test_what_was_checked_cannot_be_declared_otherwise(sender: Sender) -> None:
    sender.put(0, 999)

    answer = sender.put(0, 999, salt=bytes(16).hex())

    assert problem(answer) == (422, "attachments.mismatch")
    assert sender.have()["complete"]


def test_who_declares_otherwise_begins_anew(sender: Sender) -> None:
    sender.put(0, 30, salt=bytes(16).hex())

    assert problem(sender.put(30, 40)) == (409, "attachments.gap")
    assert sender.put(0, 999).json()["complete"]


def test_device_sends_only_so_much_a_day(sender: Sender, core: Core, clock: FixedClock) -> None:
    core.attachments._bytes_per_day = 2 * len(sender.content) + 20
    others = [Sender(sender.caller, picture(colour=each)) for each in (20, 21, 22)]
    clock.advance(HOUR_MS)
    assert others[0].put(0, 10).status_code == 200
    clock.advance(HOUR_MS)

    taken = [each.put(0, 10) for each in others[1:]]

    assert [each.status_code for each in taken] == [200, 429]
    assert problem(taken[1]) == (429, "attachments.quota")
    wait_s = int(taken[1].headers["Retry-After"])
    assert wait_s == 23 * 3_600 + 1
    # What was begun goes on, and the rest when there is room again.
    assert others[0].put(10, 999).json()["complete"]
    clock.advance(wait_s * 1_000)
    assert others[2].put(0, 10).status_code == 200


def test_without_a_place_nothing_is_taken(sender: Sender, core: Core) -> None:
    core.attachments._store = None

    answer = sender.put(0, 999)

    assert problem(answer) == (503, "attachments.no_place")
    assert "TOTEBOOK_ATTACHMENTS" in answer.json()["detail"]
    assert core.attachments.content(sender.hash) is None


@pytest.mark.spec("DP-ATT-1")
def test_line_and_attachment_come_in_any_order(sender: Sender, core: Core) -> None:
    caller = sender.caller
    caller.write(Receive(quantity=1, code="X", to="D-1", attachments=(sender.hash, "no hash")))

    assert caller.push().status_code == 200
    assert sender.put(0, 999).json()["complete"]

    with core.database.reading() as connection:
        named = connection.execute(EVIDENCE.select()).one()
    assert (named.hash, named.kind, named.stream, named.seq) == (
        sender.hash,
        "attachment",
        caller.device,
        1,
    )


@pytest.mark.spec("DP-ATT-1", "DP-ATT-4")
def test_device_sends_by_itself(warehouse: Warehouse, client: TestClient[Any], core: Core) -> None:
    device = warehouse.device(client)
    content = picture("JPEG") + bytes(LIMITS.chunk_bytes)
    name = device.device.attachments.keep(content, "image/jpeg")
    device.device.record(Receive(quantity=1, code="X", to="D-1", attachments=(name,)))
    assert device.device.uploads() == 1

    device.sync()

    assert device.device.uploads() == 0
    found = core.attachments.content(name)
    assert found is not None
    assert found[1] == content


@pytest.mark.spec("DP-ATT-4")
def test_server_without_a_place_holds_up_nothing(
    warehouse: Warehouse, client: TestClient[Any], core: Core
) -> None:
    device = warehouse.device(client)
    device.device.attachments.keep(picture(), "image/png")
    device.device.record(Receive(quantity=1, code="X", to="D-1"))
    core.attachments._store = None

    assert device.sync().pushed > 0
    assert device.device.uploads() == 1
