"""The phases of the day's first half: goods come in, orders come, are picked, bins are counted."""

from collections import Counter, defaultdict
from collections.abc import Callable
from functools import partial
from typing import Any

from device_protocol.operations import Claim, ShortPick
from server.demo.bench import take_numbers
from server.demo.floor import unknown_code
from server.demo.handheld import Handheld
from server.demo.mishaps import happen
from server.demo.shift import Shift, dealt
from server.demo.world import Delivery, Moment

MISSING = 2
"""Units of an announcement that do not come."""
COUNT_KINDS = frozenset({"count", "recount"})
MISREAD = frozenset({"unnamed", "unknown"})
COUNT_ROUNDS_MAX = 4
COUNTED = ("LOC-", "DOCK-", "BENCH-", "STAGING-", "RETURNS-")
"""How the codes of places begin that people can walk to and count."""
Jobs = dict[Handheld, Callable[[], object]]


def prepare(shift: Shift) -> None:
    """Take numbers for the day's parcels, one after the other: so each gets the same every time."""
    hands = [hand for hand in shift.crew if hand.post.role == "floor"]
    shift.board.phase("numbers are taken", len(hands))
    for hand in hands:
        take_numbers(hand)
        hand.settle()
        shift.board.done()


def receive(shift: Shift) -> None:
    """Take in what was announced and what was not, name what is unknown, and put it away."""
    announced = announce(shift)
    piles: dict[Handheld, list[Delivery]] = {}
    for site in shift.world.stocked():
        coming = [each for each in shift.day.deliveries if each.site == site]
        piles |= dealt(shift.hands(site), coming)
    floor = shift.floor
    jobs: Jobs = {hand: partial(floor.receive, hand, pile) for hand, pile in piles.items()}
    shift.together("goods are received", jobs)
    name_goods(shift)
    for site, announcement in announced:
        shift.desk.close_receipt(site, announcement)
    shift.meet("everybody hears where goods are to go")
    jobs = {hand: partial(floor.put_away, hand, pile) for hand, pile in piles.items()}
    shift.together("goods are put away", jobs)


def announce(shift: Shift) -> list[tuple[int, int]]:
    """Let merchants announce what is coming, one item of each too many; answer site and id."""
    numbers: dict[tuple[int, str, str], Counter[str]] = defaultdict(Counter)
    for each in shift.day.deliveries:
        if each.announced:
            numbers[each.site, each.announced, each.key.owner][each.key.sku] += each.quantity
    shift.board.phase("deliveries are announced", len(numbers))
    told = []
    for (site, number, owner), lines in sorted(numbers.items()):
        lines[min(lines)] += MISSING
        told.append((site, shift.desk.announce(site, number, owner, lines)))
        shift.board.done()
    shift.desk.drain()
    shift.meet()
    return told


def name_goods(shift: Shift) -> None:
    """A supervisor goes to look, and says what came under a code that says it not."""
    asked = {
        (row["site"], row["place"], row["sku"]): int(row["name"])
        for row in shift.desk.exceptions()
        if row["kind"] == "coarse"
    }
    for delivery in shift.day.deliveries:
        if delivery.mistake not in MISREAD:
            continue
        key = delivery.key
        unnamed = delivery.mistake == "unnamed"
        code = shift.floor.item(key).gtin if unnamed else unknown_code(key)
        told = {
            "place": delivery.dock,
            "quantity": delivery.quantity,
            "raw": f"unidentified:{code}",
            "owner": key.owner,
            "item": key.sku,
            "note": "looked at the box",
            "discrepancy": asked.get((delivery.site, delivery.dock, f"unidentified:{code}")),
        }
        shift.desk.reclassify(delivery.site, told)


def order(shift: Shift) -> None:
    """Orders come in, some twice, one with other lines; the first minds change."""
    desk, world, day = shift.desk, shift.world, shift.day
    if world.mapping is not None:
        shift.board.phase("order files are imported", 1)
        report = desk.import_orders(world.sites[0].number, day.files, world.mapping)
        world.notes += [*report["refused"], *report["unreadable"]]
        shift.board.done()
    else:
        shift.board.phase("orders come in", len(day.orders))
        for each in day.orders:
            desk.place(each)
            shift.board.done()
        for each in day.orders[:3]:
            desk.place(each)
        longest = max(day.orders, key=lambda each: len(each.lines))
        desk.place(longest, longest.lines[1:])
    desk.drain()
    cancel(shift, "waiting")


def cancel(shift: Shift, moment: Moment) -> None:
    """Those who change their mind now do so; what is on the road comes back one day."""
    orders = {each.number: each for each in shift.world.orders}
    for each in shift.day.cancellations:
        if each.moment != moment:
            continue
        if moment == "delivered":
            of = orders[each.order]
            skus = {line.position: line.sku for line in of.lines}
            lines = [(skus[position], units) for position, units in each.lines]
            shift.desk.expect_return(of.owner, of.channel, each.reference, lines)
        else:
            shift.desk.cancel(each)
    shift.desk.drain()


def release(shift: Shift) -> None:
    """Release the wave; some minds change; some goods vanish."""
    shift.board.phase("waves are released", len(shift.world.stocked()))
    for site in shift.world.stocked():
        shift.desk.release_wave(site)
        shift.board.done()
    shift.desk.drain()
    cancel(shift, "released")
    happen(shift)
    shift.meet()


