"""The phases of the day's second half: packing, putting back, rounds, delivery, last counts."""

from functools import partial

from server.demo import bench, road
from server.demo.bench import Packing
from server.demo.floor import Floor
from server.demo.handheld import Handheld
from server.demo.phases import Jobs, owner_of_zone
from server.demo.shift import Shift, dealt
from server.demo.truth import Parcel, Spot
from server.demo.world import DEPOT, HUB

PLANNED_BINS = 6
"""Bins of a site that are counted at the end of a day."""
DONE_BY_HAND = ("put_back", "unpack")


def pack(shift: Shift, *, complete_only: bool) -> None:
    """Pack what lies in totes; at first only orders of which nothing is missing."""
    shift.meet()
    jobs: Jobs = {}
    for site in shift.world.stocked():
        hands = [hand for hand in shift.hands(site) if not hand.offline]
        told = hands[0].scoped(f"{site}/zone/pack", "shipment")
        plans = bench.plan_packing(shift.floor, site, told)
        if complete_only:
            plans = [plan for plan in plans if plan.complete]
        benches = shift.world.site(site).benches
        for place, (hand, pile) in enumerate(dealt(hands, plans).items()):
            if pile:
                at = benches[place % len(benches)]
                jobs[hand] = partial(pack_pile, shift.floor, hand, pile, at)
    shift.together("orders are packed", jobs)


def pack_pile(floor: Floor, hand: Handheld, pile: list[Packing], at: str) -> None:
    """Pack one shipment after the other."""
    for packing in pile:
        bench.pack(floor, hand, packing, at)


def put_back(shift: Shift) -> None:
    """Empty totes that still hold something, and parcels of orders that were cancelled."""
    shift.meet()
    spots = shift.floor.truth.totes()
    gone = {row["number"] for row in shift.desk.orders() if row["state"] == "cancelled"}
    boxes = [box for box in shift.floor.truth.parcels.values() if box.number in gone]
    spots += [Spot(box.home, box.sscc) for box in sorted(boxes, key=lambda box: box.sscc)]
    jobs: Jobs = {}
    for site in shift.world.stocked():
        here = [spot for spot in spots if spot.site == site]
        for hand, pile in dealt(shift.hands(site), here).items():
            if pile:
                jobs[hand] = partial(put_pile_back, shift.floor, hand, pile)
    shift.together("goods are put back", jobs)
    shift.desk.drain()
    for row in shift.desk.exceptions():
        if row["subject"] == "task" and row["kind"] in DONE_BY_HAND:
            shift.desk.resolve_task(row["site"], row["name"], "done, goods are in their bin")


def put_pile_back(floor: Floor, hand: Handheld, pile: list[Spot]) -> None:
    """Empty one tote or parcel after the other."""
    for spot in pile:
        floor.put_back(hand, spot)


def deliver(shift: Shift, attempt: int) -> None:
    """Make rounds of what is packed, load, drive, and bring back what nobody took."""
    shift.meet()
    left_over: list[Parcel] = []
    for site in shift.world.stocked():
        waiting = shift.desk.waiting(site, "packed")
        helped = attempt == 1 and site == HUB and len(waiting) > 1
        couriers = shift.couriers(site)
        vans = shift.world.site(site).vans
        ways = [(van, couriers[at % len(couriers)].number) for at, van in enumerate(vans)]
        if waiting:
            shift.desk.make_rounds(site, shift.day.date, ways, len(waiting) - helped)
        if helped:
            left = shift.desk.waiting(site, "packed")
            numbers = {row["number"] for row in left}
            parcels = shift.floor.truth.parcels.values()
            left_over = [box for box in parcels if box.number in numbers]
    shift.meet()
    load(shift, left_over)
    drive(shift, attempt)


def load(shift: Shift, left_over: list[Parcel]) -> None:
    """Load the rounds; a courier of the other site takes along what was left over."""
    jobs: Jobs = {}
    for hand in [each for each in shift.crew if each.post.role == "courier"]:
        tours = road.tours_of(hand)
        boxes = left_over if hand.site == DEPOT else []
        if tours or boxes:
            jobs[hand] = partial(load_all, shift, hand, tours, boxes)
    shift.together("vans are loaded", jobs)
    shift.meet()


def load_all(shift: Shift, hand: Handheld, tours: list[road.Tour], boxes: list[Parcel]) -> None:
    """Load one round after the other, and what was left over at the other site."""
    for tour in tours:
        road.load(shift.floor, hand, tour)
    van = shift.world.site(hand.site).vans[0]
    for box in boxes:
        road.put_into(shift.floor, hand, box, Spot(hand.site, van), None)


def drive(shift: Shift, attempt: int) -> None:
    """Drive the rounds; what comes back stands at the staging place."""
    jobs: Jobs = {}
    for hand in [each for each in shift.crew if each.post.role == "courier"]:
        jobs[hand] = partial(drive_all, shift, hand, road.tours_of(hand), attempt)
    shift.together("parcels are delivered", jobs)
    vans = {site.number: site.vans for site in shift.world.sites}
    jobs = {hand: partial(road.bring_back, shift.floor, hand, vans[hand.site]) for hand in jobs}
    shift.together("parcels are brought back", jobs)
    shift.meet()


def drive_all(shift: Shift, hand: Handheld, tours: list[road.Tour], attempt: int) -> None:
    """Drive one round after the other, and then to the doors of the other site's parcels."""
    for tour in tours:
        road.drive(shift.floor, hand, tour, attempt)
    for van in shift.world.site(hand.site).vans:
        for box in shift.floor.truth.boxes(Spot(hand.site, van)):
            if box.home != hand.site:
                road.hand_over(shift.floor, hand, box, van)


def count_samples(shift: Shift) -> None:
    """Plan the counts of the day, and look into all bins where something went wrong.

    Nobody knows of those: it stands for counts of the whole house, which no test can wait for.
    """
    for site in shift.world.stocked():
        shift.desk.plan_counts(site, PLANNED_BINS)
    shift.meet()
    places = {(each.site, each.place) for each in shift.day.mishaps}
    piles: dict[Handheld, list[str]] = {}
    for site, place in sorted(places):
        piles.setdefault(owner_of_zone(shift, site, place), []).append(place)
    jobs: Jobs = {
        hand: partial(count_pile, shift.floor, hand, pile) for hand, pile in piles.items()
    }
    shift.together("bins are sampled", jobs)


def count_pile(floor: Floor, hand: Handheld, pile: list[str]) -> None:
    """Count one place after the other."""
    for place in pile:
        floor.count(hand, place)
