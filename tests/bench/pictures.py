"""Pictures of what was measured: how far from each goal, and how waiting times are spread."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.bench.figures import Figures, out

MET, SHORT = "#2a78b8", "#c8452f"
FORMATS = ("svg", "png")


def draw(figures: Figures, folder: Path) -> None:
    """Write the pictures, or say what is missing to draw them."""
    try:
        import matplotlib as mpl  # noqa: PLC0415 - an extra.
    except ImportError:
        out.print("no pictures: pip install 'totebook[bench]'")
        return
    mpl.use("Agg")
    # Without it every file would name the moment and differ from the last.
    mpl.rcParams["svg.hashsalt"] = "totebook"
    judged = [row for row in figures.rows if row["share"] is not None]
    if judged:
        goals(judged, folder)
    if figures.series:
        waits(figures.series, folder)
    out.print(f"pictures in {folder}")


def goals(rows: Sequence[dict[str, Any]], folder: Path) -> None:
    """How many times its goal each figure is: right of the line is met."""
    from matplotlib import pyplot as plt  # noqa: PLC0415 - an extra.

    shares = [row["share"] for row in rows]
    picture, axes = plt.subplots(figsize=(10, 1.2 + 0.3 * len(rows)))
    colours = [MET if share >= 1 else SHORT for share in shares]
    axes.barh(range(len(rows)), shares, color=colours)
    axes.set_yticks(range(len(rows)), [f"{row['figure']}  ({row['goal']})" for row in rows])
    axes.tick_params(axis="y", labelsize=8)
    axes.invert_yaxis()
    axes.set_xscale("log")
    axes.axvline(1, color="black", linewidth=1)
    for place, (row, share) in enumerate(zip(rows, shares, strict=True)):
        axes.annotate(f" {row['value']}", (share, place), va="center", fontsize=7)
    axes.set_xlabel("times the goal (log scale); more is better")
    axes.margins(x=0.3)
    keep(picture, folder, "goals")


def waits(series: dict[str, list[float]], folder: Path) -> None:
    """Which share of calls was answered within how many milliseconds."""
    from matplotlib import pyplot as plt  # noqa: PLC0415 - an extra.

    picture, axes = plt.subplots(figsize=(9, 5))
    for name, found in series.items():
        ordered = sorted(found)
        shares = [(place + 1) / len(ordered) for place in range(len(ordered))]
        axes.step(ordered, shares, where="post", label=name)
    axes.set_xscale("log")
    axes.set_xlabel("milliseconds (log scale)")
    axes.set_ylabel("share of calls answered by then")
    axes.grid(visible=True, alpha=0.3)
    axes.legend(fontsize=8)
    keep(picture, folder, "waits")


def keep(picture: Any, folder: Path, name: str) -> None:  # noqa: ANN401 - a figure of the extra.
    """Write one picture in every format."""
    from matplotlib import pyplot as plt  # noqa: PLC0415 - an extra.

    picture.tight_layout()
    for form in FORMATS:
        # The moment would make every file differ from the last.
        metadata = {"Date": None} if form == "svg" else {}
        picture.savefig(folder / f"{name}.{form}", dpi=120, metadata=metadata)
    plt.close(picture)
