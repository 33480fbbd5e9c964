"""Lines, batches and packing: round trips, and everything that is wrong with what arrives."""

import gzip
import zlib

import msgspec
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from device_protocol import chain, codec, keys
from device_protocol.codec import BatchError, Undecodable
from device_protocol.handling import Assemble, Part, WorkStep
from device_protocol.messages import Limits
from device_protocol.operations import Count, CountLine, Move, Operation, Receive
from tests.device_protocol.doubles import DEVICE, NONCE, seeded
from tests.device_protocol.strategies import operations

PRIVATE = keys.generate(seeded())
PUBLIC = keys.public_key(PRIVATE)
START = chain.start(DEVICE, 1, NONCE)
LIMITS = Limits(line_bytes=65_536, batch_operations=3, push_bytes=4_096, unpacked_bytes=8_192)
LINES = [b'{"kind":"bind","unit":"T1","shipment":1}', b"not an operation", b""]
BATCH = codec.encode_batch(DEVICE, 1, 1, START, LINES, private=PRIVATE)


@given(operations())
@settings(deadline=None, max_examples=400)
@pytest.mark.spec("DP-VER-3")
def test_every_operation_survives_the_line(operation: Operation) -> None:
    line = msgspec.json.encode(operation)
    assert b"\n" not in line
    assert codec.decode_line(line) == operation


def test_encoded_line_leaves_defaults_out() -> None:
    line = codec.encode_line(Receive(quantity=1, to="DOCK-1"))
    assert line == b'{"kind":"receive","quantity":1,"to":"DOCK-1"}'


@pytest.mark.spec("DP-STREAM-3")
def test_device_writes_no_line_above_8_kib() -> None:
    long = Receive(quantity=1, to="x" * 8_200)
    with pytest.raises(codec.LineTooLongError, match="at most 8192"):
        codec.encode_line(long)


@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode()))
@settings(deadline=None, max_examples=400)
def test_decoding_any_bytes_never_raises(line: bytes) -> None:
    assert isinstance(codec.decode_line(line), Undecodable)


@given(operations(), st.integers(min_value=0), st.binary(min_size=1, max_size=3))
@settings(deadline=None, max_examples=400)
def test_decoding_a_damaged_line_never_raises(
    operation: Operation, place: int, damage: bytes
) -> None:
    line = msgspec.json.encode(operation)
    place %= len(line)
    decoded = codec.decode_line(line[:place] + damage + line[place + 1 :])
    assert isinstance(decoded, Operation | Undecodable)


@pytest.mark.parametrize("quantity", [1, 1_000_000])
def test_possible_quantities(quantity: int) -> None:
    move = Move(quantity=quantity, source="A", to="B")
    assert codec.decode_line(codec.encode_line(move)) == move


@pytest.mark.parametrize("quantity", ["0", "-1", "1000001", "1.5", '"3"', "null", "true", "1e3"])
def test_impossible_quantities(quantity: str) -> None:
    line = f'{{"kind":"move","source":"A","to":"B","quantity":{quantity}}}'.encode()
    decoded = codec.decode_line(line)
    assert isinstance(decoded, Undecodable)
    assert decoded.code == "impossible_quantity"


def test_counted_quantities_may_be_zero_but_not_less() -> None:
    zero = Count(place="A", lines=(CountLine(quantity=0),))
    assert codec.decode_line(codec.encode_line(zero)) == zero
    less = Count(place="A", lines=(CountLine(quantity=3), CountLine(quantity=-1)))
    assert codec.decode_line(codec.encode_line(less)) == Undecodable("impossible_quantity", "-1")


def test_parts_and_steps_are_at_least_one() -> None:
    one = Assemble(quantity=1, at="B", parts=(Part(quantity=1),))
    assert codec.decode_line(codec.encode_line(one)) == one
    none = Assemble(quantity=1, at="B", parts=(Part(quantity=2), Part(quantity=0)))
    assert codec.decode_line(codec.encode_line(none)) == Undecodable("impossible_quantity", "0")
    never = WorkStep(step="gift_wrap", quantity=0)
    assert codec.decode_line(codec.encode_line(never)) == Undecodable("impossible_quantity", "0")
    half = b'{"kind":"assemble","quantity":1,"at":"B","parts":[{"quantity":0.5}]}'
    assert codec.decode_line(half) == Undecodable("impossible_quantity", "0.5")


