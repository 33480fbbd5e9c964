"""One conversation with a label printer over its raw port (mostly 9100).

Before a label it is asked for its status (~HS), and again behind it: it answers in order, so the
second answer says that it has the whole label. A printer that is out of paper or ribbon, or open,
answers nothing (ZPL II Programming Guide, ~HS): then nothing is sent and nothing is in doubt.
"""

import socket
from collections.abc import Callable
from typing import NamedTuple

from server.printing.rules import Address, Result

ASK_STATUS = b"~HS\r\n"
CONNECT_S_MAX = 3.0
STATUS_S_MAX = 3.0
TAKEN_S_MAX = 15.0
_LINES = 3
_END = b"\x03"
_STATUS_BYTES_MAX = 4_096
_FLAGS = ((0, 1, "paper is out"), (0, 2, "it is paused"), (1, 2, "its head is open"))
"""Line and place of each flag of ~HS that keeps a printer from printing."""


class Told(NamedTuple):
    """What became of a try."""

    result: Result
    problem: str = ""


Send = Callable[[Address, bytes, bool], Told]
"""How a label goes to a printer; the flag says whether that answers for its status."""


def send(address: Address, label: bytes, answers: bool) -> Told:
    """Print on a printer, or say why not; it takes some seconds at most and raises nothing."""
    try:
        connection = socket.create_connection(address, CONNECT_S_MAX)
    except OSError as error:
        return Told("not_printed", f"the printer can't be reached: {_said(error)}")
    with connection:
        if answers:
            problem = _not_ready(connection)
            if problem:
                return Told("not_printed", problem)
        try:
            connection.settimeout(TAKEN_S_MAX)
            connection.sendall(label + (ASK_STATUS if answers else b""))
            return _taken(connection) if answers else _left(connection)
        except OSError as error:
            return Told("doubtful", f"the connection broke: {_said(error)}")


def _not_ready(connection: socket.socket) -> str:
    """Why a printer can't print now; empty if it can."""
    silent = "the printer does not answer: see to its paper, ribbon and head"
    try:
        connection.settimeout(STATUS_S_MAX)
        connection.sendall(ASK_STATUS)
        lines = _status(connection)
    except OSError:
        return silent
    if len(lines) < _LINES:
        return silent
    for line, place, problem in _FLAGS:
        parts = lines[line].split(",")
        if len(parts) > place and parts[place] == "1":
            return f"the printer says that {problem}"
    return ""


def _status(connection: socket.socket) -> list[str]:
    """The lines of a status, as far as they come."""
    found = b""
    while found.count(_END) < _LINES and len(found) < _STATUS_BYTES_MAX:
        part = connection.recv(_STATUS_BYTES_MAX)
        if not part:
            break
        found += part
    lines = found.split(_END)[:-1]
    return [line.decode("ascii", "replace").strip("\x02\r\n ") for line in lines]


def _taken(connection: socket.socket) -> Told:
    if len(_status(connection)) < _LINES:
        return Told("doubtful", "the printer did not say that it has the label")
    return Told("done")


def _left(connection: socket.socket) -> Told:
    """Leave a printer that says nothing: when it hangs up in good order it has read everything."""
    connection.shutdown(socket.SHUT_WR)
    connection.settimeout(STATUS_S_MAX)
    try:
        while connection.recv(_STATUS_BYTES_MAX):
            pass
    except TimeoutError:
        # Many leave the line open; everything was accepted, and more they don't tell.
        pass
    return Told("done")


def _said(error: OSError) -> str:
    return error.strerror or str(error) or type(error).__name__
