"""Packing of answers."""

from io import BytesIO

import zstandard

from server.api.packing import PACKING, ZstdFacade


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
