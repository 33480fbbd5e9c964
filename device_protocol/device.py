"""A reference device: what an app on a handheld must do, without any input or output of its own.

Clock, randomness and store are passed in; a client carries the requests that are made here to the
server and brings the answers back. Workflow: `record` while people work, online or not; then hello,
push until nothing is pending, pull (see `client.py`).
"""

import msgspec

from device_protocol import chain, codec, keys
from device_protocol.agreement import Agreement
from device_protocol.anchors import Anchors
from device_protocol.attachments import AttachmentBox
from device_protocol.boots import keep_boot, present_boot
from device_protocol.clock import DeviceClock
from device_protocol.grants import Grants, HeldLease
from device_protocol.messages import (
    GRANT_PREFIX,
    DigestAnswer,
    DigestRequest,
    EnrolAnswer,
    EnrolRequest,
    EpochAnswer,
    EpochRequest,
    Grant,
    HelloAnswer,
    HelloRequest,
    Limits,
    Outcome,
    PullAnswer,
    PullRequest,
    PushAnswer,
)
from device_protocol.operations import (
    QUANTITY_MAX,
    Claim,
    Clock,
    Operation,
    Seen,
    Undo,
    VoidNumber,
)
from device_protocol.outbox import Identity, NotEnrolledError, Outbox, OutgoingBatch
from device_protocol.personal import PersonalBox
from device_protocol.replica import AppliedPage, Replica
from device_protocol.rotation import Rotation
from device_protocol.store import Store, StoredLine
from device_protocol.version import PROTOCOL, PROTOCOL_MIN

_KEY_NOTE = "enrolling"


class NotUndoableError(ValueError):
    """The line named is not there, or is an undo itself."""


class ImpossibleQuantityError(ValueError):
    """No person handled so many units: most likely a barcode was scanned into the quantity."""


class StillPendingError(RuntimeError):
    """The device holds facts that would be lost to its new identity."""


class UpgradeNeededError(RuntimeError):
    """The server asks for a newer app before this device takes more work."""


class NotSafeError(RuntimeError):
    """The device still holds lines that are not durable elsewhere."""


class _Times(msgspec.Struct, frozen=True):
    ended: int = 0
    boot: int = 0


_times_decoder = msgspec.json.Decoder(_Times)
_outcome_decoder = msgspec.json.Decoder(Outcome)
_grant_decoder = msgspec.json.Decoder(Grant)


