"""A story of each activity: what was prepared, and what a person then scans, right and wrong.

Inputs stand in one text, with blanks between them: `/x` is the key x, `#n` the number n, `=x` is
keyed as text.
"""

from collections.abc import Callable
from typing import NamedTuple

from tests.floor import SITE
from tests.terminals.depot import LAMP, MILK, Depot
from tests.terminals.worlds import (
    CAGE,
    HAM,
    PALLETS,
    RUG,
    SHOP,
    Given,
    announce,
    announce_pallets,
    at_bench,
    at_return,
    cash_tour,
    exchange,
    first_of_two,
    in_total,
    in_van,
    lack,
    latest,
    nothing,
    numbered,
    on_tour,
    parcel,
    picked_lamps,
    recipe,
    stand_in,
    tour,
    transfer,
    weigh,
    zones,
)


class Act(NamedTuple):
    """A workflow that is begun with some work, and what is scanned in it."""

    workflow: str
    inputs: str
    begins: Callable[[Depot], Given] = lambda _depot: {}


class Story(NamedTuple):
    """What is laid out, the acts, and the kinds of lines that the last of them writes."""

    lays: Callable[[Depot], None]
    acts: tuple[Act, ...]
    writes: str


STORIES: dict[str, Story] = {
    "receive": Story(
        nothing,
        (Act("receive", f"A-99 /no D-1 TOTE-1 {LAMP} /1 #3 /undo #2 {MILK} L1 #1 /done"),),
        "receive undo receive receive",
    ),
    "receive, announced": Story(
        announce,
        (
            Act(
                "receive",
                f"D-1 A-01 {LAMP} #3 {LAMP} /undo {MILK} /skip #2 /undo #1 /done /yes",
                lambda _depot: {"announced": "ASN-1"},
            ),
        ),
        "receive receive undo receive",
    ),
    "receive, whole pallets": Story(
        announce_pallets,
        (
            Act(
                "receive",
                f"D-1 {PALLETS[0]} {PALLETS[0]} /undo /wrong 00{PALLETS[0]} {LAMP} #4 /wrong"
                f" {PALLETS[1]} {PALLETS[2]} /no {PALLETS[2]} /yes /done /yes",
                lambda _depot: {"announced": "ASN-1"},
            ),
        ),
        "receive receive receive undo undo undo receive receive receive receive receive",
    ),
    "returnable units": Story(
        exchange,
        (
            Act(
                "move",
                f"D-1 CART-7 D-1 PARCELS D-1 {RUG} #12 PARCELS PARCELS {RUG} #10 D-1 /undo D-1"
                f" PARCELS CART-7 D-1 D-1 {CAGE} PARCELS /done",
            ),
        ),
        "move_unit move move undo move move_unit move_unit",
    ),
    "cross-dock": Story(
        lack,
        (
            Act("receive", f"D-1 {RUG} #3 /done"),
            Act("pick", f"A-01 /no D-1 {MILK} {RUG} #2 TOTE-9 /undo TOTE-9 /short /1", latest),
        ),
        "start_tote pick undo undo start_tote pick short_pick",
    ),
    "move": Story(
        nothing,
        (
            Act(
                "move",
                f"{LAMP} A-01 A-01 {LAMP} /1 #2 A-01 A-04 /undo A-04 A-03 {MILK} L1 #1 A-04 /done",
            ),
        ),
        "move undo move move",
    ),
    "pick": Story(
        nothing,
        (
            Act(
                "pick",
                f"TOTE-1 A-02 {MILK} {LAMP} TOTE-1 /undo TOTE-1 A-01 /short /1 /no {MILK} CMD-HELP",
            ),
        ),
        "start_tote pick undo undo start_tote pick short_pick",
    ),
    "pick: substitutes": Story(
        stand_in,
        (
            Act(
                "pick",
                f"A-01 /no A-04 {MILK} {RUG} #1 TOTE-9 /short /1 /yes A-02 {RUG} {LAMP} #3 TOTE-9"
                " /undo TOTE-9",
                latest,
            ),
        ),
        "start_tote pick short_pick pick undo pick",
    ),
    "pick in bulk": Story(
        in_total,
        (Act("pick", f"A-04 {MILK} {RUG} #4 TOTE-8 /undo TOTE-8 /short /1", latest),),
        "start_tote pick undo undo start_tote pick short_pick",
    ),
    "put wall": Story(
        in_total,
        (
            Act("pick", f"A-04 {RUG} TOTE-8", latest),
            Act(
                "sort",
                f"{RUG} TOTE-8 {MILK} /undo {RUG} #2 A-01 TOTE-8 TOTE-9 /undo TOTE-9"
                f" {RUG} #1 TOTE-9 WALL-1 {RUG} /short /1 WALL-1 /done TOTE-8",
            ),
        ),
        "start_tote sort undo undo start_tote sort sort sort short_pick start_tote",
    ),
    "pick by zone, handed on": Story(
        zones,
        (
            Act("pick", f"A-02 {LAMP} #2 TOTE-9 /no", first_of_two),
            Act(
                "pick",
                f"A-01 /no B-01 {MILK} {RUG} #1 TOTE-9 /undo TOTE-9 /short /1",
                latest,
            ),
        ),
        "pick undo pick short_pick",
    ),
    "weighed goods": Story(
        weigh,
        (Act("pick", f"A-05 {MILK} {HAM} #480 TOTE-9 /undo TOTE-9 /short /1", latest),),
        "start_tote pick undo undo start_tote pick short_pick",
    ),
    "count": Story(
        Depot.ask_count,
        (
            Act(
                "count",
                f"{LAMP} A-02 {LAMP} #29 /undo #28 /done A-01 /undo /done /yes {LAMP} #28 /done"
                " A-05 /done /yes /done",
            ),
        ),
        "count count count",
    ),
    "pack": Story(
        picked_lamps,
        (
            Act(
                "pack",
                f"TOTE-71 TOTE-71 BOX-1 /yes {MILK} {LAMP} #1 /undo #1 /full BOX-2 /yes {LAMP} #1"
                " /done BOX-1 BOX-2",
                at_bench,
            ),
        ),
        "pack undo pack seal pack seal",
    ),
    "work_step": Story(
        parcel,
        (Act("work_step", "A-01 BOX-1 /yes /2 /undo /1 PAR-1 7 /6 /done", at_bench),),
        "work_step undo work_step work_step",
    ),
    "unseal": Story(
        parcel,
        (Act("unseal", "BOX-1 /no A-01 PAR-1 /undo PAR-1 /done", at_bench),),
        "unseal undo unseal",
    ),
    "repack": Story(
        parcel,
        (
            Act("unseal", "PAR-1 /done", at_bench),
            Act(
                "repack",
                f"A-01 PAR-1 PAR-1 BOX-2 /yes A-01 {LAMP} /1 #1 /undo #2 /skip BOX-3 /yes /done"
                " BOX-3 BOX-2",
                at_bench,
            ),
        ),
        "pack undo pack void_number seal",
    ),
    "load": Story(
        tour,
        (
            Act(
                "load",
                "A-01 VAN-2 /no VAN-1 PAR-1 PAR-1 /undo PAR-1 TOTE-1 /no /full /yes",
                on_tour,
            ),
        ),
        "open_manifest load undo load close_manifest",
    ),
    "deliver": Story(
        tour,
        (
            Act("load", "VAN-1 PAR-1 PAR-2 /done", on_tour),
            Act(
                "deliver",
                f"{LAMP} PAR-9 /no PAR-1 {LAMP} /1 /undo /2 PAR-2 /short /1 /skip /done",
                in_van,
            ),
        ),
        "deliver undo deliver fail_delivery",
    ),
    "bring_back": Story(
        tour,
        (
            Act("load", "VAN-1 PAR-1 PAR-2 /done", on_tour),
            Act("bring_back", f"VAN-1 A-01 {LAMP} PAR-1 PAR-1 /undo PAR-1 PAR-2 /done", in_van),
        ),
        "bring_back undo bring_back bring_back",
    ),
    "deliver: paid": Story(
        cash_tour,
        (
            Act("load", "VAN-1 PAR-1 /done", on_tour),
            Act("deliver", f"PAR-1 {LAMP} /1 /undo /1 /2 /done", in_van),
        ),
        "deliver",
    ),
    "collect": Story(
        cash_tour,
        (
            Act(
                "collect",
                f"/short /2 /skip {LAMP} RET-9 /no RET-9 /yes /1 /undo /2 /done",
                at_return,
            ),
        ),
        "fail_collection collect undo collect",
    ),
    "hand over cash": Story(
        cash_tour,
        (
            Act("load", "VAN-1 PAR-1 /done", on_tour),
            Act("deliver", "PAR-1 /1 /1 /done", in_van),
            Act("hand_over_cash", f"{LAMP} =3990 PAR-1 /no BENCH-1 /undo BENCH-1", on_tour),
        ),
        "hand_over_cash undo hand_over_cash",
    ),
    "return": Story(
        nothing,
        (
            Act(
                "return",
                f"{LAMP} D-1 A-01 /skip R-1 /skip A-01 {LAMP} /1 #2 9 /2 /1 /undo /3 /done /done",
            ),
        ),
        "take_return undo take_return",
    ),
    "grade": Story(
        nothing,
        (Act("grade", f"{LAMP} A-01 A-02 {LAMP} /1 #2 good /2 /1 /1 /1 /undo /2 /done"),),
        "grade undo grade",
    ),
    "discard": Story(
        nothing,
        (Act("discard", f"{LAMP} A-01 A-02 {LAMP} /1 #2 scrap /1 /2 /undo /1 /done"),),
        "discard undo discard",
    ),
    "relabel": Story(
        lack,
        (Act("relabel", f"{LAMP} A-01 A-02 {LAMP} /1 #2 lot /1 A-01 {RUG} /undo {RUG} /done"),),
        "relabel undo relabel",
    ),
    "kits": Story(
        recipe,
        (
            Act(
                "kit",
                f"{LAMP} A-01 7 /1 A-01 {HAM} #2 {LAMP} /1 #4 {RUG} #2 /done /undo /done /done",
            ),
        ),
        "assemble undo assemble",
    ),
    "transfers: send": Story(
        lambda depot: transfer(depot, SITE, SHOP),
        (Act("send_transfer", f"{LAMP} A-01 TOTE-1 {LAMP} #2 /undo #3 /done /yes", numbered),),
        "send_transfer undo send_transfer",
    ),
    "transfers: take": Story(
        lambda depot: transfer(depot, SHOP, SITE),
        (Act("take_transfer", f"{LAMP} D-1 TOTE-1 {LAMP} #2 /undo #3 /done", numbered),),
        "take_transfer undo take_transfer",
    ),
}
