"""Grading: how goods look, where they stand.

1. The place is scanned once; then goods, lot or serial where the item wants them, how many.
2. How they look is chosen by number. If they are not good any more: in which step it happened, why,
   and who is liable. DAMAGED says that they were damaged before.
3. It goes on at the place until DONE.
"""

from device_protocol.workflow.definition import Choice, Definition, Emit, State, Take, Way
from device_protocol.workflow.definitions.captures import SHOWN, TOLD, lot, serial

_CONDITIONS = (
    Choice("good", "condition.good"),
    Choice("damaged", "condition.damaged"),
    Choice("quarantine", "condition.quarantine"),
)
_STEPS = (
    Choice("storage", "during.storage"),
    Choice("picking", "during.picking"),
    Choice("packing", "during.packing"),
    Choice("return", "during.return"),
    Choice("repair", "during.repair"),
)
_REASONS = (
    Choice("dropped", "why.dropped"),
    Choice("wet", "why.wet"),
    Choice("expired", "reason.expired"),
    Choice("defective", "why.defective"),
    Choice("other", "why.other"),
)
_LIABLE = (
    Choice("house", "liable.house"),
    Choice("owner", "liable.owner"),
    Choice("carrier", "liable.carrier"),
    Choice("consumer", "liable.consumer"),
    Choice("supplier", "liable.supplier"),
)
_SPOILED = ("!graded=good",)

GRADE = Definition(
    name="grade",
    version=1,
    cycle=(
        *("place", "item", "lot", "serial", "quantity"),
        *("graded", "step", "why", "liable"),
    ),
    states=(
        State(
            name="place",
            fills="place",
            prompt="grade.place",
            takes=(Take("place", unknown="ask"), Take("unit")),
        ),
        State(
            name="item",
            fills="goods",
            prompt="grade.item",
            fields={"place": "place"},
            takes=(Take("goods", unknown="ask"),),
        ),
        lot(),
        serial(),
        State(
            name="quantity",
            fills="quantity",
            prompt="grade.quantity",
            fields=SHOWN | {"condition": "condition"},
            takes=(Take("quantity", other="accept"),),
        ),
        State(
            name="graded",
            fills="graded",
            prompt="grade.graded",
            fields=SHOWN | {"quantity": "quantity"},
            takes=(Take("choice", choices=_CONDITIONS),),
        ),
        State(
            name="step",
            fills="step",
            prompt="grade.step",
            fields=SHOWN,
            when=_SPOILED,
            takes=(Take("choice", choices=_STEPS),),
            ways=(Way("skip", "pass"),),
        ),
        State(
            name="why",
            fills="why",
            prompt="grade.why",
            fields=SHOWN,
            when=_SPOILED,
            takes=(Take("choice", choices=_REASONS),),
            ways=(Way("skip", "pass"),),
        ),
        State(
            name="liable",
            fills="liable",
            prompt="grade.liable",
            fields=SHOWN,
            when=_SPOILED,
            takes=(Take("choice", choices=_LIABLE),),
            ways=(Way("skip", "pass"),),
        ),
    ),
    cycled=(
        Emit(
            "grade",
            TOLD
            | {
                "at": "place",
                "graded": "graded",
                "step": "step",
                "reason": "why",
                "liable": "liable",
            },
        ),
    ),
    keeps=("place",),
    ways=(Way("damaged", "condition", "damaged", when=("goods.code", "!graded")),),
)
