"""What is known of a device besides its lines; none of it is part of the book."""

from server.record import Record


class Contact(Record, frozen=True):
    """How a device was doing when it said hello last."""

    TABLE = "device_contact"
    KEY = ("site", "device")

    site: int
    device: int
    at: int
    """Server time of the last hello, ms."""
    app: str
    protocol: int
    epoch: int
    stored: int
    """Lines of that epoch that the server had."""
    held: int = 0
    """Lines that the device still held for itself."""
    held_since: int | None = None
    """Since when it has held lines of which the server got none; None while it holds none."""
    battery: int | None = None
    """Percent."""
    uploads: int = 0
    """Attachments and personal records that it still has to send."""
    alarms: int = 0
    """How often one of its scopes did not equal the server's view, ever."""
    drifted_at: int | None = None
    """When that count rose last, as far as the server heard."""
    problem: str = ""
    """Code of what ended its last synchronisation before its end."""


class Alarm(Record, frozen=True):
    """Something about a device that a person should look at: raised, and cleared when it is over.

    `kind` is silent, stuck, battery, drift, old_app, quarantine or overdue.
    """

    TABLE = "device_alarm"
    KEY = ("site", "device", "kind")

    site: int
    device: int
    kind: str
    raised_at: int
    detail: str = ""
    cleared_at: int | None = None


class AlarmEvent(Record, frozen=True):
    """That an alarm was raised or cleared; numbered per site, so that others can follow."""

    TABLE = "device_alarm_event"
    KEY = ("site", "number")
    APPEND_ONLY = True

    site: int
    number: int
    at: int
    device: int
    kind: str
    what: str
    """raised or cleared."""
    detail: str = ""
