"""A floor with a released order, for tests of picking."""

from typing import Any

from device_protocol.operations import Claim, Pick, ShortPick
from server.ledger.records import Allocation, Balance
from server.planning.packages import BodyLine
from server.planning.records import Package
from server.planning.waves import ReleaseWave
from tests.floor import Floor
from tests.ledger.book import place_code
from tests.orders.channel import all_of, bodies, open_floor, order_of, place, stock, tell


def released(
    *ordered: tuple[str, int],
    stands: tuple[tuple[str, str, int], ...] = (),
    floor: Floor | None = None,
) -> Floor:
    """A floor whose order 1 is in a wave: of 4 A1 from a bin that holds 10, if not told else."""
    floor = floor or open_floor()
    stock(floor, *(stands or (("A-01", "A1", 10),)))
    place(floor, order_of("1", *(ordered or (("A1", 4),))))
    tell(floor, ReleaseWave())
    return floor


def body_lines(floor: Floor) -> list[BodyLine]:
    """The pick lines as the device has them."""
    return [line for body in bodies(floor) for line in body.lines]


def task(floor: Floor, number: int = 0) -> int:
    """The id of a pick line."""
    return body_lines(floor)[number].task


def line(floor: Floor, number: int = 0) -> Allocation:
    """A pick line as the book has it."""
    wanted = task(floor, number)
    return next(each for each in all_of(floor, Allocation) if each.id == wanted)


def allocated(floor: Floor, code: str) -> int:
    """Units promised at a place."""
    return sum(
        each.allocated for each in all_of(floor, Balance) if place_code(floor, each.place) == code
    )


def pick(floor: Floor, quantity: int, ended: int = 2_000, **more: Any) -> Pick:  # noqa: ANN401
    """Units for the first pick line from A-01 into T-1, if not told else."""
    told = {"tasks": (task(floor),), "source": "A-01", "to": "T-1"} | more
    return Pick(quantity=quantity, ended=ended, **told)


def short(floor: Floor, quantity: int, ended: int = 3_000, **more: Any) -> ShortPick:  # noqa: ANN401
    """Units of the first pick line that were not found at A-01."""
    told = {"tasks": (task(floor),), "source": "A-01"} | more
    return ShortPick(quantity=quantity, ended=ended, **told)


def package(floor: Floor) -> Package:
    """The only package."""
    (found,) = all_of(floor, Package)
    return found


def claim_of(floor: Floor, ended: int = 1_000_000) -> Claim:
    """Ask for the package while online."""
    return Claim(work=package(floor).id, ended=ended)
