"""The outbox: lines of the device's stream, and where the server stands in it.

A line is durable before `append` returns. The device and the server each keep the position in the
stream and check each other by hash: `resume` compares what the server says with what is held. While
they agree, batches leave one at a time; after any doubt nothing leaves before the next `resume`.
Where they can't agree (a restored or cloned device, a restored server, lines that are gone), a new
epoch is opened and the lines that the server may lack are offered again in it, each naming its
origin, by which the server recognises what it has.
"""

import msgspec

from device_protocol import chain, codec, keys, signatures
from device_protocol.messages import (
    EpochAnswer,
    EpochRequest,
    Limits,
    PushAnswer,
    Reason,
    Tail,
)
from device_protocol.offering import offered_again
from device_protocol.store import Store, StoredLine

RETENTION_MS = 30 * 24 * 3600 * 1000
"""Settled lines are kept so long, for a server that is restored from a backup."""

_IDENTITY_NOTE = "identity"
_ATTEMPT_NOTE = "attempt"
_DURABLE_NOTE = "durable"
_GENERATION_NOTE = "generation"
_HEADER_BYTES = 512
_ATTEMPT_BYTES = 16


class NotEnrolledError(RuntimeError):
    """The device has no identity yet."""


class PositionUnknownError(RuntimeError):
    """A batch was asked for or settled while it is not known where the server stands."""


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """Who the device is, and its present stream."""

    device: int
    site: int
    private: bytes
    epoch: int
    nonce: bytes
    stream: int = 1


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """A new epoch that has to be opened; kept until it is, so that a repeat is recognised."""

    attempt: str
    reason: Reason
    everything: bool
    """Offer settled lines again too, because the server may have lost them."""


class OutgoingBatch(msgspec.Struct, frozen=True):
    """A batch on its way."""

    first: int
    count: int
    body: bytes


