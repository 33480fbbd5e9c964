"""Sending goods to another site, under the number of a transfer.

1. The number is keyed, unless the work was taken on with it (as `announced`). Then the place,
   pallet or tote from which goods leave is scanned once.
2. Goods as in receiving: an item or pack, lot and serial where the item wants them, how many. What
   was not ordered, or not so many, leaves all the same and is said by the book.
3. DAMAGED marks what is at hand. DONE ends it; lines that are still open are told before.
"""

from device_protocol.workflow.definition import Definition, Emit, State, Take, Way
from device_protocol.workflow.definitions.captures import SHOWN, TOLD, lot, serial

SEND_TRANSFER = Definition(
    name="send_transfer",
    version=1,
    plan="matched",
    opening=("number", "source"),
    cycle=("item", "lot", "serial", "quantity"),
    states=(
        State(
            name="number",
            fills="number",
            prompt="transfer.number",
            when=("!work.announced",),
            takes=(Take("number"),),
        ),
        State(
            name="source",
            fills="source",
            prompt="send_transfer.source",
            fields={"number": "number|work.announced"},
            takes=(Take("place", unknown="ask"), Take("unit")),
        ),
        State(
            name="item",
            fills="goods",
            prompt="send_transfer.item",
            fields={"source": "source", "number": "number|work.announced"},
            takes=(Take("goods", unknown="ask", fresh="here"),),
        ),
        lot(),
        serial(fresh="here"),
        State(
            name="quantity",
            fills="quantity",
            prompt="send_transfer.quantity",
            fields=SHOWN | {"expected": "expected", "condition": "condition"},
            takes=(Take("quantity", other="accept"),),
        ),
    ),
    cycled=(
        Emit(
            "send_transfer",
            TOLD | {"source": "source", "transfer": "number|work.announced"},
        ),
    ),
    keeps=("number", "source"),
    ways=(Way("damaged", "condition", "damaged"),),
)
