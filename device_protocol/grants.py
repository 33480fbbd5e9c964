"""What a device was granted for work offline: blocks of numbers, and leases of work.

A grant comes in the outcome of the intent that asked for it, or in a document of the device's
scope, or both; the operation that asked is its name, and a name counts once. So a lease's time is
not begun anew and a block's numbers are not given out again when the document follows the outcome.
"""

import msgspec

from device_protocol import scan
from device_protocol.messages import Grant, Lease, NumberBlock
from device_protocol.store import Store

_NOTE = "grants"


class NoNumbersError(LookupError):
    """No block of the present epoch has a number left; ask for one while online."""


class HeldBlock(msgspec.Struct, frozen=True, omit_defaults=True):
    """A block of numbers and how many of them were given out."""

    block: NumberBlock
    used: int = 0


class HeldLease(msgspec.Struct, frozen=True):
    """A lease and when it began on the monotonic clock."""

    lease: Lease
    operation: str
    boot: int
    began_ms: int

    def left_ms(self, boot: int, now_ms: int) -> int:
        """Return how long the lease still runs; 0 after a reboot, because nobody counted."""
        if boot != self.boot:
            return 0
        return max(0, self.began_ms + self.lease.duration_ms - now_ms)


class _Held(msgspec.Struct, frozen=True, omit_defaults=True):
    blocks: dict[str, HeldBlock] = {}
    leases: dict[int, HeldLease] = {}


_decoder = msgspec.json.Decoder(_Held)


class Grants:
    """Keeps grants in a store."""

    def __init__(self, store: Store) -> None:
        """Work on a store."""
        self._store = store

    def take(self, operation: str, grant: Grant, boot: int, began_ms: int) -> None:
        """Keep what `operation` was granted, counting a lease's time from `began_ms` of `boot`."""
        held = self._held()
        blocks, leases = dict(held.blocks), dict(held.leases)
        if grant.numbers is not None:
            blocks.setdefault(operation, HeldBlock(grant.numbers))
        lease = grant.lease
        if lease is not None:
            before = leases.get(lease.work)
            superseded = before is not None and before.lease.fence > lease.fence
            if not superseded and (before is None or before.operation != operation):
                leases[lease.work] = HeldLease(lease, operation, boot, began_ms)
        self._keep(_Held(blocks, leases))

    def end(self, operation: str) -> None:
        """Forget the lease that `operation` was granted; numbers stay, for they may be in use."""
        held = self._held()
        leases = {
            work: lease for work, lease in held.leases.items() if lease.operation != operation
        }
        self._keep(_Held(held.blocks, leases))

    def forget_numbers(self) -> None:
        """Forget all blocks, because their epoch has ended."""
        self._keep(_Held({}, self._held().leases))

    def forget_all(self) -> None:
        """Forget blocks and leases, because they are another device's."""
        self._store.set_note(_NOTE, None)

    def leases(self) -> dict[int, HeldLease]:
        """Return the leases held, run out or not, by work package."""
        return dict(self._held().leases)

    def numbers_left(self, epoch: int) -> int:
        """Return how many numbers can be given out in an epoch without asking."""
        return sum(
            held.block.count - held.used
            for held in self._held().blocks.values()
            if held.block.epoch == epoch
        )

    def next_sscc(self, epoch: int) -> str:
        """Return an SSCC that no call before returned; it is durably spent before that."""
        held = self._held()
        for operation, entry in held.blocks.items():
            block = entry.block
            if block.epoch == epoch and entry.used < block.count:
                number = scan.sscc(block.prefix, block.extension, block.first + entry.used)
                spent = msgspec.structs.replace(entry, used=entry.used + 1)
                self._keep(_Held(held.blocks | {operation: spent}, held.leases))
                return number
        raise NoNumbersError("no numbers are left; take a block while online")

    def _held(self) -> _Held:
        note = self._store.note(_NOTE)
        return _decoder.decode(note) if note else _Held()

    def _keep(self, held: _Held) -> None:
        self._store.set_note(_NOTE, msgspec.json.encode(held))
