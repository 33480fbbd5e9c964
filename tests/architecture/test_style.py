"""The code is written as docs/architecture.md and CONTRIBUTING.md say."""

from collections.abc import Callable, Iterator

import pytest

from tests.architecture import style
from tests.architecture.sources import Source, sources

Check = Callable[[Source], Iterator[str]]
PRODUCT = ("server", "device_protocol")


@pytest.mark.parametrize(
    ("check", "folders"),
    [
        pytest.param(style.too_long, (*PRODUCT, "tests"), id="length"),
        pytest.param(style.transactions_elsewhere, ("server",), id="transactions"),
        pytest.param(style.undocumented, (*PRODUCT, "migrations"), id="docstrings"),
        pytest.param(style.badly_named, (*PRODUCT, "tests"), id="names"),
        pytest.param(style.web_elsewhere, PRODUCT, id="web"),
    ],
)
def test_code_is_written_as_agreed(check: Check, folders: tuple[str, ...]) -> None:
    assert [finding for source in sources(*folders) for finding in check(source)] == []


LONG_FUNCTION = "def f():\n" + "    x = 1\n" * 70
FULL_FUNCTION = "def f():\n" + "    x = 1\n" * 69


@pytest.mark.parametrize(
    ("check", "path", "text", "told"),
    [
        (style.too_long, "server/a.py", "x = 1\n" * 401, "server/a.py has 401 lines"),
        (style.too_long, "server/a.py", LONG_FUNCTION, "server/a.py:1 f has 71 lines"),
        (style.too_long, "server/a.py", "async " + LONG_FUNCTION, "f has 71 lines"),
        (style.transactions_elsewhere, "server/a.py", "c.commit()", "a.py:1 calls .commit()"),
        (style.transactions_elsewhere, "server/a.py", "with e.begin():\n    x", "calls .begin()"),
        (style.undocumented, "server/a.py", "x = 1", "server/a.py has no docstring"),
        (style.undocumented, "server/a.py", '"""A."""\ndef f(): x', "a.py:2 f has no docstring"),
        (style.undocumented, "server/a.py", '"""A."""\nclass C: x = 1', "C has no docstring"),
        (
            style.undocumented,
            "server/a.py",
            '"""A."""\nclass C:\n    """C."""\n    def f(self): x',
            "a.py:4 f has no docstring",
        ),
        (style.badly_named, "server/utils.py", "", "server/utils.py:1 utils: say what"),
        (style.badly_named, "server/a.py", "class PickManager: x", "instead of 'manager'"),
        (style.badly_named, "server/a.py", "def load_data(): x", "instead of 'data'"),
        (style.web_elsewhere, "server/sync/a.py", "import litestar.di", "a.py:1 imports litestar"),
        (style.web_elsewhere, "server/sync/a.py", "from litestar import get", "imports litestar"),
    ],
)
def test_check_finds_what_is_planted(check: Check, path: str, text: str, told: str) -> None:
    findings = list(check(Source(path, text)))

    assert len(findings) == 1
    assert told in findings[0]


@pytest.mark.parametrize(
    ("check", "path", "text"),
    [
        (style.too_long, "server/a.py", "x = 1\n" * 400),
        (style.too_long, "server/a.py", FULL_FUNCTION),
        (style.transactions_elsewhere, "server/db/a.py", "c.commit()"),
        (style.transactions_elsewhere, "server/lane/a.py", "c.commit()"),
        (style.undocumented, "server/a.py", '"""A."""\ndef _f(): x'),
        (style.badly_named, "server/a.py", "def metadata_of(): x"),
        (style.web_elsewhere, "server/api/a.py", "import litestar"),
        (style.web_elsewhere, "server/main.py", "import litestar"),
    ],
)
def test_check_lets_pass_what_is_agreed(check: Check, path: str, text: str) -> None:
    assert list(check(Source(path, text))) == []
