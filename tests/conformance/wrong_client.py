"""The reference client with one mistake planted, driven like any other: `… NAME FOLDER`."""

import sys
from collections.abc import Callable
from unittest import mock

from device_protocol import chain, client, codec, driver, offering, outbox, replica
from device_protocol.calls import FailedAttemptError
from device_protocol.sqlite_store import SqliteStore


def _forgets() -> None:
    """Keeps lines in memory: they are gone with the process."""
    mock.patch.object(driver, "SqliteStore", return_value=SqliteStore(":memory:")).start()


def _hides_origins() -> None:
    """Offers lines again as if they were new."""
    mock.patch.object(offering, "with_origin", lambda stored: stored.line).start()


def _believes_checkpoints() -> None:
    """Takes every checkpoint for equal."""
    mock.patch.object(replica, "_agrees", return_value=True).start()


def _writes_any_quantity() -> None:
    """Writes a barcode down as a quantity."""
    mock.patch.object(codec, "impossible_quantity", return_value=None).start()


def _makes_attempts_anew() -> None:
    """Asks for an epoch under another attempt id each time."""
    asked = outbox.Outbox.epoch_request

    def anew(self: outbox.Outbox, *, tells_held: bool = False) -> object:
        attempt = self.attempt
        self._store.set_note("attempt", None)
        if attempt is not None:
            self.need_epoch(attempt.reason, everything=attempt.everything)
        return asked(self, tells_held=tells_held)

    mock.patch.object(outbox.Outbox, "epoch_request", anew).start()


def _hashes_without_length() -> None:
    """Chains lines by another rule."""
    step = chain.step

    def other(previous: bytes, seq: int, line: bytes) -> bytes:
        return step(previous, seq + 1, line)

    mock.patch.object(chain, "step", other).start()


def _numbers_anew() -> None:
    """Writes the lines of a push without an answer down again, as new ones."""
    once = client.DeviceClient._push_once

    def sent(self: client.DeviceClient, batch: outbox.OutgoingBatch) -> None:
        try:
            once(self, batch)
        except FailedAttemptError:
            held = self.device.outbox
            for seq in range(batch.first, batch.first + batch.count):
                line = held.line(seq)
                held.append(line.line if line else b"{}")
            raise

    mock.patch.object(client.DeviceClient, "_push_once", sent).start()


MISTAKES: dict[str, Callable[[], None]] = {
    "forgets": _forgets,
    "hides_origins": _hides_origins,
    "believes_checkpoints": _believes_checkpoints,
    "writes_any_quantity": _writes_any_quantity,
    "makes_attempts_anew": _makes_attempts_anew,
    "hashes_otherwise": _hashes_without_length,
    "numbers_anew": _numbers_anew,
}


if __name__ == "__main__":
    MISTAKES[sys.argv[1]]()
    driver.main()
