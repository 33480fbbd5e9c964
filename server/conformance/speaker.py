"""A device that says exactly what a scenario wants, right or bent; it decides nothing by itself."""

import copy
from collections.abc import Callable
from typing import Any

import httpx
import msgspec

from device_protocol import chain, codec, keys, messages, signatures
from server.conformance.replicas import Held

CALLS = {
    "hello": messages.HELLO_PATH,
    "pull": messages.PULL_PATH,
    "digest": messages.DIGEST_PATH,
    "sign_in": messages.SIGN_IN_PATH,
    "personal": messages.PERSONAL_PATH,
    "rotate": messages.ROTATE_PATH,
}


class Speaker:
    """One identity with its lines, hashes and documents, all in memory."""

    def __init__(self, http: httpx.Client, randomness: Callable[[int], bytes]) -> None:
        """Be nobody yet."""
        self.http = http
        self.private = keys.generate(randomness)
        self.next_private = keys.generate(randomness)
        self.other_private = keys.generate(randomness)
        """Somebody else's, for forgeries."""
        self.code = ""
        self.device = self.epoch = 0
        self.lines: list[bytes] = []
        self.hashes: list[bytes] = []
        self.streams: dict[int, tuple[list[bytes], list[bytes]]] = {}
        self.token = self.grant = ""
        self.held: dict[str, Held] = {}

    def copied(self) -> "Speaker":
        """Return a clone that goes on alone."""
        clone = copy.copy(self)
        clone.lines, clone.hashes = list(self.lines), list(self.hashes)
        clone.streams = dict(self.streams)
        clone.held = copy.deepcopy(self.held)
        return clone

    def keyed(self, name: str) -> bytes:
        """Return the key that a step names."""
        named = {"": self.private, "next": self.next_private, "other": self.other_private}
        return named[name]

    def become(self, device: int, epoch: int, nonce: str) -> None:
        """Begin a stream."""
        if self.hashes:
            self.streams[self.epoch] = (self.lines, self.hashes)
        self.device, self.epoch = device, epoch
        self.lines = []
        self.hashes = [chain.start(device, epoch, bytes.fromhex(nonce))]

    def write(self, line: bytes) -> None:
        """Add a line."""
        self.lines.append(line)
        self.hashes.append(chain.step(self.hashes[-1], len(self.lines), line))

    def again(self, epoch: int, seq: int) -> bytes:
        """Return a line of an earlier epoch as it is offered again."""
        lines, hashes = self.streams[epoch]
        members = msgspec.json.decode(lines[seq - 1])
        origin = {"epoch": epoch, "seq": seq, "hash": hashes[seq].hex()}
        return msgspec.json.encode({"again": origin} | members)

    def batch(self, first: int, last: int, key: str = "") -> bytes:
        """Return the signed batch of some lines; `last` before `first` is a batch of none."""
        return codec.encode_batch(
            self.device,
            self.epoch,
            first,
            self.hashes[first - 1],
            self.lines[first - 1 : last],
            private=self.keyed(key),
        )

    def push(self, body: bytes, encoding: str = "") -> httpx.Response:
        """Send a body as a push."""
        headers = {"Content-Type": "application/x-ndjson"}
        if encoding:
            headers["Content-Encoding"] = encoding
        return self.http.post(messages.PUSH_PATH, content=body, headers=headers)

    def open(self, path: str, body: Any) -> httpx.Response:  # noqa: ANN401 - any JSON.
        """Make a call that is signed in its body or not at all."""
        return self.http.post(path, json=body)

    def say(self, call: str, body: Any, key: str = "", token: str | None = None) -> httpx.Response:  # noqa: ANN401
        """Make a call that is signed in its header."""
        return self.signed("POST", CALLS[call], msgspec.json.encode(body), key, token)

    def signed(
        self, method: str, target: str, body: bytes, key: str = "", token: str | None = None
    ) -> httpx.Response:
        """Make any signed call; key `none` leaves the signature out."""
        headers = {"Content-Type": "application/json"} if method == "POST" else {}
        if key != "none":
            value = signatures.call_header(self.device, self.keyed(key), method, target, body)
            headers[signatures.SIGNATURE_HEADER] = value
        bearer = self.token if token is None else token
        if bearer:
            headers["Authorization"] = f"Bearer {bearer}"
        return self.http.request(method, target, content=body, headers=headers)

    def hello(self) -> dict[str, Any]:
        """Return a hello as it should be."""
        return {
            "device": self.device,
            "epoch": self.epoch,
            "app": "totebook-conformance/1",
            "protocol_min": 1,
            "protocol_max": 2,
            "tail": {"seq": len(self.lines), "hash": self.hashes[-1].hex()},
            "cursors": self.cursors(),
        }

    def cursors(self) -> dict[str, Any]:
        """Return how far each scope was read."""
        return {scope: held.cursor for scope, held in self.held.items() if held.cursor}
