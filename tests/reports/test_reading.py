"""Tests of how reports read: cursors, pages, limits."""

import pytest

from server.errors import InvalidError
from server.reports.reading import (
    LIMIT_MAX,
    Conditions,
    as_page,
    read_cursor,
    within_limit,
    write_cursor,
)


def test_cursor_comes_back_as_it_was_written() -> None:
    assert read_cursor(write_cursor((1, "A-01 ü")), (int, str)) == (1, "A-01 ü")


@pytest.mark.parametrize("text", [None, ""])
def test_no_cursor_is_the_beginning(text: str | None) -> None:
    assert read_cursor(text, (int,)) is None


@pytest.mark.parametrize(
    "text",
    [
        "!!!",
        "ü",
        "e30",
        write_cursor((1, 2)),
        write_cursor(("1",)),
        write_cursor((1 << 63,)),
        "/w==",
    ],
)
def test_cursor_of_another_list_is_refused(text: str) -> None:
    with pytest.raises(InvalidError) as caught:
        read_cursor(text, (int,))

    assert caught.value.pointers == (("/after", "no cursor of this list"),)


def test_last_page_has_no_cursor() -> None:
    assert as_page(["a"], [(1,)], 1).next is None
    page = as_page(["a", "b"], [(1,), (2,)], 1)
    assert (page.rows, page.next) == (["a"], write_cursor((1,)))


@pytest.mark.parametrize("limit", [0, -1, LIMIT_MAX + 1])
def test_limit_is_bounded(limit: int) -> None:
    with pytest.raises(InvalidError):
        within_limit(limit)
    assert within_limit(LIMIT_MAX) == LIMIT_MAX


def test_text_that_no_database_can_be_asked_for_is_refused() -> None:
    with pytest.raises(InvalidError):
        Conditions().ask("code = :code", code="A\x00")
    with pytest.raises(InvalidError):
        read_cursor(write_cursor(("A\x00",)), (str,))


def test_condition_on_nothing_asks_nothing() -> None:
    conditions = Conditions()
    conditions.ask("code = :code", code=None)

    assert (conditions.where, conditions.values) == ("", {})
