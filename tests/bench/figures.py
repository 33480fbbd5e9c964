"""What was measured: printed at once, kept, and shown as a table at the end."""

from typing import Any

from rich.console import Console
from rich.table import Table

out = Console()


class Figures:
    """What was measured, printed and kept."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.rows: list[dict[str, Any]] = []

    def add(
        self, name: str, value: str, goal: str = "", note: str = "", met: bool | None = None
    ) -> None:
        """Keep one figure and say it at once."""
        self.rows.append({"figure": name, "value": value, "goal": goal, "met": met, "note": note})
        mark = {True: "[green]met[/green]", False: "[red]short[/red]", None: ""}[met]
        out.print(f"{name:<34} {value:<38} {goal:<32} {mark} {note}")

    def table(self) -> Table:
        """All of them."""
        table = Table("figure", "measured", "goal", "", "note")
        for row in self.rows:
            met = {True: "met", False: "short", None: ""}[row["met"]]
            table.add_row(row["figure"], row["value"], row["goal"], met, row["note"])
        return table
