"""Deliveries for tests: announced at the desk, received by handhelds."""

from typing import Any

from device_protocol.operations import Receive
from server.catalog.messages import PutItem
from server.inbound.messages import (
    AnnouncedGoods,
    AnnounceReceipt,
    CloseReceipt,
    NoteArrival,
)
from server.inbound.records import AnnouncedLine, Announcement
from server.lane.activity import NETWORK
from server.lane.message import Message
from tests.floor import Floor
from tests.sayings import all_of, say

ACME = 1_000_001
BETA = 1_000_002
NUMBER = "ASN-1"


def asn(*lines: AnnouncedGoods, **more: Any) -> AnnounceReceipt:  # noqa: ANN401 - members.
    """An announcement of ACME's: ten of A1, or these lines."""
    about: dict[str, Any] = {
        "owner": ACME,
        "number": NUMBER,
        "lines": lines or (AnnouncedGoods("A1", 10),),
    }
    return AnnounceReceipt(**(about | more))


def ask(floor: Floor, message: Message) -> dict[str, Any]:
    """Say one message at the desk; answer its outcome."""
    return say(floor, message)[0]


def captures_serials(floor: Floor) -> Floor:
    """The floor, where serials of A3 are captured at receipt."""
    item = PutItem(owner="ACME", sku="A3", serial_capture="receipt")
    (outcome,) = say(floor, item, site=NETWORK)
    assert outcome["outcome"] == "applied", outcome
    return floor


def announce(floor: Floor, *lines: AnnouncedGoods, **more: Any) -> int:  # noqa: ANN401 - members.
    """Announce, and answer the announcement's id."""
    outcome = ask(floor, asn(*lines, **more))
    assert outcome["outcome"] == "applied", outcome
    number: int = outcome["grant"]["announcement"]
    return number


def came(quantity: int, item: str = "A1", **more: Any) -> Receive:  # noqa: ANN401 - members.
    """Units of ACME's that came under the number."""
    about: dict[str, Any] = {
        "owner": "ACME",
        "item": item,
        "to": "D-1",
        "announced": NUMBER,
        "ended": 1_000,
    }
    return Receive(quantity=quantity, **(about | more))


def close(floor: Floor, number: int) -> dict[str, Any]:
    """Close a receipt at the desk."""
    return ask(floor, CloseReceipt(announcement=number))


def arrive(floor: Floor, number: int, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - members.
    """Note that a delivery arrived."""
    return ask(floor, NoteArrival(announcement=number, **more))


def stands(floor: Floor, number: str = NUMBER) -> Announcement:
    """The announcement of a number."""
    return next(each for each in all_of(floor, Announcement) if each.number == number)


def got(floor: Floor) -> dict[int, tuple[int, int]]:
    """Announced and received units of every line, by position."""
    return {line.position: (line.quantity, line.received) for line in all_of(floor, AnnouncedLine)}
