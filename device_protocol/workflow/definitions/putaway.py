"""Directed putaway: goods at a dock are led to the places that fit them.

1. The dock, or wherever the goods wait, is scanned once. Then what is taken from there: a pallet
   goes whole with this one scan, goods are counted as in receiving.
2. The place that is suggested is shown. Another one is taken as well, and noted: people see what is
   there. FULL says that the suggested place has no room, and shows the next best.
3. Goods that no task names are put away all the same. It goes on until DONE.
"""

from device_protocol.workflow.definition import Definition, Emit, State, Take, Way
from device_protocol.workflow.definitions.captures import SHOWN, TOLD, lot, serial

PUTAWAY = Definition(
    name="putaway",
    version=1,
    plan="matched",
    opening=("source",),
    cycle=("thing", "lot", "serial", "quantity", "to"),
    states=(
        State(
            name="source",
            fills="source",
            prompt="putaway.source",
            takes=(Take("place", unknown="ask"),),
        ),
        State(
            name="thing",
            fills="thing",
            prompt="putaway.thing",
            fields={"source": "source"},
            takes=(Take("goods", unknown="ask"), Take("unit", into="unit")),
        ),
        lot(),
        serial(),
        State(
            name="quantity",
            fills="quantity",
            prompt="move.quantity",
            fields=SHOWN | {"expected": "expected"},
            when=("!unit",),
            takes=(Take("quantity", other="accept"),),
        ),
        State(
            name="to",
            fills="to",
            prompt="move.to",
            fields=SHOWN | {"unit": "unit", "to": "line.to"},
            takes=(
                Take("place", wants="line.to", other="accept", unlike="source", unknown="ask"),
                Take("unit", unlike="unit", open_only=True),
            ),
            ways=(Way("full", "full", "full"),),
        ),
    ),
    cycled=(
        Emit(
            "move_unit",
            {
                "unit": "unit",
                "to": "to",
                "source": "source",
                "suggested": "suggested",
                "reason": "reason",
            },
            when=("unit",),
        ),
        Emit(
            "move",
            TOLD | {"source": "source", "to": "to", "suggested": "suggested", "reason": "reason"},
            when=("!unit",),
        ),
    ),
    keeps=("source",),
    ways=(Way("damaged", "condition", "damaged", when=("goods.code",)),),
)
