"""Several codes on one label: item, lot, expiry, serial, each in a barcode of its own.

Scans that follow each other closely belong to one label as long as each says something new. A field
that comes again begins the next label, even with the same value: two like items are two.
"""

from typing import Any

import msgspec

from device_protocol.scanning.parsed import ParsedScan

LABEL_GAP_MS_MAX = 2_000
"""Milliseconds between two scans of one label."""

_KINDS = ("sscc", "gtin", "gs1")


class Label(msgspec.Struct, frozen=True):
    """The scans of one label so far; each part keeps its own text."""

    parts: tuple[ParsedScan, ...]
    last_ms: int

    def take(self, part: ParsedScan, at_ms: int, gap_ms_max: int = LABEL_GAP_MS_MAX) -> "Label":
        """Return this label with one more part, or the next label that the part begins."""
        joins = (
            0 <= at_ms - self.last_ms <= gap_ms_max
            and all(known.kind in _KINDS for known in (*self.parts, part))
            and not any(_fields(known).keys() & _fields(part).keys() for known in self.parts)
        )
        return Label((*self.parts, part) if joins else (part,), at_ms)

    @property
    def said(self) -> ParsedScan:
        """What the parts say together; the text is that of the part that names the goods."""
        if len(self.parts) == 1:
            return self.parts[0]
        fields: dict[str, Any] = {}
        for part in self.parts:
            fields |= _fields(part)
        leading = min(self.parts, key=lambda part: _KINDS.index(part.kind))
        fields.setdefault("expiry", fields.get("best_before", ""))
        return ParsedScan(text=leading.text, kind=leading.kind, **fields)


def _fields(part: ParsedScan) -> dict[str, Any]:
    """Return what a part says by itself, without what follows from it."""
    said = {
        name: value
        for name, value in msgspec.structs.asdict(part).items()
        if name not in {"text", "kind"} and value not in {"", None}
    }
    if said.get("expiry") == said.get("best_before"):
        said.pop("expiry", None)
    return said
