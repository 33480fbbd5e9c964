"""Makes the golden vectors of protocol 2; `python -m tests.spec.vectors` writes them.

Those of protocol 1 are older than this and were never made anew: they are what shipped.
"""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from device_protocol import digest, keys, messages, personal, problems, signatures, terminal
from device_protocol.version import LIMITS
from tests.spec.handled import stream_of
from tests.spec.stepped import PROTOCOL, terminal_messages

FOLDER = Path(__file__).parents[2] / "fixtures" / "protocol" / "v2"

DEVICE = 1_000_001
PRIVATE = bytes(range(32))
NEXT_PRIVATE = bytes(range(32, 64))
ATTEMPT = "00112233445566778899aabbccddeeff"
SALT = bytes(range(16))
SCOPE = "1/zone/2"
NONCE = bytes(range(16))
TIME = 1_291_190_400_000
HEAD = "e5d1fe64fdf4f1d04c108448289136fe1e2be01a9f6379cf2c62154f070a3f57"
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR42mNgAAAAAgAB5Sfe/AAAAABJRU5ErkJggg=="
)
"""The smallest picture: one black dot, as PNG."""

Documents = list[tuple[str, int, bytes]]
CURSORS = {SCOPE: messages.Cursor(9, 1, "ab" * 32)}
DOCUMENTS: Documents = [
    ("place/7", 3, b'{"id":7,"code":"A-01","kind":"bin","zone":2,"walk":1}'),
    ("place/8", 3, b'{"id":8,"code":"A-02","kind":"bin","zone":2,"walk":2}'),
    ("task/48001", 9, b'{"id":48001,"kind":"count","due":1291190400000,"place":"A-02"}'),
]


def attachment_hash(salt: bytes, content: bytes) -> str:
    """Return the name of an attachment: it is salted like any personal record."""
    return personal.hash_of(salt, content)


def all_messages() -> list[messages.Message | terminal.Body]:
    """Return one body of every kind, with every field set somewhere."""
    return [*stream_messages(), *feed_messages(), *other_messages()]


def stream_messages() -> list[messages.Message]:
    """Return the bodies by which lines go, from enrolling to what was granted."""
    lease = messages.Lease(771, 771, 3, 7_200_000)
    outcomes = (
        messages.Outcome("applied"),
        messages.Outcome("flagged", "negative", "2", "3", "a count is asked for"),
        messages.Outcome("applied", grant={"lease": msgspec.to_builtins(lease)}),
    )
    return [
        messages.EnrolRequest("K7QF-9M2P", _public(PRIVATE), "totebook-reference/1", "handheld 7"),
        messages.EnrolAnswer(DEVICE, 1, 1, NONCE.hex(), TIME),
        messages.EpochRequest(DEVICE, ATTEMPT, "gap", _epoch_signature(), 1, 41, 90),
        messages.EpochAnswer(2, "22" * 16),
        messages.HelloRequest(
            device=DEVICE,
            epoch=1,
            app="totebook-reference/1",
            protocol_min=1,
            protocol_max=PROTOCOL,
            tail=messages.Tail(25, HEAD),
            cursors=CURSORS,
            wall=TIME - 1_000,
            mono=81_230,
            boot=3,
            held=2,
            battery=71,
            uploads=1,
            alarms=1,
            problem="unreachable",
        ),
        messages.HelloAnswer(
            protocol=PROTOCOL,
            next=24,
            head=HEAD,
            durable=23,
            generation=1,
            limits=LIMITS,
            server_time=TIME,
            scopes=(SCOPE, f"1/device/{DEVICE}"),
            upgrade="advised",
            commands=("rotate_key",),
        ),
        messages.PushHeader(DEVICE, 1, 1, HEAD, HEAD, _push_signature(0)),
        messages.PushAnswer(
            next=4,
            head=HEAD,
            durable=3,
            commit=17,
            server_time=TIME,
            outcomes=tuple(msgspec.Raw(msgspec.json.encode(each)) for each in outcomes),
        ),
        messages.Outcome("refused", "held_by_other", "", "1000002", "choose another package"),
        messages.Grant(messages.NumberBlock(1, "4012345", 7, 1_000, 3), lease),
    ]


def feed_messages() -> list[messages.Message]:
    """Return the bodies by which documents come."""
    task = b'{"id":48001,"kind":"count"}'
    total = digest.document_hash(SCOPE, "task/48001", 11, task)
    page = messages.Page(
        SCOPE,
        12,
        (
            messages.Document("task/48001", 11, msgspec.Raw(task)),
            messages.Document("task/9", 12),
        ),
        restart=True,
        checkpoint=messages.Checkpoint(12, "cd" * 32, 1, digest.encode_sum(total)),
    )
    return [
        messages.PullRequest(DEVICE, CURSORS, 500, PROTOCOL),
        messages.PullAnswer(1, (page,), ("1/zone/3",), more=True),
        messages.DigestRequest(DEVICE, SCOPE, "".join(bucket_sums()), PROTOCOL),
        messages.DigestAnswer(
            1,
            messages.Page(
                SCOPE,
                12,
                (messages.Document("place/7", 3, msgspec.Raw(DOCUMENTS[0][2])),),
                checkpoint=messages.Checkpoint(12, "cd" * 32, 3, digest.encode_sum(_total())),
            ),
            (digest.bucket_of("place/7"),),
        ),
        messages.Hint(SCOPE, 12),
    ]