def zone_of(place: str) -> str:
    """Return the letter of a bin's zone, by which work is dealt: everybody has zones of their own.

    >>> zone_of("LOC-C-02-07")
    'C'
    """
    return place.split("-")[1] if place.startswith("LOC-") else ""


def owner_of_zone(shift: Shift, site: int, place: str) -> Handheld:
    """Return whose zone a place is in."""
    hands, zones = shift.hands(site), shift.world.site(site).zones
    zone = zone_of(place)
    return hands[zones.index(zone) % len(hands)] if zone in zones else hands[0]


def open_packages(shift: Shift) -> dict[Handheld, list[dict[str, Any]]]:
    """Return the packages that nobody has walked yet, emergencies first, by whose they are."""
    piles: dict[Handheld, list[dict[str, Any]]] = defaultdict(list)
    for site in shift.world.stocked():
        for hand in shift.hands(site):
            if hand.offline:
                continue
            for package in hand.documents("package", "zone"):
                lines = package["package"]["lines"]
                if not lines or (site, package["id"]) in shift.walked:
                    continue
                if owner_of_zone(shift, site, lines[0]["place"]) is hand:
                    piles[hand].append(package)
    for pile in piles.values():
        pile.sort(key=lambda each: (each["priority"] != 0, each["id"]))
    return dict(piles)


def pick(shift: Shift, *, first: bool) -> bool:
    """Claim, pick, and tell what was not there; answer whether there was anything to pick.

    In the first round one device is out of reach of any network all along, one crashes in the
    middle of its work, and the server is killed while a batch is on its way.
    """
    piles = open_packages(shift)
    if not piles:
        return False
    jobs: Jobs = {
        hand: partial(hand.claim, [each["id"] for each in pile]) for hand, pile in piles.items()
    }
    shift.together("work is claimed", jobs)
    hands = list(piles)
    if first:
        claim_of_others(shift, hands, piles)
        near = [hand for hand in hands if hand.site == hands[0].site]
        near[-1].offline = len(near) > 1
        if shift.kills:
            shift.strike = hands[0].name
    shorts: dict[Handheld, list[ShortPick]] = {hand: [] for hand in hands}

    def walk(hand: Handheld, *, crashes: bool) -> None:
        for place, package in enumerate(piles[hand]):
            shift.walked.add((hand.site, package["id"]))
            shorts[hand] += shift.floor.pick(hand, package)
            if crashes and place == 0:
                hand.crash()

    jobs = {
        hand: partial(walk, hand, crashes=first and place == 2 % len(hands))
        for place, hand in enumerate(hands)
    }
    shift.together("orders are picked", jobs)
    tell_shorts(shift, shorts)
    shift.meet()
    return True


def claim_of_others(
    shift: Shift, hands: list[Handheld], piles: dict[Handheld, list[dict[str, Any]]]
) -> None:
    """Somebody asks for work that another holds, and is refused."""
    same = [hand for hand in hands if hand.site == hands[0].site]
    if len(same) > 1:
        work = piles[same[0]][0]["id"]
        claim: Jobs = {same[-1]: partial(same[-1].record, Claim(work=work))}
        shift.together("somebody wants another's work", claim)


def tell_shorts(shift: Shift, shorts: dict[Handheld, list[ShortPick]]) -> None:
    """Tell what was not found, one by one: what is left elsewhere is for who comes first."""
    for hand in shift.crew:
        missing = shorts.get(hand, [])
        if not missing:
            continue
        for each in missing:
            hand.record(each)
        hand.settle()
        shift.desk.drain()


def count(shift: Shift) -> None:
    """Count where somebody asks for it, until nobody does."""
    for _ in range(COUNT_ROUNDS_MAX):
        asked: dict[Handheld, list[tuple[str, int, str]]] = defaultdict(list)
        for site in shift.world.stocked():
            for hand in shift.hands(site):
                for task in hand.documents("task", "zone"):
                    place = task.get("place", "")
                    wanted = task["kind"] in COUNT_KINDS and place.startswith(COUNTED)
                    if wanted and counter_of(shift, site, place, task["kind"]) is hand:
                        asked[hand].append((place, task["id"], task.get("occasion", "")))
        asked = {hand: tasks for hand, tasks in asked.items() if not hand.offline}
        if not asked:
            return

        def counted(hand: Handheld, tasks: list[tuple[str, int, str]]) -> None:
            for place, task, occasion in sorted(tasks):
                shift.floor.count(hand, place, task, occasion)

        jobs: Jobs = {hand: partial(counted, hand, tasks) for hand, tasks in asked.items()}
        shift.together("places are counted", jobs)
        shift.meet()


def counter_of(shift: Shift, site: int, place: str, kind: str) -> Handheld:
    """Return who counts a place: whose zone it is in, but not again who has just counted it."""
    hand = owner_of_zone(shift, site, place)
    hands = shift.hands(site)
    again = kind == "recount" and shift.floor.counted_by.get((site, place)) == hand.name
    return hands[(hands.index(hand) + 1) % len(hands)] if again else hand


def retry(shift: Shift) -> bool:
    """Seek again what was missing, after the counts; answer whether something was found."""
    found = sum(shift.desk.retry_shortages(site) for site in shift.world.stocked())
    shift.meet()
    return found > 0
