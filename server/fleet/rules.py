"""Which alarms are up: decided from what is known of a device, and from nothing else.

A supervisor must hear of a device that may hold facts which nobody else has, and of lines that were
kept and not applied; everything else here helps to see such a thing coming.
"""

from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from device_protocol.version import PROTOCOL
from server.clock import to_rfc3339
from server.fleet.records import Alarm, Contact

KINDS = ("overdue", "quarantine", "stuck", "silent", "drift", "battery", "old_app")
"""Every kind of alarm, the most pressing first."""
QUARANTINE = frozenset({"fork", "gap", "clone"})
"""Incidents after which a device's lines are not to be trusted before somebody has looked."""
DRIFT_MS = 24 * 3_600_000
"""So long a mismatch is shown: the device mends it by itself, and a person should ask why."""
BATTERY_MARGIN = 5
"""Percent above the limit at which the alarm is over, so that it does not come and go."""


class Thresholds(NamedTuple):
    """When an alarm is raised."""

    silent_ms: int = 30 * 60_000
    stuck_ms: int = 15 * 60_000
    battery_percent: int = 15


class Sighting(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one device."""

    site: int
    device: int
    state: str
    enrolled_at: int
    contact: Contact | None = None
    stored: int = 0
    """Lines that the server has of the epoch of the contact."""
    pushed_at: int | None = None
    """When its last line was recorded; None also where the contact is recent enough."""
    packages: int = 0
    """Work packages that it holds."""
    parked: int = 0
    """Lines that were kept and not applied, and that nobody has resolved."""
    overdue: int = 0
    """Those of them past their deadline."""
    incidents: tuple[str, ...] = ()
    """Kinds of its open incidents."""

    @property
    def held(self) -> int:
        """Lines that it said it held and that have not come since."""
        if self.contact is None:
            return 0
        return max(0, self.contact.held - max(0, self.stored - self.contact.stored))

    @property
    def heard_at(self) -> int:
        """When it was heard last, by whatever call."""
        at = self.contact.at if self.contact else 0
        return max(at, self.pushed_at or 0, self.enrolled_at)


def continued(previous: Contact | None, contact: Contact) -> Contact:
    """The contact with what only its predecessor can tell: since when lines wait, when it drifted.

    >>> before = Contact(1, 1_000_001, 10, "app", 2, 1, 7, held=3, held_since=10)
    >>> continued(before, Contact(1, 1_000_001, 20, "app", 2, 1, 7, held=5)).held_since
    10
    """
    held_since = contact.at if contact.held else None
    known = 0
    drifted_at = None
    if previous is not None:
        known, drifted_at = previous.alarms, previous.drifted_at
        moved = (previous.epoch, previous.stored) != (contact.epoch, contact.stored)
        if contact.held and previous.held_since is not None and not moved:
            held_since = previous.held_since
    if contact.alarms > known:
        drifted_at = contact.at
    return replace(contact, held_since=held_since, drifted_at=drifted_at)


def wanted(
    seen: Sighting, now: int, thresholds: Thresholds, up: frozenset[str] = frozenset()
) -> dict[str, str]:
    """The kinds of alarm that should be up, with what to say; `up` are those that are."""
    if seen.state == "invited":
        return {}
    found = {"overdue": _overdue(seen), "quarantine": _quarantine(seen)}
    if seen.state != "revoked":
        found["stuck"] = _stuck(seen, thresholds)
        found["silent"] = _silent(seen, now, thresholds)
        found["drift"] = _drift(seen, now)
        found["battery"] = _battery(seen, thresholds, is_up="battery" in up)
        found["old_app"] = _old_app(seen)
    return {kind: detail for kind, detail in found.items() if detail}


def _overdue(seen: Sighting) -> str:
    return f"parked lines past their deadline: {seen.overdue}" if seen.overdue else ""


def _quarantine(seen: Sighting) -> str:
    parts = [f"parked lines: {seen.parked}"] if seen.parked else []
    parts += [f"open incident: {kind}" for kind in sorted(QUARANTINE.intersection(seen.incidents))]
    return "; ".join(parts)


def _stuck(seen: Sighting, thresholds: Thresholds) -> str:
    contact = seen.contact
    if contact is None or contact.held_since is None or seen.stored > contact.stored:
        return ""
    if contact.at - contact.held_since < thresholds.stuck_ms:
        return ""
    why = f" ({contact.problem})" if contact.problem else ""
    since = to_rfc3339(contact.held_since)
    return f"it calls, and none of the {contact.held} lines it holds has come since {since}{why}"


def _silent(seen: Sighting, now: int, thresholds: Thresholds) -> str:
    if seen.state != "active" or not (seen.packages or seen.held):
        return ""
    if now - seen.heard_at < thresholds.silent_ms:
        return ""
    holds = f"packages held: {seen.packages}, lines held at least: {seen.held}"
    return f"not heard since {to_rfc3339(seen.heard_at)}, {holds}"


def _drift(seen: Sighting, now: int) -> str:
    contact = seen.contact
    if contact is None or contact.drifted_at is None or now - contact.drifted_at >= DRIFT_MS:
        return ""
    return f"what it shows did not equal the book at {to_rfc3339(contact.drifted_at)}"


def _battery(seen: Sighting, thresholds: Thresholds, *, is_up: bool) -> str:
    if seen.contact is None or seen.contact.battery is None:
        return ""
    limit = thresholds.battery_percent + (BATTERY_MARGIN if is_up else 0)
    return f"{seen.contact.battery} %" if seen.contact.battery < limit else ""


def _old_app(seen: Sighting) -> str:
    if seen.contact is None or seen.contact.protocol >= PROTOCOL:
        return ""
    return f"{seen.contact.app} speaks protocol {seen.contact.protocol}, the server {PROTOCOL}"


def changes(
    site: int, device: int, open_alarms: dict[str, Alarm], asked: dict[str, str], now: int
) -> list[Alarm]:
    """The alarms to be written: raised ones, and cleared ones with the moment."""
    raised = [
        Alarm(site, device, kind, now, detail)
        for kind, detail in asked.items()
        if kind not in open_alarms
    ]
    cleared = [
        replace(alarm, cleared_at=now) for kind, alarm in open_alarms.items() if kind not in asked
    ]
    return raised + cleared
