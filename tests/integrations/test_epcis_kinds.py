"""Every kind of operation that moves goods is told as what it is, in words of CBV 2.0."""

from datetime import UTC

import msgspec
import pytest

from device_protocol.operations import Operation
from server.activities import ACTIVITIES
from server.integrations.epcis import told
from server.integrations.epcis_events import STEPS, Posting, Spot
from server.integrations.epcis_names import Thing
from server.ledger.records import CONSUMER, SUPPLIER, WORK
from tests.integrations.epcis_schema import AnyEvent

BIN = Spot(2_000_001, "A-01", "bin")
WALL = Spot(2_000_002, "W-1", "staging")
TOTE = Spot(2_000_003, "T-1", "tote")
PARCEL = Spot(2_000_004, "P-1", "parcel")
VAN = Spot(2_000_005, "VAN-1", "van")
PURSE = Spot(2_000_006, "PURSE-1", "purse")
OUTSIDE = {place: Spot(place, "", "") for place in (CONSUMER, SUPPLIER, WORK)}

GOODS = Thing("", "ACME", "A1", "", "", "", "", grams=False, condition="good")
BOX = GOODS._replace(unit="340123450000000017", sku="", owner="")
MONEY = GOODS._replace(raw="money:EUR", sku="", owner="")

MOVES_NOTHING = {
    *("bind", "claim", "close_manifest", "fail_collection", "fail_delivery", "hand_back"),
    *("open_manifest", "renew", "short_pick", "start_tote", "void_number", "work_step"),
    *("hand_over_cash", "undo", "count", "take_numbers"),
}
"""Or money; or it is told by its cause: what counts and undos post."""
SAID_OTHERWISE = {"discard", "grade", "relabel"}
"""By the way that was chosen; by what the goods were and are."""


def posting(did: str, source: Spot, target: Spot, thing: Thing = GOODS) -> Posting:
    """A movement of one piece by a kind of operation."""
    return Posting(
        site=1,
        site_code="BER",
        zone=UTC,
        number=1,
        cause="fact",
        mends=None,
        did=did,
        operation="1000001/1/2",
        operation_hash=b"hash",
        occurred_at=0,
        uncertainty=0,
        recorded_at=0,
        quantity=1,
        source=source,
        target=target,
        left=thing,
        came=thing,
    )


@pytest.mark.parametrize(
    ("did", "source", "target", "thing", "events"),
    [
        (
            "sort",
            TOTE,
            WALL,
            GOODS,
            ["DELETE unpacking in_progress", "OBSERVE picking in_progress"],
        ),
        ("sort", TOTE, PARCEL, GOODS, ["DELETE unpacking in_progress", "ADD picking in_progress"]),
        ("seal", OUTSIDE[WORK], BIN, BOX, ["ADD commissioning active"]),
        ("unseal", BIN, OUTSIDE[WORK], BOX, ["DELETE decommissioning inactive"]),
        (
            "collect",
            OUTSIDE[CONSUMER],
            VAN,
            BOX,
            ["ADD loading in_transit", "OBSERVE collecting returned"],
        ),
        ("deliver", OUTSIDE[CONSUMER], PURSE, MONEY, []),
        ("hand_over_cash", PURSE, BIN, MONEY, []),
    ],
)
def test_movement_is_told_as_what_it_is(
    did: str, source: Spot, target: Spot, thing: Thing, events: list[str]
) -> None:
    found = told(posting(did, source, target, thing), {})

    assert [f"{e['action']} {e['bizStep']} {e['disposition']}" for e in found] == events
    msgspec.convert(found, list[AnyEvent])


def test_every_kind_of_operation_is_told_or_moves_nothing() -> None:
    kinds = {
        str(each.message.__struct_config__.tag)
        for each in ACTIVITIES
        if issubclass(each.message, Operation)
    }

    assert kinds - STEPS.keys() == MOVES_NOTHING | SAID_OTHERWISE
