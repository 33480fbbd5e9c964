"""Leases and fencing: two devices, one package, one supervisor, and time.

Stands for `server/planning/leases.py` (claim, renew, hand back, what is late), `timers.py` (a lease
that ended is taken back), `devices.py` (a suspended device holds nothing) and
`device_protocol/grants.py`; all of them are called, not imitated. What `Device` passes to `Grants`
is said here once more.

Time goes in steps of 45 minutes: a lease of two hours ends between the second step and the third,
its grace ends on the third. An intent that waits for a step is late. A device's lines arrive in
order and once (see the push model), whenever they will; outcomes are heard in order or are lost,
and what was granted stands in a document, too.

Left out: clocks that drift or are anchored badly, goods, packages that are finished.
"""

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from device_protocol.grants import Grants
from device_protocol.messages import Grant
from device_protocol.operations import Claim, HandBack, Operation, Pick, Renew
from device_protocol.store import MemoryStore
from server.identity.records import Device
from server.lane.activity import Context, Stamp
from server.lane.picture import Picture
from server.planning import leases, timers
from server.planning.packages import Body
from server.planning.records import Package
from server.tasks import devices
from tests.models.explorer import Step

SITE = 1
WORK = 7
STEP_MS = 45 * 60_000
NAMES = ("A", "B")
IDS = (1_000_001, 1_000_002)
_EMPTY = b""


class Line(NamedTuple):
    """What a device wrote: an intent, or a pick under a fence."""

    kind: str
    number: int
    """Counts the device's lines, and names the operation."""
    written: int
    """Step."""
    boot: int
    fence: int | None = None


class Told(NamedTuple):
    """A line that was decided: its outcome, or only that it was taken, where that was lost."""

    line: Line
    status: str
    grant: bytes
    """Encoded; empty where nothing was granted."""


class Bearer(NamedTuple):
    """A device: what it wrote, what came of it, what it was granted."""

    boot: int = 1
    wrote: int = 0
    unsent: tuple[Line, ...] = ()
    unheard: tuple[Told, ...] = ()
    grants: bytes = _EMPTY
    """The note that `Grants` keeps."""


class Bounds(NamedTuple):
    """How much may happen in one history."""

    steps: int = 5
    lines: int = 3
    """Per device."""
    losses: int = 1
    """Outcomes that are lost on the way."""
    reboots: int = 0
    suspensions: int = 0


class World(NamedTuple):
    """One state."""

    package: Package
    bearers: tuple[Bearer, Bearer]
    left: Bounds
    now: int = 0
    granted: tuple[tuple[int, int, int], ...] = ()
    """Every fence that was granted, to which device, by which of its lines."""
    document: tuple[int, Line, bytes] | None = None
    """The grant by which the package is held, as the holder's feed tells it."""
    taken_away: bool = False
    """Whether a supervisor took the package from a device, or a device gave it back."""
    flaw: str = ""


