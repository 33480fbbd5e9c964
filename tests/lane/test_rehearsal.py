"""A rehearsal decides as in earnest and keeps nothing."""

from server.lane.records import Lane
from server.lane.rehearsal import Rehearsal
from server.lane.store import MemoryStore
from server.lane.want import Want


def test_what_is_changed_in_a_rehearsal_is_seen_there_and_gone_after() -> None:
    store = MemoryStore()

    with Rehearsal(store).session([1]) as session:
        session.load(Want(session.picture))
        session.picture.put(Lane(site=1, head=5))
        seen = session.picture.need(Lane, (1,)).head
        written = session.write()

    assert (seen, written) == (5, 0)
    assert list(store.picture.all(Lane)) == []
