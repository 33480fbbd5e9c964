"""Sorting at the put wall: what was picked in total for many shipments goes to each of them.

1. The tote is scanned, then goods out of it: the shipment that wants them most urgently is told,
   with its slot. A lot or serial is asked for where the item has one and the label did not say it.
2. How many: the quantity that the shipment still wants is shown; the scan of the slot confirms it.
   A shipment without a slot takes an empty one, a tote or a staging place of the wall, which then
   is its own. FULL takes another slot.
3. What no shipment wants goes into a place or tote for what is left over, and is said.
4. SHORT says with a reason that the tote has no more of the goods: the rest is sought again.
5. DONE, with what is still open told before, asks for the tote once more if it is empty: what the
   book still has in it is then named. SKIP leaves what is in it where it is.
"""

from device_protocol.workflow.definition import Definition, Emit, Options, State, Take, Way
from device_protocol.workflow.definitions.captures import SHOWN, TOLD, lot, serial

_SORTED = TOLD | {"source": "tote", "to": "to"}

SORT = Definition(
    name="sort",
    version=1,
    plan="matched",
    cycle=("tote", "item", "lot", "serial", "quantity", "slot", "left"),
    closing=("empty",),
    states=(
        State(
            name="tote",
            fills="tote",
            prompt="sort.tote",
            takes=(Take("unit"), Take("place")),
        ),
        State(
            name="item",
            fills="goods",
            prompt="sort.item",
            fields={"tote": "tote"},
            takes=(Take("goods"),),
        ),
        lot(),
        serial(fresh="here"),
        State(
            name="quantity",
            fills="quantity",
            prompt="sort.quantity",
            fields=SHOWN | {"expected": "expected", "number": "line.number"},
            takes=(Take("quantity", other="ask"),),
        ),
        State(
            name="slot",
            fills="to",
            prompt="sort.slot",
            fields={
                "number": "line.number",
                "quantity": "quantity",
                "item": "goods.item",
                "slot": "line.tote|line.to",
            },
            when=("line.shipment",),
            takes=(Take("tote", unlike="tote", kinds=("staging",)),),
        ),
        State(
            name="left",
            fills="to",
            prompt="sort.left",
            fields={"quantity": "quantity"} | SHOWN,
            when=("!line.shipment",),
            takes=(Take("unit", unlike="tote"), Take("place", unlike="tote")),
        ),
        State(
            name="empty",
            fills="emptied",
            prompt="sort.empty",
            fields={"tote": "tote"},
            when=("tote", "now.cycles"),
            takes=(Take("unit", wants="tote"),),
            ways=(Way("skip", "pass"),),
        ),
    ),
    cycled=(
        Emit("sort", _SORTED | {"shipment": "line.shipment"}, when=("line.shipment",)),
        Emit("move", _SORTED, when=("!line.shipment",)),
    ),
    short=Emit(
        "short_pick",
        {
            "source": "tote",
            "quantity": "missing",
            "reason": "short",
            "tasks": "now.tasks",
            "owner": "goods.owner",
            "item": "goods.item",
        },
    ),
    closed=(Emit("start_tote", {"unit": "emptied"}, when=("emptied",)),),
    keeps=("tote",),
    ways=(
        Way("short", "short", when=("line.shipment",)),
        Way("full", "full", when=("line.shipment",)),
        Way("damaged", "condition", "damaged", when=("goods.code",)),
    ),
    options=Options(reasons=("not_found", "too_few", "damaged", "wrong_goods")),
)
