"""Collecting returns at a door.

1. The van is scanned, unless the round says which. Then each parcel that is taken back: by the code
   under which it came, or by a label that is stuck on.
2. Why it goes back is chosen by number; SKIP if nobody says.
3. SHORT says with a reason that nothing was handed out at a door where something was to be
   collected. Where trying again makes sense, the day for it is asked; SKIP if nobody knows.
4. DONE ends it.
"""

from device_protocol.workflow.definition import Definition, Emit, Options, State, Take, Way
from device_protocol.workflow.definitions.captures import VAN, WHY

COLLECT = Definition(
    name="collect",
    version=1,
    opening=("van",),
    cycle=("parcel", "next_date", "why"),
    states=(
        VAN,
        State(
            name="parcel",
            fills="unit",
            prompt="collect.parcel",
            fields={"number": "work.announced", "collected": "now.cycles"},
            when=("!short",),
            takes=(Take("unit", into="unit", unknown="ask", unplanned="ask"),),
        ),
        State(
            name="next_date",
            fills="next_date",
            prompt="collect.next_date",
            fields={"number": "work.announced"},
            when=("short", "!short=refused"),
            takes=(Take("expiry"),),
            ways=(Way("skip", "pass"),),
        ),
        State(
            name="why",
            fills="why",
            prompt="collect.why",
            fields={"unit": "unit"},
            when=("!short",),
            takes=(Take("choice", choices=WHY),),
            ways=(Way("skip", "pass"),),
        ),
    ),
    cycled=(
        Emit(
            "collect",
            {
                "unit": "unit",
                "to": "van|work.van",
                "stop": "work.stop",
                "announced": "work.announced",
                "arrived": "now.began",
                "reason": "why",
            },
        ),
    ),
    short=Emit(
        "fail_collection",
        {"stop": "work.stop", "reason": "short", "next_date": "next_date", "arrived": "now.began"},
    ),
    keeps=("van",),
    ways=(Way("short", "short", when=("work.stop", "!short", "!unit")),),
    options=Options(
        reasons=("absent", "not_ready", "refused", "no_access", "wrong_address", "no_time"),
    ),
)
