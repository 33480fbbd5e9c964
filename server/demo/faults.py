"""Which message meets which fault: by seed, device, kind of message and attempt, never by time."""

from dataclasses import dataclass, field
from typing import Literal

from server.demo.seeds import stream

Fault = Literal[
    "none", "lost_request", "lost_answer", "cut_answer", "duplicate", "echo", "delay", "offline"
]
FAULTS: tuple[Fault, ...] = (
    "lost_request", "lost_answer", "cut_answer", "duplicate", "echo", "delay", "offline",
)  # fmt: skip
"""echo: the message arrives once more after the next one; offline: a spell without any network."""
SPELL_MAX = 4
DELAY_MS_MAX = 12
NEVER_ECHOED = frozenset({"enrol", "sign_in"})


@dataclass(frozen=True)
class Rates:
    """How many of a thousand messages meet each fault."""

    lost_request: int = 40
    lost_answer: int = 40
    cut_answer: int = 15
    duplicate: int = 50
    echo: int = 40
    delay: int = 60
    offline: int = 15


@dataclass
class FaultPlan:
    """The faults of one run; asked in any order it answers the same."""

    seed: int
    rates: Rates = field(default_factory=Rates)

    def fault(self, device: str, kind: str, attempt: int) -> Fault:
        """Return what happens to the attempt of this number, counted from 1 per device and kind."""
        for back in range(1, SPELL_MAX):
            # A spell that an earlier attempt began may still last.
            begun = attempt - back
            if begun > 0 and self._drawn(device, kind, begun) == "offline":
                lasts = stream(self.seed, "spell", device, kind, begun).randrange(1, SPELL_MAX + 1)
                if lasts > back:
                    return "offline"
        return self._drawn(device, kind, attempt)

    def delay_ms(self, device: str, kind: str, attempt: int) -> int:
        """Return how long a delayed message takes."""
        return stream(self.seed, "delay", device, kind, attempt).randrange(1, DELAY_MS_MAX)

    def _drawn(self, device: str, kind: str, attempt: int) -> Fault:
        draw = stream(self.seed, "fault", device, kind, attempt).randrange(1_000)
        for fault in FAULTS:
            draw -= getattr(self.rates, fault)
            if draw < 0:
                quiet = fault in {"duplicate", "echo"} and kind in NEVER_ECHOED
                return "none" if quiet else fault
        return "none"


NO_FAULTS = Rates(0, 0, 0, 0, 0, 0, 0)
