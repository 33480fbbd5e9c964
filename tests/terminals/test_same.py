"""A terminal and a handheld over the same documents show the same and write the same."""

import random

import msgspec
import pytest

from device_protocol.workflow.session import Session
from server.db.engine import Database
from server.terminals.screens import screen_of, word_of
from tests.sync.yard import yard_on
from tests.terminals.depot import (
    CASE,
    LAMP,
    MILK,
    Depot,
    Handheld,
    Terminals,
    as_written,
    operations_of,
)

PICKED = (
    "A-01",
    LAMP,
    "TOTE-1",
    "/undo",
    "TOTE-1",
    "A-02",
    "/short",
    "/1",
    "/no",
    MILK,
    "CMD-HELP",
)
STORIES: dict[str, tuple[str, ...]] = {
    "receive": ("D-1", LAMP, "/1", LAMP, "#3", CASE, "/1", "#2", "/undo", "/done"),
    "move": ("D-1", LAMP, "/1", "#2", "A-01", "A-03", MILK, "L1", "#1", "A-04", "/done"),
    "pick": PICKED,
    "count": ("A-01", LAMP, "/1", "#40", "/done", "/no", "A-05", "/done", "/yes", "/done", "/yes"),
    "pack": ("TOTE-1", "BOX-1", "/yes", LAMP, "#1", "/full", "/done"),
    "work_step": ("BOX-1", "/yes", "/2", "BOX-1", "/yes", "/1", "/undo", "/6", "/done"),
    "unseal": ("BOX-1", "/yes", "/undo", "/no", "BOX-1", "/yes", "/done"),
    "repack": ("BOX-1", "/yes", "BOX-2", "/yes", LAMP, "/1", "#1", "/skip", "/done"),
}
POOL = (
    *("A-01", "A-02", "A-03", "A-05", "D-1", "BENCH-1", "TOTE-1", "TOTE-2", "BOX-1"),
    *(LAMP, LAMP, CASE, MILK, "L1", "STAFF-ANA", "STAFF-BO", "STAFF-EVE", "STAFF-NO"),
    *("gibberish", "", "\x00", "]C1010400000000002010L1", "4006381333930", "x" * 300),
    *("/undo", "/done", "/yes", "/no", "/1", "/2", "/short", "/skip", "/full", "/help", "/damaged"),
    *("#1", "#2", "#12", "#0", "#-1", "#500", "#5000000"),
)


def play(thin: Terminals, workflow: str, inputs: list[str]) -> None:
    """Give the same inputs to both; after every one they must agree."""
    depot = thin.depot
    thick = Handheld(depot)
    thin.begin(workflow, **({"bench": "BENCH-1"} if workflow == "pack" else {}))
    thick.pull()
    thick.begin(depot.row())
    agree(thin, thick)
    for text in inputs:
        thick.pull()
        thin.all(text)
        step = thick.step(text, depot.row())
        assert operations_of(depot.row()) == as_written(step.operations), text
        assert thin.last.screen == screen_of("en", step.prompt), text
        assert thin.last.said == word_of("en", step.feedback), text
        agree(thin, thick)


def agree(thin: Terminals, thick: Handheld) -> None:
    """What is kept of the terminal is what the handheld keeps."""
    assert msgspec.json.decode(thin.depot.row().session, type=Session) == thick.session


@pytest.mark.parametrize("workflow", STORIES)
def test_story_is_the_same_at_a_terminal_and_on_a_handheld(
    sqlite_database: Database, workflow: str
) -> None:
    with yard_on(sqlite_database, Depot) as depot:
        assert isinstance(depot, Depot)
        if workflow == "count":
            depot.ask_count()
        play(Terminals(depot), workflow, list(STORIES[workflow]))

        assert depot.written()
        assert depot.findings() == []


@pytest.mark.parametrize("seed", [1, 2])
def test_random_inputs_are_the_same_at_a_terminal_and_on_a_handheld(
    sqlite_database: Database, seed: int
) -> None:
    chance = random.Random(seed)
    with yard_on(sqlite_database, Depot) as depot:
        assert isinstance(depot, Depot)
        thin = Terminals(depot)
        for workflow in ("pick", "receive", "move"):
            play(thin, workflow, chance.choices(POOL, k=35))
            for _ in range(24):
                # Whatever is in the hand or asked is taken back, so that other work may begin.
                thin.all("STAFF-ANA", "/no", "/undo")

        assert depot.findings() == []


def test_pick_is_the_same_on_each_database(database: Database) -> None:
    with yard_on(database, Depot) as depot:
        assert isinstance(depot, Depot)
        play(Terminals(depot), "pick", list(PICKED))

        assert depot.findings() == []
