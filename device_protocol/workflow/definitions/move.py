"""Putting away and moving, of goods or of a whole unit with all that is in it.

1. The place is scanned where it is taken, or the unit out of which: a tote with goods that go back
   to their shelf. Then what: a handling unit moves whole with this one scan; goods are counted as
   in receiving. A site may ask for what first and for the place after.
2. A place to go to is suggested where the work has one; another is taken and noted. FULL suggests
   the next best. Goods may go onto a unit as well.
3. It goes on until DONE.
"""

from device_protocol.workflow.definition import Definition, Emit, State, Take, Way
from device_protocol.workflow.definitions.captures import SHOWN, TOLD, lot, serial

MOVE = Definition(
    name="move",
    version=2,
    plan="matched",
    cycle=("source", "thing", "lot", "serial", "quantity", "to"),
    states=(
        State(
            name="source",
            fills="source",
            prompt="move.source",
            takes=(Take("place", unknown="ask"), Take("unit", unlike="unit", open_only=True)),
        ),
        State(
            name="thing",
            fills="thing",
            prompt="move.thing",
            fields={"source": "source"},
            takes=(Take("goods", unknown="ask"), Take("unit", into="unit", unlike="source")),
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
                Take("unit", unlike="unit|source", open_only=True),
            ),
            ways=(Way("full", "full"),),
        ),
    ),
    cycled=(
        Emit(
            "move_unit",
            {"unit": "unit", "to": "to", "source": "source", "suggested": "suggested"},
            when=("unit",),
        ),
        Emit(
            "move",
            TOLD | {"source": "source", "to": "to", "suggested": "suggested"},
            when=("!unit",),
        ),
    ),
    ways=(Way("damaged", "condition", "damaged", when=("goods.code",)),),
)
