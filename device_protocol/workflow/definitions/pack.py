"""Packing at a bench, out of a tote into parcels.

1. The tote is scanned, which tells the shipment if it is bound to one; then a new parcel by its
   number, for which a carton is suggested, with the steps of work that are still to be done
   (work_step.py). Goods picked in bulk are bound by what is scanned first. What goes from parcel to
   parcel is packed by repack.py.
2. Item by item: each must be of the shipment; a serial or lot that is captured at shipping is asked
   for. The quantity that is left is shown, or every unit is scanned where the item wants that.
3. FULL seals the parcel and begins another. When all is packed that is said; DONE asks for the
   parcel once more, and seals it. A site that bills cartons puts `carton` before `seal` into its
   `closing`: then the code of the carton that was taken is scanned.
"""

from device_protocol.workflow.definition import Definition, Emit, State, Take, Way
from device_protocol.workflow.definitions.captures import SHOWN, TOLD, lot, serial

_SHIPMENT = "shipment|line.shipment|work.shipment"
_SEAL = Emit(
    "seal",
    {
        "unit": "parcel",
        "shipment": _SHIPMENT,
        "at": "work.bench",
        "packaging": "packaging",
    },
    when=("parcel", _SHIPMENT, "now.cycles"),
)

PACK = Definition(
    name="pack",
    version=2,
    plan="matched",
    cycle=("tote", "parcel", "item", "lot", "serial", "quantity"),
    closing=("seal",),
    states=(
        State(
            name="tote",
            fills="tote",
            prompt="pack.tote",
            takes=(Take("unit"), Take("place")),
        ),
        State(
            name="parcel",
            fills="parcel",
            prompt="pack.parcel",
            fields={"tote": "tote", "carton": "next.carton", "steps": "next.steps"},
            takes=(Take("unit", unlike="tote", open_only=True, unknown="ask"),),
        ),
        State(
            name="item",
            fills="goods",
            prompt="pack.item",
            fields={"parcel": "parcel", "tote": "tote"},
            takes=(Take("goods", unplanned="refuse", fresh="here"),),
        ),
        lot("shipping"),
        serial(fresh="here", at="shipping"),
        State(
            name="quantity",
            fills="quantity",
            prompt="pack.quantity",
            fields=SHOWN | {"expected": "expected"},
            takes=(Take("quantity", other="ask"),),
        ),
        State(
            name="carton",
            fills="packaging",
            prompt="pack.carton",
            fields={"parcel": "parcel"},
            when=("parcel", "now.cycles"),
            takes=(Take("unit", unlike="parcel", unknown="accept"),),
            ways=(Way("skip", "pass"),),
        ),
        State(
            name="seal",
            fills="sealed",
            prompt="pack.seal",
            fields={"parcel": "parcel"},
            when=("parcel", "now.cycles"),
            takes=(Take("unit", wants="parcel"),),
        ),
    ),
    cycled=(
        Emit(
            "pack",
            TOLD
            | {
                "source": "tote",
                "unit": "parcel",
                "shipment": "line.shipment|shipment|work.shipment",
            },
        ),
    ),
    closed=(_SEAL,),
    keeps=("tote", "parcel", "shipment"),
    ways=(
        Way("full", "emit", emits=(_SEAL,), drops=("parcel",), when=("parcel", "!goods.code")),
        Way("damaged", "condition", "damaged", when=("goods.code",)),
    ),
)
