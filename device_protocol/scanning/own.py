"""The codes that Totebook prints itself: a prefix says what they stand for.

Codes for commands and tasks mean the same in every language; what is printed beside them is
translated, they are not.

>>> parse_own("TOTE-17")[0].own
'tote'
>>> parse_own(command_code("undo"))[0].command
'undo'
>>> parse_own(task_code(48001))[0].task
48001
"""

import re

from device_protocol.scanning.parsed import Fault, ParsedScan

OWN_KINDS = {
    "LOC-": "location",
    "DOCK-": "dock",
    "STAGING-": "staging",
    "BENCH-": "bench",
    "TOTE-": "tote",
    "CART-": "cart",
    "VAN-": "van",
    "STAFF-": "staff",
    "TASK-": "task",
    "CMD-": "command",
    "ENROL-": "enrolment",
}
"""Prefixes of the codes that Totebook prints itself, and what they stand for."""

CHOICES = tuple("123456789")
"""Commands that answer a question by the number of the answer."""

COMMANDS = (
    *("undo", "short", "skip", "full", "damaged", "wrong", "help", "done", "yes", "no"),
    *CHOICES,
)
"""What a code after `CMD-` may ask for, there in capitals."""

_REST = re.compile(r"[!-~]{1,60}")
_TASK = re.compile(r"[1-9]\d{0,14}", re.ASCII)


def command_code(command: str) -> str:
    """Return the text to print for a command; ValueError if there is no such command."""
    if command not in COMMANDS:
        message = f"no command {command!r}"
        raise ValueError(message)
    return f"CMD-{command.upper()}"


def task_code(task: int) -> str:
    """Return the text to print for a task; ValueError if no task has such a number.

    >>> task_code(48001)
    'TASK-48001'
    """
    if not _TASK.fullmatch(str(task)):
        message = f"no task {task}"
        raise ValueError(message)
    return f"TASK-{task}"


def parse_own(text: str) -> tuple[ParsedScan | None, Fault | None]:
    """Return what a text with one of our prefixes says; None if it has none or nothing fits."""
    rest = text[text.find("-") + 1 :]
    own = OWN_KINDS.get(text[: len(text) - len(rest)])
    if own is None:
        return None, None
    if not _REST.fullmatch(rest):
        return None, Fault("bad_own_code", value=rest)
    if own == "task":
        if not _TASK.fullmatch(rest):
            return None, Fault("bad_own_code", value=rest)
        return ParsedScan(text=text, kind="own", own=own, task=int(rest)), None
    if own == "command":
        command = rest.lower() if rest == rest.upper() and rest.lower() in COMMANDS else ""
        fault = None if command else Fault("unknown_command", value=rest)
        return ParsedScan(text=text, kind="own", own=own, command=command), fault
    return ParsedScan(text=text, kind="own", own=own), None
