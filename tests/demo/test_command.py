"""The command: its choices, its status, and what it says."""

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from click.testing import CliRunner
from rich.console import Console

from server.config import ConfigError
from server.demo.command import chosen_world, demo_command
from server.demo.made import make_world
from server.demo.report import keep
from server.demo.shift import Shift, posts_of
from tests.integrations.order_files import RETAIL_MAPPING, row, write


def test_order_files_need_a_mapping_and_a_mapping_needs_files(tmp_path: Path) -> None:
    day = write(tmp_path, row())
    with pytest.raises(ConfigError, match="--mapping"):
        chosen_world(1, 8, [day], None)
    with pytest.raises(ConfigError, match="--orders"):
        chosen_world(1, 8, [], RETAIL_MAPPING)
    assert len(chosen_world(1, 8, [day], RETAIL_MAPPING).orders) == 1


def test_folder_with_a_book_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "book.sqlite3").touch()
    outcome = CliRunner().invoke(demo_command, ["--folder", str(tmp_path)])
    assert isinstance(outcome.exception, ConfigError)
    assert "holds a book already" in str(outcome.exception)


def test_too_few_devices_are_refused() -> None:
    outcome = CliRunner().invoke(demo_command, ["--devices", "3"])
    assert outcome.exit_code == 2
    assert "4<=x<=40" in outcome.output


@pytest.mark.nightly
def test_order_files_are_run_and_the_status_says_that_nothing_was_lost(tmp_path: Path) -> None:
    rows = [row("1001", f"{code}", 3) for code in range(10_001, 10_041)]
    rows += [row("1002", "10001", 1), row("1003", "POST", 1), row("1004", "10002", 2)]
    rows.append(row("C1005", "10002", -2, placed_at="2010-12-01 10:00:00"))
    day = write(tmp_path, *rows)
    words = ["--orders", str(day), "--mapping", str(RETAIL_MAPPING), "--devices", "4"]
    outcome = CliRunner().invoke(demo_command, [*words, "--folder", str(tmp_path / "folder")])
    assert outcome.exit_code == 0, outcome.output
    assert "audit: clean" in outcome.output
    assert (tmp_path / "folder" / "book.sqlite3").exists()


def test_who_keeps_the_server_is_told_what_to_open() -> None:
    world = make_world(1, 4)
    invited: list[tuple[int, str, str]] = []

    def invite(site: int, name: str, role: str) -> str:
        invited.append((site, name, role))
        return "7QX2-M0KD"

    child = SimpleNamespace(url="http://127.0.0.1:1", folder=Path("book"), wait=lambda: None)
    hands = [SimpleNamespace(site=post.site, post=post) for post in posts_of(world, 4)]
    told = SimpleNamespace(
        child=child, world=world, desk=SimpleNamespace(invite=invite), crew=hands
    )
    console = Console(record=True, width=200)
    keep(console, cast(Shift, told))
    text = console.export_text()
    assert "http://127.0.0.1:1/schema" in text
    assert "http://127.0.0.1:1/app/desk.html" in text
    assert "http://127.0.0.1:1/app/#enrol?code=7QX2-M0KD" in text
    assert '"person": "SUPER-1"' in text
    assert text.count("7QX2-M0KD in ") == len(invited) == 2
