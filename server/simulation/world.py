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
from server.identity.messages import CommandDevice
from server.identity.records import Device
from server.lane.activity import NETWORK, TIMER
from server.lane.lane import Rules
from server.lane.records import StoredOperation
from server.orders.messages import PlacedLine, PlaceOrder
from server.simulation.acts import Scene, next_deed
from server.simulation.books import Book, Copy, MemoryBook
from server.simulation.calls import Counter
from server.simulation.faults import Faults
from server.simulation.handsets import FUTURE, OLD, TODAY, Handset, Maker
from server.simulation.house import House, ServerDownError
from server.simulation.journal import Breach, Journal
from server.simulation.machines import CrashError, FragileStore
from server.simulation.opening import HOUR_MS, PEOPLE, PLAIN, START, opening, plain_rules
from server.simulation.rates import draw_rates
from server.simulation.schedule import Schedule
from server.simulation.truth import Act, Truth
from server.tasks.devices import SetDeviceState
from server.tasks.timers import Tick
from server.tasks.waves import ReleaseWave

DAY_MS = 4 * HOUR_MS
SECOND_MS = 1_000
MINUTE_MS = 60_000
ROUNDS_MAX = 10
EVENTS_KEPT = 3_000
YEARS_MS = 10 * 365 * 24 * HOUR_MS
SITE = 1


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
        self.faults = Faults(draw_rates(self.chance), self.chance, lambda fault: self.tell("", fault))
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
            self.house, self.journal, random.Random(seed), session_ms=session_ms  # noqa: S311
        )
        self.maker = maker or Maker()
        self.handsets: list[Handset] = []
        self.rounds = 0
        """How many rounds the second phase took."""
        self.acme = start.acme
        stores = list(enumerate(start.stores, start=1))
        self.chance.shuffle(stores)
        for number, store in stores[: self.chance.randint(2, 5)]:
            self._add(f"h{number}", store.copied(), PEOPLE[number - 1])

    def tell(self, who: str, what: str) -> None:
        """Note an event."""
        self.trace.append(Event(self.schedule.now, who, what))

    def run(self) -> None:
        """Live through the day, and through what comes after."""
        self._plan_day()
        self.schedule.run_until(self.end)
        self.faults.heal()
        self.tell("", "everything heals")
        # What was late arrives yet.
        self.schedule.spend(4 * HOUR_MS)
        self._heal()

    def _add(self, name: str, store: FragileStore, person: str) -> Handset:
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

    def _plan_day(self) -> None:
        moment = self.schedule.now
        while moment < self.end:
            moment += self.chance.randint(5 * MINUTE_MS, 15 * MINUTE_MS)
            self.schedule.at(moment, self.house.deliver)
        for hour in range(4):
            self.schedule.at(self.end - DAY_MS + hour * HOUR_MS, self._tick)
        for hour in (1, 2):
            self.schedule.at(self.end - DAY_MS + hour * HOUR_MS - HOUR_MS // 2, self._sell)
            self.schedule.at(self.end - DAY_MS + hour * HOUR_MS, self._release)
        plans = {
            "device_clone": self._clone,
            "device_restore": self._plan_device_restore,
            "server_restore": self._plan_server_restore,
            "suspended": self._suspend,
            "revoked": self._revoke,
            "key_rotated": self._rotate,
            "old_app": lambda: self._change_app("old_app"),
            "new_app": lambda: self._change_app("new_app"),
        }
        for fault, plan in plans.items():
            if fault in self.faults.rates.planned:
                self.schedule.at(self._some_time(), plan)

    def _some_time(self) -> int:
        return self.chance.randint(self.schedule.now, self.end)

    def _act(self, handset: Handset) -> None:
        """A person does something; now and then the device suffers."""
        self._suffer(handset)
        if not handset.device.outbox.enrolled:
            return
        if self.faults.hits("newer_line"):
            self._newer_line(handset)
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

    def _newer_line(self, handset: Handset) -> None:
        """A newer app says what this server does not know: a kind, a version, or only a field."""
        name = f"a{len(self.truth.acts)}"
        line: dict[str, object] = {"activity": name, "boot": handset.device.boot}
        line |= {"ended": handset.device.now_ms(), "mood": "sunny"}
        line |= self.chance.choice(
            (
                {"kind": "teleport", "to": "A-01"},
                {"kind": "receive", "version": 9, "quantity": 1, "to": "A-01"},
                {"kind": "receive", "quantity": 1, "owner": "ACME", "item": "S1", "to": "A-01"},
            )
        )
        if handset.write_line(msgspec.json.encode(line)) is not None:
            self._done(handset, name, "newer")

    def _suffer(self, handset: Handset) -> None:
        faults = self.faults
        if handset.syncing:
            # Whatever befalls the machine in the middle of a call is a crash of the app.
            return
        if faults.hits("reboot"):
            handset.reboot()
        if faults.hits("clock_jump"):
            jumps = (HOUR_MS, -HOUR_MS, self.chance.randint(-YEARS_MS, YEARS_MS))
            handset.machine.wall_offset += self.chance.choice(jumps)
        if faults.hits("disk_full"):
            store = handset.store
            store.full = True
            self.schedule.after(self.chance.randint(5, 40) * MINUTE_MS, lambda: _freed(store))
        if faults.hits("session_ended"):
            handset.session = ""
        if faults.rates.of("drift") and self.chance.random() < faults.rates.of("drift"):
            self._drift(handset)

    def _drift(self, handset: Handset) -> None:
        """A document rots in the store, and the device does not know."""
        store = handset.store
        held = [
            (scope, document)
            for scope in sorted(store.scopes())
            for document in store.documents(scope)
        ]
        if not held:
            return
        scope, document = self.chance.choice(held)
        if self.chance.random() < 0.5:  # noqa: PLR2004 - gone or altered.
            store.remove_document(scope, document.key)
        else:
            rotten = msgspec.structs.replace(document, body=document.body.replace(b"1", b"7"))
            store.put_document(scope, rotten)
        self.faults.note("drift")

    def _sync(self, handset: Handset) -> None:
        handset.cut = self.faults.rates.planned != frozenset() and self.chance.random() < 0.15  # noqa: PLR2004
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
        ready = [each["id"] for each in handset.documents("package") if each["state"] == "ready"]
        if ready:
            handset.say(Claim(work=self.chance.choice(ready)))

    def _tick(self) -> None:
        for site in (1, 2):
            self.house.insist(site, Tick(), stream=TIMER)

    def _sell(self) -> None:
        orders = []
        for place in range(self.chance.randint(2, 5)):
            skus = self.chance.sample(PLAIN, self.chance.randint(1, 2))
            lines = tuple(PlacedLine(sku, self.chance.randint(1, 3)) for sku in skus)
            number = f"{self.schedule.now}-{place}"
            orders.append(
                PlaceOrder(
                    owner=self.acme,
                    channel="web",
                    number=number,
                    placed_at=self.schedule.now,
                    site=SITE,
                    lines=lines,
                    content=f"{lines}",
                )
            )
        self.house.insist(NETWORK, *orders)
        self.house.deliver()

    def _release(self) -> None:
        self.house.insist(SITE, ReleaseWave(name="wave"))
        self.house.deliver()

    def _clone(self) -> None:
        handset = self.chance.choice(self.handsets)
        if not handset.device.outbox.enrolled:
            return
        self.faults.note("device_clone")
        twin = self._add(f"{handset.name}'", handset.store.copied(), handset.person)
        twin.session, twin.actor = handset.session, handset.actor

    def _plan_device_restore(self) -> None:
        handset = self.chance.choice(self.handsets)
        copy, number = handset.store.copied(), len(self.truth.acts)
        self.tell(handset.name, "a copy of it is kept")
        self.schedule.at(
            self._some_time(), lambda: self._restore_device(handset, copy, number)
        )

    def _restore_device(self, handset: Handset, copy: FragileStore, number: int) -> None:
        if handset.syncing:
            self.schedule.after(MINUTE_MS, lambda: self._restore_device(handset, copy, number))
            return
        for act in list(self.truth.acts.values())[number:]:
            if act.handset == handset.name:
                act.lost = True
        self.faults.note("device_restore")
        handset.put_back(copy)

    def _plan_server_restore(self) -> None:
        backup = self.house.book.copy()
        self.tell("", "a backup is made")
        self.schedule.at(self._some_time(), lambda: self._restore_server(backup))

    def _restore_server(self, backup: Copy) -> None:
        self.faults.note("server_restore")
        for act in self.truth.acts.values():
            if any(
                act.handset == each.name and not each.device.outbox.enrolled
                for each in self.handsets
            ):
                # It had sent everything and was told to wipe: only the server had it.
                act.lost = True
        self.house.restore(backup)
        rows = self.house.book.rows(StoredOperation)
        self.journal.restored({(row.stream, row.epoch, row.seq) for row in rows})

    def _suspend(self) -> None:
        handset = self.chance.choice(self.handsets)
        self.faults.note("suspended")
        self._set_state(handset, "suspended")
        self.schedule.at(self._some_time(), lambda: self._set_state(handset, "active"))

    def _revoke(self) -> None:
        self.faults.note("revoked")
        self._set_state(self.chance.choice(self.handsets), "revoked")

    def _rotate(self) -> None:
        """A supervisor has a device change its key: not where copies of the old one are about."""
        if self.faults.rates.planned & {"device_clone", "device_restore"}:
            return
        handset = self.chance.choice(self.handsets)
        self.faults.note("key_rotated")
        self.house.insist(
            handset.site, CommandDevice(device=handset.number, command="rotate_key")
        )

    def _set_state(self, handset: Handset, state: str) -> None:
        self.tell(handset.name, state)
        self.house.insist(handset.site, SetDeviceState(device=handset.number, state=state))

    def _change_app(self, fault: str) -> None:
        handset = self.chance.choice(self.handsets)
        self.faults.note(fault)
        handset.speaks = OLD if fault == "old_app" else FUTURE
        if not handset.syncing:
            handset.restart()

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
                self._set_state(handset, "active")
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


def _freed(store: FragileStore) -> None:
    store.full = False