@pytest.mark.parametrize(
    ("line", "code", "detail"),
    [
        (b"[]", "undecodable", "not an object with a kind"),
        (b'{"kind":7}', "undecodable", "not an object with a kind"),
        (b'{"kind":"teleport"}', "unknown_kind", "teleport"),
        (b'{"kind":"undo","seq":1,"version":2}', "unknown_version", "2"),
        (b'{"kind":"undo","version":2}', "unknown_version", "2"),
        (b'{"kind":"undo","seq":1,"version":"a"}', "undecodable", "Expected `int`, got `str`"),
        (b'{"kind":"undo"}', "undecodable", "missing required field `seq`"),
        (b'{"kind":"undo","seq":9007199254740992}', "undecodable", "beyond 2^53 - 1"),
        (b'{"kind":"undo","seq":1,"x":[-9007199254740992]}', "undecodable", "beyond 2^53 - 1"),
        (b'{"kind":"undo","seq":1,"reason":"a\\u0000"}', "undecodable", "NUL"),
        (b'{"kind":"undo","seq":1,"x":"\xff"}', "undecodable", "can't decode byte 0xff"),
        (b'{"kind":"undo","seq":1,"reason":"\\ud800"}', "undecodable", ""),
        (b'{"kind":"move","source":"A","to":"B"}', "undecodable", "field `quantity`"),
        (b'{"kind":"move","source":"A","quantity":3}', "undecodable", "field `to`"),
        (b'{"kind":"count","place":"A","lines":[7]}', "undecodable", "Expected `object`"),
        (b'{"kind":"count","place":"A","lines":7}', "undecodable", "Expected `array`"),
        (b'{"kind":"count","place":"A","lines":[{"quantity":-1.5}]}', "impossible_quantity", "-1"),
        (b'{"kind":"undo","seq":1,"x":' + b"[" * 20_000, "undecodable", "recursion"),
    ],
)
@pytest.mark.spec("DP-BYTES-3")
def test_what_a_line_does_not_say(line: bytes, code: str, detail: str) -> None:
    decoded = codec.decode_line(line)
    assert isinstance(decoded, Undecodable)
    assert decoded.code == code
    assert detail in decoded.detail


def test_long_digits_in_texts_are_no_large_numbers() -> None:
    receive = Receive(quantity=1, to="a:9007199254740992,9007199254740993", lot="a\\u0000")
    assert codec.decode_line(codec.encode_line(receive)) == receive


def test_line_beyond_64_kib_is_not_even_read() -> None:
    decoded = codec.decode_line(b" " * 65_537)
    assert decoded == Undecodable("too_long", "65537 bytes; the longest line is 65536")


def test_details_of_hostile_lines_stay_short() -> None:
    decoded = codec.decode_line(b'{"kind":"' + b"x" * 5_000 + b'"}')
    assert isinstance(decoded, Undecodable)
    assert len(decoded.detail) == 200


@pytest.mark.spec("DP-STREAM-1")
def test_batch_round_trip_keeps_every_byte() -> None:
    batch = codec.split_batch(BATCH, LIMITS)
    assert batch.lines == LINES
    assert (batch.header.device, batch.header.epoch, batch.header.first) == (DEVICE, 1, 1)
    assert codec.check_batch(batch, PUBLIC) == chain.walk(START, 1, LINES)


def test_batch_without_lines_ends_where_it_starts() -> None:
    batch = codec.split_batch(codec.encode_batch(DEVICE, 1, 4, START, [], private=PRIVATE), LIMITS)
    assert batch.header.head == batch.header.prev
    assert codec.check_batch(batch, PUBLIC) == []


@given(st.lists(st.binary(max_size=40).filter(lambda line: b"\n" not in line), max_size=6))
@settings(deadline=None, max_examples=50)
def test_any_lines_make_a_batch(lines: list[bytes]) -> None:
    limits = msgspec.structs.replace(LIMITS, batch_operations=6)
    batch = codec.split_batch(
        codec.encode_batch(DEVICE, 1, 9, START, lines, private=PRIVATE), limits
    )
    assert codec.check_batch(batch, PUBLIC) == chain.walk(START, 9, lines)


@given(st.integers(min_value=0, max_value=len(BATCH) - 1))
@settings(deadline=None, max_examples=100)
@pytest.mark.spec("DP-PUSH-5")
def test_truncated_batch_is_damaged_never_forged(length: int) -> None:
    with pytest.raises(BatchError) as caught:
        codec.check_batch(codec.split_batch(BATCH[:length], LIMITS), PUBLIC)
    assert caught.value.code in {"sync.malformed_batch", "sync.hash_mismatch"}


