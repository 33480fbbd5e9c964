"""Documents before they have a version."""

import pytest

from server.lane.store import MemoryStore
from server.sync.documents import Subject
from server.sync.triggers import DRAFTS
from tests.floor import SITE


@pytest.mark.parametrize("kind", sorted(DRAFTS))
def test_what_there_is_not_makes_no_document(kind: str) -> None:
    with MemoryStore().session([SITE]) as session:
        assert DRAFTS[kind](session.picture, Subject(SITE, kind, 99)) == ()
