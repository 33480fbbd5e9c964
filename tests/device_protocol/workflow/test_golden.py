"""The golden vectors: an interpreter in any language proves itself with them, and so does this."""

from typing import Any

import pytest

from device_protocol.workflow.definitions import DEFINITIONS
from tests.device_protocol.workflow.golden import play, stories

STORIES = stories()


@pytest.mark.parametrize(
    ("name", "site", "story"),
    STORIES,
    ids=[f"{name}: {story['about']}" for name, _, story in STORIES],
)
def test_story(name: str, site: dict[str, Any], story: dict[str, Any]) -> None:
    assert play(name, site, story) == story["steps"]


def test_every_workflow_has_stories_with_ways_out() -> None:
    assert {name for name, _, _ in STORIES} == DEFINITIONS.keys()
    for name in DEFINITIONS:
        keys = {
            step["key"]
            for told, _, story in STORIES
            if told == name
            for step in story["steps"]
            if "key" in step
        }
        assert {"undo", "done"} <= keys, name