class Leasing:
    """The model."""

    def __init__(self, bounds: Bounds) -> None:
        """Search within bounds."""
        self.bounds = bounds

    def initial(self) -> World:
        """A package that waits."""
        body = msgspec.json.encode(Body(WORK, 1, 1, "order", 0, ()))
        package = Package(SITE, WORK, 1, 1, 0, 9, 9, body)
        return World(package, (Bearer(), Bearer()), self.bounds)

    def steps(self, world: World) -> Iterator[Step]:
        """All that may happen next."""
        for place in (0, 1):
            yield from self._written(world, place)
            yield from self._carried(world, place)
        if world.left.steps:
            left = world.left._replace(steps=world.left.steps - 1)
            yield Step("45 minutes pass", world._replace(now=world.now + 1, left=left))
        yield Step("the timer ticks", self._tick(world))
        for place in (0, 1):
            if world.left.suspensions:
                yield Step(f"{NAMES[place]} is suspended", self._suspend(world, place), fault=True)

    def _written(self, world: World, place: int) -> Iterator[Step]:
        bearer, name = world.bearers[place], NAMES[place]
        if bearer.wrote >= self.bounds.lines:
            return
        held = grants_of(bearer).leases().get(WORK)
        waits = any(line.kind != "pick" for line in bearer.unsent)
        kinds = ["pick"] if held else []
        if not waits and not bearer.unheard:
            # The app asks for one thing at a time.
            kinds += ["renew", "hand back"] if held else ["claim"]
        for kind in kinds:
            fence = held.lease.fence if held and kind == "pick" else None
            line = Line(kind, bearer.wrote + 1, world.now, bearer.boot, fence)
            after = bearer._replace(wrote=bearer.wrote + 1, unsent=(*bearer.unsent, line))
            yield Step(f"{name} writes {kind}", replaced(world, place, after))

    def _carried(self, world: World, place: int) -> Iterator[Step]:
        bearer, name = world.bearers[place], NAMES[place]
        if bearer.unsent:
            line = bearer.unsent[0]
            yield Step(f"{name}'s {line.kind} arrives", decided(world, place, line))
        if bearer.unheard:
            told = bearer.unheard[0]
            heard = bearer._replace(unheard=bearer.unheard[1:])
            if told.grant:
                heard = heard._replace(grants=granted(heard, told.line, told.grant, world.now))
            yield Step(f"{name} hears of its {told.line.kind}", replaced(world, place, heard))
            if world.left.losses:
                left = world.left._replace(losses=world.left.losses - 1)
                lost = bearer._replace(unheard=bearer.unheard[1:])
                after = replaced(world, place, lost)._replace(left=left)
                yield Step(f"what {name} should hear is lost", after, fault=True)
        elif not bearer.unsent:
            # A device pulls once it has pushed.
            yield Step(f"{name} pulls", replaced(world, place, pulled(world, place)))
        if world.left.reboots:
            left = world.left._replace(reboots=world.left.reboots - 1)
            after = replaced(world, place, bearer._replace(boot=bearer.boot + 1))
            yield Step(f"{name} starts again", after._replace(left=left), fault=True)

    def _tick(self, world: World) -> World:
        picture, context = desk(world)
        timers.TICK.decide(timers.Tick(), picture, context)
        return changed(world, picture)

    def _suspend(self, world: World, place: int) -> World:
        picture, context = desk(world)
        picture.put(Device(SITE, IDS[place], NAMES[place], "floor", state="active"))
        held = world.package.holder == IDS[place]
        told = devices.SetDeviceState(device=IDS[place], state="suspended")
        devices.SET_DEVICE_STATE.decide(told, picture, context)
        left = world.left._replace(suspensions=world.left.suspensions - 1)
        after = changed(world, picture)
        return after._replace(left=left, taken_away=world.taken_away or held)

    def broken(self, world: World) -> str:
        """Which invariant does not hold."""
        if world.flaw:
            return world.flaw
        if len({fence for fence, _, _ in world.granted}) != len(
            {(fence, device) for fence, device, _ in world.granted}
        ):
            return "one fence was granted to two devices"
        running = [bearer for bearer in world.bearers if left_ms(bearer, world.now)]
        rebooted = any(bearer.boot > 1 for bearer in world.bearers)
        # After a reboot nobody knows how long ago it was asked; the fence still tells.
        if len(running) > 1 and not (world.taken_away or rebooted):
            return "two devices count the same lease as running"
        return ""

    def settled(self, world: World) -> bool:
        """Whether every line was decided and heard of."""
        return not any(bearer.unsent or bearer.unheard for bearer in world.bearers)


def replaced(world: World, place: int, bearer: Bearer) -> World:
    """The world with one device changed."""
    first, second = world.bearers
    return world._replace(bearers=(bearer, second) if place == 0 else (first, bearer))


def grants_of(bearer: Bearer) -> Grants:
    """What a device was granted, as the real thing."""
    store = MemoryStore()
    store.set_note("grants", bearer.grants or None)
    return Grants(store)


def left_ms(bearer: Bearer, now: int) -> int:
    """How long a device's lease still runs by its own clock."""
    held = grants_of(bearer).leases().get(WORK)
    return held.left_ms(bearer.boot, now * STEP_MS) if held else 0


