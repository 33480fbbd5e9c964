"""Loading a van for a round.

1. The van is scanned; another one than planned is asked about. Then parcel by parcel, one scan
   each, in any order. A parcel of another round is asked about; one that is in the van already is
   told.
2. DONE ends it: parcels that are still missing are told before. The manifest is closed with the
   number of parcels that this device loaded.
3. FULL ends it as well, and the manifest says so: what does not go in stays for another round.
"""

from device_protocol.workflow.definition import Definition, Emit, State, Take, Way

_MANIFEST = {"round": "work.round", "van": "van"}

LOAD = Definition(
    name="load",
    version=2,
    plan="matched",
    opening=("van",),
    cycle=("parcel",),
    states=(
        State(
            name="van",
            fills="van",
            prompt="load.van",
            fields={"van": "work.van"},
            takes=(Take("place", wants="work.van", other="ask", kinds=("van",), unknown="ask"),),
        ),
        State(
            name="parcel",
            fills="unit",
            prompt="load.parcel",
            fields={"van": "van", "loaded": "now.cycles"},
            takes=(Take("unit", into="unit", unplanned="ask", unknown="ask"),),
            ways=(Way("full", "finish", "full"),),
        ),
    ),
    opened=(Emit("open_manifest", _MANIFEST, when=("work.round",)),),
    cycled=(Emit("load", {"unit": "unit", "to": "van", "source": "stood", "round": "work.round"}),),
    closed=(
        Emit(
            "close_manifest",
            _MANIFEST | {"loaded": "now.cycles", "reason": "ended"},
            when=("work.round", "van"),
        ),
    ),
    keeps=("van",),
)