def _header(**changes: object) -> bytes:
    header = {
        "device": DEVICE,
        "epoch": 1,
        "first": 1,
        "prev": "0" * 64,
        "head": "0" * 64,
        "signature": "",
    }
    return msgspec.json.encode(header | changes) + b"\n"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "sync.malformed_batch"),
        (b"\n", "sync.malformed_batch"),
        (b"{}\n", "sync.malformed_batch"),
        (b"\xff\n", "sync.malformed_batch"),
        (b"[" * 900 + b"\n", "sync.malformed_batch"),
        (_header(signature="x" * 1_024), "sync.malformed_batch"),
        (_header(device=0), "sync.malformed_batch"),
        (_header(first=2**53), "sync.malformed_batch"),
        (_header(prev="A" * 64), "sync.malformed_batch"),
        (_header(head="0" * 63), "sync.malformed_batch"),
        (_header() + b"\n" * 4, "sync.too_large"),
        (_header() + b"x" * 8_192 + b"\n", "sync.too_large"),
    ],
)
def test_what_is_no_batch(body: bytes, code: str) -> None:
    with pytest.raises(BatchError) as caught:
        codec.split_batch(body, LIMITS)
    assert caught.value.code == code


def test_single_line_that_is_too_long_stays_in_the_batch() -> None:
    limits = msgspec.structs.replace(LIMITS, unpacked_bytes=100_000)
    assert codec.split_batch(_header() + b"x" * 70_000 + b"\n", limits).lines == [b"x" * 70_000]


def test_other_lines_under_the_same_header_are_damaged() -> None:
    batch = codec.split_batch(BATCH.replace(b"T1", b"T2"), LIMITS)
    with pytest.raises(BatchError, match="hash_mismatch: the lines do not lead"):
        codec.check_batch(batch, PUBLIC)


def test_another_devices_signature_is_refused() -> None:
    batch = codec.split_batch(BATCH, LIMITS)
    with pytest.raises(BatchError, match="bad_signature") as caught:
        codec.check_batch(batch, keys.public_key(bytes(32)))
    assert caught.value.code == "sync.bad_signature"


@pytest.mark.parametrize("encoding", ["zstd", "gzip", "", "identity"])
def test_packing_round_trip(encoding: str) -> None:
    packed = codec.pack(BATCH, encoding) if encoding in codec.ENCODINGS else BATCH
    assert codec.unpack(packed, encoding, len(packed), len(BATCH)) == BATCH


def test_zstd_without_a_declared_size_is_read() -> None:
    packer = zstandard.ZstdCompressor().compressobj()
    packed = packer.compress(BATCH) + packer.flush()
    assert codec.unpack(packed, "zstd", 4_096, len(BATCH)) == BATCH


def _streamed(body: bytes) -> bytes:
    packer = zstandard.ZstdCompressor().compressobj()
    return packer.compress(body) + packer.flush()


@pytest.mark.parametrize(
    ("packed", "encoding"),
    [
        (zstandard.ZstdCompressor().compress(bytes(100_000_000)), "zstd"),
        (_streamed(bytes(10_000_000)), "zstd"),
        (gzip.compress(bytes(10_000_000)), "gzip"),
        (bytes(8_193), ""),
        (bytes(100_001), "gzip"),
    ],
)
@pytest.mark.spec("DP-CALL-3")
def test_bombs_and_large_bodies_are_too_large(packed: bytes, encoding: str) -> None:
    with pytest.raises(BatchError) as caught:
        codec.unpack(packed, encoding, 100_000, 8_192)
    assert caught.value.code == "sync.too_large"


@pytest.mark.parametrize(
    ("packed", "encoding"),
    [
        (b"", "zstd"),
        (b"garbage", "zstd"),
        (codec.pack(BATCH, "zstd")[:-9], "zstd"),
        (_streamed(BATCH)[:-9], "zstd"),
        (_streamed(BATCH)[:20] + bytes(50), "zstd"),
        (b"", "gzip"),
        (b"garbage", "gzip"),
        (codec.pack(BATCH, "gzip")[:-9], "gzip"),
        (codec.pack(BATCH, "gzip") + b"more", "gzip"),
        (zlib.compress(BATCH), "gzip"),
        (BATCH, "br"),
    ],
)
def test_damaged_packing_is_malformed(packed: bytes, encoding: str) -> None:
    with pytest.raises(BatchError) as caught:
        codec.unpack(packed, encoding, 100_000, 8_192)
    assert caught.value.code == "sync.malformed_batch"


def test_packing_in_another_way_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="unknown encoding 'br'"):
        codec.pack(BATCH, "br")
