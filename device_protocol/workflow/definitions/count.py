"""Counting, guided or blind, planned or of any place.

1. The place, or the tote, is scanned once; then what is there, item by item in any order, each
   with its quantity; a handling unit is one scan. The same item scanned again adds to what was
   counted.
2. Guided, the quantity of the book is shown beside; blind, it is not. A site counts blind, or the
   task of a place asks for it.
3. DONE closes the place. Nothing counted asks whether it is empty. A count that differs from the
   book is asked for once more, without saying where it differs. The first figure is kept; the
   second is written as it is.
4. The count is complete: what was not scanned is not there. Only a place with more kinds of goods
   than one line of the protocol holds is told in several lines, none of them complete.
5. With it is told why the place was counted (as its task says; without one it was a check), which
   count of the place it is, and whether it was blind.
"""

from device_protocol.workflow.definition import Definition, Options, State, Take, Way
from device_protocol.workflow.definitions.captures import SHOWN, lot, serial

COUNT = Definition(
    name="count",
    version=4,
    plan="free",
    cycle=("place", "thing", "lot", "serial", "quantity", "quantity_blind"),
    states=(
        State(
            name="place",
            fills="place",
            prompt="count.place",
            fields={"place": "next.place"},
            takes=(Take("place", unknown="ask"), Take("unit", open_only=True)),
        ),
        State(
            name="thing",
            fills="thing",
            prompt="count.thing",
            fields={"place": "place"},
            takes=(
                Take("goods", unknown="ask", fresh="here"),
                Take("unit", into="unit", unlike="place"),
            ),
            ways=(Way("done", "close_place"),),
        ),
        lot(),
        serial(fresh="here"),
        State(
            name="quantity",
            fills="quantity",
            prompt="count.quantity",
            fields=SHOWN | {"book": "book"},
            when=("!unit", "!option.blind", "!asked.sight"),
            takes=(Take("quantity", other="accept"),),
        ),
        State(
            name="quantity_blind",
            fills="quantity",
            prompt="count.quantity_blind",
            fields=SHOWN,
            # Guided, the quantity was asked for already.
            when=("!unit",),
            takes=(Take("quantity", other="accept"),),
        ),
    ),
    tallies=True,
    keeps=("place", "recounted"),
    options=Options(warn_counts=False),
)
