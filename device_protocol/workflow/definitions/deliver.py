"""Delivering at the door, and attempts that fail.

1. The parcel is scanned; one that is on no stop of the round is asked about.
2. To whom it was handed: the person, a neighbour, or a place that was agreed on. Where the consumer
   has a one-time code, it is typed as it is said; SKIP if nobody knows it.
3. SHORT after the scan says with a reason that it could not be delivered; DAMAGED is such a reason.
   The parcel stays in the van.
4. DONE ends the round; parcels that nobody tried are told before.
"""

from device_protocol.workflow.definition import (
    Choice,
    Definition,
    Emit,
    Options,
    State,
    Take,
    Way,
)

_TRIED = {"unit": "unit", "stop": "line.stop", "arrived": "now.began"}

DELIVER = Definition(
    name="deliver",
    version=1,
    plan="matched",
    opening=("van",),
    cycle=("parcel", "handed", "code"),
    states=(
        State(
            name="van",
            fills="van",
            prompt="deliver.van",
            when=("!work.van",),
            takes=(Take("place", kinds=("van",), unknown="ask"),),
        ),
        State(
            name="parcel",
            fills="unit",
            prompt="deliver.parcel",
            takes=(Take("unit", into="unit", unplanned="ask", unknown="ask"),),
        ),
        State(
            name="handed",
            fills="handed",
            prompt="deliver.handed",
            fields={"unit": "unit", "number": "line.number"},
            takes=(
                Take(
                    "choice",
                    choices=(
                        Choice("person", "handed.person"),
                        Choice("neighbour", "handed.neighbour"),
                        Choice("place", "handed.place"),
                    ),
                ),
            ),
        ),
        State(
            name="code",
            fills="typed",
            prompt="deliver.code",
            fields={"unit": "unit"},
            when=("line.asks_code", "handed=person"),
            takes=(Take("text"),),
            ways=(Way("skip", "pass"),),
        ),
    ),
    cycled=(
        Emit(
            "deliver",
            _TRIED | {"source": "van|work.van", "to": "handed", "typed": "typed"},
        ),
    ),
    short=Emit("fail_delivery", _TRIED | {"reason": "short"}),
    keeps=("van",),
    ways=(
        Way("short", "short", when=("unit",)),
        Way("damaged", "short", "damaged", when=("unit",)),
    ),
    options=Options(
        reasons=("absent", "refused", "no_access", "wrong_address", "damaged", "no_time"),
    ),
)
