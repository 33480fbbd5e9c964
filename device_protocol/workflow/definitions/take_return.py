"""Taking returns, parcel by parcel.

1. The bench is scanned once. Then the parcel in which goods came back, and the number of the return
   as it was told, or SKIP for each; work that was announced brings its number along.
2. Goods as in receiving: an item or pack, lot, serial and date where the item wants them, how many.
3. How they look and why they came back are chosen by number. What becomes of them is said
   elsewhere, by their owner's rules.
4. DONE at the item ends the parcel, and once more the work.
"""

from device_protocol.workflow.definition import Choice, Definition, Emit, State, Take, Way
from device_protocol.workflow.definitions.captures import EXPIRY, SHOWN, TOLD, WHY, lot, serial

_CONDITIONS = (
    Choice("good", "condition.good"),
    Choice("damaged", "condition.damaged"),
    Choice("quarantine", "condition.quarantine"),
)

TAKE_RETURN = Definition(
    name="return",
    version=1,
    opening=("to",),
    cycle=("parcel", "number", "item", "lot", "serial", "expiry", "quantity", "condition", "why"),
    states=(
        State(
            name="to",
            fills="to",
            prompt="return.to",
            takes=(Take("place", unknown="ask"),),
        ),
        State(
            name="parcel",
            fills="parcel",
            prompt="return.parcel",
            fields={"to": "to"},
            takes=(Take("unit", unknown="ask"),),
            ways=(Way("skip", "pass"),),
        ),
        State(
            name="number",
            fills="number",
            prompt="return.number",
            fields={"parcel": "parcel"},
            when=("!work.announced",),
            takes=(Take("text"),),
            ways=(Way("skip", "pass"),),
        ),
        State(
            name="item",
            fills="goods",
            prompt="return.item",
            fields={"parcel": "parcel", "number": "number|work.announced"},
            takes=(Take("goods", unknown="ask", fresh="here"),),
            ways=(Way("done", "emit", drops=("parcel", "number")),),
        ),
        lot(),
        serial("!goods.serial_capture=never", "goods.serial_capture", fresh="here"),
        EXPIRY,
        State(
            name="quantity",
            fills="quantity",
            prompt="return.quantity",
            fields=SHOWN,
            takes=(Take("quantity", other="accept"),),
        ),
        State(
            name="condition",
            fills="condition",
            prompt="return.condition",
            fields=SHOWN | {"quantity": "quantity"},
            takes=(Take("choice", choices=_CONDITIONS),),
        ),
        State(
            name="why",
            fills="why",
            prompt="return.why",
            fields=SHOWN,
            takes=(Take("choice", choices=WHY),),
            ways=(Way("skip", "pass"),),
        ),
    ),
    cycled=(
        Emit(
            "take_return",
            TOLD
            | {
                "to": "to",
                "parcel": "parcel",
                "announced": "number|work.announced",
                "expiry": "expiry",
                "reason": "why",
            },
        ),
    ),
    keeps=("to", "parcel", "number"),
)
