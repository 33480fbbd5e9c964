"""Inventory accuracy day by day as a picture (SVG): planned counts beside all counts."""

from html import escape

from server.reports.accuracy import PPM, Accuracy, AccuracyRow

HEIGHT, TOP, LEFT, BOTTOM = 200, 40, 48, 44
DAY_WIDTH, BAR = 44, 16
COLOURS = {"day": "#8a94a6", "day_planned": "#1f6feb"}
NAMES = {"day": "all counts", "day_planned": "planned counts"}
NAMESPACE = "http://www.w3.org/2000/svg"
STYLE = 'font-family="sans-serif" font-size="11" role="img"'
GRID = (0, 25, 50, 75, 100)


def picture(told: Accuracy) -> str:
    """The share of lines that were right, one pair of bars a day."""
    days = sorted({row.name for row in told.rows if row.by == "day"})
    bars = {(row.by, row.name): row for row in told.rows}
    width = LEFT + max(6, len(days)) * DAY_WIDTH + 16
    parts = [
        f'<svg xmlns="{NAMESPACE}" width="{width}" height="{TOP + HEIGHT + BOTTOM}" {STYLE}>',
        f"<title>{escape(title_of(told))}</title>",
        text(8, 18, title_of(told), 'font-size="13"'),
        *(legend(number, by) for number, by in enumerate(COLOURS)),
        *(grid_line(percent, width) for percent in GRID),
    ]
    for number, day in enumerate(days):
        left = LEFT + number * DAY_WIDTH + 6
        parts.append(text(left, TOP + HEIGHT + 14, day[5:]))
        for place, by in enumerate(COLOURS):
            row = bars.get((by, day))
            if row is not None and row.accuracy_ppm is not None:
                parts.append(bar(left + place * (BAR + 2), by, row, row.accuracy_ppm))
    return "\n".join([*parts, "</svg>\n"])


def title_of(told: Accuracy) -> str:
    """What the picture shows, in words."""
    whole = next(row for row in told.rows if row.by == "all")
    share = "nothing was counted"
    if whole.accuracy_ppm is not None:
        share = f"{percent_of(whole.accuracy_ppm)} of {whole.lines} lines right"
    return f"Inventory accuracy of site {told.site}: {share}"


def percent_of(ppm: int) -> str:
    """A share as people write it, cut off and not rounded up to what it is not.

    >>> percent_of(999_999)
    '99.9 %'
    """
    return f"{ppm // 10_000}.{ppm // 1_000 % 10} %"


def bar(left: int, by: str, row: AccuracyRow, ppm: int) -> str:
    """One day's share; what it stands for is told when somebody points at it."""
    height = ppm * HEIGHT // PPM
    top = TOP + HEIGHT - height
    told = f"{row.name}, {NAMES[by]}: {row.lines_right} of {row.lines} lines, {percent_of(ppm)}"
    return (
        f'<rect x="{left}" y="{top}" width="{BAR}" height="{height}" fill="{COLOURS[by]}">'
        f"<title>{escape(told)}</title></rect>"
    )


def legend(number: int, by: str) -> str:
    """What a colour means."""
    left = LEFT + number * 110
    mark = f'<rect x="{left}" y="24" width="9" height="9" fill="{COLOURS[by]}"/>'
    return mark + text(left + 14, 32, NAMES[by])


def grid_line(percent: int, width: int) -> str:
    """A line at a share."""
    at = TOP + HEIGHT - percent * HEIGHT // 100
    line = f'<line x1="{LEFT}" y1="{at}" x2="{width - 8}" y2="{at}" stroke="#d8dee6"/>'
    return line + text(8, at + 4, f"{percent} %")


def text(left: int, base: int, words: str, more: str = "") -> str:
    """Words at a point."""
    return f'<text x="{left}" y="{base}" {more}>{escape(words)}</text>'
