"""The command's choices, checked before anything starts."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from server.config import ConfigError
from server.demo.command import chosen_world, demo_command
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
