"""Discarding: goods that leave for good.

1. The place is scanned once; then goods, lot or serial where the item wants them, how many.
2. Scrapped or recycled, and why, are chosen by number. DAMAGED says in which condition they were.
3. It goes on at the place until DONE.
"""

from device_protocol.workflow.definition import Choice, Definition, Emit, State, Take, Way

_GOODS = {"item": "goods.item", "description": "goods.description", "code": "goods.code"}
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
        State(
            name="lot",
            fills="lot",
            prompt="goods.lot",
            fields=_GOODS,
            when=("goods.lot_capture=receipt",),
            takes=(Take("lot"),),
            ways=(Way("skip", "pass"),),
        ),
        State(
            name="serial",
            fills="serial",
            prompt="goods.serial",
            fields=_GOODS,
            when=("goods.serial_capture=receipt",),
            takes=(Take("serial", fresh="here"),),
            ways=(Way("skip", "pass"),),
        ),
        State(
            name="quantity",
            fills="quantity",
            prompt="discard.quantity",
            fields=_GOODS | {"condition": "condition"},
            takes=(Take("quantity", other="accept"),),
        ),
        State(
            name="way",
            fills="way",
            prompt="discard.way",
            fields=_GOODS | {"quantity": "quantity"},
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
            fields=_GOODS,
            takes=(Take("choice", choices=_REASONS),),
            ways=(Way("skip", "pass"),),
        ),
    ),
    cycled=(
        Emit(
            "discard",
            {
                "source": "source",
                "way": "way",
                "quantity": "quantity",
                "packs": "packs",
                "code": "goods.code",
                "owner": "goods.owner",
                "item": "goods.item",
                "lot": "lot",
                "serial": "serial",
                "condition": "condition",
                "reason": "why",
            },
        ),
    ),
    keeps=("source",),
    ways=(Way("damaged", "condition", "damaged", when=("goods.code",)),),
)
