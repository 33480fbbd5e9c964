"""Which protocol this is, and its limits.

A test pins the hash of every message's and operation's schema to the number: who changes the wire
raises `PROTOCOL`, adds a line of history here, and keeps the decoders of what shipped.

History
- 1: enrol, epoch, hello, push, pull, sign in; operations from receipt to delivery.
- 2: digest, rotate, live, attachments; hello says how the device is doing, epoch what it still
  holds, pull which protocol was agreed on; operations of returns, conversions, sorting and
  transfers, and why something was counted. Everything added may be left out: a device that speaks
  1 is understood.
- 3: cash on delivery, and what is collected on the road. Everything added may be left out.
"""

from device_protocol.messages import Limits

PROTOCOL = 3
PROTOCOL_MIN = 1

OPERATION_VERSIONS = frozenset({1})
"""Versions of operations that this code understands."""

LIMITS = Limits(
    line_bytes=65_536,
    batch_operations=500,
    push_bytes=1 << 20,
    unpacked_bytes=4 << 20,
    attachment_bytes=8 << 20,
    chunk_bytes=256 << 10,
)


def negotiate(theirs_min: int, theirs_max: int) -> int | None:
    """Return the highest protocol that both sides speak, or None.

    >>> negotiate(1, 7)
    3
    >>> negotiate(4, 7) is None
    True
    """
    highest = min(PROTOCOL, theirs_max)
    return highest if highest >= max(PROTOCOL_MIN, theirs_min) else None
