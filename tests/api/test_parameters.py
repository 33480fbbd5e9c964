"""Parameters that several addresses share."""

import pytest

from server.api.parameters import moment, window
from server.errors import InvalidError


def test_time_is_read_with_its_offset_whose_plus_may_have_become_a_blank() -> None:
    assert moment("2010-12-01T09:26:00 01:00", "since") == 1_291_191_960_000
    assert moment(None, "since") is None


@pytest.mark.parametrize("text", ["yesterday", "0001-01-01T00:00:00+23:59", "1969-12-31T23:59:59Z"])
def test_what_is_no_time_or_before_all_books_is_pointed_at(text: str) -> None:
    with pytest.raises(InvalidError, match="until"):
        moment(text, "until")


def test_window_ends_now_and_lasts_as_long_as_usual_unless_somebody_says_otherwise() -> None:
    assert window(9_000, None, None, 1_000) == (8_000, 9_000)
    assert window(9_000, None, "1970-01-01T00:00:05Z", 1_000) == (4_000, 5_000)
    assert window(9_000, "1970-01-01T00:00:02Z", None, 1_000) == (2_000, 9_000)
    assert window(9_000, None, "1970-01-01T00:00:00Z", 1_000) == (-1_000, 0)


def test_window_that_ends_before_it_begins_is_pointed_at() -> None:
    with pytest.raises(InvalidError, match="ends before it begins"):
        window(9_000, "1970-01-01T00:00:09Z", None, 1_000)
