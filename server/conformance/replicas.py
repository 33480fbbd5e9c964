"""The documents of one scope as a scenario holds them, applied by the letter of SPEC.md."""

from typing import Any

import msgspec

from device_protocol import digest
from device_protocol.messages import Checkpoint, DigestAnswer, Document, Page


class Held:
    """One scope: documents, cursor, and whether the last checkpoint was equal."""

    def __init__(self, scope: str) -> None:
        """Hold nothing."""
        self.scope = scope
        self.documents: dict[str, tuple[int, bytes]] = {}
        self.cursor: dict[str, Any] | None = None
        self.is_equal = False

    def apply(self, page: Page, generation: int) -> None:
        """Apply a page."""
        if page.restart or self.cursor is None:
            self.documents.clear()
        for document in page.documents:
            self._put(document)
        point = page.checkpoint
        n, name = (page.cursor, "") if point is None else (point.n, point.hash)
        self.cursor = {"n": n, "generation": generation, "hash": name}
        self.is_equal = point is not None and self._equals(point)

    def repair(self, answer: DigestAnswer) -> None:
        """Put a digest's documents in place of the buckets that differ."""
        differing = set(answer.buckets)
        for key in [key for key in self.documents if digest.bucket_of(key) in differing]:
            del self.documents[key]
        self.apply(answer.page, answer.generation)

    def buckets(self) -> str:
        """Return the sums of the buckets."""
        sums = [0] * digest.BUCKETS
        for key, (version, body) in self.documents.items():
            place = digest.bucket_of(key)
            hashed = digest.document_hash(self.scope, key, version, body)
            sums[place] = digest.add(sums[place], hashed)
        return "".join(digest.encode_sum(each) for each in sums)

    def damage(self) -> str:
        """Change one document behind everybody's back; answer its key."""
        key = min(self.documents)
        version, _ = self.documents[key]
        self.documents[key] = (version, b'{"damaged":true}')
        return key

    def _put(self, document: Document) -> None:
        before = self.documents.get(document.key)
        if before is not None and before[0] >= document.version:
            return
        if document.body is msgspec.UNSET:
            self.documents.pop(document.key, None)
        else:
            self.documents[document.key] = (document.version, bytes(document.body))

    def _equals(self, point: Checkpoint) -> bool:
        total = 0
        for key, (version, body) in self.documents.items():
            total = digest.add(total, digest.document_hash(self.scope, key, version, body))
        return (len(self.documents), digest.encode_sum(total)) == (point.count, point.sum)
