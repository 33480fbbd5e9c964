"""Anchors: what the server's clock showed at a moment of a boot, the best for each boot."""

import msgspec

from device_protocol import codec
from device_protocol.operations import Clock
from device_protocol.store import Store

_NOTE = "anchors"
_ANCHORS_MAX = 16
_BETTER = 0.8
"""A new anchor is worth a line if it is better than the one before, as worn by now, so much."""
_DRIFT_DIVISOR = 20_000
"""A device's clock drifts at most 50 parts in a million."""


class Anchors:
    """The anchors of the last boots, kept in a store."""

    def __init__(self, store: Store) -> None:
        """Go on where the store left it."""
        self._store = store
        note = store.note(_NOTE)
        anchors = msgspec.json.decode(note, type=list[Clock]) if note else []
        self._anchors = {anchor.boot: anchor for anchor in anchors}

    def is_better(self, boot: int, now_ms: int, round_trip_ms: int) -> bool:
        """Tell whether an anchor with such a round trip says more than the one of this boot."""
        best = self._anchors.get(boot)
        if best is None:
            return True
        worn = best.round_trip + 2 * (now_ms - best.ended) // _DRIFT_DIVISOR
        return round_trip_ms < worn * _BETTER

    def keep(self, anchor: Clock) -> None:
        """Keep an anchor in place of the one of its boot."""
        anchors = self._anchors | {anchor.boot: anchor}
        kept = {boot: anchors[boot] for boot in sorted(anchors)[-_ANCHORS_MAX:]}
        self._store.set_note(_NOTE, msgspec.json.encode(list(kept.values())))
        self._anchors = kept

    def lines(self) -> dict[int, bytes]:
        """Return the clock line of each boot that has an anchor."""
        return {boot: codec.encode_line(anchor) for boot, anchor in self._anchors.items()}