def granted(bearer: Bearer, line: Line, grant: bytes, now: int) -> bytes:
    """What a device keeps of a grant, however it heard of it; time counts from when it asked."""
    store = MemoryStore()
    store.set_note("grants", bearer.grants or None)
    told = msgspec.json.decode(grant, type=Grant)
    began = line.written if line.boot == bearer.boot else now
    Grants(store).take(str(line.number), told, bearer.boot, began * STEP_MS)
    return store.note("grants") or _EMPTY


def pulled(world: World, place: int) -> Bearer:
    """A device after it pulled: the document of its grant came, or is gone."""
    bearer = world.bearers[place]
    document = world.document
    if document is not None and document[0] == place:
        return bearer._replace(grants=granted(bearer, document[1], document[2], world.now))
    held = grants_of(bearer).leases().get(WORK)
    if held is None:
        return bearer
    store = MemoryStore()
    store.set_note("grants", bearer.grants)
    Grants(store).end(held.operation)
    return bearer._replace(grants=_EMPTY)


def desk(world: World) -> tuple[Picture, Context]:
    """The book, and a decision about it that no device asked for."""
    picture = Picture(complete=True)
    picture.put(world.package)
    context = Context(
        picture, site=SITE, stream=3, epoch=1, seq=1, stamp=Stamp(0), now=world.now * STEP_MS
    )
    return picture, context


def changed(world: World, picture: Picture) -> World:
    """The world after a decision, with the rules that every decision must keep."""
    before, after = world.package, picture.need(Package, (SITE, WORK))
    flaw = world.flaw
    if after.fence < before.fence:
        flaw = "a fence fell"
    moved = after.holder is not None and after.holder != before.holder
    if moved != (after.fence > before.fence):
        flaw = "a fence rises by takeovers, and by nothing else"
    document = world.document
    if document is not None and after.holder != IDS[document[0]]:
        document = None
    return world._replace(package=after, document=document, flaw=flaw)


def decided(world: World, place: int, line: Line) -> World:
    """What the lane makes of a device's next line."""
    bearer = world.bearers[place]
    now = world.now * STEP_MS
    picture = Picture(complete=True)
    picture.put(world.package)
    context = Context(
        picture,
        site=SITE,
        stream=IDS[place],
        epoch=1,
        seq=line.number,
        stamp=Stamp(line.written * STEP_MS),
        now=now,
    )
    decide(line, picture, context)
    outcome = context.outcome()
    grant = msgspec.json.encode(context.grant) if context.grant and not context.refusal else b""
    told = Told(line, outcome.outcome, grant)
    after = changed(world, picture)
    after = replaced(
        after, place, bearer._replace(unsent=bearer.unsent[1:], unheard=(*bearer.unheard, told))
    )
    if line.kind == "hand back" and outcome.outcome == "applied":
        after = after._replace(taken_away=True)
    if grant:
        fence = after.package.fence
        after = after._replace(
            granted=(*world.granted, (fence, IDS[place], line.number)),
            document=(place, line, grant),
        )
    flaw = verdict(world, place, line, outcome.outcome)
    return after._replace(flaw=after.flaw or flaw)


def decide(line: Line, picture: Picture, context: Context) -> None:
    """Call the real decision."""
    if line.kind == "claim":
        leases.claim(Claim(work=WORK), picture, context)
    elif line.kind == "renew":
        leases.renew(Renew(work=WORK), picture, context)
    elif line.kind == "hand back":
        leases.hand_back(HandBack(work=WORK), picture, context)
    else:
        fact: Operation = Pick(quantity=1, source="", to="", package=WORK, fence=line.fence)
        leases.check_lease(context, fact)


def verdict(world: World, place: int, line: Line, status: str) -> str:
    """What is wrong with an outcome, by what is true of the world."""
    package = world.package
    if line.kind == "pick":
        if status not in ("applied", "flagged"):
            return "a fact was refused"
        over = package.fence != line.fence
        until = package.lease_until
        late = until is not None and line.written * STEP_MS > until
        if (over or late) != (status == "flagged"):
            return "a late fact was not flagged, or one in time was"
    elif status == "applied" and line.kind == "claim" and line.written != world.now:
        return "an intent was granted too late"
    elif status == "applied" and line.kind != "claim" and package.holder != IDS[place]:
        return "who does not hold the package renewed it or gave it back"
    return ""
