"""Discarding: goods that leave for good.

1. The place is scanned once; then goods, lot or serial where the item wants them, how many.
2. Scrapped or recycled, and why, are chosen by number. DAMAGED says in which condition they were.
3. It goes on at the place until DONE.
"""

from device_protocol.workflow.definition import Choice, Definition, Emit, State, Take, Way
from device_protocol.workflow.definitions.captures import SHOWN, TOLD, lot, serial

_REASONS = (
    Choice("damaged", "reason.damaged"),
    Choice("expired", "reason.expired"),
    Choice("defective", "why.defective"),
    Choice("other", "why.other"),
)

DISCARD = Definition(
    name="discard",
    version=1,
    cycle=("source", "item", "lot", "serial", "quantity", "way", "why"),
    states=(
        State(
            name="source",
            fills="source",
            prompt="discard.source",
            takes=(Take("place", unknown="ask"), Take("unit")),
        ),
        State(
            name="item",
            fills="goods",
            prompt="discard.item",
            fields={"source": "source"},
            takes=(Take("goods", unknown="ask", fresh="here"),),
        ),
        lot(),
        serial(fresh="here"),
        State(
            name="quantity",
            fills="quantity",
            prompt="discard.quantity",
            fields=SHOWN | {"condition": "condition"},
            takes=(Take("quantity", other="accept"),),
        ),
        State(
            name="way",
            fills="way",
            prompt="discard.way",
            fields=SHOWN | {"quantity": "quantity"},
            takes=(
                Take(
                    "choice",
                    choices=(
                        Choice("scrap", "discard.scrap"),
                        Choice("recycle", "discard.recycle"),
                    ),
                ),
            ),
        ),
        State(
            name="why",
            fills="why",
            prompt="discard.why",
            fields=SHOWN,
            takes=(Take("choice", choices=_REASONS),),
            ways=(Way("skip", "pass"),),
        ),
    ),
    cycled=(
        Emit(
            "discard",
            TOLD | {"source": "source", "way": "way", "reason": "why"},
        ),
    ),
    keeps=("source",),
    ways=(Way("damaged", "condition", "damaged", when=("goods.code",)),),
)
