"""What a newer program does first: it tries again every line that an older one had to park.

1. A site is done once per program. Lines that this program can't read either cost one look and
   leave no trace in the book.
2. Requests of desks and timers stay where they are: whoever asked was told, and has asked again.
3. Lines of revoked devices wait for a supervisor.
"""

import hashlib
from collections.abc import Iterator

import msgspec
import sqlalchemy as sa

from device_protocol.codec import Undecodable
from device_protocol.messages import Outcome
from device_protocol.version import OPERATION_VERSIONS
from server.db.bulk import upsert_records
from server.db.engine import Database
from server.fleet.reading import open_parked
from server.lane.activity import OUTBOX, TIMER
from server.lane.models import LANE
from server.lane.records import StoredOperation
from server.planning.models import RECONSIDERED
from server.planning.records import Reconsidered
from server.record import shape
from server.sync.lanes import Lanes
from server.sync.push import PushRules
from server.tasks.reconsidering import Reconsider

LINES_AT_ONCE = 200
ANSWER_S_MAX = 120.0
_decode = msgspec.json.Decoder(Outcome).decode


def fingerprint(rules: PushRules, version: str) -> str:
    """What tells a program from one that reads or decides otherwise."""
    kinds = sorted(kind.__name__ for kind in rules.activities)
    text = msgspec.json.encode([version, kinds, sorted(OPERATION_VERSIONS)])
    return hashlib.sha256(text).hexdigest()[:16]


def reconsider_parked(lanes: Lanes, database: Database, version: str, now: int) -> int:
    """Try again what is parked at sites that this program has not seen; answer how many lines."""
    program = fingerprint(lanes.rules, version)
    tried = 0
    for site in unseen_sites(database, program):
        for lines in waiting_lines(database, site):
            messages = worth_trying(lanes.rules, lines)
            if messages:
                lanes.say(site, TIMER, *messages).result(ANSWER_S_MAX)
            tried += len(messages)
        row = Reconsidered(site, program, now)
        lanes.errand(lambda connection, row=row: upsert_records(connection, Reconsidered, [row]))  # type: ignore[misc]
    return tried


def unseen_sites(database: Database, program: str) -> list[int]:
    """Sites at which another program tried last, or none."""
    seen = sa.select(RECONSIDERED.c.site).where(RECONSIDERED.c.program == program)
    wanted = sa.select(LANE.c.site).where(LANE.c.site.not_in(seen)).order_by(LANE.c.site)
    with database.reading() as connection:
        return list(connection.scalars(wanted))


def waiting_lines(database: Database, site: int) -> Iterator[list[StoredOperation]]:
    """Parked lines of devices and other lanes that nobody has resolved, as they came."""
    names = ", ".join(f"o.{name}" for name in shape(StoredOperation).fields)
    after = 0
    while True:
        asked = {"site": site, "after": after, "outbox": OUTBOX, "limit": LINES_AT_ONCE}
        with database.reading() as connection:
            # Parked lines are few among millions: only their own index finds them at once.
            sql = f"""SELECT {names} {open_parked(connection)}
              AND o.number > :after AND o.stream >= :outbox
              ORDER BY o.number LIMIT :limit"""
            found = [StoredOperation(*row) for row in connection.execute(sa.text(sql), asked)]
        if not found:
            return
        yield found
        after = found[-1].number


def worth_trying(rules: PushRules, lines: list[StoredOperation]) -> list[Reconsider]:
    """Requests for the lines that this program can read."""
    return [
        Reconsider(stream=line.stream, epoch=line.epoch, seq=line.seq)
        for line in lines
        if _decode(line.outcome).code != "revoked"
        and not isinstance(rules.read(line.stream, line.line), Undecodable)
    ]
