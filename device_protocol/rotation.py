"""Rotation: a device's next key takes the place of the present one.

1. The next key is kept, and the present one beside it as the former, before anything is asked.
2. `rotate` is signed by the former key; the proof by the next one.
3. An answer settles it. Where it was lost, nobody knows which key counts: the same call is made
   again, by the former key and, if that is refused, by the next.
4. The former key stays: a server that was restored from a backup may know that one alone, and then
   the call is simply made again.
"""

import msgspec

from device_protocol import keys, signatures
from device_protocol.messages import RotateRequest
from device_protocol.outbox import Outbox
from device_protocol.store import Store

_NOTE = "rotation"


class _Former(msgspec.Struct, frozen=True):
    private: bytes
    is_open: bool


_decoder = msgspec.json.Decoder(_Former)


class Rotation:
    """Which of two keys counts; the outbox signs with the newer one."""

    def __init__(self, store: Store, outbox: Outbox, randomness: keys.Randomness) -> None:
        """Go on where the store left it."""
        self._store = store
        self._outbox = outbox
        self._randomness = randomness

    @property
    def is_open(self) -> bool:
        """Tell whether it is not known which key the server counts."""
        former = self._former()
        return former is not None and former.is_open

    def begin(self) -> None:
        """Make the next key, unless one is on its way already."""
        if self.is_open:
            return
        private = self._outbox.identity.private
        with self._store.transaction():
            self._keep(_Former(private, is_open=True))
            self._outbox.take_key(keys.generate(self._randomness))

    def reopen(self) -> bool:
        """Note that the server refuses the present key; False where it never had another."""
        former = self._former()
        if former is None or former.is_open:
            return False
        self._keep(_Former(former.private, is_open=True))
        return True

    def request(self) -> RotateRequest:
        """Return the call that makes the newer key count; the same until it is settled."""
        identity = self._outbox.identity
        public = keys.write(keys.public_key(identity.private))
        proof = keys.sign(identity.private, signatures.rotate_bytes(identity.device, public))
        return RotateRequest(device=identity.device, public_key=public, proof=keys.write(proof))

    def candidates(self) -> tuple[bytes, bytes]:
        """Return the former key and the newer; the same twice where there never was another."""
        former = self._former()
        present = self._outbox.identity.private
        return (present if former is None else former.private, present)

    def settled(self) -> None:
        """Note that the newer key counts."""
        former = self._former()
        if former is not None:
            self._keep(_Former(former.private, is_open=False))

    def keep(self, private: bytes) -> None:
        """Note that the server did not rotate: the key that signed the call goes on to count."""
        with self._store.transaction():
            self._outbox.take_key(private)
            self.forget()

    def forget(self) -> None:
        """Forget the former key."""
        self._store.set_note(_NOTE, None)

    def _former(self) -> _Former | None:
        note = self._store.note(_NOTE)
        return _decoder.decode(note) if note else None

    def _keep(self, former: _Former) -> None:
        self._store.set_note(_NOTE, msgspec.json.encode(former))
