"""`totebook demo`: a day of orders, worked by unreliable devices, verified and audited."""

import sys
import tempfile
from pathlib import Path

import click
from rich.console import Console

from server.config import ConfigError
from server.demo.day import read_days
from server.demo.made import make_world
from server.demo.opening import Choices
from server.demo.report import LiveBoard, keep, show
from server.demo.run import Result, run_days
from server.demo.shift import DEVICES_MIN, Shift
from server.demo.world import World

DEVICES_MAX = 40
NOTES_SHOWN = 10
EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("demo")
@click.option("--seed", default=1, show_default=True, help="Draws orders, faults and mistakes.")
@click.option(
    "--devices",
    default=8,
    show_default=True,
    type=click.IntRange(DEVICES_MIN, DEVICES_MAX),
    help="How many devices work.",
)
@click.option("--orders", multiple=True, type=EXISTING, help="Order files to run instead.")
@click.argument("more", nargs=-1, type=EXISTING)
@click.option("--mapping", type=EXISTING, help="How the order files are read (TOML).")
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), help="Keep all here.")
@click.option("--keep", "keeps", is_flag=True, help="Leave the server up, and say what to open.")
def demo_command(  # noqa: PLR0917 - each is an option of its own.
    seed: int,
    devices: int,
    orders: tuple[Path, ...],
    more: tuple[Path, ...],
    mapping: Path | None,
    folder: Path | None,
    *,
    keeps: bool,
) -> None:
    """Run a day against a real server over a bad network, and check that nothing was lost.

    `--orders FILE [FILE …] --mapping FILE` runs real orders, each file a day of its own, one after
    the other; stock is received in the morning. The status is 0 only if nothing was lost, the book
    verifies, and it agrees with the floor.
    """
    console = Console()
    world = chosen_world(seed, devices, [*orders, *more], mapping)
    with tempfile.TemporaryDirectory(prefix="totebook-demo-") as temporary:
        place = folder or Path(temporary)
        place.mkdir(parents=True, exist_ok=True)
        if any(place.glob("*.sqlite3")):
            message = f"{place} holds a book already: name an empty folder."
            raise ConfigError(message)
        console.print(
            f"seed {seed}: {len(world.orders):,} orders of {len(world.merchants)} merchants, "
            f"{sum(len(order.lines) for order in world.orders):,} lines, {devices} devices"
        )
        board = LiveBoard(console)

        def stay(shift: Shift, result: Result) -> None:
            board.close()
            show(console, result)
            if keeps:
                keep(console, shift)

        try:
            result = run_days(world, Choices(place, devices), board, stay)
        finally:
            board.close()
    for note in world.notes[:NOTES_SHOWN]:
        console.print(f"to be looked at in the order files: {note}", markup=False)
    sys.exit(0 if result.clean else 1)


def chosen_world(seed: int, devices: int, files: list[Path], mapping: Path | None) -> World:
    """Return the made-up world, or the one of order files."""
    if not files:
        if mapping is not None:
            message = "--mapping says how to read order files: give some with --orders."
            raise ConfigError(message)
        return make_world(seed, devices)
    if mapping is None:
        message = "Say with --mapping how to read the order files."
        raise ConfigError(message)
    return read_days(seed, files, mapping, devices)
