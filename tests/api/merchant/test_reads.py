"""Every answer about stock and goods says how fresh it is; orders just placed are always there."""

import pytest

from server.core import Core
from tests.api.desks import Desk


@pytest.mark.parametrize(
    "path", ["/stock", "/stock/items", "/stock/channels", "/orders", "/parcels"]
)
def test_answer_says_up_to_when_everything_is_in_it(acme: Desk, path: str, core: Core) -> None:
    answer = acme.call("GET", path)

    assert answer.status_code == 200
    assert answer.headers["Totebook-As-Of"] == "2010-12-01T08:00:00.000Z"
    assert core.clock.now() == 1_291_190_400_000


def test_what_was_not_read_so_says_nothing(acme: Desk) -> None:
    for path in ("/orders/7", "/nowhere"):
        answer = acme.call("GET", path)

        assert answer.status_code == 404
        assert "Totebook-As-Of" not in answer.headers
