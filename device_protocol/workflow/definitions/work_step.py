"""Steps of added value: gift wrap, an insert, a message, engraving, repair.

1. The parcel or tote is scanned, then the step is chosen by its number. That is all: it is written
   once for each time, and the next parcel is asked for.
2. A unit that nobody knows is asked about, and taken all the same. DONE ends it.
"""

from device_protocol.workflow.definition import Choice, Definition, Emit, State, Take

STEPS = ("insert", "gift_wrap", "gift_message", "engraving", "repair", "other")
"""What may be chosen, by number."""

WORK_STEP = Definition(
    name="work_step",
    version=1,
    cycle=("unit", "step"),
    states=(
        State(
            name="unit",
            fills="parcel",
            prompt="work_step.unit",
            fields={"done": "now.cycles"},
            takes=(Take("unit", unknown="ask"),),
        ),
        State(
            name="step",
            fills="step",
            prompt="work_step.step",
            fields={"unit": "parcel"},
            takes=(Take("choice", choices=tuple(Choice(step, f"step.{step}") for step in STEPS)),),
        ),
    ),
    cycled=(Emit("work_step", {"step": "step", "unit": "parcel", "shipment": "shipment"}),),
)
