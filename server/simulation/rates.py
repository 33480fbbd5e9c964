"""Which faults there are, and how often each happens: the rates are drawn per seed."""

import random
from collections.abc import Mapping
from typing import NamedTuple

FAULTS: Mapping[str, str] = {
    "device_crash": "the app dies at some write to its store and is started anew",
    "disk_full": "the device cannot write for a while: no beep, nothing happened",
    "reboot": "the device is switched off and on; its counting clock begins anew",
    "clock_jump": "its wall clock is set wrong, by up to ten years or by an hour",
    "device_clone": "a copy of the device goes on beside it",
    "device_restore": "the device is put back to an old copy of itself",
    "drift": "a document of its replica is not what the server sent",
    "request_lost": "a request does not arrive",
    "answer_lost": "a request arrives, its answer does not",
    "duplicate": "a request arrives twice",
    "late_request": "a request that was given up arrives much later, after others",
    "request_damaged": "a request is cut off or altered on the way",
    "answer_damaged": "an answer is cut off or altered on the way",
    "crash_before_commit": "the server dies before it commits",
    "crash_after_commit": "the server dies after it committed and before it answers",
    "server_restore": "the server is put back to an old backup",
    "delivery_killed": "the server dies between deciding and delivering to other lanes",
    "session_ended": "a person's session ends while they work",
    "suspended": "a device is suspended, and later active again",
    "revoked": "a device is revoked for good",
    "key_rotated": "a device has to change its key in the middle of all this",
    "old_app": "an app that speaks an older protocol",
    "new_app": "an app that speaks only newer protocols: it may push, and nothing else",
    "newer_line": "an app writes a kind or a field that this server does not know",
    "mistake": "a person scans or counts what is not so",
}
"""Every kind of fault, in words."""

PER_CALL_MAX: Mapping[str, float] = {
    "request_lost": 0.12,
    "answer_lost": 0.12,
    "duplicate": 0.15,
    "late_request": 0.10,
    "request_damaged": 0.10,
    "answer_damaged": 0.08,
    "crash_before_commit": 0.06,
    "crash_after_commit": 0.06,
    "delivery_killed": 0.20,
}
"""At most how likely, per call (or per delivery)."""
PER_ACT_MAX: Mapping[str, float] = {
    "device_crash": 0.03,
    "disk_full": 0.01,
    "reboot": 0.02,
    "clock_jump": 0.02,
    "drift": 0.01,
    "session_ended": 0.01,
    "newer_line": 0.03,
    "mistake": 0.12,
}
"""At most how likely, per act of a person."""
PER_DAY: Mapping[str, float] = {
    "device_clone": 0.20,
    "device_restore": 0.20,
    "server_restore": 0.25,
    "suspended": 0.15,
    "revoked": 0.12,
    "key_rotated": 0.20,
    "old_app": 0.20,
    "new_app": 0.12,
}
"""How likely in one day of the world."""
ABSENT = 0.4
"""In so many seeds a fault does not happen at all, so that others are seen by themselves."""


class Rates(NamedTuple):
    """How likely each fault is in one seed."""

    often: Mapping[str, float]
    """Per call or per act."""
    planned: frozenset[str]
    """Faults that happen in this day."""

    def of(self, fault: str) -> float:
        """How likely a fault is each time that it could happen."""
        return self.often.get(fault, 0.0)


def draw_rates(chance: random.Random) -> Rates:
    """Draw the rates of one seed."""
    often = {}
    for fault, most in (*PER_CALL_MAX.items(), *PER_ACT_MAX.items()):
        often[fault] = 0.0 if chance.random() < ABSENT else chance.uniform(0.0, most)
    planned = frozenset(fault for fault, likely in PER_DAY.items() if chance.random() < likely)
    return Rates(often, planned)


CALM = Rates({}, frozenset())
"""Nothing goes wrong: the second phase."""
