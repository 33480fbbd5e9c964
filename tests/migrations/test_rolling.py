"""Servers of two versions on one book: who may start, who may migrate, and what goes on."""

import re
from pathlib import Path

import pytest
import sqlalchemy as sa

import migrations
from server.config import ConfigError
from server.db.engine import Database, open_database
from server.lane.activity import NETWORK
from server.processes.models import PROCESS, SCHEMA_RULE

NEWER = f"{migrations.NUMBER + 1:04}"
TAKES_AWAY = re.compile(r"op\.(drop_|alter_column|rename_)")


@pytest.fixture
def book(database: Database) -> Database:
    """Give a book that has its tables and a revision."""
    with database.writing() as connection:
        connection.execute(sa.text("CREATE TABLE IF NOT EXISTS alembic_version (version_num text)"))
        connection.execute(sa.text("DELETE FROM alembic_version"))
    return database


def put(book: Database, revision: str, compatible_from: int | None = None) -> None:
    """Bring a book to a revision, as its program would."""
    with book.writing() as connection:
        connection.execute(sa.text("DELETE FROM alembic_version"))
        connection.execute(sa.text(f"INSERT INTO alembic_version VALUES ('{revision}')"))  # noqa: S608
        if compatible_from is not None:
            values = {"site": NETWORK, "compatible_from": compatible_from}
            connection.execute(sa.insert(SCHEMA_RULE).values(values))


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_program_runs_on_its_own_schema_and_on_no_older_one(book: Database) -> None:
    put(book, max(migrations.HEADS))
    migrations.check(book)

    put(book, "0001")
    with pytest.raises(ConfigError, match="run `totebook migrate`"):
        migrations.check(book)


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_program_runs_on_a_newer_schema_that_takes_it(book: Database) -> None:
    put(book, NEWER, migrations.NUMBER)

    migrations.check(book)

    assert migrations.upgrade(book) == 0
    assert book.revisions() == {NEWER}


@pytest.mark.parametrize("dialect", ["sqlite"])
@pytest.mark.parametrize("needed", [None, migrations.NUMBER + 1])
def test_a_program_does_not_run_on_a_newer_schema_that_asks_for_more(
    book: Database, needed: int | None
) -> None:
    put(book, NEWER, needed)

    for start in (migrations.check, migrations.upgrade):
        with pytest.raises(ConfigError, match="run a newer Totebook"):
            start(book)


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_schema_that_has_no_rule_at_all_is_no_newer_one_of_ours(book: Database) -> None:
    put(book, NEWER)
    with book.writing() as connection:
        SCHEMA_RULE.drop(connection)
        PROCESS.drop(connection)

    with pytest.raises(ConfigError, match="run a newer Totebook"):
        migrations.check(book)
    assert migrations.living_processes(book) == []


def living(book: Database, schema: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have one process beat, and one that is dead."""
    with book.writing() as connection:
        for name in ("lives", "is dead"):
            row = {"site": NETWORK, "name": name, "beat": 1, "version": "1.2", "schema": schema}
            connection.execute(sa.insert(PROCESS).values(row))

    def beat(_seconds: float) -> None:
        with book.writing() as connection:
            risen = sa.update(PROCESS).where(PROCESS.c.name == "lives")
            connection.execute(risen.values(beat=PROCESS.c.beat + 1))

    monkeypatch.setattr("migrations.time.sleep", beat)
    monkeypatch.setattr(migrations, "_run", lambda *_words: None)


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_nobody_migrates_under_a_process_that_could_not_go_on(
    book: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(book, "0001")
    living(book, migrations.COMPATIBLE_FROM - 1, monkeypatch)

    with pytest.raises(ConfigError, match=r"1 processes of version 1\.2 .* --force"):
        migrations.upgrade(book)

    assert migrations.upgrade(book, force=True) == 1


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_who_migrates_under_processes_that_go_on_hears_of_them(
    book: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(book, "0001")
    living(book, migrations.COMPATIBLE_FROM, monkeypatch)

    assert migrations.upgrade(book) == 1


def test_migrating_writes_from_when_on_programs_can_work_with_it(bare_url: str) -> None:
    bare = open_database(bare_url)
    migrations.upgrade(bare)

    assert migrations.compatible_from(bare) == migrations.COMPATIBLE_FROM
    bare.close()


def test_revisions_only_add_or_say_who_can_not_go_on() -> None:
    for script in sorted((migrations.FOLDER / "versions").glob("*.py")):
        number = int(script.name[:4])
        if number > migrations.COMPATIBLE_FROM:
            assert faults_of(script) == [], "raise COMPATIBLE_FROM, or only add"
    assert migrations.COMPATIBLE_FROM <= migrations.NUMBER


def faults_of(script: Path) -> list[str]:
    """What a revision takes away, or demands of programs that don't know of it."""
    upgrade = script.read_text().split("def downgrade")[0]
    wanted = re.findall(r"add_column\([^\n]*nullable=False(?![^\n]*server_default)", upgrade)
    return TAKES_AWAY.findall(upgrade) + wanted


@pytest.mark.parametrize(
    ("line", "faults"),
    [
        ('op.add_column("a", sa.Column("b", sa.Text(), nullable=True))', 0),
        ('op.add_column("a", sa.Column("b", sa.Text(), nullable=False))', 1),
        ('op.add_column("a", sa.Column("b", sa.Text(), nullable=False, server_default=""))', 0),
        ('op.drop_column("a", "b")', 1),
        ('op.create_table("a")\n\ndef downgrade():\n op.drop_table("a")', 0),
    ],
)
def test_what_takes_away_is_seen(tmp_path: Path, line: str, faults: int) -> None:
    script = tmp_path / "0099_wrong.py"
    script.write_text(line)

    assert len(faults_of(script)) == faults