class Device:
    """One device; used by one thread at a time."""

    def __init__(self, store: Store, clock: DeviceClock, randomness: keys.Randomness) -> None:
        """Take up work where the store left it."""
        self._store = store
        self._clock = clock
        self._randomness = randomness
        self.battery: int | None = None
        """Percent, as the app reads it; told with hello."""
        self._take_up()

    def _take_up(self) -> None:
        store, randomness = self._store, self._randomness
        self._boot = present_boot(store, self._clock)
        self.outbox = Outbox(store, randomness)
        self._anchors = Anchors(store)
        self.outbox.set_anchors(self._anchors.lines(), self.boot)
        self.replica = Replica(store)
        self.grants = Grants(store)
        self.personal = PersonalBox(store, randomness)
        self.attachments = AttachmentBox(store, randomness)
        self.rotation = Rotation(store, self.outbox, randomness)
        self.agreement = Agreement(store)
        self.commands: tuple[str, ...] = ()

    @property
    def upgrade(self) -> str:
        """Return whether the server asks for a newer app: none, advised or needed."""
        return self.agreement.upgrade

    @property
    def boot(self) -> int:
        """Return the number of the present boot."""
        return self._boot.number

    def now_ms(self) -> int:
        """Return the monotonic clock of the present boot."""
        return self._clock.monotonic_ms()

    def enrol_request(self, code: str, app: str, name: str = "") -> EnrolRequest:
        """Return the call that spends an enrolment code.

        The key is kept before the call, so that a lost answer can be asked for again.
        """
        if self.outbox.enrolled and self.outbox.pending():
            raise StillPendingError("push what is pending before enrolling again")
        private = self._store.note(_KEY_NOTE)
        if private is None:
            private = keys.generate(self._randomness)
            self._store.set_note(_KEY_NOTE, private)
        public = keys.write(keys.public_key(private))
        return EnrolRequest(code=code, public_key=public, app=app, name=name)

    def enrolled(self, answer: EnrolAnswer) -> None:
        """Become the device that the server enrolled."""
        private = self._store.note(_KEY_NOTE)
        if private is None:
            raise NotEnrolledError("no enrolment was asked for")
        stream = self.outbox.identity.stream + 1 if self.outbox.enrolled else 1
        identity = Identity(
            device=answer.device,
            site=answer.site,
            private=private,
            epoch=answer.epoch,
            nonce=bytes.fromhex(answer.nonce),
            stream=stream,
        )
        with self._store.transaction():
            for scope in self._store.scopes():
                self._store.remove_scope(scope)
            self._store.set_note(_KEY_NOTE, None)
            self.grants.forget_all()
            self.rotation.forget()
            self.outbox.adopt(identity)

    def record(self, operation: Operation) -> int:
        """Write an operation down durably and return its number: after this the device may beep.

        Boot and end are filled in where the operation has none. An undo is bound to this epoch, and
        an undo of an undo is refused here; so is a quantity that the server would only park, and
        new work while the app is too old.
        """
        if isinstance(operation, Claim) and self.upgrade == "needed":
            raise UpgradeNeededError("upgrade the app before taking more work")
        quantity = codec.impossible_quantity(operation)
        if quantity is not None:
            message = f"{quantity} is no quantity: whole units, at most {QUANTITY_MAX:,}"
            raise ImpossibleQuantityError(message)
        if not operation.boot:
            ended = operation.ended or self.now_ms()
            operation = msgspec.structs.replace(operation, boot=self.boot, ended=ended)
        if isinstance(operation, Undo):
            operation = self._bind_undo(operation)
        return self.outbox.append(codec.encode_line(operation))

    def pending(self) -> int:
        """Return how many lines the server is not known to have."""
        return self.outbox.pending()

    def hello_request(self, app: str) -> HelloRequest:
        """Return the call that opens a conversation."""
        identity = self.outbox.identity
        return HelloRequest(
            device=identity.device,
            epoch=identity.epoch,
            app=app,
            protocol_min=PROTOCOL_MIN,
            protocol_max=PROTOCOL,
            tail=self.outbox.tail(),
            cursors=self.replica.cursors(),
            wall=self._clock.wall_ms(),
            mono=self.now_ms(),
            boot=self.boot,
            held=self.pending(),
            battery=self.battery,
            uploads=self.uploads(),
            alarms=self.replica.alarms(),
            problem=self.agreement.problem,
        )

    def uploads(self) -> int:
        """Return how many things besides lines are still to be sent."""
        return len(self.personal.pending()) + len(self.attachments.pending())

    def on_hello(self, answer: HelloAnswer, sent_ms: int) -> bool:
        """Take up where the server stands; False where a new epoch has to be opened first.

        `sent_ms` is the monotonic time at which the call left.
        """
        self.commands = answer.commands
        self.agreement.take(answer)
        self._anchor(answer.server_time, sent_ms)
        agreed = self.outbox.resume(
            answer.next, answer.head, server_time=answer.server_time, generation=answer.generation
        )
        if agreed:
            self.outbox.note_durable(answer.durable)
            self.outbox.prune(answer.server_time)
        return agreed

    def next_batch(self, limits: Limits) -> OutgoingBatch | None:
        """Return the next batch to send, or None when the server has everything."""
        return self.outbox.next_batch(limits)

    def settle(self, answer: PushAnswer, sent_ms: int) -> list[StoredLine]:
        """Keep the outcomes of the batch on its way; return its lines, or none if in doubt."""
        try:
            with self._store.transaction():
                settled = self.outbox.settle(answer)
                for line in settled:
                    self._take_outcome(line)
        except BaseException:
            self.outbox.doubt()
            raise
        self._anchor(answer.server_time, sent_ms)
        return settled

    def doubt(self) -> None:
        """Note that a push may or may not have arrived: nothing leaves before the next hello."""
        self.outbox.doubt()

    def on_fork(self, next_seq: int | None = None) -> None:
        """Note that the server, which stands at `next_seq`, holds another stream than this."""
        self.outbox.disagree(next_seq, restored=False)

    def on_lost_epoch(self) -> None:
        """Note that the server doesn't know this epoch: everything has to be offered in another."""
        self.outbox.need_epoch("fork", everything=True)

    def epoch_request(self) -> EpochRequest:
        """Return the call that opens the epoch that is needed; the same until it is answered."""
        return self.outbox.epoch_request(tells_held=self.agreement.speaks_second)

    def open_epoch(self, answer: EpochAnswer) -> int:
        """Go on in a new epoch and return how many lines are offered again."""
        offered = self.outbox.open_epoch(answer)
        self.grants.forget_numbers()
        return offered

    def pull_request(self, documents_max: int = 0) -> PullRequest:
        """Return the call that asks for what changed."""
        return PullRequest(
            device=self.outbox.identity.device,
            cursors=self.replica.cursors(),
            documents_max=documents_max,
            protocol=self.agreement.protocol,
        )

    def digest_request(self, scope: str) -> DigestRequest:
        """Return the call that asks in which buckets a scope differs from the server's view."""
        return DigestRequest(
            device=self.outbox.identity.device,
            scope=scope,
            buckets=self.replica.buckets(scope),
            protocol=self.agreement.protocol,
        )

    def repair(self, answer: DigestAnswer) -> AppliedPage:
        """Put right a scope in doubt; where that fails, it starts again with the next pull."""
        with self._store.transaction():
            change = self.replica.repair(answer)
            self._take_documents(change)
        if change.seen is not None:
            self.record(Seen(scope=change.scope, cursor=change.seen))
        return change

    def wipe(self, *, unsafe: bool = False) -> None:
        """Forget everything and be nobody; NotSafeError while a line is not durable elsewhere.

        `unsafe` forgets such lines too: the server said that nobody waits for them.
        """
        if not unsafe and (self.uploads() or not self.outbox.is_safe()):
            raise NotSafeError("send what is held before the device is wiped")
        self._store.erase()
        # The boots are counted on, because times are told apart by them.
        keep_boot(self._store, self._boot)
        self._take_up()

    def apply(self, answer: PullAnswer) -> list[AppliedPage]:
        """Apply what was pulled; a scope that equals the server's view anew is written down."""
        self.replica.drop(answer)
        applied = []
        for page in answer.pages:
            with self._store.transaction():
                change = self.replica.apply(page, answer.generation)
                self._take_documents(change)
            applied.append(change)
            if change.seen is not None:
                self.record(Seen(scope=change.scope, cursor=change.seen))
        return applied

    def leases(self) -> dict[int, HeldLease]:
        """Return the leases held, run out or not, by work package."""
        return self.grants.leases()

    def lease_left_ms(self, work: int) -> int:
        """Return how long a lease still runs; work goes on after it, with a warning."""
        held = self.grants.leases().get(work)
        return held.left_ms(self.boot, self.now_ms()) if held else 0

    def next_sscc(self) -> str:
        """Return a new SSCC from the leased blocks, never the same twice."""
        return self.grants.next_sscc(self.outbox.identity.epoch)

    def numbers_left(self) -> int:
        """Return how many SSCCs can still be given out offline."""
        return self.grants.numbers_left(self.outbox.identity.epoch)

    def void_number(self, number: str, actor: str = "", reason: str = "") -> int:
        """Write down that a number was spoiled; it was spent when it was given out."""
        return self.record(VoidNumber(number=number, actor=actor, reason=reason))

    def _bind_undo(self, operation: Undo) -> Undo:
        identity = self.outbox.identity
        if operation.epoch not in (None, identity.epoch):
            return operation
        line = self.outbox.line(operation.seq)
        if line is None or isinstance(codec.decode_line(line.line), Undo):
            raise NotUndoableError(f"line {operation.seq} is not there or is an undo itself")
        return msgspec.structs.replace(operation, epoch=identity.epoch)

    def _take_outcome(self, line: StoredLine) -> None:
        try:
            outcome = _outcome_decoder.decode(line.outcome or b"")
            grant = msgspec.convert(outcome.grant, Grant | None)
        except msgspec.MsgspecError:
            # An outcome that only a newer app understands is kept as it is, and nothing waits.
            return
        if grant is not None:
            self.grants.take(chain.operation_id(line.hash), grant, self.boot, self._asked_ms(line))

    def _take_documents(self, page: AppliedPage) -> None:
        identity = self.outbox.identity
        if page.scope != f"{identity.site}/device/{identity.device}" or page.mismatch:
            return
        for key in page.changed:
            if not key.startswith(GRANT_PREFIX):
                continue
            operation = key.removeprefix(GRANT_PREFIX)
            document = self._store.document(page.scope, key)
            if document is None:
                self.grants.end(operation)
            else:
                grant = _grant_decoder.decode(document.body)
                # Where the outcome was lost, the line still says when it was asked for.
                lines = self._store.all_lines()
                named = (each for each in lines if chain.operation_id(each.hash) == operation)
                self.grants.take(operation, grant, self.boot, self._asked_ms(next(named, None)))

    def _asked_ms(self, line: StoredLine | None) -> int:
        # A lease counts from when it was asked for, so that it never outlasts the server's.
        asked = _times_decoder.decode(line.line) if line else _Times()
        return asked.ended if asked.boot == self.boot else self.now_ms()

    def _anchor(self, server_time: int, sent_ms: int) -> None:
        now = self.now_ms()
        round_trip = max(0, now - sent_ms)
        if not self._anchors.is_better(self.boot, now, round_trip):
            return
        anchor = Clock(
            server=server_time,
            round_trip=round_trip,
            wall=self._clock.wall_ms(),
            ended=now,
            boot=self.boot,
        )
        self.record(anchor)
        self._anchors.keep(anchor)
        self.outbox.set_anchors(self._anchors.lines(), self.boot)
