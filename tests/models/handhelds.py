"""The device of the push model: the real outbox over a store, between values.

A `Handheld` is what a device has written down and what it has in mind. Each step lays the store
out, lets the real `Outbox` act, and reads it back; steps taken before are looked up. What the
client does with an answer is said here once more, as in `DeviceClient`.
"""

from typing import Any, Literal, NamedTuple

import msgspec

from device_protocol import keys
from device_protocol.messages import EpochAnswer, PushAnswer
from device_protocol.outbox import Identity, Outbox, OutgoingBatch
from device_protocol.store import MemoryStore, StoredLine
from device_protocol.version import LIMITS
from server.sync.batches import Answer
from tests.models.books import DEVICE, FIRST_NONCE, SITE, act_line, act_of
from tests.models.interning import Interned

PRIVATE = keys.generate(bytes)
PUBLIC = keys.public_key(PRIVATE)
_FORGOTTEN = ("durable",)
"""Notes on which nothing in the model depends."""
MONTHS_LATER_MS = 10**12

Call = tuple[Literal["hello", "push", "epoch"], Any]


class Handheld(NamedTuple):
    """What a device holds."""

    notes: tuple[tuple[str, bytes], ...]
    lines: tuple[StoredLine, ...]
    next: int | None = None
    prev: bytes = b""
    sent: OutgoingBatch | None = None

    def acts(self) -> frozenset[int]:
        """The acts of which it still has the line."""
        return frozenset(act_of(line.line) for line in self.lines)


class Stepped(NamedTuple):
    """What a step made of a device, what came of it, and whether randomness was drawn."""

    held: int
    result: Any
    drawn: bool


class Mind:
    """A device between two steps: its store laid out, and the outbox at work."""

    def __init__(self, held: Handheld, draw: int) -> None:
        """Take up where it stood; `draw` is what its randomness gives next."""
        self.store = MemoryStore()
        for name, value in held.notes:
            self.store.set_note(name, value)
        for line in held.lines:
            self.store.append_line(line)
        self.draw = draw
        self.drawn = False
        self.outbox = Outbox(self.store, self.random)
        self.outbox._next = held.next
        self.outbox._next_prev = held.prev
        self.outbox._sent = held.sent

    def random(self, count: int) -> bytes:
        """Randomness of which the model sees that it was used: nobody draws the same twice."""
        self.drawn = True
        return self.draw.to_bytes(count, "big")

    def read_back(self) -> Handheld:
        """What the device holds now."""
        notes = tuple(sorted((k, v) for k, v in self.store._notes.items() if k not in _FORGOTTEN))
        known = self.outbox._next is not None
        return Handheld(
            notes,
            tuple(self.store.all_lines()),
            self.outbox._next,
            self.outbox._next_prev if known else b"",
            self.outbox._sent,
        )


class Handhelds:
    """Every device that a search meets, and what becomes of each by each step."""

    def __init__(self) -> None:
        """Begin with an enrolled device that did nothing yet."""
        self.met: Interned[Handheld] = Interned()
        self.calls: Interned[Call] = Interned()
        self._steps: dict[tuple[Any, ...], Stepped] = {}
        mind = Mind(Handheld((), ()), 0)
        identity = Identity(device=DEVICE, site=SITE, private=PRIVATE, epoch=1, nonce=FIRST_NONCE)
        mind.outbox.adopt(identity)
        self.first = self.met.number(mind.read_back())

    def record(self, held: int, act: int) -> int:
        """Write an act down."""
        return self._step(
            held, ("record", act), lambda mind: mind.outbox.append(act_line(act))
        ).held

    def doubt(self, held: int) -> int:
        """Give a call up, or start again after a crash: both leave what is written down."""
        return self._step(held, ("doubt",), lambda mind: mind.outbox.doubt()).held

    def prune(self, held: int) -> int:
        """Let more time pass than settled lines are kept."""

        def pruned(mind: Mind) -> None:
            position = mind.outbox._next
            if position is not None:
                mind.outbox.note_durable(position - 1)
                mind.outbox.prune(MONTHS_LATER_MS)

        return self._step(held, ("prune",), pruned).held

    def send(self, held: int) -> Stepped:
        """The next call of a synchronisation, by number, as `DeviceClient` chooses it."""

        def sent(mind: Mind) -> int:
            outbox = mind.outbox
            if outbox.attempt is not None:
                return self.calls.number(("epoch", outbox.attempt.attempt))
            if outbox.position_known:
                batch = outbox.next_batch(LIMITS)
                if batch is not None:
                    return self.calls.number(("push", batch.body))
            return self.calls.number(("hello", outbox.identity.epoch))

        return self._step(held, ("send",), sent)

    def hear_hello(self, held: int, answer: tuple[int, str, int] | None, draw: int) -> Stepped:
        """Take up where the server stands."""

        def heard(mind: Mind) -> None:
            if answer is None:
                mind.outbox.need_epoch("fork", everything=True)
            else:
                following, head, generation = answer
                mind.outbox.resume(following, head, server_time=0, generation=generation)

        return self._step(held, ("hello", answer, draw), heard, draw)

    def hear_epoch(self, held: int, grant: tuple[int, str]) -> Stepped:
        """Go on in a new epoch."""
        answer = EpochAnswer(*grant)
        return self._step(held, ("epoch", grant), lambda mind: mind.outbox.open_epoch(answer))

    def hear_push(self, held: int, answer: Answer, draw: int) -> Stepped:
        """Settle, or doubt and say hello next."""

        def heard(mind: Mind) -> None:
            if answer.status == "taken":
                told = PushAnswer(
                    next=answer.next,
                    head=answer.head.hex(),
                    durable=answer.next - 1,
                    commit=0,
                    server_time=0,
                    outcomes=tuple(msgspec.Raw(outcome) for outcome in answer.outcomes),
                )
                mind.outbox.settle(told)
            elif answer.status == "unknown":
                mind.outbox.need_epoch("fork", everything=True)
            else:
                mind.outbox.doubt()

        key = (answer.status, answer.next, answer.head, answer.outcomes, draw)
        return self._step(held, ("push", key), heard, draw)

    def drained(self, held: int) -> bool:
        """Whether the device believes that the server has everything."""
        mind = Mind(self.met[held], 0)
        outbox = mind.outbox
        return outbox.attempt is None and outbox.position_known and not outbox.pending()

    def _step(self, held: int, key: tuple[Any, ...], act: Any, draw: int = 0) -> Stepped:  # noqa: ANN401 - see Stepped.
        known = self._steps.get((held, *key))
        if known is None:
            mind = Mind(self.met[held], draw)
            result = act(mind)
            after = self.met.number(mind.read_back())
            known = self._steps[held, *key] = Stepped(after, result, mind.drawn)
        return known
