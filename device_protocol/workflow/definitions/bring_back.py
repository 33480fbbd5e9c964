"""Bringing back at the end of a round.

1. The van is scanned, unless the round says which; then the place where parcels are set down.
2. Parcel by parcel: what was not handed over leaves the van. One may come from a round that is
   over, so none is expected, and one that no document knows is asked about.
3. DONE ends it.
"""

from device_protocol.workflow.definition import Definition, Emit, State, Take
from device_protocol.workflow.definitions.captures import VAN

BRING_BACK = Definition(
    name="bring_back",
    version=1,
    opening=("van", "to"),
    cycle=("parcel",),
    states=(
        VAN,
        State(
            name="to",
            fills="to",
            prompt="bring_back.to",
            takes=(Take("place", unlike="van|work.van", unknown="ask"),),
        ),
        State(
            name="parcel",
            fills="unit",
            prompt="bring_back.parcel",
            fields={"to": "to", "brought": "now.cycles"},
            takes=(Take("unit", into="unit", unplanned="ask", unknown="ask"),),
        ),
    ),
    cycled=(Emit("bring_back", {"unit": "unit", "source": "van|work.van", "to": "to"}),),
    keeps=("van", "to"),
)
