"""Our own codes are read back as they are built."""

import pytest

from device_protocol import scan


@pytest.mark.parametrize("command", scan.COMMANDS)
def test_command_is_read_back(command: str) -> None:
    assert scan.parse(scan.command_code(command)).command == command


@pytest.mark.parametrize("task", [1, 48_001, 10**15 - 1])
def test_task_is_read_back(task: int) -> None:
    assert scan.parse(scan.task_code(task)).task == task


@pytest.mark.parametrize("task", [0, -1, 10**15])
def test_number_that_no_task_has_makes_no_code(task: int) -> None:
    with pytest.raises(ValueError, match=f"^no task {task}$"):
        scan.task_code(task)


def test_unknown_command_makes_no_code() -> None:
    with pytest.raises(ValueError, match="no command 'dance'"):
        scan.command_code("dance")
