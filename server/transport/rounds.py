"""Planning of rounds by desks.

1. Ops make a round by hand: a van, a day and shipments in the order of the doors; or let the packed
   shipments be shared out, one round per van, whole destinations together as far as that keeps the
   vans even.
2. Each shipment becomes a stop, and its parcels join the round; parcels sealed later join it then.
3. A shipment that stands on another round moves, unless one of its parcels is already on the road.
4. Returns for which a task asks become stops of their own, behind the deliveries.
5. A device (and so a person) is assigned with the round or later.
"""

from collections import defaultdict
from collections.abc import Sequence

from msgspec.structs import replace

from server.identity.records import Device
from server.lane.activity import Activity, Context
from server.lane.picture import Picture
from server.lane.want import Look, Want
from server.ledger.records import Place, Task
from server.ledger.stocks import find_place
from server.orders.records import Shipment
from server.transport.leaving import settle_rounds, want_left
from server.transport.messages import AssignRound, MakeRound, MakeRounds
from server.transport.parcels import COLLECT, want_shipment, with_state
from server.transport.records import Attempt, Manifest, Parcel, Round, Stop

PLANNABLE = frozenset({"open", "exception", "released", "picked", "packed"})
"""States in which a shipment may be planned on a round."""


def make_needs(message: MakeRound, want: Want, context: Context) -> None:
    """The van, the device, and the shipments with their parcels and stops."""
    find_place(want, context.site, message.van)
    want_device(want, context.site, message.device)
    for shipment in message.shipments:
        want_planned(want, context.site, shipment)
    want_collections(want, context.site, message.collections)


def want_collections(want: Want, site: int, tasks: tuple[int, ...]) -> None:
    """Name tasks that ask for a return to be collected, and the stops at their doors."""
    for number in tasks:
        task = want.row(Task, (site, number))
        if task is not None and task.shipment is not None:
            want.row(Shipment, (site, task.shipment))
            want.listing(Stop, "by_shipment", (site, task.shipment))


def want_device(look: Look, site: int, device: int | None) -> None:
    """Name the device that is to drive a round."""
    if device is not None:
        look.row(Device, (site, device))


def want_planned(want: Want, site: int, shipment: int) -> None:
    """Name a shipment, and the rounds on which it stands already."""
    want_shipment(want, site, shipment)
    for stop in want.listing(Stop, "by_shipment", (site, shipment)):
        want.row(Round, (site, stop.round))
        if stop.done_at is None:
            for manifest in want.listing(Manifest, "by_round", (site, stop.round)):
                want_left(want, manifest)


def make_decide(message: MakeRound, picture: Picture, context: Context) -> None:
    """Make the round, or say what stands in its way."""
    van = found_van(context, message.van)
    if van is None or not device_is_known(context, message.device):
        return
    shipments = []
    for number in dict.fromkeys(message.shipments):
        shipment = picture.get(Shipment, (context.site, number))
        if shipment is None or shipment.state not in PLANNABLE:
            state = shipment.state if shipment else "unknown"
            context.refuse("not_to_deliver", actual=f"{number}: {state}", then="leave it out")
            return
        parcels = picture.listing(Parcel, "by_shipment", (context.site, number))
        if any(parcel.state == "loaded" for parcel in parcels):
            context.refuse("on_the_road", actual=number, then="plan it when it is back")
            return
        shipments.append(shipment)
    collections = found_collections(context, message.collections)
    if collections is None:
        return
    number = make_round(context, message, van, shipments, collections)
    context.grant = {"rounds": [number]}


def found_collections(context: Context, numbers: tuple[int, ...]) -> list[Task] | None:
    """The tasks that ask for returns to be collected; None if the desk hears why one can't be."""
    found = []
    for number in dict.fromkeys(numbers):
        task = context.picture.get(Task, (context.site, number))
        if task is None or not is_collection(task):
            context.refuse("not_to_collect", "an open task of kind collect", number, "leave it out")
            return None
        stop = waiting_stop(context, task)
        if stop is not None:
            told = f"{number}: round {stop.round}"
            context.refuse("on_another_round", actual=told, then="take it off that round first")
            return None
        found.append(task)
    return found


