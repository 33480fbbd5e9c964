"""Workload as a picture (SVG): per zone a bar for each hour, as long as its work."""

from collections.abc import Iterator
from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo

from server.reports.workload import HourLoad, Risk, Workload, ZoneLoad

WIDTH, LEFT, ROW, TOP = 760, 110, 22, 64
BAR_MAX = 320
WRITTEN = 'font-family="sans-serif" font-size="12" role="img" aria-labelledby="title desc"'
COLOURS: dict[Risk, str] = {"none": "#2f7d4f", "tight": "#b7791f", "late": "#b42318"}
WORDS: dict[Risk, str] = {"none": "in time", "tight": "tight", "late": "LATE"}
"""Said as well as shown, for who can't tell the colours apart."""


def picture(told: Workload, clock: ZoneInfo) -> str:
    """The work that is left, by zone and hour, on the site's clock."""
    longest = max((hour.minutes for zone in told.zones for hour in zone.hours), default=1)
    rows = list(rows_of(told, clock, max(1, longest)))
    height = TOP + ROW * len(rows) + 12
    size = f'viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} {WRITTEN}>',
        f'<title id="title">{escape(title_of(told))}</title>',
        f'<desc id="desc">{escape(summary_of(told, clock))}</desc>',
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        words(12, 24, title_of(told), 'font-size="15" font-weight="bold"'),
        words(12, 44, f"{moment_of(told.at, clock)}; {waiting_of(told)}"),
    ]
    for number, row in enumerate(rows):
        parts.append(f'<g transform="translate(0 {TOP + ROW * number})">{row}</g>')
    return "\n".join([*parts, "</svg>\n"])


def rows_of(told: Workload, clock: ZoneInfo, longest: int) -> Iterator[str]:
    """A heading for each zone, and a row for each of its hours."""
    if not told.zones:
        yield words(12, 15, "Nothing is left to pick.")
    for zone in told.zones:
        yield words(12, 15, zone_words(zone), 'font-weight="bold"')
        for hour in zone.hours:
            length = max(2, BAR_MAX * hour.minutes // longest)
            bar = (
                f'<rect x="{LEFT}" y="3" width="{length}" height="15" fill="{COLOURS[hour.risk]}"/>'
            )
            label = words(24, 15, due_of(hour, clock))
            yield label + bar + words(LEFT + length + 8, 15, hour_words(hour))


def title_of(told: Workload) -> str:
    """What the picture shows, in words."""
    lines = sum(zone.lines for zone in told.zones)
    return f"Pick work of site {told.site}: {lines} lines left, {told.people} people signed in"


def summary_of(told: Workload, clock: ZoneInfo) -> str:
    """All that the picture shows, for who hears it."""
    zones = [
        f"{zone_words(zone)}: "
        + "; ".join(f"{due_of(hour, clock)} {hour_words(hour)}" for hour in zone.hours)
        for zone in told.zones
    ]
    return ". ".join([*zones, waiting_of(told)])


def zone_words(zone: ZoneLoad) -> str:
    """A zone in words."""
    return (
        f"Zone {zone.zone or '-'}: {zone.lines} lines, {zone.units} units, {zone.minutes} min,"
        f" {zone.packages} packages ({zone.packages_held} in work), {zone.hands:g} hands"
    )


def hour_words(hour: HourLoad) -> str:
    """An hour in words."""
    said = f"{hour.lines} lines, {hour.units} units, {hour.minutes} min"
    return said if hour.due is None else f"{said}, {WORDS[hour.risk]}"


def waiting_of(told: Workload) -> str:
    """What is not released, in words."""
    shipments = sum(each.shipments for each in told.waiting)
    lines = sum(each.lines for each in told.waiting)
    return f"not released: {shipments} orders with {lines} lines"


def due_of(hour: HourLoad, clock: ZoneInfo) -> str:
    """By when, on the site's clock."""
    return "no time" if hour.due is None else f"by {moment_of(hour.due, clock)}"


def moment_of(time: str, clock: ZoneInfo) -> str:
    """A time as people of the site say it."""
    return datetime.fromisoformat(time).astimezone(clock).strftime("%d.%m. %H:%M")


def words(left: int, base: int, said: str, more: str = "") -> str:
    """Words at a point."""
    return f'<text x="{left}" y="{base}" fill="#1d2733" {more}>{escape(said)}</text>'
