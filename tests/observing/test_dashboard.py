"""The dashboard in docs names figures that there are, and every figure is on it and explained."""

import re
from pathlib import Path

import msgspec

from server.observing.book import FIGURES
from server.observing.metrics import Metrics

DOCS = Path(__file__).parents[2] / "docs"
_NAME = re.compile(r"totebook_[a-z_]+")
_SUFFIX = re.compile(r"_(bucket|sum|count|total)$")


def families() -> set[str]:
    """The name of every figure, without what Prometheus appends."""
    own = {family.name for family in Metrics().registry.collect()}
    return own | {figure.name for figure in FIGURES} | {"totebook_database_up"}


def named(expressions: list[str]) -> set[str]:
    """The figures that expressions name."""
    return {_SUFFIX.sub("", name) for each in expressions for name in _NAME.findall(each)}


def test_dashboard_shows_every_figure_and_no_other() -> None:
    dashboard = msgspec.json.decode((DOCS / "dashboards" / "totebook.json").read_bytes())
    expressions = [
        target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", ())
    ]

    assert named(expressions) == families()


def test_dashboard_asks_for_series_as_they_are_written() -> None:
    text = (DOCS / "dashboards" / "totebook.json").read_text()
    kinds = {family.name: family.type for family in Metrics().registry.collect()}

    for name in set(_NAME.findall(text)):
        family = _SUFFIX.sub("", name)
        kind = kinds.get(family, "gauge")
        allowed = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count")}
        assert name.removeprefix(family) in allowed.get(kind, ("",)), name


def test_every_figure_is_explained() -> None:
    page = (DOCS / "operations.md").read_text()

    assert sorted(families() - named([page])) == []
