"""One seed: a virtual day in which everything goes wrong, and then nothing any more.

1. People work, devices talk to the server when there is radio, desks sell and release, timers tick;
   faults happen at the rates that the seed drew.
2. Everything heals: late messages arrive, devices come back, and within a bounded number of rounds
   nothing may be left to send. Then the auditor looks.
"""

import random
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

import msgspec

from device_protocol.operations import Claim, HandBack, TakeNumbers
from server.identity.records import Device
from server.lane.lane import Rules
from server.simulation.acts import Scene, next_deed
from server.simulation.books import Book, MemoryBook
from server.simulation.calls import Counter
from server.simulation.desk import Desk
from server.simulation.faults import Faults
from server.simulation.handsets import OLD, TODAY, Handset, Maker
from server.simulation.house import House
from server.simulation.journal import Breach, Journal
from server.simulation.machines import CrashError, FragileStore
from server.simulation.opening import HOUR_MS, PEOPLE, START, opening, plain_rules
from server.simulation.rates import draw_rates
from server.simulation.schedule import Schedule
from server.simulation.troubles import Troubles, newer_line
from server.simulation.truth import Act, Truth

DAY_MS = 3 * HOUR_MS
SECOND_MS = 1_000
MINUTE_MS = 60_000
ROUNDS_MAX = 10
CUT = 0.1
"""How often there is no radio at all when a device would talk."""
EVENTS_KEPT = 3_000


class Event(NamedTuple):
    """Something that happened in the world, for a trace."""

    at: int
    who: str
    what: str


