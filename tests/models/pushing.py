"""Push, fork, clone and restore: one device and its copy, one server and its older copy.

Stands for `device_protocol/outbox.py`, `offering.py`, `server/sync/job.py`, `origins.py`,
`server/identity/devices.py` (epochs) and `server/tasks/restoring.py`, all of which are called, not
imitated; only the few lines of `DeviceClient` that choose the next call are said once more.

A step is one of: an act is written down; the next call of a synchronisation leaves; it arrives; its
answer is heard; the device gives it up or crashes, and the call or its answer is lost or, in the
hands of the network, late; a late call arrives, again and again; the server is copied, or restored
from its copy; the device is copied, or one of the two is lost (so one is restored from its copy);
more time passes than a device keeps settled lines.

Left out: clock lines and anchors, limits and cut batches, what an act does to goods, incidents,
damaged bodies (their hash keeps them out), and times.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from tests.models.books import Books, act_of
from tests.models.explorer import Step
from tests.models.handhelds import PUBLIC, Handhelds
from tests.models.interning import Interned

NOTHING = -1


class Bounds(NamedTuple):
    """How often each thing may happen in one history."""

    acts: int = 2
    doubts: int = 0
    """Calls given up, or crashes."""
    late: int = 0
    """Calls that stay in the network when they are given up; they arrive any number of times."""
    clones: int = 0
    losses: int = 0
    copies: int = 0
    """Copies of the server; without any, what it is restored from is the empty book."""
    restores: int = 0
    months: int = 0


class Carried(NamedTuple):
    """A device, with the call that it waits for and the answer on its way back."""

    held: int
    call: int = NOTHING
    answer: int = NOTHING


class World(NamedTuple):
    """One state: everything by number."""

    book: int
    devices: tuple[Carried, ...]
    left: Bounds
    """What may still happen."""
    copy: int = NOTHING
    late: tuple[int, ...] = ()
    told: int = 0
    """Acts written down so far."""
    owed: frozenset[int] = frozenset()
    """Acts that were durably written and not lost with the last thing that held them."""
    draws: int = 1
    opened: int = 1
    restored: int = 0
    flaw: str = ""


class Pushing:
    """The model."""

    def __init__(self, bounds: Bounds) -> None:
        """Search within bounds."""
        self.bounds = bounds
        self.books = Books(PUBLIC)
        self.handhelds = Handhelds()
        self.answers: Interned[Any] = Interned()
        self._book_faults: dict[int, str] = {}
        self._stored: dict[int, frozenset[int]] = {}
        self._acts: dict[int, frozenset[int]] = {}
        self._drained: dict[int, bool] = {}
        self._disagree: dict[tuple[int, int], bool] = {}

    def initial(self) -> World:
        """An enrolled device that did nothing yet."""
        copy = NOTHING if self.bounds.copies else self.books.first
        return World(self.books.first, (Carried(self.handhelds.first),), self.bounds, copy)

    def steps(self, world: World) -> Iterator[Step]:
        """All that may happen next."""
        for place, device in enumerate(world.devices):
            name = "ABC"[place]
            yield from self._acted(world, place, device, name)
            if device.call == NOTHING:
                yield from self._sent(world, place, device, name)
            else:
                yield from self._waited(world, place, device, name)
        for call in set(world.late):
            what = self.handhelds.calls[call][0]
            yield Step(f"a late {what} arrives", self._arrived(world, call)[0], fault=True)
            late = list(world.late)
            late.remove(call)
            yield Step(f"the late {what} is gone", world._replace(late=tuple(late)))
        yield from self._disasters(world)

    def _acted(self, world: World, place: int, device: Carried, name: str) -> Iterator[Step]:
        if world.told < self.bounds.acts:
            held = self.handhelds.record(device.held, world.told)
            after = replaced(world, place, device._replace(held=held))
            owed = world.owed | {world.told}
            yield Step(
                f"{name} writes act {world.told}", after._replace(told=world.told + 1, owed=owed)
            )
        if world.left.months and device.call == NOTHING:
            held = self.handhelds.prune(device.held)
            left = world.left._replace(months=world.left.months - 1)
            if held != device.held:
                after = replaced(world, place, device._replace(held=held))._replace(left=left)
                yield Step(f"{name} forgets what is old", self._owing(after), fault=True)
        if world.left.losses and len(world.devices) > 1:
            left = world.left._replace(losses=world.left.losses - 1)
            others = tuple(each for each in world.devices if each is not device)
            after = self._owing(world._replace(devices=others, left=left))
            yield Step(f"{name} is lost, and those that are left move up", after, fault=True)
        if world.left.clones:
            left = world.left._replace(clones=world.left.clones - 1)
            copy = Carried(self.handhelds.doubt(device.held))
            after = world._replace(devices=(*world.devices, copy), left=left)
            yield Step(f"{name} is copied", after, fault=True)

    def _sent(self, world: World, place: int, device: Carried, name: str) -> Iterator[Step]:
        held, call, _ = self.handhelds.send(device.held)
        what = self.handhelds.calls[call][0]
        after = replaced(world, place, Carried(held, call))
        yield Step(f"{name} sends {what}", after)

    def _waited(self, world: World, place: int, device: Carried, name: str) -> Iterator[Step]:
        what, _body = self.handhelds.calls[device.call]
        if device.answer == NOTHING:
            after, answer = self._arrived(world, device.call)
            carried = device._replace(answer=self.answers.number(answer))
            yield Step(f"{name}'s {what} arrives", replaced(after, place, carried))
        else:
            yield Step(f"{name} hears of its {what}", self._heard(world, place, device))
        if world.left.doubts:
            left = world.left._replace(doubts=world.left.doubts - 1)
            given_up = Carried(self.handhelds.doubt(device.held))
            after = replaced(world, place, given_up)._replace(left=left)
            yield Step(f"{name} gives its {what} up", after, fault=True)
            if left.late:
                late = tuple(sorted((*world.late, device.call)))
                after = after._replace(late=late, left=left._replace(late=left.late - 1))
                yield Step(f"{name} gives its {what} up, which is late", after, fault=True)

    def _arrived(self, world: World, call: int) -> tuple[World, Any]:
        """What the server makes of a call."""
        what, body = self.handhelds.calls[call]
        if what == "hello":
            return world, self.books.hello(world.book, body)
        if what == "push":
            book, answer = self.books.push(world.book, body)
            return self._changed(world, book), answer
        nonce = world.opened.to_bytes(16, "big")
        book, grant = self.books.open(world.book, body, nonce)
        opened = world.opened + (book != world.book)
        after = self._changed(world, book)._replace(opened=opened)
        return after, (grant["epoch"], grant["nonce"])

    def _changed(self, world: World, book: int) -> World:
        """The world with another book, which must go on from the one before."""
        if book == world.book:
            return world
        kept = set(self.books.met[world.book].rows) <= set(self.books.met[book].rows)
        flaw = "" if kept else "a stored line or its first outcome changed"
        return world._replace(book=book, flaw=flaw)

    def _heard(self, world: World, place: int, device: Carried) -> World:
        what, _body = self.handhelds.calls[device.call]
        answer = self.answers[device.answer]
        if what == "hello":
            stepped = self.handhelds.hear_hello(device.held, answer, world.draws)
        elif what == "push":
            stepped = self.handhelds.hear_push(device.held, answer, world.draws)
        else:
            stepped = self.handhelds.hear_epoch(device.held, answer)
        after = replaced(world, place, Carried(stepped.held))
        return after._replace(draws=world.draws + stepped.drawn)

    def _disasters(self, world: World) -> Iterator[Step]:
        left = world.left
        if left.copies and world.copy != world.book:
            after = world._replace(copy=world.book, left=left._replace(copies=left.copies - 1))
            yield Step("the server is copied", after, fault=True)
        if left.restores and world.copy != NOTHING:
            left = left._replace(restores=left.restores - 1)
            # Nobody restores twice within a second.
            book = self.books.restored(world.copy, 1_000 * (world.restored + 2))
            after = world._replace(book=book, left=left, restored=world.restored + 1)
            yield Step("the server is restored", self._owing(after), fault=True)

    def _owing(self, world: World) -> World:
        """What is still owed where something that held acts is gone."""
        return world._replace(owed=world.owed & self._present(world))

    def _present(self, world: World) -> frozenset[int]:
        present = self._stored.get(world.book)
        if present is None:
            rows = self.books.met[world.book].rows
            present = self._stored[world.book] = frozenset(act_of(row.line) for row in rows)
        for device in world.devices:
            held = self._acts.get(device.held)
            if held is None:
                held = self._acts[device.held] = self.handhelds.met[device.held].acts()
            present |= held
        return present

    def broken(self, world: World) -> str:
        """Which invariant does not hold."""
        if world.flaw:
            return world.flaw
        if not world.owed <= self._present(world):
            return "an act that was durably written is nowhere any more"
        fault = self._book_faults.get(world.book)
        if fault is None:
            fault = self._book_faults[world.book] = self._fault_of(world.book)
        if fault:
            return fault
        differs = any(self._differs(each.held, world.book) for each in world.devices)
        if differs and not world.restored:
            return "a device was told another outcome than the first"
        return ""

    def _fault_of(self, number: int) -> str:
        book = self.books.met[number]
        effects = book.effects()
        if len(effects) != len(set(effects)):
            return "an act took effect twice"
        return "a stream has a gap or a wrong hash" if book.broken_chain else ""

    def _differs(self, held: int, book: int) -> bool:
        known = self._disagree.get((held, book))
        if known is None:
            stored = self.books.met[book].rows
            rows = {(row.epoch, row.seq, row.hash): row.outcome for row in stored}
            known = self._disagree[held, book] = any(
                line.outcome and rows.get((line.epoch, line.seq, line.hash)) != line.outcome
                for line in self.handhelds.met[held].lines
            )
        return known

    def settled(self, world: World) -> bool:
        """Whether nothing is on its way, and every act that is owed took effect."""
        if world.late or any(each.call != NOTHING for each in world.devices):
            return False
        if not world.owed <= set(self.books.met[world.book].effects()):
            return False
        return all(self._is_drained(each.held) for each in world.devices)

    def _is_drained(self, held: int) -> bool:
        known = self._drained.get(held)
        if known is None:
            known = self._drained[held] = self.handhelds.drained(held)
        return known


def replaced(world: World, place: int, device: Carried) -> World:
    """The world with one device changed."""
    devices = (*world.devices[:place], device, *world.devices[place + 1 :])
    return world._replace(devices=devices)
