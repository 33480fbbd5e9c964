"""What the code has, docs list: settings and error codes."""

import pytest

from tests.architecture.documented import codes_missing, error_codes, settings_missing
from tests.architecture.sources import Source, document, sources


def test_every_setting_is_documented_as_it_is() -> None:
    assert list(settings_missing(document("settings.md"))) == []


def test_setting_that_is_missing_or_wrong_is_found() -> None:
    page = document("settings.md")

    without = page.replace("| `TOTEBOOK_PORT` |", "| `TOTEBOOK_PROT` |")
    outdated = page.replace("| `8080` |", "| `8000` |")

    assert len(list(settings_missing(without))) == 2
    assert len(list(settings_missing(outdated))) == 1


def test_every_error_code_is_documented() -> None:
    codes = [code for source in sources("server") for code in error_codes(source)]

    assert list(codes_missing(document("errors.md"), codes)) == []


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ('raise ConflictError("No.", code="orders.conflict")', ["orders.conflict"]),
        ('raise errors.ConflictError("No.", code="orders.conflict")', ["orders.conflict"]),
        ('class FullError(Exception):\n    code = "full"', ["full"]),
        ('class FullError(Exception):\n    code: str = "full"', ["full"]),
        ('raise ConflictError("No.", code=code)', ["(not a literal, server/a.py:1)"]),
        ('outcome(code="picked")', []),
    ],
)
def test_error_codes_are_found(text: str, codes: list[str]) -> None:
    assert list(error_codes(Source("server/a.py", text))) == codes


def test_error_code_that_is_missing_or_left_over_is_found() -> None:
    page = "| `conflict` | 409 | … |\n| `gone` | 410 | … |\n"

    assert list(codes_missing(page, ["conflict", "full"])) == [
        "docs/errors.md does not list full",
        "docs/errors.md lists gone, which nothing raises",
    ]
