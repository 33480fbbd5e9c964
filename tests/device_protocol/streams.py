"""A stream of lines and a server that is only a position, for tests of the outbox."""

import msgspec

from device_protocol import chain, keys
from device_protocol.messages import EpochAnswer, PushAnswer
from device_protocol.outbox import Outbox, OutgoingBatch
from device_protocol.store import Store
from device_protocol.version import LIMITS
from tests.device_protocol.doubles import DEVICE, NONCE, seeded

PRIVATE = keys.generate(seeded())
PUBLIC = keys.public_key(PRIVATE)
START = chain.start(DEVICE, 1, NONCE)
EPOCH_2 = EpochAnswer(epoch=2, nonce="22" * 16)
OUTCOME = msgspec.Raw(b'{"outcome":"applied"}')


def reopened(store: Store) -> Outbox:
    """Return the outbox as a restarted process finds it."""
    return Outbox(store, seeded(2))


def write(outbox: Outbox, count: int) -> list[bytes]:
    """Append some lines and return them."""
    first = outbox.tail().seq + 1
    lines = [
        b'{"kind":"bind","boot":1,"unit":"T%d","shipment":1}' % seq
        for seq in range(first, first + count)
    ]
    for line in lines:
        outbox.append(line)
    return lines


def head_at(outbox: Outbox, seq: int) -> str:
    """Return the hash of the stream after a line, as an agreeing server has it."""
    line = outbox.line(seq)
    return line.hash.hex() if line else START.hex()


def resume(outbox: Outbox, next_seq: int, head: str = "", generation: int | None = None) -> bool:
    """Resume at a position, by default with the hash that the outbox has there."""
    head = head or head_at(outbox, next_seq - 1)
    return outbox.resume(next_seq, head, server_time=5, generation=generation)


def send(outbox: Outbox) -> OutgoingBatch:
    """Take the next batch, which must be there."""
    batch = outbox.next_batch(LIMITS)
    assert batch is not None
    return batch


def settle(outbox: Outbox, batch: OutgoingBatch, server_time: int = 5) -> int:
    """Settle a batch as a server would that took it all; return how many lines were settled."""
    end = batch.first + batch.count
    answer = PushAnswer(
        next=end,
        head=head_at(outbox, end - 1),
        durable=end - 1,
        commit=1,
        server_time=server_time,
        outcomes=(OUTCOME,) * batch.count,
    )
    return len(outbox.settle(answer))


def origins(outbox: Outbox, seqs: range) -> list[tuple[int, int] | None]:
    """Return epoch and number that lines of the present stream say they had before."""
    found: list[tuple[int, int] | None] = []
    for seq in seqs:
        line = outbox.line(seq)
        assert line is not None
        again = msgspec.json.decode(line.line).get("again")
        found.append((again["epoch"], again["seq"]) if again else None)
    return found
