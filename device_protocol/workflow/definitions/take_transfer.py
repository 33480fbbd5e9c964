"""Taking goods in that another site has sent, under the number of a transfer.

1. The number is keyed, unless the work was taken on with it (as `announced`). Then the dock or
   place where the goods stand is scanned once, or the pallet or tote that holds them.
2. Goods as in receiving: an item or pack, lot, serial and date where the item wants them, how many.
   What has not been heard of, or not so many, is taken all the same and said by the book.
3. DAMAGED marks what is at hand. DONE ends it; lines that are still open are told before.
"""

from device_protocol.workflow.definition import Definition, Emit, State, Take, Way
from device_protocol.workflow.definitions.captures import EXPIRY, SHOWN, TOLD, lot, serial

TAKE_TRANSFER = Definition(
    name="take_transfer",
    version=1,
    plan="matched",
    opening=("number", "to"),
    cycle=("item", "lot", "serial", "expiry", "quantity"),
    states=(
        State(
            name="number",
            fills="number",
            prompt="transfer.number",
            when=("!work.announced",),
            takes=(Take("number"),),
        ),
        State(
            name="to",
            fills="to",
            prompt="take_transfer.to",
            fields={"number": "number|work.announced"},
            takes=(Take("place", unknown="ask"), Take("unit")),
        ),
        State(
            name="item",
            fills="goods",
            prompt="take_transfer.item",
            fields={"to": "to", "number": "number|work.announced"},
            takes=(Take("goods", unknown="ask", fresh="here"),),
        ),
        lot(),
        serial(fresh="here"),
        EXPIRY,
        State(
            name="quantity",
            fills="quantity",
            prompt="take_transfer.quantity",
            fields=SHOWN | {"expected": "expected", "condition": "condition"},
            takes=(Take("quantity", other="accept"),),
        ),
    ),
    cycled=(
        Emit(
            "take_transfer",
            TOLD | {"to": "to", "transfer": "number|work.announced", "expiry": "expiry"},
        ),
    ),
    keeps=("number", "to"),
    ways=(Way("damaged", "condition", "damaged"),),
)
