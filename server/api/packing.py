"""Answers packed with zstd, for callers that accept it; others get gzip, or the plain answer.

Most answers are small and packed as they are sent, in the one thread that serves all calls. A
handler of long ones packs in its own thread (`packed`) and says so by the option `PACKS`.
"""

import gzip
from io import BytesIO
from typing import Any

import zstandard
from litestar import Response
from litestar.config.compression import CompressionConfig
from litestar.middleware.compression.facade import CompressionFacade

from server.api.limits import AnyRequest

LEVEL = 3
GZIP_LEVEL = 5
PACKED_BYTES_MIN = 500
PACKS = "packs"


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
    backend="zstd",
    compression_facade=ZstdFacade,
    minimum_size=PACKED_BYTES_MIN,
    gzip_fallback=True,
    gzip_compress_level=GZIP_LEVEL,
    exclude_opt_key=PACKS,
)


def packed(request: AnyRequest, body: bytes) -> Response[bytes]:
    """A JSON answer, packed here and now as its caller accepts."""
    accepted = request.headers.get("Accept-Encoding", "")
    headers = {"Vary": "Accept-Encoding"}
    if len(body) >= PACKED_BYTES_MIN and "zstd" in accepted:
        body = zstandard.ZstdCompressor(level=LEVEL).compress(body)
        headers["Content-Encoding"] = "zstd"
    elif len(body) >= PACKED_BYTES_MIN and "gzip" in accepted:
        body = gzip.compress(body, GZIP_LEVEL)
        headers["Content-Encoding"] = "gzip"
    return Response(body, media_type="application/json", status_code=200, headers=headers)
