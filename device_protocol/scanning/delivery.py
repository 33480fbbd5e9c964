"""One scan that a device delivers twice, as an intent and as keystrokes.

Told by source and milliseconds, never by value: two like items scanned fast by one source are two,
and keystrokes that lost a separator on their way are still the same scan. Each source delivers a
scan once and in order, so what arrives is taken as the oldest scan near in time that this source
has not delivered yet.
"""

import msgspec

DELIVERY_GAP_MS_MAX = 150
"""Milliseconds between the two deliveries of one scan; people need longer between two scans."""


class Delivery(msgspec.Struct, frozen=True):
    """Which scan was delivered, counted from 1, and whether it had been delivered before."""

    scan: int
    again: bool


class _Open(msgspec.Struct, frozen=True):
    scan: int
    at_ms: int
    sources: tuple[str, ...]


class Deliveries(msgspec.Struct, frozen=True):
    """The scans of a device and what of them may still be delivered once more.

    >>> deliveries, first = Deliveries().take("intent", 1_000)
    >>> deliveries, echo = deliveries.take("keystrokes", 1_030)
    >>> first, echo
    (Delivery(scan=1, again=False), Delivery(scan=1, again=True))
    """

    scans: int = 0
    open: tuple[_Open, ...] = ()

    def take(
        self, source: str, at_ms: int, gap_ms_max: int = DELIVERY_GAP_MS_MAX
    ) -> tuple["Deliveries", Delivery]:
        """Return what is known after a delivery, and which scan that was.

        `at_ms` is when it arrived on the monotonic clock, for keystrokes the first of them.
        Deliveries of two sources may be told in either order.
        """
        near = tuple(scan for scan in self.open if abs(at_ms - scan.at_ms) <= gap_ms_max)
        for place, scan in enumerate(near):
            if source not in scan.sources:
                told = _Open(scan.scan, scan.at_ms, (*scan.sources, source))
                still = (*near[:place], told, *near[place + 1 :])
                return Deliveries(self.scans, still), Delivery(scan.scan, again=True)
        number = self.scans + 1
        still = (*near, _Open(number, at_ms, (source,)))
        return Deliveries(number, still), Delivery(number, again=False)
