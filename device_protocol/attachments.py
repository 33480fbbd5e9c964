"""Attachments on the device: a picture or signature stands apart from the line that names it.

1. The content is kept durably before the line that names it by salted hash
   (`Operation.attachments`) is written, and stays until the server has said that all of it came and
   was right.
2. It is sent in pieces, from where the server says that it stands; a piece that was lost or came
   twice does no harm, and content and line may arrive in any order.
3. What the server won't have for good (it is no picture, say) is set aside with the reason and
   stays on the device: evidence is not thrown away because somebody disagreed.
"""

from collections.abc import Callable
from urllib.parse import urlencode

import msgspec
from msgspec.structs import replace

from device_protocol.keys import Randomness
from device_protocol.messages import ATTACHMENTS_PATH, AttachmentAnswer, Limits
from device_protocol.personal import SALT_BYTES, hash_of
from device_protocol.problems import Problem
from device_protocol.store import Store
from device_protocol.version import LIMITS

MEDIA_TYPES = ("image/jpeg", "image/png", "image/webp", "application/pdf")
"""What an attachment may be; a drawing as SVG may hold programs and is none of them."""

_INDEX = "attachments"
_CONTENT = "attachment/"
_FOR_GOOD = frozenset({413, 422})
"""Statuses that sending the same again does not change; anything else may pass."""

Call = Callable[[str, str, bytes], "AttachmentAnswer | Problem"]
"""Makes one signed call, (method, request target, body), and returns the answer or the problem."""


class HeldAttachment(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is known of an attachment besides its content."""

    hash: str
    """How a line names it: SHA-256 over salt and content, hexadecimal."""
    salt: str
    size: int
    media_type: str
    refused: str = ""
    """Code of the problem for which the server won't have it."""

    def target(self, offset: int) -> str:
        """Return the request target that appends a piece at an offset."""
        asked = {"offset": offset, "size": self.size, "salt": self.salt, "type": self.media_type}
        return f"{ATTACHMENTS_PATH}/{self.hash}?{urlencode(asked)}"


class AttachmentBox:
    """The attachments that the server does not have yet."""

    def __init__(self, store: Store, randomness: Randomness) -> None:
        """Go on where the store left it."""
        self._store = store
        self._randomness = randomness

    def keep(self, content: bytes, media_type: str) -> str:
        """Keep content durably and return the hash by which a line names it."""
        if media_type not in MEDIA_TYPES:
            message = f"{media_type} is no attachment: one of {', '.join(MEDIA_TYPES)}"
            raise ValueError(message)
        if not 0 < len(content) <= LIMITS.attachment_bytes:
            message = f"an attachment has 1 to {LIMITS.attachment_bytes:,} bytes"
            raise ValueError(message)
        salt = self._randomness(SALT_BYTES)
        held = HeldAttachment(hash_of(salt, content), salt.hex(), len(content), media_type)
        with self._store.transaction():
            self._store.set_note(_CONTENT + held.hash, content)
            self._write([*self.held(), held])
        return held.hash

    def held(self) -> list[HeldAttachment]:
        """Return everything that is kept, oldest first."""
        note = self._store.note(_INDEX)
        return [] if note is None else msgspec.json.decode(note, type=list[HeldAttachment])

    def pending(self) -> list[HeldAttachment]:
        """Return what is still to be sent, oldest first."""
        return [held for held in self.held() if not held.refused]

    def content(self, held: HeldAttachment) -> bytes:
        """Return the content of something that is kept."""
        return self._store.note(_CONTENT + held.hash) or b""

    def sent(self, held: HeldAttachment) -> None:
        """Forget an attachment that the server has whole."""
        with self._store.transaction():
            self._store.set_note(_CONTENT + held.hash, None)
            self._write([other for other in self.held() if other.hash != held.hash])

    def set_aside(self, held: HeldAttachment, code: str) -> None:
        """Send an attachment no more, because the server won't have it; it stays kept."""
        refused = replace(held, refused=code)
        self._write([refused if other.hash == held.hash else other for other in self.held()])

    def _write(self, attachments: list[HeldAttachment]) -> None:
        self._store.set_note(_INDEX, msgspec.json.encode(attachments) if attachments else None)


def send_pending(box: AttachmentBox, call: Call, limits: Limits) -> int:
    """Send what is pending, as far as the server takes it now, and return how many it has whole.

    A problem that may pass ends it until the next time; nothing is tried twice in a row here.
    """
    count = 0
    for held in box.pending():
        outcome = _send(box, held, call, limits)
        if outcome is None:
            box.sent(held)
            count += 1
        elif outcome.status in _FOR_GOOD:
            box.set_aside(held, outcome.code or str(outcome.status))
        else:
            break
    return count


def _send(box: AttachmentBox, held: HeldAttachment, call: Call, limits: Limits) -> Problem | None:
    """Send one attachment from where the server stands; None once it has all of it."""
    content = box.content(held)
    answer = call("GET", f"{ATTACHMENTS_PATH}/{held.hash}", b"")
    others = isinstance(answer, AttachmentAnswer) and answer.have > 0
    # Each piece advances; where one does not, for example because another device sends the same
    # content, the server's word counts, a bounded number of times.
    for _ in range(2 * (held.size // limits.chunk_bytes + 2)):
        have = answer.extras.get("have") if isinstance(answer, Problem) else None
        if isinstance(have, int):
            answer = AttachmentAnswer(held.hash, have)
        if isinstance(answer, Problem):
            # What came before may have been another's and wrong: the server then begins anew.
            return replace(answer, status=0) if others else answer
        if answer.complete:
            return None
        offset = max(0, min(answer.have, held.size))
        piece = content[offset : offset + limits.chunk_bytes]
        answer = call("PUT", held.target(offset), piece)
    return Problem(title="the server does not get on")
