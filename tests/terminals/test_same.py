"""A terminal and a handheld over the same documents show the same and write the same."""

import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from device_protocol.workflow import interpreter
from device_protocol.workflow.definitions import DEFINITIONS
from device_protocol.workflow.inputs import scanned
from device_protocol.workflow.session import Session, Step, Written, recorded
from device_protocol.workflow.shown import Documents
from device_protocol.workflow.view import Work
from server.db.engine import Database, open_database
from server.planning.replenishing import Replenish
from server.terminals.documents import SiteDocuments
from tests.floor import SITE, sql_balances
from tests.sync.yard import yard_on
from tests.terminals.depot import CASE, LAMP, MILK, Depot, Handheld, given
from tests.terminals.pair import Pair
from tests.terminals.stories import STORIES
from tests.terminals.test_guided import lay_out
from tests.terminals.worlds import (
    HAM,
    RUG,
    SHOP,
    announce,
    in_total,
    latest,
    numbered,
    on_tour,
    recipe,
    tour,
    transfer,
)

POOL = (
    *("A-01", "A-02", "A-03", "A-05", "D-1", "BENCH-1", "TOTE-1", "TOTE-2", "BOX-1"),
    *(LAMP, LAMP, CASE, MILK, "L1", "STAFF-ANA", "STAFF-BO", "STAFF-EVE", "STAFF-NO"),
    *("gibberish", "", "\x00", "]C1010400000000002010L1", "4006381333930", "x" * 300),
    *("/undo", "/done", "/yes", "/no", "/1", "/2", "/short", "/skip", "/full", "/help", "/damaged"),
    *("#1", "#2", "#12", "#0", "#-1", "#500", "#5000000"),
)
ALL = (
    *(*POOL, RUG, RUG, HAM, "PAR-1", "PAR-2", "TOTE-71", "TOTE-8", "VAN-1", "VAN-2", "WALL-1"),
    *("2027-12-31", "A-04", "SN-1", "/3", "/4"),
)
RIGHT = {story.acts[-1].workflow: story.acts[-1].inputs.split() for story in STORIES.values()} | {
    "putaway": ["IN", RUG, "#5", "S-1"],
    "replenish": ["R-1", RUG, "#6", "F-1"],
}
"""What leads on in each workflow."""
RUNS, INPUTS = 12, 25


@pytest.mark.parametrize("name", STORIES)
def test_story_is_the_same_at_a_terminal_and_on_a_handheld(
    sqlite_database: Database, name: str
) -> None:
    story = STORIES[name]
    with yard_on(sqlite_database, Depot) as depot:
        assert isinstance(depot, Depot)
        story.lays(depot)
        play(Pair(depot), name)

        assert depot.findings() == []


def play(pair: Pair, name: str) -> None:
    """Play a story; what its last act did is taken back at the end, and the book is as before."""
    story, depot = STORIES[name], pair.depot
    before = sql_balances(depot.database)
    for act in story.acts:
        depot.core.drain()
        before = sql_balances(depot.database)
        pair.begin(act.workflow, **act.begins(depot))
        pair.give(*act.inputs.split())
    assert " ".join(line["kind"] for line in pair.written) == story.writes
    assert pair.tones & {"error", "ask"}, "something was wrong"
    assert "ok.undone" in pair.heard
    pair.take_all_back()
    depot.core.drain()
    assert sql_balances(depot.database) == before


def test_every_workflow_has_a_story() -> None:
    # Those of putting away and replenishing are in test_guided.
    told = {story.acts[-1].workflow for story in STORIES.values()} | {"putaway", "replenish"}
    assert told == DEFINITIONS.keys()


def test_random_inputs_are_the_same_at_a_terminal_and_on_a_handheld(
    sqlite_database: Database,
) -> None:
    chance = random.Random(2)
    with yard_on(sqlite_database, Depot) as depot:
        assert isinstance(depot, Depot)
        pair = Pair(depot)
        for workflow in ("pick", "receive", "move"):
            pair.begin(workflow)
            pair.give(*chance.choices(POOL, k=12), "STAFF-ANA")
            # Whatever is in the hand or asked is taken back, so that other work may begin.
            pair.give("/no")
            pair.take_all_back()

        assert depot.findings() == []


