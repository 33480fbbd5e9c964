"""The task decides, else the place, else a person."""

import pytest

from device_protocol.scanning.choice import Choice, choose


@pytest.mark.parametrize(
    ("candidates", "task", "place", "expected"),
    [
        ("", "a", "a", Choice(())),
        ("a", "", "", Choice(("a",))),
        ("aa", "", "", Choice(("a",))),
        ("abc", "a", "b", Choice(("a",), "task")),
        ("abc", "", "b", Choice(("b",), "place")),
        ("abc", "x", "b", Choice(("b",), "place")),
        ("abc", "ab", "b", Choice(("b",), "place")),
        ("abc", "ab", "c", Choice(("a", "b"), "task")),
        ("abc", "ab", "", Choice(("a", "b"), "task")),
        ("abc", "", "", Choice(("a", "b", "c"))),
        ("abc", "abc", "abc", Choice(("a", "b", "c"))),
    ],
)
def test_task_and_place_narrow_what_is_meant(
    candidates: str, task: str, place: str, expected: Choice[str]
) -> None:
    choice = choose(tuple(candidates), task.__contains__, place.__contains__)

    assert choice == expected
    alone = expected.candidates if len(expected.candidates) == 1 else (None,)
    assert choice.chosen == alone[0]
