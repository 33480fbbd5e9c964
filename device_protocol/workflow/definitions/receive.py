"""Receiving, against an announcement or blind.

1. The dock is scanned once. Then goods: an item, or a pack that counts by its own code.
2. Lot, serial and expiry are asked for where the item wants them and the label did not say them. A
   serial is one unit and is taken once.
3. How many: scanned, or keyed. More or fewer than announced is taken as it is; what was not
   announced, or what no document knows, is taken too and said.
4. Goods stand at the dock, or at the place or unit that is scanned if the site asks for one.
5. The SSCC of a pallet or carton takes it to the dock with all that was announced in it, in one
   scan. WRONG, before, means to look for oneself: then it comes alone, and the goods that are
   scanned after it stand on it, until another one is scanned or WRONG ends that. One that was not
   announced comes alone, too: a handling unit of which nobody knows what is in it.
6. DAMAGED marks what is at hand. DONE ends the receipt; lines that are still open are told before.
"""

from device_protocol.workflow.definition import Definition, Emit, State, Take, Way
from device_protocol.workflow.definitions.captures import EXPIRY, SHOWN, TOLD, lot, serial

RECEIVE = Definition(
    name="receive",
    version=2,
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
            takes=(Take("goods", unknown="ask", fresh="everywhere"), Take("whole")),
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
            TOLD | {"to": "to|onto|dock", "announced": "work.announced", "expiry": "expiry"},
        ),
    ),
    whole=(
        Emit(
            "receive",
            {
                "code": "unit",
                "quantity": "quantity",
                "condition": "condition",
                "to": "dock",
                "announced": "work.announced",
            },
        ),
        Emit(
            "receive",
            {
                "quantity": "quantity",
                "owner": "line.owner",
                "item": "line.item",
                "lot": "line.lot",
                "serial": "line.serial",
                "expiry": "line.expiry",
                "condition": "condition",
                "to": "unit",
                "announced": "work.announced",
            },
        ),
    ),
    keeps=("dock", "apart", "onto"),
    ways=(Way("damaged", "condition", "damaged"), Way("wrong", "apart")),
)
