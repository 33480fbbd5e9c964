"""A handling unit that comes whole: one scan writes it and every line that stands under it.

What was announced in a unit came with it, all of it, whatever of the same goods came loose. It can
come once in a piece of work; where a document says that its lines are full already, that is asked.
"""

from msgspec.structs import replace

from device_protocol.operations import Scan
from device_protocol.workflow.definition import State, Take
from device_protocol.workflow.emitting import emit
from device_protocol.workflow.finding import Found
from device_protocol.workflow.lines import open_lines, open_units, take_line
from device_protocol.workflow.questions import confirm
from device_protocol.workflow.session import Answer
from device_protocol.workflow.taking import forget_goods, serial_key
from device_protocol.workflow.turn import Turn
from device_protocol.workflow.view import Line

APART = "apart"
"""The slot that says that units come alone, and their goods are scanned one by one."""
ONTO = "onto"
"""The slot of the unit on which goods stand that are scanned now."""


def take_whole(turn: Turn, _state: State, _take: Take, found: Found) -> None:
    """Take a unit with all that is announced in it; one that nobody announced comes alone."""
    code = found.text
    lines = lines_in(turn, code)
    yes = Answer(command="yes", text="yes", does="whole", value=code)
    if turn.amount(f"unit {code}"):
        turn.say("wrong.done", unit=code)
    elif not lines and turn.lines:
        confirm(turn, "ask.unit_unplanned", yes, found.scan, unit=code)
    elif lines and not any(open_units(turn, line) > 0 for line in lines):
        confirm(turn, "ask.unit_again", yes, found.scan, unit=code)
    else:
        bring_whole(turn, code, found.scan)


def lines_in(turn: Turn, code: str) -> list[Line]:
    """Return the lines that are announced in a unit."""
    return [line for line in turn.lines if line.unit == code]


def bring_whole(turn: Turn, code: str, scan: Scan) -> None:
    """Write a unit, and the lines in it unless they are scanned one by one."""
    itself, each = turn.definition.whole
    apart = bool(turn.slot(APART))
    lines = [] if apart else lines_in(turn, code)
    turn.keep_scan(scan)
    turn.put(unit=code, quantity=1)
    emit(turn, (itself,))
    turn.add(f"unit {code}", 1)
    turn.now = replace(turn.now, scans=())
    for line in lines:
        take_line(turn, line)
        turn.put(quantity=line.whole)
        emit(turn, (each,))
        turn.add(str(line.task), line.whole)
        if line.serial:
            turn.add(serial_key(line.item, line.serial), 1)
    turn.drop("unit", "quantity", "condition", ONTO)
    if apart:
        turn.put(**{ONTO: code})
    forget_goods(turn)
    take_line(turn, None)
    turn.now = replace(turn.now, cycles=turn.now.cycles + 1)
    _tell(turn, code, lines)


def _tell(turn: Turn, code: str, lines: list[Line]) -> None:
    if lines and not open_lines(turn):
        turn.say("note.all_done", "note")
    elif lines:
        turn.say("ok.whole", "ok", unit=code, lines=len(lines), units=sum(x.whole for x in lines))
    elif turn.slot(ONTO):
        turn.say("ok.unit_apart", "ok", unit=code)
    else:
        turn.say("ok.unit_alone", "ok", unit=code)
