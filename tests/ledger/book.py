"""Reading the test floor's book, and short words for what people do."""

from typing import Any

from device_protocol.operations import Count, CountLine, Move, MoveUnit, Receive
from server.ledger.records import Balance, Discrepancy, Movement, Place, Task
from tests.floor import Floor
from tests.sayings import all_of

A1 = "1000001:A1|good"
S1 = "1000001:A3|S1|good"


def receive(quantity: int, to: str, ended: int, **goods: str) -> Receive:
    """Units of A1, or of other goods, at a place."""
    return Receive(quantity=quantity, to=to, ended=ended, **named(goods))


def move(quantity: int, source: str, to: str, ended: int, **goods: str) -> Move:
    """Units of A1, or of other goods, from place to place."""
    return Move(quantity=quantity, source=source, to=to, ended=ended, **named(goods))


def move_unit(unit: str, source: str, to: str, ended: int) -> MoveUnit:
    """A handling unit from place to place."""
    return MoveUnit(unit=unit, source=source, to=to, ended=ended)


def count(place: str, ended: int, *quantities: int, complete: bool = True, **more: Any) -> Count:  # noqa: ANN401
    """A count of a place: units of A1, if any."""
    lines = tuple(CountLine(owner="ACME", item="A1", quantity=each) for each in quantities)
    return Count(place=place, ended=ended, lines=lines, complete=complete, **more)


def named(goods: dict[str, str]) -> dict[str, Any]:
    """The goods, or A1 of ACME."""
    return dict(goods or {"owner": "ACME", "item": "A1"})


SERIAL: dict[str, Any] = {"owner": "ACME", "item": "A3", "serial": "S1"}


def place_code(floor: Floor, number: int | None) -> str:
    """The code of a place."""
    return next((each.code for each in all_of(floor, Place) if each.id == number), "")


def discrepancies(floor: Floor) -> list[tuple[str, str, str]]:
    """Kind, place and state of all discrepancies, in the order in which they were opened."""
    found = sorted(all_of(floor, Discrepancy), key=lambda each: each.id)
    return [
        (each.kind, place_code(floor, each.place), "open" if each.open else "closed")
        for each in found
    ]


def tasks(floor: Floor) -> list[tuple[str, str, str]]:
    """Kind, place and note of the open tasks, in the order in which they were opened."""
    found = sorted(all_of(floor, Task), key=lambda each: each.id)
    return [(each.kind, place_code(floor, each.place), each.note) for each in found if each.open]


def movements(floor: Floor) -> list[tuple[str, int]]:
    """Cause and quantity of all movements, in order."""
    found = sorted(all_of(floor, Movement), key=lambda each: (each.site, each.number))
    return [(each.cause, each.quantity) for each in found]


def balance_rows(floor: Floor, code: str) -> list[Balance]:
    """The balances at a place."""
    return [each for each in all_of(floor, Balance) if place_code(floor, each.place) == code]
