"""Whatever is packed, opened, voided, loaded and taken back in whatever order: nothing raises."""

import random

import pytest
from msgspec.structs import replace
from structlog.testing import capture_logs

from device_protocol.handling import Unseal, WorkStep
from device_protocol.operations import (
    CloseManifest,
    Load,
    Operation,
    PackItem,
    Seal,
    Undo,
    VoidNumber,
)
from server.planning.cartons import PutCarton
from tests.transport.road import BENCH, FIRST, OTHER, PARCEL, SECOND, VAN, VAN_2, planned

UNITS = (PARCEL, OTHER, "A-01", "T-1", "T-9", "?" * 20, BENCH, "340400000000000031")


def an_operation(source: random.Random, ended: int, lines: int, round_: int) -> Operation:
    """Something that a packer or loader may say, right or wrong."""
    choose = source.choice
    unit, other = choose(UNITS), choose(UNITS)
    at, shipment = choose((BENCH, "", VAN, unit)), choose((FIRST, SECOND, 99))
    grams, rounds = choose((None, -3, 5, 500, 10**12)), (round_, 77)
    said: tuple[Operation, ...] = (
        WorkStep(step=choose(("wrap", "", "x" * 500)), unit=unit, shipment=shipment),
        WorkStep(step="wrap", owner=choose(("", "ACME", "ZZ"))),
        Unseal(unit=unit, at=at, shipment=choose((None, shipment))),
        VoidNumber(number=unit),
        PackItem(
            source=choose(("T-1", other)),
            unit=unit,
            shipment=shipment,
            owner=choose(("ACME", "BETA", "")),
            item=choose(("A1", "A2", "ZZ", "")),
            quantity=choose((1, 2)),
            measured_g=grams,
        ),
        Seal(unit=unit, shipment=shipment, at=at, packaging=choose(("", "S")), measured_g=grams),
        Load(unit=unit, to=choose((VAN, VAN_2)), source=at, round=choose((None, *rounds))),
        CloseManifest(round=choose(rounds), van=VAN, loaded=1, reason=choose(("", "full"))),
        Undo(seq=source.randint(1, max(1, lines))),
    )
    told = choose(said)
    return replace(told, ended=ended)


@pytest.mark.parametrize("seed", range(10))
def test_no_packing_is_beyond_the_book(seed: int) -> None:
    source = random.Random(seed)
    road, packer, round_ = planned()
    road.tell(PutCarton(code="S", length_mm=9, width_mm=9, height_mm=9, weight_g_max=9))
    handhelds = [packer, road.floor.handheld(2), road.floor.handheld(3)]
    ended = 3_000
    with capture_logs() as logged:
        for _ in range(6):
            batches = []
            for handheld in source.sample(handhelds, source.randint(2, 3)):
                for _ in range(source.randint(1, 4)):
                    ended += source.randint(1, 50)
                    late = source.choice((0, 0, 2_000))
                    lines = len(handheld.lines)
                    handheld.write(an_operation(source, ended - late, lines, round_))
                batches.append(handheld.batch(handheld.sent + 1, len(handheld.lines)))
                handheld.sent = len(handheld.lines)
            for answer in road.floor.run(*batches):
                assert answer.status == "taken"
    assert [each["event"] for each in logged if each["log_level"] == "error"] == []
