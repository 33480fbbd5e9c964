"""Parameters that several addresses share."""

import pytest

from server.api.parameters import moment
from server.errors import InvalidError


def test_time_is_read_with_its_offset_whose_plus_may_have_become_a_blank() -> None:
    assert moment("2010-12-01T09:26:00 01:00", "since") == 1_291_191_960_000
    assert moment(None, "since") is None


@pytest.mark.parametrize("text", ["yesterday", "0001-01-01T00:00:00+23:59", "1969-12-31T23:59:59Z"])
def test_what_is_no_time_or_before_all_books_is_pointed_at(text: str) -> None:
    with pytest.raises(InvalidError, match="until"):
        moment(text, "until")
