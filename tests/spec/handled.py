"""The lines of protocol 2 whose kinds protocol 1 did not know: a stream with one of each."""

from typing import Any

import msgspec

from device_protocol import chain, codec
from device_protocol.handling import (
    Assemble,
    Discard,
    Grade,
    Part,
    Relabel,
    SendTransfer,
    Sort,
    TakeReturn,
    TakeTransfer,
    Unseal,
    WorkStep,
)
from device_protocol.operations import Count, CountLine, Operation, Pick

PARCEL = "00340123450000000018"

HANDLED: tuple[Operation, ...] = (
    TakeReturn(
        ended=61_000,
        boot=3,
        quantity=2,
        code="04012345678901",
        condition="damaged",
        to="RET-1",
        announced="R-7",
        channel="web",
        parcel=PARCEL,
        disposition="repair",
    ),
    Grade(
        ended=62_000,
        boot=3,
        reason="box_torn",
        quantity=1,
        owner="acme",
        item="SKU-1",
        at="A-01-02",
        graded="damaged",
        disposition="scrap",
        step="storage",
        liable="house",
    ),
    Discard(ended=63_000, boot=3, quantity=1, item="SKU-1", source="RET-1", way="recycle"),
    Relabel(
        ended=64_000,
        boot=3,
        quantity=5,
        owner="acme",
        item="SKU-1",
        lot="L1",
        at="BENCH-1",
        to_item="SKU-2",
        to_lot="L2",
        to_serial="S2",
        to_expiry="2026-12-31",
        to_customs="free",
    ),
    Assemble(
        ended=65_000,
        boot=3,
        quantity=2,
        owner="acme",
        item="KIT-1",
        at="BENCH-1",
        parts=(Part(quantity=4, item="SKU-1", lot="L1"), Part(quantity=2, code="04012345678901")),
        task=9,
    ),
    Assemble(ended=66_000, boot=3, quantity=1, item="KIT-1", at="BENCH-1", apart=True),
    WorkStep(
        ended=67_000,
        boot=3,
        step="gift_wrap",
        quantity=2,
        unit=PARCEL,
        shipment=12,
        owner="acme",
        task=9,
    ),
    Sort(
        ended=68_000,
        boot=3,
        quantity=1,
        code="04012345678901",
        source="TOTE-1",
        to="WALL-1-03",
        shipment=12,
    ),
    Unseal(ended=69_000, boot=3, unit=PARCEL, shipment=12, at="BENCH-1"),
    SendTransfer(
        ended=70_000, boot=3, quantity=24, item="SKU-1", lot="L1", source="DOCK-2", transfer=4
    ),
    TakeTransfer(
        ended=71_000, boot=3, quantity=23, item="SKU-1", lot="L1", to="DOCK-1", transfer=4
    ),
    Pick(
        ended=72_000,
        boot=3,
        quantity=1,
        item="SKU-2",
        source="A-01",
        to="TOTE-1",
        tasks=(5,),
        instead="SKU-1",
    ),
    Count(
        ended=73_000,
        boot=3,
        place="A-01",
        lines=(CountLine(quantity=0, item="SKU-1"),),
        complete=True,
        occasion="zero",
        attempt=2,
        blind=True,
    ),
)


def stream_of(
    device: int, epoch: int, nonce: bytes, told: tuple[Operation, ...] = HANDLED
) -> dict[str, Any]:
    """Return the file of a stream: its start, and per line what it says, its hash and its id."""
    lines = [codec.encode_line(each) for each in told]
    start = chain.start(device, epoch, nonce)
    hashes = chain.walk(start, 1, lines)
    return {
        "about": "A stream with one line of each kind that is new in protocol 2.",
        "device": device,
        "epoch": epoch,
        "nonce": nonce.hex(),
        "start": start.hex(),
        "lines": [
            {
                "line": line.decode(),
                "operation": msgspec.json.decode(line),
                "hash": head.hex(),
                "id": chain.operation_id(head),
            }
            for line, head in zip(lines, hashes, strict=True)
        ],
    }
