"""Packing of answers."""

import gzip
from io import BytesIO

import pytest
import zstandard
from litestar.testing import RequestFactory

from server.api.packing import PACKED_BYTES_MIN, PACKING, ZstdFacade, packed

LONG = b"[%b]" % b",".join([b'"much the same"'] * 100)


def test_parts_are_packed_in_one_frame() -> None:
    buffer = BytesIO()
    facade = ZstdFacade(buffer, "zstd", PACKING)

    facade.write(b"first ")
    facade.write("second")
    facade.close()

    unpacked = zstandard.ZstdDecompressor().decompressobj().decompress(buffer.getvalue())
    assert unpacked == b"first second"


def test_answer_too_small_to_pack_costs_nothing() -> None:
    buffer = BytesIO()

    ZstdFacade(buffer, "zstd", PACKING).close()

    assert buffer.getvalue() == b""


def unpacked(body: bytes, encoding: str | None) -> bytes:
    """What a caller makes of an answer."""
    if encoding == "zstd":
        return zstandard.ZstdDecompressor().decompress(body)
    return gzip.decompress(body) if encoding == "gzip" else body


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [("gzip, deflate, br, zstd", "zstd"), ("gzip", "gzip"), ("br", None), ("", None)],
)
def test_long_answer_is_packed_as_its_caller_accepts(accepted: str, encoding: str | None) -> None:
    request = RequestFactory().get(headers={"Accept-Encoding": accepted})

    answer = packed(request, LONG)

    assert answer.headers.get("Content-Encoding") == encoding
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert unpacked(answer.content, encoding) == LONG
    assert (len(answer.content) < len(LONG)) is (encoding is not None)


def test_short_answer_is_not_packed() -> None:
    request = RequestFactory().get(headers={"Accept-Encoding": "zstd, gzip"})
    short = b"x" * (PACKED_BYTES_MIN - 1)

    answer = packed(request, short)

    assert "Content-Encoding" not in answer.headers
    assert answer.content == short
