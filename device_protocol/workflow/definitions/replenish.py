"""Replenishing: goods are fetched from reserve and fill the place from which they are picked.

1. The device leads from line to line, the most urgent first: the reserve place is scanned once per
   visit, then the item, its serial where it has one, and how many are taken.
2. The face to be filled is shown and scanned. Another place is taken and noted; FULL says that the
   face has no room.
3. SHORT says with a reason that the reserve has less: what is in the hand is brought, and the place
   is counted. SKIP comes back to the line after all others.
"""

from device_protocol.workflow.definition import Definition, Emit, Options, State, Take, Way
from device_protocol.workflow.definitions.captures import LINE, serial

_GOODS = {
    "owner": "line.owner",
    "item": "line.item",
    "lot": "lot|line.lot",
    "serial": "serial|line.serial",
}

REPLENISH = Definition(
    name="replenish",
    version=1,
    plan="led",
    cycle=("bin", "item", "serial", "quantity", "to"),
    states=(
        State(
            name="bin",
            fills="place",
            prompt="replenish.bin",
            fields=LINE,
            takes=(Take("place", wants="line.place"),),
        ),
        State(
            name="item",
            fills="goods",
            prompt="pick.item",
            fields=LINE | {"lot": "line.lot"},
            takes=(Take("goods"),),
        ),
        serial(),
        State(
            name="quantity",
            fills="quantity",
            prompt="pick.quantity",
            fields={
                "item": "line.item",
                "description": "line.description",
                "quantity": "expected",
                "counted": "now.counted",
            },
            takes=(Take("quantity", other="accept"),),
        ),
        State(
            name="to",
            fills="to",
            prompt="replenish.to",
            fields={"to": "line.to", "item": "line.item", "quantity": "quantity"},
            takes=(Take("place", wants="line.to", other="accept", unlike="place", unknown="ask"),),
            ways=(Way("full", "full", "full"),),
        ),
    ),
    cycled=(
        Emit(
            "move",
            _GOODS
            | {
                "source": "place",
                "to": "to",
                "quantity": "quantity",
                "packs": "packs",
                "suggested": "suggested",
                "reason": "reason",
            },
        ),
    ),
    short=Emit(
        "short_pick",
        _GOODS | {"source": "place|line.place", "quantity": "missing", "reason": "short"},
    ),
    keeps=("place",),
    ways=(
        Way("short", "short"),
        Way("damaged", "short", "damaged"),
        Way("wrong", "short", "wrong_goods"),
        Way("skip", "skip"),
    ),
    options=Options(
        reasons=("not_found", "too_few", "damaged", "wrong_goods", "expired", "unreachable"),
    ),
)
