"""Opening parcels again, at a bench.

1. The parcel is scanned: its seal holds no more. One that nobody knows is asked about.
2. What is to be changed in it is done by repacking (repack.py); then it is sealed anew, under the
   same number.
"""

from device_protocol.workflow.definition import Definition, Emit, State, Take

UNSEAL = Definition(
    name="unseal",
    version=1,
    cycle=("parcel",),
    states=(
        State(
            name="parcel",
            fills="parcel",
            prompt="unseal.parcel",
            fields={"opened": "now.cycles"},
            takes=(Take("unit", unknown="ask"),),
        ),
    ),
    cycled=(Emit("unseal", {"unit": "parcel", "shipment": "shipment", "at": "stood|work.bench"}),),
)