class World:
    """A site or two with their people, devices and server, in one seed."""

    def __init__(
        self,
        seed: int,
        *,
        book: Book | None = None,
        rules: Callable[[], Rules] = plain_rules,
        maker: Maker | None = None,
    ) -> None:
        """Draw a world; `rules` and `maker` are the seams at which wrong designs are planted."""
        self.seed = seed
        self.chance = random.Random(seed)  # noqa: S311 - a seed repeats a run.
        self.trace: deque[Event] = deque(maxlen=EVENTS_KEPT)
        self.schedule = Schedule(START + HOUR_MS)
        self.end = self.schedule.now + DAY_MS
        self.faults = Faults(
            draw_rates(self.chance), self.chance, lambda fault: self.tell("", fault)
        )
        self.journal = Journal()
        self.truth = Truth()
        start = opening()
        if book is None:
            book = MemoryBook(start.backup)
        else:
            book.restore(start.backup)
        self.house = House(book, self.schedule, rules(), self.faults)
        session_ms = self.chance.choice((1, 2, 24)) * HOUR_MS
        self.counter = Counter(
            self.house,
            self.journal,
            random.Random(seed),  # noqa: S311 - as above.
            session_ms=session_ms,
        )
        self.maker = maker or Maker()
        self.handsets: list[Handset] = []
        self.rounds = 0
        """How many rounds the second phase took."""
        self.desk = Desk(self.house, self.chance, start.acme)
        self.troubles = Troubles(self)
        stores = list(enumerate(start.stores, start=1))
        self.chance.shuffle(stores)
        for number, store in stores[: self.chance.randint(2, 4)]:
            self.add(f"h{number}", store.copied(), PEOPLE[number - 1])

    def tell(self, who: str, what: str) -> None:
        """Note an event."""
        self.trace.append(Event(self.schedule.now, who, what))

    def run(self) -> None:
        """Live through the day, and through what comes after."""
        self.desk.plan(self.end)
        self.troubles.plan(self.end)
        self.schedule.run_until(self.end)
        self.faults.heal()
        self.tell("", "everything heals")
        # What was late arrives yet.
        self.schedule.spend(4 * HOUR_MS)
        self._heal()

    def add(self, name: str, store: FragileStore, person: str) -> Handset:
        """Bring one more device, with all that it will do today."""
        handset = Handset(name, store, self.counter, self.schedule, self.faults, self.maker)
        handset.person = person
        self.handsets.append(handset)
        self._plan_handset(handset)
        return handset

    def _plan_handset(self, handset: Handset) -> None:
        every_ms = self.chance.randint(60, 180) * SECOND_MS
        when = self.schedule.now + self.chance.randint(0, 10 * MINUTE_MS)
        self.schedule.at(when, lambda: self._sync(handset))
        while when < self.end:
            when += self.chance.randint(every_ms // 4, 2 * every_ms)
            self.schedule.at(when, lambda: self._act(handset))
        when = self.schedule.now
        while when < self.end:
            when += self.chance.randint(15 * MINUTE_MS, 70 * MINUTE_MS)
            self.schedule.at(when, lambda: self._sync(handset))

    def _act(self, handset: Handset) -> None:
        """A person does something; now and then the device suffers."""
        self.troubles.suffer(handset)
        if not handset.device.outbox.enrolled:
            return
        if self.faults.hits("newer_line"):
            name = f"a{len(self.truth.acts)}"
            if handset.write_line(newer_line(handset, name, self.chance)) is not None:
                self._done(handset, name, "newer")
            return
        scene = Scene(handset, self.truth, self.chance, self.faults.hits("mistake"))
        try:
            deed = next_deed(scene)
        except CrashError:
            # It died while it took a number from its block.
            handset.die()
            return
        name = f"a{len(self.truth.acts)}"
        operation = msgspec.structs.replace(
            deed.operation, activity=name, actor=handset.actor, site=None
        )
        kind = str(type(operation).__struct_config__.tag)
        seq = handset.record(operation)
        self.tell(handset.name, f"{name} {kind} {'line ' + str(seq) if seq else 'not recorded'}")
        if seq is None:
            return
        self._done(handset, name, kind, deed.undoes)
        for source, target, key, quantity in deed.moves:
            self.truth.shift(source, target, key, quantity)
        if deed.box is not None:
            self.truth.boxes[deed.box[0]] = deed.box[1]

    def _done(self, handset: Handset, name: str, kind: str, undoes: str = "") -> None:
        now = self.schedule.now
        self.truth.acts[name] = Act(name, handset.number, handset.name, kind, now, undoes)

    def _sync(self, handset: Handset) -> None:
        handset.cut = self.chance.random() < CUT
        if not handset.sync():
            self.tell(handset.name, f"sync ended early: {handset.trouble or 'busy'}")
            return
        if not handset.device.outbox.enrolled:
            self.tell(handset.name, "wiped")
            return
        self.tell(handset.name, f"sync ok, epoch {handset.device.outbox.identity.epoch}")
        self._ask(handset)

    def _ask(self, handset: Handset) -> None:
        """Ask for numbers and work while there is radio."""
        if handset.device.upgrade == "needed" or not handset.session:
            return
        if not handset.device.numbers_left():
            handset.say(TakeNumbers(count=6))
        leases = handset.device.leases()
        if leases:
            if self.chance.random() < 0.2:  # noqa: PLR2004 - somebody has enough of it.
                handset.say(HandBack(work=self.chance.choice(sorted(leases))))
            return
        packages = handset.documents("package")
        ready = [each["id"] for each in packages if each.get("state") == "ready"]
        if ready:
            handset.say(Claim(work=self.chance.choice(ready)))

    def _heal(self) -> None:
        """Bring everything back, and let all drain within a bound."""
        for handset in self.handsets:
            handset.cut, handset.store.full = False, False
            if handset.speaks != OLD:
                handset.speaks = TODAY
            handset.restart()
            handset.check_replica()
            device = self.house.book.row(Device, (handset.site, handset.number))
            if device is not None and device.state == "suspended":
                self.troubles.set_state(handset, "active")
        for self.rounds in range(1, ROUNDS_MAX + 1):
            self.house.drain()
            done = [self._drained(handset) for handset in self.handsets]
            if all(done) and not self.house.deliver():
                self._give_up_revoked()
                return
        self.journal.breaches.append(
            Breach("I2", f"not drained after {ROUNDS_MAX} rounds: {self._stuck()}")
        )

    def _give_up_revoked(self) -> None:
        """A revoked device whose stream forked may open no epoch: what it holds stays with it."""
        stuck = {
            handset.name
            for handset in self.handsets
            if handset.device.outbox.enrolled and handset.device.outbox.attempt is not None
        }
        for act in self.truth.acts.values():
            act.lost = act.lost or act.handset in stuck

    def _drained(self, handset: Handset) -> bool:
        before = handset.device.outbox.tail() if handset.device.outbox.enrolled else None
        ok = handset.sync()
        self.tell(handset.name, f"drain: {handset.trouble or 'ok'}")
        if not handset.device.outbox.enrolled or self.is_revoked(handset):
            return True
        still = handset.device.outbox.tail() == before
        return ok and still and not handset.device.pending() and bool(handset.session)

    def _stuck(self) -> str:
        return "; ".join(
            f"{handset.name} holds {handset.device.pending()} ({handset.trouble})"
            for handset in self.handsets
            if handset.device.outbox.enrolled
        )

    def is_revoked(self, handset: Handset) -> bool:
        """Whether the server revoked the device."""
        device = self.house.book.row(Device, (handset.site, handset.number))
        return device is not None and device.state == "revoked"
