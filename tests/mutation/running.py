"""Running mutants: tests are collected once, and each mutant is a fork that runs those it concerns.

A mutant is made by giving functions other code, so whoever imported them has them too. The tests
that a line concerns are those that ran it, the quickest first; one that fails kills the mutant, and
so does taking far longer than the tests took.
"""

import ast
import importlib
import os
import signal
import sys
import time
import types
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import coverage
import pytest

from tests.mutation.changes import Change, changes

HEAVY = frozenset(("database_url", "database", "sqlite_template", "postgres_url", "tmp_path"))
"""Fixtures of tests that would open a database in every fork: what they see, others see too."""
PATIENCE_S = 10
JOBS = 2
TESTS_MAX = 150
"""Of the tests that run a line, at most so many are tried on a mutant."""


class Verdict(NamedTuple):
    """What became of a mutant."""

    module: str
    change: Change
    killed: bool


class Mutation:
    """A plugin of pytest: instead of running the tests once, it runs them on every mutant."""

    def __init__(
        self, modules: list[Path], every: int, on_verdict: Callable[[Verdict], None]
    ) -> None:
        """Mutate these modules, and tell of each mutant as soon as its fate is known."""
        self.modules = modules
        self.every = every
        self.on_verdict = on_verdict
        self.items: dict[str, pytest.Item] = {}
        self.seconds: dict[str, float] = {}
        self.failed = False
        self.mutant = False
        """Whether this process is a mutant, and not the one that starts them."""
        self.running: dict[int, tuple[str, Change]] = {}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leave out what is heavy."""
        items[:] = [
            item for item in items if not HEAVY.intersection(getattr(item, "fixturenames", ()))
        ]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Notice a test that fails."""
        if report.failed:
            self.failed = True
        if report.failed and not self.mutant:
            sys.stderr.write(f"{report.nodeid}: {report.longreprtext}\n")

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """See which tests run which lines, then run them on every mutant."""
        self.items = {item.nodeid: item for item in session.items}
        concerned = self._concerned()
        if self.failed:
            pytest.exit("the tests fail without a mutant", returncode=2)
        for path in self.modules:
            module = importlib.import_module(".".join(path.with_suffix("").parts))
            lines = concerned[str(path)]
            found = changes(path.read_text(encoding="utf-8"))
            for change in islice(found, 0, None, self.every):
                self._wait(JOBS - 1)
                tests = sorted(lines[change.line], key=self.seconds.__getitem__)[:TESTS_MAX]
                self._start(str(path), change, module, [self.items[test] for test in tests])
        self._wait(0)
        return True

    def _concerned(self) -> dict[str, dict[int, set[str]]]:
        """The tests that run each line of each module."""
        include = [str(path) for path in self.modules]
        measured = coverage.Coverage(data_file=None, config_file=False, include=include)
        measured.start()
        for name, item in self.items.items():
            measured.switch_context(name)
            began = time.monotonic()
            run(item)
            self.seconds[name] = time.monotonic() - began
        measured.stop()
        found: dict[str, dict[int, set[str]]] = {}
        kept = measured.get_data()
        for path in self.modules:
            lines: dict[int, set[str]] = defaultdict(set)
            for line, names in kept.contexts_by_lineno(str(path.resolve())).items():
                lines[line] = {name for name in names if name}
            found[str(path)] = lines
        return found

    def _start(
        self, path: str, change: Change, module: types.ModuleType, tests: list[pytest.Item]
    ) -> None:
        """Fork and run tests until one fails."""
        if not tests:
            self.on_verdict(Verdict(path, change, killed=False))
            return
        child = os.fork()
        if child:
            self.running[child] = (path, change)
            return
        signal.alarm(PATIENCE_S + 3 * int(sum(self.seconds[test.nodeid] for test in tests)))
        self.mutant = True
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        try:
            become(module, change)
            for test in tests:
                run(test)
                if self.failed:
                    os._exit(1)
        except BaseException:  # noqa: BLE001 - however a mutant ends, it is noticed.
            os._exit(1)
        os._exit(0)

    def _wait(self, most: int) -> None:
        """Wait until so many mutants are left."""
        while len(self.running) > most:
            child, status = os.wait()
            path, change = self.running.pop(child)
            self.on_verdict(Verdict(path, change, killed=status != 0))


def run(item: pytest.Item) -> None:
    """Run one test with all of its fixtures, and take them down again."""
    item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)


def become(module: types.ModuleType, change: Change) -> None:
    """Give the functions of a module the code of a mutant, wherever they were imported."""
    tree = ast.Module([each for each in change.tree.body if holds(each, change.function)], [])
    made = compile(tree, str(module.__file__), "exec", dont_inherit=True)
    codes = {code.co_qualname: code for code in nested(made)}
    owner: Any = module
    *outer, name = change.function.split(".")
    for each in outer:
        owner = getattr(owner, each)
    plain(vars(owner)[name]).__code__ = codes[change.function]


def holds(statement: ast.stmt, function: str) -> bool:
    """Whether a statement of a module defines a function, or the class that has it."""
    return getattr(statement, "name", "") == function.split(".", maxsplit=1)[0]


def nested(code: types.CodeType) -> Iterator[types.CodeType]:
    """The codes in a code."""
    for each in code.co_consts:
        if isinstance(each, types.CodeType):
            yield each
            yield from nested(each)


def plain(found: Any) -> Any:  # noqa: ANN401 - whatever wraps a function.
    """The function itself, under what decorates it."""
    if isinstance(found, property):
        found = found.fget
    found = getattr(found, "__func__", found)
    while hasattr(found, "__wrapped__"):
        found = found.__wrapped__
    return found


def mutated(
    modules: list[Path], tests: list[str], every: int, on_verdict: Callable[[Verdict], None]
) -> int:
    """Run every mutant of some modules, or every so many; answer pytest's status."""
    options = ["-q", "-p", "no:cacheprovider"]
    plugin = Mutation(modules, every, on_verdict)
    with Path(os.devnull).open("w", encoding="utf-8") as nobody, redirect_stdout(nobody):
        return int(pytest.main([*options, *tests], plugins=[plugin]))
