"""Answers packed with zstd, for callers that accept it; others get gzip, or the plain answer."""

from io import BytesIO
from typing import Any

import zstandard
from litestar.config.compression import CompressionConfig
from litestar.middleware.compression.facade import CompressionFacade

LEVEL = 3


class ZstdFacade(CompressionFacade):
    """Packs one answer."""

    encoding = "zstd"

    def __init__(
        self, buffer: BytesIO, compression_encoding: str, config: CompressionConfig
    ) -> None:
        """Pack nothing yet: most answers are too small to be worth it."""
        self.buffer = buffer
        self.compression_encoding = compression_encoding
        self._config = config
        self._writer: Any = None

    def write(self, body: bytes | str) -> None:
        """Pack a part of the answer."""
        if self._writer is None:
            packer = zstandard.ZstdCompressor(level=LEVEL)
            self._writer = packer.stream_writer(self.buffer, closefd=False)
        self._writer.write(body.encode() if isinstance(body, str) else body)
        self._writer.flush()

    def close(self) -> None:
        """End what was packed."""
        if self._writer is not None:
            self._writer.close()


PACKING = CompressionConfig(
    backend="zstd", compression_facade=ZstdFacade, gzip_fallback=True, gzip_compress_level=5
)
