"""Digests: which of a scope's 256 buckets a replica holds otherwise, and what they should hold.

Everything of one answer is read from one snapshot: the documents are added up once by bucket, and
then those of the buckets that differ are read. Tombstones count for nothing: who repairs takes out
all that it holds of a bucket.
"""

import re
from collections.abc import Generator
from contextlib import closing

import msgspec
import sqlalchemy as sa

from device_protocol import digest
from device_protocol.messages import DigestAnswer, Document, Page
from server.errors import MalformedError, NotFoundError
from server.identity.records import Device
from server.sync.documents import ScopeName
from server.sync.models import DOCUMENT
from server.sync.pull import checkpoint_of, lanes_of, scopes_of, sums_of

REPAIR_DOCUMENTS_MAX = 2_000
REPAIR_BYTES_MAX = 1 << 20
"""Of bodies; where more differs, to begin again by pages is better."""
ROWS_AT_ONCE = 1_000

_SUM_CHARACTERS = 32
_SUMS = re.compile(rf"[0-9a-f]{{{digest.BUCKETS * _SUM_CHARACTERS}}}")


class ScopeNotFollowedError(NotFoundError):
    """The device does not follow this scope, or not any more."""

    code = "sync.scope_not_followed"
    title = "This scope is not followed"


def repair(
    connection: sa.Connection, device: Device, person: int, scope: str, buckets: str
) -> DigestAnswer:
    """What a replica with these sums needs to equal the server's view of a scope."""
    theirs = read_sums(buckets)
    followed = {each.text: each for each in scopes_of(connection, device, person)}
    name = followed.get(scope)
    if name is None:
        raise ScopeNotFollowedError(f"This device does not follow {scope[:100]!r}.")
    lanes = lanes_of(connection, {device.site, name.site})
    lane = lanes[name.site]
    checkpoint = checkpoint_of(lane, sums_of(connection, [name])[name])
    ours = bucket_sums(connection, name)
    differing = tuple(at for at in range(digest.BUCKETS) if ours[at] != theirs[at])
    documents = documents_of(connection, name, frozenset(differing))
    restart = documents is None
    return DigestAnswer(
        generation=lanes[device.site].generation,
        page=Page(
            scope=name.text,
            cursor=0 if restart else lane.head,
            documents=tuple(documents or ()),
            restart=restart,
            checkpoint=None if restart else checkpoint,
        ),
        buckets=() if restart else differing,
    )


def read_sums(buckets: str) -> list[int]:
    """The sums of all buckets; MalformedError for anything else."""
    if not _SUMS.fullmatch(buckets):
        told = f"{digest.BUCKETS} sums of {_SUM_CHARACTERS} hexadecimal digits"
        raise MalformedError(f"These are not {told}.", pointers=[("/buckets", told)])
    starts = range(0, len(buckets), _SUM_CHARACTERS)
    return [int(buckets[start : start + _SUM_CHARACTERS], 16) for start in starts]


def bucket_sums(connection: sa.Connection, scope: ScopeName) -> list[int]:
    """What the documents of a scope add up to, by bucket."""
    sums = [0] * digest.BUCKETS
    for key, version, body in live_documents(connection, scope):
        at = digest.bucket_of(key)
        sums[at] = digest.add(sums[at], digest.document_hash(scope.text, key, version, body))
    return sums


def documents_of(
    connection: sa.Connection, scope: ScopeName, buckets: frozenset[int]
) -> list[Document] | None:
    """The documents of some buckets in order of version; None if they are too many."""
    if not buckets:
        return []
    found: list[Document] = []
    size = 0
    with closing(live_documents(connection, scope)) as held:
        for key, version, body in held:
            if digest.bucket_of(key) in buckets:
                size += len(body)
                found.append(Document(key, version, msgspec.Raw(body)))
                if len(found) > REPAIR_DOCUMENTS_MAX or size > REPAIR_BYTES_MAX:
                    return None
    return found


def live_documents(
    connection: sa.Connection, scope: ScopeName
) -> Generator[tuple[str, int, bytes], None, None]:
    """Key, version and body of what a scope holds, in order of version; never all at once."""
    wanted = (
        sa.select(DOCUMENT.c.key, DOCUMENT.c.version, DOCUMENT.c.body)
        .where(
            DOCUMENT.c.site == scope.site,
            DOCUMENT.c.scope == scope.text,
            DOCUMENT.c.body.is_not(None),
        )
        .order_by(DOCUMENT.c.version, DOCUMENT.c.key)
    )
    options = {"yield_per": ROWS_AT_ONCE}
    with connection.execute(wanted, execution_options=options) as rows:
        for key, version, body in rows:
            yield key, version, bytes(body)