def is_collection(task: Task) -> bool:
    """Whether a task asks for a return to be collected at a door that is known."""
    return task.kind == COLLECT and task.open is not None and task.shipment is not None


def waiting_stop(context: Context, task: Task) -> Stop | None:
    """The stop that is planned for a task, and at which nobody was yet."""
    stops = context.picture.listing(Stop, "by_shipment", (context.site, task.shipment))
    waiting = (stop for stop in stops if stop.task == task.id and stop.done_at is None)
    return next(waiting, None)


def found_van(context: Context, code: str) -> Place | None:
    """The van with this code; the desk hears if there is none."""
    van = find_place(context.picture, context.site, code)
    if van is None or van.kind != "van":
        context.refuse("unknown_van", expected="a van", actual=code, then="make the van a location")
        return None
    return van


def device_is_known(context: Context, device: int | None) -> bool:
    """Whether the device is one of the site's; the desk hears if not."""
    if device is None or context.picture.get(Device, (context.site, device)) is not None:
        return True
    context.refuse("unknown_device", actual=device, then="name a device of this site")
    return False


def make_round(
    context: Context,
    message: MakeRound,
    van: Place,
    shipments: list[Shipment],
    collections: Sequence[Task] = (),
) -> int:
    """Write the round with a stop per shipment; answer its id."""
    picture, site = context.picture, context.site
    number = context.new_id()
    left = {before for shipment in shipments for before in leave_rounds(context, shipment)}
    round_ = Round(
        site=site,
        id=number,
        name=message.name,
        date=message.date,
        van=van.id,
        device=message.device,
        person=message.person,
        stops=len(shipments) + len(collections),
        stops_open=len(shipments) + len(collections),
        made_at=context.now,
    )
    picture.add(round_)
    picture.declare_empty(Stop, "by_round", (site, number))
    picture.declare_empty(Manifest, "by_round", (site, number))
    picture.declare_empty(Parcel, "by_round", (site, number))
    for sequence, shipment in enumerate(shipments, 1):
        add_stop(context, number, sequence, shipment)
    for sequence, task in enumerate(collections, len(shipments) + 1):
        add_collection(context, number, sequence, task)
    settle_rounds(context, left)
    return number


def leave_rounds(context: Context, shipment: Shipment) -> list[int]:
    """Take a shipment off the round on which it still waits; answer which that was."""
    picture, site = context.picture, context.site
    left = []
    for stop in picture.listing(Stop, "by_shipment", (site, shipment.id)):
        if stop.done_at is not None or stop.kind == COLLECT:
            continue
        left.append(stop.round)
        picture.put(replace(stop, state="dropped", done_at=context.now))
        round_ = picture.need(Round, (site, stop.round))
        stops_open = round_.stops_open - 1
        # A round that loses its last door before it began stays planned and empty.
        done = context.now if stops_open == 0 and round_.started_at else round_.done_at
        changed = replace(round_, stops=round_.stops - 1, stops_open=stops_open, done_at=done)
        picture.put(with_state(changed))
    return left


def add_stop(context: Context, round_: int, sequence: int, shipment: Shipment) -> None:
    """Add the door of a shipment; its parcels that are still to be delivered join the round."""
    picture, site = context.picture, context.site
    stop = replace(door_of(context, round_, sequence, shipment), paid=shipment.cash_taken)
    add_door(context, stop)
    for parcel in picture.listing(Parcel, "by_shipment", (site, shipment.id)):
        if parcel.state not in {"delivered", "void"}:
            picture.put(replace(parcel, round=round_, stop=stop.id))
    if shipment.waiting == "packed":
        picture.put(replace(shipment, waiting=None))


def add_collection(context: Context, round_: int, sequence: int, task: Task) -> None:
    """Add the door at which a return is to be taken back."""
    shipment = context.picture.need(Shipment, (context.site, task.shipment))
    door = door_of(context, round_, sequence, shipment)
    add_door(context, replace(door, kind=COLLECT, announced=task.note, task=task.id))


