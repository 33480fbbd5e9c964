"""Picking, one by one, in batches, or as a cluster of orders on a cart.

1. The device leads from line to line along the walking path. The bin is scanned once per visit,
   then the item; a bin where the item stands too is offered and noted as another than suggested.
2. How many: the quantity that is wanted is shown, packs as packs. Another scan of the item counts
   one more by its own code; a number is keyed; the scan of the tote confirms what is shown.
3. The tote is scanned at every put. A shipment without a tote takes an empty one, which then is its
   own; in a batch, or where totals are picked to be sorted (bulk), all share one. Where a shipment
   spans zones, a tote that nobody knows to be its own may come from another with goods in it: that
   is asked. Fewer than wanted may be put: the line stays open for the rest.
4. SHORT says with a reason that there is no more. What is in the hand is put first; then the next
   bin is offered, then what its owner lets be taken in its place; and only if nobody goes there the
   rest is sent to be sought elsewhere.
5. FULL takes another tote in mid-line. SKIP comes back to the line after all others. DAMAGED and
   WRONG are shorts whose reason is given.
6. At a bin where a count is open the prompt says so, and the pick is written as ever. Whoever takes
   the last units is asked what is left, where the site wants it.
7. After the last line every tote is brought on: to the next zone of its shipment, or to where it is
   packed. There it may be scanned before anything else, and is not begun anew.
"""

from device_protocol.workflow.definition import Definition, Emit, Options, State, Take, Way
from device_protocol.workflow.definitions.captures import LINE

_GOODS = {
    "owner": "line.owner",
    "item": "line.item",
    "lot": "lot|line.lot",
    "serial": "serial|line.serial",
}
_PICKED = {
    "source": "place|line.place",
    "to": "to",
    "quantity": "quantity",
    "packs": "packs",
    "tasks": "now.tasks",
    "lot": "lot",
    "serial": "serial",
    "suggested": "suggested|line.planned",
}

_BEGUN = ("line.spans", "!line.tote", "!work.mode=batch", "!work.mode=bulk")
"""A shipment has no tote yet here, and one of its own may come from another zone."""

PICK = Definition(
    name="pick",
    version=2,
    plan="led",
    cycle=("bin", "item", "quantity", "put"),
    handing=("hand_over",),
    states=(
        State(
            name="bin",
            fills="place",
            prompt="pick.bin",
            fields=LINE,
            takes=(
                Take("place", wants="line.place", other="ask"),
                Take("begun", when=_BEGUN),
            ),
        ),
        State(
            name="item",
            fills="goods",
            prompt="pick.item",
            fields=LINE | {"lot": "line.lot"},
            takes=(Take("goods"),),
        ),
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
            takes=(Take("quantity", other="ask"),),
        ),
        State(
            name="put",
            fills="to",
            prompt="pick.put",
            fields={
                "number": "line.number",
                "quantity": "quantity",
                "item": "line.item",
                "tote": "line.tote",
            },
            takes=(Take("tote"),),
        ),
        State(
            name="hand_over",
            fills="handed_to",
            prompt="pick.hand_over",
            fields={"unit": "going.unit", "to": "going.to"},
            takes=(Take("place", wants="going.to", other="accept", unknown="ask"),),
            ways=(Way("skip", "pass"),),
        ),
    ),
    cycled=(
        Emit("pick", _PICKED, when=("!line.wanted",)),
        Emit(
            "pick",
            _PICKED
            | {
                "owner": "line.owner",
                "item": "line.item",
                "instead": "line.wanted",
                "suggested": "suggested",
            },
            when=("line.wanted",),
        ),
    ),
    handed=(
        Emit(
            "move_unit",
            {"unit": "going.unit", "to": "handed_to", "suggested": "suggested"},
            when=("handed_to",),
        ),
    ),
    short=Emit(
        "short_pick",
        _GOODS
        | {
            "source": "place|line.place",
            "quantity": "missing",
            "reason": "short",
            "tasks": "now.tasks",
        },
    ),
    keeps=("place", "suggested"),
    ways=(
        Way("short", "short"),
        Way("damaged", "short", "damaged"),
        Way("wrong", "short", "wrong_goods"),
        Way("skip", "skip"),
        Way("full", "full"),
    ),
    options=Options(
        reasons=(
            "not_found",
            "too_few",
            "damaged",
            "wrong_goods",
            "expired",
            "unreachable",
        ),
    ),
)