class Outbox:
    """The stream of one device."""

    def __init__(self, store: Store, randomness: keys.Randomness) -> None:
        """Take up the stream where the store left it."""
        self._store = store
        self._randomness = randomness
        note = store.note(_IDENTITY_NOTE)
        self._identity = msgspec.json.decode(note, type=Identity) if note else None
        self._tail_seq, self._tail_hash = self._read_tail()
        self._next: int | None = None
        self._next_prev = b""
        self._sent: OutgoingBatch | None = None
        self._anchors: dict[int, bytes] = {}
        self._boot = 0

    @property
    def identity(self) -> Identity:
        """Return who the device is."""
        if self._identity is None:
            raise NotEnrolledError("enrol the device first")
        return self._identity

    @property
    def enrolled(self) -> bool:
        """Tell whether the device has an identity."""
        return self._identity is not None

    @property
    def attempt(self) -> Attempt | None:
        """Return the epoch that has to be opened before anything is sent, if any."""
        note = self._store.note(_ATTEMPT_NOTE)
        return msgspec.json.decode(note, type=Attempt) if note else None

    @property
    def position_known(self) -> bool:
        """Tell whether the next batch may leave."""
        return self._next is not None

    @property
    def durable(self) -> int:
        """Return the number of the last line of this stream that is durable beyond the server."""
        return int(self._store.note(_DURABLE_NOTE) or b"0")

    def adopt(self, identity: Identity) -> None:
        """Become somebody, with an empty stream."""
        with self._store.transaction():
            self._store.set_note(_IDENTITY_NOTE, msgspec.json.encode(identity))
            self._store.set_note(_ATTEMPT_NOTE, None)
            self._store.set_note(_DURABLE_NOTE, None)
        self._identity = identity
        self._tail_seq, self._tail_hash = self._read_tail()
        self.doubt()

    def take_key(self, private: bytes) -> None:
        """Sign with another key from now on; what is on its way no longer counts."""
        identity = msgspec.structs.replace(self.identity, private=private)
        self._store.set_note(_IDENTITY_NOTE, msgspec.json.encode(identity))
        self._identity = identity
        self.doubt()

    def is_safe(self) -> bool:
        """Tell whether every line that is held here is durable beyond the server too."""
        lines = self._store.all_lines()
        stream = self.identity.stream if self.enrolled else 0
        return all(
            line.outcome is not None and (line.stream != stream or line.seq <= self.durable)
            for line in lines
        )

    def append(self, line: bytes) -> int:
        """Store a line durably behind the last one and return its number."""
        identity = self.identity
        seq = self._tail_seq + 1
        chain_hash = chain.step(self._tail_hash, seq, line)
        self._store.append_line(
            StoredLine(
                stream=identity.stream, epoch=identity.epoch, seq=seq, line=line, hash=chain_hash
            )
        )
        self._tail_seq, self._tail_hash = seq, chain_hash
        return seq

    def tail(self) -> Tail:
        """Return the last line's number and hash."""
        return Tail(seq=self._tail_seq, hash=self._tail_hash.hex())

    def line(self, seq: int) -> StoredLine | None:
        """Return a line of the present stream."""
        return self._store.line(self.identity.stream, seq)

    def pending(self) -> int:
        """Return how many lines the server is not known to have."""
        unsettled = self._store.pending_count(self.identity.stream)
        # A restored server asks for lines that were settled once.
        asked = self._tail_seq - self._next + 1 if self._next is not None else 0
        return max(unsettled, asked)

    def resume(self, next_seq: int, head: str, *, server_time: int, generation: int | None) -> bool:
        """Take up where the server stands; False where a new epoch has to be opened instead.

        `head` is the server's hash of the line before `next_seq`; `generation` None if not said.
        """
        self.doubt()
        if self.attempt is not None:
            return False
        noted = self._store.note(_GENERATION_NOTE)
        restored = generation is not None and noted not in (None, b"%d" % generation)
        agreed = self._agrees(next_seq, _read_hash(head))
        asked_again = agreed and getattr(self.line(next_seq), "outcome", None) is not None
        with self._store.transaction():
            # A restore is not over before the server has what it had: a fork may come between.
            if generation is not None and not asked_again:
                self._store.set_note(_GENERATION_NOTE, b"%d" % generation)
            if agreed:
                self._store.take_lines(self.identity.stream, next_seq, server_time)
                if restored:
                    self._offer_earlier()
            else:
                self.disagree(next_seq, restored=restored)
        self._tail_seq, self._tail_hash = self._read_tail()
        if agreed:
            self._next, self._next_prev = next_seq, _read_hash(head)
        return agreed

    def doubt(self) -> None:
        """Forget where the server stands; the answer of whatever is on its way no longer counts."""
        self._next = None
        self._sent = None

    def next_batch(self, limits: Limits) -> OutgoingBatch | None:
        """Return the next batch to send, or None when the server has everything.

        Until it is settled or doubted, no other leaves.
        """
        if self._next is None:
            raise PositionUnknownError("resume from the server's position first")
        identity = self.identity
        first = self._next
        room = limits.unpacked_bytes - _HEADER_BYTES
        lines: list[bytes] = []
        for stored in self._store.lines(identity.stream, first, limits.batch_operations):
            room -= len(stored.line) + 1
            if room < 0 and lines:
                break
            lines.append(stored.line)
        if not lines:
            return None
        body = codec.encode_batch(
            identity.device,
            identity.epoch,
            first,
            self._next_prev,
            lines,
            private=identity.private,
        )
        self._sent, self._next = OutgoingBatch(first, len(lines), body), None
        return self._sent

    def settle(self, answer: PushAnswer) -> list[StoredLine]:
        """Keep the outcomes of the batch on its way and return its lines with them.

        An answer that does not fit the batch leaves it in doubt: outcomes are not kept.
        """
        sent = self._sent
        self.doubt()
        if sent is None:
            raise PositionUnknownError("no batch is on its way")
        stream = self.identity.stream
        last = self._store.line(stream, sent.first + sent.count - 1)
        fits = answer.next == sent.first + sent.count and len(answer.outcomes) == sent.count
        if last is None or not fits or answer.head != last.hash.hex():
            return []
        with self._store.transaction():
            outcomes = [bytes(outcome) for outcome in answer.outcomes]
            self._store.settle_lines(stream, sent.first, outcomes, answer.server_time)
            self.note_durable(answer.durable)
        self._next, self._next_prev = answer.next, last.hash
        return self._store.lines(stream, sent.first, sent.count)

    def note_durable(self, seq: int) -> None:
        """Keep up to which line the server's copy is durable elsewhere."""
        if seq != self.durable:
            self._store.set_note(_DURABLE_NOTE, b"%d" % seq)

    def prune(self, server_time: int) -> int:
        """Forget what is durable elsewhere and older than the retention; return how many lines."""
        return self._store.prune_lines(
            self.identity.stream, self.durable, server_time - RETENTION_MS
        )

    def disagree(self, next_seq: int | None, *, restored: bool) -> None:
        """Note that a new epoch is needed, because the server at `next_seq` has another stream.

        Settled lines are offered too where the server is `restored`, or was when it settled a line
        near its end that is not its own any more, or asks for lines that are gone.
        """
        if next_seq is None:
            self.need_epoch("fork", everything=restored)
            return
        near = (self.line(next_seq - 1), self.line(next_seq))
        lost = any(line is not None and line.outcome is not None for line in near)
        if 1 <= next_seq <= self._tail_seq and near[1] is None:
            self.need_epoch("gap", everything=True)
        else:
            self.need_epoch("fork", everything=restored or lost)

    def need_epoch(self, reason: Reason, *, everything: bool) -> None:
        """Note that a new epoch has to be opened; a need that is noted already keeps its id."""
        self.doubt()
        attempt = self.attempt
        if attempt is None:
            name = self._randomness(_ATTEMPT_BYTES).hex()
            attempt = Attempt(attempt=name, reason=reason, everything=everything)
        elif everything:
            attempt = msgspec.structs.replace(attempt, everything=True)
        self._store.set_note(_ATTEMPT_NOTE, msgspec.json.encode(attempt))

    def epoch_request(self, *, tells_held: bool = False) -> EpochRequest:
        """Return the call that opens the epoch that is needed; of one attempt until it is answered.

        With `tells_held` it says what is still held of the stream that is left, so that the server
        can name what is lost; one that speaks protocol 1 alone would not know what was signed.
        """
        identity, attempt = self.identity, self.attempt
        if attempt is None:
            raise PositionUnknownError("no epoch has to be opened")
        held = self._store.lines(identity.stream, 1, 1) if tells_held else []
        epoch, last = (identity.epoch, self._tail_seq) if tells_held else (0, 0)
        first = held[0].seq if held else 0
        signed = signatures.epoch_bytes(
            identity.device, attempt.attempt, attempt.reason, first, last, epoch
        )
        return EpochRequest(
            device=identity.device,
            attempt=attempt.attempt,
            reason=attempt.reason,
            signature=keys.write(keys.sign(identity.private, signed)),
            epoch=epoch,
            first=first,
            last=last,
        )

    def set_anchors(self, anchors: dict[int, bytes], boot: int) -> None:
        """Know a clock line for each boot that had one, and the present boot.

        Where lines are offered again, the line of their boot goes before them, because times are
        judged by what stands before in the same stream; that of the present boot ends the row.
        """
        self._anchors, self._boot = anchors, boot

    def open_epoch(self, answer: EpochAnswer) -> int:
        """Begin the new stream with what the server may lack, and return how many lines that is.

        All is one transaction, so that a crash leaves either the old stream or the new one whole.
        """
        attempt = self.attempt
        if attempt is None:
            raise PositionUnknownError("no epoch has to be opened")
        identity = msgspec.structs.replace(
            self.identity,
            epoch=answer.epoch,
            nonce=bytes.fromhex(answer.nonce),
            stream=self.identity.stream + 1,
        )
        offered = [
            line for line in self._store.all_lines() if attempt.everything or line.outcome is None
        ]
        start = chain.start(identity.device, identity.epoch, identity.nonce)
        with self._store.transaction():
            self._offer(identity, 1, start, offered)
            self._store.set_note(_IDENTITY_NOTE, msgspec.json.encode(identity))
            self._store.set_note(_ATTEMPT_NOTE, None)
            self._store.set_note(_DURABLE_NOTE, None)
        self._identity = identity
        self._tail_seq, self._tail_hash = self._read_tail()
        self.doubt()
        return len(offered)

    def _offer_earlier(self) -> None:
        # A restored server may have lost what earlier streams had settled; those are not resumed.
        earlier = [line for line in self._store.all_lines() if line.stream < self.identity.stream]
        if earlier:
            self._offer(self.identity, self._tail_seq + 1, self._tail_hash, earlier)

    def _offer(
        self, identity: Identity, first: int, prev: bytes, offered: list[StoredLine]
    ) -> None:
        lines = offered_again(offered, self._anchors, self._boot)
        hashes = chain.walk(prev, first, lines)
        for seq, (line, chain_hash) in enumerate(zip(lines, hashes, strict=True), start=first):
            self._store.append_line(
                StoredLine(
                    stream=identity.stream,
                    epoch=identity.epoch,
                    seq=seq,
                    line=line,
                    hash=chain_hash,
                )
            )
        for stored in offered:
            self._store.remove_line(stored.stream, stored.seq)

    def _read_tail(self) -> tuple[int, bytes]:
        if self._identity is None:
            return 0, b""
        last = self._store.last_line(self._identity.stream)
        if last is not None:
            return last.seq, last.hash
        identity = self._identity
        return 0, chain.start(identity.device, identity.epoch, identity.nonce)

    def _agrees(self, next_seq: int, head: bytes) -> bool:
        if next_seq == self._tail_seq + 1:
            return head == self._tail_hash
        # Holds for the first line too, and where the line before was forgotten long ago.
        following = self.line(next_seq)
        return (
            following is not None
            and len(head) == chain.HASH_BYTES
            and chain.step(head, next_seq, following.line) == following.hash
        )


def _read_hash(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""
