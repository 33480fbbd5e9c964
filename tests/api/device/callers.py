"""A device as a test needs it: calls that are right, and calls bent on purpose."""

from typing import Any

import httpx
import msgspec
from litestar.testing import TestClient

from device_protocol import chain, codec, keys, messages, signatures
from device_protocol.operations import Operation
from tests.api.warehouse import PIN, SITE, Warehouse
from tests.device_protocol.doubles import seeded


class Caller:
    """Enrolled over HTTP; its stream is kept here as lines."""

    def __init__(self, warehouse: Warehouse, client: TestClient[Any], role: str = "floor") -> None:
        """Enrol."""
        self.warehouse = warehouse
        self.client = client
        self.private = keys.generate(seeded(warehouse.codes + 10))
        code = warehouse.invite(role)
        request = messages.EnrolRequest(code, keys.write(keys.public_key(self.private)), "test/1")
        answer = client.post(messages.ENROL_PATH, content=msgspec.json.encode(request))
        self.enrolled = msgspec.json.decode(answer.content, type=messages.EnrolAnswer)
        self.device = self.enrolled.device
        self.epoch = self.enrolled.epoch
        nonce = bytes.fromhex(self.enrolled.nonce)
        self.hashes = [chain.start(self.device, self.epoch, nonce)]
        self.lines: list[bytes] = []
        self.token = ""

    def write(self, *operations: Operation | bytes) -> None:
        """Add lines to the stream."""
        for each in operations:
            line = each if isinstance(each, bytes) else codec.encode_line(each)
            self.lines.append(line)
            self.hashes.append(chain.step(self.hashes[-1], len(self.lines), line))

    def body(self, first: int, last: int) -> bytes:
        """The signed batch of some lines."""
        prev = self.hashes[first - 1]
        lines = self.lines[first - 1 : last]
        return codec.encode_batch(self.device, self.epoch, first, prev, lines, private=self.private)

    def push(self, first: int = 1, last: int | None = None) -> httpx.Response:
        """Send lines."""
        return self.send(self.body(first, last or len(self.lines)))

    def send(self, body: bytes, encoding: str = "") -> httpx.Response:
        """Send a body as a push."""
        headers = {"Content-Encoding": encoding} if encoding else {}
        return self.client.post(messages.PUSH_PATH, content=body, headers=headers)

    def call(
        self,
        path: str,
        message: Any,  # noqa: ANN401 - a message or what is none.
        *,
        private: bytes = b"",
        token: str | None = None,
        device: int | None = None,
    ) -> httpx.Response:
        """Make a signed call; `private`, `token` and `device` may be somebody else's."""
        body = msgspec.json.encode(message)
        signature = signatures.call_header(
            device or self.device, private or self.private, "POST", path, body
        )
        headers = {signatures.SIGNATURE_HEADER: signature}
        bearer = self.token if token is None else token
        if bearer:
            headers["Authorization"] = f"Bearer {bearer}"
        return self.client.post(path, content=body, headers=headers)

    def hello(self) -> messages.HelloRequest:
        """A hello as it should be."""
        tail = messages.Tail(len(self.lines), self.hashes[-1].hex())
        return messages.HelloRequest(self.device, self.epoch, "test/1", 1, 1, tail)

    def sign_in(self, person: str = "operator", pin: str = PIN) -> httpx.Response:
        """Sign a person in and keep the session."""
        request = messages.SignInRequest(self.device, person, pin)
        answer = self.call(messages.SIGN_IN_PATH, request, token="")
        if answer.is_success:
            self.token = answer.json()["token"]
        return answer

    def own_scope(self) -> str:
        """The scope of the device itself."""
        return f"{SITE}/device/{self.device}"


def problem(answer: httpx.Response) -> tuple[int, str]:
    """Status and code of an error, whose shape must be that of a problem."""
    assert answer.headers["Content-Type"] == "application/problem+json", answer.text
    told = answer.json()
    assert told["status"] == answer.status_code
    assert told["type"].endswith(f"#{told['code']}")
    assert told["title"]
    assert told["detail"]
    return answer.status_code, told["code"]
