"""How far long work is, for who waits at a terminal."""

from collections.abc import Callable

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)


def progress(out: Console) -> Progress:
    """A progress display that suits long work."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=out,
    )


def steps_told(bar: Progress) -> Callable[[str, int], None]:
    """Show each step, as it is first told of, on a line of its own."""
    tasks: dict[str, TaskID] = {}

    def told(step: str, count: int) -> None:
        if step not in tasks:
            tasks[step] = bar.add_task(step, total=None)
        bar.update(tasks[step], completed=count)

    return told
