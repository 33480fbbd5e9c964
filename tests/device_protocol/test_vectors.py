"""The golden vectors: a client in any language proves itself with them, and so does this one."""

import base64
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from device_protocol import (
    chain,
    codec,
    digest,
    keys,
    messages,
    personal,
    problems,
    scan,
    signatures,
)
from device_protocol.codec import BatchError, Undecodable
from device_protocol.kinds import OPERATIONS
from device_protocol.operations import Operation
from device_protocol.version import LIMITS

FOLDER = Path(__file__).parents[2] / "fixtures" / "protocol"


def vectors(name: str, version: int = 1) -> dict[str, Any]:
    """Read one file of vectors."""
    text = (FOLDER / f"v{version}" / f"{name}.json").read_text(encoding="utf-8")
    read: dict[str, Any] = json.loads(text)
    return read


STREAMS = [vectors("stream"), vectors("stream", 2), vectors("stream", 3)]
LINES = [vector for stream in STREAMS for vector in stream["lines"]]
BAD_LINES = vectors("bad_lines")
BATCHES = vectors("batches")
PUBLIC = keys.read(BATCHES["public_key"])
MESSAGES = [*vectors("messages")["messages"], *vectors("messages", 2)["messages"]]
SIGNED = vectors("signatures", 2)
BUCKETS = vectors("buckets", 2)
ATTACHMENTS = vectors("attachments", 2)


@pytest.mark.parametrize("stream", STREAMS, ids=["v1", "v2", "v3"])
def test_stream_starts_where_it_should(stream: dict[str, Any]) -> None:
    nonce = bytes.fromhex(stream["nonce"])
    assert chain.start(stream["device"], stream["epoch"], nonce).hex() == stream["start"]


@pytest.mark.parametrize("stream", STREAMS, ids=["v1", "v2", "v3"])
def test_stream_hashes_and_ids(stream: dict[str, Any]) -> None:
    lines = [vector["line"].encode() for vector in stream["lines"]]
    hashes = chain.walk(bytes.fromhex(stream["start"]), 1, lines)
    assert [each.hex() for each in hashes] == [vector["hash"] for vector in stream["lines"]]
    ids = [chain.operation_id(each) for each in hashes]
    assert ids == [vector["id"] for vector in stream["lines"]]


def test_every_kind_of_operation_is_in_the_stream() -> None:
    kinds = {vector["operation"]["kind"] for vector in LINES}
    assert kinds == {kind.__struct_config__.tag for kind in OPERATIONS}


@pytest.mark.parametrize("vector", LINES)
def test_line_says_its_operation_and_is_said_so(vector: dict[str, Any]) -> None:
    operation = codec.decode_line(vector["line"].encode())
    assert isinstance(operation, Operation)
    assert json.loads(msgspec.json.encode(operation)) == vector["operation"]
    assert codec.encode_line(operation) == vector["line"].encode()


@pytest.mark.parametrize("vector", BAD_LINES["bad"])
def test_bad_line_is_parked(vector: dict[str, str]) -> None:
    decoded = codec.decode_line(base64.b64decode(vector["line"]))
    assert isinstance(decoded, Undecodable)
    assert decoded.code == vector["code"]


@pytest.mark.parametrize("vector", BAD_LINES["odd_but_good"])
def test_odd_line_is_good(vector: dict[str, str]) -> None:
    assert isinstance(codec.decode_line(vector["line"].encode()), Operation)


@pytest.mark.parametrize("vector", BATCHES["good"], ids=lambda v: v["about"])
def test_good_batch_is_read_and_is_written_so(vector: dict[str, Any]) -> None:
    body = base64.b64decode(vector["body"])
    batch = codec.split_batch(body, LIMITS)
    codec.check_batch(batch, PUBLIC)
    said = {name: vector[name] for name in ("device", "epoch", "first", "head", "signature")}
    assert {name: getattr(batch.header, name) for name in said} == said
    assert len(batch.lines) == vector["lines"]
    header = batch.header
    again = codec.encode_batch(
        header.device,
        header.epoch,
        header.first,
        bytes.fromhex(header.prev),
        batch.lines,
        private=keys.read(BATCHES["private_key"]),
    )
    assert again == body


@pytest.mark.parametrize("vector", BATCHES["bad"], ids=lambda v: v["about"])
def test_bad_batch_is_refused(vector: dict[str, str]) -> None:
    with pytest.raises(BatchError) as caught:
        codec.check_batch(codec.split_batch(base64.b64decode(vector["body"]), LIMITS), PUBLIC)
    assert caught.value.code == vector["code"]


def test_signatures() -> None:
    vector = vectors("signatures")
    private = keys.read(vector["private_key"])
    assert keys.write(keys.public_key(private)) == vector["public_key"]
    call, epoch = vector["call"], vector["epoch"]
    header = signatures.call_header(
        call["device"], private, call["method"], call["path"], call["body"].encode()
    )
    assert header == call["header"]
    covered = signatures.epoch_bytes(epoch["device"], epoch["attempt"], epoch["reason"])
    assert keys.write(keys.sign(private, covered)) == epoch["signature"]


def test_digests() -> None:
    total = 0
    for vector in vectors("digests")["documents"]:
        hashed = digest.document_hash(
            vector["scope"], vector["key"], vector["version"], vector["body"].encode()
        )
        total = digest.add(total, hashed)
        assert digest.encode_sum(hashed) == vector["hash"]
        assert digest.encode_sum(total) == vector["sum"]