def other_messages() -> list[messages.Message | terminal.Body]:
    """Return the bodies of people, names, files and keys."""
    return [
        messages.SignInRequest(DEVICE, "P-017", "4711"),
        messages.SignInAnswer("token", 7, "12", TIME + 36_000_000),
        messages.PersonalRequest(DEVICE, SALT.hex(), "rings twice", "note"),
        messages.PersonalAnswer(attachment_hash(SALT, b"rings twice")),
        messages.RotateRequest(DEVICE, _public(NEXT_PRIVATE), _rotate_proof()),
        messages.RotateAnswer(_public(NEXT_PRIVATE)),
        messages.AttachmentAnswer(attachment_hash(SALT, PIXEL), len(PIXEL), complete=True),
        *terminal_messages(DEVICE),
    ]


def bucket_sums(documents: Documents | None = None) -> list[str]:
    """Return the 256 sums of some documents."""
    sums = [0] * digest.BUCKETS
    for key, version, body in DOCUMENTS if documents is None else documents:
        place = digest.bucket_of(key)
        sums[place] = digest.add(sums[place], digest.document_hash(SCOPE, key, version, body))
    return [digest.encode_sum(each) for each in sums]


def message_vectors() -> dict[str, Any]:
    """Return every body, and problems as they are written."""
    return {
        "about": "Bodies of the calls, byte for byte as this implementation writes them. A reader "
        "must take members in any order, leave those it does not know, and take absent ones as 0, "
        "empty, false or null.",
        "messages": [
            {"message": type(each).__name__, "bytes": msgspec.json.encode(each).decode()}
            for each in all_messages()
        ],
        "problems": [_problem(*each) for each in _PROBLEMS],
    }


_PROBLEMS: list[tuple[int, str, str, dict[str, Any]]] = [
    (409, "sync.gap", "Lines are missing before these", {"next": 4, "head": HEAD}),
    (409, "sync.fork", "The server holds another history", {"next": 4, "head": HEAD}),
    (409, "sync.epoch_closed", "There is no such epoch", {}),
    (400, "sync.hash_mismatch", "The batch came damaged", {}),
    (413, "sync.too_large", "Too large", {}),
    (401, "unauthorized", "Not signed", {}),
]


def _problem(status: int, code: str, title: str, extras: dict[str, Any]) -> dict[str, Any]:
    problem = problems.Problem(
        type=f"https://totebook.dev/errors#{code}",
        title=title,
        status=status,
        code=code,
        extras=extras,
    )
    return {"code": code, "status": status, "bytes": problems.encode_problem(problem).decode()}


def signature_vectors() -> dict[str, Any]:
    """Return what is signed, as text, and its signature; and signatures that are none."""
    target = f"/device/v1/attachments/{attachment_hash(SALT, PIXEL)}"
    query = f"{target}?offset=0&size={len(PIXEL)}&salt={SALT.hex()}&type=image/png"
    hello = f'{{"device":{DEVICE}}}'.encode()
    empty = signatures.push_bytes(DEVICE, 1, 1, 0, HEAD, HEAD)
    signed: list[tuple[str, bytes]] = [
        ("push of no lines", empty),
        ("epoch as protocol 1 asks", signatures.epoch_bytes(DEVICE, ATTEMPT, "fork")),
        (
            "epoch after 1, of which 41 to 90 are held",
            signatures.epoch_bytes(DEVICE, ATTEMPT, "gap", 41, 90, 1),
        ),
        ("hello", signatures.call_bytes("POST", messages.HELLO_PATH, hello)),
        ("an attachment's piece", signatures.call_bytes("PUT", query, PIXEL)),
        ("how much has arrived", signatures.call_bytes("GET", target, b"")),
        ("live", signatures.call_bytes("GET", messages.LIVE_PATH, b"")),
    ]
    rotate = signatures.rotate_bytes(DEVICE, _public(NEXT_PRIVATE))
    return {
        "about": "Ed25519: text that is signed, by which key, and the signature. `bad` are not "
        "this text's signature or are not written as one. `header` is the whole value of "
        "Totebook-Signature for a call.",
        "private_key": keys.write(PRIVATE),
        "public_key": _public(PRIVATE),
        "next_private_key": keys.write(NEXT_PRIVATE),
        "next_public_key": _public(NEXT_PRIVATE),
        "good": [
            {"about": about, "text": text.decode(), "signature": _sign(PRIVATE, text)}
            for about, text in signed
        ],
        "rotate": {"text": rotate.decode(), "proof": _sign(NEXT_PRIVATE, rotate)},
        "header": {
            "method": "POST",
            "target": messages.HELLO_PATH,
            "body": hello.decode(),
            "value": signatures.call_header(DEVICE, PRIVATE, "POST", messages.HELLO_PATH, hello),
        },
        "bad": [
            {"about": "the next key's", "text": empty.decode(), "signature": _rotate_proof()},
            {
                "about": "with padding",
                "text": empty.decode(),
                "signature": _push_signature(0) + "==",
            },
            {"about": "cut off", "text": empty.decode(), "signature": _push_signature(0)[:-4]},
            {"about": "of one line more", "text": empty.decode(), "signature": _push_signature(1)},
            {"about": "none", "text": empty.decode(), "signature": ""},
        ],
    }


