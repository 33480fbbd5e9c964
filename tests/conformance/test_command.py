"""`totebook conformance`: what it prints, and how it ends."""

import json
import shlex
import sys

import pytest
from click.testing import CliRunner

from server.cli import totebook
from server.conformance.world import PERSON, PIN, World
from tests.conformance.conftest import KEY


def run(*words: str) -> tuple[int, str]:
    """Run the command; answer its status and all it said."""
    told = CliRunner().invoke(totebook, ["conformance", *words])
    return told.exit_code, told.output


def at(world: World, *words: str) -> tuple[int, str]:
    return run(world.front.url, "--key", KEY, "--site", "1", *words)


def test_server_that_passes_ends_well(world: World) -> None:
    status, said = at(world, "--only", "gap", "--only", "signing_in")
    assert status == 0
    assert "gap" in said
    assert "DP-PUSH-4" in said
    assert "signing_in: give --person and --pin" in said
    assert "1 passed, 1 skipped" in said


def test_results_as_json(world: World) -> None:
    words = ("--person", PERSON, "--pin", PIN, "--json", "--only", "signing_in")
    status, said = at(world, *words)
    assert status == 0
    assert json.loads(said) == [
        {"name": "signing_in", "verdict": "passed", "shows": ["DP-SIGN-2", "DP-SIGN-3"]}
    ]


def test_server_that_fails_is_told_and_ends_badly(world: World) -> None:
    world.front.plan([("push", "error_500")])
    status, said = at(world, "--only", "gap")
    assert status == 1
    assert "gap: step 3 (push): no JSON: HTTP 500" in said
    assert "1 failed" in said


def test_client_that_fails_is_told_and_ends_badly() -> None:
    command = shlex.join([sys.executable, "-c", "raise SystemExit"])
    status, said = run("--client", command, "--only", "first_day")
    assert status == 1
    assert "first_day: the client ended at enrol" in said


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ((), "Name the URL of a server, or --client"),
        (("http://127.0.0.1:1", "--client", "x"), "Name the URL of a server, or --client"),
        (("http://127.0.0.1:1",), "--key"),
        (("--client", "x", "--only", "nonsense"), "There is no scenario nonsense; there are big"),
    ],
)
def test_what_is_missing_is_told(words: tuple[str, ...], why: str) -> None:
    status, said = run(*words)
    assert status == 2
    assert why in said
