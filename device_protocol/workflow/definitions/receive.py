"""Receiving, against an announcement or blind.

1. The dock is scanned once. Then goods: an item, or a pack that counts by its own code.
2. Lot, serial and expiry are asked for where the item wants them and the label did not say them. A
   serial is one unit and is taken once.
3. How many: scanned, or keyed. More or fewer than announced is taken as it is; what was not
   announced, or what no document knows, is taken too and said.
4. Goods stand at the dock, or at the place or unit that is scanned if the site asks for one.
5. DAMAGED marks what is at hand. DONE ends the receipt; lines that are still open are told before.
"""

from device_protocol.workflow.definition import Definition, Emit, State, Take, Way
from device_protocol.workflow.definitions.captures import EXPIRY, SHOWN, TOLD, lot, serial

RECEIVE = Definition(
    name="receive",
    version=1,
    plan="matched",
    opening=("dock",),
    cycle=("item", "lot", "serial", "expiry", "quantity"),
    states=(
        State(
            name="dock",
            fills="dock",
            prompt="receive.dock",
            fields={"announced": "work.announced"},
            takes=(Take("place", unknown="ask"),),
        ),
        State(
            name="item",
            fills="goods",
            prompt="receive.item",
            fields={"dock": "dock", "announced": "work.announced"},
            takes=(Take("goods", unknown="ask", fresh="everywhere"),),
        ),
        lot(),
        serial(fresh="everywhere"),
        EXPIRY,
        State(
            name="quantity",
            fills="quantity",
            prompt="receive.quantity",
            fields=SHOWN | {"expected": "expected", "condition": "condition"},
            takes=(Take("quantity", other="accept"),),
        ),
        State(
            name="to",
            fills="to",
            prompt="receive.to",
            fields=SHOWN | {"dock": "dock"},
            takes=(Take("place", unknown="ask"), Take("unit", open_only=True)),
        ),
    ),
    cycled=(
        Emit(
            "receive",
            TOLD | {"to": "to|dock", "announced": "work.announced", "expiry": "expiry"},
        ),
    ),
    keeps=("dock",),
    ways=(Way("damaged", "condition", "damaged"),),
)
