"""Kits: made of parts at a work place, or taken apart.

1. The work place is scanned once, and whether kits are made or taken apart is chosen by number.
   Kits that were ordered are shown; those that are made of them are told with their task.
2. The kit is scanned and how many there are. Then the parts, each with lot or serial where the item
   wants them, and how many went in, of all kits together; the same part scanned again adds to it.
3. DONE at the part writes the kits with their parts, and asks for the next kit. Without any part
   scanned, the kit's recipe says what went in. DONE at the kit ends the work.
"""

from device_protocol.workflow.definition import Choice, Definition, Emit, State, Take, Way
from device_protocol.workflow.definitions.captures import SHOWN, lot, serial

_KITS = {
    "at": "place",
    "apart": "apart",
    "owner": "kit_owner",
    "item": "kit",
    "quantity": "kits",
    "parts": "tallied",
}

KIT = Definition(
    name="kit",
    version=2,
    opening=("place", "apart"),
    cycle=("kit", "kits", "part", "lot", "serial", "quantity"),
    states=(
        State(
            name="place",
            fills="place",
            prompt="kit.place",
            fields={"place": "next.place"},
            takes=(Take("place", unknown="ask"),),
        ),
        State(
            name="apart",
            fills="apart",
            prompt="kit.apart",
            fields={"place": "place"},
            takes=(
                Take(
                    "choice",
                    choices=(
                        Choice("", "kit.make"),
                        Choice("apart", "kit.take_apart"),
                    ),
                ),
            ),
        ),
        State(
            name="kit",
            fills="kit",
            prompt="kit.kit",
            fields={"place": "place", "item": "asked.item"},
            takes=(Take("goods", into="kit"),),
        ),
        State(
            name="kits",
            fills="kits",
            prompt="kit.kits",
            fields={"kit": "kit"},
            takes=(Take("quantity", other="accept"),),
        ),
        State(
            name="part",
            fills="goods",
            prompt="kit.part",
            fields={"kit": "kit", "kits": "kits"},
            takes=(Take("goods", unknown="ask", fresh="here"),),
            ways=(
                Way(
                    "done",
                    "emit",
                    emits=(
                        Emit(
                            "assemble",
                            _KITS | {"task": "asked.task"},
                            when=("asked.task", "!apart"),
                        ),
                        Emit("assemble", _KITS, when=("!asked.task", "!apart")),
                        Emit("assemble", _KITS, when=("apart",)),
                    ),
                    drops=("kit", "kit_owner", "kits"),
                ),
            ),
        ),
        lot(),
        serial(fresh="here"),
        State(
            name="quantity",
            fills="quantity",
            prompt="kit.quantity",
            fields=SHOWN | {"kit": "kit"},
            takes=(Take("quantity", other="accept"),),
        ),
    ),
    tallies=True,
    keeps=("place", "apart", "kit", "kit_owner", "kits"),
)