def bucket_vectors() -> dict[str, Any]:
    """Return documents with hash and bucket, the sums of the buckets, and what differs."""
    changed = [*DOCUMENTS[1:], ("place/7", 3, b'{"id":7,"code":"A-0l"}')]
    mine, theirs = bucket_sums(changed), bucket_sums()
    return {
        "about": "Documents of one scope with hash and bucket; the sums of the buckets as a "
        "digest call carries them; a replica with a damaged document, and the buckets in which it "
        "differs.",
        "scope": SCOPE,
        "documents": [
            {
                "key": key,
                "version": version,
                "body": body.decode(),
                "bucket": digest.bucket_of(key),
                "hash": digest.encode_sum(digest.document_hash(SCOPE, key, version, body)),
            }
            for key, version, body in DOCUMENTS
        ],
        "count": len(DOCUMENTS),
        "sum": digest.encode_sum(_total()),
        "buckets": "".join(theirs),
        "damaged": {
            "key": "place/7",
            "body": changed[-1][2].decode(),
            "buckets": "".join(mine),
            "differ": [
                place
                for place, (one, other) in enumerate(zip(mine, theirs, strict=True))
                if one != other
            ],
        },
    }


def attachment_vectors() -> dict[str, Any]:
    """Return contents with salt and name, and contents that are not what they say."""
    name = attachment_hash(SALT, PIXEL)
    return {
        "about": "Attachments: content in base64, salt in hexadecimal, and the name by which a "
        "line refers to it. `bad` are uploads under this name that are refused.",
        "good": [
            {
                "about": "a picture of one dot",
                "content": base64.b64encode(PIXEL).decode(),
                "salt": SALT.hex(),
                "type": "image/png",
                "hash": name,
            },
            {
                "about": "a name, as a personal record",
                "content": base64.b64encode(b"A. Lovelace").decode(),
                "salt": SALT.hex(),
                "type": "",
                "hash": attachment_hash(SALT, b"A. Lovelace"),
            },
        ],
        "bad": [
            _bad_attachment("one byte changed", PIXEL[:-1] + b"\0", SALT, name),
            _bad_attachment("another salt", PIXEL, bytes(16), name),
            _bad_attachment("cut off", PIXEL[:-1], SALT, name),
            _bad_attachment("the hash without salt", PIXEL, b"", name),
        ],
    }


def _bad_attachment(about: str, content: bytes, salt: bytes, name: str) -> dict[str, str]:
    told = base64.b64encode(content).decode()
    return {"about": about, "content": told, "salt": salt.hex(), "hash": name}


def stream_vectors() -> dict[str, Any]:
    """Return lines of every kind that is new in protocol 2."""
    return stream_of(DEVICE, 1, NONCE)


FILES: dict[str, Callable[[], dict[str, Any]]] = {
    "stream": stream_vectors,
    "messages": message_vectors,
    "signatures": signature_vectors,
    "buckets": bucket_vectors,
    "attachments": attachment_vectors,
}
"""Each file and what makes it."""


def written(content: dict[str, Any]) -> str:
    """Return a file's text."""
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def main() -> None:
    """Write every file."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, make in FILES.items():
        (FOLDER / f"{name}.json").write_text(written(make()), encoding="utf-8")


def _total() -> int:
    total = 0
    for key, version, body in DOCUMENTS:
        total = digest.add(total, digest.document_hash(SCOPE, key, version, body))
    return total


def _public(private: bytes) -> str:
    return keys.write(keys.public_key(private))


def _sign(private: bytes, text: bytes) -> str:
    return keys.write(keys.sign(private, text))


def _epoch_signature() -> str:
    return _sign(PRIVATE, signatures.epoch_bytes(DEVICE, ATTEMPT, "gap", 41, 90, 1))


def _push_signature(count: int) -> str:
    return _sign(PRIVATE, signatures.push_bytes(DEVICE, 1, 1, count, HEAD, HEAD))


def _rotate_proof() -> str:
    return _sign(NEXT_PRIVATE, signatures.rotate_bytes(DEVICE, _public(NEXT_PRIVATE)))


if __name__ == "__main__":
    main()
