"""Relabelling: goods carry another label from now on.

1. The place is scanned once; then goods by their old label, lot or serial where the item wants
   them, how many.
2. What the new label changes is chosen by number: the item, the lot, the serial or the date. Then
   the new label is scanned, or keyed. A serial is one unit, and may not be used already.
3. It goes on at the place until DONE.
"""

from device_protocol.workflow.definition import Choice, Definition, Emit, State, Take, Way
from device_protocol.workflow.definitions.captures import SHOWN, lot, serial

_CHANGES = (
    Choice("item", "relabel.change_item"),
    Choice("lot", "relabel.change_lot"),
    Choice("serial", "relabel.change_serial"),
    Choice("expiry", "relabel.change_expiry"),
)

RELABEL = Definition(
    name="relabel",
    version=1,
    cycle=(
        *("place", "item", "lot", "serial", "quantity"),
        *("change", "to_item", "to_lot", "to_serial", "to_expiry"),
    ),
    states=(
        State(
            name="place",
            fills="place",
            prompt="relabel.place",
            takes=(Take("place", unknown="ask"), Take("unit")),
        ),
        State(
            name="item",
            fills="goods",
            prompt="relabel.item",
            fields={"place": "place"},
            takes=(Take("goods", unknown="ask"),),
        ),
        lot(),
        serial(),
        State(
            name="quantity",
            fills="quantity",
            prompt="relabel.quantity",
            fields=SHOWN,
            takes=(Take("quantity", other="accept"),),
        ),
        State(
            name="change",
            fills="change",
            prompt="relabel.change",
            fields=SHOWN | {"quantity": "quantity"},
            takes=(Take("choice", choices=_CHANGES),),
        ),
        State(
            name="to_item",
            fills="to_item",
            prompt="relabel.to_item",
            fields=SHOWN,
            when=("change=item",),
            takes=(Take("goods", into="to_item"),),
        ),
        State(
            name="to_lot",
            fills="to_lot",
            prompt="relabel.to_lot",
            fields=SHOWN,
            when=("change=lot",),
            takes=(Take("lot"),),
        ),
        State(
            name="to_serial",
            fills="to_serial",
            prompt="relabel.to_serial",
            fields=SHOWN,
            when=("change=serial",),
            takes=(Take("serial", fresh="everywhere"),),
        ),
        State(
            name="to_expiry",
            fills="to_expiry",
            prompt="relabel.to_expiry",
            fields=SHOWN,
            when=("change=expiry",),
            takes=(Take("expiry"),),
        ),
    ),
    cycled=(
        Emit(
            "relabel",
            {
                "at": "place",
                "quantity": "quantity",
                "packs": "packs",
                "code": "goods.code",
                "owner": "goods.owner|to_item_owner",
                "item": "goods.item",
                "lot": "lot",
                "serial": "serial",
                "condition": "condition",
                "to_item": "to_item",
                "to_lot": "to_lot",
                "to_serial": "to_serial",
                "to_expiry": "to_expiry",
            },
        ),
    ),
    keeps=("place",),
    ways=(Way("damaged", "condition", "damaged", when=("goods.code",)),),
)