class Grounds(NamedTuple):
    """Where any workflow finds work, and the documents as a handheld holds them."""

    depot: Depot
    held: Handheld
    work: dict[str, Work]


@pytest.fixture(name="grounds", scope="module")
def make_grounds(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path
) -> Iterator[Grounds]:
    """Give a depot in which something of everything waits."""
    path = tmp_path_factory.mktemp("grounds") / "totebook.sqlite3"
    shutil.copyfile(sqlite_template, path)
    database = open_database(f"sqlite:///{path}")
    with yard_on(database, Depot) as depot:
        assert isinstance(depot, Depot)
        for lay in (announce, tour, in_total, recipe, Depot.ask_count, lay_out):
            lay(depot)
        depot.tell(SITE, Replenish())
        transfer(depot, SITE, SHOP)
        held = Handheld(depot)
        held.pull()
        sent = Work(**numbered(depot))
        yield Grounds(
            depot,
            held,
            {
                "receive": Work(announced="ASN-1"),
                "pick": Work(**latest(depot), fence=1, mode="bulk"),
                "load": Work(**on_tour(depot), van="VAN-1"),
                "deliver": Work(van="VAN-1"),
                "collect": Work(van="VAN-1", stop=7, announced="R-1"),
                "hand_over_cash": Work(**on_tour(depot), van="VAN-1"),
                "send_transfer": sent,
                "take_transfer": sent,
            },
        )
    database.close()


@pytest.mark.parametrize("name", DEFINITIONS)
def test_random_inputs_are_the_same_over_both_kinds_of_documents_and_lead_on(
    grounds: Grounds, name: str
) -> None:
    chance, day = random.Random(name), "2027-01-15"
    with grounds.depot.database.reading() as connection:
        asked = SiteDocuments(connection, grounds.depot.device)
        thin, thick = Documents(asked, name, day), Documents(grounds.held.documents, name, day)
        wrote = 0
        for _ in range(RUNS):
            wrote += walk(name, thin, thick, grounds, texts_for(name, chance))

    assert wrote > 0


def texts_for(name: str, chance: random.Random) -> list[str]:
    """What leads on, every third time something else, and something left out now and then."""
    right = [text for text in RIGHT[name] * 3 if chance.random() < 0.9]
    return [text if chance.random() < 0.7 else chance.choice(ALL) for text in right[:INPUTS]]


def walk(name: str, thin: Documents, thick: Documents, grounds: Grounds, texts: list[str]) -> int:
    """Give inputs to both; answer how many lines were written before all was undone again."""
    work, actor = grounds.work.get(name, Work(bench="BENCH-1")), grounds.depot.grants["ANA"]
    definition, lines = DEFINITIONS[name], 0
    start = interpreter.begin(definition, work, actor, thin)
    session = start.session
    for at, text in enumerate(texts, 1):
        step = interpreter.step(definition, session, given(text, at), thin)
        assert step == interpreter.step(definition, session, given(text, at), thick), text
        assert {"undo", "help", "done"} <= set(step.prompt.ways)
        session, lines = stored(step, lines)
    wrote = lines
    if session.parked:
        session = interpreter.step(definition, session, scanned("STAFF-ANA"), thin).session
    while session.history:
        step = interpreter.step(definition, session, given("/undo", 99), thin)
        session, lines = stored(step, lines)
    assert (session.now, session.amounts) == (start.session.now, start.session.amounts)
    return wrote


def stored(step: Step, lines: int) -> tuple[Session, int]:
    """The session once its lines are numbered, and how many lines there are."""
    end = lines + len(step.operations)
    numbers = tuple(Written(1, seq) for seq in range(lines + 1, end + 1))
    return recorded(step.session, numbers), end


def test_pick_is_the_same_on_each_database(database: Database) -> None:
    with yard_on(database, Depot) as depot:
        assert isinstance(depot, Depot)
        play(Pair(depot), "pick")

        assert depot.findings() == []
