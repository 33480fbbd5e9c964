"""Makes the golden vectors of what came with protocol 3: `python -m tests.spec.roads` writes them.

Everything else of protocol 3 is as the vectors of protocol 2 say.
"""

from pathlib import Path
from typing import Any

from device_protocol.operations import Deliver, Operation
from device_protocol.road import Collect, FailCollection, HandOverCash
from tests.spec.handled import stream_of
from tests.spec.vectors import DEVICE, NONCE, written

FILE = Path(__file__).parents[2] / "fixtures" / "protocol" / "v3" / "stream.json"
TOLD: tuple[Operation, ...] = (
    Deliver(
        ended=90_000,
        boot=3,
        actor="7",
        unit="00340123450000000018",
        source="VAN-1",
        stop=71,
        arrived=88_000,
        taken=4_990,
        currency="EUR",
    ),
    Collect(
        ended=91_000,
        boot=3,
        actor="7",
        reason="not_wanted",
        unit="00340123450000000025",
        to="VAN-1",
        stop=72,
        announced="R-7",
        arrived=90_500,
    ),
    FailCollection(
        ended=92_000, boot=3, reason="not_ready", stop=73, next_date="2026-02-28", arrived=91_500
    ),
    HandOverCash(
        ended=93_000, boot=3, actor="7", amount=4_990, currency="EUR", round=81, to="DESK-1"
    ),
    HandOverCash(ended=94_000, boot=3, witness="STAFF-EVE", amount=0, currency="JPY", round=81),
)


def road_vectors() -> dict[str, Any]:
    """Return lines of every kind that is new in protocol 3, and of one that says more."""
    about = "A stream with one line of each kind that is new in protocol 3, or says more in it."
    return stream_of(DEVICE, 1, NONCE, TOLD) | {"about": about}


if __name__ == "__main__":
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(written(road_vectors()), encoding="utf-8")
