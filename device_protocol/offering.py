"""How lines of an earlier stream are offered again in a later one.

Each names its origin, by which the server recognises what it has taken already. Clock lines go
along, because the times of a stream are judged by what stands before in the same stream.
"""

from typing import Any

import msgspec

from device_protocol.store import StoredLine


class _Boot(msgspec.Struct, frozen=True):
    boot: int = 0


_boot_decoder = msgspec.json.Decoder(_Boot)


def offered_again(
    offered: list[StoredLine], anchors: dict[int, bytes], present: int
) -> list[bytes]:
    """Return the lines to write, with the clock line of a boot before the lines of that boot.

    `anchors` holds a clock line for each boot that had one; that of the `present` one ends the row.
    """
    lines = []
    anchored = 0
    for stored in offered:
        boot = _boot_decoder.decode(stored.line).boot
        if boot != anchored and boot in anchors:
            lines.append(anchors[boot])
            anchored = boot
        lines.append(with_origin(stored))
    if anchored != present and present in anchors:
        lines.append(anchors[present])
    return lines


def with_origin(stored: StoredLine) -> bytes:
    """Return a line that says where it stood before.

    Edited as JSON, not as an operation, so that a field which only a newer app knew survives. A
    line that was offered before keeps naming its first origin: that is the act it stands for.
    """
    members: dict[str, Any] = msgspec.json.decode(stored.line)
    members.setdefault(
        "again", {"epoch": stored.epoch, "seq": stored.seq, "hash": stored.hash.hex()}
    )
    return msgspec.json.encode(members)