@pytest.mark.parametrize("vector", vectors("scans")["scans"])
def test_scans(vector: dict[str, Any]) -> None:
    read = scan.parse(vector["text"], vector["symbology"])
    assert msgspec.to_builtins(read) == vector["says"]


@pytest.mark.parametrize("vector", MESSAGES)
def test_messages_are_read_and_are_written_so(vector: dict[str, str]) -> None:
    kind = getattr(messages, vector["message"])
    message = msgspec.json.decode(vector["bytes"].encode(), type=kind)
    assert msgspec.json.encode(message) == vector["bytes"].encode()


def test_every_message_has_a_vector_with_every_field() -> None:
    told = vectors("messages", 2)["messages"]
    fields = {vector["message"]: set(json.loads(vector["bytes"])) for vector in told}
    # Of these fields one says what the other does not; an outcome and a push say both.
    elsewhere = {
        "Outcome": {"expected", "grant"},
        "ScanRequest": {"begin", "key", "quantity"},
    }
    for kind in messages.MESSAGES:
        if kind is not problems.Problem:
            missing = set(kind.__struct_fields__) - fields[kind.__name__]
            assert missing == elsewhere.get(kind.__name__, set()), kind


def test_problem() -> None:
    body = vectors("messages")["problem"].encode()
    problem = problems.decode_problem(body, 409)
    assert (problem.code, problem.extras["next"]) == ("sync.gap", 4)
    assert problems.encode_problem(problem) == body


@pytest.mark.parametrize("vector", vectors("messages", 2)["problems"], ids=lambda v: v["code"])
def test_problems_are_read_and_are_written_so(vector: dict[str, Any]) -> None:
    problem = problems.decode_problem(vector["bytes"].encode(), vector["status"])
    assert problem.code == vector["code"]
    assert problems.encode_problem(problem) == vector["bytes"].encode()


@pytest.mark.parametrize("vector", SIGNED["good"], ids=lambda v: v["about"])
def test_signed_texts(vector: dict[str, str]) -> None:
    text, private = vector["text"].encode(), keys.read(SIGNED["private_key"])
    assert keys.write(keys.sign(private, text)) == vector["signature"]
    assert keys.verify(keys.read(SIGNED["public_key"]), text, keys.read(vector["signature"]))


@pytest.mark.parametrize("vector", SIGNED["bad"], ids=lambda v: v["about"])
def test_signatures_of_another_text_or_key(vector: dict[str, str]) -> None:
    public = keys.read(SIGNED["public_key"])
    assert not keys.verify(public, vector["text"].encode(), keys.read(vector["signature"]))


def test_signature_header_of_a_call() -> None:
    said = SIGNED["header"]
    private, body = keys.read(SIGNED["private_key"]), said["body"].encode()
    device = json.loads(body)["device"]
    value = signatures.call_header(device, private, said["method"], said["target"], body)
    assert value == said["value"]
    assert signatures.read_call_header(value) is not None


def test_proof_of_the_next_key() -> None:
    said, public = SIGNED["rotate"], keys.read(SIGNED["next_public_key"])
    assert signatures.rotate_bytes(1_000_001, SIGNED["next_public_key"]) == said["text"].encode()
    assert keys.verify(public, said["text"].encode(), keys.read(said["proof"]))


def test_buckets() -> None:
    sums = [0] * digest.BUCKETS
    for vector in BUCKETS["documents"]:
        key, version, body = vector["key"], vector["version"], vector["body"].encode()
        hashed = digest.document_hash(BUCKETS["scope"], key, version, body)
        assert (digest.bucket_of(key), digest.encode_sum(hashed)) == (
            vector["bucket"],
            vector["hash"],
        )
        sums[vector["bucket"]] = digest.add(sums[vector["bucket"]], hashed)
    assert "".join(digest.encode_sum(each) for each in sums) == BUCKETS["buckets"]
    assert digest.encode_sum(sum(sums) % digest.MODULUS) == BUCKETS["sum"]
    assert len(BUCKETS["documents"]) == BUCKETS["count"]


def test_a_damaged_document_is_found_in_its_bucket() -> None:
    damaged = BUCKETS["damaged"]
    mine, theirs = _cut(damaged["buckets"]), _cut(BUCKETS["buckets"])
    differ = [
        place for place, pair in enumerate(zip(mine, theirs, strict=True)) if len(set(pair)) > 1
    ]
    assert differ == damaged["differ"] == [digest.bucket_of(damaged["key"])]


@pytest.mark.parametrize("vector", ATTACHMENTS["good"], ids=lambda v: v["about"])
def test_attachments_are_named_by_salt_and_content(vector: dict[str, str]) -> None:
    content = base64.b64decode(vector["content"])
    assert personal.hash_of(bytes.fromhex(vector["salt"]), content) == vector["hash"]


@pytest.mark.parametrize("vector", ATTACHMENTS["bad"], ids=lambda v: v["about"])
def test_attachments_of_another_content_have_another_name(vector: dict[str, str]) -> None:
    content = base64.b64decode(vector["content"])
    assert personal.hash_of(bytes.fromhex(vector["salt"]), content) != vector["hash"]


def _cut(sums: str) -> list[str]:
    return [sums[place : place + 32] for place in range(0, len(sums), 32)]
