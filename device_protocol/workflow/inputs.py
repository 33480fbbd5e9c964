"""What may reach the interpreter: scans, keys and command codes, quantities.

`at` is the device's monotonic clock in milliseconds, counted from its boot; the interpreter has no
clock of its own.
"""

import msgspec

from device_protocol import scan
from device_protocol.operations import Scan
from device_protocol.scan import Scanned


class Input(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, tag_field="input"):
    """What every input says about when it came."""

    at: int = 0
    boot: int = 0


class ScanInput(Input, frozen=True, omit_defaults=True, kw_only=True, tag="scan"):
    """A scan, or a text keyed in instead of one."""

    scanned: Scanned
    symbology: str = ""
    entry: str = "scanner"
    """scanner, camera or keyed."""
    scans: tuple[Scan, ...] = ()
    """The other codes of its label, whose fields `scanned` says too (`labels`)."""


class KeyInput(Input, frozen=True, omit_defaults=True, kw_only=True, tag="key"):
    """A key for a command of `scan.COMMANDS`, also the number of an answer."""

    command: str


class QuantityInput(Input, frozen=True, omit_defaults=True, kw_only=True, tag="quantity"):
    """A quantity keyed in: packs, if a pack was scanned, else base units."""

    quantity: int


AnyInput = ScanInput | KeyInput | QuantityInput


def scanned(
    text: str, *, symbology: str = "", entry: str = "scanner", at: int = 0, boot: int = 0
) -> ScanInput:
    """Return the input for a text that a reader gave."""
    return ScanInput(
        scanned=scan.read(text, symbology), symbology=symbology, entry=entry, at=at, boot=boot
    )
