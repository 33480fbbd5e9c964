"""Handing the money of a round over.

1. Per currency: what is in the purse is counted and keyed, without being told what should be there.
2. The cash desk is scanned, or the badge of the supervisor who takes it; once for all of it.
3. A difference is the server's to tell: what was counted is what was handed over.
"""

from device_protocol.workflow.definition import Definition, Emit, State, Take

HAND_OVER_CASH = Definition(
    name="hand_over_cash",
    version=1,
    plan="led",
    cycle=("amount", "desk"),
    states=(
        State(
            name="amount",
            fills="amount",
            prompt="hand_over_cash.amount",
            fields={"currency": "line.currency"},
            takes=(Take("number"),),
        ),
        State(
            name="desk",
            fills="desk",
            prompt="hand_over_cash.desk",
            takes=(Take("place", into="to", unknown="ask"), Take("badge", into="witness")),
        ),
    ),
    cycled=(
        Emit(
            "hand_over_cash",
            {
                "amount": "amount",
                "currency": "line.currency",
                "round": "work.round",
                "to": "to",
                "witness": "witness",
            },
        ),
    ),
    keeps=("desk", "to", "witness"),
)