def door_of(context: Context, round_: int, sequence: int, shipment: Shipment) -> Stop:
    """A stop at the door of a shipment."""
    return Stop(
        site=context.site,
        id=context.new_id(),
        round=round_,
        sequence=sequence,
        shipment=shipment.id,
        destination=shipment.destination,
        made_at=context.now,
    )


def add_door(context: Context, stop: Stop) -> None:
    """Add a stop at which nothing has happened yet."""
    context.picture.add(stop)
    context.picture.declare_empty(Parcel, "by_stop", (stop.site, stop.id))
    context.picture.declare_empty(Attempt, "by_stop", (stop.site, stop.id))


def share_needs(message: MakeRounds, want: Want, context: Context) -> None:
    """The vans and devices, and every packed shipment that waits for a round."""
    for code in message.vans:
        find_place(want, context.site, code)
    for device in message.devices:
        want_device(want, context.site, device)
    for shipment in want.listing(Shipment, "by_state", (context.site, "packed")):
        want_planned(want, context.site, shipment.id)


def share_decide(message: MakeRounds, picture: Picture, context: Context) -> None:
    """Share the packed shipments out and make a round for each van that got some."""
    vans = []
    for code in message.vans:
        van = found_van(context, code)
        if van is None:
            return
        vans.append(van)
    if not vans:
        context.refuse("unknown_van", expected="a van", then="name the vans")
        return
    if not all(device_is_known(context, device) for device in message.devices):
        return
    waiting = picture.listing(Shipment, "by_state", (context.site, "packed"))
    chosen = sorted(waiting, key=lambda each: (each.priority, each.id))[: message.shipments_max]
    rounds = []
    for place, load in enumerate(shared_out(chosen, len(vans))):
        if not load:
            continue
        device = message.devices[place] if place < len(message.devices) else None
        code = message.vans[place]
        told = MakeRound(name=f"{message.date} {code}", date=message.date, van=code, device=device)
        rounds.append(make_round(context, told, vans[place], load))
    context.grant = {"rounds": rounds}


def shared_out(shipments: list[Shipment], vans: int) -> list[list[Shipment]]:
    """Shipments per van: a destination stays together unless it is more than a fair share."""
    fair = max(1, -(-len(shipments) // vans))
    groups: dict[str, list[Shipment]] = defaultdict(list)
    for shipment in shipments:
        groups[shipment.destination].append(shipment)
    pieces = [
        group[start : start + fair]
        for _, group in sorted(groups.items())
        for start in range(0, len(group), fair)
    ]
    loads: list[list[Shipment]] = [[] for _ in range(vans)]
    for piece in sorted(pieces, key=len, reverse=True):
        min(loads, key=len).extend(piece)
    return loads


def assign_needs(message: AssignRound, want: Want, context: Context) -> None:
    """The round, the van and the device."""
    want.row(Round, (context.site, message.round))
    want_device(want, context.site, message.device)
    if message.van:
        find_place(want, context.site, message.van)


def assign_decide(message: AssignRound, picture: Picture, context: Context) -> None:
    """Give the round to another device, person or van."""
    round_ = picture.get(Round, (context.site, message.round))
    if round_ is None or round_.state == "done":
        context.refuse("no_such_round", actual=message.round, then="choose one that is not done")
        return
    if not device_is_known(context, message.device):
        return
    if message.van:
        van = found_van(context, message.van)
        if van is None:
            return
        round_ = replace(round_, van=van.id)
    if message.device is not None:
        round_ = replace(round_, device=message.device)
    if message.person is not None:
        round_ = replace(round_, person=message.person)
    picture.put(round_)


MAKE_ROUND = Activity(MakeRound, make_needs, make_decide)
MAKE_ROUNDS = Activity(MakeRounds, share_needs, share_decide)
ASSIGN_ROUND = Activity(AssignRound, assign_needs, assign_decide)
