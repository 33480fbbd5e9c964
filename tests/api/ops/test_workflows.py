"""What a site wants otherwise in its workflows, over HTTP."""

from typing import Any

import pytest

from device_protocol.workflow.definitions import DEFINITIONS
from tests.api.desks import Desk

PICK = "/sites/1/workflows/pick"


def pick(desk: Desk) -> dict[str, Any]:
    """How picking is run."""
    rows: list[dict[str, Any]] = desk.get("/sites/1/workflows")
    return next(row for row in rows if row["name"] == "pick")


def test_workflows_are_listed_as_they_are_built_in(supervisor: Desk) -> None:
    rows = supervisor.get("/sites/1/workflows")

    assert [row["name"] for row in rows] == sorted(DEFINITIONS)
    assert pick(supervisor)["adjustment"] == {}
    assert pick(supervisor)["version"] == DEFINITIONS["pick"].version


def test_workflow_is_adjusted_and_taken_back(supervisor: Desk) -> None:
    wanted = {"cycle": ["item", "bin", "quantity", "put"], "options": {"continuous": True}}
    builtin = pick(supervisor)

    supervisor.say("PUT", PICK, wanted | {"without": ["skip"]})

    adjusted = pick(supervisor)
    assert adjusted["cycle"] == wanted["cycle"]
    assert adjusted["options"] == builtin["options"] | {"continuous": True}
    assert set(builtin["commands"]) - set(adjusted["commands"]) == {"skip"}
    assert adjusted["version"] == builtin["version"] * 1_000 + 1
    supervisor.say("PUT", PICK, {})
    back = pick(supervisor)
    assert back == builtin | {"version": builtin["version"] * 1_000 + 2}


@pytest.mark.parametrize(
    ("path", "body", "reason"),
    [
        ("/sites/1/workflows/juggle", {}, "unknown_workflow"),
        (PICK, {"cycle": ["item", "nowhere"]}, "bad_workflow"),
        (PICK, {"cycle": []}, "bad_workflow"),
        (PICK, {"without": ["juggle"]}, "bad_workflow"),
        (PICK, {"options": {"reasons": ["boredom"]}}, "bad_workflow"),
    ],
)
def test_what_could_not_be_run_is_refused_with_the_reason(
    supervisor: Desk, path: str, body: dict[str, Any], reason: str
) -> None:
    assert supervisor.refusal("PUT", path, body) == (422, "desk.invalid", reason)
    assert pick(supervisor)["adjustment"] == {}


def test_option_that_does_not_exist_is_malformed(supervisor: Desk) -> None:
    assert supervisor.refusal("PUT", PICK, {"options": {"juggle": True}})[:2] == (400, "malformed")


def test_site_that_does_not_exist_has_no_workflows(supervisor: Desk) -> None:
    assert supervisor.refusal("GET", "/sites/7/workflows")[:2] == (404, "not_found")
