"""From parcel to parcel: merged, split or packed anew; sealed ones are opened before (unseal.py).

1. The parcel that goods are taken out of is scanned, then the one that they go into, then the goods
   one by one. No list leads it: what lies in a parcel is known by looking.
2. SKIP tells that the first parcel is empty now: its number is voided, and another is asked for.
   FULL seals the second and begins another. DONE asks for it once more and seals it.
3. A parcel that is closed as far as the device knows is taken: it may have been opened just now.
"""

from device_protocol.workflow.definition import Definition, Emit, State, Take, Way
from device_protocol.workflow.definitions.captures import SHOWN, TOLD, serial

_SEAL = Emit(
    "seal",
    {"unit": "parcel", "shipment": "shipment", "at": "work.bench"},
    when=("parcel", "shipment", "now.cycles"),
)

REPACK = Definition(
    name="repack",
    version=1,
    cycle=("source", "parcel", "item", "lot", "serial", "quantity"),
    closing=("seal",),
    states=(
        State(
            name="source",
            fills="source",
            prompt="repack.source",
            takes=(Take("unit", unlike="parcel", unknown="ask"),),
        ),
        State(
            name="parcel",
            fills="parcel",
            prompt="repack.parcel",
            fields={"source": "source"},
            takes=(Take("unit", unlike="source", unknown="ask"),),
        ),
        State(
            name="item",
            fills="goods",
            prompt="repack.item",
            fields={"source": "source", "parcel": "parcel"},
            takes=(Take("goods"),),
            ways=(
                Way(
                    "skip",
                    "emit",
                    emits=(Emit("void_number", {"number": "source"}),),
                    drops=("source",),
                ),
                Way("full", "emit", emits=(_SEAL,), drops=("parcel",)),
            ),
        ),
        State(
            name="lot",
            fills="lot",
            prompt="goods.lot",
            fields=SHOWN,
            when=("!goods.lot_capture=never",),
            takes=(Take("lot"),),
            ways=(Way("skip", "pass"),),
        ),
        serial("!goods.serial_capture=never"),
        State(
            name="quantity",
            fills="quantity",
            prompt="repack.quantity",
            fields=SHOWN,
            takes=(Take("quantity"),),
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
            TOLD | {"source": "source", "unit": "parcel", "shipment": "shipment|work.shipment"},
        ),
    ),
    closed=(_SEAL,),
    keeps=("source", "parcel", "shipment"),
    ways=(Way("damaged", "condition", "damaged", when=("goods.code",)),),
)
