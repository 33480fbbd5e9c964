"""What the server keeps for terminals; no part of the book, whose lines are the facts."""

from server.record import Record


class Terminal(Record, frozen=True):
    """Where the person at a terminal stands, and what the last step wrote.

    `lines` are stored here before they are a lane's: from `first` on, `head` is the chain hash
    before them. Whether the lane has them is told by the device's stream.
    """

    TABLE = "terminal"
    KEY = ("site", "device")

    site: int
    device: int
    step: int = 0
    """Number of the last step; a step with the same number and input gets the same answer."""
    given: bytes = b""
    """SHA-256 of what that step was asked with."""
    workflow: str = ""
    session: bytes = b""
    """Encoded `Session`; empty where nothing was begun."""
    answer: bytes = b""
    """Encoded `ScanAnswer`, without the outcomes."""
    deliveries: bytes = b""
    """Encoded `Deliveries`: scans that may still come a second time."""
    epoch: int = 0
    first: int = 0
    head: bytes = b""
    lines: bytes = b""
    """Lines of the last step, each ended by a newline."""
    told: int = 0
    """How many of them, counted from the last, are of the step itself."""
    at: int = 0
    """Server time of the last step, ms; the terminal's own clock, which never goes back."""
